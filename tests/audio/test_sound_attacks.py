"""A sound file from a stranger: little time and memory, no other file, no address; what is too long is refused in words."""

import contextlib
import io
import socket
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pyloudnorm
import pytest
import soundfile
from scipy import signal

from loa.audio import ffmpeg, foreign, mastering, samples
from loa.audio.mp3 import RATE
from loa.bulletin import jingles
from loa.errors import BulletinError, LimitError, LoaError
from loa.limited import Limits, run_limited
from loa.workspace import Workspace


def silence(path: Path, seconds: int) -> Path:
    """Hours in a few bytes."""
    made = [
        ffmpeg.executable(),
        "-loglevel",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        f"anullsrc=r=8000:cl=mono:d={seconds}",
    ]
    subprocess.run([*made, "-b:a", "8k", path], check=True)
    return path


@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg"])
def test_a_jingle_that_is_too_long_is_refused_before_it_fills_the_memory(station: Workspace, suffix: str) -> None:
    path = silence(station.jingles / f"long.{suffix}", 2400)
    before = psutil.Process().memory_info().rss
    with pytest.raises(BulletinError) as error:
        jingles.sound_segment(station, path)
    (finding,) = error.value.findings
    assert "10 minutes" in finding.message
    assert finding.file == f"long.{suffix}"
    assert psutil.Process().memory_info().rss - before < 120_000_000


def test_a_recorded_item_may_last_half_an_hour(station: Workspace) -> None:
    path = silence(station.root / "programme.mp3", 1500)
    assert len(ffmpeg.decode(path, RATE, jingles.LONGEST_RECORDING)) > 1499 * RATE * 2
    assert len(ffmpeg.decode(path, RATE, 20, cut=True)) == 20 * RATE * 2


def wav(frames: bytes, channels: int = 1, rate: int = 8000, bits: int = 16, size: int | None = None) -> bytes:
    block = channels * bits // 8
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, (rate * block) % 2**32, block % 2**16, bits)
    length = len(frames) if size is None else size
    return (
        struct.pack("<4sI4s", b"RIFF", (length + 36) % 2**32, b"WAVE")
        + form
        + struct.pack("<4sI", b"data", length)
        + frames
    )


