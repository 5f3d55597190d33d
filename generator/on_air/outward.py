"""The way out for alarms: no redirect is followed, and who answers is looked at before anything is said."""

import http.client
import urllib.request
from typing import Any

from generator.schedule.address import forbidden


def _look(connection: http.client.HTTPConnection) -> None:
    """End a connection where a name led to an address that is not allowed. Raises OSError."""
    peer = str(connection.sock.getpeername()[0])
    if forbidden(peer):
        connection.close()
        raise ConnectionRefusedError(f"not allowed: {peer}")


class _Http(http.client.HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _look(self)


class _Https(http.client.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _look(self)


class _HttpHandler(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Http, request)


class _HttpsHandler(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Https, request)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        """An answer that leads elsewhere is an answer of no use."""


def outward() -> urllib.request.OpenerDirector:
    """What opens the address of a webhook."""
    return urllib.request.build_opener(_HttpHandler, _HttpsHandler, _Stay)
