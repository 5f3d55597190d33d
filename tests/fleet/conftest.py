"""A station and its players as their users run them: real processes, a real broker, a real line."""

import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loa.schedule import UTC
from loa.store.approvals import find
from loa.store.asrun import Row, rows
from loa.store.database import Database
from loa.workspace import Workspace
from tests.approving import approve
from tests.local import answers, free_port, wait_for
from tests.sounds import make_mp3
from tests.zones import STATION

SECONDS = 2.0


@dataclass
class Fleet:
    """The station in `root/xa`, players in `root/<name>`; moments in seconds from `begin`, a whole second."""

    root: Path
    port: int
    broker_port: int
    begin: datetime.datetime
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    environment: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def station(self) -> Workspace:
        return Workspace(self.root / "xa")

    @property
    def store(self) -> Database:
        return Database(self.station.database)

    def player(self, name: str) -> Workspace:
        return Workspace(self.root / name)

    def plan(self, *offsets: float, players: dict[str, str], on: str = "", more: str = "") -> list[str]:
        """Write the station's schedule: `players` by name, with more of what stands about them."""
        zone = ZoneInfo(STATION)
        moments = [self.begin + datetime.timedelta(seconds=offset) for offset in offsets]
        extras = ", ".join(f'"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"' for moment in moments)
        outputs = "".join(f"  {name}: {{kind: player{about}}}\n" for name, about in players.items())
        self.station.schedule_file.write_text(
            f"timezone: {STATION}\nplayers: {{host: 127.0.0.1, port: {self.port}, broker_port: {self.broker_port}}}\n"
            f"outputs:\n{outputs}  n: {{kind: null}}\n"
            f"broadcasts:\n  - {{id: tin, commune: ben-hai, campaigns: [dvc], also: [{extras}], "
            f"length: {{min: 1s, max: 20s}}, on: [{on or ', '.join(players)}]}}\n{more}",
            "utf-8",
        )
        return [f"tin@{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments]

    def loa(self, *arguments: str, check: bool = True) -> str:
        """A command, to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "loa", *arguments],
            env=self._environment("xa"),
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout or done.stderr

    def at_station(self, *arguments: str, check: bool = True) -> str:
        return self.loa("--workspace", str(self.station.root), *arguments, check=check)

    def join(self, name: str, outputs: str = "{loa: {kind: file}}") -> None:
        code = self.at_station("player", "code", name, "--by", "Hoa").strip()
        self.loa("player", "join", f"127.0.0.1:{self.port}", code, str(self.player(name).root))
        self.player(name).player_file.write_text(f"outputs: {outputs}\n", "utf-8")

    def run(self, name: str) -> "subprocess.Popen[bytes]":
        """`loa run` or `loa player run`, in a folder; its messages in run.txt there."""
        arguments = ["--workspace", str(self.station.root), "run", "--no-console"]
        if name != "xa":
            arguments = ["player", "run", str(self.player(name).root)]
        with (self.root / name / "run.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "loa", *arguments], env=self._environment(name), stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def _environment(self, name: str) -> dict[str, str]:
        return {**os.environ, "LOA_LANG": "en", **self.environment.get(name, {})}

    def serves(self) -> None:
        """Wait until the station can be joined, and its broker answers."""
        wait_for(lambda: answers(self.port) and answers(self.broker_port), 60)

    def register(self) -> dict[str, dict[str, object]]:
        """What `loa player list` says, by name."""
        found = json.loads(self.at_station("player", "list", "--format", "json", check=False))
        return {one["player"]: one for one in found}

    def outcomes(self, airing: str) -> dict[str, Row]:
        """The rows of the outputs of an airing at the station, by output; "": its own."""
        its = [row for row in rows(self.store, kinds=("airing", "output")) if airing in (row.airing, row.part_of)]
        found = {"" if row.kind == "airing" else str(row.output): row for row in its}
        assert len(its) == len(found), "twice"
        return found

    def heard(self, name: str) -> list[Path]:
        """The files that the output `loa` of a player wrote."""
        return sorted((self.player(name).root / "audio" / "played").rglob("*.wav"))


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_mp3(tmp_path_factory.mktemp("fleet") / "two.mp3", SECONDS)


@pytest.fixture
def fleet(tmp_path: Path, sound: Path) -> Iterator[Fleet]:
    """A station with one bulletin, `ben-hai/tin`, which is released. Nothing runs yet."""
    if not (shutil.which("mosquitto") or Path("/usr/sbin/mosquitto").exists()):
        pytest.fail("mosquitto is missing: sudo apt-get install mosquitto")
    begin = datetime.datetime.now(UTC).replace(microsecond=0)
    made = Fleet(tmp_path, free_port(), free_port(), begin)
    (made.station.bulletins / "ben-hai").mkdir(parents=True)
    made.station.campaigns.mkdir()
    (made.station.campaigns / "ben-hai.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
    shutil.copy(sound, made.station.bulletins / "ben-hai" / "tin.mp3")
    store = made.store
    approve(made.station, store, find(made.station, "tin"), "Chị Hoa", begin - datetime.timedelta(days=1))
    store.close()
    try:
        yield made
    finally:
        for process in made.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in made.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        _end_broker(made.station)


def _end_broker(station: Workspace) -> None:
    """Of a station that was killed: nobody else ends it."""
    try:
        pid = int((station.fleet / "broker" / "mosquitto.pid").read_text("ascii"))
        os.kill(pid, signal.SIGKILL)
    except (OSError, ValueError):
        pass
