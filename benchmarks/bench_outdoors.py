"""What is understood thirty metres from a horn: the studio preset, the horn preset before, and the one of today.

Sentences that no tuning has used, said by the offline voice, each mastered to the same loudness (-16 LUFS) and true
peak, then sent through a simulated horn, echoes of a village and noise of a fixed level; or through two loudspeakers
that stand 100-200 ms apart. Places and noises are not those that the preset was chosen with (`LOA_BENCH_SEED` gives
others). The judges: word error by `viet-asr`, one hearing, and ESTOI (Jensen and Taal, 2016; higher is better). In
brackets: the 95 % interval of today's word errors divided by those of the horn preset before, from 2 000 draws of
sentences. `LOA_BENCH_SENTENCES=12` takes fewer sentences.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pystoi import stoi
from scipy import signal

from benchmarks.bench_voices import Speaker, sentences
from benchmarks.wer import errors, heard
from loa.audio import mastering
from loa.audio.mastering import RATE
from loa.audio.samples import Sound
from loa.tts import Utterance
from loa.tts.voices import engine

_SEED = int(os.environ.get("LOA_BENCH_SEED", "2"))
_SPEAKERS = (Speaker("loa", "nu"), Speaker("loa", "nam"))
_BEFORE, _AFTER = 0.3, 0.6  # seconds of noise around a sentence
Wave = NDArray[np.float64]


class Surroundings(NamedTuple):
    """A kind of noise, its level (dBFS RMS), and how much later (s) a second loudspeaker is heard; 0: there is none."""

    noise: str
    level: float
    second: float = 0.0

    def __str__(self) -> str:
        return f"{self.noise}, second loudspeaker after {self.second * 1000:.0f} ms" if self.second else self.noise


_SURROUNDINGS = (
    Surroundings("traffic", -22),
    Surroundings("market", -23),
    Surroundings("wind", -20),
    Surroundings("rain", -24),
    Surroundings("quiet", -50),
    *(Surroundings("traffic", -35, second) for second in (0.1, 0.15, 0.2)),
)


def _horn_before(sound: Sound) -> Wave:
    """The horn preset up to November 2026: 120 Hz, +2.5 dB at 2.5 kHz, 3:1 in steps of 5 ms."""
    samples = mastering.resample(sound)
    samples = signal.sosfilt(signal.butter(4, 120, "highpass", fs=RATE, output="sos"), samples)
    samples = signal.sosfilt(mastering._presence(2500, 2.5, 0.9), samples)
    chain = mastering._Chain(120, (), -6, 3.0, 0.005, 0.12)
    return np.asarray(mastering.level(mastering._compress(samples, chain)), np.float64)


def _today(preset: mastering.Preset, sound: Sound) -> Wave:
    return np.asarray(mastering.master(sound, preset), np.float64)


_CHAINS: dict[str, Callable[[Sound], Wave]] = {
    "studio": partial(_today, "studio"),
    "horn before": _horn_before,
    "horn": partial(_today, "horn"),
}


def run() -> Iterator[str]:
    """What was understood in each kind of surroundings; each line when it is known."""
    texts = sentences("unseen_sentences")
    said = [_said(text, _SPEAKERS[number % 2]) for number, text in enumerate(texts)]
    words = sum(errors(text, "").of for text in texts)
    yield f"{len(texts)} unseen sentences, {words} words, seed {_SEED}: word error / ESTOI; today divided by before"
    mastered = {name: [chain(sound) for sound in said] for name, chain in _CHAINS.items()}
    clean = [_framed(mastering.resample(sound).astype(np.float64)) for sound in said]
    for place in _SURROUNDINGS:
        wrong, clear = {}, {}
        for name, waves in mastered.items():
            received = [_outdoors(wave, place, number, said) for number, wave in enumerate(waves)]
            wrong[name] = [
                errors(text, heard(y.astype(np.float32), RATE, 0.0)).words
                for text, y in zip(texts, received, strict=True)
            ]
            clear[name] = np.mean([stoi(x, y, RATE, extended=True) for x, y in zip(clean, received, strict=True)])
        figures = "  ".join(f"{name} {sum(wrong[name]) / words:.3f} / {clear[name]:.3f}" for name in _CHAINS)
        yield f"  {place!s:42} {figures}  {_ratio(wrong['horn'], wrong['horn before'])}"


def _said(text: str, speaker: Speaker) -> Sound:
    return engine(speaker.engine).say(Utterance(text.lower(), text, speaker.region), speaker.voice, 1.0)


def _framed(wave: Wave) -> Wave:
    return np.concatenate([np.zeros(int(_BEFORE * RATE)), wave, np.zeros(int(_AFTER * RATE))])


def _ratio(today: list[int], before: list[int]) -> str:
    """Today's errors divided by those before, and the 95 % interval from draws of sentences."""
    draws = np.random.default_rng(1).integers(len(today), size=(2000, len(today)))
    ratios = np.array(today)[draws].sum(1) / np.maximum(1, np.array(before)[draws].sum(1))
    low, high = np.quantile(ratios, (0.025, 0.975))
    return f"{sum(today) / max(1, sum(before)):.2f} ({low:.2f}-{high:.2f})"


