"""Questions that the log's pages ask of the logbook: a page of rows, a year's counts. Quick with 100 000 rows."""

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from loa.actions.emergency import PREFIX
from loa.actions.offices import WHOLE, Office
from loa.article.topics import called
from loa.bulletin.models import APOLOGY
from loa.i18n import _
from loa.store import asrun
from loa.store.database import Database, instant, stamp
from loa.store.tables import logbook
from loa.text import toneless
from loa.web.views.airings import name_of
from loa.web.views.bulletins import BulletinCatalogue
from loa.web.views.files import StationFiles

PER_PAGE = 50
_COUNTS = logbook.c.void.is_(None)
_BY_HAND = sa.func.coalesce(logbook.c.airing, "").like("air:%")
_CALLED = ("broadcast", "commune", "bulletin")
_MOST = 900
"""Ids of a search; SQLite takes no more than some thousand."""
_OF_AN_OUTPUT = ("output", "outcome", "started", "ended", "reason")


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What somebody looks for. Days are the station's; `before`: rows older than this one; `office`: whose communes.

    `called`: the ids of the things that people call so (`ids_of`).
    """

    word: str = ""
    outcome: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    before: int = 0
    office: Office = WHOLE
    called: Mapping[str, Sequence[str]] = field(default_factory=lambda: dict.fromkeys((*_CALLED, "output"), ()))


def ids_of(word: str, files: StationFiles, bulletins: BulletinCatalogue) -> dict[str, list[str]]:
    """The ids of the broadcasts, communes, bulletins and loudspeakers whose names contain `word`, marks or not."""
    schedule, wanted = files.plan().schedule, toneless(word.casefold())
    named: dict[str, list[tuple[str, str]]] = {
        "broadcast": [(b.id, name_of(files, b)) for b in schedule.broadcasts] if schedule else [],
        "commune": [(f.stem, f.commune.unit.full_name) for f in files.communes() if f.commune],
        "bulletin": [(b.id, b.title) for b in bulletins.all()],
        "output": [(id_, output.title or "") for id_, output in schedule.outputs.items()] if schedule else [],
    }
    return {
        kind: [id_ for id_, name in pairs if wanted in toneless(name.casefold())][:_MOST]
        for kind, pairs in named.items()
    }


@dataclass(slots=True)
class Counts:
    """A year: airings by month (1 to 12), by commune, and by programme (broadcast and bulletin), each by outcome.

    `by_hand`: what people put on air beside the schedule, which is in none of the others.
    """

    months: dict[int, Counter[str]] = field(default_factory=lambda: {n: Counter() for n in range(1, 13)})
    communes: dict[str, Counter[str]] = field(default_factory=dict)
    programmes: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    by_hand: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    def add(self, other: "Counts") -> None:
        """Add the counts of a part of the year."""
        for month, counter in other.months.items():
            self.months[month].update(counter)
        for commune, counter in other.communes.items():
            self.communes.setdefault(commune, Counter()).update(counter)
        for own, added in ((self.programmes, other.programmes), (self.by_hand, other.by_hand)):
            for key, counter in added.items():
                own.setdefault(key, Counter()).update(counter)

    @property
    def total(self) -> Counter[str]:
        """By outcome."""
        return sum(self.months.values(), Counter())

    @property
    def highest(self) -> int:
        """The most airings of a month, at least 1."""
        return max(1, *(sum(counter.values()) for counter in self.months.values()))


def rows(store: Database, wanted: LogQuery, zone: datetime.tzinfo, limit: int = PER_PAGE) -> list[dict[str, Any]]:
    """Airings with their outcomes, newest first, in the station's time; `outputs`: that of each output.

    Raises StoreError.
    """
    order = (logbook.c.planned.desc(), logbook.c.seq.desc())
    query = sa.select(logbook).where(_COUNTS, logbook.c.kind.in_(asrun.PLANNED)).order_by(*order).limit(limit)
    if wanted.before:
        last = sa.select(logbook.c.planned).where(logbook.c.seq == wanted.before).scalar_subquery()
        same = sa.and_(logbook.c.planned == last, logbook.c.seq < wanted.before)
        query = query.where(logbook.c.planned <= last, sa.or_(logbook.c.planned < last, same))
    query = query.where(_own(wanted.office))
    if wanted.outcome:
        query = query.where(logbook.c.outcome == wanted.outcome)
    if wanted.since:
        query = query.where(logbook.c.planned >= stamp(_midnight(wanted.since, zone)))
    if wanted.until:
        query = query.where(logbook.c.planned < stamp(_midnight(wanted.until + datetime.timedelta(days=1), zone)))
    if wanted.word:
        columns = (logbook.c.broadcast, logbook.c.commune, logbook.c.bulletin, logbook.c.reason, logbook.c.output)
        said: list[sa.ColumnElement[bool]] = [column.contains(wanted.word, autoescape=True) for column in columns]
        said += [column.in_(wanted.called[name]) for name, column in zip(_CALLED, columns[:3], strict=True)]
        said += [logbook.c.output.contains(id_, autoescape=True) for id_ in wanted.called["output"]]
        query = query.where(sa.or_(*said))
    with store.read() as connection:
        found = [dict(row) for row in connection.execute(query).mappings()]
        airings = [row["airing"] for row in found if row["airing"]]
        parts = sa.select(logbook).where(_COUNTS, logbook.c.part_of.in_(airings)).order_by(logbook.c.seq)
        on_outputs = [dict(row) for row in connection.execute(parts).mappings()]
    for row in (*found, *on_outputs):
        for name in ("planned", "started", "ended"):
            row[name] = instant(row[name]).astimezone(zone) if row[name] else None
    for row in found:
        of_it = [part for part in on_outputs if part["part_of"] == row["airing"]]
        row["outputs"] = [{name: part[name] for name in _OF_AN_OUTPUT} for part in of_it]
    return found


def _own(office: Office) -> sa.ColumnElement[bool]:
    """The rows of these communes. The row of a long gap names airings of all: it is for the whole station, and what
    it says of each commune's airings stands in the counts and the exports.
    """
    return sa.true() if office.communes is None else logbook.c.commune.in_(sorted(office.communes))


def year(store: Database, wanted: int, zone: datetime.tzinfo, office: Office = WHOLE) -> Counts:
    """The counts of a year of the station's calendar. Those of a month are kept until a row is added to it, or one
    that may change others: of a wrong clock, or of a long gap. Raises StoreError.
    """
    office = Office(frozenset(), office.communes)
    starts = [datetime.datetime(wanted, month, 1, tzinfo=zone) for month in range(1, 13)]
    starts.append(datetime.datetime(wanted + 1, 1, 1, tzinfo=zone))
    rows = sa.select(sa.func.count(), sa.func.max(logbook.c.seq))
    changing = sa.select(sa.func.max(logbook.c.seq)).where(logbook.c.kind.in_((asrun.CLOCK, asrun.GAP)))
    with store.read() as connection:
        last = connection.execute(changing).scalar() or 0
        marks = [tuple(connection.execute(rows.where(*_between(*span))).one()) for span in pairwise(starts)]
    counts = Counts()
    for span, mark in zip(pairwise(starts), marks, strict=True):
        counts.add(_month(store, *span, zone, office, (last, *mark)))
    counts.add(_gaps(store, starts[0], starts[-1], zone, office, last))
    return counts


@lru_cache(maxsize=120)
def _month(
    store: Database,
    first: datetime.datetime,
    after: datetime.datetime,
    zone: datetime.tzinfo,
    office: Office,
    _mark: tuple[int, ...],
) -> Counts:
    """The airings planned in [first, after). Nobody may change what this gives: it is kept."""
    counts = Counts()
    with store.read() as connection:
        planned = _counted(office, first, after, ~_BY_HAND, logbook.c.commune)
        month = first.astimezone(zone).month
        for commune, outcome, many in connection.execute(planned):
            counts.months[month][outcome or "?"] += many
            counts.communes.setdefault(commune or "–", Counter())[outcome or "?"] += many
        programme = (logbook.c.broadcast, logbook.c.bulletin)
        for into, which in ((counts.programmes, ~_BY_HAND), (counts.by_hand, _BY_HAND)):
            for broadcast, bulletin, outcome, many in connection.execute(
                _counted(office, first, after, which, *programme)
            ):
                into.setdefault((broadcast or "", bulletin or ""), Counter())[outcome or "?"] += many
    return counts


@lru_cache(maxsize=32)
def _gaps(
    store: Database,
    first: datetime.datetime,
    after: datetime.datetime,
    zone: datetime.tzinfo,
    office: Office,
    _last: int,
) -> Counts:
    """The airings in rows of long gaps, kept as those of `_month`."""
    counts = Counts()
    for row in asrun.each_airing(asrun.rows(store, first, after, kinds=(asrun.GAP,)), first, after):
        if not office.covers(row.commune or ""):
            continue
        outcome, moment = row.outcome or "?", (row.planned or row.at).astimezone(zone)
        counts.months[moment.month][outcome] += 1
        counts.communes.setdefault(row.commune or "–", Counter())[outcome] += 1
        counts.programmes.setdefault((row.broadcast or "", ""), Counter())[outcome] += 1
    return counts


def _counted(
    office: Office,
    first: datetime.datetime,
    after: datetime.datetime,
    which: sa.ColumnElement[bool],
    *by: sa.ColumnElement[Any],
) -> sa.Select[tuple[Any, ...]]:
    """The airings planned in [first, after), counted `by` columns and outcome; an apology is no programme."""
    programme = sa.func.coalesce(logbook.c.bulletin, "").not_like(f"%/{APOLOGY}")
    return (
        sa.select(*by, logbook.c.outcome, sa.func.count())
        .where(_COUNTS, logbook.c.kind == "airing", which, programme, _own(office), *_between(first, after))
        .group_by(*by, logbook.c.outcome)
    )


def _between(first: datetime.datetime, after: datetime.datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return logbook.c.planned >= stamp(first), logbook.c.planned < stamp(after)


def _midnight(day: datetime.date, zone: datetime.tzinfo) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), zone)


def by_topic(
    files: StationFiles, bulletins: BulletinCatalogue, programmes: Mapping[tuple[str, str], Counter[str]]
) -> dict[str, Counter[str]]:
    """Counts by outcome for each topic, the most frequent first. `programmes`: by broadcast and bulletin.

    An airing of several topics counts for each of them.
    """
    schedule = files.plan().schedule
    broadcasts = {b.id: (b.commune, b.campaigns) for b in schedule.broadcasts} if schedule else {}
    found: dict[str, Counter[str]] = {}
    for (broadcast, bulletin), counts in programmes.items():
        commune, campaigns = broadcasts.get(broadcast) or _in_bulletin(bulletins, bulletin)
        for name in _topics(files, commune, campaigns) or {_otherwise(bulletins, bulletin)}:
            found.setdefault(name, Counter()).update(counts)
    return dict(sorted(found.items(), key=lambda item: (-item[1].total(), item[0])))


def _otherwise(bulletins: BulletinCatalogue, id_: str) -> str:
    """What people call a programme whose topic nobody knows any more."""
    if id_.partition("/")[2].startswith(PREFIX):
        return _("Emergency messages")
    found = bulletins.get(id_)
    return found.title if found else _("Programmes that were deleted")


def _in_bulletin(bulletins: BulletinCatalogue, id_: str) -> tuple[str, tuple[str, ...]]:
    """Of a bulletin that somebody played by hand, or whose broadcast is gone."""
    bulletin = bulletins.get(id_)
    if bulletin is None or bulletin.manifest is None or bulletin.manifest.is_emergency:
        return "", ()
    return bulletin.commune, bulletin.manifest.campaigns


def _topics(files: StationFiles, commune: str, campaigns: tuple[str, ...]) -> set[str]:
    """What the campaigns are about; a campaign that is gone is called by its short name."""
    file = files.commune(commune)
    templates = {c.id: c.template for c in file.commune.campaigns} if file and file.commune else {}
    return {called(files.workspace, templates.get(id_, id_)) for id_ in campaigns}
