"""Real servers and real listeners: what a loudspeaker gets is the recording, whole."""

import contextlib
import datetime
import gc
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import wave
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from loa.clock import RealClock
from loa.errors import PlayoutError
from loa.playout.outputs import open_port
from loa.playout.outputs.rtp import sdp_path
from loa.playout.outputs.sound_card import device_names
from loa.playout.recording import LoadedRecording
from loa.playout.session import Session
from loa.schedule.outputs import AnyOutput, File, Http, Icecast, Null, Rtp, SoundCard
from tests.local import Metronome, answers, free_even_port, free_port, wait_for
from tests.servers import IcecastServer, PulseAudio, Recorder
from tests.sounds import follow

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def play(
    programme: LoadedRecording, root: Path, ahead: float = 3.0, offset: float = 0.0, **outputs: AnyOutput
) -> Session:
    planned = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=ahead)
    session = Session("tin@test", programme, outputs, planned, RealClock(), root, offset)
    session.start()
    return session


def to_end(session: Session, seconds: float = 40) -> None:
    def over() -> bool:
        session.watch()
        return session.over

    wait_for(over, seconds)


def sound_in(path: Path) -> tuple[float, float]:
    """Length of what is not silence at both ends, in seconds, and the longest silence inside it."""
    pcm = subprocess.run(
        [FFMPEG, "-v", "error", "-i", str(path), "-f", "s16le", "-ac", "1", "-ar", "8000", "-"],
        capture_output=True,
        check=True,
    ).stdout
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, dtype="<i2").astype(int)) > 200)
    return (loud[-1] - loud[0]) / 8000, float(np.diff(loud).max()) / 8000


def test_icecast_listeners_get_the_whole_bulletin_while_another_output_is_dead(
    programme: LoadedRecording, tmp_path: Path, icecast: IcecastServer
) -> None:
    dead = Icecast(kind="icecast", url=f"http://127.0.0.1:{free_port()}/x")
    session = play(programme, tmp_path, live=Icecast(kind="icecast", url=icecast.url("a.mp3")), dead=dead)
    wait_for(lambda: b"a.mp3" in icecast.status())
    listener = subprocess.Popen(["curl", "-s", "-o", str(tmp_path / "heard.mp3"), icecast.url("a.mp3")])
    to_end(session)
    listener.wait(20)
    length, gap = sound_in(tmp_path / "heard.mp3")
    assert abs(length - programme.seconds) < 0.2
    assert gap < 0.05
    live, failed = session.reports
    assert live.complete
    assert not live.failures
    assert not failed.complete
    assert "does not answer" in failed.failures[0]


@pytest.mark.parametrize(
    ("password", "message"),
    [("falsch", "refuses the user name or the password"), (None, "password LOA_ICECAST_PASSWORD is missing")],
)
def test_icecast_tells_why_it_does_not_work(
    programme: LoadedRecording,
    tmp_path: Path,
    icecast: IcecastServer,
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    message: str,
) -> None:
    monkeypatch.delenv("LOA_ICECAST_PASSWORD")
    if password:
        monkeypatch.setenv("LOA_ICECAST_PASSWORD", password)
    session = play(programme, tmp_path, i=Icecast(kind="icecast", url=icecast.url("a.mp3")))
    wait_for(lambda: session.reports[0].failures)
    session.stop()
    assert message in session.reports[0].failures[0]


def test_loudspeakers_pull_the_stream_by_http(programme: LoadedRecording, tmp_path: Path) -> None:
    port = free_port()
    session = play(programme, tmp_path, h=Http(kind="http", port=port, host="127.0.0.1"))
    url = f"http://127.0.0.1:{port}/h.mp3"
    retry = ["curl", "-s", "--retry", "9", "--retry-delay", "1", "--retry-all-errors", "-f"]
    listeners = [subprocess.Popen([*retry, "-o", str(tmp_path / f"{n}.mp3"), url]) for n in range(3)]
    to_end(session)
    for number, listener in enumerate(listeners):
        assert listener.wait(20) == 0
        assert abs(sound_in(tmp_path / f"{number}.mp3")[0] - programme.seconds) < 0.2
    assert status_of(url) == (503, "5"), "nothing is on air: come again"


