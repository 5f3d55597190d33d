"""The models of a campaign file: a commune, its station and its campaigns."""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

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
from loa.formats import day_of
from loa.i18n import N_, _
from loa.reference.categories import Category, of_topic
from loa.reference.languages import VIETNAMESE, Language
from loa.text import nfc
from loa.yamlfile import Choices, Strict, Url, web_address

_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def whole_number(value: Any) -> Any:
    """Read "1.250" as 1250, as Vietnamese write thousands. Raises ValueError for 60.5, true and false."""
    if isinstance(value, str) and re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", value):
        return int(value.replace(".", ""))
    if isinstance(value, bool) or (isinstance(value, str) and "." in value):  # pydantic would read "1.0" as 1
        raise ValueError(_("This must be a whole number.") + "\n" + _("Write digits only, for example 60."))
    return value


def _website(text: str) -> str:
    return web_address(text if "://" in text else f"https://{text}") and text


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
Slug = Annotated[str, Field(pattern=_SLUG, max_length=100)]
Day = Annotated[date, BeforeValidator(day_of)]
Count = Annotated[int, BeforeValidator(whole_number), Field(ge=0)]
Website = Annotated[str, AfterValidator(_website)]
Kind = Annotated[
    Literal["xã", "phường", "thị trấn", "đặc khu"],
    BeforeValidator(lambda v: nfc(v).strip().lower() if isinstance(v, str) else v),
]


class Unit(Strict):
    """The commune as an administrative unit, with its name on the day of the campaigns."""

    sample: bool = Field(
        default=False,
        title=N_("This is only a sample"),
        description=N_("An example to copy: its name and province are still to be filled in."),
    )
    name: Text | None = Field(
        title=N_("Name of the commune"), description=N_("The commune's name, without its kind."), examples=["Bến Hải"]
    )
    kind: Kind = Field(default="xã", title=N_("Kind of unit"))
    district: Text | None = Field(
        default=None, title=N_("District"), description=N_("Only for texts from before 1 July 2025.")
    )
    province: Text | None = Field(
        default=None,
        validate_default=True,
        title=N_("Province or city"),
        description=N_("The province's name, without its kind."),
        examples=["Quảng Trị"],
    )
    code: Text | None = Field(
        default=None, title=N_("Official code"), description=N_("Leave it empty if the unit no longer exists.")
    )
    website: Website | None = Field(default=None, title=N_("Website"))

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

    url: Url | None = Field(
        default=None,
        title=N_("Portal of the province"),
        description=N_("Only for texts from before 1 July 2025."),
        examples=["https://dichvucong.quangtri.gov.vn/"],
    )
    national: Url | None = Field(default=None, title=N_("National portal"), examples=["https://dichvucong.gov.vn"])


class Desk(Strict):
    """The office that people visit in person. Values that are null are not mentioned in articles."""

    name: Text = Field(title=N_("Name of the place"))
    address: Text | None = Field(default=None, title=N_("Address"))
    phone: Text | None = Field(
        default=None,
        title=N_("Telephone"),
        description=N_("Leave it empty if you are not sure: it is then not said."),
    )
    hours: Text | None = Field(default=None, title=N_("Opening hours"))


class Hotline(Strict):
    """Whom to call, and the telephone number as it is written."""

    who: Text = Field(title=N_("Who answers"))
    phone: Text = Field(title=N_("Telephone"))


class StationSettings(Strict):
    """The commune's radio station: its call sign, its listeners' accent, its voices and its jingle."""

    call: Text | None = Field(
        default=None,
        title=N_("How the station names itself"),
        description=N_("Empty: “Đài truyền thanh” and the commune's name."),
    )
    region: Annotated[
        Literal["bac", "trung", "nam"],
        Choices({"bac": N_("northern"), "trung": N_("central"), "nam": N_("southern")}),
    ] = Field(default="bac", title=N_("Accent of the listeners"))
    voice: Text | None = Field(
        default=None,
        title=N_("Voice"),
        description=N_("Empty: the best voice of this computer."),
        examples=["loa:nu"],
    )
    voices: Presenters = Field(
        default=(),
        title=N_("Presenters"),
        description=N_("Two take turns, paragraph by paragraph. Empty: one voice."),
        examples=[["nữ", "nam"]],
    )
    jingle: Text | None = Field(default="chime", title=N_("Jingle"))
    spoken_label: bool = Field(
        default=False,
        title=N_("Say that a machine reads"),
        description=N_("One sentence after the opening call. The files are marked for programs in any case."),
    )
    pronounce: dict[Text, Text] = Field(
        default_factory=dict, title=N_("How words are read"), examples=[{"VNeID": "vi en i đi"}]
    )


