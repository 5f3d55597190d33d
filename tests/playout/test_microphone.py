"""Somebody speaks: the chime, then the voice on every output, each as soon as it can be; recorded; a line that breaks."""

import contextlib
import datetime
import hashlib
import shutil
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

from loa.clock import RealClock
from loa.playout.microphone import Microphone, talk_recording
from loa.playout.receiving import CHUNK, RATE
from loa.playout.session import Session
from loa.playout.talk_recording import adopt
from loa.schedule.outputs import AnyOutput, File, Icecast, Rtp, SoundCard
from loa.store.approvals import approved_copy
from loa.store.requests import LiveSource
from loa.workspace import Workspace
from tests.local import free_even_port, wait_for
from tests.servers import IcecastServer, PulseAudio
from tests.sounds import Samples

NAME = "ben-hai/noi-truc-tiep-20261120-170000-abcd"
SECRET = "mot cau bi mat rat dai"
CHIME, VOICE = 400, 1500
"""Tones (Hz)."""
LOUD = 1500


def tone(hertz: int, seconds: float, rate: int = RATE) -> bytes:
    moments = np.arange(round(rate * seconds)) / rate
    return (8000 * np.sin(2 * np.pi * hertz * moments)).astype("<i2").tobytes()


class Speaker:
    """The other end of the line, as the console has it: sends a packet every 20 ms, and notes when it began to speak."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.spoke_at = 0.0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._voice = tone(VOICE, 60)
        self._speaks, self._silent, self._closed = threading.Event(), threading.Event(), threading.Event()
        self._line: socket.socket | None = None
        self._threads = [threading.Thread(target=work) for work in (self._serve, self._send)]
        self._threads[0].start()

    def _serve(self) -> None:
        self._listener.settimeout(20)
        self._line, _address = self._listener.accept()
        with self._line.makefile("rb") as lines:
            assert lines.readline().decode().strip() == SECRET
            self._threads[1].start()
            try:
                for line in lines:
                    self.said.append(line.decode())
            except OSError:
                return

    def _send(self) -> None:
        began, number = time.monotonic(), 0
        try:
            while True:
                speaks = self._speaks.is_set()
                if speaks:
                    self.spoke_at = self.spoke_at or time.time()
                if not self._silent.is_set():
                    voice = self._voice[number * CHUNK :][:CHUNK]
                    self.packet(b"S", voice if speaks else bytes(CHUNK))
                number += 1
                time.sleep(max(0.0, began + number * 0.02 - time.monotonic()))
                if self._closed.is_set():
                    return
        except OSError:
            return

    def packet(self, kind: bytes, body: bytes = b"") -> None:
        if self._line:
            self._line.sendall(kind + len(body).to_bytes(2) + body)

    def speak(self) -> None:
        self._speaks.set()

    def fall_silent(self) -> None:
        """Nothing comes any more, as when a cable was pulled."""
        self._silent.set()

    def close(self) -> None:
        self._closed.set()
        if self._line:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            if thread.ident:
                thread.join()
        if self._line:
            self._line.close()
        self._listener.close()

    @property
    def may_speak(self) -> bool:
        return any("speak" in line for line in self.said)


@pytest.fixture
def speaker() -> Iterator[Speaker]:
    made = Speaker()
    yield made
    made.close()


@pytest.fixture
def station(tmp_path: Path) -> Workspace:
    with wave.open(str(tmp_path / "chime.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone(CHIME, 0.6))
    return Workspace(tmp_path)


def begin(
    station: Workspace, speaker: Speaker, device: str = "", seconds: float = 60.0, **outputs: AnyOutput
) -> Session:
    source = LiveSource(
        title="Chủ tịch nói", seconds=seconds, port=speaker.port, secret=SECRET, device=device, chime="chime.wav"
    )
    recording, clock = talk_recording(NAME, source), RealClock()
    microphone = Microphone(station, recording, clock, None)
    session = Session("air:x", recording, outputs, clock.now(), clock, station.root, live=microphone)
    session.start()
    wait_for(lambda: speaker.may_speak)
    return session


def to_end(session: Session, seconds: float = 10.0) -> float:
    """Watch until it is over; how long that took (s)."""
    began = time.monotonic()

    def over() -> bool:
        session.watch()
        return session.over

    wait_for(over, seconds)
    return time.monotonic() - began


def loudness(pcm: Samples, hertz: int, rate: int) -> float:
    """How much of a tone there is, 0 to 1."""
    spectrum = np.abs(np.fft.rfft(pcm)) ** 2
    at = np.fft.rfftfreq(len(pcm), 1 / rate)
    return float(spectrum[np.abs(at - hertz) < 30].sum() / max(1.0, spectrum.sum()))


def wav_of(path: Path) -> tuple[Samples, int]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2"), file.getframerate()


def test_the_chime_then_the_voice_which_is_recorded(station: Workspace, speaker: Speaker) -> None:
    session = begin(station, speaker, f=File(kind="file", folder="out"))
    speaker.speak()
    time.sleep(1.2)
    speaker.packet(b"E")
    assert to_end(session) < 1.5
    assert session.complete
    assert session.talk
    assert session.talk.broke == ""
    (path,) = (station.root / "out").rglob("*.wav")
    pcm, rate = wav_of(path)
    assert loudness(pcm[: rate // 2], CHIME, rate) > 0.9
    assert loudness(pcm[rate:], VOICE, rate) > 0.8
    recorded = session.talk.recorded()
    assert 1.0 < recorded.seconds < 2.0
    kept = approved_copy(station, recorded.sha256)
    wait_for(kept.is_file)
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == recorded.sha256
    assert not list(station.live.iterdir())


@pytest.mark.parametrize("cut", ["silent", "closed"])
def test_a_line_that_breaks_ends_it_within_two_seconds(station: Workspace, speaker: Speaker, cut: str) -> None:
    session = begin(station, speaker, f=File(kind="file", folder="out"))
    speaker.speak()
    time.sleep(0.5)
    (speaker.close if cut == "closed" else speaker.fall_silent)()
    assert to_end(session) < 2.0
    assert session.talk
    assert "browser" in session.talk.broke
    assert session.talk.recorded().sha256


def test_nobody_speaks_longer_than_allowed(station: Workspace, speaker: Speaker) -> None:
    session = begin(station, speaker, seconds=0.7, f=File(kind="file", folder="out"))
    speaker.speak()
    assert 0.3 < to_end(session) < 2.5
    assert session.talk
    assert session.talk.broke == ""


def test_what_a_killed_process_has_recorded_is_kept(station: Workspace) -> None:
    left = station.live / f"{NAME.partition('/')[2]}.mp3"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"\xff\xfb" * 500)
    digest = adopt(station, NAME, "Chủ tịch nói", datetime.date(2026, 11, 20))
    assert approved_copy(station, digest).read_bytes() == b"\xff\xfb" * 500
    assert adopt(station, NAME, "Chủ tịch nói", datetime.date(2026, 11, 20)) == ""
    assert adopt(station, "ben-hai/../../x", "x", datetime.date(2026, 11, 20)) == ""


class Ear:
    """Listens to one output; `heard_at`: when (time.time) the voice was there first."""

    def __init__(self, read: Callable[[], bytes], rate: int) -> None:
        self.heard_at = 0.0
        self._read, self._rate = read, rate
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        held = b""
        while not self.heard_at and (data := self._read()):
            held += data
            while len(held) >= self._rate // 25:  # 20 ms
                piece, held = np.frombuffer(held[: self._rate // 25 // 2 * 2], "<i2"), held[self._rate // 25 // 2 * 2 :]
                if np.abs(piece.astype(int)).max() > LOUD and loudness(piece, VOICE, self._rate) > 0.5:
                    self.heard_at = time.time()


@pytest.mark.sound
@pytest.mark.long
def test_speech_is_soon_at_every_kind_of_output(
    station: Workspace, speaker: Speaker, pulse: PulseAudio, icecast: IcecastServer
) -> None:
    """On a sound card within 0.4 s, by Icecast and RTP within 1.5 s: what a listener has who buffers nothing himself."""
    port = free_even_port()
    packets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    packets.bind(("127.0.0.1", port))
    session = begin(
        station,
        speaker,
        card=SoundCard(kind="sound-card"),
        stream=Icecast(kind="icecast", url=icecast.url("loa.mp3"), password_env="LOA_ICECAST_PASSWORD"),
        rtp=Rtp(kind="rtp", address="127.0.0.1", port=port),
    )
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-fflags",
        "nobuffer",
        "-probesize",
        "2000",
        "-i",
        icecast.url("loa.mp3"),
    ]
    wait_for(lambda: b"loa.mp3" in icecast.status())  # who asks for a stream before it is there is sent away
    listener = subprocess.Popen(
        [*command, "-flush_packets", "1", "-f", "s16le", "-ac", "1", "-ar", "8000", "-"], stdout=subprocess.PIPE
    )
    recorder = pulse.record()
    stream = listener.stdout
    assert stream
    ears = {
        "stream": Ear(lambda: stream.read1(4096), 8000),  # type: ignore[attr-defined]
        "rtp": Ear(lambda: np.frombuffer(packets.recv(4096)[12:], ">i2").astype("<i2").tobytes(), RATE),
    }
    time.sleep(3)
    speaker.speak()
    wait_for(lambda: all(ear.heard_at for ear in ears.values()) and recorder.first_sound(speaker.spoke_at), 10)
    behind = {name: ear.heard_at - speaker.spoke_at for name, ear in ears.items()}
    behind["card"] = (recorder.first_sound(speaker.spoke_at) or 0.0) - speaker.spoke_at
    speaker.packet(b"E")
    to_end(session)
    listener.kill()
    listener.communicate()
    packets.close()
    recorder.stop()
    assert behind["card"] < 0.4
    assert behind["stream"] < 1.5
    assert behind["rtp"] < 1.5


@pytest.mark.sound
@pytest.mark.long
def test_the_stations_own_microphone_is_heard_while_the_button_is_held(
    station: Workspace, speaker: Speaker, pulse: PulseAudio, tmp_path: Path
) -> None:
    player = shutil.which("paplay")
    assert player
    subprocess.run(
        ["pactl", "load-module", "module-null-sink", "sink_name=mic", "sink_properties=device.description=Micro"],
        env=pulse.environment,
        check=True,
        capture_output=True,
    )
    with wave.open(str(tmp_path / "voice.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone(VOICE, 20))
    voice = subprocess.Popen([player, "--device=mic", str(tmp_path / "voice.wav")], env=pulse.environment)
    session = begin(station, speaker, device="Monitor of Micro", card=SoundCard(kind="sound-card", device="Loa"))
    recorder = pulse.record()
    time.sleep(1.5)
    assert np.abs(recorder.samples()[-recorder.rate // 2 :].astype(int)).max() < 300, "nobody holds the button"
    pressed = time.time()
    speaker.packet(b"T", b"\x01")
    wait_for(lambda: recorder.first_sound(pressed) is not None)
    assert (recorder.first_sound(pressed) or 0.0) - pressed < 0.4
    wait_for(lambda: any("level" in line for line in speaker.said))
    speaker.packet(b"E")
    to_end(session)
    voice.kill()
    voice.wait()
    recorder.stop()
    assert session.talk
    assert session.talk.recorded().sha256
