"""Places where the reader had to guess: abbreviations it does not know, numbers with more than one reading."""

from collections.abc import Iterator

from generator.article import Article
from generator.campaign import Commune
from generator.errors import Finding, Severity
from generator.i18n import _
from generator.review.text import Text
from generator.vietnamese import Doubt, read


def doubts_of_article(article: Article, commune: Commune) -> Iterator[Finding]:
    """What is doubtful in what the microphone hears; without a place, which the caller knows."""
    station = commune.station
    for part in article.spoken_parts:
        for doubt in read(part.text, region=station.region, pronounce=station.pronounce).doubts:
            yield _finding(doubt)


def doubts_of_text(text: Text, file: str) -> Iterator[Finding]:
    """What is doubtful in a text that somebody wants to have read aloud."""
    for offset, passage in text.passages:
        for doubt in read(passage.text).doubts:
            line, column = text.place(offset + doubt.start)
            yield _finding(doubt, file, line, column)


def _finding(doubt: Doubt, file: str | None = None, line: int | None = None, column: int | None = None) -> Finding:
    if doubt.code == "abbreviation.unknown":
        message = _("The reader does not know “{quote}”; it says “{taken}”.")
    else:
        message = _("“{quote}” can be read in more than one way; the reader says “{taken}”.")
    mend = _("Write it out, or add it under “pronounce:” of the station.")
    if doubt.others:
        mend = _("Or is it “{others}”? Write it out, or add it under “pronounce:” of the station.")
    return Finding(
        doubt.code,
        message.format(quote=doubt.quote, taken=doubt.taken),
        mend.format(others="”, “".join(doubt.others)),
        Severity.WARNING,
        file,
        line,
        column,
        doubt.quote,
    )