_LEVELS = N_("Only for texts from before 15 August 2022.")


class Services(Strict):
    """The numbers of services that the commune offers online. A number that is null is not mentioned in articles."""

    level_3: Count | None = Field(default=None, title=N_("At level 3"), description=_LEVELS)
    level_4: Count | None = Field(default=None, title=N_("At level 4"), description=_LEVELS)
    combined: Count | None = Field(default=None, title=N_("At levels 3 and 4 together"), description=_LEVELS)
    full: Count | None = Field(default=None, title=N_("Complete online (toàn trình)"))
    partial: Count | None = Field(default=None, title=N_("Partly online (một phần)"))


class OwnWords(Strict):
    """A passage of an article in words of its own; the template's words say which passage it is."""

    instead: Text = Field(title=N_("The template's words"))
    say: Annotated[str, AfterValidator(nfc)] = Field(
        title=N_("This article's own words"), description=N_("Empty: the passage is left out.")
    )


class Campaign(Strict):
    """One article to make: its topic, its day, and the commune's facts for it."""

    id: Slug = Field(title=N_("Short name"), description=N_("A short name in a-z, 0-9 and hyphens."))
    template: Slug = Field(title=N_("Topic"), examples=["dich-vu-cong-truc-tuyen"])
    variant: Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=9)] = Field(
        default=1,
        title=N_("Wording"),
        description=N_("1 is the first wording; 2 says the same in other words, so that listeners do not tire."),
    )
    title: Text = Field(title=N_("Title"), description=N_("Stands above the article and in the list of bulletins."))
    as_of: Day = Field(title=N_("The text follows the law of this day"))
    form: Annotated[Literal["radio", "web"], Choices({"radio": N_("radio bulletin"), "web": N_("web article")})] = (
        Field(
            default="web",
            title=N_("Form"),
            description=N_("radio: greeting and thanks on the page too; web: only on air."),
        )
    )
    services: Services = Field(
        default=Services(),
        title=N_("How many services are offered online"),
        description=N_("What is empty is not said. Nothing is invented."),
    )
    postal: bool = Field(default=False, title=N_("Filing and results also by post"))
    linked_services: Annotated[
        tuple[Literal["khai-sinh", "khai-tu"], ...],
        Choices(
            {
                "khai-sinh": N_("birth registration, residence and insurance card for a child under 6"),
                "khai-tu": N_("death registration, removal of residence and funeral allowance"),
            }
        ),
    ] = Field(default=(), title=N_("Linked services"))
    explain_levels: bool = Field(default=False, title=N_("Also explain the four former levels"))
    voices: Presenters = Field(
        default=(),
        title=N_("Presenters of this article"),
        description=N_("Empty: as the station does."),
        examples=[["nữ", "nam"]],
    )
    appeal_to: tuple[Text, ...] = Field(
        default=(), title=N_("Who is asked to spread the word"), examples=[["MTTQ", "lãnh đạo các ấp"]]
    )
    issuer: Text | None = Field(
        default=None,
        title=N_("Who issues it"),
        description=N_("In whose name the notice is read. Empty: the commune's People's Committee."),
        examples=["Trạm Y tế xã Bến Hải"],
    )
    kind: Text | None = Field(
        default=None,
        title=N_("Kind of document"),
        description=N_("What it calls itself. Empty: thông báo."),
        examples=["thư ngỏ"],
    )
    number: Text | None = Field(
        default=None,
        title=N_("Number and sign"),
        description=N_("Shown on the page, not spoken."),
        examples=["12/TB-TYT"],
    )
    issued: Day | None = Field(default=None, title=N_("Day of the document"))
    body: tuple[Text, ...] = Field(
        default=(),
        title=N_("Text of the notice"),
        description=N_(
            "The paragraphs of the topic “A free notice”. Lines that begin with | are a table: “| Ngày | Giờ |”."
        ),
    )
    facts: Annotated[dict[str, Any], BeforeValidator(lambda value: {} if value is None else value)] = Field(
        default_factory=dict,
        title=N_("Facts of the topic"),
        description=N_("What the topic's own list of facts asks for: loa topic NAME shows it."),
    )
    words: tuple[OwnWords, ...] = Field(
        default=(),
        title=N_("This article's own words"),
        description=N_("Passages that this article says otherwise than its template."),
        examples=[[{"instead": "Đề nghị bà con thực hiện đúng thời hạn.", "say": "Mong bà con thực hiện đúng hạn."}]],
    )
    deadline: Day | None = Field(default=None, title=N_("Last day to do it"))
    contact: Desk | None = Field(
        default=None,
        title=N_("Where to go for this topic"),
        description=N_("Empty: the commune's own desk."),
    )
    hotlines: tuple[Hotline, ...] = Field(
        default=(),
        title=N_("Whom to call"),
        description=N_("Write only numbers that you have checked."),
        examples=[[{"who": "Cấp cứu y tế", "phone": "115"}]],
    )
    language: Language = Field(
        default=VIETNAMESE,
        title=N_("Language"),
        description=N_("vi, or the code of a minority's language; the log and the reports count it."),
        examples=["khm"],
    )
    category: Category = Field(
        default=None,
        title=N_("Category"),
        description=N_("By Article 6 of Decree 49/2024, for the reports. Empty: as the topic suggests."),
    )
    author: Text | None = Field(
        default=None,
        title=N_("Author"),
        description=N_("Who wrote it, for the reports and the fee sheet. Never shown on the page and never spoken."),
        examples=["Nguyễn Thị Lan"],
    )
    received_from: Text | None = Field(
        default=None,
        title=N_("Received from"),
        description=N_("Who sent the text, if the commune did not write it itself; for the reports."),
        examples=["Trung tâm Văn hóa, Thể thao và Truyền thông"],
    )
    notes: Text | None = Field(
        default=None, title=N_("Notes for staff"), description=N_("Never shown on the page and never spoken.")
    )

    @property
    def reported_category(self) -> str:
        """The category under which it is reported; "" where neither it nor its topic says one."""
        return self.category or of_topic(self.template)


