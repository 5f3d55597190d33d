"""What players aired, in the station's log: entered once each, summed up for each airing, missed where none tells."""

import contextlib
import datetime
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from loa.errors import LogbookError, StoreError
from loa.fleet import register
from loa.fleet.messages import Outcomes, PlayerRow
from loa.fleet.plans import BACK, planned
from loa.fleet.register import Enrolled, RemoteAiring
from loa.i18n import _, ngettext
from loa.schedule import Airing, Schedule, airings
from loa.schedule.display_names import output_names
from loa.store.alarms import Alarm, channels, raise_once
from loa.store.asrun import NewRow, append_all, outcome_rows, parts_of, with_outputs
from loa.store.database import Database, instant
from loa.workspace import Workspace

_MINUTE = 60.0
_DAY = datetime.timedelta(days=1)
_GRACE = datetime.timedelta(minutes=2)
_TOLD = 600.0
"""Seconds between two alarms about silent players: a cut line takes them one after the other."""


class RemoteLog:
    """Writes for the players of a station; `schedule` and players are those of the moment."""

    def __init__(self, workspace: Workspace, store: Database, elapsed: Callable[[], float] = time.monotonic) -> None:
        """`elapsed`: seconds of a clock that only goes forward."""
        self._workspace, self._store, self._elapsed = workspace, store, elapsed
        self._open: list[RemoteAiring] = []
        self._open_is_old = True
        self._changed: set[str] | None = None  # airings to look at; None: those of the last days
        self._waited_for: set[str] = set()
        self._silent_told: set[str] = set()
        self._silent_since: dict[str, float] = {}
        self._told_at = float("-inf")
        self._began = elapsed()

    def enter(self, schedule: Schedule, player: Enrolled, told: Outcomes, now: datetime.datetime) -> None:
        """Enter what a player tells, each outcome once. Raises StoreError."""
        airings = [row.airing for row in told.rows]
        done = {row.part_of for row in parts_of(self._store, airings) if row.output == player.name}
        fresh = {row.airing: row for row in told.rows if row.airing not in done}
        strange = self._strange(schedule, player.name, fresh.values())
        entries = [_part(player.name, row, strange.get(row.airing, row.commune)) for row in fresh.values()]
        together = [register.closing(row.airing, player.name, row.outcome) for row in told.rows]
        if told.through < player.received:
            message = _("The log of the player {name} was changed, or put back from a backup.").format(name=player.name)
            self._alarm(schedule, f"player {player.name} log@{now:%Y-%m-%d}", "log", message, now)
        together.append(register.receiving(player.name, told.through, told.head))
        append_all(self._store, entries, now, together=together, seal=self._workspace.seal)
        self._note(airings)

    def _strange(self, schedule: Schedule, name: str, told: Collection[PlayerRow]) -> Mapping[str, str]:
        """For what a commune's player tells of other communes without having been given it: its own commune.

        A stolen player can lie about its own airings, and writes into nobody else's log.
        """
        owners = schedule.owners(name) - {None}
        rows = [row for row in told if owners and row.commune not in owners]
        found = register.remote_airings(self._store, airings=[row.airing for row in rows]) if rows else []
        given = {(one.airing, one.commune) for one in found if one.player == name}
        own = min(owners, key=str) or "" if owners else ""
        return {row.airing: own for row in rows if (row.airing, row.commune) not in given}

    def _note(self, airings: Iterable[str]) -> None:
        """Something is known of them: `close_airings` reads them again."""
        self._open_is_old = True
        if self._changed is not None:
            self._changed.update(airings)

    def expect(self, wanted: list[RemoteAiring]) -> None:
        """Remember what players are to air, because a person wants it now. Raises StoreError."""
        register.hand_over(self._store, wanted, None)
        self._note(())

    def hand_over(self, schedule: Schedule, now: datetime.datetime) -> None:
        """Remember what players are to air now. What they are not to air is entered at once. Raises StoreError."""
        mark = register.mark(self._store, "handed")
        since = instant(mark) if mark else now
        if since > now:
            return
        away = set(schedule.remote_players())
        handed, skipped = [], []
        for airing in planned(schedule, max(since, now - BACK), now) if now > since else ():
            speakers = schedule.loudspeakers(airing.outputs)
            mine = [name for name in speakers if name in away]
            handed += [_remote(schedule, airing, name, alone=len(mine) == len(speakers)) for name in mine]
            if airing.forbidden:
                skipped.append((airing, mine))
        if handed or not mark or (now - since).total_seconds() > 30:
            register.hand_over(self._store, handed, now)
        if handed:
            self._note(())
        for airing, mine in skipped:
            rows = [
                _missing(_remote(schedule, airing, name, alone=False), airing.forbidden, "skipped") for name in mine
            ]
            self._write(rows, now)

    def close_airings(self, schedule: Schedule, known: Mapping[str, Enrolled], now: datetime.datetime) -> None:
        """Enter the outcome of what no player will tell of any more; sum up what is complete. Raises StoreError.

        It reads the database only when something has changed: it is called every second.
        """
        self._reread()
        for one in self._open:
            reason = _why_unheard(schedule, known.get(one.player), one, now)
            if reason:
                self._write([_missing(one, reason, "missed")], now)
        self._reread()
        late = {one.airing for one in self._open if one.alone and now > one.ends + _DAY} - self._waited_for
        if self._changed is not None and not self._changed | late:
            return
        wanted = None if self._changed is None else self._changed | late
        found = register.remote_airings(self._store, since=None if wanted else now - 3 * _DAY, airings=wanted)
        by_airing: dict[str, list[RemoteAiring]] = {}
        for one in found:
            by_airing.setdefault(one.airing, []).append(one)
        summed = outcome_rows(self._store, by_airing)
        for airing, its in by_airing.items():
            complete = all(one.outcome for one in its)
            if airing not in summed and its[0].alone and (complete or now > its[0].ends + _DAY):
                self._sum_up(schedule, airing, its, now)
        self._changed = set()
        self._waited_for |= late

    def _reread(self) -> None:
        if self._open_is_old:
            self._open = register.remote_airings(self._store, open_only=True)
            self._open_is_old = False

    def _write(self, rows: list[NewRow], now: datetime.datetime) -> None:
        together = [register.closing(row.part_of or "", row.output or "", row.outcome or "") for row in rows]
        try:
            append_all(self._store, rows, now, together=together, seal=self._workspace.seal)
        except StoreError:
            raise
        except LogbookError:  # it stands there already
            with self._store.write() as connection:
                for statement in together:
                    connection.execute(statement)
        self._note(row.part_of or "" for row in rows)

    def _sum_up(self, schedule: Schedule, airing: str, its: list[RemoteAiring], now: datetime.datetime) -> None:
        """Write the one row of an airing that only players aired; an alarm names all that did not hear it."""
        rows = parts_of(self._store, [airing])
        first = its[0]
        unheard = [one.player for one in its if one.outcome in {None, "missed"}]
        entry = NewRow(
            airing=airing,
            broadcast=first.broadcast or None,
            commune=first.commune,
            output=", ".join(one.player for one in its),
            planned=first.planned,
            started=min((row.started for row in rows if row.started), default=None),
            ended=max((row.ended for row in rows if row.ended), default=None),
            bulletin=first.bulletin,
            sha256=next((row.sha256 for row in rows if row.sha256), None),
            reason=_("not heard at {count} of {all} players: {names}").format(
                count=len(unheard), all=len(its), names=grouped(schedule, unheard)
            )
            if unheard
            else None,
            details=_of_schedule(schedule, first),
        )
        summed = with_outputs(entry, rows)[0]
        outcome = summed.details.get("best", "missed")
        with contextlib.suppress(LogbookError):
            append_all(self._store, [replace(summed, outcome=outcome)], now, seal=self._workspace.seal)
        if unheard:
            self._alarm(schedule, f"{airing} players", "missed", f"{airing}: {entry.reason}", now)

    def tell_of_silent(self, schedule: Schedule, active: Collection[Enrolled], now: datetime.datetime) -> None:
        """One alarm for all players that have fallen silent, after a minute or two: a power cut takes many at once."""
        silent = {player.name for player in active if player.is_silent(now)}
        moment = self._elapsed()
        self._silent_told &= silent
        self._silent_since = {name: self._silent_since.get(name, moment) for name in silent}
        lasting = {name for name, at in self._silent_since.items() if moment - at >= _MINUTE}
        if moment - self._began < 2 * _MINUTE or not lasting - self._silent_told or moment - self._told_at < _TOLD:
            return
        self._silent_told |= lasting
        self._told_at = moment
        message = ngettext(
            "{count} of {all} players is silent: {names}", "{count} of {all} players are silent: {names}", len(lasting)
        ).format(count=len(lasting), all=len(active), names=grouped(schedule, sorted(lasting)))
        dark = _dark_villages(schedule, active, lasting)
        if dark:
            message += ". " + _("Nothing is heard of {villages}: is the power out there, or the line cut?").format(
                villages=", ".join(dark)
            )
        self._alarm(schedule, f"players@{now:%Y-%m-%dT%H:%M}", "output", message, now)

    def _alarm(self, schedule: Schedule, event: str, kind: str, message: str, now: datetime.datetime) -> None:
        alarm = Alarm(event, kind, message, now)
        raise_once(self._store, alarm, channels(schedule.alerts), self._workspace.seal)

    def enter_heads(self, schedule: Schedule, active: Collection[Enrolled], now: datetime.datetime) -> None:
        """Once a day: the end of each player's own log, so that none can be shortened later. Raises StoreError."""
        day = f"{now.astimezone(schedule.timezone):%Y-%m-%d}"
        heads = {p.name: [p.received, p.head] for p in active if p.received and p.head}
        if not heads or register.mark(self._store, "heads") == day:
            return
        reason = _("the ends of the logs of {count} players").format(count=len(heads))
        entry = NewRow("player", reason=reason, details={"act": "heads", "heads": heads})
        append_all(self._store, [entry], now, together=register.marking("heads", day), seal=self._workspace.seal)


