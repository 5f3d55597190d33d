"""Eight things that a station does, each with what must hold after it was broken off and started again.

`prepare` makes the disk as it is before, once. `act` is what happens, at the door; `check` starts again on what is left of the
disk and gives every broken promise in words. What was told as `ack` must hold from then on.
"""

import datetime
import hashlib
import os
import pickle
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from loa import template_files
from loa.actions import approvals, emergency
from loa.actions.file_history import Author, open_history
from loa.app import backup as backups
from loa.app import restore
from loa.app.build import build
from loa.article import templates
from loa.audio import ffmpeg
from loa.bulletin.manifest import Manifest
from loa.errors import LoaError
from loa.files import remove_leftovers
from loa.schedule.loader import load_schedule
from loa.store.alarms import open_alarms
from loa.store.approvals import all_approvals, approved, approved_copy, find, recordings
from loa.store.asrun import rows
from loa.store.database import CONSOLE, Database
from loa.store.proof import verify
from loa.store.requests import AirRequest
from loa.tts.cache import load_clip
from loa.workspace import Workspace
from tests.crash_points.on_air import LENGTH, OnAir, make_station
from tests.crash_points.told import Teller, acknowledged, last

ROOT = Path(__file__).parent.parent.parent
NOW = datetime.datetime(2026, 11, 30, 9, 59, tzinfo=datetime.UTC)
"""A minute before the airing of `on_air`."""
HOA = "Chị Hoa"
Told = list[dict[str, Any]]


class Scenario(Protocol):
    """See the module."""

    def prepare(self, folder: Path) -> None:
        """Make `folder`."""

    def act(self, folder: Path, teller: Teller) -> None:
        """Do it, and tell what a person is told."""

    def check(self, folder: Path, told: Told, *, died: bool) -> Iterator[str]:
        """Start again, in another process; every broken promise. `died`: the first process did not come to its end."""


def press(teller: Teller, what: str, act: Callable[[], object]) -> None:
    """A person does something; where it fails, the person reads why, corrects it, and does it again."""
    for _try in range(2):
        try:
            act()
        except (LoaError, OSError) as error:  # what `loa` shows as one message
            teller.say(message=str(error))
            teller.disk.heal()
        else:
            teller.say(ack=what)
            return
    teller.say(refused=what)


def _refused(told: Told) -> Iterator[str]:
    if last(told, "refused"):
        yield f"{last(told, 'refused')} does not work although the disk works again: {last(told, 'message')}"


def _log_of(station: Workspace) -> Iterator[str]:
    store = Database(station.database)
    yield from (f"log: {finding.message}" for finding in verify(store, station.seal))
    store.close()


SCHEDULE = """timezone: Asia/Ho_Chi_Minh
outputs: {tram: {kind: "null"}}
broadcasts:
  - {id: tin, commune: ben-hai, campaigns: [dvc], days: [%s], at: ["17:00"], length: {min: 1s, max: 60s}, on: [tram]}
"""


class Airing:
    """One airing of the schedule, from a minute before it."""

    ID = "tin@2026-11-30T10:00:00Z"

    def prepare(self, folder: Path) -> None:
        """An approved bulletin, a broadcast a day."""
        make_station(folder / "tram", SCHEDULE % "daily", NOW - datetime.timedelta(hours=2))

    def act(self, folder: Path, teller: Teller) -> None:
        """The station comes on air and plays it."""
        OnAir(folder / "tram", teller, NOW, []).until(60 + LENGTH + 8)

    def check(self, folder: Path, told: Told, *, died: bool) -> Iterator[str]:
        """One outcome, and the sound: on time where the process lived, else as soon as the station is back."""
        again = OnAir(folder / "tram", Teller.silent(), NOW, told)
        if not died:
            yield from self._on_time(again)
        again.until(max(60.0, again.clock.real) + 3 * LENGTH)
        yield from again.broken_promises()
        found = [row.outcome for row in again.outcomes(self.ID)]
        if len(found) != 1 or found[0] not in ("aired", "aired-late", "resumed"):
            yield f"the airing's outcome is {found}"
        again.close()

    def _on_time(self, again: OnAir) -> Iterator[str]:
        parts = again.heard(self.ID)
        if len(parts) != 1 or parts[0].start > 61 or parts[0].last < LENGTH - 0.5:
            heard = [f"{part.start - 60:.1f} s after its instant, {part.last:.0f} s" for part in parts]
            yield f"the disk silenced the station: {heard}"


