"""A province: stations of 100 to 3 321 communes with four campaigns, four broadcasts and four signed articles each.

Every row is a command of its own: processor seconds (own and system time, children included) and the most memory it
held. The exponent says how the seconds grow with the number of communes: 1 is in proportion, 2 is with the square.

    python -m benchmarks scale                  # the quick sizes, 100 and 300
    LOA_SCALE=100,1000,3321 python -m benchmarks scale
"""

import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stations import country, sign_country

SIZES = tuple(int(size) for size in os.environ.get("LOA_SCALE", "100,300").split(","))
GOALS = {
    "check": 60.0,
    "build --no-audio": 120.0,
    "nothing changed": 5.0,
    "one figure changed": 2.0,
    "publish unchanged": 5.0,
}
"""Processor seconds of one idle core at 3 321 communes."""
_LARGEST = 3321


@dataclass(frozen=True, slots=True)
class Cost:
    """What one command took."""

    seconds: float
    megabytes: float


def run() -> list[str]:
    """One line for each command and size, and one for each command's exponent."""
    found: dict[str, dict[int, Cost]] = {}
    lines = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            for name, cost in _station(Path(folder).resolve(), size).items():
                found.setdefault(name, {})[size] = cost
                lines.append(f"{size} communes, {name}: {cost.seconds:.2f} s of one core, {cost.megabytes:.0f} MB")
    return lines + [_growth(name, costs) for name, costs in found.items() if len(costs) > 1]


def _station(root: Path, size: int) -> dict[str, Cost]:
    stem = country(root, size)
    facts = root / "campaigns" / f"{stem}.yaml"
    costs = {
        "check": _cost(root, "check", expect=(0, 1)),
        "build --no-audio": _cost(root, "build", "--no-audio"),
        "nothing changed": _cost(root, "build", "--no-audio"),
    }
    facts.write_text(facts.read_text("utf-8").replace('phone: "115"', 'phone: "114"'), "utf-8")
    costs["one figure changed"] = _cost(root, "build", "--no-audio")
    sign_country(root)
    costs["publish"] = _cost(root, "publish")
    costs["publish unchanged"] = _cost(root, "publish")
    costs["log verify"] = _cost(root, "log", "verify")
    costs["log verify again"] = _cost(root, "log", "verify")
    return costs


def _cost(root: Path, *words: str, expect: Sequence[int] = (0,)) -> Cost:
    """Run `loa` in the station. Raises RuntimeError where it ends with another exit code than it should."""
    process = subprocess.Popen(
        [sys.executable, "-m", "loa", "--workspace", str(root), *words],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr
    complaint = process.stderr.read()
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = code = os.waitstatus_to_exitcode(status)
    if code not in expect:
        raise RuntimeError(f"loa {' '.join(words)} ended with {code}: {complaint.decode()[-500:]}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _growth(name: str, costs: dict[int, Cost]) -> str:
    """The exponent between smallest and largest size, and what that gives for the whole country."""
    start = _cost_of_starting()
    small, large = min(costs), max(costs)
    first, last = (max(costs[size].seconds - start, 0.01) for size in (small, large))
    exponent = math.log(last / first) / math.log(large / small)
    country_ = last * (_LARGEST / large) ** max(exponent, 1) + start
    goal = f" (goal {GOALS[name]:.0f})" if name in GOALS else ""
    return f"{name}: exponent {exponent:.2f}; {_LARGEST} communes: {country_:.1f} s{goal}"


def _cost_of_starting() -> float:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        country(root, 0)
        return _cost(root, "build", "--no-audio").seconds
