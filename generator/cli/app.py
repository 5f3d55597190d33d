"""The command group: global options, and the modules that add their verbs."""

from pathlib import Path

import click

from generator import __version__
from generator.i18n import _
from generator.workspace import Workspace


class Station:
    """What every verb gets: the workspace, looked up only when a verb asks for it."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @property
    def workspace(self) -> Workspace:
        """The named workspace, or the nearest one upward."""
        return Workspace.find(self._folder or Path.cwd())


pass_station = click.make_pass_decorator(Station)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    help=_("From a commune's facts to articles, speech, bulletins, and loudspeakers on time."),
)
@click.version_option(__version__, prog_name="loa")
@click.option("--workspace", type=click.Path(path_type=Path), help=_("The station's folder (else the nearest upward)."))
@click.pass_context
def loa(context: click.Context, workspace: Path | None) -> None:
    """Entry point of all verbs."""
    context.obj = Station(workspace)


from generator.cli import verbs  # noqa: E402, F401  each module adds its verbs to `loa`
