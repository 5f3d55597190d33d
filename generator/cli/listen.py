"""`loa listen`: a machine's opinion of how well a bulletin is understood."""

import dataclasses
import json
import statistics

import click

from generator import approval
from generator.bulletin.listen import THRESHOLD, Heard
from generator.bulletin.listen import listen as listen_to
from generator.cli.app import Station, loa, pass_station
from generator.cli.bar import progress_bar
from generator.i18n import _


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
def listen(station: Station, bulletin: str, below: float, form: str) -> None:
    """Always ends with 0: it is an opinion."""
    mp3 = approval.find(station.workspace, bulletin).path
    with progress_bar(counted=True) as bar:
        task = bar.add_task(bulletin)
        heard = listen_to(station.workspace, mp3, lambda done, total: bar.update(task, completed=done, total=total))
    unclear = [one for one in heard if one.share < below]
    if form == "json":
        click.echo(json.dumps([_row(one) for one in unclear], ensure_ascii=False, indent=2))
        return
    for one in unclear:
        click.echo(f"{int(one.cue.start) // 60}:{int(one.cue.start) % 60:02}  {one.share:4.0%}  {one.cue.text}")
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
