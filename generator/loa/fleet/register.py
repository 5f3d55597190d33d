"""The register of players in the station's database: who was enrolled, how they are, what they aired and did not."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Insert, RowMapping, Update, delete, insert, literal, select, update

from loa.errors import Finding, PlayerError
from loa.fleet.keys import new_code
from loa.fleet.messages import State
from loa.i18n import _
from loa.store.asrun import NewRow, Outcome, append_all
from loa.store.database import Database, instant, stamp
from loa.store.tables import player_airings, player_marks, players
from loa.workspace import Workspace

CODE_VALID = datetime.timedelta(minutes=30)
SILENT = datetime.timedelta(minutes=35)
"""A player says how it is every quarter of an hour; that its line is cut the broker says earlier."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A player of the register. `id`, `public_key`: None until it has joined; `line`: whether its line stands."""

    name: str
    id: str | None
    public_key: str | None
    code: str | None
    code_until: datetime.datetime | None
    joined: datetime.datetime | None
    revoked: datetime.datetime | None
    heard: datetime.datetime | None
    line: bool
    state: State | None
    received: int
    head: str | None

    @property
    def active(self) -> bool:
        """Whether it belongs to the station now."""
        return self.public_key is not None and self.revoked is None

    def is_silent(self, now: datetime.datetime) -> bool:
        """Whether it ought to have been heard of."""
        return self.active and (not self.line or self.heard is None or now - self.heard > SILENT)


@dataclass(frozen=True, slots=True)
class RemoteAiring:
    """What a player was to air, and its outcome there; None: not known yet."""

    airing: str
    player: str
    broadcast: str
    commune: str
    bulletin: str
    planned: datetime.datetime
    ends: datetime.datetime
    alone: bool
    outcome: Outcome | None = None


def enrolled(store: Database) -> dict[str, Enrolled]:
    """Every player of the register, by name. Raises StoreError."""
    with store.read() as connection:
        found = connection.execute(select(players).order_by(players.c.name)).mappings().all()
    return {row["name"]: _player(row) for row in found}


def _player(row: RowMapping) -> Enrolled:
    try:
        state = State.model_validate_json(row["state"]) if row["state"] else None
    except ValidationError:
        state = None
    moments = (instant(row[name]) if row[name] else None for name in ("code_until", "joined", "revoked", "heard"))
    code_until, joined, revoked, heard = moments
    return Enrolled(
        row["name"], row["id"], row["public_key"], row["code"], code_until, joined, revoked, heard,
        bool(row["line"]), state, row["received"] or 0, row["head"],
    )  # fmt: skip


def give_code(workspace: Workspace, store: Database, name: str, by: str, now: datetime.datetime) -> str:
    """Make the code by which the player `name` may join once, and enter that into the log. Raises StoreError."""
    code = new_code()
    values = {"code": code, "code_until": stamp(now + CODE_VALID)}
    entry = NewRow(
        "player",
        output=name,
        reason=_("{name} may join as a player, says {by}").format(name=name, by=by),
        details={"act": "code", "by": by},
    )
    append_all(store, [entry], now, together=_put(name, values), seal=workspace.seal)
    return code


def _put(name: str, values: Mapping[str, Any]) -> list[Insert | Update]:
    new = select(literal(name)).where(~select(players).where(players.c.name == name).exists())
    return [
        insert(players).from_select(["name"], new),
        update(players).where(players.c.name == name).values(dict(values)),
    ]


def join(workspace: Workspace, store: Database, name: str, player: str, public: str, now: datetime.datetime) -> None:
    """Enrol the key of a player under `name`, in place of the one before. Its code is used up. Raises StoreError."""
    values = {
        "id": player, "public_key": public, "code": None, "code_until": None, "joined": stamp(now), "revoked": None,
        "heard": None, "line": 0, "state": None, "received": 0, "head": None,
    }  # fmt: skip
    reason = _("the player {name} has joined").format(name=name)
    entry = NewRow("player", output=name, reason=reason, details={"act": "joined", "key": public})
    append_all(store, [entry], now, together=_put(name, values), seal=workspace.seal)


def revoke(workspace: Workspace, store: Database, name: str, by: str, now: datetime.datetime) -> None:
    """Take a player out: what it says no longer counts, and it airs nothing more. Raises PlayerError, StoreError."""
    known = enrolled(store).get(name)
    if known is None or not known.active:
        raise PlayerError(Finding("player.unknown", _("No player “{name}” has joined.").format(name=name)))
    reason = _("the player {name} was revoked by {by}").format(name=name, by=by)
    entry = NewRow("player", output=name, reason=reason, details={"act": "revoked", "by": by, "key": known.public_key})
    values = {"revoked": stamp(now), "code": None, "code_until": None, "line": 0}
    append_all(store, [entry], now, together=_put(name, values), seal=workspace.seal)


def note_line(store: Database, name: str, *, up: bool, now: datetime.datetime) -> None:
    """Remember whether the line of a player stands. Raises StoreError."""
    with store.write() as connection:
        heard = {"heard": stamp(now)} if up else {}
        connection.execute(update(players).where(players.c.name == name).values(line=int(up), **heard))


