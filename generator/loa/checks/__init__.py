"""Review: any text of a commune, looked at by small rules. Text in, findings out; nothing is changed here (see fix.py).

A rule is a function of a `Passage` (one paragraph) or of the whole `Text`; it yields hits, each with a code, a
severity, a span, a message and a mend.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache

from loa.campaign import Unit
from loa.checks.rules import (
    addresses,
    bodies,
    content,
    contradictions,
    dates,
    encodings,
    law_dates,
    numbers,
    orders,
    people,
    punctuation,
    quantities,
    sentences,
    spelling,
    sums,
    twofold,
)
from loa.checks.text import Hit, Passage, Shape, Text
from loa.errors import Finding

__all__ = ["PASSAGE_RULES", "TEXT_RULES", "Hit", "Passage", "Shape", "Text", "findings", "hits", "review"]

PASSAGE_RULES: tuple[Callable[[Passage], Iterator[Hit]], ...] = (
    addresses.malformed,
    addresses.telephones,
    addresses.web_or_mail,
    law_dates.whole_part,
    law_dates.ended,
    law_dates.towns_ended,
    bodies.ended_bodies,
    bodies.provinces_ended,
    law_dates.documents,
    law_dates.number_form,
    law_dates.issuers,
    punctuation.signs,
    sentences.too_long,
    sentences.small_start,
    dates.days,
    contradictions.hours,
    contradictions.day_spans,
    contradictions.parts_of_day,
    contradictions.ratios,
    sums.sums,
    sums.totals_behind,
    sums.per_period,
    sums.shared_out,
    quantities.rates,
    quantities.changes,
    quantities.products,
    quantities.free_and_paid,
    quantities.currency,
    quantities.magnitudes,
    numbers.lost,
    numbers.backwards,
    numbers.days_counted,
    numbers.parts_and_wholes,
    numbers.spans_of_years,
    numbers.more_than_all,
    orders.double_negatives,
    orders.turned_round,
    orders.negative_lost,
    content.amounts,
    content.personal,
    people.sensitive,
    content.staff_notes,
    punctuation.leftovers,
    spelling.repeated_words,
    spelling.capitals,
    spelling.spelling,
)
TEXT_RULES: tuple[Callable[[Text], Iterator[Hit]], ...] = (
    encodings.encodings,
    addresses.hosts,
    law_dates.levels,
    law_dates.kinds_too_early,
    law_dates.two_schemes,
    law_dates.kinds_unconfirmed,
    content.counts,
    numbers.items,
    bodies.other_place,
    bodies.slipped_place,
    twofold.names,
    twofold.totals,
    twofold.money,
    people.lists,
    dates.deadlines,
    dates.weekdays_without_year,
    contradictions.own_day,
    contradictions.made_before,
    contradictions.results_early,
    contradictions.years,
    sentences.twice,
    sentences.alike,
    sentences.empty_parts,
    sentences.cut_off,
    punctuation.spaces,
    punctuation.hard_wraps,
)


def review(
    raw: str, day: date, *, file: str | None = None, unit: Unit | None = None, shape: Shape = "plain"
) -> list[Finding]:
    """Everything that the rules find in `raw`, in order of place. `day`: whose law counts; `unit`: whose text it is."""
    text = Text(raw, day, shape, unit)
    return findings(text, hits(text), file)


def hits(text: Text) -> list[Hit]:
    """What all rules find in `text`, in order of place; offsets are those of `text.flat`."""
    found = [hit for rule in TEXT_RULES for hit in rule(text)]
    for offset, passage in text.passages:
        found += (_moved(hit, offset) for hit in _of_passage(passage))
    return sorted(_without_echoes(found), key=lambda hit: (hit.start, hit.end, hit.code))


def findings(text: Text, found: Iterable[Hit], file: str | None) -> list[Finding]:
    """Hits as findings with file, line, column and the quoted letters."""
    made = []
    for hit in found:
        line, column = text.place(hit.start)
        made.append(
            Finding(hit.code, hit.message, hit.fix, hit.severity, file, line, column, text.quote(hit.start, hit.end))
        )
    return made


@lru_cache(maxsize=50_000)
def _of_passage(passage: Passage) -> tuple[Hit, ...]:
    """The same paragraph is judged once: communes share most of what they say."""
    return tuple(hit for rule in PASSAGE_RULES for hit in rule(passage))


def _moved(hit: Hit, offset: int) -> Hit:
    return Hit(hit.start + offset, hit.end + offset, hit.code, hit.message, hit.fix, hit.severity, hit.replacement)


def _without_echoes(found: list[Hit]) -> Iterator[Hit]:
    """Leave out what a finding on the same letters already tells: the spaces in a broken address are not told again."""
    whole = ("address.malformed", "leftover", "note.staff", "encoding.")
    broken = [hit for hit in found if hit.code.startswith(whole)]
    weak = ("leftover", "spelling.", "punctuation.", "word.", "personal.", "date.past", "layout.", "sentence.")
    for hit in found:
        inside = any(b is not hit and b.start <= hit.start and hit.end <= b.end for b in broken)
        if not (inside and hit.code.startswith(weak)):
            yield hit
