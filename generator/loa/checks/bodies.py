"""Provinces, ministries and papers that have ended, and notices that belong to another commune."""

import re
from collections.abc import Iterator
from functools import cache

from loa.checks.law_dates import is_past, sentence_around
from loa.checks.text import Hit, Passage, Text, warning
from loa.i18n import _
from loa.reference import law, places
from loa.text import LOWER, UPPER

_CITED = re.compile(r"\d/(?:19|20)\d\d(?:/|(?!\d))|số\s*:?\s*[\w.]+[/-]", re.I)
_HOME = re.compile(
    r"quê|sinh\s+(?:ra\s+)?(?:tại|ở|năm)|nguyên\s+quán|trước\s+ngày|lịch\s+sử|chiến\s+dịch|chiến\s+thắng|đặc\s+sản|hàng",
    re.I,
)
_PROVINCE = re.compile(r"tỉnh|thành\s+phố|TP", re.I)
_ISSUER = re.compile(
    r"(?P<who>UBND|Ủy\s+ban\s+nhân\s+dân|HĐND|Hội\s+đồng\s+nhân\s+dân|Đảng\s+ủy|Công\s+an|Trạm\s+Y\s+tế|Đài\s+Truyền\s+thanh|địa\s+bàn|nhân\s+dân)\s+"
    rf"(?P<kind>xã|phường|thị\s+trấn|đặc\s+khu)\s+(?P<name>(?-i:[{UPPER}][{LOWER}]*)(?:\s+(?-i:[{UPPER}][{LOWER}]*)){{0,3}})",
    re.I,
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


def other_place(text: Text) -> Iterator[Hit]:
    """The notice of another commune among this commune's texts; told once, at its first name."""
    unit = text.unit
    if unit is None or unit.sample or unit.name is None or unit.name in text.flat:
        return
    own = places.fold(unit.name)
    first = None
    for match in _ISSUER.finditer(text.flat):
        name = places.fold(match["name"])
        if name == own or name.startswith(own + " "):
            return
        if first is None and not re.match(r"\s*(?:cũ|trước)", text.flat[match.end() : match.end() + 12]):
            first = match
    if first is None or own in places.fold(text.flat):
        return
    message = _("This text is of {other}, not of {own}.").format(
        other=f"{first['kind'].lower()} {first['name']}", own=unit.full_name
    )
    yield Hit(*first.span(), "place.other", message, _("Put the right commune in, or take the text out."))