def _of_schedule(schedule: Schedule, one: RemoteAiring) -> dict[str, Any]:
    """What the row of an airing tells of the schedule; nothing where the broadcast is gone."""
    broadcast = schedule.broadcast(one.broadcast)
    if broadcast is None or not (broadcast.test or len(schedule.stages(broadcast)) > 1):
        return {}
    same = airings(schedule, one.planned, one.planned + datetime.timedelta(seconds=1))
    return next((airing.details for airing in same if airing.id == one.airing), {})


def _remote(schedule: Schedule, airing: Airing, name: str, *, alone: bool) -> RemoteAiring:
    broadcast = schedule.broadcast(airing.broadcast)
    late = datetime.timedelta(seconds=broadcast.late.start_within if broadcast else 0)
    return RemoteAiring(
        airing.id,
        name,
        airing.broadcast,
        airing.commune,
        airing.bulletin,
        airing.planned,
        airing.ends + late,
        alone,
    )


def _why_unheard(schedule: Schedule, player: Enrolled | None, one: RemoteAiring, now: datetime.datetime) -> str | None:
    """Why a player will not tell how it aired something; None while it may."""
    joined = player is not None and player.public_key is not None
    over = now >= one.ends + _GRACE
    if player and player.revoked:
        return _("the player {name} was revoked").format(name=one.player)
    if not joined and (over or not one.broadcast):  # what was put on air by hand went to those that were there
        return _("no player {name} has joined").format(name=one.player)
    if player is None or not over:
        return None
    if one.player not in schedule.outputs:
        return _("There is no output “{name}”.").format(name=one.player)
    state = player.state
    if state and state.resolved and state.resolved > one.ends and player.received >= state.seq:
        return _("the player did not have it in its plan")
    return None


