"""Choose the voice: the one that the station names, or the best one that is ready now."""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from loa import plugins
from loa.audio.samples import Sound, trim
from loa.errors import Finding, PluginError, Severity, SpeechError
from loa.i18n import _
from loa.normalizer import read, split_sentences
from loa.tts.engine import Engine, Presenter, Region, State, TextStyle, Utterance, no_such_voice

OWN = {
    "piper": "loa.tts.engines.piper:Piper",
    "gtts": "loa.tts.engines.gtts:Gtts",
    "edge": "loa.tts.engines.edge:Edge",
    "loa": "loa.tts.engines.kokoro:Loa",
    "espeak": "loa.tts.engines.espeak:Espeak",
}


@dataclass(frozen=True, slots=True)
class BrokenEngine:
    """Stands for an engine of another package that cannot be loaded; its state gives the reason."""

    name: str
    reason: str
    version: str = "none"
    licence: str = ""
    text_style: TextStyle = "respelt"

    def state(self) -> State:
        """Return "not ready" with the reason."""
        return State(False, self.reason, _("Install it again, or remove the package that brought it."))

    def voices(self) -> tuple[str, ...]:
        """Return an empty tuple."""
        return ()

    def presenter(self, voice: str) -> Presenter | None:  # noqa: ARG002 (the protocol's signature)
        """Return None."""
        return None

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:  # noqa: ARG002 (the protocol's signature)
        """Raises SpeechError."""
        raise SpeechError(Finding("speech.engine", self.reason, self.state().fix))


def all_engines() -> Iterator[Engine]:
    """Yield every engine, ready or not, Loa's own first. If two have the same name, the first one counts."""
    for name, place in OWN.items():
        yield _own(name, place)
    for name in plugins.found(plugins.ENGINES):
        if name not in OWN:
            yield _brought(name)


def engine(name: str) -> Engine:
    """Return the engine called `name`. Raises SpeechError with the list of engines."""
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


def _own(name: str, place: str) -> Engine:
    module, _colon, attribute = place.partition(":")
    try:
        made: Engine = getattr(importlib.import_module(module), attribute)()
    except Exception as error:  # noqa: BLE001  a package that it needs may fail in any way
        return BrokenEngine(name, _("It cannot be loaded: {reason}").format(reason=error))
    return made


def _brought(name: str) -> Engine:
    """An engine of another package; its failure becomes a state."""
    try:
        made = plugins.load(plugins.ENGINES, name)()
    except PluginError as error:
        return BrokenEngine(name, error.reason)
    except Exception as error:  # noqa: BLE001  another package may fail in any way
        return BrokenEngine(name, _("It cannot be loaded: {reason}").format(reason=error))
    if not isinstance(made, Engine):
        place = plugins.found(plugins.ENGINES)[name].value
        return BrokenEngine(name, _("It is not a speech engine: {place}").format(place=place))
    return made


@dataclass(frozen=True, slots=True)
class Cast:
    """The voices of one engine in a bulletin: the main voice, and the voice of each presenter."""

    engine: Engine
    lead: str
    presenters: Mapping[str, str]

    def voice_of(self, presenter: str) -> str:
        """Return the voice of `presenter`; the main voice for text without a presenter."""
        return self.presenters.get(presenter, self.lead)


def cast(engine: Engine, voice: str, presenters: Iterable[str]) -> Cast:
    """Assign voices to `presenters`; the first one is the main voice. `voice` stands in for missing voices."""
    voices = {name: voice_for(engine, name, voice) or voice for name in dict.fromkeys(presenters) if name}
    return Cast(engine, next(iter(voices.values()), voice), voices)


def voice_for(engine: Engine, presenter: str, like: str) -> str | None:
    """Return the voice for `presenter` ("nữ", "nam", or a voice's name), preferably with the accent of voice `like`.

    Returns None if `engine` has no such voice.
    """
    voices = engine.voices()
    if presenter in voices:
        return presenter
    fitting = [voice for voice in voices if engine.presenter(voice) == presenter]
    return max(fitting, key=lambda voice: (voice == like, _accent(voice) == _accent(like)), default=None)


def _accent(voice: str) -> str:
    """Return the accent of a voice; eSpeak's voices are called `<accent>+<speaker>`."""
    return voice.partition("+")[0]


def missing(engine: Engine, voice: str, presenters: Iterable[str]) -> tuple[Finding, ...]:
    """Return a warning if `engine` has no voice for some of `presenters`, so that `voice` reads their parts."""
    without = [name for name in dict.fromkeys(presenters) if name and voice_for(engine, name, voice) is None]
    if not without:
        return ()
    message = _("Engine {engine} has no voice for {names}; “{voice}” reads those parts.")
    fix = _("Its voices: {voices}. Write one of them in “voices”, or take an engine with both: loa voices")
    return (
        Finding(
            "speech.presenter",
            message.format(engine=engine.name, names=", ".join(f"“{name}”" for name in without), voice=voice),
            fix.format(voices=", ".join(engine.voices())),
            Severity.WARNING,
            quote=without[0],
        ),
    )


