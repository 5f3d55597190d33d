"""Who speaks in a bulletin: one voice, or a woman and a man who take turns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.errors import Finding, Severity
from generator.i18n import _
from generator.speech.engine import Engine


@dataclass(frozen=True, slots=True)
class Cast:
    """The voices of one engine in a bulletin: the one that leads it, and each presenter's."""

    engine: Engine
    lead: str
    presenters: Mapping[str, str]

    def voice_of(self, presenter: str) -> str:
        """Who speaks as `presenter`; whatever is nobody's in particular is the leading voice's."""
        return self.presenters.get(presenter, self.lead)


def cast(engine: Engine, voice: str, presenters: Iterable[str]) -> Cast:
    """The voices of `presenters`, the first of whom leads; `voice` (the station's) where `engine` has none for one."""
    voices = {name: voice_for(engine, name, voice) or voice for name in dict.fromkeys(presenters) if name}
    return Cast(engine, next(iter(voices.values()), voice), voices)


def voice_for(engine: Engine, presenter: str, like: str) -> str | None:
    """The voice of `engine` for "nữ" or "nam", as much `like` the station's own as can be; or the voice so named."""
    voices = engine.voices()
    if presenter in voices:
        return presenter
    fitting = [voice for voice in voices if engine.presenter(voice) == presenter]
    return max(fitting, key=lambda voice: (voice == like, _accent(voice) == _accent(like)), default=None)


def _accent(voice: str) -> str:
    """eSpeak's voices are called `<accent>+<speaker>`."""
    return voice.partition("+")[0]


def missing(engine: Engine, voice: str, presenters: Iterable[str]) -> tuple[Finding, ...]:
    """A warning where `engine` has no voice for some of `presenters`, so that `voice` speaks for them."""
    without = [name for name in dict.fromkeys(presenters) if name and voice_for(engine, name, voice) is None]
    if not without:
        return ()
    message = _("Engine {engine} has no voice for {names}; “{voice}” reads those parts.")
    mend = _("Its voices: {voices}. Write one of them in “voices”, or take an engine with both: loa voices")
    return (
        Finding(
            "speech.presenter",
            message.format(engine=engine.name, names=", ".join(f"“{name}”" for name in without), voice=voice),
            mend.format(voices=", ".join(engine.voices())),
            Severity.WARNING,
            quote=without[0],
        ),
    )