class Emergency:
    """A person releases an emergency; it goes on air at once."""

    def prepare(self, folder: Path) -> None:
        """An emergency that its author has heard, and that nobody has released."""
        released = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
        make_station(folder / "tram", SCHEDULE % '"2030-01-01"', released)

    def act(self, folder: Path, teller: Teller) -> None:
        """Released five seconds after the station came on air; pressed again where it failed."""
        start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=5)
        world = OnAir(folder / "tram", teller, start, [])
        world.until(5 + LENGTH + 15, 5.0, lambda: self._release(world))

    def _release(self, world: OnAir) -> bool:
        station = world.workspace
        recording = find(station, "ben-hai/khan")
        airing = f"air:ben-hai/khan@{world.clock.wall:%Y-%m-%dT%H:%M:%SZ}-0001"
        wanted = AirRequest(airing=airing, bulletin=recording.id, outputs=("tram",), by=HOA, now=True)

        def release() -> None:
            store = Database(station.database, patience=0.1)
            try:
                emergency.release_emergency(station, store, wanted, recording, recording.sha256)
            finally:
                store.close()

        world.teller.say(airing=airing, pressed=world.clock.real)
        try:
            release()
        except (LoaError, OSError) as error:
            world.teller.say(message=str(error))
            return False  # the person presses again
        world.teller.say(ack="emergency")
        return True

    def check(self, folder: Path, told: Told, *, died: bool) -> Iterator[str]:
        """Once a person was told that it goes on air, it is heard within seconds, or an alarm says why not."""
        start = datetime.datetime.fromisoformat(last(told, "began"))
        again = OnAir(folder / "tram", Teller.silent(), start, told)
        began = again.clock.real if died else float(last(told, "pressed", 0.0))
        again.until(again.clock.real + 3 * LENGTH)
        yield from again.broken_promises()
        airing = last(told, "airing")
        if not died and not acknowledged(told, "emergency"):
            yield f"the emergency cannot be released: {last(told, 'message')}"
        if acknowledged(told, "emergency") and again.store is not None:
            if len(again.outcomes(airing)) != 1:
                yield f"an emergency that was taken has {len(again.outcomes(airing))} outcomes"
            sounds = again.heard(airing)
            if not any(sound.start < began + 12 for sound in sounds) and not open_alarms(again.store):
                yield f"an emergency that was taken is not heard within 12 s, and no alarm says so ({len(sounds)})"
            yield from _holds(again.workspace, again.store, "ben-hai/khan")
        again.close()


def _holds(station: Workspace, store: Database, bulletin: str) -> Iterator[str]:
    """The release holds, with its copy and its row of the log."""
    digest = find(station, bulletin).sha256
    copy = approved_copy(station, digest)
    if not approved(store, bulletin, digest):
        yield f"the release of {bulletin} is gone"
    if not copy.exists() or hashlib.sha256(copy.read_bytes()).hexdigest() != digest:
        yield f"the released copy of {bulletin} is not whole"
    if not any(row.sha256 == digest for row in rows(store, kinds=("approval",))):
        yield f"the log does not tell of the release of {bulletin}"


class Approve:
    """A leader approves a bulletin."""

    def prepare(self, folder: Path) -> None:
        """A station that never ran, with bulletins."""
        station = make_station(folder / "tram", SCHEDULE % "daily", NOW)
        shutil.rmtree(station.state)

    def act(self, folder: Path, teller: Teller) -> None:
        """`loa approve`."""
        station = Workspace((folder / "tram").resolve())

        def approve() -> None:
            store = Database(station.database, patience=0.1)
            try:
                recording = find(station, "ben-hai/tin")
                approvals.approve(station, store, recording, recording.sha256, HOA, NOW)
            finally:
                store.close()

        press(teller, "approved", approve)

    def check(self, folder: Path, told: Told, *, died: bool) -> Iterator[str]:
        """It holds, or there is nothing of it, and it can be done again."""
        yield from _refused(told)
        station = Workspace((folder / "tram").resolve())
        store = Database(station.database)
        made = all_approvals(store)
        if made or acknowledged(told, "approved"):
            yield from _holds(station, store, "ben-hai/tin")
        if len(made) != len(rows(store, kinds=("approval",))):
            yield "the log does not tell of each release"
        recording = find(station, "ben-hai/tin")
        approvals.approve(station, store, recording, recording.sha256, HOA, NOW)
        yield from _holds(station, store, "ben-hai/tin")
        store.close()
        yield from _log_of(station)


