"""A process is the same one whatever the clock says, and another one where it has only got the number."""

import contextlib
import datetime
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from sqlalchemy import update

from loa.clock import RealClock
from loa.errors import SchemaError
from loa.store import migrations, processes
from loa.store.database import Database, stamp
from loa.store.lease import Lease, who_is_on_air
from loa.store.tables import presence
from tests.clocks.proc import moved

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux computes when a process began from the clock")


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """/proc after the clock was set an hour forward. Files of it can be replaced by the tests."""
    folder = moved(tmp_path / "proc", 3600, os.getpid())
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(folder))
    return folder


def write(proc: Path, name: str, text: str) -> None:
    """Another file in place of a link to the real one."""
    path = proc / name
    for parent in reversed(path.relative_to(proc).parents[:-1]):
        place = proc / parent
        if place.is_symlink():
            place.unlink()
        place.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text, "ascii")


@linux
def test_the_time_at_which_a_process_began_moves_with_the_clock_and_its_identity_does_not(
    proc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = processes.identity()
    assert processes.runs(os.getpid(), mine)
    monkeypatch.setattr(processes, "PROC", proc)
    began = psutil.Process(os.getpid()).create_time()
    monkeypatch.setattr(psutil, "PROCFS_PATH", "/proc")
    assert began - psutil.Process(os.getpid()).create_time() == pytest.approx(3600, abs=2)
    assert processes.identity() == mine
    assert processes.runs(os.getpid(), mine)


@linux
def test_what_a_process_is_not(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = processes.identity()
    boot, namespace, ticks = mine.split()
    assert processes.runs(os.getpid(), f"{boot} {namespace} {int(ticks) + 1}") is False, "another one with its number"
    assert processes.runs(os.getpid(), f"00000000-0000 {namespace} {ticks}") is False, "of an earlier start"
    assert processes.runs(os.getpid(), f"{boot} pid:[1] {ticks}") is None, "in another container: nobody can tell"
    assert processes.runs(os.getpid(), "") is None, "an older version left nothing to tell it by"
    monkeypatch.setattr(processes, "PROC", proc)
    line = Path("/proc/self/stat").read_text("ascii")
    head, _paren, tail = line.rpartition(")")
    write(proc, f"{os.getpid()}/stat", f"{head} ) S 1) {tail.strip()}\n")
    assert processes.runs(os.getpid(), mine), "a name may hold anything"
    write(proc, f"{os.getpid()}/stat", line.replace(f") {tail.split()[0]} ", ") Z "))
    assert processes.runs(os.getpid(), mine) is False, "it has ended, and nobody has waited for it"


def test_a_process_that_has_ended_does_not_run() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    known = processes.identity(child.pid)
    assert processes.runs(child.pid, known)
    child.kill()
    child.wait()
    assert processes.runs(child.pid, known) is False
    assert child.stdin
    child.stdin.close()


# --- who is on air ---


@pytest.fixture
def store(tmp_path: Path) -> Database:
    return Database(tmp_path / "station.db")


@pytest.fixture
def holder(store: Database) -> Lease:
    """This process is on air."""
    lease = Lease(store, RealClock(), heartbeat=0.0, stale=60.0)
    assert lease.keep(None)
    return lease


def second(store: Database) -> Lease:
    return Lease(store, RealClock(), heartbeat=0.0, stale=60.0)


def set_row(store: Database, **values: object) -> None:
    with store.write() as connection:
        connection.execute(update(presence).values(values))


@linux
@pytest.mark.parametrize("seconds", [3600, -3600, 400 * 86400.0])
def test_a_clock_that_was_set_ends_nobodys_lease(
    store: Database, holder: Lease, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(moved(tmp_path / "proc", seconds, os.getpid())))
    monkeypatch.setattr(processes, "PROC", tmp_path / "proc")
    row = who_is_on_air(store)
    assert row
    assert row["pid"] == holder.pid
    assert not second(store).keep(None)
    assert holder.keep(None)


@linux
def test_another_name_of_the_computer_ends_no_lease(store: Database, holder: Lease) -> None:
    set_row(store, host="raspberrypi-2")
    assert who_is_on_air(store)
    assert not second(store).keep(None)


@linux
def test_after_a_restart_of_the_computer_nobody_is_waited_for(store: Database, holder: Lease) -> None:
    set_row(store, identity=processes.identity().replace(processes.boot_id(), "00000000-0000-0000"))
    assert who_is_on_air(store) is None
    assert second(store).keep(None)


def test_where_the_system_cannot_tell_the_heartbeat_does(store: Database, holder: Lease) -> None:
    """A row of an older version holds only the time at which the process began."""
    set_row(store, identity=None, started_at=0.0)
    assert who_is_on_air(store)
    assert not second(store).keep(None)
    old = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=20)
    set_row(store, at=stamp(old))
    assert who_is_on_air(store) is None


def test_a_station_of_an_older_version_lives_though_the_clock_was_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on moving its heartbeat; that its start seems to be another one says nothing."""
    file = tmp_path / "station.db"
    with contextlib.closing(Database(file)) as made, made.write() as connection:
        connection.exec_driver_sql("UPDATE schema_version SET version = 2")
        connection.exec_driver_sql("ALTER TABLE presence DROP COLUMN identity")
        row = (
            socket.gethostname(),
            os.getpid(),
            psutil.Process().create_time() - 3600,
            stamp(datetime.datetime.now(datetime.UTC)),
        )
        connection.exec_driver_sql(
            "INSERT INTO presence (token, role, host, pid, started_at, heartbeat, at, state)"
            " VALUES ('x', 'on-air', ?, ?, ?, 7, ?, '')",
            row,
        )
    with pytest.raises(SchemaError, match="older version of Loa is on air"):
        Database(file)
    monkeypatch.setattr(migrations, "_LEFT", datetime.timedelta(0))
    Database(file).close()
