"""The items of a programme in schedule.yaml: one model per kind."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from loa.bulletin.programme import Credit, Part
from loa.i18n import N_, _
from loa.reference.categories import Category
from loa.reference.languages import VIETNAMESE, Language
from loa.schedule.local_time import LocalTime
from loa.schedule.values import Hour, Seconds, StationPath
from loa.yamlfile import Strict

LONGEST, LONGEST_SOUND = 4 * 3600.0, 1800.0
"""Seconds of a relay; of a recording or of music (see `bulletin.jingles`)."""


class _Item(Strict):
    """`title`: in the list of chapters; None for the file's name, or the article's title.

    `category`, `author`, `received_from`: for the reports; of an article None for what its campaign says.
    """

    title: str | None = Field(default=None, title=N_("Title"))
    language: Language = Field(default=VIETNAMESE, title=N_("Language"))
    category: Category = Field(default=None, title=N_("Category"))
    author: str | None = Field(default=None, title=N_("Author"))
    received_from: str | None = Field(default=None, title=N_("Received from"))

    def credit(self) -> Credit:
        """What reports say of it."""
        return Credit(str(getattr(self, "file", "")), self.category or "", self.author or "", self.received_from or "")


class File(_Item):
    """A recording named by its path alone, as in earlier versions: it follows the articles."""

    kind: Literal["file"]
    file: StationPath

    def part(self) -> Part:
        """The same as a part of a programme."""
        return Part("recording", file=self.file)


class Recording(_Item):
    """A sound file: a talk, the district's MP3, the anthem. `text`: what it says; `length`: where it is cut."""

    kind: Literal["recording"]
    file: StationPath = Field(min_length=1)
    length: Seconds | None = Field(default=None, gt=0, le=LONGEST_SOUND)
    text: str | None = None

    def part(self) -> Part:
        """The same as a part of a programme."""
        return Part(
            "recording",
            self.title or "",
            self.language,
            self.file,
            length=self.length,
            text=" ".join((self.text or "").split()),
        )


class Music(_Item):
    """Music: a sound file, or the name of a station sound. Without `length` it fills up to the shortest length."""

    kind: Literal["music"]
    file: StationPath = Field(default="bed", min_length=1)
    length: Seconds | None = Field(default=None, gt=0, le=LONGEST_SOUND)

    def part(self) -> Part:
        """The same as a part of a programme."""
        return Part("music", self.title or "", self.language, self.file, length=self.length)


class Article(_Item):
    """An article; without `campaign` all of the broadcast's, or the one whose turn it is."""

    kind: Literal["article"]
    campaign: str | None = None

    def part(self) -> Part:
        """The same as a part of a programme."""
        return Part("article", self.title or "", self.language, campaign=self.campaign or "")


class Relay(_Item):
    """Another station, live: by `url` (HTTP(S), HLS, Icecast) or at an input (`line`: part of its device's name).

    It ends at the hour `to`, or after `length`; with `from` it does not begin earlier. `hold`: what bridges gaps.
    `players`: the address at which players far away hear the same; None: at `url`.
    """

    kind: Literal["relay"]
    url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+(/\S*)?$")
    line: str | None = Field(default=None, min_length=1)
    from_: Hour | None = Field(default=None, alias="from")
    to: Hour | None = None
    length: Seconds | None = Field(default=None, gt=0, le=LONGEST)
    hold: StationPath = Field(default="bed", min_length=1)
    players: str | None = Field(default=None, pattern=r"^https?://[^/\s]+(/\S*)?$")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.url is None) == (self.line is None):
            what = _("A relay has one source.")
            raise ValueError(what + "\n" + _("Write either url: with an address, or line: with a recording device."))
        if (self.to is None) == (self.length is None):
            what = _("It is not said when the relay ends.")
            raise ValueError(what + "\n" + _('Write either to: with an hour, for example "06:15", or length: 15m.'))
        if self.from_ and self.to and self.to <= self.from_:
            raise ValueError(
                _("The span ends before it starts.")
                + "\n"
                + _("Put the earlier hour first; for a night write two broadcasts.")
            )
        return self

    @property
    def source(self) -> str:
        """The address, or `line:` and the device."""
        return self.url or f"line:{self.line}"

    def part(self) -> Part:
        """The same as a part of a programme."""
        begins, ends = _hour(self.from_), _hour(self.to)
        title = self.title or _("Relay")
        return Part(
            "relay", title, self.language, self.hold, length=self.length, source=self.source, begins=begins, ends=ends
        )


class Talk(_Item):
    """Somebody speaks live at the microphone: the whole programme. It ends for good at the hour `to`, or after the
    broadcast's longest length.

    `speaker`: whom people wait for. `wait`: seconds for which the station waits; then it airs `instead`, a sound file
    that is signed like any other, or what `late` says.
    """

    kind: Literal["microphone"]
    speaker: str | None = Field(default=None, min_length=1, max_length=120)
    to: Hour | None = None
    wait: Seconds = Field(default=120.0, ge=10, le=1800)
    instead: StationPath | None = Field(default=None, min_length=1)

    def part(self) -> Part:
        """What is aired where nobody speaks."""
        return Part("recording", self.title or "", self.language, self.instead or "")


class Opening(_Item):
    """The jingle, the station's call, and what comes."""

    kind: Literal["opening"]

    def part(self) -> Part:
        """The same as a part of a programme."""
        return Part("opening", self.title or "", self.language)


class Closing(_Item):
    """The last words, and the jingle."""

    kind: Literal["closing"]

    def part(self) -> Part:
        """The same as a part of a programme."""
        return Part("closing", self.title or "", self.language)


def _hour(hour: LocalTime | None) -> str:
    return f"{hour:%H:%M:%S}" if hour else ""


def _as_item(value: Any) -> Any:
    """A path alone is a recording; `opening` alone an opening."""
    if isinstance(value, str):
        text = value.strip()
        return {"kind": text} if text in {"opening", "closing"} else {"kind": "file", "file": text}
    return value


AnyItem = Annotated[
    File | Recording | Music | Article | Relay | Talk | Opening | Closing,
    Field(discriminator="kind"),
    BeforeValidator(_as_item),
]
