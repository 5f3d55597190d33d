"""A commune and its campaigns: the facts that somebody typed, loaded with every problem of every file at once."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from pathlib import Path
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

from generator.errors import CampaignError, Finding, Severity, WorkspaceError
from generator.i18n import _
from generator.workspace import Workspace, yaml_files
from generator.yamlfile import Strict, YamlFile, load, validate

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)
_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


_PRIVATE = re.compile("[\ue000-\uf8ff\u200b\ufeff]")  # invisible, and the first are our own marks in articles


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", _PRIVATE.sub("", text))


def _day(value: Any) -> Any:
    """Only year-month-day: a bare number would otherwise pass as seconds since 1970."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) else _refuse_day()
    except (TypeError, ValueError):
        return _refuse_day()


def _refuse_day() -> None:
    raise ValueError(_("This is not a date.") + "\n" + _("Write year-month-day, for example 2026-11-01."))


def _count(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(_("This must be a whole number.") + "\n" + _("Write digits only, for example 60."))  # noqa: TRY004  pydantic reports ValueError only
    return value


def _url(text: str) -> str:
    """A web address with scheme and host; raises ValueError with the mend after a line break."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or re.search(r"\s|:.*:", text) or not _HOST.fullmatch(parts.netloc):
        raise ValueError(
            _("This is not a web address.") + "\n" + _("Write it without spaces, as https://dichvucong.gov.vn/")
        )
    return text


def _website(text: str) -> str:
    return _url(text if "://" in text else f"https://{text}") and text


Text = Annotated[str, AfterValidator(_nfc), Field(min_length=1)]
Slug = Annotated[str, Field(pattern=_SLUG)]
Day = Annotated[date, BeforeValidator(_day)]
Count = Annotated[int, BeforeValidator(_count), Field(ge=0)]
Url = Annotated[str, AfterValidator(_url)]
Website = Annotated[str, AfterValidator(_website)]
Kind = Annotated[
    Literal["xã", "phường", "thị trấn", "đặc khu"], BeforeValidator(lambda v: _nfc(v) if isinstance(v, str) else v)
]


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

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses there are, the national one first."""
        return tuple(url for url in (self.national, self.url) if url)


class Desk(Strict):
    """Where people come in person. What is null is not said."""

    name: Text
    address: Text | None = None
    phone: Text | None = None
    hours: Text | None = None


class Station(Strict):
    """The commune's radio: its call, the accent of its listeners, its voice and jingle."""

    call: Text | None = None
    region: Literal["bac", "trung", "nam"] = "bac"
    voice: Text | None = None  # ENGINE or ENGINE:VOICE; null: the best that is ready
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
    variant: Annotated[int, BeforeValidator(_count), Field(ge=1, le=9)] = 1  # another wording of the same template
    title: Text
    as_of: Day  # the day whose law the text follows
    form: Literal["radio", "web"] = "web"
    services: Services = Services()
    postal: bool = False  # filing and results by the public postal service
    linked_services: tuple[Literal["khai-sinh", "khai-tu"], ...] = ()
    explain_levels: bool = False  # also say what the former four levels were
    appeal_to: tuple[Text, ...] = ()
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
    def _ids_differ(self) -> Self:
        ids = [campaign.id for campaign in self.campaigns]
        if not ids:
            raise ValueError(_("There is no campaign.") + "\n" + _("Add one below “campaigns:”."))
        twice = next((i for i in ids if ids.count(i) > 1), None)
        if twice:
            raise ValueError(
                _("Two campaigns have the id “{id}”.").format(id=twice) + "\n" + _("Give each its own id.")
            )
        return self

    @property
    def call(self) -> str:
        """How the station names itself."""
        return self.station.call or f"Đài truyền thanh {self.commune.full}"

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


def load_communes(workspace: Workspace) -> list[Commune]:
    """All communes, in order of file name. Raises CampaignError with the errors of all files."""
    communes, findings = survey(workspace)
    errors = [f for f in findings if f.severity is Severity.ERROR]
    if errors:
        raise CampaignError(errors)
    return communes


def load_commune(workspace: Workspace, stem: str) -> Commune:
    """The commune whose file is called `stem`. Raises CampaignError when it is missing or wrong."""
    paths = [p for p in yaml_files(workspace.campaigns) if _same(p.stem, stem)]
    if not paths:
        stems = ", ".join(p.stem for p in yaml_files(workspace.campaigns)) or "-"
        raise CampaignError(
            Finding(
                "commune.none",
                _("There is no commune “{name}” in campaigns/.").format(name=stem),
                _("Choose: {list}").format(list=stems),
            )
        )
    return _load_all(workspace, paths, strict=True)[0][0]


def survey(workspace: Workspace) -> tuple[list[Commune], list[Finding]]:
    """What loads, and every problem of what does not; warnings too (a sample whose name is still to be filled in)."""
    return _load_all(workspace, list(yaml_files(workspace.campaigns)), strict=False)


def read_commune(path: Path, file: str) -> tuple[Commune, YamlFile]:
    """One file and its places. Raises WorkspaceError with all its problems."""
    source = load(path, file)
    commune = validate(Commune, source)
    commune._stem = _nfc(path.stem)
    return commune, source


def _load_all(workspace: Workspace, paths: Iterable[Path], *, strict: bool) -> tuple[list[Commune], list[Finding]]:
    communes: list[Commune] = []
    findings: list[Finding] = []
    seen: dict[str, str] = {}
    for path in paths:
        file = workspace.relative(path)
        key = _nfc(path.stem).casefold()
        if key in seen:
            findings.append(
                Finding(
                    "commune.twice",
                    _("This file and {other} are the same commune “{stem}”.").format(other=seen[key], stem=path.stem),
                    _("Keep one of the two, or rename one."),
                    file=file,
                    line=1,
                    column=1,
                )
            )
            continue
        seen[key] = file
        try:
            commune, source = read_commune(path, file)
        except WorkspaceError as error:
            findings.extend(error.findings)
            continue
        communes.append(commune)
        if commune.commune.sample:
            findings.append(_sample(source))
    errors = [f for f in findings if f.severity is Severity.ERROR]
    if strict and errors:
        raise CampaignError(errors)
    return communes, findings


def _sample(source: YamlFile) -> Finding:
    place = source.finding(
        ("commune", "name"),
        "commune.sample",
        _("This is a sample: the commune's name is still to be filled in."),
        _("Write your commune's name and province, then remove the line “sample: true”."),
    )
    return Finding(
        place.code, place.message, place.mend, Severity.WARNING, place.file, place.line, place.column, place.quote
    )


def _same(a: str, b: str) -> bool:
    return _nfc(a).casefold() == _nfc(b).casefold()
