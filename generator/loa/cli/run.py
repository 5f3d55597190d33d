"""`loa run`: the station on air, and the console beside it."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TypeVar

import click

from loa import ending, template_files
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.options import print_findings
from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.priority import step_forward
from loa.web.console_process import console_beside, installed
from loa.workspace import Workspace

Verb = TypeVar("Verb", bound=Callable[..., object])


def listen_options(verb: Verb) -> Verb:
    """The options that say where the console listens; `loa run` and `loa console` share them."""
    for option in (
        click.option(
            "--host-name",
            "names",
            multiple=True,
            metavar="NAME",
            help=_("Another name by which browsers reach the console; may be repeated."),
        ),
        click.option("--behind-proxy", is_flag=True, help=_("A web server on this computer passes requests on.")),
        click.option("--tls-key", type=click.Path(path_type=Path), help=_("The certificate's private key.")),
        click.option("--tls-cert", type=click.Path(path_type=Path), help=_("Serve by https with this certificate.")),
    ):
        verb = option(verb)
    return verb


def as_arguments(
    listen: str, tls_cert: Path | None, tls_key: Path | None, behind_proxy: bool, names: tuple[str, ...]
) -> list[str]:
    """The same options for `loa console` as a child."""
    given = ["--listen", listen]
    if tls_cert:
        given += ["--tls-cert", str(tls_cert.resolve())]
    if tls_key:
        given += ["--tls-key", str(tls_key.resolve())]
    given += [part for name in names for part in ("--host-name", name)]
    return [*given, "--behind-proxy"] if behind_proxy else given


def _retire_templates(workspace: Workspace) -> None:
    """After an upgrade: what a station of an earlier version keeps and did not change makes room for ours."""
    print_findings(template_files.retire_copies(workspace), stream=sys.stderr)


@loa.command(help=_("The web console alone: for a computer without loudspeakers."))
@click.option("--listen", default="127.0.0.1:8686", show_default=True, metavar="HOST:PORT", help=_("Where to listen."))
@listen_options
@click.option("--parent", type=int, hidden=True)
@pass_station
def console(
    station: CliContext,
    listen: str,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: bool,
    names: tuple[str, ...],
    parent: int | None,
) -> None:
    """Serve until Ctrl+C."""
    workspace = station.workspace
    if not installed():
        message, fix = _("The console is not installed."), _("Install it: pip install 'loa[console]'")
        raise WorkspaceError(Finding("console.none", message, fix))
    from loa.web.server import Listen, parse_listen, serve  # an extra: it may not be installed

    _retire_templates(workspace)
    host, port = parse_listen(listen)
    serve(workspace, Listen(host, port, tls_cert, tls_key, behind_proxy, names), parent=parent)


@loa.command(help=_("Stay on air by the schedule, until Ctrl+C."))
@click.option("--no-console", is_flag=True, help=_("Without the web console."))
@click.option(
    "--console",
    "listen",
    default="127.0.0.1:8686",
    show_default=True,
    metavar="HOST:PORT",
    help=_("Where the console listens."),
)
@listen_options
@click.option("--trust-clock", is_flag=True, help=_("The clock is right, even if the log holds later rows."))
@pass_station
def run(
    station: CliContext,
    no_console: bool,
    listen: str,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: bool,
    names: tuple[str, ...],
    trust_clock: bool,
) -> None:
    """Run the station, and the console beside it."""
    workspace = station.workspace
    _retire_templates(workspace)
    click.echo(_("On air by schedule.yaml. Ctrl+C ends."), err=True)
    if no_console or not installed():
        if not no_console:
            click.echo(_("The console is not installed.") + " " + _("Install it: pip install 'loa[console]'"), err=True)
        beside: AbstractContextManager[None] = nullcontext()
    else:
        beside = console_beside(workspace, as_arguments(listen, tls_cert, tls_key, behind_proxy, names))
    step_forward()  # the console is started by a thread that inherits it
    with ending.when_asked() as stop, beside:
        from loa.app.chores import BackupChore, FeedbackChore, InboxChore, MessagesChore  # the console loads meanwhile
        from loa.automation import service
        from loa.fleet.office import office_beside

        with office_beside(workspace):
            service.run(
                workspace,
                trust_clock=trust_clock,
                chores={"backup": BackupChore(workspace), "feedback": FeedbackChore(workspace)},
                watches={"inbox": InboxChore(workspace), "messages": MessagesChore(workspace)},
                stop=stop,
            )
