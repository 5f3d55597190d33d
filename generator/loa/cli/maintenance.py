"""`loa rehearse`, `loa usb`, `loa backup`, `loa restore`, `loa admin`: looking ahead, keeping safe, coming back in."""

import datetime
import getpass
import json
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from loa.app import backups
from loa.app.backup import backup as write_backup
from loa.app.doctor import Check, Health, examine
from loa.app.publication import publish_signed
from loa.automation import rehearsal
from loa.automation.disk import open_station_store
from loa.automation.fallbacks import apologies_missing
from loa.automation.schedule_watch import schedule_in_force
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.log import row_item, row_line
from loa.cli.options import print_findings, span_options, to_span
from loa.errors import Finding, ScheduleError, StoreError, WorkspaceError
from loa.i18n import _, ngettext
from loa.priority import BACKUP, step_back
from loa.publish.usb import write_stick
from loa.schedule import UTC, airings
from loa.schedule.loader import load_schedule
from loa.store.audit import Audit, Outbox
from loa.store.database import CONSOLE, Database, is_busy
from loa.web.console_process import installed
from loa.workspace import Workspace


@loa.command(help=_("Run the days to come at high speed, without sound: what would be missing?"))
@span_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=_("Form of output."))
@pass_station
def rehearse(station: CliContext, since: str | None, until: str | None, form: str) -> None:
    """Exit 1 if an airing would be missed or left out by a rule, or an output is not ready."""
    workspace = station.workspace
    schedule = load_schedule(workspace)
    first, last = to_span(since, until, schedule.timezone, datetime.datetime.now(UTC))
    store = open_station_store(workspace, schedule)
    rows = rehearsal.rehearse(workspace, store, first, last)
    outputs = rehearsal.output_problems(workspace, schedule)
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
def usb(station: CliContext, folder: Path, since: str | None, until: str | None) -> None:
    """Exit 1 if something had to be left out."""
    workspace = station.workspace
    schedule = load_schedule(workspace)
    first, last = to_span(since, until, schedule.timezone, datetime.datetime.now(UTC))
    store = open_station_store(workspace, schedule)
    stick = write_stick(workspace, store, airings(schedule, first, last), folder)
    for name, _airing in stick.written:
        click.echo(name)
    for airing, reason in stick.left_out:
        click.echo(f"{airing.planned:%d/%m/%Y %H:%M} {airing.broadcast}: {reason}", err=True)
    click.echo(_("{count} files, and the timetable lich-phat.html.").format(count=len(stick.written)))
    raise SystemExit(1 if stick.left_out else 0)


@loa.command(
    help=_("Copy log, approvals, released recordings and settings to a file, or to the places in schedule.yaml.")
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--due", is_flag=True, hidden=True)
@pass_station
def backup(station: CliContext, file: Path | None, due: bool) -> None:
    """Write a ZIP file; without a name, make the automatic backup now. Exit 1 if a place did not get one."""
    workspace = station.workspace
    if file:
        count = write_backup(workspace, file)
        click.echo(_("{file}: {count} files.").format(file=file, count=count))
        return
    schedule, _problems = schedule_in_force(workspace)
    settings, names = schedule.backup, list(schedule.backup.places)
    if due:  # started by the station
        step_back(BACKUP)
        names = backups.due(workspace, settings, datetime.datetime.now(schedule.timezone))
    elif not names:
        fix = _("Name one in the console (Settings), or a file: loa backup FILE")
        raise WorkspaceError(Finding("backup.none", _("No place for automatic backups is set."), fix))
    problems = backups.back_up(workspace, settings, names)
    for name in names:
        title = backups.titles()[name]
        click.echo(f"{title}: {problems.get(name) or _('done')}", err=name in problems)
    raise SystemExit(1 if problems else 0)


@loa.command(help=_("Put a backup in place of what is here, or into an empty folder."))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_station
def restore(station: CliContext, file: Path) -> None:
    """What was here is kept in .loa/before-restore."""
    from loa.app.restore import restore as put_back  # numpy: no other verb here needs it

    workspace = station.restored_workspace
    done = put_back(workspace, file.absolute(), _store_in_use(workspace))
    click.echo(_("{count} files put back. What was here lies in .loa/before-restore.").format(count=done.files))
    for bulletin in done.bulletins:
        click.echo(_("{bulletin}: the released recording is the current one.").format(bulletin=bulletin))
    print_findings(done.notices, stream=sys.stderr)


def _store_in_use(workspace: Workspace) -> Database | None:
    """The database, to see whether the station is on air; None where there is none, or none that can be used."""
    try:
        schedule, _problems = schedule_in_force(workspace)
    except ScheduleError:  # a station whose schedule is broken is one that people restore
        schedule = None
    place = (schedule and schedule.database) or workspace.database
    if place == workspace.database and not workspace.database.exists():
        return None
    try:
        return Database(place)
    except StoreError as error:
        if is_busy(error) or error.findings[0].code == "store.on-air":
            raise
        return None


_MARKS = {Health.GOOD: ("✓", "green"), Health.WEAK: ("•", "yellow"), Health.BAD: ("✗", "red")}


@loa.command(help=_("Tell what is installed, what is not, and what keeps the station from going on air."))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=_("Form of output."))
@pass_station
def doctor(station: CliContext, form: str) -> None:
    """Exit code 1 where something is bad, an alarm that nobody cleared included."""
    _print_checks(list(examine(station.damaged_workspace)), form)


