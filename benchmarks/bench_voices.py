"""Every engine that can speak now, on sentences that no tuning has used: how much is understood, at what cost.

WER: words that a recogniser gets wrong; toneless: the same with tone marks left out; southern: with words forgiven
that the southern accent does not tell apart; RTF: seconds of computing for a second of speech, in a process that may
use one core or two. The judge is one machine, `viet-asr`: six recordings of people score 0.10 to 0.12 with it. Every
sentence is heard three times, with a little more silence before it, and the mean is the figure; the first time alone
is in brackets. Engines over the network are left out, since what they answer is not ours to repeat.
`LOA_BENCH_SENTENCES=12` takes fewer sentences.
"""

import multiprocessing
import os
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.wer import SHIFTS, Errors, errors, heard
from loa.audio.samples import Sound
from loa.tts import Engine, Utterance
from loa.tts.engine import Region
from loa.tts.voices import all_engines, engine

_DATA = Path(__file__).parent / "data"
_FEWER = int(os.environ.get("LOA_BENCH_SENTENCES", "1000"))
_ONLINE = {"gtts", "edge"}
_TIMED = 8  # sentences by which the cost is measured


class Speaker(NamedTuple):
    """Who speaks: the engine's name, one of its voices, in the accent of a region."""

    engine: str
    voice: str
    region: Region = "bac"

    def __str__(self) -> str:
        return f"{self.engine}:{self.voice}" + (f", accent {self.region}" if self.region != "bac" else "")


_OURS = Speaker("loa", "nu")
_SPEAKERS = {
    "espeak": (Speaker("espeak", "vi+f2"),),
    "loa": (_OURS, Speaker("loa", "nam"), Speaker("loa", "nu", "nam")),
}


def sentences(name: str) -> list[str]:
    """The sentences of `benchmarks/data/<name>.txt`."""
    lines = (_DATA / f"{name}.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")][:_FEWER]


def run() -> Iterator[str]:
    """What was understood of every speaker, then what the speech cost; each line when it is known."""
    first, second = sentences("unseen_sentences"), sentences("unseen_sentences_2")
    ready = [speaker for each in all_engines() for speaker in _speakers(each)]
    yield f"{len(first)} unseen sentences (mean of {len(SHIFTS)} hearings; the first alone)"
    for speaker in ready:
        yield f"  {speaker!s:22} {_understood(speaker, first)}"
    yield f"{len(second)} other unseen sentences"
    for speaker in ready:
        if speaker == _OURS:
            yield f"  {speaker!s:22} {_understood(speaker, second)}"
    yield "seconds of computing for a second of speech"
    for speaker in ready:
        if speaker.region == "bac":
            costs = (f"on {cores} {_cost(speaker, cores, first[:_TIMED]):.2f}" for cores in (1, 2))
            yield f"  {speaker!s:22} RTF {', '.join(costs)} (cores)"


def _speakers(each: Engine) -> tuple[Speaker, ...]:
    if each.name in _ONLINE or not each.state().ready:
        return ()
    return _SPEAKERS.get(each.name, tuple(Speaker(each.name, voice) for voice in each.voices()[:1]))


def _understood(speaker: Speaker, texts: list[str]) -> str:
    by_shift = [Errors() for _ in SHIFTS]
    spoken = 0.0
    for text, sound in _said(speaker, texts):
        spoken += sound.seconds
        for place, before in enumerate(SHIFTS):
            by_shift[place] += errors(text, heard(sound.samples, sound.rate, before))
    total = sum(by_shift, Errors())
    once = by_shift[0]
    return "  ".join(
        (
            *(
                f"{name} {getattr(total, kind) / total.of:.3f} ({getattr(once, kind) / once.of:.3f})"
                for name, kind in (("WER", "words"), ("toneless", "toneless"), ("southern", "southern"))
                if kind != "southern" or speaker.region == "nam"
            ),
            f"{once.of / spoken:.1f} syllables a second",
        )
    )


def _said(speaker: Speaker, texts: list[str]) -> Iterator[tuple[str, Sound]]:
    voice = engine(speaker.engine)
    for text in texts:
        yield text, voice.say(Utterance(text.lower(), text, speaker.region), speaker.voice, 1.0)


def _cost(speaker: Speaker, cores: int, texts: list[str]) -> float:
    with multiprocessing.get_context("spawn").Pool(1) as process:
        return process.apply(_timed, (speaker, cores, texts))


def _timed(speaker: Speaker, cores: int, texts: list[str]) -> float:
    """Runs in a process of its own, which may use so many cores."""
    mine = psutil.Process()
    mine.cpu_affinity(mine.cpu_affinity()[:cores])
    for _ in islice(_said(speaker, texts), 1):  # the model is loaded outside the clock
        pass
    start = time.perf_counter()
    spoken = sum(sound.seconds for _, sound in _said(speaker, texts))
    return (time.perf_counter() - start) / spoken
