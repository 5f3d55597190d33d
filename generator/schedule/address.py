"""Web addresses that alarms may be sent to."""

import ipaddress
import socket
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from generator.i18n import _


def forbidden(host: str) -> bool:
    """Whether `host` is an address (in any way of writing it) that no receiver of messages can have.

    Link-local addresses are where clouds keep their machines' secrets (169.254.169.254); the commune's own network and
    this computer stay open, for that is where programs stand that pass messages on.
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
        mend = _("Write it without spaces, as https://example.org/path")
        raise ValueError(_("This is not a web address.") + "\n" + mend)
    if forbidden(host):
        mend = _("Write the address of the program that is to get the message.")
        raise ValueError(_("Messages are not sent to this kind of address.") + "\n" + mend)
    return text


WebAddress = Annotated[str, AfterValidator(_web_address)]