@loa.command(
    help=_("Bring the station to this version of Loa, as its first start would; or say what that would change.")
)
@click.option("--check", is_flag=True, help=_("Change nothing: try it on copies and tell the result."))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=_("Form of output."))
@pass_station
def upgrade(station: CliContext, check: bool, form: str) -> None:
    """Exit code 1 where something stands in the way; then nothing was changed."""
    # Campaigns and templates, which no other verb here needs.
    from loa.app.upgrade import look
    from loa.app.upgrade import upgrade as bring_up

    workspace = station.workspace
    checks = list(look(workspace))
    if not check and not any(each.health is Health.BAD for each in checks):
        bring_up(workspace)
    _print_checks(checks, form)


def _print_checks(checks: Sequence[Check], form: str) -> None:
    if form == "json":
        click.echo(json.dumps([_as_json(check) for check in checks], ensure_ascii=False, indent=2))
    else:
        for check in checks:
            mark, colour = _MARKS[check.health]
            click.echo(f"{click.style(mark, fg=colour)} {check.name}: {check.detail}")
            if check.fix and check.health is not Health.GOOD:
                click.echo(f"    → {check.fix}")
    if any(check.health is Health.BAD for check in checks):
        sys.exit(1)


def _as_json(check: Check) -> dict[str, str]:
    """The documented form of a check: `{name, health, detail, mend}`."""
    row = asdict(check)
    return {**{key: value for key, value in row.items() if key != "fix"}, "mend": check.fix}


@loa.command(help=_("Give somebody a new password and the role of administrator, when no administrator can log in."))
@click.argument("name")
@pass_station
def admin(station: CliContext, name: str) -> None:
    """The account is made if it is missing. The audit trail tells of it."""
    workspace = station.workspace
    if not installed():
        message, fix = _("The console is not installed."), _("Install it: pip install 'loa[console]'")
        raise WorkspaceError(Finding("console.none", message, fix))
    from loa.web.auth.accounts import Accounts  # an extra: it may not be installed
    from loa.web.forms import FormError

    password = click.prompt(_("New password"), hide_input=True, confirmation_prompt=_("Once more"), err=True)
    database = Database(workspace.console_database, CONSOLE)
    outbox = Outbox(database, workspace.outbox)
    try:
        person = Accounts(database).make_administrator(name, password)
        who = f"{getpass.getuser()}@{socket.gethostname()}"
        Audit(database, outbox).write(who, "person.rescued", person.name, _("on the computer itself: loa admin"))
    except FormError as error:
        raise WorkspaceError([Finding("admin.refused", text) for text in error.problems.values()]) from error
    finally:
        outbox.close()
        database.close()
    click.echo(
        _("{name} can log in as an administrator now. All earlier sessions and tokens ended.").format(name=person.name)
    )


@loa.command(help=_("Write pages, Word documents and feeds of what is signed into public/."))
@click.option("--out", type=click.Path(path_type=Path), help=_("Another folder than public/."))
@click.option("--base-url", help=_("The address where the folder will stand on the web; feeds need it."))
@pass_station
def publish(station: CliContext, out: Path | None, base_url: str | None) -> None:
    """Says on stdout what was written."""
    if base_url and not base_url.startswith(("http://", "https://")):
        message = _("“{text}” is no web address; write it as https://xa.example.gov.vn/truyen-thanh/").format(
            text=base_url
        )
        raise click.BadParameter(message, param_hint="--base-url")
    workspace = station.workspace
    schedule, _problems = schedule_in_force(workspace)
    report = publish_signed(workspace, schedule, out=out, base_url=base_url)
    for path in report.written:
        click.echo(workspace.relative(path))
    reported = ngettext("{many} file written", "{many} files written", len(report.written))
    click.echo(
        reported.format(many=len(report.written)) + ", " + _("{many} unchanged").format(many=len(report.unchanged)),
        err=True,
    )
    removed = len(report.removed)
    if removed:
        click.echo(ngettext("{n} file removed", "{n} files removed", removed).format(n=removed), err=True)
    for state, reported in (
        ("older", _("Changed since it was signed; public as it was signed: {list}")),
        ("unsigned", _("Not public, because it is not signed (loa approve): {list}")),
    ):
        names = [f"{item.commune}/{item.campaign}" for item in report.articles if item.state == state]
        if names:
            click.echo(reported.format(list=", ".join(names)), err=True)
    if not base_url and not schedule.publish.address:
        reported = _(
            "The feeds hold no whole addresses yet. Write where the pages stand on the web: "
            "publish: {example} in schedule.yaml, or --base-url ADDRESS"
        )
        click.echo(reported.format(example='{address: "https://…/"}'), err=True)
