"""`loa say` and `loa voices`: try a voice; see which voices there are and why some are silent."""

import dataclasses
import json
import re
import statistics
import sys
from pathlib import Path
from typing import cast

import click

from loa import tts
from loa.audio.samples import Sound
from loa.bulletin.recognition_check import THRESHOLD, Heard
from loa.bulletin.recognition_check import listen as listen_to
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.options import print_findings, progress_bar
from loa.errors import Finding, SpeechError
from loa.files import cannot_write
from loa.formats import lasting
from loa.i18n import _
from loa.store import approvals
from loa.tts import downloads
from loa.tts.engine import Engine, Region
from loa.tts.voices import aloud

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
    engine, name = tts.choose(voice, lambda finding: print_findings([finding], stream=sys.stderr))
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
    found = list(tts.all_engines())
    click.echo(_json(found) if form == "json" else "\n\n".join(_text(engine) for engine in found))
    if sample:
        _samples(found, sample)


@voices.command("install", help=_("Fetch a Vietnamese voice that then speaks without the Internet."))
@click.argument("name", required=False)
@click.option("--yes", is_flag=True, help=_("Agree to the licence without being asked."))
def install(name: str | None, yes: bool) -> None:
    """Without NAME: which there are. Shows size and licence before anything is fetched."""
    if name is None:
        for known, entry in downloads.catalogue().items():
            click.echo(f"{known}: {entry.bytes / 1e6:.0f} MB · {entry.licence}")
        return
    wanted = downloads.download(name)
    click.echo(f"{name}: {wanted.bytes / 1e6:.0f} MB · {wanted.licence}\n{wanted.url}", err=True)
    if not yes:
        click.confirm(_("Fetch it under this licence?"), abort=True, err=True)
    with progress_bar() as bar:
        task = bar.add_task(name, total=wanted.bytes)
        model = downloads.install(name, wanted, lambda done, _all: bar.update(task, completed=done))
    click.echo(_("Installed: {file}. Use it with --voice piper:{name} or station.voice.").format(file=model, name=name))


def _text(engine: Engine) -> str:
    state = engine.state()
    ready = click.style(_("ready"), fg="green") if state.ready else click.style(_("not ready"), fg="yellow")
    lines = [f"{engine.name}: {ready}" + (f" · {engine.licence}" if engine.licence else "")]
    if state.ready:
        lines.append("    " + ", ".join(_named(engine, voice) for voice in engine.voices()))
    lines += [f"    {line}" for line in (state.reason, state.fix and f"→ {state.fix}") if line]
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
        row = {"engine": engine.name, "ready": state.ready, "reason": state.reason, "mend": state.fix}
        rows.append({**row, "version": engine.version, "licence": engine.licence, "voices": list(engine.voices())})
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _write(path: Path, sound: Sound) -> None:
    import soundfile  # it brings numpy: only where a sound is written

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


@loa.command(help=_("Let a recogniser listen to a bulletin, and show the sentences that it does not understand."))
@click.argument("bulletin")
@click.option(
    "--below",
    type=click.FloatRange(0, 1),
    default=THRESHOLD,
    show_default=True,
    help=_("Show what is less clear."),
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=_("For people or programs.")
)
@pass_station
def listen(station: CliContext, bulletin: str, below: float, form: str) -> None:
    """Always ends with 0: it is an opinion."""
    mp3 = approvals.find(station.workspace, bulletin).path
    with progress_bar(counted=True) as bar:
        task = bar.add_task(bulletin)
        heard = listen_to(station.workspace, mp3, lambda done, total: bar.update(task, completed=done, total=total))
    unclear = [one for one in heard if one.share < below]
    if form == "json":
        click.echo(json.dumps([_row(one) for one in unclear], ensure_ascii=False, indent=2))
        return
    for one in unclear:
        click.echo(f"{lasting(one.cue.start)}  {one.share:4.0%}  {one.cue.text}")
        click.echo("    " + _("heard: {words}").format(words=one.understood or "—"))
        click.echo("    " + _("missed: {words}").format(words=" ".join(one.missed)))
    mean = statistics.fmean(one.share for one in heard) if heard else 0.0
    click.echo(
        _("{count} sentences, {share:.0%} of the words understood; {unclear} sentences below {below:.0%}.").format(
            count=len(heard), share=mean, unclear=len(unclear), below=below
        ),
        err=True,
    )


def _row(one: Heard) -> dict[str, object]:
    row = dataclasses.asdict(one)
    cue = row.pop("cue")
    return {"start": cue.start, "end": cue.end, "text": cue.text, "share": round(one.share, 3), **row}
