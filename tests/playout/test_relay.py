"""Another station, live: real servers that send, stall, fall silent, send rubbish, lead astray, and are killed."""

import datetime
import functools
import http.server
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from loa.automation import service
from loa.bulletin.programme import RELAYS, RelayPoint, pack
from loa.bulletin.writer import id3
from loa.clock import RealClock
from loa.errors import PlayoutError
from loa.playout.listening import listen
from loa.playout.receiving import Receiver, open_address
from loa.schedule import UTC
from loa.store.approvals import find
from loa.store.asrun import Row, rows
from loa.store.database import Database
from loa.workspace import Workspace
from tests.approving import approve
from tests.local import free_port, wait_for
from tests.servers import IcecastServer
from tests.sounds import make_mp3

HOLD, FAR = 300, 1500
"""Tones (Hz) of the hold music and of the other station."""
START = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ZONE = "Asia/Ho_Chi_Minh"


def far_mp3(folder: Path, seconds: float, volume: float = 0.05) -> Path:
    """A quiet tone with noise, as another station may send it."""
    path = folder / "far.mp3"
    source = f"sine=frequency={FAR}:duration={seconds},volume={volume}"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", "-f", "lavfi", "-i", source]
    subprocess.run([*command, "-b:a", "64k", str(path)], check=True)
    return path


class FarStation:
    """An HTTP server that sends `data` at `speed` times its pace; `mode`: what else it does."""

    def __init__(self, data: bytes, bytes_a_second: int = 8000) -> None:
        self.mode = "send"
        self.asked: list[str] = []
        self._data, self._pace = data, bytes_a_second
        self.port = free_port()
        handler = functools.partial(_Far, self)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, path: str = "far.mp3") -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def close(self) -> None:
        self.mode = "closed"
        self._server.shutdown()
        self._server.server_close()


