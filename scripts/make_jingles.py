"""Make the station's sounds in audio/jingles/: `python scripts/make_jingles.py [FOLDER]`.

All are computed here, note by note, so they belong to nobody but Loa (GPL-3.0-or-later). `chime` is struck bells, `dan`
a plucked zither in the pentatonic `bắc` scale; `*-end` close a bulletin, `bridge` stands before a second reading, `bed`
lies under an opening call, `time-signal` is five short pips and a long one.
"""

import sys
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from pydub import AudioSegment
from scipy import signal

RATE = 24_000
Wave = NDArray[np.float64]
STEPS = {"hò": -7, "xự": -5, "xang": -2, "xê": 0, "cống": 2, "liu": 5, "ú": 7}
SCALE = {name: 440 * 2 ** (step / 12) for name, step in STEPS.items()}


def bell(hertz: float, seconds: float) -> Wave:
    """A struck bar: four partials of a tubular bell, the high ones dying first."""
    t = np.arange(round(seconds * RATE)) / RATE
    partials = ((1.0, 1.0, 1.1), (2.0, 0.45, 0.7), (2.76, 0.25, 0.35), (5.4, 0.08, 0.12))
    wave = sum(level * np.sin(2 * np.pi * hertz * ratio * t) * np.exp(-t / decay) for ratio, level, decay in partials)
    return np.asarray(wave) * np.minimum(1, t / 0.004)


def pluck(hertz: float, seconds: float, rng: np.random.Generator) -> Wave:
    """A plucked string (Karplus and Strong, 1983): noise in a delay line with a two-point mean."""
    period = round(RATE / hertz)
    excitation = np.zeros(round(seconds * RATE))
    burst = signal.lfilter([0.5, 0.5], [1], rng.uniform(-1, 1, period))
    excitation[:period] = burst - burst.mean()
    loop = np.zeros(period + 2)
    loop[0], loop[period], loop[period + 1] = 1, -0.4985, -0.4985
    wave = signal.lfilter([1], loop, excitation)
    return np.asarray(wave) * np.minimum(1, np.arange(len(wave)) / (0.002 * RATE))


def segment(wave: Wave, gain: float = 0.0) -> AudioSegment:
    """`wave` at its own peak minus 6 dB, as pydub holds it."""
    samples = (wave / np.abs(wave).max() * 32767 / 2).astype("<i2")
    return AudioSegment(samples.tobytes(), sample_width=2, frame_rate=RATE, channels=1).apply_gain(gain)


def melody(notes: list[tuple[float, AudioSegment]], seconds: float, fade_out: int) -> AudioSegment:
    """`notes` (second, sound) over silence, fading out at the end."""
    tune = AudioSegment.silent(round(seconds * 1000), RATE)
    for at, note in notes:
        tune = tune.overlay(note, position=round(at * 1000))
    return tune.fade_in(5).fade_out(fade_out)


def tune(notes: str, beat: float, rng: np.random.Generator, gain: float = 0.0) -> list[tuple[float, AudioSegment]]:
    """`notes` plucked one a `beat` (s); `-` lets the last one ring on."""
    names = enumerate(notes.split())
    return [(i * beat, segment(pluck(SCALE[name], 2.5, rng), gain)) for i, name in names if name != "-"]


def pad(notes: str, seconds: float) -> Wave:
    """A soft swell of `notes` an octave down."""
    t = np.arange(round(seconds * RATE)) / RATE
    swell = 1 + 0.3 * np.sin(2 * np.pi * t / 3)
    return np.asarray(sum(np.sin(2 * np.pi * SCALE[name] / 2 * t) * swell for name in notes.split()))


def pip(seconds: float) -> AudioSegment:
    """A kilohertz for `seconds`."""
    return segment(np.sin(2 * np.pi * 1000 * np.arange(round(seconds * RATE)) / RATE)).fade_in(4).fade_out(4)


def all_sounds() -> dict[str, AudioSegment]:
    """Every sound by its file name."""
    rng = np.random.default_rng(1945)
    c, e, g, c2 = (segment(bell(hertz, 3)) for hertz in (523.25, 659.26, 783.99, 1046.5))
    harmony = "hò xang xê liu xê xang xự xê cống ú cống xê xang xê liu ú liu xê hò xang xê cống xê xang"
    pips = [(float(i), pip(seconds)) for i, seconds in enumerate((0.1, 0.1, 0.1, 0.1, 0.1, 0.5))]
    return {
        "chime": melody([(i * 0.55, note) for i, note in enumerate((c, e, g, c2))], 4.2, 1200),
        "chime-end": melody([(i * 0.55, note) for i, note in enumerate((c2, g, e, c))], 3.8, 1400),
        "dan": melody(tune("xang xê liu - cống xê xang - hò - xang", 0.3, rng), 5.0, 1200),
        "dan-end": melody(tune("liu cống xê - xang - hò", 0.3, rng), 3.6, 1200),
        "bridge": melody([(0.0, g), (0.3, c2)], 1.6, 700),
        "bed": melody([(0.0, segment(pad("hò xê", 12), -10)), *tune(harmony, 0.5, rng, -3)], 12.0, 5),
        "time-signal": melody(pips, 5.6, 4),
    }


def main() -> None:
    """Write every sound as 16-bit FLAC."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "audio" / "jingles"
    folder.mkdir(parents=True, exist_ok=True)
    for name, sound in all_sounds().items():
        soundfile.write(folder / f"{name}.flac", np.array(sound.get_array_of_samples(), np.int16), RATE, "PCM_16")
        print(f"{name}.flac {len(sound) / 1000:.1f} s")


if __name__ == "__main__":
    main()
