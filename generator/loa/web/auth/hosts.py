"""The names by which browsers may reach the console: a foreign one comes from a forged link or a hijacked name."""

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address

from starlette.requests import HTTPConnection

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::[0-9]{1,5})?")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class UnknownHostError(Exception):
    """A request for a name that is not one of the console's."""


class KnownHosts:
    """`names`: the console's names besides localhost; None: a web server before it decides.

    The address to which a browser connected is always known, so no list of addresses gets out of date.
    """

    def __init__(self, names: Iterable[str] | None) -> None:
        self._names = None if names is None else _LOCAL | {name.lower().strip("[]").rstrip(".") for name in names}

    def check(self, request: HTTPConnection) -> None:
        """Raises UnknownHostError."""
        given = request.headers.getlist("host")
        found = _HOST.fullmatch(given[0].lower()) if len(given) == 1 else None
        if not found:
            raise UnknownHostError
        name = found[1].strip("[]").rstrip(".")
        if self._names is not None and name not in self._names and name != _address_reached(request):
            raise UnknownHostError


def own_names() -> set[str]:
    """What other computers of the network call this one."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return {name, short, f"{short}.local"} - {""}


def _address_reached(request: HTTPConnection) -> str | None:
    """The address of this computer to which the connection goes, without a zone; None where it is none."""
    server = request.scope.get("server")
    try:
        address = ip_address(str(server[0]).partition("%")[0]) if server else None
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address) if address else None
