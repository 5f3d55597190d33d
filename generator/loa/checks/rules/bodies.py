"""Provinces, ministries and papers that have ended, and notices that belong to another commune."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from loa.checks.rules.law_dates import is_past, sentence_around
from loa.checks.text import Hit, Passage, Text, warning
from loa.i18n import _
from loa.reference import law, places
from loa.text import UPPER

_CITED = re.compile(r"\d/(?:19|20)\d\d(?:/|(?!\d))|số\s*:?\s*[\w.]+[/-]", re.I)
_HOME = re.compile(
    r"quê|sinh\s+(?:ra\s+)?(?:tại|ở|năm)|nguyên\s+quán|trước\s+ngày|lịch\s+sử|chiến\s+dịch|chiến\s+thắng|đặc\s+sản|hàng",
    re.I,
)
_PROVINCE = re.compile(r"tỉnh|thành\s+phố|TP", re.I)
_PLACE = re.compile(
    r"(?P<who>(?:UBND|Ủy[ ]+ban[ ]+nhân[ ]+dân|HĐND|Hội[ ]+đồng[ ]+nhân[ ]+dân|Đảng[ ]+ủy|Công[ ]+an|Trạm[ ]+Y[ ]+tế"
    r"|Đài[ ]+Truyền[ ]+thanh|địa[ ]+bàn|nhân[ ]+dân|thông[ ]+báo[ ]+của|Ban[ ]+Chỉ[ ]+huy[ ]+quân[ ]+sự|thú[ ]+y"
    r"|trung[ ]+tâm)\s+)?"
    r"(?<!\w)(?P<kind>xã|phường|thị[ ]+trấn|đặc[ ]+khu)"
    rf"[ ]+(?P<name>(?-i:[{UPPER}][\w'’]*)(?:[ ]+(?-i:[{UPPER}][\w'’]*)){{0,3}})",
    re.I,
)

_BESIDE = re.compile(
    r"phối\s+hợp|giáp|cùng|cũ|trước\s+đây|sáp\s+nhập|liền\s+kề|giao\s+lưu|(?<!\w)từ(?!\w)|(?<!\w)và(?!\w)", re.I
)


@cache
def _ended_bodies() -> tuple[tuple[law.Body, "re.Pattern[str]"], ...]:
    return tuple((body, re.compile(rf"(?<!\w)(?:{body.pattern})(?!\w)", re.I)) for body in law.bodies())


@cache
def _any_ended_body() -> "re.Pattern[str]":
    return re.compile(rf"(?<!\w)(?:{'|'.join(body.pattern for body in law.bodies())})(?!\w)", re.I)


def ended_bodies(passage: Passage) -> Iterator[Hit]:
    """A ministry, department or paper that no longer exists on the article's day, told as if it did."""
    if not _any_ended_body().search(passage.text):
        return
    for body, pattern in _ended_bodies():
        if passage.day <= body.until:
            continue
        for match in pattern.finditer(passage.text):
            sentence = sentence_around(passage.text, *match.span())
            if is_past(sentence) or _CITED.search(sentence):
                continue
            message = _("“{name}” ended on {day}.").format(name=match.group(), day=f"{body.until:%d/%m/%Y}")
            fix = _("Now it is: {became}.").format(became=body.became)
            if body.confirmed:
                yield Hit(*match.span(), "law.body-ended", message, fix)
            else:
                yield warning(*match.span(), "law.body-ended", message, fix)


