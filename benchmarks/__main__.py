"""`python -m benchmarks [name...]`: runs every `bench_*.py` (or the named ones) and prints its lines."""

import importlib
import sys
from pathlib import Path


def main() -> None:
    folder = Path(__file__).parent
    names = [p.stem for p in sorted(folder.glob("bench_*.py"))]
    wanted = sys.argv[1:]
    for name in names:
        if wanted and name.removeprefix("bench_") not in wanted:
            continue
        print(f"== {name.removeprefix('bench_')}", flush=True)
        for line in importlib.import_module(f"benchmarks.{name}").run():
            print(line, flush=True)


if __name__ == "__main__":
    main()
