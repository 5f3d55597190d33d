"""The console as a process: listens, prints where and, on the first run, the one-time code."""

import contextlib
import errno
import socket
import sys
import threading
import time
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import psutil
import uvicorn

from loa.errors import Finding, WorkspaceError
from loa.files import write_atomic
from loa.i18n import _
from loa.priority import CONSOLE, step_back
from loa.web.app import create_app
from loa.web.auth.hosts import own_names
from loa.web.connections import BoundedServer, Connections
from loa.web.context import Console
from loa.web.studio import LARGEST
from loa.workspace import Workspace

HOST, PORT = "127.0.0.1", 8686
_PATIENCE = 6.0
"""Seconds before a taken place is told: the console of a station that was killed ends within three."""
_TRY_AGAIN = 2.0
_PASSES = {errno.EADDRINUSE, errno.EADDRNOTAVAIL}
"""What passes by itself: another program ends, the network gives the computer its address."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the console listens. `behind_proxy`: a server on this computer passes requests on, with X-Forwarded-*.

    `names`: other names by which browsers reach it.
    """

    host: str = HOST
    port: int = PORT
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    names: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """What to type into a browser on this computer."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104  compared, not bound
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if self.certificate else 'http'}://{shown}:{self.port}/"

    @property
    def host_names(self) -> set[str] | None:
        """By which names the console is reached; None: the server before it decides, as long as no name is given."""
        if self.behind_proxy and not self.names:
            return None
        return {*self.names, self.host, *own_names()}

    @property
    def open_to_network(self) -> bool:
        """Whether other computers reach it."""
        try:
            return not ip_address(self.host).is_loopback
        except ValueError:
            return self.host != "localhost"


def parse_listen(text: str) -> tuple[str, int]:
    """`HOST:PORT`, `:PORT`, `PORT` or `HOST`. Raises WorkspaceError."""
    host, colon, port = text.strip().rpartition(":")
    if not colon:
        host, port = ("", port) if port.isdigit() else (port, str(PORT))
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise WorkspaceError(
            Finding("console.address", _("This is not an address to listen on."), _("Write 127.0.0.1:8686"), quote=text)
        )
    return host.strip("[]") or HOST, int(port)


def serve(workspace: Workspace, listen: Listen, *, parent: int | None = None) -> None:
    """Serve until SIGINT or SIGTERM, or until the process `parent` is gone. Raises WorkspaceError, StoreError.

    Beside a station (`parent`) a place that is taken, or an address that the computer does not have yet, is waited for.
    """
    listener = _wait_to_listen(listen, parent) if parent else _bind(listen)
    console = Console.open(workspace)
    server = BoundedServer(
        uvicorn.Config(
            create_app(console, listen.host_names),
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="wsproto",
            ws_max_size=LARGEST,
            proxy_headers=listen.behind_proxy,
            ssl_certfile=listen.certificate,
            ssl_keyfile=listen.key,
            timeout_graceful_shutdown=2,
        ),
        Connections(by_proxy=listen.behind_proxy),
    )
    _note_code(console, listen)
    _greet(listen, console.code)
    if parent:
        step_back(CONSOLE)
        threading.Thread(target=_end_with, args=(server, parent), name="parent", daemon=True).start()
    server.run(sockets=[listener])


def _wait_to_listen(listen: Listen, parent: int) -> socket.socket:
    """`_bind` as soon as it is possible; what is in the way is told once."""
    begun, told = time.monotonic(), False
    while True:
        try:
            return _bind(listen)
        except WorkspaceError as error:
            if not isinstance(error.__cause__, OSError) or error.__cause__.errno not in _PASSES:
                raise
            if not told and time.monotonic() - begun > _PATIENCE:
                told = True
                (found,) = error.findings
                again = _("It is tried again until the place is free.")
                print(found.message, found.fix, again, sep="\n", file=sys.stderr, flush=True)
        time.sleep(_TRY_AGAIN if told else 0.2)
        if not psutil.pid_exists(parent):
            raise SystemExit(0)


def _bind(listen: Listen) -> socket.socket:
    """A socket that listens there. Raises WorkspaceError."""
    for path in filter(None, (listen.certificate, listen.key)):
        if not path.is_file():
            message, fix = _("The certificate cannot be read."), _("Check --tls-cert and --tls-key.")
            raise WorkspaceError(Finding("console.tls", message, fix, file=str(path)))
    try:
        return _listener(listen)
    except OSError as error:
        message = _("The console cannot listen on {address}: {reason}")
        raise WorkspaceError(
            Finding(
                "console.address",
                message.format(address=f"{listen.host}:{listen.port}", reason=error.strerror or error),
                _("Perhaps Loa runs already. Else choose another place: --console 127.0.0.1:8687"),
            )
        ) from error


def _listener(listen: Listen) -> socket.socket:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # so named, asyncio sends without delay
    try:
        if sys.platform != "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((listen.host, listen.port))
        made.listen(2048)  # before the address is shown: who opens it at once waits, and is not refused
    except OSError:
        made.close()
        raise
    return made


def _note_code(console: Console, listen: Listen) -> None:
    """Where `loa doctor` and an installer find the code: what a service prints nobody sees."""
    if not console.code:
        console.end_first_run()
        return
    with contextlib.suppress(WorkspaceError):  # a full disk: it is printed all the same
        write_atomic(console.workspace.first_run_code, f"{console.code}\n{listen.address}\n")


def _greet(listen: Listen, code: str) -> None:
    lines = [_("Console: {address}").format(address=listen.address)]
    if listen.open_to_network and not listen.certificate and not listen.behind_proxy:
        lines.append(_("Careful: passwords go over the network in plain text. Use --tls-cert and --tls-key."))
    if code:
        lines.append(_("First run: open the address above and type this one-time code: {code}").format(code=code))
    print("\n".join(lines), file=sys.stderr, flush=True)


def _end_with(server: uvicorn.Server, parent: int) -> None:
    """A station that was killed leaves no console behind."""
    while psutil.pid_exists(parent):
        time.sleep(1)
    server.should_exit = True
