"""Who may make sound: one process a workspace holds the lease, others stand by and take over when it dies.

Death is told without comparing clocks of two machines: a process on this computer by its identity, any other by a
heartbeat that has not moved for `stale` seconds of our own clock while we ourselves could write.

A process that is alone writes next to nothing: the heartbeat moves often only while another process stands by, and
then beside a SQLite database in a file of a few bytes that is never synced.
"""

import datetime
import os
import secrets
import socket
from collections.abc import Mapping
from typing import Any

import psutil
from sqlalchemy import Connection, RowMapping, Update, delete, func, insert, select, update

from loa.clock import Clock
from loa.errors import StoreError
from loa.files import write_in_place
from loa.store.database import Database, instant, stamp
from loa.store.processes import boot_id, identity, runs
from loa.store.tables import presence

_ON_AIR, _STANDBY = "on-air", "standby"
_NEVER = stamp(datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC))
_RARE = 60
"""Intervals after which a row is written again although nobody waits for it."""
_FRESH = datetime.timedelta(minutes=10)
"""A heartbeat of this time says that a process lives of which the system cannot tell whether it does."""

_ALL, _HOLDER = select(presence), select(presence).where(presence.c.role == _ON_AIR)
_TOKEN = select(presence.c.token).where(presence.c.role == _ON_AIR)
"""Made once: they are asked every few seconds, and making them takes longer than the answers."""


class Lease:
    """The place of this process among those on the workspace."""

    def __init__(self, store: Database, clock: Clock, *, heartbeat: float, stale: float) -> None:
        self.host, self.pid = socket.gethostname(), os.getpid()
        self.token = f"{self.host}:{self.pid}:{secrets.token_hex(4)}"
        self.holds = False
        self.doubted = False
        """This process stood still, and has not looked since whether another one has taken the lease."""
        self.clock_is_sure = True
        """Whether the clock can be trusted; if not, a row does not say `at` which time the station was seen."""
        self.resolved_until: datetime.datetime | None = None
        self._resolved: datetime.datetime | None = None
        self._started_at, self._identity = psutil.Process().create_time(), identity()
        self._store, self._clock = store, clock
        self._interval, self._stale = heartbeat, stale
        self._heartbeat, self._renewed, self._written = 0, -1e9, -1e9
        self._seen: tuple[object, ...] | None = None
        self._seen_at = 0.0
        self._others: dict[str, tuple[int, float]] = {}
        self._file = store.file.with_suffix(".heartbeat") if store.file else None

    @property
    def due(self) -> bool:
        """Whether it is time for `keep` to look again: a process that stands by looks more often."""
        pause = self._interval if self.holds else self._interval / 3
        return self._clock.elapsed() - self._renewed >= pause

    def keep(self, resolved_until: datetime.datetime | None, state: str = "") -> bool:
        """Renew or try to get the lease, if it is `due`; whether this process may make sound.

        `resolved_until`: all airings planned before it have their outcome. A database that does not answer changes
        nothing: who cannot write cannot be overtaken by somebody who writes either. Raises StoreError.
        """
        self._resolved = resolved_until
        if not self.due:
            return self.holds
        now = self._clock.elapsed()
        with self._store.read() as connection:
            found = {row["token"]: row for row in connection.execute(_ALL).mappings()}
            holder = next((row for row in found.values() if row["role"] == _ON_AIR), None)
            mine = holder is not None and holder["token"] == self.token
            waiting = [row for row in found.values() if self._stands_by(row, now, connection)]
            watched = mine and bool(waiting)
            waits = holder is not None and not mine and not self._is_dead(holder, now, connection)
        quiet = waits and now - self._seen_at > 2 * self._interval  # then show that we could write
        rare = now - self._written >= _RARE * self._interval
        if watched and self._file:
            self._heartbeat += 1
            write_in_place(self._file, f"{self.token} {self._heartbeat:012}\n")
        if rare or quiet or (watched and not self._file) or not (mine or waits):
            mine = self._write(now, resolved_until, state)
            self._written = now
        if self._clock.elapsed() - now <= max(self._interval, 1.0):  # else it is old news: this process stood still
            self._renewed, self.holds = now, mine
        return self.holds

    def note(self, resolved_until: datetime.datetime | None, state: str) -> Update:
        """The statement that tells what this process has taken on, while it has the lease."""
        values = {"state": state}
        if self.clock_is_sure:
            values["at"] = stamp(self._clock.now())
        if resolved_until:
            values["resolved_until"] = stamp(resolved_until)
        return update(presence).where(presence.c.token == self.token, presence.c.role == _ON_AIR).values(values)

    def _write(self, now: float, resolved_until: datetime.datetime | None, state: str) -> bool:
        """Write our row; take the lease if nobody alive has it. Whether we have it. A power cut may undo this."""
        self._heartbeat += 1
        row = {
            "heartbeat": self._heartbeat,
            "resolved_until": stamp(resolved_until) if resolved_until else None,
        }
        with self._store.write(durable=False) as connection:
            holder = connection.execute(_HOLDER).mappings().first()
            mine = holder is not None and holder["token"] == self.token
            row["at"] = self._at(holder)
            if mine or holder is None or self._is_dead(holder, now, connection):
                if not mine:
                    self._inherit(holder)
                    row["resolved_until"] = stamp(self.resolved_until) if self.resolved_until else row["resolved_until"]
                    connection.execute(delete(presence).where(presence.c.role == _ON_AIR))
                role = _ON_AIR
            else:
                role = _STANDBY
            if role == _STANDBY:
                row["resolved_until"] = None
            changed = connection.execute(
                update(presence).where(presence.c.token == self.token).values(role=role, state=state, **row)
            )
            if not changed.rowcount:
                about = {"token": self.token, "host": self.host, "pid": self.pid, "started_at": self._started_at}
                about["identity"] = self._identity
                connection.execute(insert(presence).values(role=role, state=state, **about, **row))
        return role == _ON_AIR

    def still_mine(self) -> bool:
        """A look, without writing: whether nobody has taken the lease from this process; as before, where the database
        does not answer (`doubted` then stays).
        """
        try:
            with self._store.read() as connection:
                token = connection.execute(_TOKEN).scalar()
        except StoreError:
            return self.holds
        self.doubted = False
        if token != self.token:
            self.holds = False
        return self.holds

    def give_back(self) -> None:
        """Leave: the next process need not wait. `resolved_until` stays, in a row of nobody."""
        with self._store.write() as connection:
            if self.holds:
                left: dict[str, object] = {"heartbeat": -1, "pid": 0, "started_at": 0.0}
                if self._resolved:
                    left["resolved_until"] = stamp(self._resolved)
                connection.execute(update(presence).where(presence.c.token == self.token).values(left))
            else:
                connection.execute(delete(presence).where(presence.c.token == self.token))
        self.holds = False

    def _at(self, holder: RowMapping | None) -> str:
        """Now; while the clock is in doubt, when somebody was seen last."""
        return stamp(self._clock.now()) if self.clock_is_sure else holder["at"] if holder else _NEVER

    def _inherit(self, holder: RowMapping | None) -> None:
        known = holder["resolved_until"] if holder is not None else None
        self.resolved_until = instant(known) if known else None
        if not known and self.clock_is_sure:  # a new station: its airings begin now, also if it dies at once
            self.resolved_until = self._clock.now()

    def _is_dead(self, holder: RowMapping, now: float, connection: Connection) -> bool:
        if holder["heartbeat"] < 0 or _lives(holder, connection) is False:
            return True
        seen = (holder["token"], holder["heartbeat"], self._beats())
        if seen != self._seen or now - self._renewed > 2 * self._interval:  # it moved, or we could not look
            self._seen, self._seen_at = seen, now
        return now - self._seen_at > self._stale

    def _beats(self) -> bytes:
        """What stands in the file of heartbeats."""
        try:
            return self._file.read_bytes() if self._file else b""
        except OSError:
            return b""

    def _stands_by(self, row: RowMapping, now: float, connection: Connection) -> bool:
        """Whether `row` is of a process that stands by, and is alive as far as we can tell."""
        if row["role"] != _STANDBY:
            return False
        lives = _lives(row, connection)
        heartbeat, moved = self._others.get(row["token"], (None, now))
        self._others[row["token"]] = (row["heartbeat"], moved if heartbeat == row["heartbeat"] else now)
        return now - self._others[row["token"]][1] < 3 * _RARE * self._interval if lives is None else lives


