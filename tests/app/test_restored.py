"""A backup that is put back, on this computer or another: all or nothing, a station that may air, a log that says so."""

import contextlib
import datetime
import hashlib
import json
import os
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from loa.app import restore as restoring
from loa.app.approved import bring_back
from loa.app.backup import LIST, backup
from loa.app.restore import finish_restore, restore
from loa.automation.fallbacks import Fallbacks
from loa.automation.intervals import Timing
from loa.automation.station import Automation
from loa.bulletin.manifest import Manifest
from loa.clock import RealClock
from loa.errors import ApprovalError, StoreError, WorkspaceError
from loa.schedule import UTC
from loa.store import approvals
from loa.store.approvals import planned_recording
from loa.store.asrun import NewRow as Entry
from loa.store.asrun import append, end_of_log, rows
from loa.store.database import CONSOLE, Database, stamp
from loa.store.lease import Lease, who_is_on_air
from loa.store.proof import verify
from loa.store.tables import presence
from loa.workspace import Workspace
from tests.app.station import aired, make, often, running, schedule, states
from tests.conftest import Loa
from tests.local import wait_for

DAY = datetime.datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.long
def test_a_backup_put_back_on_another_computer_airs_the_bulletin(here: Workspace, loa: Loa, tmp_path: Path) -> None:
    """From `loa backup` to sound: by commands and a real process, into an empty folder."""
    here.schedule_file.write_text(schedule(*often()), "utf-8")
    assert loa("backup", tmp_path / "carried.zip", cwd=here.root).returncode == 0
    shutil.rmtree(here.root)
    there = Workspace(tmp_path / "B")
    there.root.mkdir()
    done = loa("restore", tmp_path / "carried.zip", cwd=there.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ben-hai/tin: released  Chị Hoa" in loa("approvals", cwd=there.root).stdout
    with running(there):
        wait_for(lambda: aired(there), 90)
    assert loa("log", "verify", cwd=there.root).returncode == 0
    assert "[restore] restored from the backup carried.zip" in loa("log", "--events", cwd=there.root).stdout


def test_the_restored_station_has_the_bulletin_with_all_its_files(here: Workspace, tmp_path: Path) -> None:
    backup(here, tmp_path / "b.zip")
    there = Workspace(tmp_path / "B")
    done = restore(there, tmp_path / "b.zip", None)
    assert done.bulletins == ("ben-hai/tin",)
    mp3 = there.bulletins / "ben-hai" / "tin.mp3"
    assert mp3.read_bytes() == (here.bulletins / "ben-hai" / "tin.mp3").read_bytes()
    assert Manifest.load(mp3.with_suffix(".json")).sha256 == approvals.BulletinFile("", mp3).sha256
    assert "Kính chào" in mp3.with_suffix(".vtt").read_text("utf-8")
    assert states(there) == {"ben-hai/tin": "released"}
    assert not there.restoring.exists()


def test_a_bulletin_that_was_made_anew_and_waited_for_a_leader_still_waits(
    here: Workspace, sounds: list[Path], tmp_path: Path
) -> None:
    """The approved recording of before must not air in its place: something in it was wrong."""
    make(here, "tin", sounds[1])
    assert states(here) == {"ben-hai/tin": "changed"}
    backup(here, tmp_path / "b.zip")
    there = Workspace(tmp_path / "B")
    restore(there, tmp_path / "b.zip", None)
    assert states(there) == {"ben-hai/tin": "changed"}


def test_a_withdrawn_release_is_not_brought_back_to_air(here: Workspace, tmp_path: Path) -> None:
    store = Database(here.database)
    approvals.end(here, store, "ben-hai/tin", "Chị Hoa", DAY)
    store.close()
    backup(here, tmp_path / "b.zip")
    there = Workspace(tmp_path / "B")
    restore(there, tmp_path / "b.zip", None)
    assert "released" not in states(there).values()
    with pytest.raises(ApprovalError):
        Fallbacks(there, Database(there.database)).planned("ben-hai/tin")


def test_a_station_whose_built_files_are_gone_airs_the_released_copies(here: Workspace) -> None:
    """A disk that was cleaned up, a folder audio/ that was not copied along."""
    shutil.rmtree(here.bulletins)
    store = Database(here.database)
    assert Fallbacks(here, store).planned("ben-hai/tin").recording.bulletin == "ben-hai/tin"
    assert states(here) == {"ben-hai/tin": "released"}
    copy = next((here.state / "released").glob("*.mp3"))
    copy.write_bytes(b"spoilt")
    with pytest.raises(ApprovalError):
        Fallbacks(here, store).planned("ben-hai/tin")
    assert states(here) == {"ben-hai/tin": "gone"}


def test_only_whole_copies_and_plain_names_are_brought_back(here: Workspace, tmp_path: Path) -> None:
    shutil.rmtree(here.bulletins)
    store = Database(here.database)
    (sha256,) = (path.stem for path in (here.state / "released").glob("*.mp3"))
    strange = {"../../x": sha256, "a/b/c": sha256, "ben-hai/other": "../../../etc/passwd", "/etc/x": sha256}
    assert bring_back(here, store, strange) == ["ben-hai/tin"]
    assert [path.name for path in here.bulletins.rglob("*.mp3")] == ["tin.mp3"]


def test_the_row_of_the_log_names_the_backup_and_the_log_that_was_replaced(here: Workspace, tmp_path: Path) -> None:
    backup(here, tmp_path / "b.zip")
    store = Database(here.database)
    append(store, Entry("station", reason="after the backup"), DAY, seal=here.seal)
    replaced = end_of_log(store)
    restore(here, tmp_path / "b.zip", store)
    store = Database(here.database)
    (row,) = rows(store, kinds=("restore",))
    assert row.details["file"] == "b.zip"
    assert tuple(row.details["replaced"]) == replaced
    assert not [row for row in rows(store, kinds=None) if row.reason == "after the backup"]
    assert verify(store, here.seal) == []
    kept = Database(here.state / "before-restore" / "station.db")
    assert end_of_log(kept) == replaced


def test_a_seal_that_is_written_during_a_backup_is_no_contradiction(
    here: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seal of a later row than the copied log would say that rows are gone."""
    from loa.app import backup as module

    copied = module.copy_database

    def copy_then_write(source: Path, target: Path) -> None:
        copied(source, target)
        store = Database(here.database)
        append(store, Entry("station", reason="meanwhile"), DAY, seal=here.seal)
        store.close()

    monkeypatch.setattr(module, "copy_database", copy_then_write)
    backup(here, tmp_path / "b.zip")
    there = Workspace(tmp_path / "B")
    restore(there, tmp_path / "b.zip", None)
    assert verify(Database(there.database), there.seal) == []


def test_a_backup_holds_accounts_and_no_sessions_tokens_or_work(here: Workspace, tmp_path: Path) -> None:
    console = Database(here.console_database, CONSOLE)
    with console.write() as connection:
        for table, row in {
            "users": "(1, 'hoa', 'Chị Hoa', 'argon', 'leader', 1, 'x', NULL)",
            "sessions": "('hash-of-session', 1, 'c', 'x', 'x', 'x')",
            "tokens": "(1, 'hash-of-token', 1, 'l', 'leader', 'x', 'x', NULL)",
            "jobs": "(1, 'chime', 't', '{}', 'w', 'waiting', 0, 0, '', NULL, 'x', NULL)",
        }.items():
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES {row}")
    console.close()
    backup(here, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert b"hash-of-" not in archive.read(".loa/console.db")
    restore(Workspace(tmp_path / "B"), tmp_path / "b.zip", None)
    with contextlib.closing(sqlite3.connect(tmp_path / "B" / ".loa" / "console.db")) as back:
        assert [back.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("users", "sessions", "tokens", "jobs")] == [1, 0, 0, 0]  # fmt: skip


def test_airings_since_the_backup_are_not_said_to_have_been_missed_because_nothing_ran(
    here: Workspace, tmp_path: Path
) -> None:
    """They may well have been aired: only the log of it is lost."""
    now = datetime.datetime.now(UTC).replace(microsecond=0)
    here.schedule_file.write_text(schedule(now - datetime.timedelta(hours=1)), "utf-8")
    store = Database(here.database)
    lease = Lease(store, RealClock(), heartbeat=3, stale=12)
    lease.keep(None)
    with store.write() as connection:
        connection.execute(update(presence).values(resolved_until=stamp(now - datetime.timedelta(hours=2))))
    store.close()
    backup(here, tmp_path / "b.zip")
    there = Workspace(tmp_path / "B")
    restore(there, tmp_path / "b.zip", None)
    store = Database(there.database)
    assert who_is_on_air(store) is None  # on the other computer, perhaps; not here
    station = Automation(there, store, RealClock(), Timing())
    station.step()
    (row,) = rows(store)
    assert (row.outcome, row.reason) == (
        "missed",
        "the log was put back from a backup; what was aired after it was made is not known",
    )
    station.close()


def test_a_file_from_1970_and_a_recorded_item_are_in_the_backup(
    here: Workspace, sounds: list[Path], tmp_path: Path
) -> None:
    """A computer without a battery clock writes files of 1970, for which ZIP has no date."""
    os.utime(here.campaigns / "ben-hai.yaml", (0, 0))
    shutil.copyfile(sounds[0], here.root / "loi-chuc.mp3")
    text = here.schedule_file.read_text("utf-8").replace("on: [n]", "items: [loi-chuc.mp3], on: [n]")
    here.schedule_file.write_text(text, "utf-8")
    backup(here, tmp_path / "b.zip")
    restore(Workspace(tmp_path / "B"), tmp_path / "b.zip", None)
    assert (tmp_path / "B" / "loi-chuc.mp3").read_bytes() == sounds[0].read_bytes()
    assert (tmp_path / "B" / "campaigns" / "ben-hai.yaml").is_file()


@pytest.mark.parametrize("database", [b"", b"no database" * 1000])
def test_a_backup_whose_log_is_not_the_one_of_its_list_is_refused(
    here: Workspace, tmp_path: Path, database: bytes
) -> None:
    """An empty database with a list made to fit was put back, and began another log."""
    backup(here, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[".loa/station.db"] = database
    listed = json.loads(parts[LIST])
    listed["files"][".loa/station.db"] = hashlib.sha256(database).hexdigest()
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        for name, content in {**parts, LIST: json.dumps(listed).encode()}.items():
            archive.writestr(name, content)
    with pytest.raises(WorkspaceError, match="not a backup of Loa"):
        restore(Workspace(tmp_path / "B"), tmp_path / "c.zip", None)


def test_a_backup_replaces_nothing_but_a_backup(here: Workspace, loa: Loa, tmp_path: Path) -> None:
    """`loa backup` with the wrong name, by root, wrote over /etc/passwd, and put a file in the place of /dev/null."""
    letter = tmp_path / "thu.txt"
    letter.write_text("của người khác", "utf-8")
    done = loa("backup", letter, cwd=here.root)
    assert (done.returncode, letter.read_text("utf-8")) == (2, "của người khác")
    assert "it is no backup" in done.stderr
    assert "itself failed" not in loa("backup", "", cwd=here.root).stderr
    (tmp_path / "empty.zip").touch()
    backup(here, tmp_path / "empty.zip")
    backup(here, tmp_path / "empty.zip")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(WorkspaceError, match="a pipe or a device"):
            backup(here, tmp_path / "pipe")
        assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="no such names can be made there")
def test_a_backup_takes_back_the_names_that_it_took_and_tells_of_those_that_it_cannot(
    here: Workspace, tmp_path: Path
) -> None:
    """“10:30.flac” was backed up every night, and the backup refused when it was needed."""
    names = ("10:30.flac", "a\\b.flac", "hai\ndòng.flac")
    for name in names:
        (here.jingles / name).parent.mkdir(parents=True, exist_ok=True)
        (here.jingles / name).write_bytes(b"x")
    backup(here, tmp_path / "b.zip")
    there = Workspace(tmp_path / "B")
    restore(there, tmp_path / "b.zip", None)
    assert all((there.jingles / name).read_bytes() == b"x" for name in names)
    Path(os.fsdecode(os.fsencode(here.jingles) + b"/c\xe1i.flac")).write_bytes(b"x")  # TCVN3
    with pytest.raises(WorkspaceError, match="not Unicode"):
        backup(here, tmp_path / "c.zip")


def test_a_backup_of_a_newer_loa_changes_nothing(here: Workspace, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(here.database)) as connection:
        connection.execute("INSERT INTO schema_version VALUES (99, 'x', '9.9')")
        connection.commit()
    backup(here, tmp_path / "b.zip")
    there = Workspace(tmp_path / "B")
    with pytest.raises(StoreError) as error:
        restore(there, tmp_path / "b.zip", None)
    assert error.value.findings[0].code == "store.newer"
    assert not there.schedule_file.exists()
    assert not there.restoring.exists()


def test_one_changed_byte_in_the_list_is_noticed(here: Workspace, tmp_path: Path) -> None:
    backup(here, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as old, zipfile.ZipFile(tmp_path / "c.zip", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"dvc", b"khc") if name == "campaigns/ben-hai.yaml" else content)
    with pytest.raises(WorkspaceError) as error:
        restore(Workspace(tmp_path / "B"), tmp_path / "c.zip", None)
    assert error.value.findings[0].code == "restore.file"


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": 1}', '{"format": 2, "made": "x"}', '{"format": 1, "made": 5, "files": [], "elsewhere": {}, "bulletins": {}}', "\xff"])  # fmt: skip
def test_a_list_that_is_none_is_refused(here: Workspace, tmp_path: Path, text: str) -> None:
    backup(here, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as old, zipfile.ZipFile(tmp_path / "c.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, text if name == LIST else old.read(name))
    with pytest.raises(WorkspaceError) as error:
        restore(Workspace(tmp_path / "B"), tmp_path / "c.zip", None)
    assert error.value.findings[0].code == "restore.file"


def test_a_backup_of_version_0_1_has_no_list_and_goes_back(here: Workspace, tmp_path: Path) -> None:
    backup(here, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as old, zipfile.ZipFile(tmp_path / "c.zip", "w") as new:
        for name in old.namelist():
            if name != LIST:
                new.writestr(name, old.read(name))
    there = Workspace(tmp_path / "B")
    restore(there, tmp_path / "c.zip", None)
    assert states(there) == {"ben-hai/tin": "released"}


def test_a_damaged_database_makes_no_backup(here: Workspace, tmp_path: Path) -> None:
    raw = bytearray(here.database.read_bytes())
    raw[4096:12288] = bytes(8192)
    here.database.write_bytes(raw)
    with pytest.raises(WorkspaceError) as error:
        backup(here, tmp_path / "b.zip")
    assert error.value.findings[0].code == "backup.damaged"
    assert list(tmp_path.glob("*.zip")) == []
    assert list(here.state.glob("*.part*")) == []


def changed(station: Workspace, sound: Path) -> None:
    """What a station becomes after its backup."""
    station.schedule_file.write_text(schedule(DAY), "utf-8")
    (station.campaigns / "ben-hai.yaml").write_text("campaigns: [{id: dvc}, {id: moi}]\n", "utf-8")
    make(station, "tin", sound)
    store = Database(station.database)
    append(store, Entry("station", reason="later"), DAY, seal=station.seal)
    store.close()


def picture(station: Workspace) -> dict[str, object]:
    """What matters of a station, read as the next process would."""
    store = Database(station.database)
    reasons = [row.reason for row in rows(store, kinds=None) if row.kind != "restore"]
    assert verify(store, station.seal) == []
    store.close()
    texts = {p.name: p.read_text("utf-8") for p in (station.schedule_file, station.campaigns / "ben-hai.yaml")}
    return {**texts, "log": reasons, "sound": planned_recording(station, "ben-hai/tin").sha256}


def killed_after(steps: int, work: Callable[[], object]) -> bool:
    """Do `work` in a process that dies at its `steps`-th rename, sync or deletion; whether it died."""
    child = os.fork()
    if child == 0:
        count = 0

        def counted(call: Callable[..., object]) -> Callable[..., object]:
            def counting(*arguments: object, **named: object) -> object:
                nonlocal count
                count += 1
                if count == steps:
                    os._exit(9)
                return call(*arguments, **named)

            return counting

        for name in ("replace", "rename", "fsync", "unlink", "rmdir", "mkdir"):
            setattr(os, name, counted(getattr(os, name)))
        try:
            work()
        except Exception:  # noqa: BLE001  the parent sees it by the code
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, 9}
    return code == 9


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX")
@pytest.mark.parametrize("stride", [17, pytest.param(1, marks=pytest.mark.long)])
def test_a_restore_that_is_killed_anywhere_is_the_old_station_or_the_new_one(
    here: Workspace, sounds: list[Path], tmp_path: Path, stride: int
) -> None:
    """At every step (`make test-long`), or at every 17th."""
    backup(here, tmp_path / "b.zip")
    changed(here, sounds[1])
    pristine = tmp_path / "pristine"
    shutil.copytree(here.root, pristine)
    restore(here, tmp_path / "b.zip", None)
    new = picture(here)
    shutil.rmtree(here.root)
    shutil.copytree(pristine, here.root)
    old = picture(here)
    assert old != new
    seen = []
    for step in range(1, 1000, stride):
        shutil.rmtree(here.root)
        shutil.copytree(pristine, here.root)
        if not killed_after(step, lambda: restore(here, tmp_path / "b.zip", None)):
            break
        finish_restore(Workspace.find(here.root))
        found = picture(here)
        assert found in (old, new), step
        seen.append(found == new)
        assert not here.restoring.exists()
    assert len(seen) * stride > 40
    assert seen == sorted(seen)  # once decided, it stays so
    assert {*seen} == {False, True}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX")
def test_finishing_a_restore_may_itself_be_killed(here: Workspace, sounds: list[Path], tmp_path: Path) -> None:
    backup(here, tmp_path / "b.zip")
    there = Workspace(tmp_path / "B")
    child = os.fork()
    if child == 0:
        finish = restoring._finish
        restoring._finish = lambda station: os._exit(9) if station.restore_plan.exists() else finish(station)
        restore(there, tmp_path / "b.zip", None)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert Workspace.find(there.root).root == there.root  # the next command finds it, and goes on
    for again in range(3, 200, 3):
        if not killed_after(again, lambda: finish_restore(there)):
            break
    assert states(there) == {"ben-hai/tin": "released"}


def test_no_room_in_the_middle_leaves_the_station_as_it_was(
    here: Workspace, sounds: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(here, tmp_path / "b.zip")
    changed(here, sounds[1])
    before = picture(here)

    def full(*_arguments: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(restoring.shutil, "copyfileobj", full)
    with pytest.raises(WorkspaceError) as error:
        restore(here, tmp_path / "b.zip", None)
    assert "No space left" in error.value.findings[0].message
    assert picture(here) == before
    assert not here.restoring.exists()


def test_a_folder_with_other_things_in_it_is_not_made_a_station(here: Workspace, loa: Loa, tmp_path: Path) -> None:
    backup(here, tmp_path / "b.zip")
    (tmp_path / "B").mkdir()
    (tmp_path / "B" / "luan-van.docx").touch()
    done = loa("restore", tmp_path / "b.zip", cwd=tmp_path / "B")
    assert done.returncode == 2
    assert "There is no station" in done.stderr
    assert [path.name for path in (tmp_path / "B").iterdir()] == ["luan-van.docx"]


def test_a_station_with_a_broken_schedule_can_be_restored(here: Workspace, loa: Loa, tmp_path: Path) -> None:
    backup(here, tmp_path / "b.zip")
    good = here.schedule_file.read_text("utf-8")
    here.schedule_file.write_text("broadcasts: [\n", "utf-8")
    assert loa("restore", tmp_path / "b.zip", cwd=here.root).returncode == 0
    assert here.schedule_file.read_text("utf-8") == good


def test_a_deleted_schedule_is_replaced_by_the_last_good_one_with_an_alarm(here: Workspace, loa: Loa) -> None:
    """Restart included: a real process."""
    here.schedule_file.write_text(schedule(*often()), "utf-8")
    with running(here):
        wait_for(here.last_good_schedule.is_file, 30)
    here.schedule_file.unlink()
    with running(here):
        wait_for(lambda: aired(here), 90)
    checks = json.loads(loa("doctor", "--format", "json", cwd=here.root).stdout)
    assert any("the last good one stays in force" in check["detail"] for check in checks if check["name"] == "alarm")
