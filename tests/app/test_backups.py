"""Backups that the station makes by itself: to a folder, a stick, a real SSH server; and what goes wrong with them."""

import base64
import contextlib
import datetime
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from loa.app import backup_places, backups
from loa.app.backups import back_up, due, kept, overdue, place_states
from loa.app.chores import BackupChore
from loa.app.restore import restore
from loa.automation.intervals import Timing
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.errors import ScheduleError, WorkspaceError
from loa.schedule import UTC
from loa.schedule.backup import Backup, FolderPlace, Keep, SftpPlace, StickPlace
from loa.schedule.loader import load_schedule
from loa.store.alarms import open_alarms
from loa.store.approvals import find
from loa.store.database import Database
from loa.workspace import Workspace
from tests.app.station import aired, make, often, running, schedule, states
from tests.approving import approve
from tests.conftest import ROOT, Loa
from tests.local import BEHIND, answers, free_port, wait_for

NOW = datetime.datetime(2026, 11, 24, 9, tzinfo=UTC)
DAY = datetime.timedelta(days=1)


def to(folder: Path, **more: object) -> Backup:
    folder.mkdir(exist_ok=True)
    return Backup(folder=FolderPlace(path=str(folder)), **more)


def archives(folder: Path) -> list[Path]:
    return sorted((folder / "loa-backup").glob("*.zip"))


def problem(station: Workspace, settings: Backup, name: str = "folder") -> str:
    """What went wrong; it stands in the state, too."""
    text = back_up(station, settings, [name])[name]
    assert place_states(station)[name].problem == text
    return text