BEST_FIRST = ("piper", "vieneu", "gtts", "loa", "espeak")
"""The order of `auto`: native offline voices, then Google's online voice, then the voices that are always there."""
NATIVE = frozenset({"piper", "vieneu", "gtts"})
ONLINE = frozenset({"gtts", "edge"})
"""Online engines. They may be chosen while their service is away, because the sentences may be in the cache."""


def choose(name: str | None, notice: Callable[[Finding], None] = lambda _finding: None) -> tuple[Engine, str]:
    """Return the engine and voice for `engine[:voice]`, `engine:nữ`, `engine:nam`, or the best one for `auto` and None.

    If `auto` finds no native voice, `notice` gets a warning with the reason for each better one that was not ready.
    Raises SpeechError if the engine or voice is unknown, or if it cannot speak now and is not an online engine.
    """
    if is_auto(name):
        return _best(notice, ())
    wanted, _colon, voice = str(name).partition(":")
    found = engine(wanted)
    state = State(True) if wanted in ONLINE else found.state()
    if not state.ready:
        raise SpeechError(
            Finding("speech.engine", f"{wanted}: {state.reason}", state.fix or _("See: loa voices"), quote=name)
        )
    voices = found.voices()
    named = voice_for(found, voice, voices[0]) if voice else voices[0]
    if named is None:
        raise SpeechError(no_such_voice(wanted, voice, voices))
    return found, named


def is_auto(name: str | None) -> bool:
    """Return whether Loa may choose the voice."""
    return name in (None, "", "auto")


def fall_back(
    name: str | None, failed: Engine, error: SpeechError, notice: Callable[[Finding], None]
) -> tuple[Engine, str] | None:
    """Return the next best voice after the online voice that `auto` chose has failed; `notice` gets the reason.

    Returns None if the station named its voice. Raises SpeechError if no other engine can speak.
    """
    if not is_auto(name) or failed.name not in ONLINE:
        return None
    reasons = [f"{failed.name}: {finding.message}" for finding in error.findings]
    return _best(notice, reasons, after=failed.name)


def _best(notice: Callable[[Finding], None], reasons: Sequence[str], after: str | None = None) -> tuple[Engine, str]:
    """Return the first ready engine after `after`; `reasons` say why the engines before it were not used."""
    rejected = list(reasons)
    for name in BEST_FIRST[BEST_FIRST.index(after) + 1 if after else 0 :]:
        try:
            found = engine(name)
        except SpeechError:  # an engine of a package that is not installed
            continue
        state = found.state()
        if state.ready and found.voices():
            if name not in NATIVE:
                notice(_fallback(name, rejected))
            return found, found.voices()[0]
        rejected.append(f"{name}: {state.reason}")
    message = _("No speech engine can speak now. {reasons}").format(reasons=" ".join(rejected))
    fix = _("Install eSpeak NG: sudo apt-get install espeak-ng, or pip install loa[espeak]")
    raise SpeechError(Finding("speech.none", message, fix))


def _fallback(name: str, rejected: list[str]) -> Finding:
    return Finding(
        "speech.fallback",
        _("The voice is that of engine {name}, for no native one is ready. {reasons}").format(
            name=name, reasons=" ".join(rejected)
        ),
        _("Name a voice in station.voice to be sure of it; loa voices shows all."),
        Severity.WARNING,
    )


PAUSE = 0.4
"""Seconds between two sentences."""


def aloud(text: str, engine: Engine, voice: str, *, region: Region = "bac", pace: float = 1.0) -> Sound:
    """Speak `text` sentence by sentence into one sound without marks. Raises SpeechError if there is nothing to say."""
    import numpy as np  # 0.1 s, 16 MB: only where there is sound to work on

    parts = []
    for start, end in split_sentences(text):
        written = text[start:end]
        reading = read(written, region=region)
        if reading.words:
            parts.append(trim(engine.say(Utterance(reading.phrased, written, region), voice, pace)))
    if not parts:
        raise SpeechError(
            Finding("speech.nothing", _("There is nothing to say in this text."), _("Give some words."), quote=text)
        )
    rate = parts[0].rate
    pause = np.zeros(round(PAUSE * rate), np.float32)
    pieces = [piece for part in parts for piece in (part.samples, pause)][:-1]
    return Sound(np.concatenate(pieces), rate)
