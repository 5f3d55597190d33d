"""Web addresses and mail servers outside: how alarms and messages leave the station, and where they may not go."""

import http.client
import smtplib
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from loa.schedule.alerts import Email, forbidden

TIMEOUT = 10.0
"""Seconds for an answer of a program or a server outside."""


class _Http(http.client.HTTPConnection):
    def connect(self) -> None:
        """Connect; close again if the host name led to a forbidden address. Raises OSError."""
        super().connect()
        peer = str(self.sock.getpeername()[0])
        if forbidden(peer):
            self.close()
            raise ConnectionRefusedError(f"not allowed: {peer}")


class _Https(http.client.HTTPSConnection, _Http):
    """HTTPSConnection calls `_Http.connect` before it says anything to the other side."""


class _HttpHandler(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Http, request)


class _HttpsHandler(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Https, request)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        """Follow no redirect."""


def external_opener() -> urllib.request.OpenerDirector:
    """Return the opener for addresses that people wrote: no redirects, no forbidden addresses."""
    return urllib.request.build_opener(_HttpHandler, _HttpsHandler, _NoRedirect)


def new_mail(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """Return a mail of today."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid(domain="loa.invalid")
    message.set_content(text)
    return message


@contextmanager
def mail_server(settings: Email, password: str | None) -> Iterator[smtplib.SMTP]:
    """Connect to the mail server and log in. Raises OSError, SMTPException."""
    secure = ssl.create_default_context()
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT, context=secure)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT)
    with server:
        if settings.security == "starttls":
            server.starttls(context=secure)
        if settings.user:
            server.login(settings.user, password or "")
        yield server
