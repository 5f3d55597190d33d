"""`loa log`: what was on air, and the proof that nobody changed it."""

import datetime
import email
import email.policy
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from loa import names
from loa.app import report_files, reports
from loa.app.reports import workbook
from loa.automation.disk import open_station_store
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.options import print_findings, span_options, to_span
from loa.files import write_atomic
from loa.i18n import _
from loa.schedule import UTC
from loa.schedule.loader import load_schedule
from loa.store import asrun, asrun_export, proof
from loa.workspace import read_text


@loa.group(help=_("The as-run log: what was on air, and what was not."), invoke_without_command=True)
@span_options
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv", "xlsx"]), default="text", help=_("Form of output.")
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help=_("File to write (xlsx needs one)."))
@click.option("--events", is_flag=True, help=_("Alarms, releases and other events too."))
@click.pass_context
def log(
    context: click.Context, since: str | None, until: str | None, form: str, output: Path | None, events: bool
) -> None:
    """Print the rows planned in the span."""
    if context.invoked_subcommand:
        return
    workspace = context.obj.workspace
    schedule = load_schedule(workspace)
    store = open_station_store(workspace, schedule)
    first, last = to_span(since, until, schedule.timezone, datetime.datetime.now(UTC), past=True)
    rows = asrun.rows(store, first, last, kinds=None if events else asrun.PLANNED)
    rows = [row for row in rows if row.kind != "output"]
    on_outputs = asrun.parts(store, first, last)
    if form == "json":
        items = [row_item(row, schedule.timezone, on_outputs.get(row.airing or "", ())) for row in rows]
        write(json.dumps(items, ensure_ascii=False, indent=2) + "\n", output)
        return
    if form == "csv":
        write(asrun_export.to_csv(asrun.each_airing(rows, first, last), schedule.timezone), output)
        return
    if form == "xlsx":
        if output is None:
            raise click.UsageError(_("A workbook needs a file: add -o log.xlsx"))
        write(workbook(workspace, schedule, asrun.each_airing(rows, first, last)), output)
        return
    if not rows:
        click.echo(_("The log holds nothing for these days."))
    for row in rows:
        click.echo(row_line(row, schedule.timezone))
        parts = on_outputs.get(row.airing or "", ())
        for part in parts if any(part.outcome != row.outcome for part in parts) else ():
            reason = f"  ({part.reason})" if part.reason else ""
            click.echo(f"    {part.output}: {names.outcome(part.outcome or 'missed')}{reason}")


@log.command(help=_("Prove that no row was changed, removed or moved."))
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    metavar="LINE|FILE",
    help=_("A line of loa log witness, or a file (a saved mail) with such lines; may be given several times."),
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help=_("Read every row, also those that were read before and are the same; a witness asks for it, too."),
)
@pass_station
def verify(station: CliContext, witnesses: tuple[str, ...], *, every: bool) -> None:
    """Exit 0: the log is whole; 1: it is not."""
    workspace, kept = station.workspace, _witnesses(witnesses)
    schedule = load_schedule(workspace)
    store = open_station_store(workspace, schedule)
    found = proof.examine(store, workspace.seal, kept, None if every else workspace.proved_file)
    if found.fits:
        day = found.fits.at.astimezone(schedule.timezone)
        message = _("The last witness that fits is the one of {day}: up to row {seq} the log is as it was then.")
        click.echo(message.format(day=f"{day:%d/%m/%Y %H:%M}", seq=found.fits.seq))
    elif kept:
        click.echo(_("None of the witnesses fits."))
    for seq, reason, last in found.restores if found.findings else ():
        message = _("Row {seq} says: {reason}. The log that was there before ended with row {last}.")
        click.echo(message.format(seq=seq, reason=reason, last=last or "?"))
    if found.findings:
        print_findings(found.findings, stream=sys.stderr)
        raise SystemExit(1)
    click.echo(_("The log is whole: {count} rows.").format(count=found.rows))
    if found.rows:
        click.echo(_("The last one has the hash {hash}.").format(hash=found.last.hash))


@log.command(help=_("Print the end of the log as a line and a QR code, to be kept outside of this computer."))
@click.option("--no-qr", is_flag=True, help=_("The line only."))
@pass_station
def witness(station: CliContext, *, no_qr: bool) -> None:
    """The line goes to stdout first; `loa log verify --witness LINE` compares it later."""
    store = open_station_store(station.workspace, load_schedule(station.workspace))
    line = proof.witness(store)
    if line is None:
        click.echo(_("The log holds nothing yet."), err=True)
        raise SystemExit(1)
    click.echo(str(line))
    if not no_qr:
        import segno  # only for this command

        code = io.StringIO()
        segno.make(str(line), micro=False).terminal(code, compact=True)
        click.echo(code.getvalue())


def _witnesses(given: Iterable[str]) -> list[proof.Witness]:
    """The witnesses that are given as lines, or in text files (saved mails). Raises UsageError, WorkspaceError."""
    found: list[proof.Witness] = []
    for text in given:
        written = text if text.upper().startswith("LOA1") else _text_of(read_text(Path(text)))
        right, wrong = proof.find_witnesses(written)
        if wrong:
            raise click.UsageError(_("This witness was copied wrongly: {line}").format(line=wrong[0]))
        if not right:
            raise click.UsageError(_("There is no witness in “{text}”: it begins with LOA1.").format(text=text[:60]))
        found += right
    return found