def test_the_end_of_an_airing_lets_every_loudspeaker_go(programme: LoadedRecording, tmp_path: Path) -> None:
    """They leave one by one while the player goes through them: it stumbled, and the rest hung."""
    port = free_port()
    session = play(programme, tmp_path, 5.0, h=Http(kind="http", port=port, host="127.0.0.1"))
    url = f"http://127.0.0.1:{port}/h.mp3"
    wait_for(lambda: answers(port) and status_of(url, "HEAD")[0] == 200)
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_connection(("127.0.0.1", port), 10)) for _ in range(100)]
        for listener in listeners:
            listener.sendall(b"GET /h.mp3 HTTP/1.0\r\n\r\n")
            assert listener.recv(12).endswith(b"200")
        usual = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)  # as busy as a computer can be
        try:
            session.stop()
            wait_for(lambda: status_of(url, "HEAD")[0] == 503)
        finally:
            sys.setswitchinterval(usual)
        for listener in listeners:
            while listener.recv(65536):
                pass


def status_of(url: str, method: str = "GET") -> tuple[int, str | None]:
    """The answer's code, and after how many seconds one should come again."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5) as answer:
            return answer.status, None
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Retry-After"]


def test_the_port_that_loudspeakers_pull_from_is_open_before_the_first_airing() -> None:
    port = free_port()
    open_port("h", Http(kind="http", port=port, host="127.0.0.1"))
    url = f"http://127.0.0.1:{port}"
    assert status_of(f"{url}/h.mp3") == status_of(f"{url}/h.mp3?t=1", "HEAD") == (503, "5")
    assert status_of(f"{url}/x.mp3") == (404, None)
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = Http(kind="http", port=other.getsockname()[1], host="127.0.0.1")
        with pytest.raises(PlayoutError, match="cannot be opened"):
            open_port("h", taken)


@pytest.mark.parametrize(("codec", "payload"), [("L16", 11), ("PCMU", 0), ("MPA", 14)])
def test_rtp_is_received_from_its_sdp_file(
    programme: LoadedRecording, tmp_path: Path, codec: str, payload: int
) -> None:
    output = Rtp.model_validate({"kind": "rtp", "address": "127.0.0.1", "port": free_even_port(), "codec": codec})
    waiting = play(programme, tmp_path, 3600, r=output)
    sdp = sdp_path(tmp_path, "r")
    wait_for(lambda: sdp.exists() and "m=audio" in sdp.read_text(), 30)
    assert re.search(rf"m=audio \d+ RTP/AVP {payload}\b", sdp.read_text())
    waiting.stop()
    with receiving(sdp, output.port) as heard:
        to_end(play(programme, tmp_path, 1.0, r=output))
    length, _gap = sound_in(heard)
    assert abs(length - programme.seconds) < 0.3


@contextlib.contextmanager
def receiving(sdp: Path, port: int, *prefix: str) -> Iterator[Path]:
    """A loudspeaker that follows an SDP file, in the namespace to which `prefix` leads; gives what it writes."""
    heard = sdp.with_suffix(".wav")
    follow_sdp = ["-protocol_whitelist", "file,rtp,udp", "-i", str(sdp), str(heard)]
    receiver = subprocess.Popen([*prefix, FFMPEG, "-v", "quiet", *follow_sdp])
    try:
        wait_for(lambda: f":{port:04X}" in udp_sockets(receiver.pid), 30)
        yield heard
    finally:
        receiver.send_signal(signal.SIGINT)
        receiver.wait(20)  # it waits ten seconds for more; ended at once it would lose its last second


def udp_sockets(pid: int) -> str:
    """The local addresses at which somebody listens in the network namespace of a process."""
    lines = Path(f"/proc/{pid}/net/udp").read_text().splitlines()[1:]
    return " ".join(line.split()[1] for line in lines)


SENDER = """
import datetime, sys, time
from pathlib import Path
from loa.clock import RealClock
from loa.playout.outputs.rtp import sdp_path
from loa.playout.recording import LoadedRecording
from loa.playout.session import Session
from loa.schedule.outputs import Rtp
from loa.store.approvals import BulletinFile
programme, root = LoadedRecording.load(BulletinFile("x", Path(sys.argv[1]))), Path(sys.argv[2])
output = Rtp(kind="rtp", address="239.255.12.34", port=5004, ttl=4)
def play(ahead):
    planned = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=ahead)
    session = Session("a", programme, {"r": output}, planned, RealClock(), root)
    session.start()
    return session
