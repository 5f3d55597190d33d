"""`loa template`: which templates there are, and a copy of one in the station, to be changed there."""

import sys

import click

from loa import template_files
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.options import print_findings
from loa.i18n import _


@loa.command(help=_("List the templates, or copy the template NAME into the station, to change it there."))
@click.argument("name", required=False)
@pass_station
def template(station: CliContext, name: str | None) -> None:
    """Without NAME one template a line, those that the station changed marked; with NAME the path of the copy."""
    workspace = station.workspace
    if name is None:
        for known in template_files.names(workspace):
            own = "  " + _("(the station’s own)") if template_files.is_own(workspace, known) else ""
            click.echo(f"{known}{own}")
        return
    print_findings(template_files.retire_copies(workspace), stream=sys.stderr)
    click.echo(workspace.relative(template_files.copy_to_station(workspace, name)))
    click.echo(_("Change this file. To use the template that comes with Loa again, delete it."), err=True)
