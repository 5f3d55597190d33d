"""A small station with one approved bulletin, and what tests of backups do with it."""

import contextlib
import datetime
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from loa.bulletin.manifest import Cue, Manifest
from loa.schedule import UTC
from loa.store import approvals
from loa.store.asrun import rows
from loa.store.database import Database
from loa.workspace import Workspace
from tests.conftest import ROOT

DAY = datetime.datetime(2026, 11, 1, tzinfo=UTC)


def schedule(*moments: datetime.datetime) -> str:
    extras = ", ".join(f'"{moment:%Y-%m-%d %H:%M:%S}"' for moment in moments) or "2020-01-01 17:00"
    return (
        "timezone: UTC\noutputs: {n: {kind: null}}\nbroadcasts:\n"
        f"  - {{id: tin, commune: ben-hai, campaigns: [dvc], also: [{extras}], length: {{min: 1s, max: 20s}}, on: [n]}}\n"
    )


def often() -> list[datetime.datetime]:
    """Every eight seconds for the next minutes: however slow the machine is, a station that starts has one to come."""
    now = datetime.datetime.now(UTC).replace(microsecond=0)
    return [now + datetime.timedelta(seconds=8 * number) for number in range(1, 40)]


def make(station: Workspace, name: str, sound: Path) -> Path:
    """`ben-hai/<name>` with its record, as a build leaves it."""
    mp3 = station.bulletins / "ben-hai" / f"{name}.mp3"
    mp3.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(sound, mp3)
    sha256 = approvals.BulletinFile("", mp3).sha256
    cue = Cue(start=0, end=2, text="Kính chào", spoken="kính chào", part="dvc")
    Manifest(
        id=f"ben-hai/{name}", commune="ben-hai", name=name, title="Tin", date=DAY.date(), campaigns=("dvc",), seconds=2,
        sha256=sha256, engine="x", voice="x", cues=(cue,),
    ).save(mp3.with_suffix(".json"))  # fmt: skip
    return mp3


def states(station: Workspace) -> dict[str, str]:
    store = Database(station.database)
    found = {state.bulletin: state.state for state in approvals.states(station, store)}
    store.close()
    return found


@contextlib.contextmanager
def running(station: Workspace) -> Iterator[None]:
    command = [sys.executable, "-m", "loa", "--workspace", str(station.root), "run", "--no-console"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        _out, errors = process.communicate(timeout=30)
        assert "Traceback" not in errors, errors


def aired(station: Workspace) -> bool:
    store = Database(station.database)
    found = {row.outcome for row in rows(store)}
    store.close()
    return bool(found & {"aired", "aired-late"})
