"""Count which syllables follow each other, for the spelling check: `python scripts/make_ngrams.py laws.txt.xz`.

The text is one paragraph a line. The counts in the package were made of Vietnam's constitution, codes and laws (4.0
million syllables, 2005-2025; laws are not protected by copyright: Luật Sở hữu trí tuệ, Điều 15), collected by the
project undertheseanlp/underthesea (Vietnamese Legal Corpus, commit df8b2a40). Numbers count as one sign, "#". Written
are the vocabulary, how often each syllable stands before and after another, every pair, and every triple that stands
twice or more, with counts of at most 65 535.
"""

import lzma
import re
import struct
import sys
from array import array
from collections import Counter
from itertools import pairwise
from pathlib import Path

from loa.normalizer.syllables import is_syllable
from loa.normalizer.unicode import one_tone_place

OUT = Path(__file__).parent.parent / "generator" / "loa" / "checks" / "data" / "ngrams.xz"
RARE = 3
"""A syllable seen less often is not in the vocabulary."""


def main() -> None:
    """Count and write."""
    singles: Counter[str] = Counter()
    pairs: Counter[tuple[str, ...]] = Counter()
    triples: Counter[tuple[str, ...]] = Counter()
    with lzma.open(sys.argv[1], "rt", encoding="utf-8") as lines:
        for line in lines:
            for part in re.split(r"[^\w\s#]|_", re.sub(r"\d+", "#", one_tone_place(line.lower()))):
                words = part.split()
                singles.update(words)
                pairs.update(pairwise(words))
                triples.update(zip(words, words[1:], words[2:], strict=False))
    kept = sorted(word for word, count in singles.items() if count >= RARE and (word == "#" or is_syllable(word)))
    number = {word: index for index, word in enumerate(kept)}
    assert len(kept) < 4096
    totals = [[0] * len(kept), [0] * len(kept)]
    for (first, second), count in pairs.items():
        if first in number and second in number:
            totals[0][number[first]] += count
            totals[1][number[second]] += count
    parts = [" ".join(kept).encode(), *(array("I", total).tobytes() for total in totals)]
    for table, fewest in ((pairs, 1), (triples, 2)):
        rows = []
        for words, count in table.items():
            if count >= fewest and all(word in number for word in words):
                key = 0
                for word in words:
                    key = key << 12 | number[word]
                rows.append((key, min(count, 65_535)))
        rows.sort()
        parts += [array("Q", [key for key, _ in rows]).tobytes(), array("H", [count for _, count in rows]).tobytes()]
        print(f"{len(rows)} rows")
    data = b"".join(struct.pack("<I", len(part)) + part for part in parts)
    OUT.write_bytes(lzma.compress(data, preset=9))
    print(f"{len(kept)} syllables, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