def leave_behind(store: Database) -> None:
    """This database is a copy: whoever was on air with the original is not on air here. Raises StoreError."""
    with store.write() as connection:
        connection.execute(delete(presence).where(presence.c.role != _ON_AIR))
        connection.execute(update(presence).values(heartbeat=-1, pid=0, started_at=0.0))


def holds(connection: Connection, token: str) -> bool:
    """Whether the process `token` has the lease, within the transaction of `connection`."""
    mine = select(presence.c.token).where(presence.c.role == _ON_AIR, presence.c.token == token)
    return connection.execute(mine).first() is not None


def last_heartbeat(store: Database) -> datetime.datetime | None:
    """When the station was last seen on air, by a clock that could be trusted. Raises StoreError."""
    with store.read() as connection:
        found = connection.execute(select(func.max(presence.c.at)).where(presence.c.role == _ON_AIR)).scalar()
    return instant(found) if found and found > _NEVER else None


def who_is_on_air(store: Database) -> Mapping[str, Any] | None:
    """The row of the process that is on air here and alive as far as we can tell, else None. Raises StoreError."""
    with store.read() as connection:
        row = connection.execute(select(presence).where(presence.c.role == _ON_AIR)).mappings().first()
        if row is None or row["heartbeat"] < 0:
            return None
        lives = _lives(row, connection)
    if lives is None and row["host"] == socket.gethostname():
        lives = abs(datetime.datetime.now(datetime.UTC) - instant(row["at"])) < _FRESH
    return None if lives is False else dict(row)


def _lives(row: RowMapping, connection: Connection) -> bool | None:
    """Whether the process of `row` runs; None where only its heartbeat can tell: it is of another computer, for one.

    Two computers may have the same name (copied memory cards), and one may get another name while it runs. The number
    of the kernel's run tells them apart, and so a row of this name with another number is of an earlier run of this
    computer, if nobody else can reach the database.
    """
    known = row["identity"] or ""
    if boot_id() and known.partition(" ")[0] == boot_id():
        return runs(row["pid"], known)
    if row["host"] != socket.gethostname() or connection.dialect.name != "sqlite":
        return None
    return runs(row["pid"], known)
