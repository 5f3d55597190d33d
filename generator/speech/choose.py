"""Which voice speaks: the one that the station names, or the best that is ready now."""

from collections.abc import Callable, Sequence

from generator.errors import Finding, Severity, SpeechError
from generator.i18n import _
from generator.speech.engine import Engine, State
from generator.speech.presenters import voice_for
from generator.speech.problems import no_such_voice
from generator.speech.registry import engine

BEST_FIRST = ("piper", "vieneu", "gtts", "loa", "espeak")
"""For `auto`: native Vietnamese voices on this machine, then Google's over the network, then what is always there."""
NATIVE = frozenset({"piper", "vieneu", "gtts"})
ONLINE = frozenset({"gtts", "edge"})
"""Engines whose service may come and go; they may be chosen while it is away, for what they spoke is in the cache."""


def choose(name: str | None, notice: Callable[[Finding], None] = lambda _finding: None) -> tuple[Engine, str]:
    """The engine and voice of `engine[:voice]`, `engine:nữ` or `engine:nam`; `auto` or None: the best that is ready.

    `notice` is told where `auto` had to fall back on a voice that is not a native one, and why each better one was
    not taken. Raises SpeechError where the engine or voice is unknown, or cannot speak now and is not an online one.
    """
    if is_auto(name):
        return _best(notice, ())
    wanted, _colon, voice = str(name).partition(":")
    found = engine(wanted)
    state = State(True) if wanted in ONLINE else found.state()
    if not state.ready:
        raise SpeechError(
            Finding("speech.engine", f"{wanted}: {state.reason}", state.mend or _("See: loa voices"), quote=name)
        )
    voices = found.voices()
    named = voice_for(found, voice, voices[0]) if voice else voices[0]
    if named is None:
        raise SpeechError(no_such_voice(wanted, voice, voices))
    return found, named


def is_auto(name: str | None) -> bool:
    """Whether the choice of the voice is left to us."""
    return name in (None, "", "auto")


def fall_back(
    name: str | None, failed: Engine, error: SpeechError, notice: Callable[[Finding], None]
) -> tuple[Engine, str] | None:
    """The next best voice after an online one that `auto` chose has failed; None where the station named its voice.

    `notice` is told of it with the reason. Raises SpeechError where nothing else can speak.
    """
    if not is_auto(name) or failed.name not in ONLINE:
        return None
    reasons = [f"{failed.name}: {finding.message}" for finding in error.findings]
    return _best(notice, reasons, after=failed.name)


def _best(notice: Callable[[Finding], None], reasons: Sequence[str], after: str | None = None) -> tuple[Engine, str]:
    """The first ready engine (behind `after`); `reasons` tell why those before were not taken."""
    passed = list(reasons)
    for name in BEST_FIRST[BEST_FIRST.index(after) + 1 if after else 0 :]:
        try:
            found = engine(name)
        except SpeechError:  # an engine of another package that is not installed
            continue
        state = found.state()
        if state.ready and found.voices():
            if name not in NATIVE:
                notice(_fallback(name, passed))
            return found, found.voices()[0]
        passed.append(f"{name}: {state.reason}")
    message = _("No speech engine can speak now. {reasons}").format(reasons=" ".join(passed))
    mend = _("Install eSpeak NG: sudo apt-get install espeak-ng, or pip install loa[espeak]")
    raise SpeechError(Finding("speech.none", message, mend))


def _fallback(name: str, passed: list[str]) -> Finding:
    return Finding(
        "speech.fallback",
        _("The voice is that of engine {name}, for no native one is ready. {reasons}").format(
            name=name, reasons=" ".join(passed)
        ),
        _("Name a voice in station.voice to be sure of it; loa voices shows all."),
        Severity.WARNING,
    )
