"""What people ask of players beside their plan, to sound the chime or to start again, and what became of it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Update, insert, select, update

from loa.fleet.messages import Done
from loa.i18n import _, ngettext
from loa.store.asrun import NewRow, append_all
from loa.store.database import Database, instant, stamp
from loa.store.tables import player_acts
from loa.workspace import Workspace

Verb = Literal["test", "restart"]
VALID = datetime.timedelta(minutes=2)
"""So long a player may begin what was asked of it: longer, and nobody stands there any more to hear it."""
_PATIENCE = datetime.timedelta(minutes=3)
_TOGETHER = datetime.timedelta(seconds=2)
SILENT = "silent"
"""The result of an act to which no answer came; one that comes later takes its place."""


@dataclass(frozen=True, slots=True)
class PlayerAct:
    """An act asked of one player. `begins`: when; `result`: as of `messages.Done`, `silent`, or None: not known yet."""

    number: int
    player: str
    verb: Verb
    asked: datetime.datetime
    by: str
    begins: datetime.datetime | None
    result: str | None
    note: str

    @property
    def words(self) -> str:
        """What became of it, for people."""
        test = self.verb == "test"
        match self.result:
            case None:
                return _("asked, no answer yet")
            case "done":
                return _("the chime was played") if test else _("has started again")
            case "on-air":
                return _("not done: something is on air there, or about to be")
            case "quiet":
                return _("not played: it must be quiet there at this hour")
            case "failed":
                return _("not played: {reason}").format(reason=self.note)
        return _("no answer")


def ask(
    workspace: Workspace, store: Database, players: Iterable[str], verb: Verb, by: str, now: datetime.datetime
) -> list[int]:
    """Enter what is asked of each player, and into the log who asked; return the numbers. Raises StoreError.

    The chime sounds everywhere at the same moment.
    """
    names = list(players)
    begins = stamp(now + _TOGETHER) if verb == "test" else None
    made = [
        insert(player_acts).values(player=name, verb=verb, asked=stamp(now), by=by, begins=begins) for name in names
    ]
    count = len(names)
    words = {
        "test": ngettext(
            "{by} has the chime played at {count} player", "{by} has the chime played at {count} players", count
        ),
        "restart": ngettext("{by} has {count} player start again", "{by} has {count} players start again", count),
    }
    details = {"act": verb, "by": by, "players": names}
    entry = NewRow("player", reason=words[verb].format(by=by, count=count), details=details)
    append_all(store, [entry], now, together=made, seal=workspace.seal)
    asked = (player_acts.c.asked == stamp(now)) & player_acts.c.player.in_(names) & (player_acts.c.verb == verb)
    return [act.number for act in _found(store, asked)]


def waiting(store: Database) -> list[PlayerAct]:
    """Those whose result is not known yet. Raises StoreError."""
    return _found(store, player_acts.c.result.is_(None))


def numbered(store: Database, numbers: Iterable[int]) -> list[PlayerAct]:
    """Those with these numbers. Raises StoreError."""
    return _found(store, player_acts.c.number.in_(list(numbers)))


def latest(store: Database, since: datetime.datetime) -> dict[str, PlayerAct]:
    """The last act of each player, asked for since then. Raises StoreError."""
    return {act.player: act for act in _found(store, player_acts.c.asked >= stamp(since))}


def close(workspace: Workspace, store: Database, player: str, told: Iterable[Done], now: datetime.datetime) -> None:
    """Enter what a player says became of its acts, each once. Raises StoreError."""
    for one in told:
        found = [act for act in numbered(store, [one.act]) if act.player == player and act.result in {None, SILENT}]
        for act in found:
            _enter(workspace, store, act, one.result, one.note, now)


def give_up(workspace: Workspace, store: Database, now: datetime.datetime) -> None:
    """End as `silent` what no player has answered. Raises StoreError."""
    for act in waiting(store):
        if now > act.asked + _PATIENCE:
            _enter(workspace, store, act, SILENT, "", now)


def _enter(
    workspace: Workspace, store: Database, act: PlayerAct, result: str, note: str, now: datetime.datetime
) -> None:
    ended = PlayerAct(act.number, act.player, act.verb, act.asked, act.by, act.begins, result, note)
    details: dict[str, Any] = {"act": act.verb, "by": act.by, "number": act.number, "result": result}
    entry = NewRow("player", output=act.player, reason=ended.words, details=details)
    append_all(store, [entry], now, together=[_closing(act.number, result, note, now)], seal=workspace.seal)


def _closing(number: int, result: str, note: str, now: datetime.datetime) -> Update:
    values = {"result": result, "note": note, "ended": stamp(now)}
    return update(player_acts).where(player_acts.c.number == number).values(values)


def _found(store: Database, condition: Any) -> list[PlayerAct]:
    query = select(player_acts).where(condition).order_by(player_acts.c.number)
    with store.read() as connection:
        rows = connection.execute(query).mappings().all()
    return [
        PlayerAct(
            row["number"], row["player"], row["verb"], instant(row["asked"]), row["by"],
            instant(row["begins"]) if row["begins"] else None, row["result"], row["note"] or "",
        )
        for row in rows
    ]  # fmt: skip
