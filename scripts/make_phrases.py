"""Write the phrases that unknown abbreviations may stand for, and the words that addresses may hold without marks.

    python scripts/make_phrases.py laws.txt.xz

The text is one paragraph a line. The lists in the package were counted from Vietnam's constitution, codes and laws (4.0
million syllables, 2005-2025; laws are not protected by copyright: Luật Sở hữu trí tuệ, Điều 15), collected by the
project undertheseanlp/underthesea. A phrase of four to seven syllables is kept where it is by far the most frequent one
with its initials and no longer phrase holds nearly all of its occurrences. A pair of syllables is kept where it is
frequent and by far the most frequent one of those that look alike without marks.
"""

import lzma
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from loa.normalizer.unicode import one_tone_place
from loa.text import toneless

SMALL = frozenset("và của về cho vì các trên với ở trong từ sự theo những thuộc đối là".split())
ENDS = frozenset(
    "của và là được phải do bởi này đó có không nếu khi tại theo những các một hoặc thì mà để với từ đến trong về cho "
    "ở trên dưới bị sẽ đã đang cũng như vì nhưng còn nơi vào ra sau trước ngoài giữa bằng mỗi mọi từng hai ba bốn năm "
    "nêu đây kể nói tùy điều khoản điểm".split()
)
LONGEST, FEWEST, SHARE, INSIDE = 7, 10, 0.6, 0.6
PAIR_FEWEST, PAIR_SHARE = 15, 0.7
DATA = Path(__file__).parent.parent / "generator" / "loa" / "normalizer" / "data"


def counts(path: Path) -> dict[int, Counter[str]]:
    """Length in syllables → phrases of that length, without those that begin or end with a small word."""
    found: dict[int, Counter[str]] = {size: Counter() for size in (2, *range(4, LONGEST + 1))}
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for part in re.split(r"[^\w\s]|\d+", one_tone_place(line.lower())):
                words = part.split()
                for size, table in found.items():
                    for start in range(len(words) - size + 1):
                        if words[start] not in ENDS and words[start + size - 1] not in ENDS:
                            table[" ".join(words[start : start + size])] += 1
    return {size: Counter({p: n for p, n in table.items() if n >= 4}) for size, table in found.items()}


def main() -> None:
    """Count, choose and write."""
    found = counts(Path(sys.argv[1]))
    longer: dict[str, int] = defaultdict(int)
    for size in range(5, LONGEST + 1):
        for phrase, count in found[size].items():
            for part in (phrase.split(" ", 1)[1], phrase.rsplit(" ", 1)[0]):
                longer[part] = max(longer[part], count)
    total: Counter[str] = Counter()
    whole: dict[str, Counter[str]] = defaultdict(Counter)
    for size, table in found.items():
        if size == 2:
            continue
        for phrase, count in table.items():
            core = [word for word in phrase.split() if word not in SMALL]
            key = "".join(word[0] for word in core)
            total[key] += count
            if len(core) >= 4 and longer[phrase] <= INSIDE * count:
                whole[key][" ".join(core)] += count
    lines = []
    for key, phrases in whole.items():
        phrase, count = phrases.most_common(1)[0]
        if count >= FEWEST and count >= SHARE * total[key]:
            lines.append(phrase)
    (DATA / "phrases.txt").write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
    (DATA / "pairs.txt").write_text("\n".join(sorted(pairs(found[2]))) + "\n", encoding="utf-8")


def pairs(counted: Counter[str]) -> list[str]:
    """Frequent pairs of syllables, none of them easily taken for another when written without marks."""
    alike: dict[str, Counter[str]] = defaultdict(Counter)
    for pair, count in counted.items():
        alike[toneless(pair.replace(" ", ""))][pair] += count
    kept = []
    for found in alike.values():
        pair, count = found.most_common(1)[0]
        if count >= PAIR_FEWEST and count >= PAIR_SHARE * sum(found.values()) and len(pair) > 5:
            kept.append(pair)
    return kept


if __name__ == "__main__":
    main()
