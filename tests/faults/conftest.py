"""A station as its users run it: a real process, killed, stopped, starved and lied to; and what must hold after all."""

import datetime
import hashlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from loa.automation.intervals import Timing
from loa.bulletin.manifest import Cue, Manifest
from loa.clock import RealClock
from loa.schedule import UTC
from loa.store.alarms import open_alarms
from loa.store.approvals import BulletinFile, find
from loa.store.asrun import Row, rows
from loa.store.database import Database, stamp
from loa.store.lease import Lease, who_is_on_air
from loa.store.proof import verify
from loa.store.tables import presence
from loa.workspace import Workspace
from tests.approving import approve
from tests.local import wait_for
from tests.sounds import make_mp3
from tests.zones import STATION

ROOT = Path(__file__).parent.parent.parent
SECONDS = 3.0
"""Length of the bulletin; a sentence of it is half a second."""
SENTENCE = 0.5


@dataclass
class Faulty:
    """The station under test. `begin`: its first moment; airings are planned by `plan` in seconds from it."""

    workspace: Workspace
    begin: datetime.datetime
    processes: list["subprocess.Popen[str]"] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    seconds: float = SECONDS

    def plan(self, *offsets: float, on: str = "n", outputs: str = "", more: str = "", **lines: str) -> list[str]:
        """Write schedule.yaml; gives the ids of the airings."""
        moments = [self.begin + datetime.timedelta(seconds=offset) for offset in offsets]
        zone = ZoneInfo(STATION)
        extras = ", ".join(f'"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"' for moment in moments)
        settings = "".join(f"{key}: {value}, " for key, value in lines.items())
        self.workspace.schedule_file.write_text(
            f"timezone: {STATION}\noutputs: {{n: {{kind: null}}{outputs}}}\nbroadcasts:\n"
            f"  - {{id: tin, commune: ben-hai, campaigns: [dvc], also: [{extras}], length: {{min: 1s, max: 20s}}, "
            f"{settings}on: [{on}]}}\n{more}",
            "utf-8",
        )
        return [f"tin@{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments]

    def has_run_until(self, moment: datetime.datetime) -> None:
        """As if a station had run here before, and stopped at `moment`."""
        store = Database(self.workspace.database)
        lease = Lease(store, RealClock(), heartbeat=Timing().heartbeat, stale=Timing().stale)
        lease.keep(moment)
        lease.give_back()
        with store.write() as connection:
            connection.execute(update(presence).values(resolved_until=stamp(moment), at=stamp(moment)))
        store.close()

    def start(self, **timing: float) -> "subprocess.Popen[str]":
        """`loa run`, as a process of its own; `timing` shortens what would take minutes.

        Punctuality is not what these tests are about, and the machine may be busy: `late` is half a minute.
        """
        program = [
            sys.executable,
            "-m",
            "tests.faults.run_station",
            str(self.workspace.root),
            json.dumps({"late": 30, **timing}),
        ]
        process = subprocess.Popen(
            program,
            cwd=ROOT,
            env={**os.environ, "LOA_LANG": "en", **self.environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def start_first(self, **timing: float) -> "subprocess.Popen[str]":
        """`start`, and from when it is on air on time begins: for a plan that a slow start would spoil."""
        self.plan(3600)
        process = self.start(**timing)
        wait_for(lambda: self.state() is not None, 60)
        self.begin = datetime.datetime.now(UTC).replace(microsecond=0)
        return process

    def stop(self, process: "subprocess.Popen[str]", how: signal.Signals = signal.SIGTERM) -> None:
        """End it and see that it did not crash."""
        process.send_signal(how)
        _out, errors = process.communicate(timeout=20)
        assert "Traceback" not in errors, errors

    def rows(self) -> list[Row]:
        """The outcomes so far."""
        store = Database(self.workspace.database)
        try:
            return rows(store)
        finally:
            store.close()

    def outcome(self, airing: str) -> Row | None:
        """The outcome of one airing."""
        return next((row for row in self.rows() if row.airing == airing), None)

    def wait_for_outcome(self, airing: str, seconds: float = 45) -> Row:
        """Until it is there; fails at once where nobody is left who could bring it about."""

        def there() -> object:
            if all(process.poll() is not None for process in self.processes):
                pytest.fail("".join(str(process.communicate()[1]) for process in self.processes))
            return self.outcome(airing)

        wait_for(there, seconds)
        row = self.outcome(airing)
        assert row
        return row

    def lengthen(self, seconds: float) -> None:
        """Another bulletin in place of the usual one, released too."""
        self.add_bulletin("tin", seconds=seconds)
        self.seconds = seconds

    def add_bulletin(self, name: str, *, seconds: float = SECONDS, tone: int = 440, released: bool = True) -> None:
        """ben-hai/<name>."""
        path = write_bulletin(self.workspace.bulletins / "ben-hai" / f"{name}.mp3", seconds, tone)
        if released:
            store = Database(self.workspace.database)
            approve(self.workspace, store, BulletinFile(f"ben-hai/{name}", path), "Chị Hoa", self.begin)
            store.close()

    def alarms(self) -> list[str]:
        """What somebody was told."""
        store = Database(self.workspace.database)
        found = [alarm.message for alarm in open_alarms(store)]
        store.close()
        return found

    def state(self) -> str | None:
        """What the process on air has taken on; None while there is none."""
        store = Database(self.workspace.database)
        row = who_is_on_air(store)
        store.close()
        return str(row["state"]) if row else None

    def age(self) -> float:
        """Seconds since `begin`."""
        return (datetime.datetime.now(UTC) - self.begin).total_seconds()

    def heard(self, output: str = "n") -> list[dict[str, object]]:
        """What the null output noted."""
        path = self.workspace.state / "heard" / f"{output}.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines if line.endswith("}")]

    def check(self, planned: list[str], *, repeats: float = SENTENCE + 2.5) -> None:
        """The promises: one outcome for each airing, nothing twice, nothing unreleased, a whole log.

        `repeats`: seconds that may be heard again after an interruption: the sentence, and what was played after the
        last note of the place.
        """
        found = defaultdict(list)
        for row in self.rows():
            found[row.airing].append(row.outcome)
        assert {airing: len(found[airing]) for airing in planned} == dict.fromkeys(planned, 1)
        store = Database(self.workspace.database)
        assert verify(store, self.workspace.seal) == []
        store.close()
        released = {path.stem for path in (self.workspace.state / "released").glob("*.mp3")}
        played: dict[object, list[tuple[float, float]]] = defaultdict(list)
        for note in self.heard():
            assert note["sha256"] in released
            if note["what"] == "first":
                played[note["airing"]].append((float(str(note["from"])), float(str(note["from"]))))
            elif played[note["airing"]]:
                played[note["airing"]][-1] = (played[note["airing"]][-1][0], float(str(note["to"])))
        for airing, parts in played.items():
            for (_start, end), (again, _end) in itertools.pairwise(parts):
                assert end - again <= repeats, f"{airing} was heard twice: {parts}"
            heard = sum(end - start for start, end in parts)
            assert heard <= self.seconds + repeats * (len(parts) - 1) + 0.5, f"{airing}: {parts}"


@pytest.fixture(scope="session")
def bulletin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording with its manifest."""
    return write_bulletin(tmp_path_factory.mktemp("bulletin") / "tin.mp3", SECONDS, 300)


def write_bulletin(path: Path, seconds: float, tone: int) -> Path:
    """An MP3 and its manifest, with a sentence every half second."""
    make_mp3(path, seconds, tone=tone)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    cues = tuple(
        Cue(start=n * SENTENCE, end=(n + 1) * SENTENCE, text="x", spoken="x", part="p")
        for n in range(int(seconds / SENTENCE))
    )
    Manifest(
        id=f"ben-hai/{path.stem}", commune="ben-hai", name=path.stem, title="", date=datetime.date(2026, 11, 1),
        campaigns=("dvc",), seconds=seconds, sha256=digest, engine="test", voice="test", cues=cues,
    ).save(path.with_suffix(".json"))  # fmt: skip
    return path


@pytest.fixture
def make_station(bulletin: Path) -> Iterator[Callable[[Path], Faulty]]:
    """Makes a station in a folder; what it started is killed in the end."""
    made: list[Faulty] = []

    def make(root: Path) -> Faulty:
        workspace = Workspace(root.resolve())
        (workspace.bulletins / "ben-hai").mkdir(parents=True)
        workspace.campaigns.mkdir()
        (workspace.campaigns / "ben-hai.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
        for suffix in (".mp3", ".json"):
            shutil.copy(bulletin.with_suffix(suffix), workspace.bulletins / "ben-hai" / f"tin{suffix}")
        store = Database(workspace.database)
        approve(workspace, store, find(workspace, "tin"), "Chị Hoa", datetime.datetime(2026, 11, 1, tzinfo=UTC))
        store.close()
        made.append(Faulty(workspace, datetime.datetime.now(UTC).replace(microsecond=0)))
        made[-1].has_run_until(made[-1].begin)
        return made[-1]

    yield make
    for station in made:
        for process in station.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()
            if process.stderr:
                process.stderr.close()


@pytest.fixture
def station(tmp_path: Path, make_station: Callable[[Path], Faulty]) -> Faulty:
    """One station."""
    return make_station(tmp_path)


from tests.playout.conftest import icecast, pulse  # noqa: E402, F401  the same real servers