def grouped(schedule: Schedule, names: Iterable[str]) -> str:
    """Players by their villages, for people: `thôn Đông (3): a, b, c; thôn Tây (1): d`."""
    villages: dict[str, list[str]] = {}
    away = schedule.remote_players()
    for name in names:
        village = away[name].village if name in away else None
        villages.setdefault(village or "", []).append(name)
    told = []
    for village, found in sorted(villages.items(), key=lambda item: -len(item[1])):
        listed = output_names(schedule, found)
        told.append(f"{village} ({len(found)}): {listed}" if village else listed)
    return "; ".join(told)


def _dark_villages(schedule: Schedule, active: Iterable[Enrolled], silent: Collection[str]) -> list[str]:
    """The villages with several players of which every one is silent."""
    away = schedule.remote_players()
    by_village: dict[str, list[str]] = {}
    for player in active:
        village = away[player.name].village if player.name in away else None
        by_village.setdefault(village or "", []).append(player.name)
    return [village for village, its in by_village.items() if village and len(its) > 1 and set(its) <= set(silent)]


def _part(name: str, row: PlayerRow, commune: str | None) -> NewRow:
    return NewRow(
        "output", None, row.broadcast, commune, name, row.planned, row.started, row.ended, row.outcome, row.reason,
        row.bulletin, row.sha256, {"player": name, "row": row.seq}, row.airing,
    )  # fmt: skip


def _missing(one: RemoteAiring, reason: str, outcome: Any) -> NewRow:
    return NewRow(
        "output",
        broadcast=one.broadcast or None,
        commune=one.commune,
        output=one.player,
        planned=one.planned,
        outcome=outcome,
        reason=reason,
        bulletin=one.bulletin,
        part_of=one.airing,
    )
