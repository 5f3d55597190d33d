"""Which engines there are: Loa's own, and those that other packages add under the entry point `loa.engines`."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points

from generator.errors import Finding, SpeechError
from generator.i18n import _
from generator.speech.engine import Engine, Presenter, Sound, State, TextStyle, Utterance

OWN = {
    "piper": "generator.speech.engines.piper:Piper",
    "gtts": "generator.speech.engines.gtts:Gtts",
    "edge": "generator.speech.engines.edge:Edge",
    "loa": "generator.speech.engines.loa:Loa",
    "espeak": "generator.speech.engines.espeak:Espeak",
}
GROUP = "loa.engines"


@dataclass(frozen=True, slots=True)
class BrokenEngine:
    """An engine that another package announces and that cannot even be loaded: a status with a reason."""

    name: str
    reason: str
    version: str = "none"
    licence: str = ""
    text_style: TextStyle = "respelt"

    def state(self) -> State:
        """Not ready, and why."""
        return State(False, self.reason, _("Install it again, or remove the package that brought it."))

    def voices(self) -> tuple[str, ...]:
        """None."""
        return ()

    def presenter(self, voice: str) -> Presenter | None:  # noqa: ARG002 (the protocol's signature)
        """Nobody's."""
        return None

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:  # noqa: ARG002 (the protocol's signature)
        """Raises SpeechError."""
        raise SpeechError(Finding("speech.engine", self.reason, self.state().mend))


def all_engines() -> Iterator[Engine]:
    """Every engine, ready or not; Loa's own first. A name is taken once."""
    places = dict(OWN)
    for entry in entry_points(group=GROUP):
        places.setdefault(entry.name, entry.value)
    for name, place in places.items():
        yield _load(name, place)


def engine(name: str) -> Engine:
    """The engine `name`. Raises SpeechError that lists those there are."""
    found = {each.name: each for each in all_engines()}
    if name not in found:
        raise SpeechError(
            Finding(
                "speech.engine",
                _("There is no speech engine “{name}”.").format(name=name),
                _("Use one of these: {names}").format(names=", ".join(("auto", *found))),
                quote=name,
            )
        )
    return found[name]


def _load(name: str, place: str) -> Engine:
    module, _colon, attribute = place.partition(":")
    try:
        made = getattr(importlib.import_module(module), attribute)()
    except Exception as error:  # noqa: BLE001  somebody else's package may fail in any way; it becomes a status
        return BrokenEngine(name, _("It cannot be loaded: {reason}").format(reason=error))
    if not isinstance(made, Engine):
        return BrokenEngine(name, _("It is not a speech engine: {place}").format(place=place))
    return made