def test_a_place_holds_each_recording_once_and_every_backup_goes_back(
    here: Workspace, sounds: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    assert back_up(here, to(place), ["folder"]) == {}
    make(here, "them", sounds[1])
    store = Database(here.database)
    approve(here, store, find(here, "them"), "Chị Hoa", NOW)
    store.close()
    time.sleep(1.1)  # names have seconds
    assert back_up(here, to(place), ["folder"]) == {}
    first, second = archives(place)
    assert len(list((place / "loa-backup" / "recordings").glob("*.mp3"))) == 2
    assert not [name for name in zipfile.ZipFile(second).namelist() if name.startswith(".loa/released")]
    for number, (archive, bulletins) in enumerate(
        [(first, {"ben-hai/tin"}), (second, {"ben-hai/tin", "ben-hai/them"})]
    ):
        there = Workspace(tmp_path / f"B{number}")
        done = restore(there, archive, None)
        assert (set(done.bulletins), done.notices) == (bulletins, ())
        assert set(states(there).values()) == {"released"}
    open_to_others = [p for p in (place / "loa-backup").rglob("*") if p.stat().st_mode & 0o077]
    assert not open_to_others


def test_a_recording_that_is_missing_beside_a_backup_is_told_and_the_rest_goes_back(
    here: Workspace, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    back_up(here, to(place), ["folder"])
    for path in (place / "loa-backup" / "recordings").glob("*.mp3"):
        path.write_bytes(b"rotten")
    there = Workspace(tmp_path / "B")
    done = restore(there, archives(place)[0], None)
    assert "missing beside the backup, or damaged" in done.notices[0].message
    assert states(there) == {"ben-hai/tin": "gone"}


@pytest.mark.long
def test_the_running_station_makes_its_backup_and_the_restored_one_airs(here: Workspace, tmp_path: Path) -> None:
    """Station A on air, its place of backups, an empty folder elsewhere, `loa run` there."""
    place = tmp_path / "place"
    place.mkdir()
    text = schedule(*often()) + f"backup: {{folder: {{path: {place}}}}}\n"
    here.schedule_file.write_text(text, "utf-8")
    with running(here):
        wait_for(lambda: any(state.good for state in place_states(here).values()), BEHIND)
    there = Workspace(tmp_path / "B")
    restore(there, archives(place)[0], None)
    with running(there):
        wait_for(lambda: aired(there), 90)


def test_the_command_makes_one_now_and_says_what_is_wrong(here: Workspace, loa: Loa, tmp_path: Path) -> None:
    assert "No place for automatic backups" in loa("backup", cwd=here.root).stderr
    text = schedule() + f"backup: {{folder: {{path: {tmp_path}/gone}}}}\n"
    here.schedule_file.write_text(text, "utf-8")
    done = loa("backup", cwd=here.root)
    assert done.returncode == 1
    assert "folder: The folder for backups is not there" in done.stderr
    (tmp_path / "gone").mkdir()
    done = loa("backup", cwd=here.root)
    assert (done.returncode, done.stdout) == (0, "folder: done\n")


def test_a_disk_that_is_not_mounted_any_more_is_not_taken_for_an_empty_one(here: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "place"
    back_up(here, to(place), ["folder"])
    shutil.rmtree(place)
    assert "is its disk or network share mounted" in problem(here, to(place))
    assert list(place.iterdir()) == []


def test_two_stations_do_not_mix_their_backups(here: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "place"
    back_up(here, to(place), ["folder"])
    here.station_id.write_text("0" * 32, "utf-8")
    assert "another station" in problem(here, to(place))
    assert len(archives(place)) == 1


def test_a_folder_within_the_station_is_no_second_place(here: Workspace) -> None:
    assert "the station's own folder" in problem(here, to(here.root / "sao-luu"))


def test_a_stick_that_is_pulled_out_leaves_an_empty_folder_in_which_nothing_is_written(
    here: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "usb").mkdir()
    settings = Backup(stick=StickPlace(path=str(tmp_path / "usb")))
    assert "No stick is mounted" in problem(here, settings, "stick")
    assert list((tmp_path / "usb").iterdir()) == []
    assert "not plugged in" in problem(here, Backup(stick=StickPlace(label="KHONG-CO")), "stick")


@contextlib.contextmanager
def stick(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A small file system that is mounted, as a stick is."""
    folder.mkdir(parents=True)
    options = ["-t", "tmpfs", "-o", f"size={kilobytes}k,mode=700", "stick", str(folder)]
    if shutil.which("mount") is None or subprocess.run(["mount", *options], capture_output=True).returncode:
        pytest.skip("needs to be root, and a kernel that lets us mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_stick_is_found_by_its_name_and_by_its_place(here: Workspace, tmp_path: Path) -> None:
    name = f"LOA-{os.getpid()}"
    with stick(Path("/media") / name, 20_000) as mounted:
        assert back_up(here, Backup(stick=StickPlace(label=name)), ["stick"]) == {}
        time.sleep(1.1)
        assert back_up(here, Backup(stick=StickPlace(path=str(mounted))), ["stick"]) == {}
        assert len(archives(mounted)) == 2
    (Path("/media") / name).rmdir()


def test_a_full_stick_keeps_what_it_has(here: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with stick(tmp_path / "usb", 6_000) as mounted:
        settings = Backup(stick=StickPlace(path=str(mounted)))
        assert back_up(here, settings, ["stick"]) == {}
        (mounted / "film.mp4").write_bytes(bytes(4_000_000))
        time.sleep(1.1)
        assert "too little room" in problem(here, settings, "stick")
        monkeypatch.setattr(backups, "_check_room", lambda *_: None)  # it fills while the backup is written
        with contextlib.suppress(OSError):
            (mounted / "more.mp4").write_bytes(bytes(4_000_000))
        assert "No space left" in problem(here, settings, "stick")
        (only,) = archives(mounted)
        assert restore(Workspace(tmp_path / "B"), only, None).notices == ()
        assert not list(mounted.rglob("*.part"))
    assert not list(here.state.glob("*.part"))
    assert place_states(here)["stick"].good


def test_the_stations_own_disk_full_is_said(here: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("loa.app.backup._copy", full)
    assert "No space left" in problem(here, to(tmp_path / "place"))
    assert not list(here.state.glob("*.part*"))


def test_of_two_backups_at_once_one_is_made(here: Workspace, tmp_path: Path) -> None:
    command = "import sys; from filelock import FileLock; lock = FileLock(sys.argv[1]); lock.acquire(); print(1, flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", command, str(here.state / "backup.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout
    other.stdout.readline()
    with pytest.raises(WorkspaceError) as error:
        back_up(here, to(tmp_path / "place"), ["folder"])
    assert error.value.findings[0].code == "backup.busy"
    other.communicate()
    assert back_up(here, to(tmp_path / "place"), ["folder"]) == {}


def test_what_is_written_is_read_back(here: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stick that forgets: what it says is not what it was given."""
    copied = shutil.copyfile

    def forgetful(source: Path, target: Path) -> None:
        copied(source, target)
        if "recordings" not in str(target):
            with target.open("r+b") as file:
                file.write(b"\0\0")

    monkeypatch.setattr(backup_places.shutil, "copyfile", forgetful)
    assert "not what can be read back" in problem(here, to(tmp_path / "place"))
    assert archives(tmp_path / "place") == []


# When one is due


def test_one_is_due_every_day_and_after_a_failure_once_an_hour(here: Workspace, tmp_path: Path) -> None:
    settings = to(tmp_path / "place", at="02:30")
    assert due(here, settings, NOW) == ["folder"]  # the first one does not wait for the night

    def told(**moments: datetime.datetime) -> list[str]:
        row = {key: moment.isoformat() for key, moment in {"since": NOW - 9 * DAY, **moments}.items()}
        here.backups_file.write_text(json.dumps({"folder": row}), "utf-8")
        return due(here, settings, NOW)

    minute = datetime.timedelta(minutes=1)
    assert told(good=NOW.replace(hour=2, minute=31), tried=NOW.replace(hour=2, minute=31)) == []
    assert told(good=NOW.replace(hour=2, minute=29), tried=NOW.replace(hour=2, minute=29)) == ["folder"]
    assert told(good=NOW - DAY, tried=NOW - 59 * minute) == []
    assert told(good=NOW - DAY, tried=NOW - 61 * minute) == ["folder"]


def test_a_clock_that_was_ahead_does_not_hold_up_backups(here: Workspace, tmp_path: Path) -> None:
    """A year ahead, one was made; the clock is right again."""
    settings = to(tmp_path / "place")
    back_up(here, settings, ["folder"])
    row = {key: (NOW + 365 * DAY).isoformat() for key in ("since", "tried", "good")}
    here.backups_file.write_text(json.dumps({"folder": row}), "utf-8")
    assert due(here, settings, NOW) == ["folder"]
    assert back_up(here, settings, ["folder"]) == {}
    assert due(here, settings, datetime.datetime.now(UTC)) == []
    here.backups_file.write_text("{", "utf-8")
    assert due(here, settings, NOW) == ["folder"]


def test_days_weeks_and_months_are_kept() -> None:
    moments = [NOW - number * DAY for number in range(400)]
    stay = kept(moments, Keep(days=7, weeks=5, months=12), NOW)
    assert stay >= set(moments[:7])
    assert len({moment.strftime("%G-%V") for moment in stay}) >= 5
    assert len({moment.strftime("%Y-%m") for moment in stay}) == 12
    assert len(stay) <= 7 + 5 + 12
    assert min(stay) < NOW - 300 * DAY


def test_a_clock_back_or_ahead_deletes_no_backup_that_is_wanted() -> None:
    past = [NOW - number * DAY for number in range(1, 8)]
    ahead = [NOW + 365 * DAY + number * DAY for number in range(9)]
    keep = Keep(days=7, weeks=0, months=0)
    assert kept([*past, *ahead], keep, NOW) == {*past, *ahead}  # those from the future take nobody's place
    later = NOW + 1000 * DAY
    assert kept([*past, later], keep, later) == {*past[:6], later}  # after years without one: counted, not timed out


def test_archives_are_deleted_with_the_recordings_that_only_they_need(here: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "place"
    settings = to(place, keep=Keep(days=1, weeks=0, months=0))
    back_up(here, settings, ["folder"])
    old = archives(place)[0]
    for number in range(3):
        for suffix in (".zip", ".recordings"):
            copy = old.with_name(f"loa-2020010{number + 1}T000000Z{suffix}")
            shutil.copyfile(old.with_suffix(suffix), copy)
            if suffix == ".recordings":
                copy.write_text(f"{number}.mp3\n", "utf-8")
        (place / "loa-backup" / "recordings" / f"{number}.mp3").write_bytes(b"x")
    (place / "loa-backup" / "cua-toi.txt").write_text("mine", "utf-8")
    time.sleep(1.1)
    back_up(here, settings, ["folder"])
    assert [path.name for path in archives(place)][:-2] == []
    assert not list((place / "loa-backup" / "recordings").glob("?.mp3"))
    assert (place / "loa-backup" / "cua-toi.txt").exists()
    assert restore(Workspace(tmp_path / "B"), archives(place)[0], None).notices == ()


# Warnings


def test_somebody_is_warned_when_the_last_good_one_is_old(here: Workspace, tmp_path: Path) -> None:
    settings = Backup(folder=FolderPlace(path=str(tmp_path / "gone")), warn_after_days=3)
    assert overdue(place_states(here), settings, NOW) == {}  # nothing was tried yet
    problem(here, settings)
    assert "no backup has been made yet (folder)" in overdue(place_states(here), settings, NOW)["folder"]
    row = {"since": (NOW - 9 * DAY).isoformat(), "good": (NOW - 4 * DAY).isoformat(), "problem": "full"}
    here.backups_file.write_text(json.dumps({"folder": row}), "utf-8")
    assert overdue(place_states(here), settings, NOW) == {"folder": "the last good backup (folder) is 4 days old: full"}
    assert overdue(place_states(here), settings, NOW - 2 * DAY) == {}


def test_the_station_raises_an_alarm_and_doctor_says_it(here: Workspace, loa: Loa, tmp_path: Path) -> None:
    text = schedule() + f"backup: {{folder: {{path: {tmp_path}/gone}}}}\n"
    here.schedule_file.write_text(text, "utf-8")
    good = datetime.datetime.now(UTC) - 5 * DAY
    here.backups_file.write_text(json.dumps({"folder": {"since": good.isoformat(), "good": good.isoformat()}}), "utf-8")
    store = Database(here.database)
    station = Automation(here, store, RealClock(), Timing())
    station.step()
    chore = BackupChore(here)
    chore(station)
    chore(station)
    station.step()
    (alarm,) = open_alarms(store)
    assert (alarm.kind, alarm.message) == ("backup", "the last good backup (folder) is 5 days old")
    station.close()
    store.close()
    wait_for(lambda: not chore._child.works, BEHIND)
    checks = json.loads(loa("doctor", "--format", "json", cwd=here.root).stdout)
    (check,) = [check for check in checks if check["name"] == "backup"]
    assert check["health"] == "bad"
    assert "5 days old" in check["detail"]
    assert "not there" in check["detail"]


def test_without_a_place_doctor_warns(here: Workspace, loa: Loa) -> None:
    checks = json.loads(loa("doctor", "--format", "json", cwd=here.root).stdout)
    (check,) = [check for check in checks if check["name"] == "backup"]
    assert (check["health"], check["detail"]) == ("weak", "no place for automatic backups is set")


# The settings


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("folder: {path: sao-luu}", "does not say where it begins"),
        ("stick: {}", "Which stick is not said"),
        ("sftp: {host: a, user: b, host_key: abc}", "not the fingerprint"),
        ("sftp: {host: a, user: b, password_env: HOME}", "must begin with LOA_"),
        ("keep: {days: 0}", "1"),
        ("warn_after_days: 0", "1"),
        ("at: 25h", "not a time of day"),
        ("fodler: {path: /x}", "folder"),
    ],
)
def test_a_wrong_setting_is_said_in_words(here: Workspace, line: str, said: str) -> None:
    here.schedule_file.write_text(schedule() + f"backup: {{{line}}}\n", "utf-8")
    with pytest.raises(ScheduleError) as error:
        load_schedule(here)
    assert said in " ".join(f"{f.message} {f.fix}" for f in error.value.findings)
    assert all(finding.line for finding in error.value.findings)


# SFTP, with OpenSSH's own server


@dataclass(frozen=True, slots=True)
class Server:
    """A running sshd. `key`: the private key that it lets in; `fingerprint`: of its own key."""

    port: int
    key: Path
    fingerprint: str
    home: Path
    process: "subprocess.Popen[bytes]"

    def folder(self, station: Workspace) -> Path:
        """Of this station alone."""
        return self.home / station.root.parent.name

    def place(self, station: Workspace, **more: object) -> Backup:
        values: dict[str, object] = {"host": "127.0.0.1", "port": self.port, "user": "root"}
        values["path"] = str(self.folder(station))
        values |= {"host_key": self.fingerprint, "key_file": str(self.key)}
        return Backup(sftp=SftpPlace(**{**values, **more}))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    sshd = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    if sshd is None or os.geteuid() != 0:
        pytest.skip("needs Debian's openssh-server, and root")
    folder = tmp_path_factory.mktemp("ssh")
    for name in ("host", "user", "stranger"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    port = free_port()
    (folder / "home").mkdir()
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\n"
        f"PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication yes\n"
        "Subsystem sftp internal-sftp\n",
        "utf-8",
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    process = subprocess.Popen([sshd, "-D", "-f", str(folder / "config")], stderr=subprocess.DEVNULL)
    wait_for(lambda: answers(port), 20)
    raw = base64.b64decode((folder / "host.pub").read_text("ascii").split()[1])
    fingerprint = "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")
    yield Server(port, folder / "user", fingerprint, folder / "home", process)
    process.terminate()
    process.wait(10)


def test_a_backup_by_sftp_goes_back(here: Workspace, server: Server, tmp_path: Path) -> None:
    assert back_up(here, server.place(here), ["sftp"]) == {}
    time.sleep(1.1)
    assert back_up(here, server.place(here), ["sftp"]) == {}
    assert len(archives(server.folder(here))) == 2
    assert not [p for p in (server.folder(here) / "loa-backup").rglob("*") if p.stat().st_mode & 0o077]
    assert not list(server.home.rglob("*.part"))
    there = Workspace(tmp_path / "B")
    assert restore(there, archives(server.folder(here))[-1], None).notices == ()
    assert states(there) == {"ben-hai/tin": "released"}


def test_another_key_of_the_server_gets_nothing(here: Workspace, server: Server) -> None:
    text = problem(here, server.place(here, host_key="SHA256:" + "A" * 43), "sftp")
    assert "shows another key" in text
    assert server.fingerprint in text


def test_without_a_fingerprint_it_is_told_and_nothing_is_sent(here: Workspace, server: Server) -> None:
    text = problem(here, server.place(here, host_key=None), "sftp")
    assert "nobody has confirmed" in text
    assert server.fingerprint in text


def test_a_server_that_refuses_or_is_away_is_said(
    here: Workspace, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "does not let us in" in problem(
        here, server.place(here, key_file=str(server.key.with_name("stranger"))), "sftp"
    )
    monkeypatch.setenv("LOA_BACKUP_PASSWORD", "wrong")
    assert "does not let us in" in problem(here, server.place(here, key_file=None), "sftp")
    assert "does not answer" in problem(here, server.place(here, port=free_port()), "sftp")
    assert "does not answer" in problem(here, server.place(here, key_file="/no/such/key"), "sftp")


def test_a_folder_of_the_server_that_may_not_be_written_is_said(here: Workspace, server: Server) -> None:
    assert "could not be written" in problem(here, server.place(here, path="/proc/nothing"), "sftp")


def test_a_server_that_dies_in_the_middle_leaves_the_earlier_backups(
    here: Workspace, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert back_up(here, server.place(here), ["sftp"]) == {}
    time.sleep(1.1)
    before = {path: path.read_bytes() for path in archives(server.folder(here))}
    sent = backup_places._Sftp.send

    def dying(self: backup_places._Sftp, source: Path, name: str) -> None:
        if name.endswith(".zip"):
            self._sftp.get_channel().transport.close()
        sent(self, source, name)

    monkeypatch.setattr(backup_places._Sftp, "send", dying)
    assert problem(here, server.place(here), "sftp")
    assert len(before) == 1
    assert {path: path.read_bytes() for path in archives(server.folder(here))} == before
    monkeypatch.undo()
    assert back_up(here, server.place(here), ["sftp"]) == {}


def test_a_backup_does_not_need_the_console_or_root(here: Workspace, tmp_path: Path) -> None:
    """As the station starts it: `loa backup --due`, once; the second time nothing is due."""
    place = tmp_path / "place"
    place.mkdir()
    text = schedule() + f"backup: {{folder: {{path: {place}}}}}\n"
    here.schedule_file.write_text(text, "utf-8")
    for _again in range(2):
        command = [sys.executable, "-m", "loa", "--workspace", str(here.root), "backup", "--due"]
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    assert len(archives(place)) == 1
