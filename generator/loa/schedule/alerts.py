"""Who is notified if something did not go on air as planned: a webhook, e-mail addresses, or both."""

import ipaddress
import socket
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from loa.i18n import N_, _
from loa.schedule.values import PASSWORD_VARIABLE, SECRET, SecretName
from loa.yamlfile import Choices, Strict


def forbidden(host: str) -> bool:
    """Return whether `host` is an address, in any notation, to which no message may be sent.

    Cloud providers serve secrets of a machine at link-local addresses (169.254.169.254). The local network and this
    computer are allowed, because programs that forward messages run there.
    """
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        try:
            address = ipaddress.ip_address(socket.inet_aton(host))  # 2852039166, 0xa9fea9fe, 169.254.43518
        except (OSError, UnicodeError):
            return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"}:
        fix = _("Write it without spaces, as https://example.org/path")
        raise ValueError(_("This is not a web address.") + "\n" + fix)
    if forbidden(host):
        fix = _("Write the address of the program that is to get the message.")
        raise ValueError(_("Messages are not sent to this kind of address.") + "\n" + fix)
    return text


WebAddress = Annotated[str, AfterValidator(_web_address)]


class Webhook(Strict):
    """A URL that receives a JSON POST. `token_env`: the environment variable with a bearer token, if one is needed."""

    url: WebAddress = Field(title=N_("Web address"))
    token_env: SecretName | None = Field(
        default=None, title=N_("Environment variable with the token"), description=SECRET
    )


class Email(Strict):
    """A mail server and the receivers. The password is in the environment, never in the file."""

    host: str = Field(title=N_("Mail server"))
    port: int = Field(default=587, ge=1, le=65535, title=N_("Port"))
    security: Annotated[
        Literal["starttls", "tls", "none"], Choices({"starttls": "STARTTLS", "tls": "TLS", "none": N_("none")})
    ] = Field(default="starttls", title=N_("Encryption"))
    user: str | None = Field(default=None, title=N_("User name"))
    password_env: SecretName = Field(default="LOA_SMTP_PASSWORD", title=PASSWORD_VARIABLE, description=SECRET)
    sender: str = Field(title=N_("Sent from the address"))
    to: tuple[str, ...] = Field(min_length=1, title=N_("Sent to"))


class Alerts(Strict):
    """Both are optional; the console, the log and `loa doctor` always show alarms."""

    webhook: Webhook | None = Field(
        default=None,
        title=N_("Message to a web address (webhook)"),
        description=N_("For programs that pass messages on. Empty: none."),
    )
    email: Email | None = Field(default=None, title=N_("E-mail"), description=N_("Empty: no e-mail."))
