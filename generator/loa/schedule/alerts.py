"""Who is notified if something did not go on air as planned: a webhook, e-mail addresses, or both."""

import ipaddress
import socket
import unicodedata
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo

from loa.i18n import N_, _
from loa.schedule.values import PASSWORD_VARIABLE, SECRET, SecretName
from loa.yamlfile import Choices, Strict, is_kept

_METADATA = tuple(
    map(
        ipaddress.ip_network,
        ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::/32", "fd20:ce::254"),
    )
)
"""Where cloud providers serve the secrets of a machine, besides link-local addresses."""
_WRAPPING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/96", "::/96")))
"""NAT64, and addresses of IPv4 written as IPv6."""
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")


def forbidden(host: str) -> bool:
    """Return whether `host` is an address, in any notation, to which no message may be sent.

    Cloud providers serve secrets of a machine at link-local addresses (169.254.169.254) and some others. The local
    network and this computer (127.0.0.1) are allowed, because programs that forward messages run there; addresses in
    a notation that hides which one it is (0x7f000001, ::ffff:127.0.0.1) are not.
    """
    text = unicodedata.normalize("NFKC", host.translate(_DOTS)).strip("[]").rstrip(".").partition("%")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return _is_hidden_address(text)
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address.sixtofour or address.teredo):
        return True
    internal = address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
    return internal or is_metadata(text)


def is_metadata(address: str) -> bool:
    """Return whether a cloud provider serves secrets of a machine at this address, however it is wrapped in IPv6."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inside is None and any(found in network for network in _WRAPPING):
            inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        found = inside or found
    return found.is_link_local or any(found in network for network in _METADATA)


def _is_hidden_address(text: str) -> bool:
    """Return whether `text` is an IPv4 address that is not written as four decimal numbers: 2852039166, 0xa9fea9fe."""
    try:
        socket.inet_aton(text)
    except (OSError, UnicodeError, ValueError):
        return False
    return True


def _web_address(text: str, info: ValidationInfo) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"}:
        fix = _("Write it without spaces, as https://example.org/path")
        raise ValueError(_("This is not a web address.") + "\n" + fix)
    if forbidden(host) and not is_kept(info):  # `notify` looks again before it sends
        fix = _("Write the address of the program that is to get the message.")
        raise ValueError(_("Messages are not sent to this kind of address.") + "\n" + fix)
    return text


WebAddress = Annotated[str, AfterValidator(_web_address)]


class Webhook(Strict):
    """A URL that receives a JSON POST. `token_env`: the name of a bearer token (`station_secrets`)."""

    url: WebAddress = Field(title=N_("Web address"))
    token_env: SecretName | None = Field(default=None, title=N_("Name of the token"), description=SECRET)


class Email(Strict):
    """A mail server and the receivers. The password is not in the file (`station_secrets`)."""

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
