"""Turn an article into a script: the sentences to say, in order, each with its place on the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from loa.article import Article, Part
from loa.campaign import Commune, StationSettings
from loa.normalizer import Reading, Region, Subject, breaths, read, split_sentences, survey

# Silence in seconds after a sentence, by the kind of block it ends. Outdoors the echo of a sentence must have died away
# before the next begins: with the 0.05 s of its fading out, 0.7 s are heard after it and 1.2 s after a paragraph.
PAUSE_BREATH = 0.15
PAUSE_SENTENCE = 0.65
PAUSE_AFTER = {"item": 0.75, "paragraph": 1.15, "heading": 1.15}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence to say: `text` as written for radio, its reading, and `pause` seconds of silence after it.

    `start` is its offset in the article's Markdown and `line` its line there (from 1); both are None for text that is
    only heard. `presenter` says who reads it ("nữ"); "" if one voice reads everything. `stressed`: which of its words
    stand in bold type.
    """

    text: str
    reading: Reading
    pause: float
    kind: str
    start: int | None
    line: int | None
    presenter: str = ""
    stressed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Script:
    """All sentences of one article, in order."""

    commune: str
    campaign: str
    title: str
    region: Region
    sentences: tuple[Sentence, ...]

    @property
    def syllables(self) -> int:
        """The number of syllables; a voice says about 4 a second."""
        return sum(len(sentence.reading.words) for sentence in self.sentences)


def write(article: Article, commune: Commune, presenters: Sequence[str] | None = None) -> Script:
    """Return the script of `article`, with the accent and the pronunciations of the commune's file.

    `presenters` take turns; None means those that the commune's file names for this article.
    """
    speakers = commune.presenters(article.campaign) if presenters is None else presenters
    return Script(
        commune=article.commune,
        campaign=article.campaign,
        title=article.title,
        region=commune.station.region,
        sentences=tuple(_sentences(article, commune.station, speakers or ("",))),
    )


def _sentences(article: Article, station: StationSettings, presenters: Sequence[str]) -> Iterator[Sentence]:
    before: Part | None = None
    turn = 0
    subject = survey("\n".join(part.text for part in article.spoken_parts))
    for part in article.spoken_parts:
        said = list(_said(part, article.markdown, station, subject))
        if not said:
            continue
        turn += before is not None and _takes_turn(before, part)
        before = part
        said[-1] = replace(said[-1], pause=PAUSE_AFTER[part.kind])
        yield from (replace(sentence, presenter=presenters[turn % len(presenters)]) for sentence in said)


def _takes_turn(before: Part, part: Part) -> bool:
    """Return whether `part` is read by the next presenter. A list and the text under a heading keep their presenter."""
    return part.kind != "item" and before.kind != "heading"


def _said(part: Part, markdown: str, station: StationSettings, subject: Subject) -> Iterator[Sentence]:
    """The sentences of one block; `subject`: what the whole article is about."""
    pronounce = tuple(station.pronounce.items())
    about = tuple(subject.topics.items()), tuple(subject.defined.items())
    for start, end in split_sentences(part.text):
        pieces = _read(part.text[start:end], station.region, pronounce, *about)
        for number, (offset, text, piece) in enumerate(pieces, 1):
            pause = PAUSE_SENTENCE if number == len(pieces) else PAUSE_BREATH
            place = _place(part, start + offset, text, markdown)
            stressed = _stressed(piece, start + offset, part)
            yield Sentence(text, piece, pause, part.kind, place, _line(markdown, place), stressed=stressed)


@lru_cache(maxsize=4096)
def _read(
    text: str,
    region: Region,
    pronounce: tuple[tuple[str, str], ...],
    topics: tuple[tuple[str, int], ...],
    defined: tuple[tuple[str, str], ...],
) -> tuple[tuple[int, str, Reading], ...]:
    """The pieces of a sentence that are said in one breath: offset in `text`, text and reading.

    Remembered, because most sentences of a topic are the same in all communes. `topics` and `defined` are the entries
    of the article's `Subject`.
    """
    reading = read(text, region=region, pronounce=dict(pronounce), subject=Subject(dict(topics), dict(defined)))
    return tuple(_piece(text, reading, first, last) for first, last in breaths(text, reading))


def _piece(text: str, reading: Reading, first: int, last: int) -> tuple[int, str, Reading]:
    """Cut words `first` to `last` (exclusive) out of `reading`; return their offset in `text`, text and reading."""
    words = reading.words
    begin = _opened(text, words[first].start) if first else 0
    end = _opened(text, words[last].start) if last < len(words) else len(text)
    moved = tuple(word._replace(start=word.start - begin, end=word.end - begin) for word in words[first:last])
    doubts = tuple(
        replace(doubt, start=doubt.start - begin, end=doubt.end - begin)
        for doubt in reading.doubts
        if begin <= doubt.start < end
    )
    return begin, text[begin:end].rstrip(), Reading(moved, doubts)


def _opened(text: str, start: int) -> int:
    """Where the word at `start` begins with the brackets and quotation marks that open before it."""
    while start and text[start - 1] in '([{“‘"«':
        start -= 1
    return start


def _stressed(piece: Reading, offset: int, part: Part) -> frozenset[int]:
    """The words of `piece`, which begins at `offset` of the part's text, that stand in bold type."""
    return frozenset(
        number
        for start, end in part.strong
        for number, word in enumerate(piece.words)
        if word.start + offset < end and word.end + offset > start
    )


def _place(part: Part, offset: int, text: str, markdown: str) -> int | None:
    """Return the offset of `text` in `markdown`, or the start of its block if markup interrupts the text."""
    if part.start is None:
        return None
    found = markdown.find(text, part.start, part.start + 2 * (offset + len(text)) + 40)
    return part.start if found < 0 else found


def _line(markdown: str, place: int | None) -> int | None:
    return None if place is None else markdown.count("\n", 0, place) + 1
