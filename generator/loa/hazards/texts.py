"""What is said about a hazard: gist first and twice, who says so and since when, what to do, until when."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import Field

from loa import yamlfile
from loa.yamlfile import Strict

DATA = Path(__file__).parent / "data"
OTHER = "khac"
"""The template for what has none of its own."""
_DRILL = "Đây là diễn tập."
_DRILL_END = "Đây là diễn tập, không có nguy hiểm thật. Bà con làm theo hướng dẫn như khi có thật."
"""What is said aloud is Vietnamese, whatever the language of the console is."""


class Hazard(Strict):
    """One template. `gist`: said first, `{where}` is the place; `do`: what people should do; `over`: the all clear."""

    name: str
    gist: str
    do: tuple[str, ...] = ()
    over: str
    events: tuple[str, ...] = Field(default=())


@dataclass(frozen=True, slots=True)
class Notice:
    """What a message says. `what`: the gist, a sentence (""; the template's); `more`: details; `do`: what to do ("":
    the template's); `until`: to when it holds. `drill`: it is none; `over`: it is the all clear; `update`: it replaces
    what was said before. `words`: how it calls itself aloud.
    """

    hazard: str
    issuer: str
    issued: datetime.datetime
    where: str
    what: str = ""
    more: str = ""
    do: str = ""
    until: datetime.datetime | None = None
    drill: bool = False
    over: bool = False
    update: bool = False


@cache
def hazards() -> Mapping[str, Hazard]:
    """The templates, by id, in the order of the form. Raises WorkspaceError where the package is damaged."""
    source = yamlfile.load(DATA / "hazards.yaml", "hazards.yaml")
    return {name: Hazard.model_validate(values) for name, values in source.data.items()}


def hazard_named(text: str) -> str:
    """The id of the template that somebody means, by its id or by what others call the hazard; OTHER if none."""
    wanted = " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
    for name, hazard in hazards().items():
        if wanted == name.replace("-", " ") or wanted == hazard.name.casefold() or wanted in hazard.events:
            return name
    return OTHER


def compose(notice: Notice) -> str:
    """The text to be spoken: one paragraph a thought, each line a sentence or a few short ones.

    The order is the one that is understood: that it is a drill, the gist, the gist again, who says so and since when,
    details, what to do, until when.
    """
    hazard = hazards().get(notice.hazard) or hazards()[OTHER]
    gist = _sentence(notice.what) or hazard.gist.format(where=notice.where or "địa bàn xã")
    if notice.over:
        gist = f"Hết báo động. {_sentence(notice.what) or hazard.over}"
    said = [_DRILL] * 2 if notice.drill else []
    if notice.update and not notice.over:
        said.append("Tin mới, thay cho tin đã phát trước đây.")
    said += [gist, f"Xin nhắc lại. {gist}"]
    said.append(f"{notice.issuer} thông báo lúc {spoken_moment(notice.issued)}.")
    if notice.what and notice.where and notice.where.casefold() not in notice.what.casefold():
        said.append(f"Khu vực: {_sentence(notice.where)}")
    said += [_sentence(line) for line in notice.more.splitlines() if line.strip()]
    if not notice.over:
        said += [_sentence(line) for line in notice.do.splitlines() if line.strip()] or list(hazard.do)
        if notice.until:
            said.append(f"Thông báo có hiệu lực đến {spoken_moment(notice.until)}.")
    said += [_DRILL_END] if notice.drill else []
    return "\n\n".join(said)


def spoken_moment(moment: datetime.datetime) -> str:
    """An instant as it is read aloud, by the clock of its own zone: `14 giờ 5 phút, ngày 28 tháng 11 năm 2026`."""
    minutes = f" {moment.minute} phút" if moment.minute else ""
    return f"{moment.hour} giờ{minutes}, ngày {moment.day} tháng {moment.month} năm {moment.year}"


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if not text or text[-1] in ".!?…" else f"{text}."
