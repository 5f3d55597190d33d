"""What every speech engine is: one utterance in, one sound out, and an honest word about whether it can speak now."""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from loa.audio.samples import Sound
from loa.errors import Finding, SpeechError
from loa.i18n import _

Region = Literal["bac", "trung", "nam"]
Presenter = Literal["nữ", "nam"]
TextStyle = Literal["respelt", "written"]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One sentence to say.

    `text` is its spoken form: lower-case words only, with `, . ? ; :` where the voice pauses. `written` is the
    sentence as it stands in the article, for engines that read Vietnamese print well by themselves.
    """

    text: str
    written: str
    region: Region = "bac"

    @property
    def words(self) -> tuple[str, ...]:
        """The spoken words, without the pauses."""
        return tuple(word for piece in self.text.split() if (word := piece.strip(",.?!;:")))


@dataclass(frozen=True, slots=True)
class State:
    """Whether an engine can speak now. When it cannot: why, and what would mend it, both in the user's language."""

    ready: bool
    reason: str = ""
    fix: str = ""


@runtime_checkable
class Engine(Protocol):
    """A voice maker. Constructing one is cheap: heavy imports and models wait for the first `say`."""

    @property
    def name(self) -> str:
        """The name people write before the colon in `station.voice`; part of every clip's cache key."""

    @property
    def version(self) -> str:
        """Changes whenever the same request could sound different; part of every clip's cache key."""

    @property
    def licence(self) -> str:
        """SPDX expression or plain words, for the program and its voices."""

    @property
    def text_style(self) -> TextStyle:
        """`respelt`: `say` speaks `Utterance.text`; `written`: it speaks `Utterance.written`."""

    def state(self) -> State:
        """Whether it can speak now; never raises."""

    def voices(self) -> tuple[str, ...]:
        """The voices that are installed, the default first; empty when none is."""

    def presenter(self, voice: str) -> Presenter | None:
        """Whether `voice` is a woman's or a man's; None where nobody can tell."""

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:
        """Speak. `pace` 1.0 is the voice's own; 1.08 is 8 % quicker.

        Raises SpeechError with the reason and the mend (and nothing else) where it cannot.
        """


def no_such_voice(engine_name: str, voice: str, voices: tuple[str, ...]) -> Finding:
    """The problem of a voice that an engine does not have."""
    return Finding(
        "speech.voice",
        _("Engine {engine} has no voice “{voice}”.").format(engine=engine_name, voice=voice),
        _("Its voices: {voices}").format(voices=", ".join(voices)),
        quote=voice,
    )


def not_installed(packages: str, extra: str) -> State:
    """The state of an engine whose optional packages are missing."""
    return State(
        False,
        _("Not installed: {packages}.").format(packages=packages),
        _("Install it: {command}").format(command=f"pip install loa[{extra}]"),
    )


def no_answer(host: str, within: float) -> State:
    """The state of an engine whose service cannot be reached."""
    return State(
        False,
        _("{host} does not answer within {seconds:.0f} s.").format(host=host, seconds=within),
        _("Check the Internet connection, or use a voice that needs none."),
    )


def require(engine: Engine, voice: str) -> None:
    """Go on only where `engine` can speak now and has `voice`. Raises SpeechError with the reason."""
    state = engine.state()
    if not state.ready:
        raise SpeechError(Finding("speech.engine", state.reason, state.fix))
    if voice not in engine.voices():
        raise SpeechError(no_such_voice(engine.name, voice, engine.voices()))
