"""The heartbeat: rare while nobody waits for it, quick enough for a standby, on SQLite and on a server."""

import datetime
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, select

from loa.automation.intervals import Timing
from loa.automation.rehearsal import SimulatedClock
from loa.errors import StoreError
from loa.schedule import UTC
from loa.store.database import Database
from loa.store.lease import Lease
from loa.store.tables import presence
from tests.local import locked
from tests.servers import PostgreSQL

START = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
STEP = 0.25
TAKEOVER = 15.0
"""Seconds from the last sign of life to the moment at which another process is on air."""


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    if request.param == "sqlite":
        yield tmp_path / "station.db"
        return
    folder = Path(tempfile.mkdtemp(prefix="loa-lease-", dir="/tmp"))
    server = PostgreSQL(folder)
    yield server.url
    server.kill()
    shutil.rmtree(folder)


class Two:
    """A process on air and another one, on two computers with one clock."""

    def __init__(self, place: Path | str) -> None:
        self.clock = SimulatedClock(START)
        self.stores = [Database(place, patience=0.1) for _process in range(2)]
        self.writes = 0
        for store in self.stores:
            event.listen(store._engine, "commit", self._count)
        self.first, self.second = (self._lease(store, name) for store, name in zip(self.stores, "ab", strict=True))

    def _lease(self, store: Database, name: str) -> Lease:
        lease = Lease(store, self.clock, heartbeat=Timing().heartbeat, stale=Timing().stale)
        lease.host, lease._identity = f"computer-{name}", ""
        return lease

    def _count(self, connection: object) -> None:
        self.writes += bool(connection.get_execution_options().get("loa_writes"))  # type: ignore[attr-defined]

    def run(self, seconds: float, *leases: Lease) -> float:
        """Let them look in every step, until the second one is on air; after how long that was, else `seconds`."""
        begin = self.clock.elapsed()
        while self.clock.elapsed() - begin < seconds:
            for lease in leases:
                try:
                    lease.keep(None)
                except StoreError:
                    continue
            if self.second.holds:
                break
            self.clock.wait(_NEVER, STEP)
        return self.clock.elapsed() - begin

    def close(self) -> None:
        for store in self.stores:
            store.close()


class _Never:
    def is_set(self) -> bool:
        return False


_NEVER = _Never()  # type: ignore[var-annotated]


@pytest.fixture
def two(place: Path | str) -> Iterator[Two]:
    made = Two(place)
    yield made
    made.close()


def test_alone_it_hardly_writes(two: Two) -> None:
    """A heartbeat every three seconds, each synced, were 12 MB an hour on a memory card."""
    two.run(3600, two.first)
    assert two.first.holds
    assert two.writes <= 21


def test_a_standby_takes_over_in_time_and_not_before(two: Two) -> None:
    two.run(10, two.first)
    assert two.run(300, two.first, two.second) == pytest.approx(300)
    assert two.run(60, two.second) <= TAKEOVER
    two.first.keep(None)
    assert not two.first.holds


def test_a_standby_costs_few_writes_on_a_memory_card(tmp_path: Path) -> None:
    two = Two(tmp_path / "station.db")
    two.run(3600, two.first, two.second)
    assert two.first.holds
    assert two.writes <= 50
    two.close()


def test_a_locked_database_is_no_death(tmp_path: Path) -> None:
    two = Two(tmp_path / "station.db")
    two.run(10, two.first, two.second)
    with locked(tmp_path / "station.db"):
        two.run(20, two.first, two.second)
    assert two.run(60, two.first, two.second) == pytest.approx(60)
    two.close()


def test_a_server_that_cannot_be_written_is_no_death(two: Two) -> None:
    """Neither can the one on air write its heartbeat, nor the standby take its place."""
    two.run(10, two.first, two.second)
    with two.stores[0].write() as connection:
        connection.execute(select(presence).with_for_update())
        two.run(20, two.second)
    assert two.run(60, two.first, two.second) == pytest.approx(60)