waiting = play(3600)
while not (root / "go").exists():
    time.sleep(0.1)
waiting.stop()
session = play(1)
while not session.over:
    session.watch()
    time.sleep(0.2)
"""


def test_rtp_multicast_crosses_a_network(programme: LoadedRecording, tmp_path: Path) -> None:
    """Two hosts, as network namespaces on this machine, joined by a virtual cable."""
    here, there = f"loa-a-{os.getpid()}", f"loa-b-{os.getpid()}"
    ip = ["ip", "netns"]
    if subprocess.run([*ip, "add", here], capture_output=True).returncode:
        pytest.skip("this machine does not let us make a network namespace")
    try:
        subprocess.run([*ip, "add", there], check=True)
        cable = f"link add va{os.getpid() % 9999} netns {here} type veth peer name vb{os.getpid() % 9999} netns {there}"
        subprocess.run(["ip", *cable.split()], check=True)
        for name, device, address in (
            (here, f"va{os.getpid() % 9999}", "10.77.0.1/24"),
            (there, f"vb{os.getpid() % 9999}", "10.77.0.2/24"),
        ):
            run = [*ip, "exec", name, "ip"]
            subprocess.run([*run, "addr", "add", address, "dev", device], check=True)
            subprocess.run([*run, "link", "set", device, "up"], check=True)
            subprocess.run([*run, "route", "add", "default", "dev", device], check=True)
        mp3 = tmp_path / "x.mp3"
        mp3.write_bytes(programme.data)
        sending = subprocess.Popen([*ip, "exec", here, sys.executable, "-c", SENDER, str(mp3), str(tmp_path)])
        sdp = sdp_path(tmp_path, "r")
        wait_for(lambda: sdp.exists() and "m=audio" in sdp.read_text(), 30)
        assert "239.255.12.34" in sdp.read_text()
        with receiving(sdp, 5004, *ip, "exec", there) as heard:
            (tmp_path / "go").touch()
            assert sending.wait(60) == 0
        assert abs(sound_in(heard)[0] - programme.seconds) < 0.3
    finally:
        for name in (here, there):
            subprocess.run([*ip, "del", name], capture_output=True)


class SlowCard(RealClock):
    """A clock with which every eighth question of the card is answered `late` by so many seconds."""

    def __init__(self, late: float) -> None:
        super().__init__()
        self._late, self._questions = late, itertools.count(1)

    def elapsed(self) -> float:
        if threading.current_thread().name.startswith("Dummy") and next(self._questions) % 8 == 0:
            time.sleep(self._late)  # the card's own thread, which Python did not make
        return super().elapsed()


@pytest.mark.sound
@pytest.mark.parametrize("late", [0.0, pytest.param(0.05, marks=pytest.mark.long)])
def test_the_sound_card_plays_the_recording_sample_by_sample(
    programme: LoadedRecording, tmp_path: Path, pulse: PulseAudio, late: float
) -> None:
    """Two recorders listen: what only one of them lacks it missed itself, what the player missed both lack.

    The player may miss no more than the time for which the machine did not let it run; of 50 ms nothing may be heard.
    """
    recorders, begin = (pulse.record(), pulse.record()), 2.0
    planned = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=1.5)
    outputs = {"s": SoundCard(kind="sound-card", device="Loa")}
    session = Session("tin@test", programme, outputs, planned, SlowCard(late), tmp_path, begin)
    with Metronome() as machine:
        session.start()
        to_end(session)
    (report,) = session.reports
    assert report.complete
    assert not report.failures
    sent = np.concatenate([np.array(chunk, dtype=np.int16) for chunk in programme.pcm(Recorder.rate, begin)])
    heard = min((follow(sent, recorder.until_silence()) for recorder in recorders), key=lambda one: one.amiss)
    assert heard.foreign == 0
    assert all(one.missing <= one.silence for one in heard.breaks), "the player left something out"
    assert heard.amiss / Recorder.rate <= machine.held_up, heard


@pytest.mark.sound
def test_sound_cards_are_listed_by_name(pulse: PulseAudio) -> None:
    assert "Loa" in device_names()


@pytest.mark.sound
def test_a_sound_card_that_is_not_there_is_told(programme: LoadedRecording, tmp_path: Path, pulse: PulseAudio) -> None:
    session = play(programme, tmp_path, s=SoundCard(kind="sound-card", device="Behringer"))
    wait_for(lambda: session.reports[0].failures)
    session.stop()
    assert "Behringer" in session.reports[0].failures[0]


def test_volume_and_delay_are_each_outputs_own(programme: LoadedRecording, tmp_path: Path) -> None:
    quiet = File.model_validate({"kind": "file", "folder": "quiet", "volume": 25, "delay": "400ms"})
    session = play(programme, tmp_path, 1.0, loud=File(kind="file", folder="loud"), quiet=quiet)
    to_end(session)
    first, second = session.reports
    assert first.started
    assert second.started
    assert (second.started - first.started).total_seconds() == pytest.approx(0.4, abs=0.05)
    levels = []
    for folder in ("loud", "quiet"):
        (path,) = (tmp_path / folder).rglob("*.wav")
        with wave.open(str(path)) as sound:
            assert abs(sound.getnframes() / sound.getframerate() - programme.seconds) < 0.2
            samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").astype(float)
        levels.append(np.sqrt(np.mean(samples**2)))
    assert levels[1] / levels[0] == pytest.approx(0.25, abs=0.01)


def test_an_amplifier_that_wakes_slowly_hears_silence_before_the_first_word(
    programme: LoadedRecording, tmp_path: Path
) -> None:
    """An emergency is opened and aired at once: its first word was lost. All outputs wait, and begin together."""
    slow = Null.model_validate({"kind": "null", "silence_before": "1.5s"})
    asked = datetime.datetime.now(datetime.UTC)
    session = play(programme, tmp_path, 0.0, slow=slow, quick=Null(kind="null"))
    wait_for(lambda: all(report.started for report in session.reports))
    session.stop()
    for report in session.reports:
        assert report.started
        assert (report.started - asked).total_seconds() == pytest.approx(1.5, abs=0.3)
        assert report.put_off == pytest.approx(1.5, abs=0.1)


def test_what_is_opened_long_before_starts_on_time_for_slow_amplifiers_too(
    programme: LoadedRecording, tmp_path: Path
) -> None:
    session = play(programme, tmp_path, 2.5, n=Null.model_validate({"kind": "null", "silence_before": "1500ms"}))
    wait_for(lambda: session.started_at)
    session.stop()
    assert session.started_at
    assert (session.started_at - session.planned).total_seconds() == pytest.approx(0.0, abs=0.1)
    assert session.reports[0].put_off == 0


def test_a_session_starts_in_the_middle_and_stops_at_once(programme: LoadedRecording, tmp_path: Path) -> None:
    before = threading.active_count()  # those of other tests may still be ending
    session = play(programme, tmp_path, 0.0, 2.0, n=Null(kind="null"))
    wait_for(lambda: session.position > 3)
    started = time.monotonic()
    session.stop()
    assert time.monotonic() - started < 0.5
    assert session.over
    assert 1 <= session.reports[0].seconds < 2.5
    wait_for(lambda: threading.active_count() <= before, 2)


@pytest.mark.sound
def test_a_card_opened_again_and_again_leaves_nothing_open(
    programme: LoadedRecording, tmp_path: Path, pulse: PulseAudio
) -> None:
    """A sound server takes 64 clients: a station that left one behind at each airing fell silent after two months."""
    before = pulse.clients()
    gc.disable()  # what only the collector finds stays open for hours on a machine that does little
    try:
        for number in range(3):
            root = tmp_path / str(number)
            root.mkdir()
            session = play(programme, root, 0.5, offset=5.0, s=SoundCard(kind="sound-card", device="Loa"))
            to_end(session)
            assert session.reports[0].failures == []
        wait_for(lambda: pulse.clients() <= before)
    finally:
        gc.enable()