def _text_of(file: str) -> str:
    """What a saved mail says, whatever its encoding; of another file its text."""
    mail = email.message_from_string(file, policy=email.policy.default)
    body = mail.get_body(("plain",)) if mail["From"] else None
    return str(body.get_content()) if body else file


def write(content: str | bytes, output: Path | None) -> None:
    """To the file that was named, else to the screen."""
    if output:
        write_atomic(output, content)
    else:
        click.echo(content, nl=False)


def row_item(row: asrun.Row, zone: ZoneInfo, on_outputs: Sequence[asrun.Row] = ()) -> dict[str, object]:
    """The documented JSON row. `outputs`: what became of the airing on each; empty in rows of Loa 0.1."""

    def moment(value: datetime.datetime | None) -> str | None:
        return value.astimezone(zone).isoformat() if value else None

    return {
        "seq": row.seq,
        "kind": row.kind,
        "airing": row.airing,
        "broadcast": row.broadcast,
        "commune": row.commune,
        "output": row.output,
        "planned": moment(row.planned),
        "started": moment(row.started),
        "ended": moment(row.ended),
        "outcome": row.outcome,
        "reason": row.reason,
        "bulletin": row.bulletin,
        "sha256": row.sha256,
        "station": row.station,
        "priority": row.details.get("priority"),
        "contents": row.details.get("contents", []),
        "best": row.details.get("best"),
        "worst": row.details.get("worst"),
        "outputs": [
            {
                "output": part.output,
                "outcome": part.outcome,
                "started": moment(part.started),
                "ended": moment(part.ended),
                "reason": part.reason,
                "seconds": part.details.get("seconds"),
                "taken": part.details.get("taken"),
            }
            for part in on_outputs
        ],
        **({"outcomes": asrun.gap_outcomes(row.details)} if row.kind == asrun.GAP else {}),
    }


def row_line(row: asrun.Row, zone: ZoneInfo) -> str:
    """One line for people."""
    when = (row.planned or row.at).astimezone(zone)
    if row.kind == asrun.GAP and row.ended:
        return f"{when:%d/%m/%Y %H:%M} – {row.ended.astimezone(zone):%d/%m/%Y %H:%M}  {row.reason or ''}"
    if row.kind != "airing":
        return f"{when:%d/%m/%Y %H:%M}  [{row.kind}] {row.reason or ''}"
    ends = [moment.astimezone(zone) for moment in (row.started, row.ended) if moment]
    span = "  " + "-".join(f"{moment:%H:%M:%S}" for moment in ends) if ends else ""
    reason = f"  ({row.reason})" if row.reason else ""
    what = row.broadcast or row.bulletin
    return f"{when:%d/%m/%Y %H:%M}  {what}: {names.outcome(row.outcome or 'missed')}{span}  {row.output}{reason}"


_LONGEST_REPORT = 400
"""Days."""


@loa.command(
    help=_("Report what was aired in a month, a year or some days: by category, source, language, loudspeaker.")
)
@click.option("--month", metavar="YYYY-MM", help=_("The month, for example 2026-11."))
@click.option("--year", type=int, metavar="YYYY", help=_("The whole year."))
@click.option("--from", "since", metavar="D", help=_("The first day, for example 2026-11-02."))
@click.option("--to", "until", metavar="D", help=_("The last day; without it that day alone."))
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "xlsx", "docx"]), default="text", help=_("Form of output.")
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help=_("File to write (xlsx and docx need one)."))
@pass_station
def report(
    station: CliContext,
    month: str | None,
    year: int | None,
    since: str | None,
    until: str | None,
    form: str,
    output: Path | None,
) -> None:
    """Without a span: of this month."""
    schedule = load_schedule(station.workspace)
    if sum(map(bool, (month, year, since))) > 1 or (until and not since):
        raise click.UsageError(_("Give one of --month, --year, or --from with --to."))
    first, last = _days_of(month, year, since, until, datetime.datetime.now(schedule.timezone).date())
    if form in ("xlsx", "docx") and output is None:
        raise click.UsageError(_("This form needs a file: add -o report.{form}").format(form=form))
    store = open_station_store(station.workspace, schedule)
    found = reports.report(station.workspace, schedule, store, first, last)
    if form == "text":
        write("".join(_table_lines(report_files.title_of(found), report_files.tables(found))), output)
    else:
        made = report_files.as_file(found, form)
        write(made if output else made.decode(), output)


def _days_of(
    month: str | None, year: int | None, since: str | None, until: str | None, today: datetime.date
) -> tuple[datetime.date, datetime.date]:
    """The first and the last day that somebody means. Raises UsageError."""
    wrong = _("No such span. Write for example --month 2026-11, --year 2026 or --from 2026-11-02 --to 2026-11-08.")
    try:
        if since:
            first = datetime.date.fromisoformat(since)
            last = datetime.date.fromisoformat(until) if until else first
        else:
            wanted = datetime.date.fromisoformat(f"{month}-01") if month else today
            first, last = reports.month_of(year or wanted.year, 0 if year else wanted.month)
    except ValueError:
        raise click.UsageError(wrong) from None
    if not 0 <= (last - first).days <= _LONGEST_REPORT:
        raise click.UsageError(wrong)
    return first, last


def _table_lines(title: str, tables: Sequence[report_files.Table]) -> Iterator[str]:
    yield f"{title}\n"
    for table in tables:
        if table.rows:
            yield f"\n{table.title}\n"
            yield "  " + "  |  ".join(table.heads) + "\n"
            yield from ("  " + "  |  ".join(map(report_files.shown, row)) + "\n" for row in table.rows)