@cache
def _ended_provinces() -> "re.Pattern[str]":
    """The names of provinces that ended with 30 June 2025 and that no province of today has."""
    today = {province.name for province in places.provinces(places.NEW_UNITS)}
    ended = {unit.name for unit in places.provinces(law.fact("cap-huyen").start)} - today
    names = "|".join(re.escape(name) for name in sorted(ended, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?P<kind>tỉnh|thành\s+phố|TP\.?)\s+(?P<name>{names})(?!\w)(?!\s+(?-i:[{UPPER}]))", re.I)


def provinces_ended(passage: Passage) -> Iterator[Hit]:
    """ "tỉnh Hà Nam" after 30 June 2025, outside of a look back."""
    if law.in_force("cap-huyen", passage.day) or not _PROVINCE.search(passage.text):
        return
    for match in _ended_provinces().finditer(passage.text):
        sentence = sentence_around(passage.text, *match.span())
        if is_past(sentence) or _CITED.search(sentence) or _HOME.search(sentence):
            continue
        today = {province.name for province in places.provinces(passage.day)}
        became = ", ".join(sorted(places.related(match["name"]) & today))
        message = _("There is no province “{name}” on {day}.").format(name=match["name"], day=f"{passage.day:%d/%m/%Y}")
        fix = _("On that day it is: {list}").format(list=became)
        yield warning(*match.span(), "law.province-ended", message, fix)


_DATED_PLACE = re.compile(rf"(?m)(?:^|\s{{2}})(?P<name>[{UPPER}][^\d,;.\n]{{1,40}}),\s*ngày\s+\d{{1,2}}")


def other_place(text: Text) -> Iterator[Hit]:
    """The notice of another commune among this commune's texts; told once, at its first name.

    An error where the other commune's offices speak; a warning where it is only named twice and more.
    """
    unit = text.unit
    if unit is None or unit.sample or unit.name is None or unit.name in text.flat:
        return
    named = _places_in(text, former=False)
    speaking = next((m for found in named.values() for m in found if m["who"]), None)
    often = next((found[0] for found in named.values() if len(found) > 1), None)
    first = speaking or often
    if first is None or places.fold(unit.name) in places.fold(text.flat):
        return
    message = _("This text is of {other}, not of {own}.").format(
        other=f"{first['kind'].lower()} {first['name']}", own=unit.full_name
    )
    make = Hit if speaking else warning
    yield make(*first.span(), "place.other", message, _("Put the right commune in, or take the text out."))


def slipped_place(text: Text) -> Iterator[Hit]:
    """One office of another commune within a text of this one: left over from the notice that it was copied from."""
    named = _places_in(text, former=True)
    own = places.fold(text.unit.name) if text.unit and text.unit.name and not text.unit.sample else None
    dated = _own_place(text) if own is None else None
    if own is None and dated is None:
        own = max(named, key=lambda name: len(named[name]), default=None)
        if own is None or len(named[own]) < 2:
            return
    own = own or dated
    others = {*named} - {own}
    if (own not in named and not dated) or len(others) != 1 or text.shape == "markdown":
        return
    (other,) = others
    former = places.communes(text.unit.name, text.day) if text.unit and text.unit.name else ()
    if len(named[other]) > 1 or any(places.fold(u.name) == other for unit in former for u in places.former(unit.code)):
        return
    match = named[other][0]
    around = text.flat[max(0, match.start() - 40) : match.end() + 20]
    if match["who"] and not _BESIDE.search(around):
        message = _("“{other}” is another commune than that of the text.").format(other=match.group())
        yield warning(*match.span(), "place.other", message, _("Put the right commune in, if it is not meant."))


def _own_place(text: Text) -> str | None:
    """The commune that the line of place and day names, where the text's head names it, too."""
    found = _DATED_PLACE.search(text.flat) if text.written else None
    name = _known_place(found["name"], text.day) if found else None
    above = places.fold(text.flat[: found.start()]) if found else ""
    return name if name and name in above else None


def _places_in(text: Text, *, former: bool) -> dict[str, list[re.Match[str]]]:
    """Where communes are named, by their folded names. `former`: also those that are called “cũ”, “trước đây”."""
    named: dict[str, list[re.Match[str]]] = {}
    for match in _PLACE.finditer(text.flat):
        name = _known_place(match["name"], text.day)
        behind = text.flat[match.end("name") : match.end("name") + 12]
        if name and (former or not re.match(r"\s*(?:cũ|trước)", behind)):
            named.setdefault(name, []).append(match)
    return named


def _known_place(words: str, day: date) -> str | None:
    """The longest beginning of `words` that is the name of a commune, of today or of before 1 July 2025."""
    parts = words.split()
    for size in range(len(parts), 0, -1):
        name = " ".join(parts[:size])
        if places.communes(name, day) or places.communes(name, law.fact("cap-huyen").start):
            return places.fold(name)
    return None
