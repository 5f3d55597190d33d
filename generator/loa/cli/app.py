"""The command group: global options, and the modules that add their verbs."""

import difflib
import importlib
from pathlib import Path

import click

from loa import __version__
from loa.i18n import _
from loa.workspace import Workspace

MODULES = {
    "admin": "maintenance",
    "air": "on_air",
    "approvals": "approve",
    "approve": "approve",
    "article": "text",
    "backup": "maintenance",
    "build": "build",
    "check": "check",
    "clock": "on_air",
    "console": "run",
    "demo": "demo",
    "doctor": "maintenance",
    "import": "text",
    "inbox": "approve",
    "listen": "speech",
    "log": "log",
    "new": "new",
    "plan": "plan",
    "player": "player",
    "publish": "maintenance",
    "rehearse": "maintenance",
    "report": "log",
    "restore": "maintenance",
    "run": "run",
    "say": "speech",
    "schema": "schema",
    "script": "text",
    "spoken": "text",
    "stop": "on_air",
    "template": "template",
    "topic": "template",
    "upgrade": "maintenance",
    "usb": "maintenance",
    "voices": "speech",
}


class CliContext:
    """What every verb gets: the workspace, looked up only when a verb asks for it."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @property
    def workspace(self) -> Workspace:
        """The named workspace, or the nearest one upward; a restore that was interrupted is finished first."""
        return _whole(Workspace.find(self._folder or Path.cwd()))

    @property
    def restored_workspace(self) -> Workspace:
        """The same, or an empty folder: where a backup is put."""
        return _whole(Workspace.for_restore(self._folder or Path.cwd()))

    @property
    def damaged_workspace(self) -> Workspace:
        """The same, or what is left of one."""
        return _whole(Workspace.find(self._folder or Path.cwd(), damaged=True))


def _whole(workspace: Workspace) -> Workspace:
    if workspace.restoring.is_dir():
        from loa.app.restore import finish_restore  # numpy, SQLAlchemy; there hardly ever is such a folder

        finish_restore(workspace)
    return workspace


USAGE = _("Usage:")  # click's own word, which it hides from the catalogue's extractor in an f-string
pass_station = click.make_pass_decorator(CliContext)


class Verb(click.Command):
    """A verb whose usage line is in the user's language, which click gives in English."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """As click's, translated."""
        words = {"[OPTIONS]": _("[OPTIONS]"), "COMMAND [ARGS]...": _("COMMAND [ARGS]...")}
        return [words.get(piece, piece) for piece in super().collect_usage_pieces(ctx)]


class Verbs(Verb, click.Group):
    """The group of all verbs; `@loa.command` in a verb's module adds it when the module is imported."""

    command_class = Verb
    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:
        """By name; of a group of verbs its own."""
        return super().list_commands(ctx) if ctx.parent else sorted(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb, imported now if it was not yet."""
        if cmd_name in MODULES:
            importlib.import_module(f"loa.cli.{MODULES[cmd_name]}")
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's; a verb that does not exist is told with the nearest one."""
        known = self.list_commands(ctx)
        near = difflib.get_close_matches(args[0], known, 1, 0.6)
        if args[0] not in known and near:
            message = _("There is no verb “{name}”. Did you mean “{near}”?").format(name=args[0], near=near[0])
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=_("From a commune's facts to articles, speech, bulletins, and loudspeakers on time."),
)
@click.version_option(__version__, prog_name="loa")
@click.option("--workspace", type=click.Path(path_type=Path), help=_("The station's folder (else the nearest upward)."))
@click.pass_context
def loa(context: click.Context, workspace: Path | None) -> None:
    """Entry point of all verbs."""
    context.obj = CliContext(workspace)
