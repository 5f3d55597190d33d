"""A commune and its campaigns: the facts that somebody typed, frozen."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from generator.campaign.fields import Count, Day, Kind, Presenters, Slug, Text, Url, Website, whole_number
from generator.errors import CampaignError, Finding
from generator.i18n import _
from generator.yamlfile import Strict


class Unit(Strict):
    """The commune itself, as the law names it on the campaigns' days."""

    sample: bool = False  # a model to copy: its name is still to be filled in
    name: Text | None
    kind: Kind = "xã"
    district: Text | None = None  # only before 2025-07-01
    province: Text | None = Field(default=None, validate_default=True)
    code: Text | None = None  # today's official code, where the unit still exists
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
    def full(self) -> str:
        """`xã Trung Sơn`; the kind alone while a sample has no name."""
        return f"{self.kind} {self.name}" if self.name else self.kind


class Portal(Strict):
    """Where online services are: the province's portal (until 2025-06-30) and the national one."""

    url: Url | None = None
    national: Url | None = None


class Desk(Strict):
    """Where people come in person. What is null is not said."""

    name: Text
    address: Text | None = None
    phone: Text | None = None
    hours: Text | None = None


class Hotline(Strict):
    """Whom to call, and the number as it is written."""

    who: Text
    phone: Text


class Station(Strict):
    """The commune's radio: its call, the accent of its listeners, its voices and jingle."""

    call: Text | None = None
    region: Literal["bac", "trung", "nam"] = "bac"
    voice: Text | None = None  # ENGINE or ENGINE:VOICE; null: the best that is ready
    voices: Presenters = ()  # who presents: [nữ, nam] take turns; empty: one voice, as it is
    jingle: Text | None = "chime"
    pronounce: dict[Text, Text] = Field(default_factory=dict)  # how this station says a word: {VNeID: vi en i đi}


class Services(Strict):
    """How many services the commune offers online. A count that is null is not said."""

    level_3: Count | None = None
    level_4: Count | None = None
    combined: Count | None = None  # levels 3 and 4 together
    full: Count | None = None  # toàn trình
    partial: Count | None = None  # một phần


class Campaign(Strict):
    """One article to make: a topic, its day, and the commune's facts for it."""

    id: Slug
    template: Slug
    variant: Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=9)] = (
        1  # another wording of the same template
    )
    title: Text
    as_of: Day  # the day whose law the text follows
    form: Literal["radio", "web"] = "web"
    services: Services = Services()
    postal: bool = False  # filing and results by the public postal service
    linked_services: tuple[Literal["khai-sinh", "khai-tu"], ...] = ()
    explain_levels: bool = False  # also say what the former four levels were
    voices: Presenters = ()  # who presents this article; empty: as the station does
    appeal_to: tuple[Text, ...] = ()
    body: tuple[Text, ...] = ()  # the paragraphs of a free notice (template thong-bao)
    deadline: Day | None = None  # the last day to do what the article asks for
    contact: Desk | None = None  # where to go for this topic; null: the commune's contact desk
    hotlines: tuple[Hotline, ...] = ()  # whom to call
    notes: Text | None = None  # for staff; never rendered, never spoken


class Commune(Strict):
    """One file of `campaigns/`."""

    commune: Unit
    portal: Portal = Portal()
    contact_desk: Desk | None = None
    station: Station = Station()
    campaigns: tuple[Campaign, ...]
    _stem: str = PrivateAttr(default="")

    @property
    def stem(self) -> str:
        """The file's name without its ending: the commune's name in paths and commands."""
        return self._stem

    @model_validator(mode="after")
    def _has_campaigns(self) -> Self:
        if not self.campaigns:
            raise ValueError(_("There is no campaign.") + "\n" + _("Add one below “campaigns:”."))
        return self

    @property
    def call(self) -> str:
        """How the station names itself."""
        return self.station.call or f"Đài truyền thanh {self.commune.full}"

    def presenters(self, id_: str) -> tuple[str, ...]:
        """Who reads campaign `id_` in turns; of any other text, who presents at this station. Empty: one voice."""
        campaign = next((c for c in self.campaigns if c.id == id_), None)
        return (campaign.voices or self.station.voices) if campaign else self.station.voices[:1]

    def campaign(self, id_: str) -> Campaign:
        """The campaign called `id_`. Raises CampaignError when there is none."""
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
