"""Runs the readers: at each place of the text, rules are tried in order and the first that accepts reads it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from loa.normalizer.abbreviations import ambiguous, subject_of
from loa.normalizer.letters import latin
from loa.normalizer.numbers import Region
from loa.normalizer.rules import (
    amounts,
    codes,
    compounds,
    dates,
    hours,
    legal_numbers,
    measures,
    pairs,
    phones,
    punctuation,
    web_addresses,
    words,
)
from loa.normalizer.scanner import Reading, Rule, Scan, SpokenWord, Subject
from loa.normalizer.syllables import is_syllable
from loa.normalizer.tables import abbreviations, contexts, table
from loa.normalizer.unicode import repair

LETTER_RULES: tuple[Rule, ...] = (
    *web_addresses.RULES,
    *legal_numbers.LETTER_RULES,
    *dates.LETTER_RULES,
    *codes.RULES,
    words.RULES[0],
    *compounds.RULES,
    words.RULES[1],
)
_CAPITAL_ONLY = (
    *legal_numbers.CAPITAL_RULES,
    *dates.LETTER_RULES,
    *codes.CAPITAL_RULES,
    *words.CAPITAL_RULES,
    *compounds.CAPITAL_RULES,
)
SMALL_LETTER_RULES = tuple(rule for rule in LETTER_RULES if rule not in _CAPITAL_ONLY)
"""The letter rules without those that can only match where a capital stands."""
DIGIT_RULES: tuple[Rule, ...] = (
    *web_addresses.RULES[1:],
    *legal_numbers.RULES,
    *measures.RULES,
    *hours.RULES,
    *dates.RULES,
    *amounts.DRAW_RULES,
    *phones.RULES,
    *pairs.RULES,
    *amounts.RULES,
)
MARK_RULES: tuple[Rule, ...] = punctuation.RULES
SIGN_RULES: tuple[Rule, ...] = (*phones.SIGN_RULES, *punctuation.RULES)
_ODD_NEXT = frozenset(".@&/+-:_–0123456789'’")
_plain: dict[str, str] = {}
_PLAIN_LIMIT = 50_000


def read(
    text: str,
    *,
    region: Region = "bac",
    pronounce: Mapping[str, str] | None = None,
    subject: Subject | None = None,
) -> Reading:
    """How `text` is read aloud; never raises.

    `pronounce`: words of the station, which win over every table. `subject`: what the document that `text` was taken
    from is about (see `survey`); None: `text` is the whole document.
    """
    repaired = repair(text)
    scan = Scan(repaired.text, region, pronounce or {}, survey, subject)
    _run(scan)
    out: list[SpokenWord] = []
    identity = repaired.origin is None
    for index, (said, start, end) in enumerate(scan.said):
        if not identity:
            start, end = repaired.place(start, end)
        pause = scan.pause_after(index)
        if " " not in said:
            out.append(SpokenWord(said, start, end, pause))
            continue
        parts = said.split()
        out += [SpokenWord(part, start, end, "") for part in parts[:-1]]
        if parts:
            out.append(SpokenWord(parts[-1], start, end, pause))
    doubts = []
    for doubt in scan.doubts:
        start, end = repaired.place(doubt.start, doubt.end)
        doubts.append(replace(doubt, quote=text[start:end], start=start, end=end))
    return Reading(tuple(out), tuple(doubts))


def survey(text: str) -> Subject:
    """What the document `text` tells about its parts: its topics, and the abbreviations that it explains.

    Give it to `read` when the document is read piece by piece.
    """
    plain = repair(text).text
    return subject_of(plain, punctuation.explained(plain))


def spoken(text: str, *, region: Region = "bac", pronounce: Mapping[str, str] | None = None) -> str:
    """The words that `read` returns, in lower case, joined by single spaces."""
    return read(text, region=region, pronounce=pronounce).text


def _run(scan: Scan) -> None:
    text, pos, length = scan.text, 0, len(scan.text)
    word = words.WORD.match
    plain = _plain if not scan.pronounce else {}
    phrases = _phrases(tuple(scan.pronounce))
    while pos < length:
        phrase = phrases.match(text, pos) if phrases and not text[pos - 1 : pos].isalnum() else None
        if phrase:
            scan.say(scan.pronounce[phrase[0]], *phrase.span())
            pos = phrase.end()
            continue
        match = word(text, pos)
        if match:
            end = match.end()
            token = match[0]
            if end - pos == words.LONGEST:
                scan.say(latin(token.lower()), pos, end)
                pos = end
                continue
            if text[end : end + 1] not in _ODD_NEXT:
                said = plain.get(token)
                if said is None and _is_plain(token, scan):
                    said = token.lower()
                    if len(plain) < _PLAIN_LIMIT:
                        plain[token] = said
                if said is not None:
                    scan.said.append((said, pos, end))
                    scan.fresh = False
                    pos = end
                    continue
            pos = _apply(scan, pos, LETTER_RULES if token[0].isupper() else SMALL_LETTER_RULES)
        elif text[pos].isdecimal() and text[pos] in "0123456789":
            pos = _apply(scan, pos, DIGIT_RULES)
        elif text[pos] == " ":
            pos += 1
        elif text[pos] in "(+":
            pos = _apply(scan, pos, SIGN_RULES)
        else:
            pos = _apply(scan, pos, MARK_RULES)


@lru_cache(maxsize=64)
def _phrases(keys: tuple[str, ...]) -> re.Pattern[str] | None:
    """The pattern for the station's own readings that are not single words (“cống rãnh”, QL1A), longest first."""
    found = sorted((key for key in keys if not words.WORD.fullmatch(key)), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, found))})(?![^\W_])") if found else None


def _is_plain(token: str, scan: Scan) -> bool:
    """A syllable in lower or title case that no table knows: it is always read as it stands."""
    return (
        1 < len(token) < 9
        and token not in {"ha"}
        and (token.islower() or token.istitle())
        and is_syllable(token)
        and token not in abbreviations()
        and token not in ambiguous()
        and (token.lower() not in table("foreign")["words"] or token.lower() not in contexts("foreign syllables"))
        and token not in scan.pronounce
    )


def _apply(scan: Scan, pos: int, rules: tuple[Rule, ...]) -> int:
    for pattern, reader in rules:
        match = pattern.match(scan.text, pos)
        if match is not None:
            end = reader(scan, match)
            if end is not None and end > pos:
                return end
    return pos + 1
