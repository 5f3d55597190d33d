"""Problems that every engine may have to tell of, in one wording."""

from generator.errors import Finding, SpeechError
from generator.i18n import _
from generator.speech.engine import Engine, State


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
        raise SpeechError(Finding("speech.engine", state.reason, state.mend))
    if voice not in engine.voices():
        raise SpeechError(no_such_voice(engine.name, voice, engine.voices()))
