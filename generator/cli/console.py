"""`loa console`: the web console by itself; `loa run` starts it beside the station."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from generator.cli.app import Station, loa, pass_station
from generator.console.child import installed
from generator.errors import Finding, WorkspaceError
from generator.i18n import _

Verb = TypeVar("Verb", bound=Callable[..., object])


def listen_options(verb: Verb) -> Verb:
    """The options that say where the console listens; `loa run` and `loa console` share them."""
    for option in (
        click.option("--behind-proxy", is_flag=True, help=_("A web server on this computer passes requests on.")),
        click.option("--tls-key", type=click.Path(path_type=Path), help=_("The certificate's private key.")),
        click.option("--tls-cert", type=click.Path(path_type=Path), help=_("Serve by https with this certificate.")),
    ):
        verb = option(verb)
    return verb


def as_arguments(listen: str, tls_cert: Path | None, tls_key: Path | None, behind_proxy: bool) -> list[str]:
    """The same options for `loa console` as a child."""
    given = ["--listen", listen]
    if tls_cert:
        given += ["--tls-cert", str(tls_cert.resolve())]
    if tls_key:
        given += ["--tls-key", str(tls_key.resolve())]
    return [*given, "--behind-proxy"] if behind_proxy else given


@loa.command(help=_("The web console alone: for a computer without loudspeakers."))
@click.option("--listen", default="127.0.0.1:8686", show_default=True, metavar="HOST:PORT", help=_("Where to listen."))
@listen_options
@click.option("--parent", type=int, hidden=True)
@pass_station
def console(
    station: Station, listen: str, tls_cert: Path | None, tls_key: Path | None, behind_proxy: bool, parent: int | None
) -> None:
    """Serve until Ctrl+C."""
    workspace = station.workspace
    if not installed():
        message, mend = _("The console is not installed."), _("Install it: pip install 'loa[console]'")
        raise WorkspaceError(Finding("console.none", message, mend))
    from generator.console.serve import Listen, parse_listen, serve

    host, port = parse_listen(listen)
    serve(workspace, Listen(host, port, tls_cert, tls_key, behind_proxy), parent=parent)
