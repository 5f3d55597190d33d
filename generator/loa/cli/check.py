"""`loa check`: everything wrong in the station, or in given texts."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from loa.bulletin import jingles
from loa.bulletin import recognition_check as listening
from loa.campaign import Commune, read_commune
from loa.checks import Shape, Text, fix, review, station
from loa.checks import fix as fixes
from loa.checks.station import doubts_of_text
from loa.checks.text import written_on
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.edits import edit_file
from loa.cli.options import DAY, findings_json, print_findings
from loa.errors import Finding, LoaError, Severity, WorkspaceError
from loa.files import write_atomic
from loa.i18n import _, ngettext
from loa.importing import documents
from loa.inbox.policy import load_policy
from loa.schedule import Schedule
from loa.schedule.echoes import echo_fix, echo_text, echoes
from loa.schedule.loader import load_schedule
from loa.schedule.outputs import MissingPlugin
from loa.workspace import yaml_files
from loa.yamlfile import parse

# Findings of these kinds mean that a file cannot be used at all: exit code 2.
_UNUSABLE = (
    "yaml.",
    "key.",
    "value.",
    "file.",
    "template.",
    "commune.",
    "workspace.",
    "campaign.",
    "output.",
    "inbox.",
)


@loa.command(help=_("Tell everything wrong in the station, or in the texts FILE... (.md, .txt, .docx, .pdf, .yaml)."))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--as-of", type=DAY, help=_("The day whose law counts (year-month-day)."))
@click.option("--fix", is_flag=True, help=_("Mend what is safe to mend: spaces, signs, certain slips."))
@click.option("--spoken", is_flag=True, help=_("Also tell where the reader has to guess how something is said."))
@click.option("--listen", is_flag=True, help=_("Also let a recogniser listen to every bulletin (takes minutes)."))
@pass_station
def check(
    place: CliContext,
    files: tuple[Path, ...],
    form: str,
    as_of: date | None,
    *,
    fix: bool,
    spoken: bool,
    listen: bool,
) -> None:
    """Findings to stdout; exit code 1 for faults in texts, 2 for files that cannot be used."""
    day = as_of
    if files:
        found = [finding for file in files for finding in _check_file(place, file, day, fix=fix, spoken=spoken)]
    else:
        if fix:
            for file in yaml_files(place.workspace.campaigns):
                with suppress(LoaError):  # what cannot be read is told by the check itself
                    _mend_campaign(place, file, day)
        seen = _Seen()
        found = station.check(place.workspace, day, spoken=spoken, seen=seen.add) + _schedule(place, seen)
    if listen:
        mp3s = sorted(place.workspace.bulletins.glob("*/*.mp3"))
        found = [*found, *(finding for mp3 in mp3s for finding in listening.findings(place.workspace, mp3))]
    if form == "json":
        click.echo(findings_json(found))
    else:
        print_findings(found, stream=sys.stdout)
        click.echo(_summary(found), err=True)
    sys.exit(_exit_code(found))


class _Seen:
    """What the schedule asks of each commune, so that no file is read twice."""

    def __init__(self) -> None:
        self.campaigns: dict[str, tuple[str, ...]] = {}
        self.jingles: dict[str, str | None] = {}

    def add(self, commune: Commune) -> None:
        """Keep the ids of a commune's campaigns, and its jingle."""
        self.campaigns[commune.stem] = tuple(campaign.id for campaign in commune.campaigns)
        self.jingles[commune.stem] = commune.station.jingle


def _schedule(place: CliContext, seen: _Seen) -> list[Finding]:
    """What is wrong in schedule.yaml and in inbox.yaml, and which sounds the schedule asks for that are not there."""
    try:
        schedule = load_schedule(place.workspace, loaded=seen.campaigns)
    except LoaError as error:
        return [*error.findings, *_inbox(place, None)]
    absent = [
        finding
        for plan in schedule.plans()
        for finding in jingles.absent(place.workspace, plan, seen.jingles.get(plan.commune) or plan.style.jingle)
    ]
    file = place.workspace.relative(place.workspace.schedule_file)
    missing = [
        replace(output.trouble, code="output.plugin", file=file)
        for output in schedule.outputs.values()
        if isinstance(output, MissingPlugin)
    ]
    echo = [
        Finding("schedule.echo", echo_text(schedule, echo), echo_fix(), Severity.WARNING, str(file))
        for echo in echoes(schedule)
    ]
    return [*_inbox(place, schedule), *missing, *absent, *echo]


def _inbox(place: CliContext, schedule: Schedule | None) -> list[Finding]:
    """What is wrong in inbox.yaml: until it is right, no message from outside is taken."""
    try:
        load_policy(place.workspace, schedule)
    except LoaError as error:
        return list(error.findings)
    return []


def _check_file(place: CliContext, file: Path, day: date | None, *, fix: bool, spoken: bool) -> Iterator[Finding]:
    try:
        if file.suffix.lower() in {".yaml", ".yml"}:
            yield from _check_campaign(place, file, day, fix=fix, spoken=spoken)
            return
        raw, shape = documents.read_document(file)
        # Without --as-of: the day that the document bears, or the day of the desk where somebody checks it.
        today = day or min(written_on(raw) or date.max, date.today())  # noqa: DTZ011
        if fix:
            _mend(file, raw, today, shape)
            raw, shape = documents.read_document(file)
    except LoaError as error:
        yield from error.findings
        return
    yield from review(raw, today, file=str(file), shape=shape)
    if spoken:
        yield from doubts_of_text(Text(raw, today, shape), str(file))


def _check_campaign(place: CliContext, file: Path, day: date | None, *, fix: bool, spoken: bool) -> Iterator[Finding]:
    if fix:
        _mend_campaign(place, file, day)
    commune, source = read_commune(file, str(file))
    yield from station.check_commune(place.workspace, commune, source, day, spoken=spoken)


def _mend_campaign(place: CliContext, file: Path, day: date | None) -> None:
    commune, source = read_commune(file, str(file))
    day = day or commune.campaigns[0].as_of
    text, many = fixes.fix_campaign(source, day)
    own = _in_station(place, file)
    if many and own:
        edit_file(
            place.workspace,
            own,
            lambda now: fixes.fix_campaign(parse(now, str(file)), day)[0],
            ngettext("{many} place mended", "{many} places mended", many).format(many=many),
            action="campaign.mended",
            subject=commune.stem,
        )
    elif many:
        write_atomic(file, text)
    _tell_mended(file, many)


def _in_station(place: CliContext, file: Path) -> Path | None:
    """The file as the station calls it, if it is one of its campaigns/."""
    try:
        path = place.workspace.campaigns / file.name
    except WorkspaceError:
        return None
    return path if path.exists() and path.samefile(file) else None


def _mend(file: Path, raw: str, day: date, shape: Shape) -> None:
    if file.suffix.lower() == ".pdf":
        message, fix_ = _("A PDF cannot be corrected in place."), _("Correct the file that it was made from.")
        raise WorkspaceError(Finding("file.pdf-fix", message, fix_, file=str(file)))
    if shape == "paragraphs":
        many = fixes.fix_docx(file, day)
    else:
        replacement, many = fix.fix(raw, day, shape=shape)
        if replacement != raw:
            write_atomic(file, replacement)
    _tell_mended(file, many)


def _tell_mended(file: Path, many: int) -> None:
    reported = ngettext("{file}: {many} place mended", "{file}: {many} places mended", many)
    click.echo(reported.format(file=file, many=many), err=True)


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
