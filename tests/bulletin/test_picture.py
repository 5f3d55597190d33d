import subprocess

import numpy as np

from loa.audio.ffmpeg import executable
from loa.bulletin.writer import HEIGHT, WIDTH, waveform


def pixels(png: bytes) -> np.ndarray:
    """The picture as ffmpeg reads it: rows of red, green, blue."""
    command = [executable(), "-v", "error", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
    raw = subprocess.run(command, input=png, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(HEIGHT, WIDTH, 3)


def test_loud_and_soft_halves_are_seen():
    picture = pixels(waveform(bytes([255] * 6000 + [64] * 6000)))
    inked = (picture[:, :, 1] < 128).sum(axis=0)
    assert inked[: WIDTH // 2 - 2].min() == HEIGHT
    assert 0.2 * HEIGHT < inked[WIDTH // 2 + 2 :].mean() < 0.3 * HEIGHT


def test_silence_and_a_very_short_sound_are_pictures_too():
    assert (pixels(waveform(bytes(100)))[:, :, 1] == 255).all()
    assert pixels(waveform(b"\xff")).shape == (HEIGHT, WIDTH, 3)
    assert pixels(waveform(b"")).shape == (HEIGHT, WIDTH, 3)