class Edit:
    """An officer changes the schedule on a page."""

    def prepare(self, folder: Path) -> None:
        """A station with a console."""
        station = make_station(folder / "tram", SCHEDULE % "daily", NOW)
        with open_history(station):
            pass

    def act(self, folder: Path, teller: Teller) -> None:
        """17:00 becomes 17:30."""
        station = Workspace((folder / "tram").resolve())

        def edit() -> None:
            with open_history(station) as history:
                history.edit_file(
                    station.schedule_file,
                    lambda text: text.replace("17:00", "17:30"),
                    Author(HOA),
                    "giờ",
                    action="schedule",
                )

        press(teller, "edited", edit)

    def check(self, folder: Path, told: Told, *, died: bool) -> Iterator[str]:
        """The file is the old or the new one, and loads; what was told is there, with its version."""
        yield from _refused(told)
        station = Workspace((folder / "tram").resolve())
        text = station.schedule_file.read_text("utf-8")
        old = SCHEDULE % "daily"
        new = old.replace("17:00", "17:30")
        if text not in (old, new):
            yield f"the schedule is neither the old nor the new one: {text[:40]!r}"
        load_schedule(station)
        with open_history(station):
            pass  # what waited in the outbox is written
        with open_history(station) as history:
            if acknowledged(told, "edited"):
                if text != new:
                    yield "the change is gone"
                if not history.undoable(station.schedule_file):
                    yield "the change cannot be undone"
            history.edit_file(station.schedule_file, lambda _text: new, Author(HOA), "giờ", action="schedule")
        yield from _log_of(station)


COMMUNE = """commune: {name: Bến Hải, kind: xã, province: Quảng Trị}
station: {call: Đài truyền thanh xã Bến Hải, region: trung, voice: espeak, jingle: null}
campaigns: [{id: nuoc, template: nuoc, title: Cúp nước, as_of: 2026-11-01}]
"""
BUILT = """timezone: Asia/Ho_Chi_Minh
outputs: {tram: {kind: "null"}}
broadcasts:
  - {id: tin, commune: ben-hai, campaigns: [nuoc], days: [daily], at: ["17:00"], length: {min: 1s, max: 5m}, on: [tram]}
"""


