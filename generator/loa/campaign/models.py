"""The models of a campaign file: a commune, its station and its campaigns."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from loa.errors import CampaignError, Finding
from loa.i18n import _
from loa.yamlfile import Strict

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)
_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


_PRIVATE = re.compile(
    "[\ue000-\uf8ff\u200b\ufeff]"
)  # invisible characters; articles use the first range for their own marks


def nfc(text: str) -> str:
    """Return `text` in Unicode form NFC, without invisible characters."""
    return unicodedata.normalize("NFC", _PRIVATE.sub("", text))


def _day(value: Any) -> Any:
    """Accept only year-month-day: pydantic would read a bare number as seconds since 1970."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) else _refuse_day()
    except (TypeError, ValueError):
        return _refuse_day()


def _refuse_day() -> None:
    raise ValueError(_("This is not a date.") + "\n" + _("Write year-month-day, for example 2026-11-01."))


def whole_number(value: Any) -> Any:
    """Read "1.250" as 1250, as Vietnamese write thousands. Raises ValueError for 60.5, true and false."""
    if isinstance(value, str) and re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", value):
        return int(value.replace(".", ""))
    if isinstance(value, bool) or (isinstance(value, str) and "." in value):  # pydantic would read "1.0" as 1
        raise ValueError(_("This must be a whole number.") + "\n" + _("Write digits only, for example 60."))
    return value


def _url(text: str) -> str:
    """Accept a web address with scheme and host. Raises ValueError: the message, a line break, how to correct it."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or re.search(r"\s|:.*:", text) or not _HOST.fullmatch(parts.netloc):
        raise ValueError(
            _("This is not a web address.") + "\n" + _("Write it without spaces, as https://dichvucong.gov.vn/")
        )
    return text


def _website(text: str) -> str:
    return _url(text if "://" in text else f"https://{text}") and text


def _presenters(names: tuple[str, ...]) -> tuple[str, ...]:
    """Accept one presenter, or two different ones; "Nữ" becomes "nữ". Raises ValueError."""
    known = tuple(name.lower() if name.lower() in {"nữ", "nam"} else name for name in names)
    if len(known) > 2 or len(set(known)) < len(known):
        raise ValueError(
            _("An article has one presenter, or two different ones who take turns.")
            + "\n"
            + _("Write for example voices: [nữ, nam].")
        )
    return known


Text = Annotated[str, AfterValidator(nfc), Field(min_length=1)]
Presenters = Annotated[tuple[Text, ...], AfterValidator(_presenters)]
Slug = Annotated[str, Field(pattern=_SLUG)]
Day = Annotated[date, BeforeValidator(_day)]
Count = Annotated[int, BeforeValidator(whole_number), Field(ge=0)]
Url = Annotated[str, AfterValidator(_url)]
Website = Annotated[str, AfterValidator(_website)]
Kind = Annotated[
    Literal["xã", "phường", "thị trấn", "đặc khu"],
    BeforeValidator(lambda v: nfc(v).strip().lower() if isinstance(v, str) else v),
]


class Unit(Strict):
    """The commune as an administrative unit, with its name on the day of the campaigns."""

    sample: bool = False  # an example to copy, whose name is not filled in yet
    name: Text | None
    kind: Kind = "xã"
    district: Text | None = None  # only before 2025-07-01
    province: Text | None = Field(default=None, validate_default=True)
    code: Text | None = None  # today's official code, if the unit still exists
    website: Website | None = None

    @field_validator("name", "province")
    @classmethod
    def _filled_in(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and not info.data.get("sample"):
            key = info.field_name
            raise ValueError(
                _("“{key}” is not filled in.").format(key=key)
                + "\n"
                + _("Write the name after “{key}:”.").format(key=key)
            )
        return value

    @property
    def full_name(self) -> str:
        """Kind and name, for example `xã Trung Sơn`; only the kind while a sample has no name."""
        return f"{self.kind} {self.name}" if self.name else self.kind


class Portal(Strict):
    """The addresses of online services: the province's portal (until 2025-06-30) and the national portal."""

    url: Url | None = None
    national: Url | None = None