class Commune(Strict):
    """One file of `campaigns/`: a commune, its station and its campaigns."""

    unit: Unit = Field(alias="commune", title=N_("The commune"))
    portal: Portal = Field(default=Portal(), title=N_("Public service portals"))
    contact_desk: Desk | None = Field(default=None, title=N_("Where people come in person"))
    station: StationSettings = Field(default=StationSettings(), title=N_("The radio station"))
    campaigns: tuple[Campaign, ...] = Field(
        title=N_("Campaigns"), description=N_("The articles to make, one entry each.")
    )
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

    @property
    def committee(self) -> str:
        """In whose name the station speaks where nobody else is named: `Ủy ban nhân dân xã Trung Sơn`."""
        return f"Ủy ban nhân dân {self.unit.full_name}"

    def issuer(self, campaign: Campaign) -> str:
        """Who issues the article of `campaign`."""
        return campaign.issuer or self.committee

    def desk(self, campaign: Campaign) -> Desk | None:
        """Where people go about `campaign`: its own contact, else an issuer that is no committee, else the desk."""
        if campaign.contact:
            return campaign.contact
        if campaign.issuer and not _is_committee(campaign.issuer):
            return Desk(name=campaign.issuer)
        return self.contact_desk

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


def _is_committee(issuer: str) -> bool:
    """Whether the issuer is a People's Committee or Council, whose desk is that of the commune."""
    return bool(re.match(r"(?:u[yỷ]|[uủ]y) ban nhân dân|ubnd|hội đồng nhân dân|hđnd|chủ tịch", issuer.strip().lower()))
