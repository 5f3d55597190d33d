"""What there is to choose from at this station: voices, jingles, sound cards. Nobody types what must be known."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from loa.bulletin.jingles import SUFFIXES
from loa.i18n import N_
from loa.names import engine_name, voice_name
from loa.tts import all_engines
from loa.web import preview_audio
from loa.web.yaml_forms import Field
from loa.workspace import Workspace

_FOR = 20.0
"""Seconds for which a look at the sound cards holds."""
_looking = threading.Lock()
_cards: list[tuple[float, tuple[str, ...]]] = []
_inputs: list[tuple[float, tuple[str, ...]]] = []


def voices() -> dict[str, str]:
    """The voices that are ready, or that nobody asked yet, by `engine:voice`, and what people call them."""
    ready = {name for name, _licence, state, _names in preview_audio.engine_states() if state is None or state.ready}
    found = [f"{e.name}:{voice}" for e in all_engines() if e.name in ready for voice in e.voices()]
    ours = [name for name in found if name.startswith("loa:")]
    best = {e.name: engine_name(e.name) for e in all_engines() if e.name in ready}  # a file may name no more than this
    named = {name: voice_name(name) for name in [*ours, *found]}
    return {"": N_("the best voice of this computer"), **named, **best}


SOUNDS = {
    "bed": N_("music under the opening"),
    "bridge": N_("music between parts"),
    "chime": N_("chime at the beginning"),
    "chime-end": N_("chime at the end"),
    "time-signal": N_("signal of the hour"),
}
"""What people call the sounds that come with Loa."""


def jingles(workspace: Workspace) -> dict[str, str]:
    """The station's sounds that may begin a bulletin; those that end it go with them."""
    names = sorted({path.stem for path in workspace.jingles.glob("*.*") if path.suffix.lower() in SUFFIXES})
    named = {name: SOUNDS.get(name, name) for name in names if not name.endswith("-end") and not name.startswith(".")}
    return {"": N_("the usual one"), **named}


def sound_cards() -> dict[str, str]:
    """The sound cards of this computer by their names."""
    with _looking:
        if not _cards or time.monotonic() - _cards[0][0] > _FOR:
            from loa.playout.outputs.sound_card import device_names  # miniaudio: only the form of a sound card asks

            _cards[:] = [(time.monotonic(), tuple(device_names()))]
        names = _cards[0][1]
    return {"default": N_("the usual sound card of the computer"), **{name: name for name in names}}


def microphones() -> tuple[str, ...]:
    """The recording devices of this computer by their names."""
    with _looking:
        if not _inputs or time.monotonic() - _inputs[0][0] > _FOR:
            from loa.playout.listening import input_names  # miniaudio: only who speaks asks

            _inputs[:] = [(time.monotonic(), tuple(input_names()))]
        return _inputs[0][1]


def with_choices(
    fields: tuple[Field, ...], choices: Mapping[str, Callable[[], Mapping[str, str]]]
) -> tuple[Field, ...]:
    """`fields` with those called as in `choices` (`station.voice`) to be chosen from what there is."""
    return tuple(_chosen(field, choices) for field in fields)


_ADVANCED = frozenset(
    {
        *("password_env", "token_env", "security", "webhook", "sftp", "email.port", "telegram.url", "zalo.url"),
        *("position", "delay", "silence_before", "fade_in", "monitor"),
    }
)
"""Fields that hardly anybody needs, by the last word of their path, or by the whole path."""


def ordered(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """`fields` as a form shows them: who receives something first, what hardly anybody needs at the end, folded."""
    found = [
        replace(
            field,
            members=ordered(field.members),
            advanced=field.path[-1] in _ADVANCED or ".".join(field.path) in _ADVANCED,
        )
        for field in fields
    ]
    return tuple(sorted(found, key=lambda field: (field.advanced, field.path[-1] != "to")))


def _chosen(field: Field, choices: Mapping[str, Callable[[], Mapping[str, str]]]) -> Field:
    if field.members:
        return replace(field, members=with_choices(field.members, choices))
    if field.name not in choices:
        return field
    names = choices[field.name]()
    return replace(field, kind="choice", options=tuple(names), names=names, closed=True, example="", description="")