class _Far(http.server.BaseHTTPRequestHandler):
    def __init__(self, station: FarStation, *arguments: object) -> None:
        self.station = station
        super().__init__(*arguments)  # type: ignore[arg-type]

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        far = self.station
        far.asked.append(self.path)
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "audio/mpeg")
        self.end_headers()
        at, began = 0, time.monotonic()
        try:
            while far.mode != "closed":
                if far.mode == "break":
                    return
                burst = 2 * far._pace
                due = burst + int((time.monotonic() - began) * far._pace)
                if far.mode == "send" and at < due:
                    data = far._data if self.path != "/rubbish" else os.urandom(len(far._data))
                    piece = data[at % len(data) :][: due - at]
                    self.wfile.write(piece)
                    at += len(piece)
                time.sleep(0.02)
        except OSError:
            return


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A minute of the other station."""
    return far_mp3(tmp_path_factory.mktemp("far"), 60).read_bytes()


@pytest.fixture
def far(sound: bytes) -> Iterator[FarStation]:
    station = FarStation(sound)
    yield station
    station.close()


def station_with(
    tmp_path: Path, url: str, item: str, point: RelayPoint, at: datetime.datetime, end: str = ""
) -> Workspace:
    """A station with one programme: a relay of `url`, released, on a file output at `at`."""
    workspace = Workspace(tmp_path)
    workspace.campaigns.mkdir()
    (workspace.campaigns / "ben-hai.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
    hold = make_mp3(tmp_path / "hold.mp3", 5, tone=HOLD).read_bytes()
    mp3 = workspace.bulletins / "ben-hai" / "tin.mp3"
    mp3.parent.mkdir(parents=True)
    mp3.write_bytes(id3("Tiếp sóng", "xã Bến Hải", at.date(), [], notes={RELAYS: pack([point])}) + hold)
    store = Database(workspace.database)
    approve(workspace, store, find(workspace, "tin"), "Chị Hoa", datetime.datetime(2026, 11, 1, tzinfo=UTC))
    local = at + datetime.timedelta(hours=7)
    workspace.schedule_file.write_text(
        f"timezone: {ZONE}\noutputs: {{f: {{kind: file}}}}\n{end}broadcasts:\n"
        f'  - {{id: tin, commune: ben-hai, also: ["{local:%Y-%m-%d %H:%M:%S}"], length: {{min: 1s, max: 60s}}, on: [f],\n'
        f"     items: [{{kind: relay, url: '{url}', {item}}}]}}\n",
        "utf-8",
    )
    return workspace


def aired(
    workspace: Workspace, at: datetime.datetime, then: Callable[[float], None] = lambda _at: None, limit: float = 90.0
) -> Row:
    """The log row, after the station was on air in real time; `then` is called again and again, by a thread of its own,
    with the seconds since the instant.
    """
    clock = RealClock(1.0001, at - datetime.timedelta(seconds=4))  # at speed 1 it would be the computer's own
    airing = f"tin@{at:%Y-%m-%dT%H:%M:%SZ}"
    over = threading.Event()

    def happen() -> None:
        while not over.wait(0.02):
            then((clock.now() - at).total_seconds())

    others = threading.Thread(target=happen)
    others.start()
    try:
        service.run(
            workspace, clock=clock, until=lambda station: station.outcomes.written(airing) is not None, limit=limit
        )
    finally:
        over.set()
        others.join()
    (row,) = rows(Database(workspace.database))
    return row


def heard(workspace: Workspace) -> list[str]:
    """What was heard in each tenth of a second: `far`, `hold` or `-`."""
    (path,) = Path(workspace.root, "audio", "played", "f").glob("*.wav")
    return heard_in(path)


def heard_in(path: Path) -> list[str]:
    """The same of one recording of an output."""
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    step = rate // 10
    found = []
    for at in range(0, len(samples) - step, step):
        piece = samples[at : at + step]
        if np.sqrt((piece**2).mean()) < 30:
            found.append("-")
            continue
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(step)))
        found.append("far" if abs(int(spectrum.argmax()) * 10 - FAR) < 40 else "hold")
    return found


def point(url: str, length: float = 7.0) -> RelayPoint:
    return RelayPoint(url, "Đài tỉnh", "vi", 0.0, 4.9, seconds=length, length=length)


def test_a_relay_begins_at_its_instant_ends_hard_and_bridges_a_gap(tmp_path: Path, far: FarStation) -> None:
    workspace = station_with(tmp_path, far.url(), "length: 7s", point(far.url()), START)

    def break_off(since: float) -> None:
        far.mode = "break" if 1.5 < since < 3.0 else "send"

    row = aired(workspace, START, break_off)
    (relay,) = row.details["relays"]
    assert row.outcome == "aired"
    assert row.started
    assert abs((row.started - START).total_seconds()) < 0.5
    sounds = heard(workspace)
    assert len(sounds) == pytest.approx(70, abs=2)
    assert "far" in sounds[:15]
    assert "hold" in sounds[15:55]
    assert "far" in sounds[55:]
    assert "-" * 12 not in "".join("-" if one == "-" else "x" for one in sounds)
    assert relay["heard"] + relay["bridged"] == pytest.approx(7, abs=0.1)
    assert relay["bridged"] > 0.5
    assert row.reason
    assert "Đài tỉnh" in row.reason
    assert len(far.asked) >= 2


def test_a_source_that_the_schedule_does_not_name_is_not_asked(tmp_path: Path, far: FarStation) -> None:
    """The tag of the approved file may name any address; only those of schedule.yaml are opened."""
    workspace = station_with(tmp_path, "http://127.0.0.1:9/x", "length: 2s", point(far.url(), length=2.0), START)
    row = aired(workspace, START)
    assert far.asked == []
    assert set(heard(workspace)) <= {"hold", "-"}
    assert row.details["relays"][0]["heard"] == 0


@pytest.mark.parametrize("target", ["http://localhost:{port}/far.mp3", "http://10.0.0.1/a", "file:///etc/passwd"])
def test_no_redirect_leads_into_the_station_s_network(far: FarStation, target: str) -> None:
    address = far.url("to/" + target.format(port=far.port))
    with pytest.raises(PlayoutError):
        open_address(address, address)
    assert len(far.asked) == 1


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "2852039166", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "100.100.100.200"]
)
def test_no_relay_and_no_monitor_asks_where_a_machine_s_secrets_are(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """Whoever writes the schedule could have the station ask there; a monitor's ffmpeg opened any address, redirects too."""
    asked = []
    monkeypatch.setattr(socket.socket, "connect", lambda _socket, place: asked.append(place))
    for open_it in (lambda url: open_address(url, url), lambda url: next(listen(url, threading.Event()), None)):
        with pytest.raises(PlayoutError):
            open_it(f"http://{host}/latest/meta-data")
    assert asked == []


