"""The rundown of a bulletin: all segments in the order in which they are heard, each with the silence after it."""

import datetime
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from loa.audio.mp3 import FRAME_BYTES, FRAME_SAMPLES, RATE, SILENT_FRAME
from loa.bulletin import jingles
from loa.bulletin.fit import STRETCH, Fit, Items, Length, fit, stretch_for, too_long, total
from loa.bulletin.manifest import Cue, Word
from loa.bulletin.models import CLOSING, OPENING, AudioItem, BulletinPlan, BulletinRequest
from loa.bulletin.narration import Narrator, Progress, lines, sections
from loa.bulletin.programme import Part, RelayPoint
from loa.bulletin.segments import Segment
from loa.normalizer import split_sentences
from loa.script import Script, Sentence

LEAD_IN = 0.3  # seconds of silence before the first sound, because amplifiers wake up and players fade in
LEAD_OUT = 0.5


@dataclass(frozen=True, slots=True)
class Slot:
    """One segment, the silence after it (s), and the sentences in it (none for music).

    `item`: the number of its item in the order (`models.OPENING` and `CLOSING` too). `captions`: what a recording says.
    """

    segment: Segment
    pause: float
    part: str
    reading: int = 1
    sentences: tuple[Sentence, ...] = ()
    item: int = 0
    captions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """The start of a part, in seconds. `end`: of its sound; `item`: the number of its item."""

    start: float
    part: str
    reading: int
    item: int = 0
    end: float = 0.0


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
        if not chapters or (chapters[-1].item, chapters[-1].part, chapters[-1].reading) != (
            slot.item,
            slot.part,
            slot.reading,
        ):
            chapters.append(Chapter(at.start / RATE if chapters else 0.0, slot.part, slot.reading, slot.item))
        chapters[-1] = replace(chapters[-1], end=(at.start + slot.segment.length) / RATE)
    rest = max(0, -(-(end + round(LEAD_OUT * RATE)) // FRAME_SAMPLES) - frame)
    blocks.append(SILENT_FRAME * rest)
    return AssembledBulletin(tuple(blocks), tuple(cues), tuple(chapters), bytes(peaks))


def _cues(slot: Slot, start: int) -> Iterator[Cue]:
    yield from _captions(slot, start / RATE)
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


def _captions(slot: Slot, start: float) -> Iterator[Cue]:
    """What a recording says, its time shared out by the length of its sentences: nobody says when each comes."""
    letters = sum(map(len, slot.captions))
    for text in slot.captions:
        end = start + slot.segment.seconds * len(text) / letters
        yield Cue(start=round(start, 3), end=round(end, 3), text=text, spoken="", part=slot.part, estimated=True)
        start = end


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
AFTER_RELAY = 2.0
"""Seconds of silence behind a relay that ends a programme: they are not aired, because the relay's end is hard."""
HOLD = 20.0
"""Seconds of hold music that stand in the file for a relay; it is looped while it bridges a gap."""


def rundown(request: BulletinRequest, narrator: Narrator, progress: Progress, jobs: int) -> Rundown:
    """Speak new sentences and choose the readings. Raises BulletinError, SpeechError, WorkspaceError."""
    narrator.prepare(lines(request.scripts()), progress, jobs)
    once, items = _once(request, narrator), _items(request, narrator)
    bridge = [replace(slot, item=_BRIDGE) for slot in _bridge(request, narrator)]
    plan = replace(request.plan, title=request.title)
    filled = [n for n in request.order if _fills(request, n)]
    if filled or not items:
        plan = replace(plan, min_seconds=0.0)
    if request.order and request.part_kind(request.order[-1]) == "relay":
        plan = replace(plan, max_seconds=plan.max_seconds + AFTER_RELAY)  # what follows it in the file is not aired
    frame = Length(fixed=LEAD_IN + LEAD_OUT) + _frame(request, once)
    between = Length(fixed=_seconds(bridge))
    summary = _summary(request, narrator, plan, frame, between, _lengths(items.values()))
    chosen = fit(plan, frame, between, _lengths(items.values()), Length(fixed=_seconds(summary)) if summary else None)
    if chosen.summary:
        frame += Length(fixed=_seconds(summary))
    if chosen.pace != 1.0:
        adjusted = narrator.at(chosen.pace)
        adjusted.prepare(lines(item for item in request.items if isinstance(item, Script)), progress, jobs)
        items = _items(request, adjusted)
        chosen = _adjusted(plan, chosen, frame, between, list(items.values()))
    length = total(frame, between, _lengths(items.values()), chosen.rounds)  # at another pace: of the adjusted clips
    rest = request.plan.min_seconds - length.at(stretch=chosen.stretch)
    for number in filled:  # all of them the same
        once[number] = _filled(request, narrator, number, rest / len(filled) - PART_PAUSE)
    slots: list[Slot] = []
    last = max(items, key=request.order.index, default=None)
    for number in request.order:
        if number in items:
            slots += _read(items, chosen, number, 1)
        else:
            slots += once[number]
        if number == last:
            for reading in range(2, len(chosen.rounds) + 1):
                slots += bridge
                for again in items:
                    slots += _read(items, chosen, again, reading)
            slots += summary if chosen.summary else []
    return Rundown(tuple(slots), chosen, _clips(slots))


_BRIDGE, _SUMMARY = -3, -4


def _read(items: Mapping[int, _Item], chosen: Fit, number: int, reading: int) -> list[Slot]:
    """Return the slots of one item in one reading; none if that reading ends before it."""
    count = dict(zip(items, chosen.rounds[reading - 1], strict=True))[number]
    return [_with_stretch(slot, chosen.stretch, reading) for section in items[number][:count] for slot in section]


def _fills(request: BulletinRequest, number: int) -> bool:
    """Whether an item is music that fills up to the shortest length."""
    if number < 0:
        return False
    item = request.items[number]
    return isinstance(item, AudioItem) and item.part.kind == "music" and item.part.length is None


def _filled(request: BulletinRequest, narrator: Narrator, number: int, seconds: float) -> list[Slot]:
    item = request.items[number]
    if seconds < _SHORTEST_MUSIC or not isinstance(item, AudioItem):
        return []
    segment = jingles.music_segment(narrator.workspace, item.path, seconds + _ON_FRAMES)
    return [Slot(segment, PART_PAUSE, request.part(number), item=number)]


_SHORTEST_MUSIC = 3.0
_SYLLABLES_A_SECOND = 4
_ON_FRAMES = 0.1
"""Seconds by which starting on whole frames may shorten a bulletin."""


def _once(request: BulletinRequest, narrator: Narrator) -> dict[int, list[Slot]]:
    """Return what is heard once, by its number: in a programme all but the articles, else opening and closing."""
    found: dict[int, list[Slot]] = {}
    for number in request.order:
        if number == OPENING:
            found[number] = [replace(slot, item=number) for slot in _opening(request, narrator)]
        elif number == CLOSING:
            found[number] = [replace(slot, item=number) for slot in _closing(request, narrator)]
        elif request.layout and isinstance(item := request.items[number], AudioItem):
            fills = _fills(request, number)
            found[number] = [] if fills else [_sound(request, narrator, number, item)]
    return found


def _sound(request: BulletinRequest, narrator: Narrator, number: int, item: AudioItem) -> Slot:
    """Return the slot of a recording, of music of a given length, or of a relay (its hold music)."""
    part, name = item.part, request.part(number)
    if part.kind in ("music", "relay"):
        seconds = HOLD if part.kind == "relay" else part.length or 0.0
        return Slot(jingles.music_segment(narrator.workspace, item.path, seconds), PART_PAUSE, name, item=number)
    segment = jingles.sound_segment(narrator.workspace, item.path, jingles.LONGEST_RECORDING, cut=part.length)
    captions = tuple(part.text[start:end] for start, end in split_sentences(part.text))
    return Slot(segment, PART_PAUSE, name, item=number, captions=captions)


def _frame(request: BulletinRequest, once: Mapping[int, list[Slot]]) -> Length:
    """Return the length on air of what is heard once: a relay lasts longer than its hold music."""
    seconds = 0.0
    for number, slots in once.items():
        item = request.items[number] if number >= 0 else None
        if isinstance(item, AudioItem) and item.part.kind == "relay":
            seconds += relay_seconds(item.part, request.plan.at, LEAD_IN + seconds) + PART_PAUSE
        else:
            seconds += _seconds(slots)
    return Length(fixed=seconds)


def relay_seconds(part: Part, at: str, before: float) -> float:
    """Return how long a relay lasts in an airing that begins at `at` (HH:MM:SS), `before` seconds after its start."""
    if not part.ends or not at:
        return part.length or 0.0
    hours = (datetime.datetime.fromisoformat(f"2000-01-01T{hour}") for hour in (at, part.ends))
    begins, ends = hours
    return max(0.0, (ends - begins).total_seconds() - before)


def relay_points(request: BulletinRequest, assembled: AssembledBulletin) -> tuple[RelayPoint, ...]:
    """Return where the relays of a programme come into its MP3."""
    found: list[RelayPoint] = []
    longer = 0.0
    for chapter in assembled.chapters:
        item = request.items[chapter.item] if chapter.item >= 0 else None
        if not isinstance(item, AudioItem) or item.part.kind != "relay":
            continue
        part, hold = item.part, chapter.end - chapter.start
        seconds = relay_seconds(part, request.plan.at, chapter.start + longer)
        found.append(
            RelayPoint(
                part.source,
                item.title,
                part.language,
                round(chapter.start, 3),
                round(hold, 3),
                round(seconds, 3),
                part.length,
                part.begins,
                part.ends,
            )
        )
        longer += seconds - hold
    return tuple(found)


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


def _summary(
    request: BulletinRequest, narrator: Narrator, plan: BulletinPlan, frame: Length, between: Length, items: Items
) -> list[Slot]:
    """Return the summary, spoken where by its letters it will be read; else nothing."""
    script = request.summary
    if script is None:
        return []
    about = Length(fixed=script.syllables / _SYLLABLES_A_SECOND + sum(s.pause for s in script.sentences))
    if not fit(plan, frame, between, items, about).summary:
        return []
    narrator.prepare(lines([script]))
    slots = [_music(narrator, "bridge", "summary"), *_spoken(narrator, script, "summary")]
    return [replace(slot, item=_SUMMARY) for slot in slots]


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


def _items(request: BulletinRequest, narrator: Narrator) -> dict[int, _Item]:
    """Return every item that may be read again, split into sections: in a programme only the articles."""
    found: dict[int, _Item] = {}
    for index, item in enumerate(request.items):
        part = request.part(index)
        if not isinstance(item, AudioItem):
            cut = sections(item.sentences)
            slots = [
                [replace(_line(narrator, item, sentence, part), item=index) for sentence in section] for section in cut
            ]
            if slots:
                slots[-1][-1] = replace(slots[-1][-1], pause=PART_PAUSE)
            found[index] = slots
        elif not request.layout:
            recorded = jingles.sound_segment(narrator.workspace, item.path, jingles.LONGEST_RECORDING)
            found[index] = [[Slot(recorded, PART_PAUSE, part, item=index)]]
    return found


def _lengths(items: Iterable[_Item]) -> Items:
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
