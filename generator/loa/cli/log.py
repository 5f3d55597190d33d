"""`loa log`: what was on air, and the proof that nobody changed it."""

import datetime
import json
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from loa import names
from loa.app.reports import workbook
from loa.automation.service import open_station_store
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.options import print_findings, span_options, to_span
from loa.files import write_atomic
from loa.i18n import _
from loa.schedule import UTC
from loa.schedule.loader import load_schedule
from loa.store import asrun, asrun_export


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
    rows = asrun.rows(store, first, last, kinds=None if events else ("airing",))
    if form == "json":
        items = [row_item(row, schedule.timezone) for row in rows]
        write(json.dumps(items, ensure_ascii=False, indent=2) + "\n", output)
        return
    if form == "csv":
        write(asrun_export.to_csv(rows, schedule.timezone), output)
        return
    if form == "xlsx":
        if output is None:
            raise click.UsageError(_("A workbook needs a file: add -o log.xlsx"))
        write(workbook(workspace, schedule, rows), output)
        return
    if not rows:
        click.echo(_("The log holds nothing for these days."))
    for row in rows:
        click.echo(row_line(row, schedule.timezone))


@log.command(help=_("Prove that no row was changed, removed or moved."))
@pass_station
def verify(station: CliContext) -> None:
    """Exit 0: the log is whole; 1: it is not."""
    workspace = station.workspace
    store = open_station_store(workspace, load_schedule(workspace))
    findings = asrun.verify(store, workspace.seal)
    if findings:
        print_findings(findings, stream=sys.stderr)
        raise SystemExit(1)
    rows = asrun.rows(store, kinds=None)
    click.echo(_("The log is whole: {count} rows.").format(count=len(rows)))
    if rows:
        click.echo(_("The last one has the hash {hash}.").format(hash=rows[-1].hash))


def write(content: str | bytes, output: Path | None) -> None:
    """To the file that was named, else to the screen."""
    if output:
        write_atomic(output, content)
    else:
        click.echo(content, nl=False)


def row_item(row: asrun.Row, zone: ZoneInfo) -> dict[str, object]:
    """The documented JSON row."""

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
    }


def row_line(row: asrun.Row, zone: ZoneInfo) -> str:
    """One line for people."""
    when = (row.planned or row.at).astimezone(zone)
    if row.kind != "airing":
        return f"{when:%d/%m/%Y %H:%M}  [{row.kind}] {row.reason or ''}"
    ends = [moment.astimezone(zone) for moment in (row.started, row.ended) if moment]
    span = "  " + "-".join(f"{moment:%H:%M:%S}" for moment in ends) if ends else ""
    reason = f"  ({row.reason})" if row.reason else ""
    what = row.broadcast or row.bulletin
    return f"{when:%d/%m/%Y %H:%M}  {what}: {names.outcome(row.outcome or 'missed')}{span}  {row.output}{reason}"
