"""`loa approve`, `loa approvals`, `loa inbox`: who lets which recording on air, and messages from outside."""

import datetime
import json
from pathlib import Path
from typing import Any

import click

from loa.actions import approvals as acts
from loa.actions.file_history import open_history
from loa.actions.four_eyes import Signer, require_other
from loa.actions.inbox import message_receipt, receive_message
from loa.actions.inbox_work import read_message_file, work_inbox
from loa.actions.message_airing import state_name
from loa.automation.disk import open_station_store
from loa.automation.schedule_watch import schedule_in_force
from loa.bulletin.models import APOLOGY
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.options import NOT_MINE, options_named
from loa.errors import Finding, InboxError
from loa.i18n import _
from loa.inbox import register
from loa.schedule import UTC
from loa.schedule.loader import load_schedule
from loa.store import approvals as approvals_store
from loa.store.approvals import Kind
from loa.store.database import Database


@loa.command("approve", help=_("Release a bulletin for air, as it is now."))
@click.argument("bulletin")
@click.option("--by", required=True, metavar="NAME", help=_("Who releases it."))
@click.option("--withdraw", is_flag=True, help=_("Take the release back."))
@click.option("--not-mine", is_flag=True, help=_(NOT_MINE))
@pass_station
def approve_command(station: CliContext, bulletin: str, by: str, withdraw: bool, not_mine: bool) -> None:
    """Bind a release to the SHA-256 of the MP3."""
    workspace = station.workspace
    schedule = load_schedule(workspace)
    store = open_station_store(workspace, schedule)
    recording, now = approvals_store.find(workspace, bulletin), datetime.datetime.now(UTC)
    if withdraw:
        taken = acts.withdraw(workspace, store, recording.id, by, now)
        click.echo(_("{bulletin}: {count} releases withdrawn.").format(bulletin=recording.id, count=len(taken)))
        return
    kinds: list[Kind] = []
    if schedule.approval.four_eyes:
        with options_named(), open_history(workspace) as history:
            kinds = require_other(Signer(by.strip(), None, history), workspace, store, recording, not_mine=not_mine)
            if kinds:
                history.audit.write(by.strip(), "bulletin.not-mine", recording.id)
    made = acts.approve(workspace, store, recording, recording.sha256, by, now, kinds)
    click.echo(_("{bulletin} is released by {name}.").format(bulletin=made.bulletin, name=made.by))
    click.echo(f"SHA-256 {made.sha256}")


@loa.command(help=_("Which bulletins are released, by whom, and whether they are still the same."))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=_("Form of output."))
@pass_station
def approvals(station: CliContext, form: str) -> None:
    """One line a bulletin that exists or was released."""
    workspace = station.workspace
    schedule = load_schedule(workspace)
    states = approvals_store.states(workspace, open_station_store(workspace, schedule))
    if form == "json":
        items = [
            {
                "bulletin": state.bulletin,
                "state": state.state,
                "sha256": state.sha256,
                "by": state.approval.by if state.approval else None,
                "at": state.approval.at.astimezone(schedule.timezone).isoformat() if state.approval else None,
            }
            for state in states
        ]
        click.echo(json.dumps(items, ensure_ascii=False, indent=2))
        return
    names = {
        "released": _("released"),
        "changed": _("changed since its release"),
        "waiting": _("waits for a release"),
        "gone": _("no longer there"),
    }
    for state in states:
        who = (
            f"  {state.approval.by}, {state.approval.at.astimezone(schedule.timezone):%d/%m/%Y %H:%M}"
            if state.approval
            else ""
        )
        what = _(" (said when a bulletin cannot be aired)") if state.bulletin.endswith(f"/{APOLOGY}") else ""
        click.echo(f"{state.bulletin}{what}: {names[state.state]}{who}")
    if not states:
        click.echo(_("There are no bulletins yet: loa build"))


@loa.group(help=_("Messages from outside: what came in, and what became of it."))
def inbox() -> None:
    """Entry point of its verbs."""


def _store(station: CliContext) -> Database:
    schedule, _problems = schedule_in_force(station.workspace)
    return open_station_store(station.workspace, schedule)


@inbox.command("list", help=_("The newest messages, and what was not taken."))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=_("Form of output."))
@pass_station
def list_(station: CliContext, form: str) -> None:
    """Data to stdout."""
    store = _store(station)
    entries, refusals = register.latest(store), register.refusals(store)
    if form == "json":
        items: list[dict[str, Any]] = [message_receipt(store, entry).item() for entry in entries]
        gone = [{"at": r.at.isoformat(), "sender": r.sender, "id": r.identifier, "reason": r.reason} for r in refusals]
        click.echo(json.dumps({"messages": items, "refused": gone}, ensure_ascii=False, indent=2))
        return
    for entry in entries:
        title = next((info.title for info in entry.message.infos), entry.message.kind)
        said = f"{state_name(entry.state)}: {entry.reason}" if entry.reason else state_name(entry.state)
        click.echo(f"{entry.number}  {entry.received:%Y-%m-%d %H:%M}  {entry.sender}  {title}  [{said}]")
    for refusal in refusals:
        refused = _("refused")
        click.echo(f"-  {refusal.at:%Y-%m-%d %H:%M}  {refusal.sender or '?'}  [{refused}: {refusal.reason}]")


@inbox.command(help=_("Take a message from a file (CAP 1.2 or JSON); its receipt as JSON."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--adapter", help=_("The package that reads this form."))
@pass_station
def take(station: CliContext, file: Path, adapter: str | None) -> None:
    """Exit 1 if it is refused."""
    store = _store(station)
    try:
        raw = read_message_file(file)
    except OSError as error:
        text = _("Cannot read the file: {reason}").format(reason=error.strerror or error)
        raise InboxError(Finding("inbox.file", text, file=str(file))) from error
    entry = receive_message(station.workspace, store, raw, datetime.datetime.now(UTC), adapter)
    click.echo(json.dumps(message_receipt(store, entry).item(), ensure_ascii=False, indent=2))


@inbox.command(help=_("Do what is due now: speak messages, put on air what may start. “loa run” does so by itself."))
@pass_station
def work(station: CliContext) -> None:
    """Once."""
    moved = work_inbox(station.workspace, _store(station), datetime.datetime.now(UTC))
    click.echo(_("{count} messages moved.").format(count=moved), err=True)
