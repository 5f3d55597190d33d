"""An emergency to 305 players on a real broker: from its approval to the first sound; and what an idle player sends.

Five players are real (`loa player run`, outputs `file`). The other 300 are light: one process speaks MQTT and HTTP for
all of them, takes the signed command, fetches the recording, which is new, and checks its SHA-256; a light one starts
at the common moment, or `_TICKS` after it had the recording, which is the longest that a real one waits until it looks.
`LOA_BENCH_LIGHT`: other than 300; `LOA_BENCH_IDLE=620`: measure a real player's line for so many seconds.
`LOA_BENCH_SLOW=40`: one real player more, on a line of so many kbit/s that answers after 0.6 s, as 2G does.
"""

import asyncio
import contextlib
import datetime
import hashlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loa.fleet import register
from loa.fleet.joining import Identity
from loa.fleet.keys import Key, fingerprint, opened
from loa.fleet.messages import Command, State, Topics, read
from loa.fleet.office import station_key
from loa.fleet.server import RECORDINGS
from loa.store import requests
from loa.store.approvals import find
from loa.store.asrun import rows
from loa.store.database import Database
from loa.store.requests import AirRequest
from loa.workspace import Workspace
from tests.approving import approve
from tests.local import answers, free_port, wait_for
from tests.sounds import make_mp3

LIGHT = int(os.environ.get("LOA_BENCH_LIGHT", "300"))
IDLE = float(os.environ.get("LOA_BENCH_IDLE", "0"))
SLOW = float(os.environ.get("LOA_BENCH_SLOW", "0"))
PROGRAM = os.environ.get("LOA_BENCH_PLAYER", "")
"""Another program for the real players than this environment's, for example that of an installed `loa-player`."""
_REAL, _SECONDS, _TIMES = 5, 30.0, 2
_TICKS = 0.45
_FAR = "far"
"""The player on the slow line."""
_ONE_WAY = 0.3
"""Seconds that a piece is on its way there, where the line was idle."""
_VALID = "10m" if SLOW else "1m"
"""When it is over, players get a plan without it: that is no idle line."""
UTC = datetime.UTC


def run() -> list[str]:
    """Latencies, memory of a real player, bytes of an idle one."""
    root = Path(tempfile.mkdtemp(prefix="loa-bench-"))
    processes: list[subprocess.Popen[Any]] = []
    try:
        return _measured(root, processes)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(30)
        shutil.rmtree(root, ignore_errors=True)


