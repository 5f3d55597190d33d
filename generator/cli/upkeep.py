"""`loa rehearse`, `loa usb`, `loa backup`, `loa restore`: looking ahead, carrying away, keeping safe."""

import datetime
import json
from pathlib import Path

import click

from generator import on_air
from generator.cli.app import Station, loa, pass_station
from generator.cli.log import row_item, row_line
from generator.cli.when import span_options, to_span
from generator.i18n import _
from generator.on_air import backup as backups
from generator.on_air.ladder import apologies_missing
from generator.playout.usb import write_stick
from generator.schedule import UTC, Schedule, airings


@loa.command(help=_("Run the days to come at high speed, without sound: what would be missing?"))
@span_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=_("Form of output."))
@pass_station
def rehearse(station: Station, since: str | None, until: str | None, form: str) -> None:
    """Exit 1 if an airing would be missed or left out by a rule, or an output is not ready."""
    workspace = station.workspace
    schedule = Schedule.load(workspace)
    first, last = to_span(since, until, schedule.timezone, datetime.datetime.now(UTC))
    store = on_air.open_station_store(workspace, schedule)
    rows = on_air.rehearse(workspace, store, first, last)
    outputs = on_air.output_problems(workspace, schedule)
    failed = [row for row in rows if row.outcome in {"missed", "aired-late"}]
    missed = {row.commune for row in rows if row.outcome == "missed"}
    silent = {c: why.message for c, why in apologies_missing(workspace, store, schedule).items() if c in missed}
    if form == "json":
        items = {
            "rows": [row_item(row, schedule.timezone) for row in rows],
            "outputs": outputs,
            "apologies": silent,
        }
        click.echo(json.dumps(items, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            if row.outcome != "aired":
                click.echo(row_line(row, schedule.timezone))
        for name, problem in outputs.items():
            click.echo(f"{name}: {problem}")
        for commune, reason in silent.items():
            click.echo(_("{commune} cannot even say sorry: {reason}").format(commune=commune, reason=reason))
        planned = [row for row in rows if row.broadcast]
        good = sum(row.outcome == "aired" for row in planned)
        click.echo(_("{good} of {all} airings would be on air on time.").format(good=good, all=len(planned)))
    raise SystemExit(1 if failed or outputs else 0)


@loa.command(help=_("Write the released bulletins to come to a USB stick, with a printed timetable."))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@span_options
@pass_station
def usb(station: Station, folder: Path, since: str | None, until: str | None) -> None:
    """Exit 1 if something had to be left out."""
    workspace = station.workspace
    schedule = Schedule.load(workspace)
    first, last = to_span(since, until, schedule.timezone, datetime.datetime.now(UTC))
    store = on_air.open_station_store(workspace, schedule)
    stick = write_stick(workspace, store, airings(schedule, first, last), folder)
    for name, _airing in stick.written:
        click.echo(name)
    for airing, reason in stick.left_out:
        click.echo(f"{airing.planned:%d/%m/%Y %H:%M} {airing.broadcast}: {reason}", err=True)
    click.echo(_("{count} files, and the timetable lich-phat.html.").format(count=len(stick.written)))
    raise SystemExit(1 if stick.left_out else 0)


@loa.command(help=_("Copy log, approvals, released recordings and settings to a file; also while on air."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_station
def backup(station: Station, file: Path) -> None:
    """Write a ZIP file."""
    count = backups.backup(station.workspace, file)
    click.echo(_("{file}: {count} files.").format(file=file, count=count))


@loa.command(help=_("Put a backup in place of what is here."))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_station
def restore(station: Station, file: Path) -> None:
    """What was here is kept in .loa/before-restore."""
    workspace = station.workspace
    store = on_air.open_station_store(workspace, Schedule.load(workspace)) if workspace.database.exists() else None
    count = backups.restore(workspace, file, store)
    click.echo(_("{count} files put back. The old log lies in .loa/before-restore.").format(count=count))
