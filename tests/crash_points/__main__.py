"""Every point of every scenario: python -m tests.crash_points [--scenario airing] [--fault kill] [--every 10 --turn 3]."""

import argparse
import os
import sys

from tests.crash_points.disk import stand_at_the_door


def main() -> None:
    """Exit code 1 where a promise was broken."""
    stand_at_the_door("tests.crash_points")
    from tests.crash_points import faults  # at the door, and only there

    options = argparse.ArgumentParser()
    options.add_argument("--scenario", action="append", choices=list(faults.SCENARIOS))
    options.add_argument("--fault", action="append", choices=[*faults.FAULTS, faults.POWER])
    options.add_argument("--every", type=int, default=1, help="only every n-th point")
    options.add_argument("--turn", type=int, default=0, help="with --every n: which n-th, 0 to n - 1")
    options.add_argument("--each-call", action="store_true", help="also inside a run of writes to one file")
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes beside each other")
    given = options.parse_args()
    counts = faults.run(
        given.scenario or list(faults.SCENARIOS),
        given.fault or [*faults.FAULTS, faults.POWER],
        every=given.every,
        turn=given.turn % given.every,
        each_call=given.each_call,
        workers=given.workers,
    )
    failures = sum(len({point for point, _broken in count.failures}) for count in counts.values())
    print(f"{sum(count.points for count in counts.values())} points, {failures} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
