"""The rundown of a bulletin: every piece in the order in which it is heard, with the silence after it."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from loa.audio.mp3 import FRAME_BYTES, FRAME_SAMPLES, RATE, SILENT_FRAME
from loa.bulletin import jingles
from loa.bulletin.fit import Fit, Items, Length, fit, misfit, stretch_for, total
from loa.bulletin.manifest import Cue, Word
from loa.bulletin.models import AudioItem, BulletinPlan, BulletinRequest
from loa.bulletin.narration import Narrator, Progress, lines, sections
from loa.bulletin.segments import Segment
from loa.script import Script, Sentence

LEAD_IN = 0.3  # seconds of silence before the first sound: amplifiers wake up, players fade in
LEAD_OUT = 0.5


@dataclass(frozen=True, slots=True)
class Slot:
    """A piece on air, the silence after it (s), and the sentences that its stretches hold (none for music)."""

    piece: Segment
    pause: float
    part: str
    reading: int = 1
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """Where a part begins, in seconds."""

    start: float
    part: str
    reading: int


@dataclass(frozen=True, slots=True)
class AssembledBulletin:
    """A whole bulletin: `blocks` of MP3 frames, what is heard when, and 20 wave peaks a second (0-255)."""

    blocks: tuple[bytes, ...]
    cues: tuple[Cue, ...]
    chapters: tuple[Chapter, ...]
    peaks: bytes

    @property
    def count(self) -> int:
        """How many frames it has."""
        return sum(map(len, self.blocks)) // FRAME_BYTES

    @property
    def seconds(self) -> float:
        """How long it lasts, to the frame."""
        return self.count * FRAME_SAMPLES / RATE


@dataclass(frozen=True, slots=True)
class Placed:
    """A slot, the frame its piece begins on, and the sample its sound begins on."""

    slot: Slot
    frame: int
    start: int


def placed(slots: Iterable[Slot]) -> Iterator[Placed]:
    """Where each slot comes to lie: on the frame nearest to where it should, never within the one before."""
    free, due = 0, round(LEAD_IN * RATE)
    for slot in slots:
        frame = max(free, round((due - slot.piece.lead) / FRAME_SAMPLES))
        start = frame * FRAME_SAMPLES + slot.piece.lead
        yield Placed(slot, frame, start)
        free, due = frame + slot.piece.count, start + slot.piece.length + round(slot.pause * RATE)


def join(slots: Iterable[Slot]) -> AssembledBulletin:
    """Lay `slots` one behind the other."""
    blocks: list[bytes] = []
    cues: list[Cue] = []
    chapters: list[Chapter] = []
    peaks = bytearray()
    end = frame = 0
    for at in placed(slots):
        slot = at.slot
        blocks += (SILENT_FRAME * (at.frame - frame), slot.piece.frames)
        frame = at.frame + slot.piece.count
        end = at.start + slot.piece.length + round(slot.pause * RATE)
        cues += _cues(slot, at.start)
        peaks += bytes(max(0, at.start * 20 // RATE - len(peaks))) + slot.piece.peaks
        if not chapters or (chapters[-1].part, chapters[-1].reading) != (slot.part, slot.reading):
            chapters.append(Chapter(at.start / RATE if chapters else 0.0, slot.part, slot.reading))
    rest = max(0, -(-(end + round(LEAD_OUT * RATE)) // FRAME_SAMPLES) - frame)
    blocks.append(SILENT_FRAME * rest)
    return AssembledBulletin(tuple(blocks), tuple(cues), tuple(chapters), bytes(peaks))


def _cues(slot: Slot, start: int) -> Iterator[Cue]:
    for sentence, stretch in zip(slot.sentences, slot.piece.stretches, strict=True):
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
    """When each word starts, for an engine that does not tell: its share of the sentence by letters and pauses.

    The weights fit two engines that do tell: off by 0.1 s on average, 0.4 s at most, in sentences of 20 words.
    """
    words = sentence.reading.words
    weights = [3 + len(word.text) + 8 * bool(word.pause) for word in words[:-1]] + [3 + len(words[-1].text)]
    return tuple(seconds * done / sum(weights) for done in itertools.accumulate(weights[:-1], initial=0))


PART_PAUSE = 0.9
"""Seconds between music and speech, and between two parts."""
MUSIC_PAUSE = 0.3


@dataclass(frozen=True, slots=True)
class Rundown:
    """What is heard, how it was made to fit, and the keys of the clips in it."""

    slots: tuple[Slot, ...]
    fit: Fit
    clips: tuple[str, ...]


_Item = list[list[Slot]]  # an item as its sections, each the slots of its sentences


def rundown(order: BulletinRequest, narrator: Narrator, progress: Progress, jobs: int) -> Rundown:
    """Speak what is new, and choose the readings. Raises BulletinError, SpeechError, WorkspaceError."""
    narrator.prepare(lines(order.scripts()), progress, jobs)
    head, bridge, tail = _opening(order, narrator), _bridge(order, narrator), _closing(order, narrator)
    items = _items(order, narrator)
    plan = replace(order.plan, title=order.title)
    frame = Length(fixed=LEAD_IN + LEAD_OUT + _seconds(head) + _seconds(tail))
    between = Length(fixed=_seconds(bridge))
    chosen = fit(plan, frame, between, _lengths(items))
    if chosen.pace != 1.0:
        quicker = narrator.at(chosen.pace)
        quicker.prepare(lines(item for item in order.items if isinstance(item, Script)), progress, jobs)
        items = _items(order, quicker)
        chosen = _settled(plan, chosen, frame, between, items)
    slots = list(head)
    for number, counts in enumerate(chosen.rounds, 1):
        slots += bridge if number > 1 else []
        for item, count in zip(items, counts, strict=True):
            slots += [_stretched(slot, chosen.stretch, number) for section in item[:count] for slot in section]
    slots += tail
    return Rundown(tuple(slots), chosen, _clips(slots))


def _opening(order: BulletinRequest, narrator: Narrator) -> list[Slot]:
    """The time signal if wanted, the jingle, and the call over music."""
    style, sentences = order.style, order.opening.sentences
    slots = [_music(narrator, name, "opening") for name in (*["time-signal"] * style.time_signal, style.jingle)]
    if style.music is None or not sentences:
        return slots + _spoken(narrator, order.opening, "opening")
    call = jingles.Call(
        [narrator.clip_key(order.opening, sentence) for sentence in sentences],
        [*(sentence.pause for sentence in sentences[:-1]), 0.0],
        lambda: [narrator.clip(order.opening, sentence) for sentence in sentences],
    )
    music = jingles.jingle(narrator.workspace, style.music)
    piece = jingles.call_over_music(narrator.workspace, call, music, style.preset)
    return [*slots, Slot(piece, MUSIC_PAUSE, "opening", sentences=sentences)]


def _bridge(order: BulletinRequest, narrator: Narrator) -> list[Slot]:
    return [_music(narrator, "bridge", "bridge"), *_spoken(narrator, order.bridge, "bridge")]


def _closing(order: BulletinRequest, narrator: Narrator) -> list[Slot]:
    path = jingles.closing_jingle(narrator.workspace, order.style.jingle)
    return [
        *_spoken(narrator, order.closing, "closing"),
        Slot(jingles.sound_piece(narrator.workspace, path), 0.0, "closing"),
    ]


def _music(narrator: Narrator, name: str, part: str) -> Slot:
    path = jingles.jingle(narrator.workspace, name)
    return Slot(jingles.sound_piece(narrator.workspace, path), MUSIC_PAUSE, part)


def _spoken(narrator: Narrator, script: Script, part: str) -> list[Slot]:
    """All of `script`, with the pause between parts at its end."""
    slots = [_line(narrator, script, sentence, part) for sentence in script.sentences]
    return [*slots[:-1], replace(slots[-1], pause=PART_PAUSE)] if slots else []


def _line(narrator: Narrator, script: Script, sentence: Sentence, part: str) -> Slot:
    return Slot(narrator.piece(script, sentence), sentence.pause, part, sentences=(sentence,))


def _items(order: BulletinRequest, narrator: Narrator) -> list[_Item]:
    """Every item cut into its sections."""
    found: list[_Item] = []
    for index, item in enumerate(order.items):
        part = order.part(index)
        if isinstance(item, AudioItem):
            found.append(
                [
                    [
                        Slot(
                            jingles.sound_piece(narrator.workspace, item.path, jingles.LONGEST_RECORDING),
                            PART_PAUSE,
                            part,
                        )
                    ]
                ]
            )
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
        return Length(speech=slot.piece.seconds, pauses=slot.pause)
    return Length(fixed=slot.piece.seconds + slot.pause)


def _seconds(slots: Sequence[Slot]) -> float:
    return sum(slot.piece.seconds + slot.pause for slot in slots)


def _settled(plan: BulletinPlan, chosen: Fit, frame: Length, bridge: Length, items: Sequence[_Item]) -> Fit:
    """`chosen` with the pauses that the clips spoken at its pace really need. Raises BulletinError."""
    length = total(frame, bridge, _lengths(items), chosen.rounds)
    stretch = stretch_for(length, plan)
    if stretch is None:
        raise misfit(plan, frame, bridge, _lengths(items))
    return replace(chosen, stretch=stretch)


def _stretched(slot: Slot, stretch: float, reading: int) -> Slot:
    return replace(slot, pause=slot.pause * stretch if slot.sentences else slot.pause, reading=reading)


def _clips(slots: Sequence[Slot]) -> tuple[str, ...]:
    """The pieces' keys in the order of their first use."""
    return tuple(dict.fromkeys(slot.piece.key for slot in slots))
