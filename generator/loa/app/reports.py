"""What was aired in a month or a year, for the reports that a commune owes: figures, and the log as a workbook."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from loa.actions.offices import WHOLE, Office
from loa.bulletin.manifest import SPOKEN, Content, Manifest
from loa.bulletin.models import APOLOGY
from loa.campaign import Commune, survey
from loa.errors import LoaError
from loa.feedback import book
from loa.schedule import Schedule
from loa.schedule.display_names import output_name
from loa.store import asrun
from loa.store.approvals import approved_copy
from loa.store.asrun import Row
from loa.store.asrun_export import to_xlsx
from loa.store.database import Database
from loa.workspace import Workspace

BETWEEN = "between"
"""Kind of what carries the items: jingles, opening and closing words, music. It has no category and no language."""
_Key = tuple[str, str, str, str, str]
_OWN_PRODUCTS = ("article", "recording")
_LOOK_BACK = datetime.timedelta(days=400)
"""How long ago a product may have been aired for the first time."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the figures. `category`, `source`, `kind`, `language`: codes (`bulletin.manifest.Content`).

    `output`: a loudspeaker's id, "" for the airing itself; `airings`: in how many it was heard; `minutes`: how long.
    """

    category: str
    source: str
    kind: str
    language: str
    output: str
    airings: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Product:
    """An own article or recording on the fee sheet. `first`: when it was first aired, in the period or before it.

    `rate`, `amount`: đồng; None where the commune typed no rate. What was aired before the period is not paid again.
    """

    commune: str
    author: str
    kind: str
    title: str
    category: str
    first: datetime.datetime
    airings: int
    minutes: float
    before: bool
    rate: int | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class Received:
    """A line of the register of feedback. `question`, `answer`: as published, else ""; `state`: as in the register."""

    number: int
    commune: str
    received: datetime.datetime
    kind: str
    state: str
    question: str
    answer: str
    signed_by: str
    ended: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a span. `months`: airings heard and minutes of each (`2026-11`); `priorities`: airings heard by
    priority; `outcomes`: planned airings by outcome; `lines`: of the airings; `loudspeakers`: the same on each output.
    """

    name: str
    first: datetime.date
    last: datetime.date
    outcomes: Mapping[str, int]
    priorities: Mapping[str, int]
    months: Mapping[str, tuple[int, float]]
    lines: tuple[Line, ...]
    loudspeakers: tuple[Line, ...]
    products: tuple[Product, ...]
    output_names: Mapping[str, str] = field(default_factory=dict)
    feedback: tuple[Received, ...] = ()

    @property
    def minutes(self) -> float:
        """On air in all."""
        return round(sum(line.minutes for line in self.lines), 1)

    def as_json(self) -> dict[str, Any]:
        """The documented JSON form: dates as ISO 8601, minutes with one decimal, codes as in the files."""
        return {
            "format": 1,
            "station": self.name,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "minutes": self.minutes,
            "outcomes": dict(self.outcomes),
            "priorities": dict(self.priorities),
            "months": [{"month": m, "airings": n, "minutes": minutes} for m, (n, minutes) in self.months.items()],
            "lines": [{k: v for k, v in asdict(line).items() if k != "output"} for line in self.lines],
            "loudspeakers": [asdict(line) for line in self.loudspeakers],
            "feedback": [
                {
                    **asdict(one),
                    "received": one.received.isoformat(),
                    "ended": one.ended.isoformat() if one.ended else None,
                }
                for one in self.feedback
            ],
            "fees": [{**asdict(product), "first": product.first.isoformat()} for product in self.products],
        }


