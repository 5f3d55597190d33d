"""The interface of speech engines: one utterance in, one sound out, and a state that says whether it works now."""

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

    `text` is its spoken form: lower-case words, with `, . ? ; :` where the voice pauses. `written` is the sentence of
    the article, for engines with their own text normalisation. `stressed`: numbers of words (from 0, see `words`) that
    an engine may say more slowly, after a short pause.
    """

    text: str
    written: str
    region: Region = "bac"
    stressed: frozenset[int] = frozenset()

    @property
    def words(self) -> tuple[str, ...]:
        """The words of `text`, without punctuation."""
        return tuple(word for piece in self.text.split() if (word := piece.strip(",.?!;:")))


@dataclass(frozen=True, slots=True)
class State:
    """Whether an engine can speak now; if not, the reason and how to correct it, both in the user's language."""

    ready: bool
    reason: str = ""
    fix: str = ""


@runtime_checkable
class Engine(Protocol):
    """A speech engine. Creating one is cheap: heavy imports and models are loaded by the first `say`."""

    @property
    def name(self) -> str:
        """The name before the colon in `station.voice`; part of the cache key of every clip."""

    @property
    def version(self) -> str:
        """Changes whenever the same request could sound different; part of the cache key of every clip."""

    @property
    def licence(self) -> str:
        """The licence of the program and its voices: an SPDX expression or plain words."""

    @property
    def text_style(self) -> TextStyle:
        """Which text `say` speaks: "respelt" means `Utterance.text`, "written" means `Utterance.written`."""

    def state(self) -> State:
        """Return whether it can speak now. Never raises."""

    def voices(self) -> tuple[str, ...]:
        """Return the installed voices, the default first; empty if there is none."""

    def presenter(self, voice: str) -> Presenter | None:
        """Return "nữ" for a woman's voice, "nam" for a man's; None if unknown."""

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:
        """Speak. `pace` 1.0 is the voice's own pace; 1.08 is 8 % faster.

        Raises SpeechError, with the reason and how to correct it, and no other exception.
        """


def no_such_voice(engine_name: str, voice: str, voices: tuple[str, ...]) -> Finding:
    """Return the finding for a voice that the engine does not have."""
    return Finding(
        "speech.voice",
        _("Engine {engine} has no voice “{voice}”.").format(engine=engine_name, voice=voice),
        _("Its voices: {voices}").format(voices=", ".join(voices)),
        quote=voice,
    )


def not_installed(packages: str, extra: str) -> State:
    """Return the state of an engine whose optional packages are missing."""
    return State(
        False,
        _("Not installed: {packages}.").format(packages=packages),
        _("Install it: {command}").format(command=f"pip install loa[{extra}]"),
    )


def no_answer(host: str, within: float) -> State:
    """Return the state of an engine whose online service cannot be reached."""
    return State(
        False,
        _("{host} does not answer within {seconds:.0f} s.").format(host=host, seconds=within),
        _("Check the Internet connection, or use a voice that needs none."),
    )


def require(engine: Engine, voice: str) -> None:
    """Check that `engine` can speak now and has `voice`. Raises SpeechError with the reason."""
    state = engine.state()
    if not state.ready:
        raise SpeechError(Finding("speech.engine", state.reason, state.fix))
    if voice not in engine.voices():
        raise SpeechError(no_such_voice(engine.name, voice, engine.voices()))
