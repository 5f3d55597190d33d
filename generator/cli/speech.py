"""`loa say` and `loa voices`: try a voice; see which voices there are and why some are silent."""

import json
import re
import sys
from pathlib import Path
from typing import cast

import click

from generator import speech
from generator.cli.app import loa
from generator.cli.bar import progress_bar
from generator.cli.report import print_findings
from generator.errors import Finding, SpeechError
from generator.i18n import _
from generator.speech import voice_store
from generator.speech.aloud import aloud
from generator.speech.engine import Engine, Region
from generator.workspace import cannot_write

SAMPLE = "Đây là đài truyền thanh xã. Kính mời bà con nghe thông báo về dịch vụ công trực tuyến."
_SUFFIXES = (".wav", ".flac", ".mp3", ".ogg")


@loa.command(help=_("Speak a text into a sound file."))
@click.argument("text")
@click.option(
    "-o", "output", type=click.Path(path_type=Path), required=True, help=_("The file: .wav, .flac, .mp3 or .ogg.")
)
@click.option("--voice", default="auto", help=_("ENGINE or ENGINE:VOICE; auto: the best that is ready."))
@click.option("--region", type=click.Choice(["bac", "trung", "nam"]), default="bac", help=_("Whose accent."))
@click.option("--pace", type=click.FloatRange(0.5, 2.0), default=1.0, help=_("1 is the voice's own; 1.1 is quicker."))
def say(text: str, output: Path, voice: str, region: str, pace: float) -> None:
    """Writes `output`; tells on stderr which voice was taken, and why, when it was not named."""
    if output.suffix.lower() not in _SUFFIXES:
        raise click.UsageError(
            _("The file's name must end in one of: {suffixes}").format(suffixes=", ".join(_SUFFIXES))
        )
    engine, name = speech.choose(voice, lambda finding: print_findings([finding], stream=sys.stderr))
    sound = aloud(text, engine, name, region=cast("Region", region), pace=pace)
    _write(output, sound)
    said = _("{file}: {seconds:.1f} s, voice {voice}")
    click.echo(said.format(file=output, seconds=sound.seconds, voice=f"{engine.name}:{name}"), err=True)


@loa.group("voices", invoke_without_command=True, help=_("Show the speech engines, their state, and why."))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=_("For people or programs.")
)
@click.option(
    "--sample",
    type=click.Path(path_type=Path, file_okay=False),
    help=_("Write a sample of each voice that is ready there."),
)
@click.pass_context
def voices(context: click.Context, form: str, sample: Path | None) -> None:
    """A table on stdout; with `--sample`, a sound file for each voice that is ready."""
    if context.invoked_subcommand:
        return
    found = list(speech.all_engines())
    click.echo(_json(found) if form == "json" else "\n\n".join(_text(engine) for engine in found))
    if sample:
        _samples(found, sample)


@voices.command("install", help=_("Fetch a Vietnamese voice that then speaks without the Internet."))
@click.argument("name", required=False)
@click.option("--yes", is_flag=True, help=_("Agree to the licence without being asked."))
def install(name: str | None, yes: bool) -> None:
    """Without NAME: which there are. Shows size and licence before anything is fetched."""
    if name is None:
        for known, entry in voice_store.catalogue().items():
            click.echo(f"{known}: {entry.bytes / 1e6:.0f} MB · {entry.licence}")
        return
    wanted = voice_store.download(name)
    click.echo(f"{name}: {wanted.bytes / 1e6:.0f} MB · {wanted.licence}\n{wanted.url}", err=True)
    if not yes:
        click.confirm(_("Fetch it under this licence?"), abort=True, err=True)
    with progress_bar() as bar:
        task = bar.add_task(name, total=wanted.bytes)
        model = voice_store.install(name, wanted, lambda done, _all: bar.update(task, completed=done))
    click.echo(_("Installed: {file}. Use it with --voice piper:{name} or station.voice.").format(file=model, name=name))


def _text(engine: Engine) -> str:
    state = engine.state()
    ready = click.style(_("ready"), fg="green") if state.ready else click.style(_("not ready"), fg="yellow")
    lines = [f"{engine.name}: {ready}" + (f" · {engine.licence}" if engine.licence else "")]
    if state.ready:
        lines.append("    " + ", ".join(_named(engine, voice) for voice in engine.voices()))
    lines += [f"    {line}" for line in (state.reason, state.mend and f"→ {state.mend}") if line]
    return "\n".join(lines)


def _samples(found: list[Engine], folder: Path) -> None:
    """A sound file of each voice that can speak now; one that fails is told and does not silence the others."""
    folder.mkdir(parents=True, exist_ok=True)
    for engine, voice in ((each, voice) for each in found if each.state().ready for voice in each.voices()):
        name = re.sub(r"[^\w+.-]", "_", f"{engine.name}-{voice}")
        path = folder / f"{name}.wav"
        try:
            _write(path, aloud(SAMPLE, engine, voice))
        except SpeechError as error:
            print_findings(error.findings, stream=sys.stderr)
        else:
            click.echo(path, err=True)


def _named(engine: Engine, voice: str) -> str:
    """`loa:nu (nữ)`: the voice, and whose it is, as `voices:` names it."""
    whose = engine.presenter(voice)
    return f"{engine.name}:{voice}" + (f" ({whose})" if whose else "")


def _json(found: list[Engine]) -> str:
    rows = []
    for engine in found:
        state = engine.state()
        row = {"engine": engine.name, "ready": state.ready, "reason": state.reason, "mend": state.mend}
        rows.append({**row, "version": engine.version, "licence": engine.licence, "voices": list(engine.voices())})
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _write(path: Path, sound: speech.Sound) -> None:
    import soundfile

    try:
        soundfile.write(path, sound.samples, sound.rate)
    except soundfile.LibsndfileError as error:
        if not path.parent.is_dir():
            raise cannot_write(path, FileNotFoundError(2, _("there is no such folder"))) from error
        raise SpeechError(
            Finding(
                "speech.write",
                _("Cannot write the sound file: {reason}").format(reason=error),
                _("Check the folder's permissions and the disk."),
                file=str(path),
            )
        ) from error
