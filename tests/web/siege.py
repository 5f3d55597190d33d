"""A station whose console is besieged, and what its people do meanwhile: for a test and for a benchmark."""

import contextlib
import datetime
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from loa.actions.emergency import PREFIX
from loa.actions.offices import Role
from loa.schedule import UTC
from loa.store.approvals import find
from loa.store.asrun import Row, rows
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.web.context import Console
from loa.workspace import Workspace
from tests.approving import approve, as_emergency
from tests.conftest import ROOT
from tests.faults.conftest import write_bulletin
from tests.local import free_port, wait_for
from tests.web.attackers import Plan
from tests.zones import STATION

PASSWORD = "mot cau dai de nho"
LONG, SHORT, EVERY = 60.0, 1.0, 3
"""Seconds of the bulletin that is stopped, and of the one that the schedule airs every so many."""
_ALARM = f"{PREFIX}bao"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: from the press of STOP to silence and to the page's answer, from `loa stop` to silence and to its end,
    from the release of an emergency to its first sound; and how late airings began.
    """

    stops: list[float]
    answers: list[float]
    commands: list[float]
    ends: list[float]
    emergencies: list[float]
    late: list[float]

    def __str__(self) -> str:
        named = {
            "STOP": self.stops,
            "its answer": self.answers,
            "`loa stop`": self.commands,
            "its end": self.ends,
            "emergency": self.emergencies,
        }
        texts = [f"{name} {statistics.median(t):.2f} s (worst {max(t):.2f})" for name, t in named.items() if t]
        if self.late:
            texts.append(
                f"airings late {statistics.median(self.late) * 1000:.0f} ms (worst {max(self.late) * 1000:.0f})"
            )
        return ", ".join(texts)


class Besieged:
    """`loa run` on a small station, the duty officer logged in."""

    def __init__(self, root: Path) -> None:
        self.workspace = workspace = Workspace(root.resolve())
        (workspace.bulletins / "ben-hai").mkdir(parents=True)
        workspace.campaigns.mkdir()
        (workspace.campaigns / "ben-hai.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
        for name, seconds, tone in (("dai", LONG, 300), ("tin", SHORT, 400), (_ALARM, 5.0, 500)):
            write_bulletin(workspace.bulletins / "ben-hai" / f"{name}.mp3", seconds, tone)
        as_emergency(workspace.bulletins / "ben-hai" / f"{_ALARM}.mp3")
        store = Database(workspace.database)
        for name in ("dai", "tin"):
            approve(workspace, store, find(workspace, name), "Chị Hoa", datetime.datetime(2026, 11, 1, tzinfo=UTC))
        store.close()
        here = Console.open(workspace)
        person = here.accounts.add("truc-ban", "Trực ban", PASSWORD, frozenset(Role))
        self.sessions = []
        for _number in range(4):
            cookie = here.sessions.start(person, "127.0.0.1")
            session = here.sessions.find(cookie)
            assert session
            assert session.csrf
            self.sessions.append((cookie, session.csrf))
        here.close()
        self.port = free_port()
        self.plan(datetime.datetime.now(UTC) + datetime.timedelta(days=30))

    def plan(self, *moments: datetime.datetime) -> None:
        """Air the short bulletin at these moments, on an output of its own."""
        zone = ZoneInfo(STATION)
        also = ", ".join(f'"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"' for moment in moments)
        self.workspace.schedule_file.write_text(
            f"language: en\ntimezone: {STATION}\noutputs: {{n: {{kind: null}}, m: {{kind: null}}}}\nbroadcasts:\n"
            f"  - {{id: tin, commune: ben-hai, campaigns: [dvc], days: [], also: [{also}], "
            "length: {min: 100ms, max: 20s}, on: [m]}\n",
            "utf-8",
        )

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """The station is on air, and its console answers."""
        command = [sys.executable, "-m", "loa", "run", "--console", f"127.0.0.1:{self.port}"]
        with (self.workspace.root / "said.txt").open("wb") as said:
            station = subprocess.Popen(command, cwd=self.workspace.root, env=self._environment(), stderr=said)
        try:
            wait_for(lambda: self.get("/health") == 200, 60)
            wait_for(self._on_air, 60)
            yield
        finally:
            station.terminate()
            station.wait(30)

    @contextlib.contextmanager
    def siege(self, plan: Plan) -> Iterator[dict[str, int]]:
        """While inside, the attackers are at work; afterwards what they have done stands in what this gives."""
        command = [sys.executable, "-m", "tests.web.attackers", str(plan)]
        done: dict[str, int] = {}
        attackers = subprocess.Popen(command, cwd=ROOT, env=self._environment(), stdout=subprocess.PIPE, text=True)
        try:
            time.sleep(3)
            yield done
            done |= json.loads(attackers.communicate(timeout=plan.seconds + 30)[0].splitlines()[-1])
        finally:
            attackers.kill()
            attackers.wait()

    def measure(self, turns: int) -> Times:
        """Airings by the schedule; then so many STOPs, `loa stop`s and emergencies."""
        late = self._airings(4 * turns)
        stops, answers, commands, ends, emergencies = [], [], [], [], []
        for _turn in range(turns):
            self._play()
            silent, answered = self._stopped(self._press_stop)
            stops.append(silent)
            answers.append(answered)
            self._play()
            silent, answered = self._stopped(self._command_stop)
            commands.append(silent)
            ends.append(answered)
            emergencies.append(self._emergency())
        return Times(stops, answers, commands, ends, emergencies, late)

    def _airings(self, count: int) -> list[float]:
        """How late so many airings began, in seconds."""
        first = datetime.datetime.now(UTC).replace(microsecond=0) + datetime.timedelta(seconds=5)
        planned = [first + datetime.timedelta(seconds=EVERY * number) for number in range(count)]
        self.plan(*planned)

        def over() -> list[Row]:
            return [row for row in self._rows() if row.broadcast == "tin" and row.planned in planned]

        wait_for(lambda: len(over()) == count, EVERY * count + 60)
        assert {row.outcome for row in over()} <= {"aired", "aired-late"}
        return [(row.started - row.planned).total_seconds() for row in over() if row.started and row.planned]

    def get(self, path: str) -> int:
        """The status of a page, for the duty officer; 0 where there was no answer."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self._ask("GET", path)[0]
        return 0

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """What the console answers to a form of the duty officer."""
        return self._ask("POST", path, urlencode({"csrf": self.sessions[0][1], **fields}))

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"cookie": f"loa_session={self.sessions[0][0]}"}
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def _play(self) -> None:
        status, text = self.post("/play", bulletin="ben-hai/dai", on="n")
        assert status == 303, text
        wait_for(self._sounds, 30)
        time.sleep(0.3)

    def _stopped(self, ask: Callable[[], None]) -> tuple[float, float]:
        pressed = datetime.datetime.now(UTC)
        ask()
        answered = (datetime.datetime.now(UTC) - pressed).total_seconds()
        wait_for(lambda: self._cut(pressed) is not None, 30)
        row = self._cut(pressed)
        assert row
        assert row.ended
        return (row.ended - pressed).total_seconds(), answered

    def _press_stop(self) -> None:
        status, text = self.post("/stop")
        assert status == 303, text

    def _command_stop(self) -> None:
        command = [sys.executable, "-m", "loa", "stop"]
        done = subprocess.run(
            command, cwd=self.workspace.root, env=self._environment(), capture_output=True, timeout=60
        )
        assert done.returncode == 0, done.stderr

    def _emergency(self) -> float:
        """Released on the page, with the password."""
        path = f"/emergency/ben-hai/{_ALARM}"
        status, text = self._ask("GET", path)
        assert status == 200, text
        (sha256,) = re.findall(r'name="sha256" value="([0-9a-f]{64})"', text)
        before = len(self._heard())
        pressed = datetime.datetime.now(UTC)
        status, text = self.post(f"{path}/release", sha256=sha256, on="n", times="1", valid="60", password=PASSWORD)
        assert status == 303, text
        wait_for(lambda: len(self._heard()) > before, 30)
        first = self._heard()[before]
        wait_for(lambda: not self._sounds(), 30)
        return (datetime.datetime.fromisoformat(str(first["at"])) - pressed).total_seconds()

    def _heard(self) -> list[dict[str, object]]:
        """The beginnings of sound on the output of what is asked for by hand."""
        path = self.workspace.state / "heard" / "n.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [note for line in lines if line.endswith("}") and (note := json.loads(line))["what"] == "first"]

    def _sounds(self) -> bool:
        there = {str(note["airing"]) for note in self._heard()}
        return bool(there - {row.airing for row in self._rows()})

    def _cut(self, since: datetime.datetime) -> Row | None:
        return next((row for row in self._rows() if row.outcome == "cut" and row.ended and row.ended > since), None)

    def _rows(self, since: datetime.datetime | None = None) -> list[Row]:
        store = Database(self.workspace.database)
        try:
            return rows(store, since) if since else rows(store)
        finally:
            store.close()

    def _on_air(self) -> bool:
        store = Database(self.workspace.database)
        try:
            return who_is_on_air(store) is not None
        finally:
            store.close()

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "LOA_LANG": "en"}