def test_a_monitor_follows_no_redirect_into_the_station_s_network(far: FarStation) -> None:
    with pytest.raises(PlayoutError):
        next(listen(far.url(f"to/http://localhost:{far.port}/far.mp3"), threading.Event()))
    assert len(far.asked) == 1


def test_rubbish_is_no_sound_and_says_so(far: FarStation) -> None:
    receiver = Receiver(far.url("rubbish"))
    receiver.start()
    wait_for(lambda: receiver.problem, 30)
    receiver.close()
    assert receiver.waiting == 0


class Source:
    """ffmpeg that sends a sound to a mount of Icecast, as a real far station does."""

    def __init__(self, server: IcecastServer, path: Path) -> None:
        target = f"icecast://source:mat-khau@127.0.0.1:{server.port}/tinh.mp3"
        program = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()
        command = [program, "-loglevel", "error", "-re", "-i", str(path), "-c:a", "copy", "-f", "mp3"]
        self.process = subprocess.Popen([*command, "-content_type", "audio/mpeg", target])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.mark.long
def test_a_real_icecast_is_killed_stalled_and_comes_back(tmp_path: Path, sound: bytes, icecast: IcecastServer) -> None:
    server = icecast
    path = tmp_path / "far.mp3"
    path.write_bytes(sound)
    source = [Source(server, path)]
    url = server.url("tinh.mp3")
    (tmp_path / "station").mkdir()
    workspace = station_with(tmp_path / "station", url, "length: 40s", point(url, 40.0), START)
    done: list[str] = []

    def once(name: str, act: Callable[[], object]) -> None:
        if name not in done:
            done.append(name)
            act()

    def faults(since: float) -> None:
        if since > 5:
            once("killed", server.kill)
            once("source", source[0].kill)
        if since > 11:
            once("started", server.start)
            once("again", lambda: source.append(Source(server, path)))
        if since > 22:
            once("stalled", lambda: os.kill(server._process.pid, signal.SIGSTOP))
        if since > 30:
            once("goes on", lambda: os.kill(server._process.pid, signal.SIGCONT))

    try:
        row = aired(workspace, START, faults)
    finally:
        source[-1].kill()
    sounds = heard(workspace)
    assert "far" in sounds[:15]
    assert len(sounds) == pytest.approx(400, abs=2)
    assert sounds[180:210].count("far") > 20, "back after the kill"
    assert sounds[380:].count("far") > 10, "back after the stall"
    quiet = max(len(run) for run in "".join("-" if one == "-" else "x" for one in sounds).split("x"))
    assert quiet < 30, "a gap is bridged within three seconds"
    assert len(row.details["relays"][0]["gaps"]) >= 2
    assert row.outcome == "aired"


HOUR, EVERY, DOWN = 150.0, 5.0, 1.0
"""An hour, two minutes, and half a minute at 1/24 of their length: seconds of the relay, between two kills, and until the
far station is started again.
"""


