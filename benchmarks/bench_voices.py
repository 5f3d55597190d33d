"""Every engine that can speak now, on 66 sentences that no tuning has used: how much is understood, at what cost.

WER: words that a recogniser gets wrong; toneless: the same with tone marks left out; RTF: seconds of computing for a
second of speech. The judge is one machine, `viet-asr`: six recordings of people score 0.10 to 0.12 with it. Engines
over the network are left out, since what they answer is not ours to repeat. `LOA_BENCH_SENTENCES=12` takes fewer.
"""

import os
import time
from pathlib import Path

from benchmarks.wer import Errors, errors, heard
from generator.speech import Engine, Utterance
from generator.speech.registry import all_engines

_ONLINE = {"gtts", "edge"}
_VOICES = {"espeak": ("vi+f2",), "loa": ("nu", "nam")}
_LINES = (Path(__file__).parent / "data" / "unseen_sentences.txt").read_text("utf-8").splitlines()
SENTENCES = [line for line in _LINES if line and not line.startswith("#")]


def run() -> list[str]:
    """One line for each engine, voice and accent."""
    chosen = SENTENCES[: int(os.environ.get("LOA_BENCH_SENTENCES", "1000"))]
    lines = [f"{len(chosen)} sentences"]
    for engine in all_engines():
        if engine.name in _ONLINE or not engine.state().ready:
            continue
        for voice in _VOICES.get(engine.name, engine.voices()[:1]):
            lines.append(_measured(engine, voice, chosen))
    return lines


def _measured(engine: Engine, voice: str, sentences: list[str]) -> str:
    total, spoken, spent = Errors(0, 0, 0), 0.0, 0.0
    engine.say(_utterance(sentences[0]), voice, 1.0)  # the model is loaded outside the clock
    for sentence in sentences:
        started = time.perf_counter()
        sound = engine.say(_utterance(sentence), voice, 1.0)
        spent += time.perf_counter() - started
        spoken += sound.seconds
        total += errors(sentence, heard(sound.samples, sound.rate))
    return (
        f"{engine.name}:{voice}  WER {total.words / total.of:.3f}  toneless {total.toneless / total.of:.3f}  "
        f"RTF {spent / spoken:.2f}  {total.of / spoken:.1f} syllables a second"
    )


def _utterance(sentence: str) -> Utterance:
    return Utterance(sentence.lower(), sentence)
