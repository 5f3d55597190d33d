"""A message from outside in one form, whatever it came as; and Loa's own JSON form of it.

The JSON form (docs/inbox.md) is either the message itself or, signed, the flattened JSON serialization of a JWS
(RFC 7515) whose payload is the message.
"""

import base64
import binascii
import datetime
import json
import math
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from loa.errors import Finding, InboxError
from loa.i18n import _
from loa.text import printable
from loa.yamlfile import wording

Priority = Literal["normal", "priority", "emergency"]
Kind = Literal["alert", "update", "cancel"]
LARGEST = 512_000
"""Bytes of a message without sound."""
LARGEST_WITH_SOUND = 12_000_000
"""Bytes of a message that carries a recording (base64): about an hour of speech as MP3."""
LONGEST = datetime.timedelta(days=60)
"""For how long a message may be valid."""
USUAL = datetime.timedelta(hours=24)
"""For how long it is valid where it does not say so."""
AHEAD = datetime.timedelta(minutes=10)
"""How far a sender's clock may be ahead of ours."""
_POINTS, _SHAPES = 1000, 100


def refused(code: str, message: str, fix: str = "", field: str | None = None) -> InboxError:
    """The error that says why a message is not taken; `code` is stable, programs use it."""
    return InboxError(Finding(f"inbox.{code}", message, fix, file=field))


def _clean(text: Any) -> Any:
    return " ".join(printable(text).split()) if isinstance(text, str) else text


def _clean_lines(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    return "\n".join(line for raw in printable(text).splitlines() if (line := " ".join(raw.split())))


Line = Annotated[str, BeforeValidator(_clean)]
Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s\pC,<&]+$")]
"""As in CAP: without spaces, commas, `<` and `&`, because references are written with them; and without letters that
nobody sees, which a database refuses or a page shows as another name.
"""


def _point(value: tuple[float, float]) -> tuple[float, float]:
    latitude, longitude = value
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError(_("This is no place on the earth.") + "\n" + _("Write latitude, then longitude, in degrees."))
    return value


Point = Annotated[tuple[float, float], AfterValidator(_point)]
"""Latitude and longitude (WGS 84, degrees)."""


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Circle(_Form):
    """`radius` in kilometres."""

    center: Point
    radius: float = Field(ge=0, le=2000, allow_inf_nan=False)


class Areas(_Form):
    """For whom a message is: official codes of units (a commune's five digits, or a province's two), file names of
    communes, polygons (each closed by itself), circles. What reaches one of them is meant.
    """

    codes: tuple[Annotated[str, Field(min_length=1, max_length=20)], ...] = Field(default=(), max_length=2000)
    communes: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(default=(), max_length=2000)
    polygons: tuple[Annotated[tuple[Point, ...], Field(min_length=3, max_length=_POINTS)], ...] = Field(
        default=(), max_length=_SHAPES
    )
    circles: tuple[Circle, ...] = Field(default=(), max_length=_SHAPES)
    described: Line = Field(default="", max_length=1000)
    """In words, to be said."""

    @property
    def is_empty(self) -> bool:
        """Whether a program cannot tell from it whom it is for."""
        return not (self.codes or self.communes or self.polygons or self.circles)


class Sound(_Form):
    """A recording. `data`: base64."""

    type: Literal["audio/mpeg", "audio/wav", "audio/ogg", "audio/mp4"]
    data: str = Field(min_length=100, max_length=LARGEST_WITH_SOUND)

    def bytes(self) -> bytes:
        """Raises InboxError where it is no base64."""
        try:
            return base64.b64decode(self.data, validate=True)
        except (binascii.Error, ValueError) as error:
            message = _("The recording is not written in base64.")
            raise refused("audio", message, _("Write the file's bytes as base64 (RFC 4648)."), "audio.data") from error


class Info(_Form):
    """What is to be said, in one language, to some areas."""

    language: str = Field(default="vi", pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)
    hazard: Line = Field(default="", max_length=60)
    """The id of a template of the emergency kit, or CAP's `event`."""
    title: Line = Field(min_length=2, max_length=300)
    text: Annotated[str, BeforeValidator(_clean_lines)] = Field(default="", max_length=4000)
    instruction: Annotated[str, BeforeValidator(_clean_lines)] = Field(default="", max_length=4000)
    audio: Sound | None = None
    priority: Priority = "normal"
    begins: AwareDatetime | None = None
    expires: AwareDatetime | None = None
    areas: Areas = Areas()


