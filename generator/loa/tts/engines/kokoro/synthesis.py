"""Synthesise a phrase: place the sounds in time, compute the pitch of the tones, run the model."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from loa.audio.samples import Sound
from loa.tts.engine import Region, Utterance
from loa.tts.engines.kokoro.model import FRAME, HALF_FRAME, RATE, UNVOICED, Encoded, Floats, Model
from loa.tts.engines.kokoro.phonemes import GLOTTAL, Part, Phrase, phones, phrases
from loa.tts.engines.kokoro.prosody import (
    OWN_PACE,
    TimedPhone,
    contour,
    gap_seconds,
    pause_seconds,
    semitones,
    timed_phones,
)

_DATA = resources.files("loa.tts.engines.kokoro") / "data"


@dataclass(frozen=True, slots=True)
class Timbre:
    """One voice. `styles` [rows, 256]: the style for a text of n symbols is row n - 1.

    `pitch`: middle pitch in Hz; `span`: factor for the tone intervals; `creak`: pitch of creaky voice as a share of the
    middle pitch.
    """

    name: str
    pitch: float
    span: float
    creak: float
    styles: NDArray[np.float32]

    def style(self, symbols: int) -> NDArray[np.float32]:
        """Return the style [256] for a text of this many symbols."""
        style: NDArray[np.float32] = self.styles[max(0, min(symbols, len(self.styles)) - 1)]
        return style


# Pitch, span, creak; the first voice is the default. With a middle pitch of 125 Hz and the woman's intervals, the
# man's ngang was heard as huyền; a creak of half his middle pitch was not heard as creak.
_SPEAKERS = {"nu": (210.0, 1.0, 0.33), "nam": (155.0, 1.15, 0.27)}


@cache
def timbre(name: str) -> Timbre:
    """Load the voice called `name`."""
    with (_DATA / f"{name}.npz").open("rb") as file, np.load(file) as data:
        return Timbre(name, *_SPEAKERS[name], data["styles"].astype(np.float32))


@cache
def symbols() -> dict[str, int]:
    """Return Kokoro's symbols and their numbers."""
    return dict(json.loads((_DATA / "symbols.json").read_text("utf-8")))


_LEAD = 0.40  # seconds of silence before the phrase: with less, the model mutes the first syllable
_TAIL = 0.20

_AHEAD = 0.05  # seconds by which a sound is heard before the frames of its symbol
_BEFORE = 0.05  # seconds of that silence that are kept
_AFTER = 0.06
_CLOSURE_DROP = 3.0  # by how much the log energy falls in an unreleased closure
_UNASPIRATED = frozenset(("t", "c", "k", "p", "ʈʂ"))  # voicing starts early, at the release
_RELEASE = 0.025  # seconds before the vowel
# Minimum log energy of voiced sounds: without it, Kokoro swallows the ends of syllables with rising pitch.
_FLOORS: dict[Part, float] = {"glide": 5.0, "nucleus": 6.0, "coda": 4.0}


@dataclass(slots=True)
class _Timeline:
    """The model's input for one phrase, one entry per symbol. `spans`: start and end of each sound, by syllable."""

    tokens: list[int]
    others: list[int]
    seconds: list[float]
    spans: list[list[tuple[TimedPhone, float, float]]]

    def add(self, token: int, seconds: float, other: int | None = None) -> None:
        self.tokens.append(token)
        self.others.append(token if other is None else other)
        self.seconds.append(seconds)

    @property
    def now(self) -> float:
        return sum(self.seconds)


def say_phrase(model: Model, phrase: Phrase, timbre: Timbre, region: Region, pace: float) -> tuple[Floats, list[float]]:
    """Return the samples of `phrase` (24 kHz) and the second at which each syllable starts."""
    timeline = _timeline(phrase, region, pace * OWN_PACE)
    style = timbre.style(len(timeline.tokens) - 2)
    encoded = model.encode(timeline.tokens, style)
    if timeline.others != timeline.tokens:
        encoded = _mean(encoded, model.encode(timeline.others, style))
    frames = _frames(np.array(timeline.seconds))
    _, energy = model.energy(encoded.prosody @ frames, style)
    times = np.asarray((np.arange(len(energy)) + 0.5) * HALF_FRAME + _AHEAD, np.float64)
    pitch = _melody(timeline, phrase, timbre, region, times)
    sound = model.decode(encoded.sounds @ frames, pitch, _adjust_energy(timeline, energy, times), style)
    first, last = timeline.spans[0][0][1] - _AHEAD, timeline.spans[-1][-1][2]
    start = first - _BEFORE
    marks = [_audible_start(spans) - _AHEAD - start for spans in timeline.spans]
    return sound[round(start * RATE) : round((last + _AFTER) * RATE)], marks


def _audible_start(spans: list[tuple[TimedPhone, float, float]]) -> float:
    """Return when a syllable becomes audible, without the silent glottal stop before a vowel."""
    return next(start for sound, start, _ in spans if sound.phone.symbols != GLOTTAL)


