"""`loa check`: everything wrong in the station, or in given texts."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import click

from generator.bulletin import listen as listening
from generator.bulletin import sounds
from generator.campaign import read_commune, survey
from generator.cli.app import Station, loa, pass_station
from generator.cli.report import findings_json, print_findings
from generator.cli.when import DAY
from generator.errors import Finding, LoaError, Severity
from generator.i18n import _, ngettext
from generator.review import Shape, Text, documents, fix, fix_files, review, station
from generator.review.spoken import doubts_of_text
from generator.schedule import Schedule
from generator.workspace import write_atomic, yaml_files

# Findings of these kinds mean that a file cannot be used at all: exit code 2.
_UNUSABLE = ("yaml.", "key.", "value.", "file.", "template.", "commune.", "workspace.", "campaign.", "output.")


@loa.command(help=_("Tell everything wrong in the station, or in the texts FILE... (.md, .txt, .docx, .yaml)."))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--as-of", type=DAY, help=_("The day whose law counts (year-month-day)."))
@click.option("--fix", "mend", is_flag=True, help=_("Mend what is safe to mend: spaces, signs, certain slips."))
@click.option("--spoken", is_flag=True, help=_("Also tell where the reader has to guess how something is said."))
@click.option("--listen", is_flag=True, help=_("Also let a recogniser listen to every bulletin (takes minutes)."))
@pass_station
def check(
    place: Station,
    files: tuple[Path, ...],
    form: str,
    as_of: date | None,
    *,
    mend: bool,
    spoken: bool,
    listen: bool,
) -> None:
    """Findings to stdout; exit code 1 for faults in texts, 2 for files that cannot be used."""
    day = as_of
    if files:
        found = [finding for file in files for finding in _check_file(place, file, day, mend=mend, spoken=spoken)]
    else:
        if mend:
            for file in yaml_files(place.workspace.campaigns):
                with suppress(LoaError):  # what cannot be read is told by the check itself
                    _mend_campaign(file, day)
        found = station.check(place.workspace, day, spoken=spoken) + _schedule(place)
    if listen:
        mp3s = sorted(place.workspace.bulletins.glob("*/*.mp3"))
        found = [*found, *(finding for mp3 in mp3s for finding in listening.findings(place.workspace, mp3))]
    if form == "json":
        click.echo(findings_json(found))
    else:
        print_findings(found, stream=sys.stdout)
        click.echo(_summary(found), err=True)
    sys.exit(_exit_code(found))


def _schedule(place: Station) -> list[Finding]:
    """What is wrong in schedule.yaml, and which sounds it asks for that are not there."""
    try:
        plans = Schedule.load(place.workspace).plans()
    except LoaError as error:
        return list(error.findings)
    jingles = {commune.stem: commune.station.jingle for commune in survey(place.workspace)[0]}
    return [
        finding
        for plan in plans
        for finding in sounds.absent(place.workspace, plan, jingles.get(plan.commune) or plan.style.jingle)
    ]


def _check_file(place: Station, file: Path, day: date | None, *, mend: bool, spoken: bool) -> Iterator[Finding]:
    today = day or date.today()  # noqa: DTZ011  the day of the desk where somebody checks a text
    try:
        if file.suffix.lower() in {".yaml", ".yml"}:
            yield from _check_campaign(place, file, day, mend=mend, spoken=spoken)
            return
        raw, shape = documents.read_document(file)
        if mend:
            _mend(file, raw, today, shape)
            raw, shape = documents.read_document(file)
    except LoaError as error:
        yield from error.findings
        return
    yield from review(raw, today, file=str(file), shape=shape)
    if spoken:
        yield from doubts_of_text(Text(raw, today, shape), str(file))


def _check_campaign(place: Station, file: Path, day: date | None, *, mend: bool, spoken: bool) -> Iterator[Finding]:
    if mend:
        _mend_campaign(file, day)
    commune, source = read_commune(file, str(file))
    yield from station.check_commune(place.workspace, commune, source, day, spoken=spoken)


def _mend_campaign(file: Path, day: date | None) -> None:
    commune, source = read_commune(file, str(file))
    text, many = fix_files.fix_campaign(source, day or commune.campaigns[0].as_of)
    if many:
        write_atomic(file, text)
    _tell_mended(file, many)


def _mend(file: Path, raw: str, day: date, shape: Shape) -> None:
    if shape == "paragraphs":
        many = fix_files.fix_docx(file, day)
    else:
        mended, many = fix.fix(raw, day, shape=shape)
        if mended != raw:
            write_atomic(file, mended)
    _tell_mended(file, many)


def _tell_mended(file: Path, many: int) -> None:
    told = ngettext("{file}: {many} place mended", "{file}: {many} places mended", many)
    click.echo(told.format(file=file, many=many), err=True)


def _summary(found: Iterable[Finding]) -> str:
    kinds = [finding.severity for finding in found]
    errors, warnings = kinds.count(Severity.ERROR), kinds.count(Severity.WARNING)
    return (
        ngettext("{many} error", "{many} errors", errors).format(many=errors)
        + ", "
        + ngettext("{many} warning", "{many} warnings", warnings).format(many=warnings)
    )


def _exit_code(found: Iterable[Finding]) -> int:
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    if any(finding.code.startswith(_UNUSABLE) for finding in errors):
        return 2
    return 1 if errors else 0