class Build:
    """A fact changes, and the station is built again."""

    def prepare(self, folder: Path) -> None:
        """A station that was built and approved, before a sentence of its article changed."""
        station = Workspace((folder / "tram").resolve())
        shutil.copytree(ROOT / "audio" / "jingles", station.jingles)
        (station.templates / "articles").mkdir(parents=True)
        station.campaigns.mkdir()
        article = station.templates / "articles" / "nuoc.md.j2"
        article.write_text("# {{ title }}\n\nMai cúp nước.\n", "utf-8")
        (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
        station.schedule_file.write_text(BUILT, "utf-8")
        remember_programs(folder.parent / "programs")
        report = build(station)
        assert not report.failed, report.failed
        store = Database(station.database)
        for recording in recordings(station):
            approvals.approve(station, store, recording, recording.sha256, HOA, NOW)
        store.close()
        article.write_text("# {{ title }}\n\nMai cúp nước.\n\nBà con trữ nước.\n", "utf-8")

    def act(self, folder: Path, teller: Teller) -> None:
        """`loa build`."""
        station = Workspace((folder / "tram").resolve())

        def again() -> None:
            report = build(station)
            if report.failed:  # the page and the command show them
                raise LoaError(report.failed)

        press(teller, "built", again)

    def check(self, folder: Path, told: Told, *, died: bool) -> Iterator[str]:
        """Nothing is half; what is not the approved sound is not approved; the next build makes what is missing."""
        yield from _refused(told)
        station = Workspace((folder / "tram").resolve())
        store = Database(station.database)
        for recording in recordings(station):
            manifest = Manifest.load(recording.path.with_suffix(".json"))
            if recording.sha256 != manifest.sha256 and approved(store, recording.id, recording.sha256):
                yield f"{recording.id} is approved, and its record is of another sound"
        if acknowledged(told, "built"):
            yield from self._is_complete(station)
        report = build(station)
        yield from (f"the next build fails: {finding.message}" for finding in report.failed)
        yield from self._is_complete(station)
        remove_leftovers(station)
        yield from (f"{left} is left" for left in station.root.rglob("*.part"))
        if len(all_approvals(store)) != 2 or not approved(
            store, "ben-hai/xin-loi", find(station, "ben-hai/xin-loi").sha256
        ):
            yield "a release is gone"
        if approved(store, "ben-hai/tin", find(station, "ben-hai/tin").sha256):
            yield "the new sound is approved by nobody and yet approved"
        store.close()
        yield from _log_of(station)

    def _is_complete(self, station: Workspace) -> Iterator[str]:
        for recording in recordings(station):
            manifest = Manifest.load(recording.path.with_suffix(".json"))
            if recording.sha256 != manifest.sha256:
                yield f"{recording.id}: sound and record differ"
            yield from (
                f"{recording.id}{suffix} is empty"
                for suffix in (".vtt", ".srt", ".png")
                if not recording.path.with_suffix(suffix).stat().st_size
            )
        if "trữ nước" not in Manifest.load(station.bulletins / "ben-hai" / "tin.json").model_dump_json():
            yield "the bulletin does not say the new sentence"
        yield from (
            f"{clip.name} is not whole" for clip in station.clips.rglob("[!.]*.flac") if load_clip(clip) is None
        )
        yield from (f"{page} is empty" for page in station.public.rglob("[!.]*.html") if not page.stat().st_size)


class Remembered:
    """What other programs make of the same bytes is the same: asked once for all points, the answers kept in `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder

    def __call__(self, key: "hashlib._Hash", ask: Callable[[], Any]) -> Any:
        """The answer of `ask`, the first time; `key` stands for what it was asked."""
        kept = self._folder / key.hexdigest()
        if not kept.exists():
            part = kept.with_suffix(f".{os.getpid()}")
            part.write_bytes(pickle.dumps(ask()))
            part.replace(kept)
        return pickle.loads(kept.read_bytes())


def remember_programs(folder: Path) -> None:
    """ffmpeg, and the process that fills templates."""
    remembered = Remembered(folder)
    real_ffmpeg, real_limited = ffmpeg.run, templates.run_limited

    def run(*arguments: str | Path, stdin: bytes = b"") -> tuple[bytes, str]:
        key = hashlib.sha256(stdin)
        for argument in arguments:
            key.update(argument.read_bytes() if isinstance(argument, Path) else argument.encode())
        answer: tuple[bytes, str] = remembered(key, lambda: real_ffmpeg(*arguments, stdin=stdin))
        return answer

    def limited(function: Callable[..., Any], name: str, *facts: Any, answer: Callable[[str], Any], **rest: Any) -> Any:
        key = hashlib.sha256(pickle.dumps((function.__qualname__, name, facts, answer(name))))
        return remembered(key, lambda: real_limited(function, name, *facts, answer=answer, **rest))

    ffmpeg.run = run
    templates.run_limited = limited  # it is imported there by its name


class Migrate:
    """A station of Loa 0.1 is opened by this version."""

    def prepare(self, folder: Path) -> None:
        """It was made by that version (scripts/make_old_station.py)."""
        with tarfile.open(ROOT / "tests" / "workspaces" / "station-0.1.tar.xz") as archive:
            archive.extractall(folder, filter="data")
        (folder / "station").rename(folder / "tram")

    def act(self, folder: Path, teller: Teller) -> None:
        """Both databases are opened, old templates are put away."""
        press(teller, "migrated", lambda: self._open(Workspace((folder / "tram").resolve())))

    def _open(self, station: Workspace) -> None:
        Database(station.database, patience=0.1).close()
        Database(station.console_database, CONSOLE, patience=0.1).close()
        template_files.retire_copies(station)

    def check(self, folder: Path, told: Told, *, died: bool) -> Iterator[str]:
        """Nothing is lost, whichever version it has now; it can be opened again."""
        yield from _refused(told)
        station = Workspace((folder / "tram").resolve())
        self._open(station)
        store = Database(station.database)
        if len(rows(store, kinds=None)) != 7:
            yield f"the log has {len(rows(store, kinds=None))} rows instead of 7"
        for name in ("ben-hai/tiem-phong", "ben-hai/ve-sinh", "ben-hai/xin-loi"):
            yield from _holds(station, store, name)
        store.close()
        for copy in station.state.glob("*-v1-*.db"):
            kept = Database(self._copied(copy))
            if len(rows(kept, kinds=None)) not in (0, 7):
                yield f"{copy.name} is not whole"
            kept.close()
        yield from _log_of(station)

    def _copied(self, copy: Path) -> Path:
        """Opened elsewhere: the copy itself stays of the old version."""
        elsewhere = copy.parent.parent.parent / copy.name
        shutil.copyfile(copy, elsewhere)
        return elsewhere


def _bulletins(station: Workspace) -> dict[str, str]:
    return {found.id: found.sha256 for found in recordings(station)}


class Backup:
    """The station is written to a file."""

    def prepare(self, folder: Path) -> None:
        """A station, and a stick with the backup of yesterday."""
        station = make_station(folder / "tram", SCHEDULE % "daily", NOW)
        with open_history(station):
            pass
        (folder / "usb").mkdir()
        (folder / "tmp").mkdir()
        backups.backup(station, folder / "usb" / "tram.zip")
        station.schedule_file.write_text(SCHEDULE % "t2", "utf-8")

    def act(self, folder: Path, teller: Teller) -> None:
        """`loa backup`, over the one of yesterday."""
        tempfile.tempdir = str(folder / "tmp")
        station = Workspace((folder / "tram").resolve())
        press(teller, "backup", lambda: backups.backup(station, folder / "usb" / "tram.zip"))

    def check(self, folder: Path, told: Told, *, died: bool) -> Iterator[str]:
        """The backup is that of yesterday or the new one, whole; the station is as it was."""
        yield from _refused(told)
        station = Workspace((folder / "tram").resolve())
        with zipfile.ZipFile(folder / "usb" / "tram.zip") as archive:
            if archive.testzip():
                yield "the backup is damaged"
            schedule = archive.read("schedule.yaml").decode()
        if schedule not in (SCHEDULE % "daily", SCHEDULE % "t2"):
            yield "the backup holds half a schedule"
        if acknowledged(told, "backup") and schedule != SCHEDULE % "t2":
            yield "the backup that was told of is not there"
        other = Workspace((folder / "other").resolve())
        other.root.mkdir()
        restore.restore(other, folder / "usb" / "tram.zip", None)
        store = Database(other.database)
        digest = find(station, "ben-hai/tin").sha256
        if not approved(store, "ben-hai/tin", digest) or not approved_copy(other, digest).exists():
            yield "the backup lacks a release"
        store.close()
        yield from _log_of(other)
        yield from _log_of(station)


class Restore:
    """A backup is put back."""

    def prepare(self, folder: Path) -> None:
        """A station that went on after its backup: another schedule, another bulletin released."""
        station = make_station(folder / "tram", SCHEDULE % "daily", NOW)
        with open_history(station):
            pass
        backups.backup(station, folder / "tram.zip")
        station.schedule_file.write_text(SCHEDULE % "t2", "utf-8")
        store = Database(station.database)
        recording = find(station, "ben-hai/khan")
        approvals.approve(station, store, recording, recording.sha256, HOA, NOW)
        store.close()

    def act(self, folder: Path, teller: Teller) -> None:
        """`loa restore`."""
        station = Workspace((folder / "tram").resolve())

        def put_back() -> None:
            store = Database(station.database, patience=0.1)
            try:
                restore.restore(station, folder / "tram.zip", store)
            finally:
                store.close()

        press(teller, "restored", put_back)

    def check(self, folder: Path, told: Told, *, died: bool) -> Iterator[str]:
        """The station is as it was, or as in the backup, and nothing in between."""
        yield from _refused(told)
        station = Workspace((folder / "tram").resolve())
        restore.finish_restore(station)  # as every command does first
        store = Database(station.database)
        in_force = {approval.bulletin for approval in all_approvals(store)}
        schedule = station.schedule_file.read_text("utf-8") if station.schedule_file.exists() else "none"
        state = (schedule, frozenset(in_force))
        old = (SCHEDULE % "t2", frozenset({"ben-hai/tin", "ben-hai/khan"}))
        new = (SCHEDULE % "daily", frozenset({"ben-hai/tin"}))
        if state not in (old, new):
            yield f"half a restore: {sorted(in_force)}, schedule {'old' if schedule == old[0] else schedule[:30]!r}"
        if acknowledged(told, "restored") and state != new:
            yield "what was restored is not there"
        for name in in_force:
            yield from _holds(station, store, name)
        store.close()
        yield from _log_of(station)
        restore.restore(station, folder / "tram.zip", Database(station.database))
        if station.schedule_file.read_text("utf-8") != new[0]:
            yield "the next restore does not work"
        yield from _log_of(station)


SCENARIOS: dict[str, Scenario] = {
    "airing": Airing(),
    "emergency": Emergency(),
    "approve": Approve(),
    "edit": Edit(),
    "build": Build(),
    "migrate": Migrate(),
    "backup": Backup(),
    "restore": Restore(),
}