def _timeline(phrase: Phrase, region: Region, pace: float) -> _Timeline:
    known = symbols()
    timeline = _Timeline([], [], [], [])
    timeline.add(0, _LEAD)
    for place, item in enumerate(phrase):
        ends = place == len(phrase) - 1
        sounds = phones(item.syllable, region)
        spans = []
        for sound in timed_phones(item, sounds, last=ends or bool(item.pause)):
            start, length = timeline.now, sound.seconds / pace
            spans.append((sound, start, start + length))
            others = sound.phone.other or sound.phone.symbols
            for symbol, other in zip(sound.phone.symbols, others, strict=True):
                timeline.add(known[symbol], length / len(others), known[other])
        timeline.spans.append(spans)
        if item.pause and not ends:
            timeline.add(known[item.pause], pause_seconds(item.pause) / pace)
        if not ends:
            timeline.add(known[" "], gap_seconds(item, phrase[place + 1]) / pace)
    timeline.add(known[phrase[-1].pause or "."], 0.30)
    timeline.add(0, _TAIL)
    return timeline


def _mean(one: Encoded, two: Encoded) -> Encoded:
    return Encoded(*((getattr(one, n) + getattr(two, n)) / 2 for n in ("durations", "prosody", "sounds")))


def _frames(seconds: NDArray[np.float64]) -> Floats:
    """Return the alignment [T, F]: the share of each frame that each symbol fills; sounds may start inside a frame."""
    ends = np.cumsum(seconds) / FRAME
    starts = ends - seconds / FRAME
    edges = np.arange(int(np.ceil(ends[-1])))
    shares = np.minimum(ends[:, None], edges + 1) - np.maximum(starts[:, None], edges)
    return np.asarray(np.clip(shares, 0, 1), np.float32)


def _melody(timeline: _Timeline, phrase: Phrase, timbre: Timbre, region: Region, times: NDArray[np.float64]) -> Floats:
    """Return the pitch [2F] in Hz at `times`, the middles of the half frames."""
    pitch = np.full(len(times), np.nan)
    middle = (len(phrase) - 1) / 2
    for place, (item, spans) in enumerate(zip(phrase, timeline.spans, strict=True)):
        voiced = [span for span in spans if span[0].phone.voiced]
        rime = next(start for sound, start, _ in spans if sound.phone.part != "onset")
        start, end = voiced[0][1], voiced[-1][2]
        if spans[0][0].phone.symbols in _UNASPIRATED:
            start -= _RELEASE
        here = (times >= start) & (times < end)
        places = np.clip((times[here] - rime) / (end - rime), 0, 1)
        shape = contour(item.syllable, region)
        progress = (place - middle) / (2 * middle or 1)
        height = semitones(shape, places, progress, question=item.pause == "?")
        pitch[here] = timbre.pitch * 2 ** (timbre.span * height / 12)
        if shape.creak:
            since, until = shape.creak
            pitch[np.flatnonzero(here)[(places > since) & (places < until)]] = timbre.pitch * timbre.creak
    return _smooth(pitch)


def _adjust_energy(timeline: _Timeline, energy: Floats, times: NDArray[np.float64]) -> Floats:
    """Return Kokoro's energy [2F] with a minimum for voiced sounds, and lowered during unreleased closures."""
    energy = energy.copy()
    for sound, start, end in (span for spans in timeline.spans for span in spans):
        here = (times >= start) & (times < end)
        if sound.phone.voiced and sound.phone.part in _FLOORS:
            energy[here] = np.maximum(energy[here], _FLOORS[sound.phone.part])
        elif sound.phone.silent_closure:
            energy[here & (times >= start + FRAME)] -= _CLOSURE_DROP
    return energy


def _smooth(pitch: NDArray[np.float64]) -> Floats:
    """Smooth the pitch: interpolate over unvoiced gaps, filter, and restore the gaps."""
    voiced = ~np.isnan(pitch)
    places = np.arange(len(pitch))
    heights = np.interp(places, places[voiced], np.log(pitch[voiced]))
    smooth = np.convolve(np.pad(heights, 1, "edge"), [0.25, 0.5, 0.25], "valid")
    return np.asarray(np.where(voiced, np.exp(smooth), UNVOICED), np.float32)


_RESTS = {".": 0.45, "?": 0.45, ",": 0.25, "": 0.08}  # seconds after a phrase, by its punctuation mark


def speak(model: Model, utterance: Utterance, voice: str, pace: float) -> Sound | None:
    """Synthesise `utterance`; None if there is nothing to say."""
    pieces: list[Floats] = []
    starts: dict[int, float] = {}
    now, rest = 0.0, 0.0
    for phrase in phrases(utterance.text, utterance.stressed):
        silence = np.zeros(round(rest * RATE), np.float32)
        samples, marks = say_phrase(model, phrase, timbre(voice), utterance.region, pace)
        now += len(silence) / RATE
        for item, mark in zip(phrase, marks, strict=True):
            starts.setdefault(item.word, now + mark)
        now += len(samples) / RATE
        rest = _RESTS[phrase[-1].pause] / pace
        pieces += [silence, samples]
    if not pieces:
        return None
    sound = np.concatenate(pieces)
    for word in reversed(range(len(utterance.words))):  # a word that cannot be said starts with the next one
        starts.setdefault(word, starts.get(word + 1, now))
    return Sound(sound, RATE, tuple(starts[word] for word in range(len(utterance.words))))
