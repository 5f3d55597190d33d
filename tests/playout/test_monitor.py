"""Monitors: what is heard is compared with what was sent."""

import array
import datetime
import subprocess
from pathlib import Path

import numpy as np
import psutil
import pytest

from loa.clock import RealClock
from loa.playout.listening import RATE
from loa.playout.monitor import Monitor
from loa.playout.recording import LoadedRecording
from loa.playout.session import Session
from loa.schedule.outputs import AnyOutput, Icecast, SoundCard
from loa.store.approvals import BulletinFile
from tests.local import wait_for
from tests.servers import IcecastServer, PulseAudio
from tests.sounds import Samples, make_mp3


def speech(seed: int, seconds: float) -> Samples:
    """Noise with the rhythm of speech: syllables of different loudness, and pauses between sentences."""
    numbers = np.random.default_rng(seed)
    parts: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
    while sum(map(len, parts)) < seconds * RATE:
        for _syllable in range(int(numbers.integers(5, 25))):
            length = int(numbers.uniform(0.12, 0.3) * RATE)
            parts.append(np.hanning(length) * numbers.uniform(0.2, 1.0) * numbers.standard_normal(length) * 4000)
        parts.append(np.zeros(int(numbers.uniform(0.2, 0.8) * RATE)))
    return np.clip(np.concatenate(parts)[: int(seconds * RATE)], -32000, 32000).astype(np.int16)


