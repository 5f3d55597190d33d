"""The database and the disk under it: locked, full, read-only; the sound goes on and nothing written is lost."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from loa.store.database import Database
from loa.store.migrations import copy_database
from loa.store.proof import verify
from tests.local import locked, wait_for

from .conftest import Faulty

pytestmark = pytest.mark.long


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """`folder` on a disk of its own."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def playing(station: Faulty, count: int = 1) -> Callable[[], bool]:
    return lambda: sum(note["what"] == "first" for note in station.heard()) >= count


def test_a_lock_over_the_instant_delays_neither_sound_nor_outcome(station: Faulty) -> None:
    """Half a minute of lock, shortened: the airing was claimed before, so that it starts on time all the same."""
    (airing,) = station.plan(14)
    process = station.start(claim=11, open=2, late=1)
    wait_for(lambda: "tin@" in (station.state() or ""), 45)
    with locked(station.workspace.database):
        wait_for(playing(station), 30)
        time.sleep(5)  # it ends while the database is still held
        assert station.rows() == []
    row = station.wait_for_outcome(airing)
    station.stop(process)
    assert row.outcome == "aired"
    station.check([airing])


def test_a_lock_before_the_claim_starts_it_late_but_once(station: Faulty) -> None:
    process = station.start_first(claim=3, open=1, late=1)
    (airing,) = station.plan(8)
    with locked(station.workspace.database):
        time.sleep(max(0.0, 12 - station.age()))
        assert station.heard() == []
    row = station.wait_for_outcome(airing)
    station.stop(process)
    assert row.outcome == "aired-late"
    station.check([airing])


def test_a_full_disk_silences_nothing_and_the_log_catches_up(
    tmp_path: Path, make_station: Callable[[Path], Faulty]
) -> None:
    root = tmp_path / "disk"
    root.mkdir()
    with small_disk(root, 24000):
        station = make_station(root)
        planned = station.plan(12, 17)
        process = station.start(claim=3, open=1)
        wait_for(playing(station), 45)
        fill_disk(root)
        wait_for(lambda: station.age() > 24, 45)
        (root / "filler").unlink()
        for airing in planned:
            row = station.wait_for_outcome(airing)
            assert row.outcome == "aired"
            assert row.started
            assert (row.started - (row.planned or row.started)).total_seconds() < 3, "the full disk delayed it"
        station.stop(process)
        station.check(planned)


def test_a_disk_that_becomes_read_only_silences_nothing(tmp_path: Path, make_station: Callable[[Path], Faulty]) -> None:
    root = tmp_path / "disk"
    root.mkdir()
    with small_disk(root, 20000):
        station = make_station(root)
        (airing,) = station.plan(8, on="n")
        process = station.start(claim=3, open=1)
        wait_for(playing(station), 45)
        with read_only(root):
            time.sleep(5)
        row = station.wait_for_outcome(airing)
        station.stop(process)
        assert row.outcome == "aired"
        station.check([airing])


def fill_disk(root: Path) -> None:
    """To the last byte."""
    with (root / "filler").open("wb", buffering=0) as filler:
        for size in (65536, 512):
            try:
                while True:
                    filler.write(bytes(size))
            except OSError:
                continue


@contextmanager
def read_only(root: Path) -> Iterator[None]:
    """A disk that is read-only for files opened from now on, as a worn SD card becomes."""
    database = root / ".loa"
    subprocess.run(["mount", "--bind", str(database), str(database)], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", str(database)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(database)], check=True)


@pytest.mark.parametrize("gone", ["station.db", "station.db*"])
def test_a_database_that_is_deleted_while_it_sounds_is_there_again_with_its_log(station: Faulty, gone: str) -> None:
    """Before, the station wrote on into the deleted file, and nobody was told."""
    (airing,) = station.plan(12)
    process = station.start(claim=9, open=2)
    wait_for(playing(station), 45)
    for path in station.workspace.state.glob(gone):
        path.unlink()
    row = station.wait_for_outcome(airing)
    wait_for(lambda: any("was deleted" in told for told in station.alarms()), 30)
    station.stop(process)
    assert row.outcome == "aired", row.reason
    station.check([airing])


def test_a_database_that_is_replaced_while_it_sounds_is_told_and_the_sound_goes_on(station: Faulty) -> None:
    (airing,) = station.plan(12)
    older = station.workspace.root / "older.db"
    copy_database(station.workspace.database, older)
    process = station.start(claim=9, open=2)
    wait_for(playing(station), 45)
    for path in station.workspace.state.glob("station.db-*"):
        path.unlink()
    older.replace(station.workspace.database)
    row = station.wait_for_outcome(airing)
    wait_for(lambda: any("was replaced" in told for told in station.alarms()), 30)
    station.stop(process)
    assert row.outcome == "aired", row.reason
    assert [note["what"] for note in station.heard()].count("first") == 1
    store = Database(station.workspace.database)
    assert any("sealed" in finding.message for finding in verify(store, station.workspace.seal))
    store.close()
