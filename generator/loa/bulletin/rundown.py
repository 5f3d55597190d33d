"""The rundown of a bulletin: all segments in the order in which they are heard, each with the silence after it."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from loa.audio.mp3 import FRAME_BYTES, FRAME_SAMPLES, RATE, SILENT_FRAME
from loa.bulletin import jingles
from loa.bulletin.fit import STRETCH, Fit, Items, Length, fit, stretch_for, too_long, total
from loa.bulletin.manifest import Cue, Word
from loa.bulletin.models import AudioItem, BulletinPlan, BulletinRequest
from loa.bulletin.narration import Narrator, Progress, lines, sections
from loa.bulletin.segments import Segment
from loa.script import Script, Sentence

LEAD_IN = 0.3  # seconds of silence before the first sound, because amplifiers wake up and players fade in
LEAD_OUT = 0.5


@dataclass(frozen=True, slots=True)
class Slot:
    """One segment, the silence after it (s), and the sentences in it (none for music)."""

    segment: Segment
    pause: float
    part: str
    reading: int = 1
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """The start of a part, in seconds."""

    start: float
    part: str
    reading: int


@dataclass(frozen=True, slots=True)
class AssembledBulletin:
    """A complete bulletin: `blocks` of MP3 frames, cues, chapters, and 20 wave peaks per second (0-255)."""

    blocks: tuple[bytes, ...]
    cues: tuple[Cue, ...]
    chapters: tuple[Chapter, ...]
    peaks: bytes

    @property
    def count(self) -> int:
        """The number of frames."""
        return sum(map(len, self.blocks)) // FRAME_BYTES

    @property
    def seconds(self) -> float:
        """The duration in seconds, exact to the frame."""
        return self.count * FRAME_SAMPLES / RATE


@dataclass(frozen=True, slots=True)
class Placed:
    """A slot, the frame at which its segment starts, and the sample at which its sound starts."""

    slot: Slot
    frame: int
    start: int


def placed(slots: Iterable[Slot]) -> Iterator[Placed]:
    """Yield the place of each slot: the frame nearest to its ideal start, not before the end of the previous slot."""
    free, due = 0, round(LEAD_IN * RATE)
    for slot in slots:
        frame = max(free, round((due - slot.segment.lead) / FRAME_SAMPLES))
        start = frame * FRAME_SAMPLES + slot.segment.lead
        yield Placed(slot, frame, start)
        free, due = frame + slot.segment.count, start + slot.segment.length + round(slot.pause * RATE)


def join(slots: Iterable[Slot]) -> AssembledBulletin:
    """Concatenate `slots` into one bulletin."""
    blocks: list[bytes] = []
    cues: list[Cue] = []
    chapters: list[Chapter] = []
    peaks = bytearray()
    end = frame = 0
    for at in placed(slots):
        slot = at.slot
        blocks += (SILENT_FRAME * (at.frame - frame), slot.segment.frames)
        frame = at.frame + slot.segment.count
        end = at.start + slot.segment.length + round(slot.pause * RATE)
        cues += _cues(slot, at.start)
        peaks += bytes(max(0, at.start * 20 // RATE - len(peaks))) + slot.segment.peaks
        if not chapters or (chapters[-1].part, chapters[-1].reading) != (slot.part, slot.reading):
            chapters.append(Chapter(at.start / RATE if chapters else 0.0, slot.part, slot.reading))
    rest = max(0, -(-(end + round(LEAD_OUT * RATE)) // FRAME_SAMPLES) - frame)
    blocks.append(SILENT_FRAME * rest)
    return AssembledBulletin(tuple(blocks), tuple(cues), tuple(chapters), bytes(peaks))


def _cues(slot: Slot, start: int) -> Iterator[Cue]:
    for sentence, stretch in zip(slot.sentences, slot.segment.stretches, strict=True):
        begin = (start + stretch.start) / RATE
        marked = len(stretch.marks) == len(sentence.reading.words)
        marks = stretch.marks if marked else _estimated(sentence, stretch.length / RATE)
        yield Cue(
            start=round(begin, 3),
            end=round(begin + stretch.length / RATE, 3),
            text=sentence.text,
            spoken=sentence.reading.text,
            part=slot.part,
            reading=slot.reading,
            presenter=sentence.presenter,
            estimated=not marked,
            words=tuple(
                Word(at=round(begin + mark, 3), start=word.start, end=word.end)
                for word, mark in zip(sentence.reading.words, marks, strict=True)
            ),
        )


def _estimated(sentence: Sentence, seconds: float) -> tuple[float, ...]:
    """Estimate when each word starts from letters and pauses, for engines that do not report it.

    The weights fit two engines that report it: in sentences of 20 words the error is 0.1 s on average, 0.4 s at most.
    """
    words = sentence.reading.words
    weights = [3 + len(word.text) + 8 * bool(word.pause) for word in words[:-1]] + [3 + len(words[-1].text)]
    return tuple(seconds * done / sum(weights) for done in itertools.accumulate(weights[:-1], initial=0))


PART_PAUSE = 0.9
"""Seconds between music and speech, and between two parts."""
MUSIC_PAUSE = 0.3


@dataclass(frozen=True, slots=True)
class Rundown:
    """All slots, how they were fitted, and the keys of their segments."""

    slots: tuple[Slot, ...]
    fit: Fit
    clips: tuple[str, ...]


_Item = list[list[Slot]]  # the sections of an item, each a list of slots


def rundown(request: BulletinRequest, narrator: Narrator, progress: Progress, jobs: int) -> Rundown:
    """Speak new sentences and choose the readings. Raises BulletinError, SpeechError, WorkspaceError."""
    narrator.prepare(lines(request.scripts()), progress, jobs)
    opening, bridge, closing = _opening(request, narrator), _bridge(request, narrator), _closing(request, narrator)
    items = _items(request, narrator)
    plan = replace(request.plan, title=request.title)
    frame = Length(fixed=LEAD_IN + LEAD_OUT + _seconds(opening) + _seconds(closing))
    between = Length(fixed=_seconds(bridge))
    chosen = fit(plan, frame, between, _lengths(items))
    if chosen.pace != 1.0:
        adjusted = narrator.at(chosen.pace)
        adjusted.prepare(lines(item for item in request.items if isinstance(item, Script)), progress, jobs)
        items = _items(request, adjusted)
        chosen = _adjusted(plan, chosen, frame, between, items)
    slots = list(opening)
    for number, counts in enumerate(chosen.rounds, 1):
        slots += bridge if number > 1 else []
        for item, count in zip(items, counts, strict=True):
            slots += [_with_stretch(slot, chosen.stretch, number) for section in item[:count] for slot in section]
    slots += closing
    return Rundown(tuple(slots), chosen, _clips(slots))


def _opening(request: BulletinRequest, narrator: Narrator) -> list[Slot]:
    """Return the time signal (if wanted), the jingle, and the call over music."""
    style, sentences = request.style, request.opening.sentences
    slots = [_music(narrator, name, "opening") for name in (*["time-signal"] * style.time_signal, style.jingle)]
    if style.music is None or not sentences:
        return slots + _spoken(narrator, request.opening, "opening")
    call = jingles.Call(
        [narrator.clip_key(request.opening, sentence) for sentence in sentences],
        [*(sentence.pause for sentence in sentences[:-1]), 0.0],
        lambda: [narrator.clip(request.opening, sentence) for sentence in sentences],
    )
    music = jingles.jingle(narrator.workspace, style.music)
    segment = jingles.call_over_music(narrator.workspace, call, music, style.preset)
    return [*slots, Slot(segment, MUSIC_PAUSE, "opening", sentences=sentences)]


def _bridge(request: BulletinRequest, narrator: Narrator) -> list[Slot]:
    return [_music(narrator, "bridge", "bridge"), *_spoken(narrator, request.bridge, "bridge")]


def _closing(request: BulletinRequest, narrator: Narrator) -> list[Slot]:
    path = jingles.closing_jingle(narrator.workspace, request.style.jingle)
    return [
        *_spoken(narrator, request.closing, "closing"),
        Slot(jingles.sound_segment(narrator.workspace, path), 0.0, "closing"),
    ]


def _music(narrator: Narrator, name: str, part: str) -> Slot:
    path = jingles.jingle(narrator.workspace, name)
    return Slot(jingles.sound_segment(narrator.workspace, path), MUSIC_PAUSE, part)


def _spoken(narrator: Narrator, script: Script, part: str) -> list[Slot]:
    """Return the slots of all sentences of `script`, with the pause between parts at the end."""
    slots = [_line(narrator, script, sentence, part) for sentence in script.sentences]
    return [*slots[:-1], replace(slots[-1], pause=PART_PAUSE)] if slots else []


def _line(narrator: Narrator, script: Script, sentence: Sentence, part: str) -> Slot:
    return Slot(narrator.segment(script, sentence), sentence.pause, part, sentences=(sentence,))


def _items(request: BulletinRequest, narrator: Narrator) -> list[_Item]:
    """Return every item, split into sections."""
    found: list[_Item] = []
    for index, item in enumerate(request.items):
        part = request.part(index)
        if isinstance(item, AudioItem):
            recorded = jingles.sound_segment(narrator.workspace, item.path, jingles.LONGEST_RECORDING)
            found.append([[Slot(recorded, PART_PAUSE, part)]])
        else:
            cut = sections(item.sentences)
            slots = [[_line(narrator, item, sentence, part) for sentence in section] for section in cut]
            if slots:
                slots[-1][-1] = replace(slots[-1][-1], pause=PART_PAUSE)
            found.append(slots)
    return found


def _lengths(items: Sequence[_Item]) -> Items:
    return tuple(tuple(sum((_length(slot) for slot in section), Length()) for section in item) for item in items)


def _length(slot: Slot) -> Length:
    if slot.sentences:
        return Length(speech=slot.segment.seconds, pauses=slot.pause)
    return Length(fixed=slot.segment.seconds + slot.pause)


def _seconds(slots: Sequence[Slot]) -> float:
    return sum(slot.segment.seconds + slot.pause for slot in slots)


def _adjusted(plan: BulletinPlan, chosen: Fit, frame: Length, bridge: Length, items: Sequence[_Item]) -> Fit:
    """Return `chosen` with pauses for the actual length of the clips at the new pace. Raises BulletinError."""
    length = total(frame, bridge, _lengths(items), chosen.rounds)
    stretch = stretch_for(length, plan)
    if stretch is None:  # the voice kept another pace than was asked for
        if length.at() > plan.max_seconds:
            raise too_long(plan, frame, _lengths(items))
        return replace(chosen, stretch=STRETCH[1], short=True)
    return replace(chosen, stretch=stretch)


def _with_stretch(slot: Slot, stretch: float, reading: int) -> Slot:
    return replace(slot, pause=slot.pause * stretch if slot.sentences else slot.pause, reading=reading)


def _clips(slots: Sequence[Slot]) -> tuple[str, ...]:
    """Return the keys of the segments, in the order of their first use."""
    return tuple(dict.fromkeys(slot.segment.key for slot in slots))
