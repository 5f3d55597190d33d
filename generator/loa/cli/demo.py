"""`loa demo`: the whole way once, on the sample station."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from loa.app import demo as demonstration
from loa.app.build import BuildReport
from loa.cli.app import loa
from loa.cli.build import build_with_bar
from loa.cli.log import row_line
from loa.cli.options import print_findings
from loa.formats import lasting
from loa.i18n import _
from loa.schedule.loader import load_schedule
from loa.workspace import Workspace


@loa.command(help=_("Build, release and air the sample station, once, in FOLDER."))
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo-station"))
def demo(folder: Path) -> None:
    """Six communes to articles, bulletins and an airing; then a table and what to open next."""
    workspace = demonstration.prepare(folder)
    click.echo(_("1. Articles, speech and bulletins of the sample station in {folder}").format(folder=workspace.root))

    heard: list[Path] = []

    def make(station: Workspace, communes: tuple[str, ...], voice: str | None) -> BuildReport:
        report = build_with_bar(station, communes, voice=voice)
        if not heard and not report.failed:
            heard.append(demonstration.bulletin_of(station, communes[0]).with_suffix(".mp3"))
            click.echo(_("   Ready to listen to: {file}").format(file=heard[0]))
        return report

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("On air"), total=1.0, visible=False)
        shown = demonstration.run(workspace, make, lambda part: bar.update(task, completed=max(part, 0), visible=True))
    print_findings(shown.report.notices, stream=sys.stderr)
    Console().print(_table(shown))
    click.echo(_("2. On air, {speed:.0f} times faster than life; the log says:").format(speed=demonstration.SPEED))
    zone = load_schedule(workspace).timezone
    for row in shown.log:
        click.echo("   " + row_line(row, zone))
    click.echo(_("3. Listen to {file}").format(file=workspace.bulletins / f"{shown.airing.bulletin}.mp3"))
    click.echo(_("   Open {file}").format(file=workspace.public / "index.html"))
    click.echo(_("   Then, in {folder}: loa check, loa plan, loa log, loa run").format(folder=workspace.root))
    if any(row.outcome not in {"aired", "aired-late"} for row in shown.log):
        sys.exit(1)


def _table(shown: demonstration.Shown) -> Table:
    zone = load_schedule(shown.workspace).timezone
    table = Table(_("commune"), _("syllables"), _("bulletin"), _("voice"), _("next airing"))
    for line in shown.lines:
        airing = line.next_airing
        when = f"{airing.planned.astimezone(zone):%H:%M %d/%m/%Y}" if airing else _("its period is over")
        manifest = line.manifest
        name = line.commune.unit.full_name
        label = f"{name} ({line.commune.stem})"
        table.add_row(label, str(line.words), lasting(manifest.seconds), manifest.speakers, when)
    return table
