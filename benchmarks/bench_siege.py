"""STOP, `loa stop`, an emergency from the page and airings: in peace, and while the console is besieged."""

import os
import tempfile
from pathlib import Path

from tests.web.attackers import Plan
from tests.web.siege import Besieged

TURNS, SECONDS = 5, 150.0
"""Times that each is done; the siege, of which about half a minute is airings."""


def run() -> list[str]:
    """Seconds of each, and what the attackers achieved."""
    with tempfile.TemporaryDirectory(prefix="loa-bench-") as folder:
        station = Besieged(Path(folder) / "station")
        with station.running():
            before = os.getloadavg()[0]
            calm = station.measure(TURNS)
            plan = Plan(station.port, SECONDS, sessions=tuple(station.sessions[1:]))
            with station.siege(plan) as done:
                besieged = station.measure(TURNS)
    log_ins = sum(many for what, many in done.items() if what.startswith("/login"))
    uploads = sum(many for what, many in done.items() if what.startswith("/bring-in"))
    return [
        f"siege: in peace (load of the machine before: {before:.1f}): {calm}",
        f"siege: {plan.slow} slow clients, {plan.log_ins} log-ins a second, {plan.uploads} uploads: {besieged} "
        "(wanted: STOP and `loa stop` <= 1 s, emergency <= 3 s, airings as in peace)",
        f"siege: in {SECONDS:.0f} s {done.get('slow', 0)} slow connections, {log_ins} log-ins, "
        f"{uploads} uploads of 2 MB: {done}",
    ]