def note_state(store: Database, name: str, state: State, now: datetime.datetime) -> None:
    """Remember how a player says it is. Raises StoreError."""
    values = {"state": state.model_dump_json(), "heard": stamp(now), "line": 1}
    with store.write() as connection:
        connection.execute(update(players).where(players.c.name == name).values(values))


def receiving(name: str, through: int, head: str) -> Update:
    """The statement that remembers up to which row of its log a player has told its outcomes."""
    return update(players).where(players.c.name == name).values(received=through, head=head)


def mark(store: Database, name: str) -> str | None:
    """A mark of `player_marks`. Raises StoreError."""
    with store.read() as connection:
        return connection.execute(select(player_marks.c.value).where(player_marks.c.name == name)).scalar()


def marking(name: str, value: str) -> list[Insert | Update]:
    """The statements that set a mark."""
    new = select(literal(name), literal(value)).where(~select(player_marks).where(player_marks.c.name == name).exists())
    return [
        update(player_marks).where(player_marks.c.name == name).values(value=value),
        insert(player_marks).from_select(["name", "value"], new),
    ]


def next_number(store: Database, now: datetime.datetime) -> int:
    """A number for a message, above all before; after a restore too, which brings old marks back. Raises StoreError."""
    with store.write() as connection:
        query = select(player_marks.c.value).where(player_marks.c.name == "number")
        last = int(connection.execute(query).scalar() or 0)
        number = max(last + 1, int(now.timestamp() * 10))
        for statement in marking("number", str(number)):
            connection.execute(statement)
    return number


def hand_over(store: Database, wanted: Sequence[RemoteAiring], until: datetime.datetime | None) -> None:
    """Remember what players are to air; every airing planned before `until` is known now. Raises StoreError."""
    fresh = {(one.airing, one.player): one for one in wanted}
    with store.write() as connection:
        pair = player_airings.c.airing, player_airings.c.player
        query = select(*pair).where(player_airings.c.airing.in_({one.airing for one in wanted}))
        for airing, player in connection.execute(query):
            fresh.pop((airing, player), None)
        rows = [
            {
                "airing": one.airing, "player": one.player, "broadcast": one.broadcast, "commune": one.commune,
                "bulletin": one.bulletin, "planned": stamp(one.planned), "ends": stamp(one.ends),
                "alone": int(one.alone), "outcome": None,
            }
            for one in fresh.values()
        ]  # fmt: skip
        if rows:
            connection.execute(insert(player_airings), rows)
        if until:
            for statement in marking("handed", stamp(until)):
                connection.execute(statement)


def remote_airings(
    store: Database,
    *,
    since: datetime.datetime | None = None,
    airings: Iterable[str] | None = None,
    open_only: bool = False,
    unheard: bool = False,
) -> list[RemoteAiring]:
    """What players were to air, by the planned instant; `unheard`: and have not, as far as known. Raises StoreError."""
    query = select(player_airings).order_by(player_airings.c.planned, player_airings.c.airing, player_airings.c.player)
    query = query.where(player_airings.c.planned >= stamp(since)) if since else query
    query = query.where(player_airings.c.airing.in_(list(airings))) if airings is not None else query
    query = query.where(player_airings.c.outcome.is_(None)) if open_only else query
    if unheard:
        query = query.where(player_airings.c.outcome.is_(None) | (player_airings.c.outcome == "missed"))
    with store.read() as connection:
        found = connection.execute(query).mappings().all()
    return [
        RemoteAiring(
            row["airing"], row["player"], row["broadcast"], row["commune"], row["bulletin"],
            instant(row["planned"]), instant(row["ends"]), bool(row["alone"]), row["outcome"],
        )
        for row in found
    ]  # fmt: skip


def closing(airing: str, player: str, outcome: str) -> Update:
    """The statement that remembers the outcome of a player."""
    same = (player_airings.c.airing == airing) & (player_airings.c.player == player)
    return update(player_airings).where(same).values(outcome=outcome)


def forget_before(store: Database, moment: datetime.datetime) -> None:
    """Forget what was handed over before then and has its outcome: the log holds it. Raises StoreError."""
    old = (player_airings.c.planned < stamp(moment)) & player_airings.c.outcome.is_not(None)
    with store.write() as connection:
        connection.execute(delete(player_airings).where(old))


def as_json(one: Enrolled, now: datetime.datetime) -> dict[str, Any]:
    """A player for programs."""
    return {
        "player": one.name,
        "id": one.id,
        "joined": one.joined.isoformat() if one.joined else None,
        "revoked": one.revoked.isoformat() if one.revoked else None,
        "heard": one.heard.isoformat() if one.heard else None,
        "line": one.line,
        "silent": one.is_silent(now),
        "received": one.received,
        "state": one.state.model_dump(mode="json") if one.state else None,
    }


def condition(one: Enrolled | None, now: datetime.datetime) -> str:
    """How a player is, for people."""
    if one is None or (one.public_key is None and one.code is None):
        return _("has not joined")
    if one.revoked:
        return _("revoked")
    if one.public_key is None:
        return _("may join by a code")
    if one.is_silent(now):
        return _("silent")
    if one.state and one.state.doubt:
        return _("does not trust its clock")
    if one.state and one.state.waiting:
        return _("fetches recordings: {count}").format(count=one.state.waiting)
    return _("works")
