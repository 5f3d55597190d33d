"""`loa publish`: pages, documents and feeds for the web editor."""

from pathlib import Path

import click

from loa.cli.app import CliContext, loa, pass_station
from loa.i18n import _, ngettext
from loa.publish.site import publish as publish_station


@loa.command(help=_("Write pages, Word documents and feeds into public/."))
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
    report = publish_station(workspace, out=out, base_url=base_url)
    for path in report.written:
        click.echo(workspace.relative(path))
    reported = ngettext("{many} file written", "{many} files written", len(report.written))
    click.echo(
        reported.format(many=len(report.written)) + ", " + _("{many} unchanged").format(many=len(report.unchanged)),
        err=True,
    )
    if not base_url:
        reported = _(
            "The feeds name this computer's folder. To put them on the web, run: loa publish --base-url ADDRESS"
        )
        click.echo(reported, err=True)
