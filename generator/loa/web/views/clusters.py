"""The register of clusters, as its page shows it: how each is, where it stands, and who did not hear what."""

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from loa.fleet import acts, register
from loa.fleet.acts import PlayerAct
from loa.fleet.register import Enrolled
from loa.fleet.remote_log import grouped
from loa.schedule import AnyOutput, Schedule
from loa.schedule.display_names import output_name
from loa.schedule.outputs import Group, Placed, RemotePlayer
from loa.store.database import Database
from loa.store.output_health import OutputHealth, output_health, state_name

_WIDTH, _HEIGHT, _EDGE = 1000.0, 600.0, 60.0
"""The map in its own units, and how far from its edge the outermost dots are."""
_LEAST = 0.002
"""Degrees that the map shows at least: one village, not one yard."""
_SETTLED, _DAY = datetime.timedelta(minutes=2), datetime.timedelta(days=1)
EVERYWHERE = "*"
"""What a form says where it means every player."""
_SHORT, _TROUBLED = 36, 20
"""Clusters that one page shows whole; those in trouble that a long register shows on its first page."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A loudspeaker that stands somewhere. `player`: what the register knows of it, None for devices without one;
    `act`: what was asked of it last.
    """

    name: str
    title: str
    output: Placed
    state: str
    tone: str
    player: Enrolled | None
    act: PlayerAct | None = None

    @property
    def village(self) -> str:
        """Where it stands; "" where nobody wrote it down."""
        return self.output.village or ""

    @property
    def is_player(self) -> bool:
        """Whether a code lets it join."""
        return isinstance(self.output, RemotePlayer)

    @property
    def joined(self) -> bool:
        """Whether it belongs to the station now."""
        return bool(self.player and self.player.active)


@dataclass(frozen=True, slots=True)
class Dot:
    """A cluster on the map; `x` from the west, `y` from the north."""

    x: float
    y: float
    cluster: Cluster


@dataclass(frozen=True, slots=True)
class Village:
    """A village of a long register: how many clusters stand there, and how many of them are in trouble."""

    name: str
    count: int
    troubled: int


@dataclass(frozen=True, slots=True)
class Part:
    """What a page shows of the register: its `rows`; of a long one the `villages`. `village`: the one that is shown."""

    rows: Sequence[Cluster]
    villages: Sequence[Village] = ()
    village: str = ""


@dataclass(frozen=True, slots=True)
class Unheard:
    """An airing that some players did not air; `names`: which, by village."""

    airing: str
    bulletin: str
    planned: datetime.datetime
    names: str
    count: int


def clusters(schedule: Schedule, store: Database, now: datetime.datetime) -> list[Cluster]:
    """Return every loudspeaker of the schedule, those in trouble first, then by village. Raises StoreError."""
    known = register.enrolled(store) if schedule.remote_players() else {}
    health = {found.output: found for found in output_health(store)}
    asked = acts.latest(store, now - _DAY) if known else {}
    found = [
        replace(_cluster(name, output, known.get(name), health.get(name), now), act=asked.get(name))
        for name, output in schedule.outputs.items()
        if isinstance(output, Placed)
    ]
    order = {"bad": 0, "warn": 1}
    return sorted(found, key=lambda one: (order.get(one.tone, 2), one.village, one.title))


def _cluster(
    name: str, output: Placed, player: Enrolled | None, health: OutputHealth | None, now: datetime.datetime
) -> Cluster:
    title = output.title or name
    if not isinstance(output, RemotePlayer):
        state = health.state if health else "unknown"
        tone = {"failing": "warn", "dead": "bad", "unknown": ""}.get(state, "good")
        return Cluster(name, title, output, state_name(state), tone, None)
    tone = ""
    if player and player.active:
        doubtful = player.state is not None and (player.state.doubt or player.state.waiting)
        tone = "bad" if player.is_silent(now) else "warn" if doubtful else "good"
    return Cluster(name, title, output, register.condition(player, now), tone, player)


def part(found: Sequence[Cluster], village: str) -> Part:
    """Return what a page shows: the whole register while it is short, else one village of it, or those in trouble."""
    if len(found) <= _SHORT:
        return Part(found)
    mine = [one for one in found if one.village == village]
    if village and mine:
        return Part(mine, (), village)
    by_village: dict[str, list[Cluster]] = {}
    for one in found:
        by_village.setdefault(one.village, []).append(one)
    villages = [
        Village(name, len(its), sum(one.tone in {"bad", "warn"} for one in its)) for name, its in by_village.items()
    ]
    troubled = [one for one in found if one.tone in {"bad", "warn"} or not one.village]
    return Part(troubled[:_TROUBLED], sorted(filter(lambda v: v.name, villages), key=lambda v: (-v.troubled, v.name)))


def zones(schedule: Schedule) -> list[tuple[str, str]]:
    """Return the groups and villages in which players stand: what a form sends, and what people call it."""
    away = schedule.remote_players()
    groups = [
        (name, output_name(schedule, name))
        for name, output in schedule.outputs.items()
        if isinstance(output, Group) and away.keys() & set(schedule.loudspeakers((name,)))
    ]
    villages = sorted({output.village for output in away.values() if output.village})
    return [*groups, *((name, name) for name in villages if name not in schedule.outputs)]


def dots(found: Iterable[Cluster]) -> list[Dot]:
    """Place the clusters whose position is known: a map with north above, to scale."""
    placed = [one for one in found if one.output.position]
    if not placed:
        return []
    north, east = zip(*(map(float, (one.output.position or "").split(",")) for one in placed), strict=True)
    shrink = math.cos(math.radians(sum(north) / len(north)))
    middle = (max(north) + min(north)) / 2, (max(east) + min(east)) / 2
    high, wide = max(max(north) - min(north), _LEAST), max((max(east) - min(east)) * shrink, _LEAST)
    scale = min((_WIDTH - 2 * _EDGE) / wide, (_HEIGHT - 2 * _EDGE) / high)
    return [
        Dot(
            round(_WIDTH / 2 + (at_east - middle[1]) * shrink * scale, 1),
            round(_HEIGHT / 2 - (at_north - middle[0]) * scale, 1),
            one,
        )
        for one, at_north, at_east in zip(placed, north, east, strict=True)
    ]


def village_labels(found: Sequence[Dot]) -> list[tuple[str, float, float]]:
    """Return the name of each village, and where it stands on the map: above its clusters."""
    by_village: dict[str, list[Dot]] = {}
    for dot in found:
        by_village.setdefault(dot.cluster.village, []).append(dot)
    return [
        (village, round(sum(d.x for d in its) / len(its), 1), min(d.y for d in its) - 22)
        for village, its in by_village.items()
        if village
    ]


def unheard(schedule: Schedule, store: Database, now: datetime.datetime, days: int) -> list[Unheard]:
    """Return what some player did not air in the last `days`, the newest first. Raises StoreError."""
    away: dict[str, AnyOutput] = dict(schedule.remote_players())
    if not away:
        return []
    by_airing: dict[str, list[register.RemoteAiring]] = {}
    for one in register.remote_airings(store, since=now - datetime.timedelta(days=days), unheard=True):
        if one.player in away and (one.outcome or now > one.ends + _SETTLED):
            by_airing.setdefault(one.airing, []).append(one)
    found = [
        Unheard(airing, its[0].bulletin, its[0].planned, grouped(schedule, (one.player for one in its)), len(its))
        for airing, its in by_airing.items()
    ]
    return sorted(found, key=lambda one: one.planned, reverse=True)