def _measured(root: Path, processes: list["subprocess.Popen[Any]"]) -> list[str]:
    station = Workspace(root / "xa")
    port, broker = free_port(), free_port()
    real = [f"p{number}" for number in range(_REAL)]
    light = [f"l{number}" for number in range(LIGHT)]
    far = [_FAR] if SLOW else []
    (station.bulletins / "xa").mkdir(parents=True)
    station.campaigns.mkdir()
    (station.campaigns / "xa.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
    outputs = "".join(f"  {name}: {{kind: player}}\n" for name in (*real, *far, *light))
    station.schedule_file.write_text(
        f"timezone: Asia/Ho_Chi_Minh\nplayers: {{host: 127.0.0.1, port: {port}, broker_port: {broker}}}\n"
        f"outputs:\n{outputs}broadcasts: []\n",
        "utf-8",
    )
    store, key = Database(station.database), station_key(station)
    line = Line(broker) if IDLE else None
    slow_broker = Line(broker, SLOW * 125) if SLOW else None
    slow_port = Line(port, SLOW * 125, slow_broker)
    keys = {}
    for name in (*real, *far, *light):
        own = Key.of(root / "keys" / name) if name in light else Key.of(root / name / ".loa" / "players" / "player.key")
        register.join(station, store, name, fingerprint(own.public), own.public, datetime.datetime.now(UTC))
        keys[name] = own
    for name in (*real, *far):
        workspace = Workspace(root / name)
        at, fetches_at = line.port if line and name == real[0] else broker, port
        if slow_broker and name == _FAR:
            at, fetches_at = slow_broker.port, slow_port.port
        identity = Identity(
            name=name, station=key.public, broker=f"mqtt://127.0.0.1:{at}", user=keys[name].id,
            password=key.password(keys[name].id), recordings=f"http://127.0.0.1:{fetches_at}",
        )  # fmt: skip
        (workspace.fleet / "identity.json").write_text(identity.model_dump_json(), "utf-8")
        workspace.player_file.write_text("outputs: {loa: {kind: file}}\n", "utf-8")
    processes.append(_start([sys.executable, "-m", "loa", "--workspace", str(station.root), "run", "--no-console"]))
    wait_for(lambda: answers(port) and answers(broker), 90)
    program = [PROGRAM] if PROGRAM else [sys.executable, "-m", "loa", "player"]
    players = [_start([*program, "run", str(root / name)]) for name in (*real, *far)]
    processes += players
    job = {
        "station": key.public, "broker": broker, "port": port,
        "players": {n: [k.id, key.password(k.id), str(root / "keys" / n)] for n, k in keys.items() if n in light},
    }  # fmt: skip
    (root / "job.json").write_text(json.dumps(job), "utf-8")
    log = root / "light.jsonl"
    processes.append(_start([sys.executable, "-m", "benchmarks.bench_fleet", str(root)]))
    wait_for(lambda: sum(one.line for one in register.enrolled(store).values()) == len(keys), 300)
    wait_for(lambda: all(one.state for one in register.enrolled(store).values()), 300)
    time.sleep(10)
    at_station, by_light = processes[0], processes[-1]
    work = Work(
        {
            "station": psutil.Process(at_station.pid),
            "broker": psutil.Process(int((station.fleet / "broker" / "mosquitto.pid").read_text("ascii"))),
            "light players": psutil.Process(by_light.pid),
            "a real player": psutil.Process(players[0].pid),
        }
    )
    lines = []
    for number in range(_TIMES):
        lines += _emergency(station, store, number, real, far, light, log, work)
    memory = max(psutil.Process(player.pid).memory_info().rss for player in players) / 1e6
    lines.append(f"fleet: a real player has {memory:.0f} MB resident at the most (at most 120)")
    if line:
        lines.append(line.measured())
    store.close()
    return lines


def _start(command: list[str]) -> "subprocess.Popen[Any]":
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _emergency(
    station: Workspace,
    store: Database,
    number: int,
    real: list[str],
    far: list[str],
    light: list[str],
    log: Path,
    work: "Work",
) -> list[str]:
    """Approve a new recording, and ask for it everywhere; when it sounded."""
    sound = make_mp3(station.bulletins / "xa" / f"khan-{number}.mp3", _SECONDS + number)
    name = f"air:xa/khan-{number}@bench-{number}"
    recording = find(station, f"khan-{number}")
    began = time.time()
    work.begin()
    approve(station, store, recording, "Hoa", datetime.datetime.now(UTC))
    request = AirRequest(
        airing=name, bulletin=f"xa/khan-{number}", outputs=(*real, *far, *light), by="Hoa", now=True, valid=_VALID
    )
    requests.ask(store, request, datetime.datetime.now(UTC))
    asked = time.time() - began
    mine: list[dict[str, Any]] = []

    def all_there() -> bool:
        mine[:] = [one for one in map(json.loads, log.read_text("utf-8").splitlines()) if one["airing"] == name]
        return len(mine) == len(light)

    wait_for(all_there, 120)
    worked = work.done()
    its: dict[str, float] = {}

    def all_told() -> bool:
        told = [row for row in rows(store, kinds=("output",)) if row.part_of == name]
        its.update({str(row.output): row.started.timestamp() - began for row in told if row.started})
        return len(told) == len(real) + len(far)

    wait_for(all_told, 300)
    heard = [its[name] for name in real]
    there = [one["there"] - began for one in mine]
    starts = sorted([*heard, *(max(one["begins"], one["there"] + _TICKS) - began for one in mine)])
    late = starts[min(len(starts) - 1, int(0.99 * len(starts)))]
    return [
        f"fleet: emergency {number + 1}, {sound.stat().st_size // 1000} kB, to {len(starts)} players: written after "
        f"{asked:.2f} s; recording there: median {statistics.median(there):.2f} s, last {max(there):.2f} s; "
        f"start: 99 % within {late:.2f} s (2 s), last {starts[-1]:.2f} s",
        f"fleet:   the real ones: {', '.join(f'{one:.2f}' for one in sorted(heard))} s, "
        f"{(max(heard) - min(heard)) * 1000:.0f} ms apart (50 ms)",
        f"fleet:   processor time until all had the recording: {worked}",
        *(f"fleet:   on a line of {SLOW:.0f} kbit/s it begins after {its[name]:.1f} s" for name in far),
    ]


class Work:
    """The processor time of some processes: it says what a computer must do, however busy this one is."""

    def __init__(self, processes: dict[str, psutil.Process]) -> None:
        self._processes = processes
        self._before: dict[str, float] = {}

    def begin(self) -> None:
        """From now on."""
        self._before = self._now()

    def done(self) -> str:
        """What each has taken since then."""
        return ", ".join(f"{name} {took - self._before[name]:.2f} s" for name, took in self._now().items())

    def _now(self) -> dict[str, float]:
        return {name: sum(process.cpu_times()[:2]) for name, process in self._processes.items()}


class Line:
    """A TCP line to a port that counts what goes through it; `rate`: bytes a second each way, for all its connections
    and those of `beside`; 0: any, at once.
    """

    def __init__(self, to: int, rate: float = 0.0, beside: "Line | None" = None) -> None:
        self.port, self._to, self._rate = free_port(), to, rate
        self._free = beside._free if beside else [0.0, 0.0]
        self._lock = beside._lock if beside else threading.Lock()
        self._pieces: list[tuple[float, int]] = []
        self._server = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            here, _address = self._server.accept()
            there = socket.create_connection(("127.0.0.1", self._to))
            for way, (one, other) in enumerate(((here, there), (there, here))):
                threading.Thread(target=self._pass, args=(one, other, way), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, way: int) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(1400 if self._rate else 65536):
                self._pieces.append((time.monotonic(), len(data)))
                if self._rate:
                    self._wait(len(data), way)
                other.sendall(data)
        other.close()

    def _wait(self, size: int, way: int) -> None:
        """Until so much is through, after all before it."""
        with self._lock:
            now = time.monotonic()
            idle = now - self._free[way] > _ONE_WAY
            self._free[way] = max(now, self._free[way]) + size / self._rate
            until = self._free[way] + (_ONE_WAY if idle else 0.0)
        time.sleep(max(0.0, until - now))

    def measured(self) -> str:
        """After `IDLE` seconds in which nothing happens."""
        time.sleep(90)
        begin, day = time.monotonic(), 86_400 / IDLE
        time.sleep(IDLE)
        sizes = [size for at, size in self._pieces if at >= begin]
        payload, packets = sum(sizes) * day, len(sizes) * day
        return (
            f"fleet: an idle player: {payload / 1000:.0f} kB a day in {packets:.0f} pieces; with TCP/IP headers and "
            f"acknowledgements {(payload + packets * 2 * 52) / 1000:.0f} kB (at most 200), measured over {IDLE:.0f} s"
        )


# ---- the light players


async def _light(root: Path) -> None:
    job = json.loads((root / "job.json").read_text("utf-8"))
    with (root / "light.jsonl").open("w", encoding="utf-8") as log:
        await asyncio.gather(*(LightPlayer(job, log, *one).live() for one in job["players"].values()))


class LightPlayer:
    """Speaks MQTT 3.1.1 and the port of the players, and nothing else."""

    def __init__(self, job: dict[str, Any], log: Any, id_: str, password: str, key: str) -> None:
        self._job, self._log, self._id, self._password = job, log, id_, password
        self._key = Key(Ed25519PrivateKey.from_private_bytes(Path(key).read_bytes()))
        self._topics = Topics(fingerprint(job["station"]), id_)
        self._writer: asyncio.StreamWriter
        self._seen: set[str] = set()

    async def live(self) -> None:
        """Connect, say how it is, follow commands."""
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._job["broker"])
        who = (
            _text("MQTT") + bytes([4, 0xC2, 0, 0]) + _text(f"loa-{self._id}") + _text(self._id) + _text(self._password)
        )
        self._write(0x10, who)
        wanted = b"".join(
            _text(topic) + b"\x01" for topic in (self._topics.plan, self._topics.shared, self._topics.told)
        )
        self._write(0x82, b"\x00\x01" + wanted)
        self._publish(self._topics.line, b"1", retain=True)
        self._publish(
            self._topics.state, self._key.sign(self._topics.state, State(disk=1, shared=True).model_dump(mode="json"))
        )
        tasks = set()
        while True:
            head = (await reader.readexactly(1))[0]
            size, shift = 0, 0
            while True:
                byte = (await reader.readexactly(1))[0]
                size |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    break
            body = await reader.readexactly(size)
            if head >> 4 != 3:
                continue
            length = int.from_bytes(body[:2], "big")
            topic, at = body[2 : 2 + length].decode(), 2 + length
            if head & 6:
                self._write(0x40, body[at : at + 2])
                at += 2
            if topic == self._topics.shared:
                task = asyncio.create_task(self._follow(topic, body[at:]))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

    def _write(self, head: int, body: bytes) -> None:
        size, left = b"", len(body)
        while True:
            left, byte = left // 128, left % 128
            size += bytes([byte | (128 if left else 0)])
            if not left:
                break
        self._writer.write(bytes([head]) + size + body)

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._write(0x32 | int(retain), _text(topic) + b"\x00\x07" + payload)

    async def _follow(self, topic: str, payload: bytes) -> None:
        command = read(Command, opened(self._job["station"], topic, payload))
        airing = command.request.get("airing", "")
        if command.verb != "air" or not command.release or self._id not in command.to or airing in self._seen:
            return
        self._seen.add(airing)
        path = f"{RECORDINGS}{command.release.sha256}.mp3"
        reader, writer = await asyncio.open_connection("127.0.0.1", self._job["port"])
        writer.write(
            f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-loa-player: {self._id}\r\n"
            f"x-loa-signature: {self._key.sign_text('fetch', path)}\r\n\r\n".encode()
        )
        answer = await reader.read(-1)
        writer.close()
        sound = answer.partition(b"\r\n\r\n")[2]
        assert hashlib.sha256(sound).hexdigest() == command.release.sha256, answer[:200]
        begins = command.begins.timestamp() if command.begins else 0.0
        print(json.dumps({"airing": airing, "there": time.time(), "begins": begins}), file=self._log, flush=True)


def _text(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw


if __name__ == "__main__":
    asyncio.run(_light(Path(sys.argv[1])))