class Message(_Form):
    """A message. `sender`, `id`: who sent it, and what the sender calls it; both together name it for ever.

    `issuer`: the sender in words. `references`: the ids of the sender's own messages that it replaces or takes back.
    """

    sender: Identifier
    id: Identifier
    sent: AwareDatetime
    kind: Kind = "alert"
    exercise: bool = False
    test: bool = False
    """A test of the line: shown, never aired."""
    issuer: Line = Field(default="", max_length=300)
    references: tuple[Identifier, ...] = Field(default=(), max_length=200)
    repeat_minutes: int | None = Field(default=None, ge=2, le=1440)
    infos: tuple[Info, ...] = Field(default=(), max_length=100)

    @field_validator("references")
    @classmethod
    def _of_others(cls, references: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Without its own id: it would end itself the moment it goes on air."""
        return tuple(id_ for id_ in references if id_ != info.data.get("id"))

    @property
    def priority(self) -> Priority:
        """The highest of what it says."""
        order: tuple[Priority, ...] = ("emergency", "priority", "normal")
        return next((p for p in order if any(info.priority == p for info in self.infos)), "normal")

    @property
    def expires(self) -> datetime.datetime:
        """When it is worth nothing any more, whatever it says."""
        return max((self.until(info) for info in self.infos), default=self.sent + USUAL)

    def until(self, info: Info) -> datetime.datetime:
        """The same of one of its texts: as it says, else a day after it was sent."""
        return info.expires or max(self.sent, info.begins or self.sent) + USUAL

    def check(self, now: datetime.datetime) -> None:
        """Whether it may still be followed. Raises InboxError (expired, from the future, for too long)."""
        if self.sent > now + AHEAD:
            message = _("The message was sent in the future: {time}.").format(time=self.sent.isoformat())
            raise refused("future", message, _("Check the sender's clock."), "sent")
        if self.kind == "cancel":
            if self.sent < now - LONGEST:
                raise refused("expired", _("The message is too old."), field="sent")
            return
        if self.expires <= now:
            message = _("The message expired at {time}.").format(time=self.expires.isoformat())
            raise refused("expired", message, _("Send a new message."), "expires")
        if any(self.until(info) > self.sent + LONGEST for info in self.infos):
            message = _("The message would be valid for more than {days} days.").format(days=LONGEST.days)
            raise refused("long", message, _("Give an earlier end."), "expires")


class _Valid(_Form):
    from_: AwareDatetime | None = Field(default=None, alias="from")
    until: AwareDatetime | None = None


class _Repeat(_Form):
    minutes: int = Field(ge=2, le=1440)


class JsonMessage(_Form):
    """The JSON form, version 1. Keys that are not known are refused: they may be what a sender relies on."""

    loa: Literal["message/1"]
    id: Identifier
    sender: Identifier
    sent: AwareDatetime
    kind: Kind = "alert"
    priority: Priority = "normal"
    exercise: bool = False
    test: bool = False
    language: str = Field(default="vi", pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)
    issuer: Line = Field(default="", max_length=300)
    hazard: str = Field(default="", max_length=60)
    title: Line = Field(default="", max_length=300)
    text: str = Field(default="", max_length=4000)
    instruction: str = Field(default="", max_length=4000)
    audio: Sound | None = None
    valid: _Valid = _Valid()
    areas: Areas = Areas()
    references: tuple[Identifier, ...] = Field(default=(), max_length=200)
    repeat: _Repeat | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "JsonMessage":
        if self.kind == "cancel":
            if not self.references:
                fix = _("Name the messages that are taken back in “references”.")
                raise ValueError(_("It takes nothing back.") + "\n" + fix)
        elif len(self.title.split()) < 1 or not (self.text.strip() or self.instruction.strip() or self.audio):
            fix = _("Give a “title”, and a “text” or an “audio”.")
            raise ValueError(_("The message says nothing.") + "\n" + fix)
        return self

    def message(self) -> Message:
        """In the one form. Raises InboxError."""
        values = {
            "sender": self.sender,
            "id": self.id,
            "sent": self.sent,
            "kind": self.kind,
            "exercise": self.exercise,
            "test": self.test,
            "issuer": self.issuer,
            "references": self.references,
            "repeat_minutes": self.repeat.minutes if self.repeat else None,
        }
        said: list[dict[str, Any]] = []
        if self.title:
            said = [
                {
                    "language": self.language,
                    "hazard": self.hazard,
                    "title": self.title,
                    "text": self.text,
                    "instruction": self.instruction,
                    "audio": self.audio,
                    "priority": self.priority,
                    "begins": self.valid.from_,
                    "expires": self.valid.until,
                    "areas": self.areas,
                }
            ]
        return checked(Message, {**values, "infos": said})


Model = TypeVar("Model", bound=BaseModel)


def checked(model: type[Model], values: Any) -> Model:
    """`values` as a `model`. Raises InboxError with up to twenty problems, each at its field."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = []
        for detail in error.errors()[:20]:
            code, message, fix = wording(detail)
            place = ".".join(map(str, detail["loc"]))[:200]
            problems.append(Finding(f"inbox.{code}", message[:500], fix[:500], file=place or None))
        raise InboxError(problems) from error


def no_json(error: Exception) -> InboxError:
    """The refusal of bytes that are no JSON."""
    made = refused("format", _("This is not JSON."), _("Send UTF-8 text as docs/inbox.md describes it."))
    made.__cause__ = error
    return made


def load_json(raw: bytes | str) -> Any:
    """The value that a JSON text stands for. A key that stands twice is refused: two readers would see two messages.

    Raises InboxError.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise ValueError("twice")
        return made

    try:
        return json.loads(raw, object_pairs_hook=once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise no_json(error) from error


def _no_number(name: str) -> float:
    raise ValueError(name)


def parse_json(raw: bytes | str) -> Message:
    """A message in the JSON form, without a signature. Raises InboxError."""
    return checked(JsonMessage, load_json(raw)).message()
