"""`loa approve`, `loa approvals`: who lets which recording on air."""

import datetime
import json

import click

from loa.actions import approvals as acts
from loa.actions.file_history import open_history
from loa.actions.four_eyes import Signer, require_other
from loa.automation.disk import open_station_store
from loa.bulletin.models import APOLOGY
from loa.cli.app import CliContext, loa, pass_station
from loa.i18n import _
from loa.schedule import UTC
from loa.schedule.loader import load_schedule
from loa.store import approvals as approvals_store


@loa.command("approve", help=_("Release a bulletin for air, as it is now."))
@click.argument("bulletin")
@click.option("--by", required=True, metavar="NAME", help=_("Who releases it."))
@click.option("--withdraw", is_flag=True, help=_("Take the release back."))
@pass_station
def approve_command(station: CliContext, bulletin: str, by: str, withdraw: bool) -> None:
    """Bind a release to the SHA-256 of the MP3."""
    workspace = station.workspace
    schedule = load_schedule(workspace)
    store = open_station_store(workspace, schedule)
    recording, now = approvals_store.find(workspace, bulletin), datetime.datetime.now(UTC)
    if withdraw:
        taken = acts.withdraw(workspace, store, recording.id, by, now)
        click.echo(_("{bulletin}: {count} releases withdrawn.").format(bulletin=recording.id, count=len(taken)))
        return
    if schedule.approval.four_eyes:
        with open_history(workspace) as history:
            require_other(Signer(by.strip(), None, history), workspace, store, recording)
    made = acts.approve(workspace, store, recording, recording.sha256, by, now)
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