def month_of(year: int, month: int = 0) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a month, of the whole year with month 0. Raises ValueError."""
    if not 2000 <= year <= 2100:
        raise ValueError(year)
    first = datetime.date(year, month or 1, 1)
    after = datetime.date(year + (month in (0, 12)), 1 if month in (0, 12) else month + 1, 1)
    return first, after - datetime.timedelta(days=1)


def report(
    workspace: Workspace,
    schedule: Schedule,
    store: Database,
    first: datetime.date,
    last: datetime.date,
    office: Office = WHOLE,
) -> Report:
    """The figures of the days from `first` to `last` (included), for the communes of `office`. Raises StoreError."""
    zone = schedule.timezone
    since, until = _midnight(first, zone), _midnight(last + datetime.timedelta(days=1), zone)
    known = _Known(workspace, schedule)
    rows = _airings(store, since, until, office)
    on_outputs = asrun.parts(store, since, until)
    heard = _Figures()
    months: dict[str, tuple[int, float]] = {}
    priorities: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for row, *others in _together(rows):
        spoken = known.contents(row)
        parts = [part for one in (row, *others) for part in on_outputs.get(one.airing or "") or _as_parts(one)]
        lengths = {part.output or "": _heard(part) for part in parts}
        longest = max(lengths.values(), default=0.0)
        outcomes[row.outcome or "?"] += 1
        if not longest:
            continue
        month = f"{(row.planned or row.at).astimezone(zone):%Y-%m}"
        many, minutes = months.get(month, (0, 0.0))
        months[month] = many + 1, minutes + longest / 60
        priorities[str(row.details.get("priority") or ("emergency" if _is_urgent(spoken) else "normal"))] += 1
        heard.add(spoken, longest, "", row)
        for output, seconds in lengths.items():
            heard.add(spoken, seconds, output, row)
    lines = heard.lines()
    return Report(
        _station_name(known.communes.values(), office),
        first,
        last,
        dict(outcomes),
        dict(priorities),
        {month: (many, round(minutes, 1)) for month, (many, minutes) in sorted(months.items())},
        tuple(line for line in lines if not line.output),
        tuple(line for line in lines if line.output),
        _products(heard, schedule, _earlier(store, known, since, office)),
        {line.output: output_name(schedule, line.output) for line in lines if line.output},
        _received(known.communes, store, since, until, office, zone),
    )


def _received(
    communes: Mapping[str, Commune],
    store: Database,
    since: datetime.datetime,
    until: datetime.datetime,
    office: Office,
    zone: ZoneInfo,
) -> tuple[Received, ...]:
    """The register of feedback, without what only the person who wrote it and the officer may read."""
    found = book.pieces(store, communes=office.communes, since=since, until=until, limit=10_000)
    return tuple(
        Received(
            one.number,
            communes[one.commune].unit.full_name if one.commune in communes else one.commune,
            one.received.astimezone(zone),
            one.kind,
            one.state,
            one.shown if one.state == "published" else "",
            one.answer if one.state == "published" else "",
            one.signed_by,
            one.ended.astimezone(zone) if one.ended else None,
        )
        for one in reversed(found)
    )


@dataclass(slots=True)
class _Figures:
    """Seconds and airings by what is counted; products by what tells them apart."""

    seconds: dict[_Key, float] = field(default_factory=lambda: defaultdict(float))
    airings: dict[_Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    products: dict[tuple[str, str], list[tuple[Content, Row, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, spoken: Sequence[Content], seconds: float, output: str, row: Row) -> None:
        for content, share in zip(spoken, shares(spoken, seconds), strict=True):
            if share <= 0:
                continue
            key = ("", "own", BETWEEN, "", output)
            if content.kind in SPOKEN:
                key = (content.category, content.source, content.kind, content.language, output)
            self.seconds[key] += share
            self.airings[key].add(row.airing or str(row.seq))
            if not output and _is_product(content):
                self.products[row.commune or "", content.name or content.title].append((content, row, share))

    def lines(self) -> list[Line]:
        return [
            Line(*key, airings=len(self.airings[key]), minutes=round(seconds / 60, 1))
            for key, seconds in sorted(self.seconds.items())
        ]


def shares(spoken: Sequence[Content], seconds: float) -> list[float]:
    """How long each item was heard of `seconds` of sound: in their order, and from the start again where it was
    repeated. Where no length is known, all the same.
    """
    whole = sum(content.seconds for content in spoken)
    if not whole:
        return [seconds / len(spoken)] * len(spoken)
    rounds, rest = divmod(seconds, whole)
    found = []
    for content in spoken:
        part = min(rest, content.seconds)
        rest -= part
        found.append(rounds * content.seconds + part)
    return found


class _Known:
    """What campaigns and records tell today of a row that was written without it."""

    def __init__(self, workspace: Workspace, schedule: Schedule) -> None:
        self._workspace = workspace
        self._broadcasts = {b.id: b for b in schedule.broadcasts}
        self._records: dict[str, tuple[Content, ...]] = {}
        self.communes: dict[str, Commune] = {c.stem: c for c in survey(workspace)[0]}

    def contents(self, row: Row) -> tuple[Content, ...]:
        """What was on air, in its order; never empty."""
        logged = row.details.get("contents")
        found = _logged(logged) if isinstance(logged, list) else self._of_record(row.sha256)
        return tuple(self._completed(content, row) for content in found or self._of_campaigns(row))

    def _of_record(self, sha256: str | None) -> tuple[Content, ...]:
        if sha256 and sha256 not in self._records:
            try:
                kept = approved_copy(self._workspace, sha256).with_suffix(".json")
                self._records[sha256] = Manifest.load(kept).contents
            except (LoaError, OSError):
                self._records[sha256] = ()
        return self._records.get(sha256 or "", ())

    def _of_campaigns(self, row: Row) -> tuple[Content, ...]:
        broadcast = self._broadcasts.get(row.broadcast or "")
        name = (row.bulletin or "").rpartition("/")[2]
        turn = broadcast.turn_of(name) if broadcast else None
        campaigns = (turn,) if turn else broadcast.campaigns if broadcast else ()
        if campaigns:
            return tuple(Content("article", name=campaign) for campaign in campaigns)
        return (Content("article", title=name or row.broadcast or ""),)

    def _completed(self, content: Content, row: Row) -> Content:
        """With what its campaign says today where the log says nothing."""
        commune = self.communes.get(row.commune or "")
        found = next((c for c in commune.campaigns if c.id == content.name), None) if commune else None
        if found is None or content.kind != "article":
            return content
        return replace(
            content,
            title=content.title or found.title,
            category=content.category or found.reported_category,
            author=content.author or found.author or "",
        )


def _logged(found: Iterable[Any]) -> tuple[Content, ...]:
    """Contents as a row holds them; later versions may add to it."""
    names = Content.__slots__
    return tuple(Content(**{k: v for k, v in one.items() if k in names}) for one in found if "kind" in one)


def _airings(store: Database, since: datetime.datetime, until: datetime.datetime, office: Office) -> list[Row]:
    found = asrun.each_airing(asrun.rows(store, since, until, kinds=asrun.PLANNED), since, until)
    return [
        row
        for row in found
        if office.covers(row.commune or "")
        and not (row.bulletin or "").endswith(f"/{APOLOGY}")
        and not row.details.get("test")
    ]


def _together(rows: Iterable[Row]) -> list[list[Row]]:
    """The rows of each airing: groups of loudspeakers that speak after one another hear the same one. First the one
    that was heard best.
    """
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row.details.get("follows") or row.airing or row.seq), []).append(row)
    order = {outcome: number for number, outcome in enumerate(asrun.OUTCOMES)}
    return [sorted(group, key=lambda row: order.get(row.outcome or "missed", 0)) for group in found.values()]


def _as_parts(row: Row) -> list[Row]:
    """A row of Loa 0.1 has no rows of its outputs: each had the same."""
    return [replace(row, output=name, details={}) for name in (row.output or "").split(", ")]


def _heard(part: Row) -> float:
    """Seconds that an output played."""
    seconds = part.details.get("seconds")
    if isinstance(seconds, int | float) and seconds > 0:
        return float(seconds)
    return max(0.0, (part.ended - part.started).total_seconds()) if part.started and part.ended else 0.0


def _is_urgent(spoken: Iterable[Content]) -> bool:
    return any(content.source == "emergency" for content in spoken)


def _is_product(content: Content) -> bool:
    return content.kind in _OWN_PRODUCTS and content.source == "own"


def _earlier(store: Database, known: _Known, since: datetime.datetime, office: Office) -> dict[tuple[str, str], Row]:
    """The first airing of each product before the span."""
    found: dict[tuple[str, str], Row] = {}
    for row in _airings(store, since - _LOOK_BACK, since, office):
        for content in known.contents(row) if row.started else ():
            if _is_product(content):
                found.setdefault((row.commune or "", content.name or content.title), row)
    return found


def _products(heard: _Figures, schedule: Schedule, earlier: Mapping[tuple[str, str], Row]) -> tuple[Product, ...]:
    return tuple(sorted(_each_product(heard, schedule, earlier), key=lambda p: (p.commune, p.author, p.first)))


def _each_product(heard: _Figures, schedule: Schedule, earlier: Mapping[tuple[str, str], Row]) -> Iterator[Product]:
    for (commune, name), found in heard.products.items():
        content, first, _share = found[0]
        before = earlier.get((commune, name))
        rate = schedule.fees.rate(content.kind)
        yield Product(
            commune,
            content.author,
            content.kind,
            content.title or name,
            content.category,
            _moment(before or first).astimezone(schedule.timezone),
            len({row.airing or str(row.seq) for _content, row, _s in found}),
            round(sum(share for _content, _row, share in found) / 60, 1),
            before is not None,
            rate,
            0 if before and rate is not None else rate,
        )


def _moment(row: Row) -> datetime.datetime:
    return row.started or row.planned or row.at


def _station_name(communes: Iterable[Commune], office: Office) -> str:
    return "; ".join(sorted(c.call for c in communes if office.covers(c.stem) and not c.unit.sample))


def _midnight(day: datetime.date, zone: ZoneInfo) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), zone)


def workbook(workspace: Workspace, schedule: Schedule, rows: Sequence[Row]) -> bytes:
    """Return an XLSX file of `rows`. If a commune's file is invalid, ids are used instead of names."""

    loaded = survey(workspace)[0]
    titles = {(commune.stem, campaign.id): campaign.title for commune in loaded for campaign in commune.campaigns}
    topics = {b.id: [titles.get((b.commune, id_), id_) for id_ in b.campaigns] for b in schedule.broadcasts}
    communes = {commune.stem: commune.unit.full_name for commune in loaded}
    return to_xlsx(rows, schedule.timezone, topics, communes)
