"""Fit the weights by which the spelling check weighs a suspicion: `python scripts/fit_slips.py HELD_OUT…`.

HELD_OUT: texts that `make_ngrams.py` has not counted, one paragraph a line. From each, words are changed at random as
hands and ears do (a wrong mark, a sound that regions confuse, a key beside the right one); a logistic regression learns
to tell these slips from the words that stand there rightly. The package's weights were fitted on a twentieth of the
laws (then counted with the rest) and on the lines of `tests/normalizer/cases`, `tests/checks/clean` and
`tests/checks/fresh`, which stand for announcements and weigh five times. With `--halves` half of the lines is kept for
measuring, and nothing is written.
"""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from loa.checks.rules.spelling import _WORD
from loa.checks.words import lexicon as syl
from loa.checks.words import real_words
from loa.checks.words.ngrams import model
from loa.text import toneless

ROOT = Path(__file__).parent.parent
OUT = ROOT / "generator" / "loa" / "checks" / "data" / "slips.txt"
Row = tuple[float, ...]


def main() -> None:
    """Fit, and write or measure."""
    halves = "--halves" in sys.argv
    villages = _cases()
    random.Random(5).shuffle(villages)  # noqa: S311
    laws = [line for name in sys.argv[1:] if name[0] != "-" for line in Path(name).read_text("utf-8").splitlines()]
    laws = [line for line in laws if len(line.split()) > 4]
    middle = len(villages) // 2 if halves else len(villages)
    groups = [(villages[:middle], 4000, 5.0), (laws[:3000], 4000, 1.0)]
    rows: list[Row] = []
    slipped: list[int] = []
    weights: list[float] = []
    for lines, many, weight in groups:
        for slips in (True, False):
            for row in _rows(lines, many, slips=slips):
                if row is not None:
                    rows.append(row)
                    slipped.append(slips)
                    weights.append(1.0 if slips else 2 * weight)
    base, found = _fit(np.array(rows), np.array(slipped), np.array(weights))
    if not halves:
        named = zip(("base", *real_words.EVIDENCE), (base, *found), strict=True)
        head = "# Made by scripts/fit_slips.py: what each kind of evidence weighs (real_words.py).\n"
        OUT.write_text(head + "".join(f"{name} {value:.4f}\n" for name, value in named), "utf-8")
        return
    for name, lines in (("announcements", villages[middle:]), ("laws", laws[3000:4500])):
        words = sum(len(line.split()) for line in lines)
        wrong = [base + float(np.dot(found, row)) for row in _rows(lines, 1500, slips=True) if row is not None]
        right = [base + float(np.dot(found, row)) for row in _rows(lines, 0, slips=False) if row is not None]
        for threshold in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0):
            false = 1000 * sum(value >= threshold for value in right) / words
            print(
                f"{name} {threshold}: {sum(v >= threshold for v in wrong) / 1500:.3f} found, {false:.2f} false in 1000"
            )


def _fit(rows: np.ndarray, slipped: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """Logistic regression by Newton's method, with a little ridge."""
    mean, spread = rows.mean(0), rows.std(0) + 1e-9
    z = np.hstack([np.ones((len(rows), 1)), (rows - mean) / spread])
    found = np.zeros(z.shape[1])
    for _round in range(30):
        chance = 1 / (1 + np.exp(-z @ found))
        slope = z.T @ (weights * (slipped - chance)) - 1.0 * found
        bend = (z * (weights * chance * (1 - chance))[:, None]).T @ z + np.eye(len(found))
        found += np.linalg.solve(bend, slope)
    plain = found[1:] / spread
    return float(found[0] - np.dot(plain, mean)), plain


def _cases() -> list[str]:
    """Lines of announcements among the tests."""
    found = []
    for file in sorted((ROOT / "tests" / "normalizer" / "cases").glob("*.tsv")):
        found += [line.split("\t")[0] for line in file.read_text("utf-8").splitlines() if line[:1] != "#"]
    checks = ROOT / "tests" / "checks"
    for file in sorted((*(checks / "clean").glob("*.txt"), *(checks / "fresh" / "texts").glob("*.txt"))):
        found += file.read_text("utf-8").splitlines()
    return [line for line in found if len(line.split()) > 3]


def _rows(lines: list[str], many: int, *, slips: bool) -> Iterator[Row | None]:
    """The evidence at `many` words changed at random (None: not even suspected), or at every word as it stands."""
    chance = random.Random(many)  # noqa: S311
    if not slips:
        for line in lines:
            words = real_words.Line(list(_WORD.finditer(line)), line)
            for index in range(len(words.words)):
                found = real_words.suspect(words, index)
                if found:
                    yield real_words.evidence(*found)
        return
    while many:
        line = chance.choice(lines)
        words = list(_WORD.finditer(line))
        if len(words) < 5:
            continue
        index = chance.randrange(len(words))
        word = syl.normal(words[index].group())
        if word not in syl.syllables() or len(word) < 2 or words[index].group()[0].isupper():
            continue
        wrong = _slip_of(word, chance)
        if wrong is None:
            continue
        many -= 1
        changed = line[: words[index].start()] + wrong + line[words[index].end() :]
        found = real_words.suspect(real_words.Line(list(_WORD.finditer(changed)), changed), index)
        yield real_words.evidence(*found) if found else None


def _slip_of(word: str, chance: random.Random) -> str | None:
    """Another real syllable that a hand or an ear makes of `word`."""
    kind, bare = chance.random(), toneless(word)
    if kind < 0.5:
        made = {other for other in syl.by_bare().get(bare, ()) if other != word}
    elif kind < 0.75:
        made = {other for other in real_words.candidates(word) if toneless(other) != bare}
    else:
        made = set(real_words._alike(word))
    known = sorted(other for other in made if other in syl.syllables() and model().alone(other) > 5e-7)
    return chance.choice(known) if known else None


if __name__ == "__main__":
    main()
