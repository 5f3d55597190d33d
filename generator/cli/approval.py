"""`loa approve`, `loa approvals`: who lets which recording on air."""

import datetime
import json

import click

from generator import approval
from generator.bulletin import APOLOGY
from generator.cli.app import Station, loa, pass_station
from generator.i18n import _
from generator.on_air import open_station_store
from generator.schedule import UTC, Schedule


@loa.command(help=_("Release a bulletin for air, as it is now."))
@click.argument("bulletin")
@click.option("--by", required=True, metavar="NAME", help=_("Who releases it."))
@click.option("--withdraw", is_flag=True, help=_("Take the release back."))
@pass_station
def approve(station: Station, bulletin: str, by: str, withdraw: bool) -> None:
    """Bind a release to the SHA-256 of the MP3."""
    workspace = station.workspace
    store = open_station_store(workspace, Schedule.load(workspace))
    recording, now = approval.find(workspace, bulletin), datetime.datetime.now(UTC)
    if withdraw:
        taken = approval.withdraw(workspace, store, recording.id, by, now)
        click.echo(_("{bulletin}: {count} releases withdrawn.").format(bulletin=recording.id, count=len(taken)))
        return
    made = approval.release(workspace, store, recording, by, now)
    click.echo(_("{bulletin} is released by {name}.").format(bulletin=made.bulletin, name=made.by))
    click.echo(f"SHA-256 {made.sha256}")


@loa.command(help=_("Which bulletins are released, by whom, and whether they are still the same."))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=_("Form of output."))
@pass_station
def approvals(station: Station, form: str) -> None:
    """One line a bulletin that exists or was released."""
    workspace = station.workspace
    schedule = Schedule.load(workspace)
    states = approval.states(workspace, open_station_store(workspace, schedule))
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