ATTACKS: dict[str, Callable[[], bytes]] = {
    "65535 channels": lambda: wav(bytes(1_000_000), channels=65535),
    "a rate of four gigahertz": lambda: wav(bytes(1_000_000), rate=2**32 - 1),
    "a rate of nought": lambda: wav(bytes(1000), rate=0),
    "four gigabytes by its own word": lambda: wav(bytes(1000), size=2**32 - 1),
    "no sound in it": lambda: wav(b""),
    "nothing": lambda: b"",
    "a text": lambda: b"Ch\xc3\xa0o b\xc3\xa0 con" * 1000,
    "noise": lambda: np.random.default_rng(1).bytes(2_000_000),
    "a list of other files": lambda: b"ffconcat version 1.0\nfile /etc/passwd\n",
    "a picture of 16 gigapixels": lambda: b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII5B", 13, b"IHDR", 131072, 131072, 8, 6, 0, 0, 0),
    "an ID3 tag of 256 MB": lambda: b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(1000),
    "an MP4 of endless boxes": lambda: struct.pack(">I4s4sI", 16, b"ftyp", b"M4A ", 0) + struct.pack(">I4s", 8, b"free") * 200_000,
    "a FLAC without frames": lambda: b"fLaC" + struct.pack(">I", 34) + bytes(34),
    "an Ogg cut short": lambda: b"OggS" + bytes(60),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_sound_takes_little(station: Workspace, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a jingle on the disk, as an upload, and as what a voice service sent."""
    monkeypatch.setattr(ffmpeg, "_SECONDS", 3.0)
    content = ATTACKS[name]()
    path = station.jingles / "x.wav"
    path.write_bytes(content)
    before, started = psutil.Process().memory_info().rss, time.process_time()
    with contextlib.suppress(LoaError):
        assert len(jingles.sound_segment(station, path).frames) < 10_000_000
    assert kind_of_end(content) in {"done", "memory", "time"}
    heard = samples.decode(content)
    assert heard is None or heard.seconds < 600
    assert time.process_time() - started < 6
    assert psutil.Process().memory_info().rss - before < 100_000_000


@pytest.mark.parametrize("frames", [0, 1, 40])
def test_a_file_without_sound_is_refused_in_words_wherever_it_is_played(station: Workspace, frames: int) -> None:
    path = station.jingles / "x.wav"
    path.write_bytes(wav(bytes(2 * frames), rate=48000))
    call = jingles.Call((), (), tuple)
    for play in (
        lambda: jingles.sound_segment(station, path),
        lambda: jingles.sound_segment(station, path, cut=5.0),
        lambda: jingles.music_segment(station, path, 5.0),
        lambda: jingles.call_over_music(station, call, path, "studio"),
    ):
        with pytest.raises(BulletinError) as error:
            play()
        (finding,) = error.value.findings
        assert (finding.message, finding.file) == ("There is no sound in this file.", "x.wav")


def kind_of_end(content: bytes) -> str:
    try:
        run_limited(foreign.uploaded, content, 44100, 60.0, limits=Limits(seconds=3, megabytes=150))
    except LimitError as error:
        return error.kind
    return "done"


@pytest.mark.long
def test_an_upload_of_many_hours_is_cut(tmp_path: Path) -> None:
    content = silence(tmp_path / "a.mp3", 5 * 3600).read_bytes()
    limits = Limits(seconds=5, megabytes=60)
    assert len(run_limited(foreign.uploaded, content, 44100, 60.0, limits=limits)) == 60 * 44100 * 2


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{address}'\n",
        "[playlist]\nFile1={address}\nNumberOfEntries=1\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet mimeType="audio/mp4">'
        "<BaseURL>{address}</BaseURL></AdaptationSet></Period></MPD>",
    ],
    ids=["hls", "concat", "pls", "sdp", "dash"],
)
def test_a_playlist_in_place_of_a_sound_makes_nobody_ask_an_address(station: Workspace, text: str) -> None:
    path = station.jingles / "x.mp3"
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.5)
        port = server.getsockname()[1]
        path.write_text(text.format(address=f"http://127.0.0.1:{port}/a.mp3", port=port), encoding="utf-8")
        with pytest.raises(BulletinError):
            jingles.sound_segment(station, path)
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_name_of_a_sound_file_is_no_option_and_no_address(station: Workspace, tmp_path: Path) -> None:
    sound = io.BytesIO()
    soundfile.write(sound, np.full(8000, 0.1, np.float32), 8000, format="WAV")
    for name in ("-y", "http:x.wav", "concat:a|b.wav", "%03d.wav", "a b'c.wav"):
        (tmp_path / name).write_bytes(sound.getvalue())
        assert len(ffmpeg.decode(tmp_path / name, RATE, 10)) == RATE * 2


def test_long_sounds_are_measured_in_pieces_as_they_are_as_a_whole() -> None:
    chance = np.random.default_rng(3)
    for length in (50, 2400, 71_999, 720_000, 720_001, 1_600_000):
        noise = chance.standard_normal(length) * 0.2 * np.abs(np.sin(np.arange(length) / 50_000))
        for kind in (np.float32, np.float64):
            sound = noise.astype(kind)
            once = np.concatenate([sound, np.zeros(RATE // 2)])
            whole = pyloudnorm.Meter(RATE).integrated_loudness(np.tile(once, -(-3 * RATE // len(once))))
            assert mastering.loudness(sound) == pytest.approx(whole, abs=1e-6) or length == 50
            peaks = np.abs(signal.resample_poly(sound, 8, 1)).reshape(-1, 8).max(axis=1)
            assert np.allclose(mastering._peaks(sound), peaks, rtol=0, atol=1e-6)
            assert mastering._peaks(sound).dtype == kind