def _outdoors(wave: Wave, place: Surroundings, number: int, said: list[Sound]) -> Wave:
    """What reaches the listener: the same place and noise for every mastering of one sentence."""
    rng = np.random.default_rng((_SEED, number))
    horn = signal.butter(3, [rng.uniform(320, 450), rng.uniform(4200, 5500)], "bandpass", fs=RATE, output="sos")
    echoes = _echoes(rng, place.second)
    sent = signal.sosfilt(horn, _framed(wave))
    return np.asarray(signal.fftconvolve(sent, echoes)[: len(sent)]) + _noise(
        place.noise, len(sent), rng, said
    ) * 10 ** (place.level / 20)


def _echoes(rng: np.random.Generator, second: float) -> Wave:
    """The impulse response: four walls at 40-400 ms, a tail that falls by 60 dB in 0.5-1 s, a second loudspeaker."""
    response = np.zeros(RATE)
    response[0] = 1
    for _wall in range(4):
        at = rng.uniform(0.04, 0.4)
        response[int(at * RATE)] += 10 ** ((-7 - 30 * at + rng.normal(0, 2)) / 20) * rng.choice([1, -1])
    tail = rng.standard_normal(RATE) * np.exp(-6.9 * np.arange(RATE) / RATE / rng.uniform(0.5, 1.0))
    tail[: int(0.02 * RATE)] = 0
    response += tail * 10 ** (rng.uniform(-14, -10) / 20) / np.sqrt((tail**2).sum())
    if second:
        response[int(second * RATE)] += 10 ** (rng.uniform(-6, -2) / 20)
    return response


def _noise(kind: str, length: int, rng: np.random.Generator, said: list[Sound]) -> Wave:
    """`length` samples of noise, RMS 1."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    hertz = np.maximum(np.fft.rfftfreq(length, 1 / RATE), 1)
    if kind == "market":
        wave = 0.5 * _noise("traffic", length, rng, said)
        for _voice in range(10):
            talk = said[rng.integers(len(said))].samples.astype(np.float64)
            talk = np.resize(np.roll(talk, rng.integers(len(talk))), length)
            wave += talk / np.sqrt((talk**2).mean()) * 10 ** (rng.uniform(-8, 0) / 20) / 3
    elif kind == "rain":
        wave = np.fft.irfft(spectrum * (hertz / 1800) / (1 + (hertz / 1800) ** 1.7), length)
    elif kind == "wind":
        gusts = np.interp(np.arange(length) / RATE, np.arange(0, 99, 0.7), rng.uniform(0.3, 1.5, 142))
        wave = np.fft.irfft(spectrum / np.maximum(hertz, 40) ** 1.1, length) * gusts
    else:  # traffic, and the far traffic of a quiet place: engines below a knee, tyres above
        wave = np.fft.irfft(spectrum / (1 + (hertz / rng.uniform(500, 1000)) ** 1.2), length)
    return np.asarray(wave / np.sqrt((wave**2).mean()))


if __name__ == "__main__":
    print(*run(), sep="\n")
