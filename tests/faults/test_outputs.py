"""Loudspeakers that die: a server killed in mid-airing, a sound system that goes away, a line that takes no more."""

import signal
import subprocess
import time

import psutil
import pytest

from tests.local import free_even_port, free_port, wait_for
from tests.servers import IcecastServer, PulseAudio

from .conftest import Faulty

pytestmark = pytest.mark.long

QUICK = {"claim": 4, "open": 2}
RTP = "{kind: rtp, codec: MPA, address: 127.0.0.1, port: %d}"


def playing(station: Faulty) -> bool:
    return any(note["what"] == "second" for note in station.heard())


def test_icecast_killed_and_restarted_in_the_middle(station: Faulty, icecast: IcecastServer) -> None:
    outputs = f', i: {{kind: icecast, url: "{icecast.url("a.mp3")}"}}'
    station.lengthen(12)
    (airing,) = station.plan(8, on="n, i", outputs=outputs)
    process = station.start(**QUICK)
    wait_for(lambda: playing(station), 45)
    icecast.kill()
    time.sleep(1)
    icecast.start()
    wait_for(lambda: b"a.mp3" in icecast.status(), 15)
    row = station.wait_for_outcome(airing)
    station.stop(process)
    assert row.outcome == "aired"
    assert "i: " in (row.reason or "")
    station.check([airing])


def test_a_dead_output_does_not_silence_the_others_and_is_told(station: Faulty) -> None:
    outputs = f', dead: {{kind: icecast, url: "http://127.0.0.1:{free_port()}/a.mp3"}}'
    station.environment["LOA_ICECAST_PASSWORD"] = "x"
    (airing,) = station.plan(8, on="dead, n", outputs=outputs)
    process = station.start(**QUICK)
    row = station.wait_for_outcome(airing)
    station.stop(process)
    assert row.outcome == "aired"
    assert "dead: the Icecast server does not answer" in (row.reason or "")
    assert any("dead played 0:00" in alarm for alarm in station.alarms())
    station.check([airing])


def test_all_outputs_dead_is_missed_with_the_reason(station: Faulty) -> None:
    outputs = f', dead: {{kind: icecast, url: "http://127.0.0.1:{free_port()}/a.mp3"}}'
    station.environment["LOA_ICECAST_PASSWORD"] = "x"
    process = station.start_first(**QUICK)
    (airing,) = station.plan(6, on="dead", outputs=outputs, late="{start_within: 4s}")
    row = station.wait_for_outcome(airing)
    station.stop(process)
    assert row.outcome == "missed"
    assert "no output took sound" in (row.reason or "")


def test_an_encoder_that_hangs_is_given_up_and_started_anew(station: Faulty) -> None:
    """ffmpeg of an RTP output is frozen: its pipe fills up; another one takes its place."""
    station.lengthen(12)
    (airing,) = station.plan(8, on="n, r", outputs=f", r: {RTP % free_even_port()}")
    process = station.start(**QUICK)
    wait_for(lambda: playing(station), 45)
    children = psutil.Process(process.pid).children()
    for child in children:
        child.send_signal(signal.SIGSTOP)
    row = station.wait_for_outcome(airing)
    station.stop(process)
    assert children
    assert row.outcome == "aired"
    assert "r: ffmpeg took no sound for some seconds" in (row.reason or "")
    station.check([airing])


@pytest.mark.sound
def test_the_sound_system_goes_away_and_comes_back(station: Faulty, pulse: PulseAudio) -> None:
    station.lengthen(14)
    (airing,) = station.plan(8, on="n, s", outputs=", s: {kind: sound-card, device: Loa}")
    process = station.start(**QUICK)
    wait_for(lambda: playing(station), 45)
    pulse.kill()
    time.sleep(1)
    pulse.start()
    recorder = pulse.record()
    row = station.wait_for_outcome(airing)
    station.stop(process)
    assert row.outcome == "aired"
    noticed = ("s: the sound card no longer takes sound", "s: took no sound for some seconds")  # whoever looks first
    assert any(reason in (row.reason or "") for reason in noticed)
    assert not any(wrong in (row.reason or "") for wrong in ("not running", "stood still")), "Loa did not stand still"
    assert recorder.loudest() > 1000, "it never came back"
    station.check([airing])


def test_no_process_of_ours_outlives_a_killed_station(station: Faulty) -> None:
    station.plan(6, on="r", outputs=f", r: {RTP % free_even_port()}")
    process = station.start(**QUICK)
    wait_for(lambda: psutil.Process(process.pid).children(), 45)
    children = psutil.Process(process.pid).children()
    process.kill()
    process.wait()
    gone, alive = psutil.wait_procs(children, 5)
    assert gone
    assert not alive
    assert subprocess.run(["true"], check=True)