class Desk(Strict):
    """The office that people visit in person. Values that are null are not mentioned in articles."""

    name: Text
    address: Text | None = None
    phone: Text | None = None
    hours: Text | None = None


class Hotline(Strict):
    """Whom to call, and the telephone number as it is written."""

    who: Text
    phone: Text


class StationSettings(Strict):
    """The commune's radio station: its call sign, its listeners' accent, its voices and its jingle."""

    call: Text | None = None
    region: Literal["bac", "trung", "nam"] = "bac"
    voice: Text | None = None  # ENGINE or ENGINE:VOICE; null: the best voice that is ready
    voices: Presenters = ()  # presenters who take turns: [nữ, nam]; empty: one voice reads everything
    jingle: Text | None = "chime"
    pronounce: dict[Text, Text] = Field(default_factory=dict)  # how this station pronounces a word: {VNeID: vi en i đi}


class Services(Strict):
    """The numbers of services that the commune offers online. A number that is null is not mentioned in articles."""

    level_3: Count | None = None
    level_4: Count | None = None
    combined: Count | None = None  # levels 3 and 4 together
    full: Count | None = None  # toàn trình
    partial: Count | None = None  # một phần


class Campaign(Strict):
    """One article to make: its topic, its day, and the commune's facts for it."""

    id: Slug
    template: Slug
    variant: Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=9)] = 1  # which wording of the template
    title: Text
    as_of: Day  # the day whose law the text follows
    form: Literal["radio", "web"] = "web"
    services: Services = Services()
    postal: bool = False  # applications and results can be sent by post
    linked_services: tuple[Literal["khai-sinh", "khai-tu"], ...] = ()
    explain_levels: bool = False  # also explain the four former levels of service
    voices: Presenters = ()  # the presenters of this article; empty: those of the station
    appeal_to: tuple[Text, ...] = ()
    body: tuple[Text, ...] = ()  # the paragraphs of a free notice (template thong-bao)
    deadline: Day | None = None  # the last day to do what the article asks the people to do
    contact: Desk | None = None  # where to go for this topic; null: the commune's contact desk
    hotlines: tuple[Hotline, ...] = ()  # whom to call
    notes: Text | None = None  # for staff; never published, never spoken


class Commune(Strict):
    """One file of `campaigns/`: a commune, its station and its campaigns."""

    unit: Unit = Field(alias="commune")
    portal: Portal = Portal()
    contact_desk: Desk | None = None
    station: StationSettings = StationSettings()
    campaigns: tuple[Campaign, ...]
    _stem: str = PrivateAttr(default="")

    @property
    def stem(self) -> str:
        """The file's name without suffix; it identifies the commune in paths and commands."""
        return self._stem

    @model_validator(mode="after")
    def _has_campaigns(self) -> Self:
        if not self.campaigns:
            raise ValueError(_("There is no campaign.") + "\n" + _("Add one below “campaigns:”."))
        return self

    @property
    def call(self) -> str:
        """The call sign of the station, for example `Đài truyền thanh xã Trung Sơn`."""
        return self.station.call or f"Đài truyền thanh {self.unit.full_name}"

    def presenters(self, id_: str) -> tuple[str, ...]:
        """Return the presenters of campaign `id_`; for any other text, the station's first one. Empty: one voice."""
        campaign = next((c for c in self.campaigns if c.id == id_), None)
        return (campaign.voices or self.station.voices) if campaign else self.station.voices[:1]

    def campaign(self, id_: str) -> Campaign:
        """Return the campaign with this id. Raises CampaignError if there is none."""
        found = next((c for c in self.campaigns if c.id == id_), None)
        if found:
            return found
        ids = ", ".join(c.id for c in self.campaigns)
        raise CampaignError(
            Finding(
                "campaign.none",
                _("{commune} has no campaign “{id}”.").format(commune=self.stem, id=id_),
                _("Choose: {list}").format(list=ids),
            )
        )
