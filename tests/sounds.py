"""Recordings for tests, made with ffmpeg: a voice-like sound without silence, the same bytes every time."""

import subprocess
from pathlib import Path

import imageio_ffmpeg


def make_mp3(path: Path, seconds: float, *, tone: int = 300) -> Path:
    """An MP3 (64 kbit/s mono, 24 kHz): noise over a tone, so that every moment of it can be told from any other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source = f"sine=frequency={tone}:sample_rate=24000:duration={seconds}[a];anoisesrc=r=24000:a=0.2:seed={tone}:d={seconds}[b];[a][b]amix=inputs=2"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-loglevel",
        "error",
        "-y",
        "-filter_complex",
        source,
        "-ac",
        "1",
        "-b:a",
        "64k",
        str(path),
    ]
    subprocess.run(command, check=True)
    return path
