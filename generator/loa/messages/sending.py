"""Send one text to one receiver, and say what became of it."""

import http.client
import json
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from loa.i18n import _
from loa.outgoing import TIMEOUT, external_opener, mail_server, new_mail
from loa.schedule.messages import MessageChannel, MessageMail, Sms, Telegram, Zalo
from loa.text import toneless

_TELEGRAM_LONGEST, _ZALO_LONGEST = 4096, 2000
"""Characters of a message, by the documents of both."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is sent: `title`, the words of `body`, and where they can be read and heard ("" if nowhere)."""

    title: str
    body: str
    link: str = ""

    def within(self, longest: int) -> str:
        """Return all of it in at most `longest` characters: the body is cut at a word, the link stays whole."""
        tail = f"\n{self.link}" if self.link else ""
        text = f"{self.title}\n{self.body}".strip()
        room = longest - len(tail)
        if len(text) > room:
            text = text[: room - 1].rsplit(None, 1)[0] + "…"
        return text + tail


class NotSentError(Exception):
    """It was certainly not delivered. `later`: seconds after which it may be tried again; None: never."""

    def __init__(self, reason: str, later: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.later = reason, later


class UncertainError(Exception):
    """Nobody knows whether it was delivered: it is not sent again."""


def send(channel: MessageChannel, target: str, text: Text, token: str | None) -> None:
    """Send `text`. Raises NotSentError, UncertainError."""
    if isinstance(channel, Telegram):
        _telegram(channel, target, text, token)
    elif isinstance(channel, Zalo):
        _zalo(channel, target, text, token)
    elif isinstance(channel, Sms):
        _sms(channel, target, text, token)
    elif isinstance(channel, MessageMail):
        _mail(channel, target, text, token)


def _telegram(channel: Telegram, target: str, text: Text, token: str | None) -> None:
    body = {"chat_id": target, "text": text.within(_TELEGRAM_LONGEST)}
    status, answer = _post(f"{channel.url.rstrip('/')}/bot{token or ''}/sendMessage", body)
    if answer.get("ok") is not True:
        raise _refused(status, str(answer.get("description") or status), answer.get("parameters", {}))


def _zalo(channel: Zalo, target: str, text: Text, token: str | None) -> None:
    group = target.removeprefix("group:")
    receiver = {"group_id": group} if group != target else {"user_id": target}
    way = "group/message" if group != target else "message/cs"
    body = {"recipient": receiver, "message": {"text": text.within(_ZALO_LONGEST)}}
    status, answer = _post(f"{channel.url.rstrip('/')}/v3.0/oa/{way}", body, {"access_token": token or ""})
    if answer.get("error") != 0:  # it answers 200 in any case
        raise _refused(status, f"{answer.get('error')}: {answer.get('message')}", {})


def _sms(channel: Sms, target: str, text: Text, token: str | None) -> None:
    said = text.within(channel.longest)
    words = {"phone": target, "text": said if channel.marks else toneless(said), "token": token or ""}
    body = {key: _filled(value, words) for key, value in channel.body.items()}
    status, answer = _post(channel.url, body)
    if any(str(answer.get(key)) != value for key, value in channel.success.items()):
        raise _refused(status, json.dumps(answer, ensure_ascii=False)[:200], {})


def _filled(value: str, words: Mapping[str, str]) -> str:
    """`value` with {phone}, {text} and {token}, each put in once: what a text says is never filled in itself."""
    found = value
    marks = [mark for mark in words if f"{{{mark}}}" in value]
    for mark in marks:
        found = found.replace(f"{{{mark}}}", f"\x00{mark}\x00")
    for mark in marks:
        found = found.replace(f"\x00{mark}\x00", words[mark])
    return found


def _refused(status: int, reason: str, more: Mapping[str, Any]) -> NotSentError:
    wait = more.get("retry_after") if isinstance(more, Mapping) else None
    if status == http.client.TOO_MANY_REQUESTS:
        return NotSentError(reason, float(wait) if isinstance(wait, int | float) else 60.0)
    return NotSentError(reason)


def _post(url: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """POST JSON; gives the status and the answer. Raises NotSentError, UncertainError."""
    sent = {"Content-Type": "application/json", "User-Agent": "Loa", **(headers or {})}
    data = json.dumps(body, ensure_ascii=False).encode()
    request = urllib.request.Request(url, data, sent)  # noqa: S310  the schedule admits http and https only
    try:
        with external_opener().open(request, timeout=TIMEOUT) as answer:
            status, raw = answer.status, answer.read(100_000)
    except urllib.error.HTTPError as error:
        status, raw = error.code, error.read(100_000)
        if status >= http.client.INTERNAL_SERVER_ERROR:
            raise UncertainError(f"HTTP {status}") from error
    except urllib.error.URLError as error:
        raise _not_reached(error.reason) from error
    except (OSError, http.client.HTTPException) as error:
        raise UncertainError(str(error) or type(error).__name__) from error
    try:
        found = json.loads(raw)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        if status >= http.client.BAD_REQUEST:
            raise _refused(status, f"HTTP {status}", {})
        found = {}
    return status, found


def _not_reached(error: object) -> NotSentError | UncertainError:
    """No connection at all: it may be tried again. Broken while it was sent: nobody knows."""
    if isinstance(error, ConnectionRefusedError | socket.gaierror) or (
        isinstance(error, OSError) and not isinstance(error, TimeoutError | ConnectionError | ssl.SSLError)
    ):
        return NotSentError(str(error), 30.0)
    return UncertainError(str(error))


def _mail(channel: MessageMail, target: str, text: Text, password: str | None) -> None:
    subject = " ".join(text.title.split())[:200]
    message = new_mail(channel.sender, target, subject, text.within(100_000) + "\n")
    try:
        with mail_server(channel, password) as server:
            _hand_over(server, message)
    except smtplib.SMTPResponseException as error:
        temporary = 400 <= error.smtp_code < 500
        raise NotSentError(f"{error.smtp_code} {error.smtp_error!r}", 60.0 if temporary else None) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise NotSentError(_("the address was refused"), None) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSentError(str(error), 60.0) from error


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> None:
    """Once the text is on its way, a line that breaks says nothing about it."""
    try:
        server.send_message(message)
    except smtplib.SMTPServerDisconnected as error:
        raise UncertainError(str(error)) from error
    except smtplib.SMTPException:  # an answer: it was not taken
        raise
    except OSError as error:
        raise UncertainError(str(error)) from error
