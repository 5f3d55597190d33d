"""Who may make sound: one process a workspace holds the lease, others stand by and take over when it dies.

Death is told without comparing clocks of two machines: a process on this computer by its identity, any other by a
heartbeat that has not moved for `stale` seconds of our own clock while we ourselves could write.
"""

import datetime
import os
import secrets
import socket
from collections.abc import Mapping
from typing import Any

import psutil
from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from loa.clock import Clock
from loa.errors import StoreError
from loa.store.database import Database, instant, stamp
from loa.store.processes import boot_id, identity, runs
from loa.store.tables import presence

_ON_AIR, _STANDBY = "on-air", "standby"
_FRESH = datetime.timedelta(minutes=1)
"""A heartbeat of this time says that a process lives of which the system cannot tell whether it does."""


class Lease:
    """The place of this process among those on the workspace."""

    def __init__(self, store: Database, clock: Clock, *, heartbeat: float, stale: float) -> None:
        self.host, self.pid = socket.gethostname(), os.getpid()
        self.token = f"{self.host}:{self.pid}:{secrets.token_hex(4)}"
        self.holds = False
        self.doubted = False
        """This process stood still, and has not looked since whether another one has taken the lease."""
        self.resolved_until: datetime.datetime | None = None
        self._started_at, self._identity = psutil.Process().create_time(), identity()
        self._store, self._clock = store, clock
        self._interval, self._stale = heartbeat, stale
        self._heartbeat, self._renewed = 0, -1e9
        self._seen: tuple[str, int] | None = None
        self._seen_at = 0.0

    def keep(self, resolved_until: datetime.datetime | None, state: str = "") -> bool:
        """Renew or try to get the lease; whether this process may make sound.

        `resolved_until`: all airings planned before it have their outcome. A database that does not answer changes
        nothing: who cannot write cannot be overtaken by somebody who writes either. Raises StoreError.
        """
        now = self._clock.elapsed()
        if now - self._renewed < self._interval and (self.holds or self._renewed > 0):
            return self.holds
        self._heartbeat += 1
        row = {
            "heartbeat": self._heartbeat,
            "at": stamp(self._clock.now()),
            "resolved_until": stamp(resolved_until) if resolved_until else None,
        }
        with self._store.write() as connection:
            holder = connection.execute(select(presence).where(presence.c.role == _ON_AIR)).mappings().first()
            mine = holder is not None and holder["token"] == self.token
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
        self._renewed = now
        self.doubted = False
        self.holds = role == _ON_AIR
        return self.holds

    def still_mine(self) -> bool:
        """A look, without writing: whether nobody has taken the lease from this process; as before, where the database
        does not answer (`doubted` then stays).
        """
        try:
            with self._store.read() as connection:
                token = connection.execute(select(presence.c.token).where(presence.c.role == _ON_AIR)).scalar()
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
                connection.execute(
                    update(presence).where(presence.c.token == self.token).values(heartbeat=-1, pid=0, started_at=0.0)
                )
            else:
                connection.execute(delete(presence).where(presence.c.token == self.token))
        self.holds = False

    def _inherit(self, holder: RowMapping | None) -> None:
        self.resolved_until = (
            instant(holder["resolved_until"]) if holder is not None and holder["resolved_until"] else None
        )

    def _is_dead(self, holder: RowMapping, now: float, connection: Connection) -> bool:
        if holder["heartbeat"] < 0 or _lives(holder, connection) is False:
            return True
        seen = (holder["token"], holder["heartbeat"])
        if seen != self._seen or now - self._renewed > 2 * self._interval:  # it moved, or we could not look
            self._seen, self._seen_at = seen, now
        return now - self._seen_at > self._stale


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
    """When a process last said that it was there, by the computer's clock of then. Raises StoreError."""
    with store.read() as connection:
        found = connection.execute(select(func.max(presence.c.at))).scalar()
    return instant(found) if found else None


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