@pytest.mark.long
def test_an_hour_with_the_far_station_killed_every_two_minutes(
    tmp_path: Path, sound: bytes, icecast: IcecastServer
) -> None:
    """At 1/24 of the time (150 s), so every gap weighs 24 times as much as in the hour."""
    path = tmp_path / "far.mp3"
    path.write_bytes(sound)
    source, url = [Source(icecast, path)], icecast.url("tinh.mp3")
    (tmp_path / "station").mkdir()
    workspace = station_with(tmp_path / "station", url, f"length: {HOUR:.0f}s", point(url, HOUR), START)
    kills, runs = [0], [True]

    def faults(since: float) -> None:
        if runs[0] and since > (kills[0] + 1) * EVERY and since < HOUR:
            icecast.kill()
            source[0].kill()
            kills[0], runs[0] = kills[0] + 1, False
        elif not runs[0] and since > kills[0] * EVERY + DOWN:
            icecast.start()
            source[0] = Source(icecast, path)
            runs[0] = True

    try:
        row = aired(workspace, START, faults, limit=HOUR + 60)
    finally:
        source[0].kill()
    assert kills[0] > 20
    assert row.outcome == "aired"
    assert row.started
    assert -0.1 < (row.started - START).total_seconds() < 1.5
    sounds = heard(workspace)
    assert sounds.index("far") <= 15, "first sound within 1.5 s"
    quiet = max(len(run) for run in "".join("-" if one == "-" else "x" for one in sounds).split("x"))
    assert quiet < 30, "no gap of three seconds"
    assert abs(_length(workspace) - HOUR) < 0.1, "the end is hard"
    (relay,) = row.details["relays"]
    assert len(relay["gaps"]) > 20
    assert relay["heard"] + relay["bridged"] == pytest.approx(HOUR, abs=0.2)
    assert sounds.count("far") > 0.2 * len(sounds), "it comes back each time"


def _encoded(folder: Path, source: str, seconds: float, name: str) -> bytes:
    path = folder / name
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", "-f", "lavfi", "-i", source]
    subprocess.run([*command, "-t", str(seconds), "-b:a", "64k", str(path)], check=True)
    return path.read_bytes()


def _length(workspace: Workspace) -> float:
    """Seconds from the first sample that is heard to the last."""
    (path,) = Path(workspace.root, "audio", "played", "f").glob("*.wav")
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return len(np.trim_zeros(samples)) / file.getframerate()


@pytest.mark.long
def test_a_source_that_sends_silence_is_bridged_within_three_seconds_and_the_end_is_hard(tmp_path: Path) -> None:
    """Five seconds of sound, then silence for ever: the line stands, bytes come, and nothing is said."""
    source = f"sine=frequency={FAR},volume='if(lt(t,5),0.05,0)':eval=frame"
    far = FarStation(_encoded(tmp_path, source, 60, "silent.mp3"))
    try:
        (tmp_path / "station").mkdir()
        workspace = station_with(tmp_path / "station", far.url(), "length: 20s", point(far.url(), 20.0), START)
        row = aired(workspace, START)
    finally:
        far.close()
    sounds = heard(workspace)
    assert "far" in sounds[:15]
    quiet = max(len(run) for run in "".join("-" if one == "-" else "x" for one in sounds).split("x"))
    assert quiet <= 30, "a gap is bridged within three seconds"
    assert sounds[100:].count("hold") > 90
    (relay,) = row.details["relays"]
    assert "silence" in relay["gaps"][-1]["why"]
    assert _length(workspace) == pytest.approx(20, abs=0.1), "the end is hard"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.mark.long
def test_a_list_of_pieces_is_heard_and_ends_hard(tmp_path: Path) -> None:
    """HLS as stations send it: a list of streams that leads to a list of pieces, which a real ffmpeg makes as it goes."""
    folder = tmp_path / "hls"
    folder.mkdir()
    source = f"sine=frequency={FAR},volume=0.05"
    maker = subprocess.Popen(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-re", "-f", "lavfi", "-i", source, "-c:a", "aac",
         "-b:a", "64k", "-f", "hls", "-hls_time", "2", "-hls_list_size", "5", "-hls_flags", "delete_segments",
         str(folder / "low.m3u8")]
    )  # fmt: skip
    streams = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000\nlow.m3u8\n"
    (folder / "live.m3u8").write_text(streams, "ascii")
    port = free_port()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{port}/live.m3u8"
    try:
        wait_for(lambda: len(list(folder.glob("low*.ts"))) >= 3, 60)
        (tmp_path / "station").mkdir()
        workspace = station_with(tmp_path / "station", url, "length: 20s", point(url, 20.0), START)
        row = aired(workspace, START)
    finally:
        maker.kill()
        maker.wait()
        server.shutdown()
        server.server_close()
    (relay,) = row.details["relays"]
    assert heard(workspace).count("far") > 150, relay
    assert "far" in heard(workspace)[:15], "first sound within 1.5 s"
    assert _length(workspace) == pytest.approx(20, abs=0.1), "the end is hard"
    assert row.outcome == "aired"