class Hours:
    """A clock that stands where it is put."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def listen_to(heard: Samples, sent: Samples, ahead: float = 5.0) -> Monitor:
    """`sent` begins after `ahead` seconds; `heard` from the first one on."""
    clock = Hours()
    monitor = Monitor("test", clock)
    step = RATE // 10
    for number in range(-(-len(heard) // step)):
        clock.now = (number + 1) / 10
        at = round((clock.now - ahead) * RATE) - step
        if at == 0:
            monitor.connected(RATE)
        if 0 <= at < len(sent):
            monitor.sent(array.array("h", sent[at : at + step].tobytes()))
        monitor.heard(heard[number * step : (number + 1) * step].tobytes())
        if number % 10 == 0:
            monitor.look()
    return monitor


def after(delay: float, sound: Samples, seconds: float, *, noise: float = 100.0, gain: float = 0.3) -> Samples:
    """What a microphone hears: `sound` later, quieter, and a noise over all."""
    heard = np.random.default_rng(1).standard_normal(int(seconds * RATE)) * noise
    at = round((5.0 + delay) * RATE)
    part = sound[: max(0, len(heard) - at)] * gain
    heard[at : at + len(part)] += part
    return np.clip(heard, -32000, 32000).astype(np.int16)


@pytest.mark.parametrize("delay", [0.0, 0.6, 7.3, 29.0])
def test_speech_is_found_again_however_late_and_noisy(delay: float) -> None:
    sound = speech(2, 60)
    result = listen_to(after(delay, sound, 66 + delay), sound).final()
    assert result.state == "heard"
    assert result.delay == pytest.approx(delay, abs=0.15)
    assert result.until > 55


@pytest.mark.parametrize(
    "instead",
    [
        pytest.param(lambda: np.zeros(100 * RATE, np.int16), id="nothing"),
        pytest.param(lambda: after(0.0, speech(2, 60), 100, gain=0.0), id="noise of the room"),
        pytest.param(lambda: after(0.0, speech(3, 90), 100), id="somebody else who begins to speak then"),
        pytest.param(lambda: speech(4, 100), id="somebody else who speaks all the time"),
    ],
)
def test_what_is_not_heard_is_told(instead: "type[Samples]") -> None:
    monitor = listen_to(instead(), speech(2, 60))
    assert monitor.settled
    assert monitor.final().state == "silent"


def test_an_amplifier_that_fails_in_the_middle_is_told_with_the_place() -> None:
    sound = speech(2, 90)
    half = sound.copy()
    half[30 * RATE :] = 0
    monitor = listen_to(after(0.5, half, 100), sound)
    result = monitor.result()
    assert result.state == "silent"
    assert result.until == pytest.approx(30, abs=8)
    assert monitor.long_silent


def test_while_it_may_still_come_nothing_is_said() -> None:
    sound = speech(2, 20)
    monitor = listen_to(after(0.0, sound, 30, gain=0.0), sound)
    assert not monitor.settled
    assert monitor.final().state == "not monitored"
    assert not monitor.long_silent


def test_a_steady_tone_is_heard_by_its_level() -> None:
    tone = (np.sin(np.arange(60 * RATE) * 0.3) * 5000).astype(np.int16)
    assert listen_to(after(0.5, tone, 66, gain=0.5), tone).final().state == "heard"


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> LoadedRecording:
    return LoadedRecording.load(BulletinFile("ben-hai/tin", make_mp3(tmp_path_factory.mktemp("talk") / "talk.mp3", 8)))


def play(recording: LoadedRecording, root: Path, output: AnyOutput, ahead: float = 3.0) -> Session:
    planned = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=ahead)
    session = Session("tin@test", recording, {"o": output}, planned, RealClock(), root)
    session.start()
    return session


def to_end(session: Session) -> None:
    def over() -> bool:
        session.watch()
        return session.over

    wait_for(over, 60)  # longer than the monitor waits: it then says what it found
    session.stop()


@pytest.mark.sound
def test_a_sound_card_is_heard_at_its_recording_device(
    talk: LoadedRecording, tmp_path: Path, pulse: PulseAudio
) -> None:
    card = SoundCard(kind="sound-card", device="Loa", monitor="Monitor of Loa")
    session = play(talk, tmp_path, card)
    to_end(session)
    (report,) = session.reports
    assert report.complete
    assert report.monitor
    assert report.monitor.state == "heard", report.monitor
    assert 0 <= (report.monitor.delay or 0) < 4


@pytest.mark.long
@pytest.mark.sound
def test_a_card_whose_amplifier_is_off_is_silent(tmp_path: Path, pulse: PulseAudio) -> None:
    long = LoadedRecording.load(BulletinFile("ben-hai/tin", make_mp3(tmp_path / "talk.mp3", 60)))
    subprocess.run(["pactl", "set-sink-mute", "loa", "1"], env=pulse.environment, check=True)
    session = play(long, tmp_path, SoundCard(kind="sound-card", device="Loa", monitor="Monitor of Loa"))
    told: list[float] = []

    def over() -> bool:
        session.watch()
        if session.reports[0].unheard and not told:
            told.append(session.position)
        return session.over

    wait_for(over, 120)
    (report,) = session.reports
    assert report.complete
    assert report.monitor
    assert report.monitor.state == "silent"
    assert 40 < told[0] < 55, "somebody knew while it sounded"


@pytest.mark.sound
@pytest.mark.long
def test_a_recording_device_that_is_not_there_stops_nothing(
    talk: LoadedRecording, tmp_path: Path, pulse: PulseAudio
) -> None:
    session = play(talk, tmp_path, SoundCard(kind="sound-card", device="Loa", monitor="Behringer"))
    to_end(session)
    (report,) = session.reports
    assert report.complete
    assert report.monitor
    assert report.monitor.state == "not monitored"
    assert "Behringer" in report.monitor.reason


def test_a_stream_is_heard_by_a_listener_of_our_own(
    talk: LoadedRecording, tmp_path: Path, icecast: IcecastServer
) -> None:
    url = icecast.url("a.mp3")
    # A listener is there when the sound begins, also on a busy computer: the stream begins with silence.
    session = play(talk, tmp_path, Icecast(kind="icecast", url=url, monitor=url), ahead=8.0)
    to_end(session)
    (report,) = session.reports
    assert report.complete
    assert report.monitor
    assert report.monitor.state == "heard", report.monitor
    wait_for(lambda: not any("ffmpeg" in child.name() for child in psutil.Process().children()), 5)
