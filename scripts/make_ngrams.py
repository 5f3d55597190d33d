"""Count which syllables follow each other, for the spelling check: `make_ngrams.py laws.txt.xz FREQUENCIES TEXT…`.

A text is one paragraph a line (.xz or plain). The counts in the package were made of

- Vietnam's constitution, codes and laws: 4.0 million syllables, 2005-2025; laws are not protected by copyright (Luật Sở
  hữu trí tuệ, Điều 15); collected by the project undertheseanlp/underthesea (Vietnamese Legal Corpus, commit df8b2a40);
- the Vietnamese help of LibreOffice 7.4 (Debian's libreoffice-help-vi, MPL-2.0): 0.25 million;
- the Vietnamese texts of the game Battle for Wesnoth 1.16 (Debian's wesnoth-1.16-*, GPL-2+): 0.2 million, twice;
- scripts/village_sentences.txt and templates/articles, written by us, five times.

FREQUENCIES: how common a syllable is in everyday Vietnamese, the file small_vi.msgpack.gz of wordfreq 3.1.1 (Robyn
Speer; CC BY-SA 4.0). Numbers count as one sign "#", the ends of a run of words as "<" and ">", names and what is no
syllable as "?". Written are the vocabulary, both frequencies, every pair, and every triple that stands twice or more.
"""

import gzip
import lzma
import re
import struct
import sys
from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgpack

from loa.checks.words.lexicon import syllables
from loa.normalizer.unicode import one_tone_place

ROOT = Path(__file__).parent.parent
OUT = ROOT / "generator" / "loa" / "checks" / "data" / "ngrams.xz"
OWN = 5
"""How often our own sentences count."""


def main() -> None:
    """Count and write."""
    laws, frequencies, *others = map(Path, sys.argv[1:])
    singles: Counter[str] = Counter()
    pairs: Counter[tuple[str, ...]] = Counter()
    triples: Counter[tuple[str, ...]] = Counter()
    for file, times in ((laws, 1), *((other, 2 if "wes" in other.stem else 1) for other in others), (None, OWN)):
        for line in _own() if file is None else _lines(file):
            for words in _runs(line):
                for table, found in ((singles, words), (pairs, pairwise(words))):
                    for one in found:
                        table[one] += times  # type: ignore[index]
                for three in zip(words, words[1:], words[2:], strict=False):
                    triples[three] += times
    everyday = _everyday(frequencies)
    kept = sorted({*everyday, *(word for word, count in singles.items() if count > 1), *"#<>?"})
    assert len(kept) < 1 << 13
    number = {word: index for index, word in enumerate(kept)}
    parts = [
        " ".join(kept).encode(),
        array("I", [singles[word] for word in kept]).tobytes(),
        array("I", [everyday.get(word, 0) for word in kept]).tobytes(),
    ]
    for table, fewest in ((pairs, 1), (triples, 2)):
        rows = []
        for words, count in table.items():
            if count >= fewest and all(word in number for word in words):
                key = 0
                for word in words:
                    key = key << 13 | number[word]
                rows.append((key, min(count, 65_535)))
        rows.sort()
        parts += [array("Q", [key for key, _ in rows]).tobytes(), array("H", [count for _, count in rows]).tobytes()]
        print(f"{len(rows)} rows")
    OUT.write_bytes(lzma.compress(b"".join(struct.pack("<I", len(part)) + part for part in parts), preset=9))
    print(f"{len(kept)} syllables of {sum(singles.values())}, {OUT.stat().st_size} bytes")


def _lines(file: Path) -> Iterator[str]:
    with lzma.open(file, "rt", encoding="utf-8") if file.suffix == ".xz" else file.open(encoding="utf-8") as lines:
        yield from lines


def _own() -> Iterator[str]:
    """What we wrote ourselves: sentences for counting, and templates without their instructions."""
    for line in (ROOT / "scripts" / "village_sentences.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield line
    for file in sorted((ROOT / "templates" / "articles").glob("*.j2")):
        yield from re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", " 0 ", file.read_text("utf-8"), flags=re.S).splitlines()


def _runs(line: str) -> Iterator[list[str]]:
    """Words between signs, each run with its two ends."""
    known = syllables()
    for part in re.split(r"[^\w\s#]|_", re.sub(r"\d+(?:[.,]\d+)*", " # ", one_tone_place(line.lower()))):
        if part.strip():
            yield ["<", *(word if word == "#" or word in known else "?" for word in part.split()), ">"]


def _everyday(file: Path) -> dict[str, int]:
    """How often each syllable stands among ten million of everyday texts."""
    _header, *bins = msgpack.unpackb(gzip.decompress(file.read_bytes()), raw=False)
    share = {word: 10 ** (-index / 100) for index, words in enumerate(bins) for word in words if word in syllables()}
    whole = sum(share.values())
    return {word: max(1, round(10_000_000 * part / whole)) for word, part in share.items()}


if __name__ == "__main__":
    main()
