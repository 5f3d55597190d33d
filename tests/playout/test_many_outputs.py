"""Streams of one airing share what they can: each still gets every packet, at the same moment, at its own volume."""

import datetime
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from loa.clock import RealClock
from loa.playout.channel import Channel
from loa.playout.outputs.encoding import RtpStream, frames
from loa.playout.recording import LoadedRecording
from loa.playout.session import Session
from loa.schedule.outputs import AnyOutput, Null, Rtp
from tests.local import wait_for
from tests.rtp import Receivers, lost

OUTPUTS = 40


def loudness(packets: list[tuple[float, bytes]]) -> np.ndarray:  # type: ignore[type-arg]
    samples = np.frombuffer(b"".join(packet[12:] for _at, packet in packets), dtype=">i2").astype(float)
    loud = np.flatnonzero(np.abs(samples) > 200)
    return samples[loud[0] : loud[-1]]


def first_loud(packets: list[tuple[float, bytes]]) -> float:
    return next(at for at, packet in packets if np.abs(np.frombuffer(packet[12:], dtype=">i2")).max() > 200)


@pytest.mark.sound
def test_forty_outputs_get_every_packet_and_begin_together(programme: LoadedRecording, tmp_path: Path) -> None:
    """Each was an ffmpeg of its own; 40 of them broke an airing on a machine that had something else to do."""
    receivers = Receivers(OUTPUTS)
    codecs = ["L16"] * (OUTPUTS - 12) + ["PCMU"] * 10 + ["MPA"] * 2
    outputs: dict[str, AnyOutput] = {
        f"r{number}": Rtp.model_construct(kind="rtp", address="127.0.0.1", port=port, codec=codec)
        for number, (port, codec) in enumerate(zip(receivers.ports, codecs, strict=True))
    }
    before = {child.pid for child in psutil.Process().children()}
    planned = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)
    session = Session("tin@test", programme, outputs, planned, RealClock(), tmp_path)
    session.start()
    wait_for(lambda: session.position > 3)
    assert len({child.pid for child in psutil.Process().children()} - before) == 1, "one ffmpeg, for what needs it"
    session.set_volume("r0", 25)

    def over() -> bool:
        session.watch()
        return session.over

    wait_for(over, 40)
    receivers.close()
    for report in session.reports:
        assert report.complete
        assert report.failures == []
        assert report.seconds == pytest.approx(programme.seconds, abs=0.1)
        assert report.started
        assert (report.started - planned).total_seconds() == pytest.approx(0.0, abs=0.1)
    assert [lost(packets) for packets in receivers.packets] == [0] * OUTPUTS
    begun = [first_loud(packets) for packets in receivers.packets[: OUTPUTS - 12]]
    assert max(begun) - min(begun) < 0.05
    whole, quieter = loudness(receivers.packets[1]), loudness(receivers.packets[0])
    assert len(whole) == len(quieter) == pytest.approx(programme.seconds * 44_100, rel=0.01)
    assert np.array_equal(whole[:100_000], quieter[:100_000])
    assert np.std(quieter[-50_000:]) / np.std(whole[-50_000:]) == pytest.approx(0.25, abs=0.01)
    heard = b"".join(packet[16:] for _at, packet in receivers.packets[-1])
    assert sum(1 for _frame in frames(heard)) * 1152 / 44_100 > programme.seconds


def test_outputs_that_are_ready_do_not_look_at_a_list_that_still_grows(
    programme: LoadedRecording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first ones asked where the others are while these were being opened, and failed for some seconds."""

    def slow_machine(channel: Channel) -> bool:
        time.sleep(0.001)
        return channel._thread.is_alive()

    monkeypatch.setattr(Channel, "alive", property(slow_machine))
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    outputs: dict[str, AnyOutput] = {f"n{number}": Null.model_construct(kind="null") for number in range(20)}
    session = Session("tin@test", programme, outputs, later, RealClock(), tmp_path)
    session.start()
    wait_for(lambda: set(session.conditions.values()) <= {"ready", "failing"})
    session.stop()
    assert [report.failures for report in session.reports] == [[]] * len(outputs)


def test_a_stream_goes_on_where_the_one_before_was() -> None:
    """Who is still tuned in from the airing before drops packets with lower numbers as being late."""
    first = RtpStream.of("PCMU")
    first.sequence, first.time = 0xFFFF, 0xFFFFFFF0
    first.packet(b"", 160)
    then = RtpStream.of("PCMU")
    assert (then.sequence, then.source, then.first) == (0, first.source, True)
    assert 144 <= then.time < 8_000


def test_frames_are_cut_where_they_begin() -> None:
    frame = bytes((0xFF, 0xFD, 0x80, 0xC0)).ljust(417, b"\1")  # layer II, 128 kbit/s, 44.1 kHz
    padded = bytes((0xFF, 0xFB, 0x52, 0xC4)).ljust(209, b"\1")  # layer III, 64 kbit/s, padded
    assert list(frames(frame + padded + frame[:100])) == [frame, padded]


def test_an_encoder_that_never_works_is_not_started_again_and_again(
    programme: LoadedRecording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_text(f"#!/bin/sh\necho x >> {tmp_path}/starts\necho no such encoder >&2\nexit 1\n", "utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr("loa.playout.outputs.encoding.executable", lambda: str(broken))
    output = Rtp.model_construct(kind="rtp", address="127.0.0.1", port=5004, codec="MPA")
    planned = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=60)
    session = Session("tin@test", programme, {"r": output}, planned, RealClock(), tmp_path)
    session.start()
    wait_for(lambda: len(session.reports[0].failures) >= 2)
    session.stop()
    assert "ffmpeg gave up (no such encoder)" in session.reports[0].failures[-1]
    starts = (tmp_path / "starts").read_text("utf-8").count("x")
    assert starts <= 2 * (len(session.reports[0].failures) + 1), "two for each time that the output is opened"
