"""The rundown of a bulletin: every piece in the order in which it is heard, with the silence after it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from generator.bulletin import sounds
from generator.bulletin.fit import Fit, Items, Length, fit, misfit, stretch_for, total
from generator.bulletin.narration import Narrator, Progress, lines, sections
from generator.bulletin.order import Order, Recording
from generator.bulletin.plan import BulletinPlan
from generator.bulletin.programme import LEAD_IN, LEAD_OUT, Slot
from generator.script import Script, Sentence

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


def rundown(order: Order, narrator: Narrator, progress: Progress, jobs: int) -> Rundown:
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


def _opening(order: Order, narrator: Narrator) -> list[Slot]:
    """The time signal if wanted, the jingle, and the call over music."""
    style, sentences = order.style, order.opening.sentences
    slots = [_music(narrator, name, "opening") for name in (*["time-signal"] * style.time_signal, style.jingle)]
    if style.music is None or not sentences:
        return slots + _spoken(narrator, order.opening, "opening")
    call = sounds.Call(
        [narrator.clip_key(order.opening, sentence) for sentence in sentences],
        [*(sentence.pause for sentence in sentences[:-1]), 0.0],
        lambda: [narrator.clip(order.opening, sentence) for sentence in sentences],
    )
    music = sounds.jingle(narrator.workspace, style.music)
    piece = sounds.call_over_music(narrator.workspace, call, music, style.preset)
    return [*slots, Slot(piece, MUSIC_PAUSE, "opening", sentences=sentences)]


def _bridge(order: Order, narrator: Narrator) -> list[Slot]:
    return [_music(narrator, "bridge", "bridge"), *_spoken(narrator, order.bridge, "bridge")]


def _closing(order: Order, narrator: Narrator) -> list[Slot]:
    path = sounds.closing_jingle(narrator.workspace, order.style.jingle)
    return [
        *_spoken(narrator, order.closing, "closing"),
        Slot(sounds.sound_piece(narrator.workspace, path), 0.0, "closing"),
    ]


def _music(narrator: Narrator, name: str, part: str) -> Slot:
    path = sounds.jingle(narrator.workspace, name)
    return Slot(sounds.sound_piece(narrator.workspace, path), MUSIC_PAUSE, part)


def _spoken(narrator: Narrator, script: Script, part: str) -> list[Slot]:
    """All of `script`, with the pause between parts at its end."""
    slots = [_line(narrator, script, sentence, part) for sentence in script.sentences]
    return [*slots[:-1], replace(slots[-1], pause=PART_PAUSE)] if slots else []


def _line(narrator: Narrator, script: Script, sentence: Sentence, part: str) -> Slot:
    return Slot(narrator.piece(script, sentence), sentence.pause, part, sentences=(sentence,))


def _items(order: Order, narrator: Narrator) -> list[_Item]:
    """Every item cut into its sections."""
    found: list[_Item] = []
    for index, item in enumerate(order.items):
        part = order.part(index)
        if isinstance(item, Recording):
            found.append([[Slot(sounds.sound_piece(narrator.workspace, item.path), PART_PAUSE, part)]])
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
