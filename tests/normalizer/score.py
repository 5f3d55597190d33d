"""Score readings against cases: `python -m tests.normalizer.score [FILE.tsv ...]` prints failures and the rate.

A case is `text<TAB>reading || another accepted reading`; `{a|b|}` inside a reading accepts a, b or nothing there. Compared
in lower case, punctuation dropped, tone placement folded.
"""

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from loa.normalizer import spoken
from loa.normalizer.unicode import repair

CASES = Path(__file__).parent / "cases"


def fold(text: str) -> str:
    """What is compared."""
    text = unicodedata.normalize("NFC", repair(text).text).lower()
    return " ".join(re.sub(r"[^\w\s]|_", " ", text).split())


def pattern(reading: str) -> re.Pattern[str]:
    """A regular expression for one reading with its `{a|b}` choices; every word of it ends in one space."""
    parts = re.split(r"([{|}])", reading)
    opened, marks = 0, {"{": "(?:", "|": "|", "}": ")"}
    out = []
    for part in parts:
        opened += (part == "{") - (part == "}")
        out.append(marks.get(part) or "".join(f"{word} " for word in fold(part).split()))
    assert opened == 0, f"unbalanced: {reading}"
    return re.compile("".join(out))


def load(path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """Line number, text, accepted readings as they are written."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            text, _tab, readings = line.partition("\t")
            yield number, text, [reading.strip() for reading in readings.split("||")]


def failures(path: Path, read: Callable[[str], str] = spoken) -> tuple[list[str], int]:
    """Every case of `path` that is not read as accepted, and the number of cases."""
    wrong, total = [], 0
    for number, text, accepted in load(path):
        total += 1
        got = fold(read(text))
        if not any(pattern(reading).fullmatch(got + " ") for reading in accepted):
            wrong.append(
                f"{path.name}:{number}: {text}\n    got    {got}\n    wanted " + "\n        or ".join(accepted)
            )
    return wrong, total


def main() -> None:
    """Print every failure, then the rate of each file. `--rate`: only the rates."""
    quiet = "--rate" in sys.argv
    paths = [Path(a) for a in sys.argv[1:] if not a.startswith("--")] or sorted(CASES.glob("*.tsv"))
    for path in paths:
        wrong, total = failures(path)
        if not quiet:
            print("\n".join(wrong))
        print(f"{path.name}: {total - len(wrong)}/{total} = {100 * (total - len(wrong)) / max(total, 1):.1f} %")


if __name__ == "__main__":
    main()
