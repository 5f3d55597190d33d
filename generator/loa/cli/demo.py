"""`loa demo`: the whole way once, on the sample station."""

import shutil
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

    def make(station: Workspace, communes: tuple[str, ...], voice: str | None) -> BuildReport:
        report = build_with_bar(station, communes, voice=voice)
        if communes == (demonstration.AIRED,) and not report.failed:
            file = demonstration.bulletin_of(station, communes[0]).with_suffix(".mp3")
            click.echo(_("   Ready to listen to: {file}").format(file=file))
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
    if shown.sample:
        click.echo(_("   Listen to {file}: the voice that comes with Loa").format(file=shown.sample))
    click.echo(_("   Open {file}").format(file=workspace.public / "index.html"))
    click.echo(_("4. Then, in {folder}:").format(folder=workspace.root))
    program = "loa" if shutil.which("loa") else Path(sys.executable).with_name("loa")
    for verb in ("check", "plan", "log", "run"):
        click.echo(f"   {program} {verb}")
    if shown.sample:
        whole = _("(a whole bulletin in the voice that comes with Loa: some minutes)")
        click.echo(f"   {program} build {demonstration.AIRED} --voice {demonstration.OFFLINE}   {whole}")
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
