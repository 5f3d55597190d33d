"""Bytes of a stranger -> a message, and whether its sender really sent it."""

import datetime
import hashlib
from dataclasses import dataclass

from loa.errors import InboxError
from loa.i18n import _
from loa.inbox.adapters import read_with
from loa.inbox.cap import message_of, read_tree
from loa.inbox.models import LARGEST_WITH_SOUND, Message, parse_json, refused
from loa.inbox.policy import InboxPolicy, Sender, certificates, plain_keys
from loa.inbox.signatures import forged, is_signed_xml, payload_of, split_jws, verified_xml, verify_jws

GAUGE = "gauge:"
"""With it and the sender's id begins the form of a reading."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`message` by `sender`. `form`: `cap`, `json`, or the adapter's name; `sha256`: of the bytes as they came."""

    message: Message
    sender: Sender
    form: str
    sha256: str


def read(raw: bytes, policy: InboxPolicy, now: datetime.datetime, adapter: str | None = None) -> Reading:
    """What came in, of a sender whom the station knows, signed where the station has the sender's keys.

    Raises InboxError, whose findings name the field at fault; nothing else, whatever the bytes are.
    """
    if len(raw) > LARGEST_WITH_SOUND:
        raise refused("large", _("The message is too large: at most {count} bytes.").format(count=LARGEST_WITH_SOUND))
    digest = hashlib.sha256(raw).hexdigest()
    if adapter and adapter.startswith(GAUGE):
        message, sender = _gauge(raw, policy, adapter.removeprefix(GAUGE), now)
        return Reading(message, sender, "gauge", digest)
    if adapter:
        message = read_with(adapter, raw)
        sender = policy.sender(message.sender)
        if sender.adapter != adapter:
            raise forged()
        return Reading(message, sender, adapter, digest)
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        message, sender = _xml(raw.strip(), policy, now)
        return Reading(message, sender, "cap", digest)
    if start == b"{":
        message, sender = _json(raw, policy)
        return Reading(message, sender, "json", digest)
    raise refused("format", _("This is neither a CAP alert nor a message in JSON."))


def _gauge(raw: bytes, policy: InboxPolicy, id_: str, now: datetime.datetime) -> tuple[Message, Sender]:
    sender = policy.sender(id_)
    if sender.gauge is None:
        raise forged()
    value = sender.gauge.reading(raw)
    if value < sender.gauge.above:
        raise refused("below", _("The reading is below the threshold: nothing is to be said."))
    communes = sender.communes or tuple(target.stem for target in policy.targets)
    return sender.gauge.message(sender.id, sender.name, communes, value, now), sender


def _xml(raw: bytes, policy: InboxPolicy, now: datetime.datetime) -> tuple[Message, Sender]:
    root = read_tree(raw)
    message = message_of(root)
    sender = policy.sender(message.sender)
    keys = certificates(policy.keys[sender.id])
    _own_form(sender, have=bool(keys))
    if not policy.keys[sender.id]:
        return message, sender
    if not is_signed_xml(root):
        raise forged()
    signed = message_of(verified_xml(raw, keys, now))
    if signed.sender != sender.id:
        raise forged()
    return signed, sender


def _json(raw: bytes, policy: InboxPolicy) -> tuple[Message, Sender]:
    jws = split_jws(raw)
    message = parse_json(payload_of(jws) if jws else raw)
    sender = policy.sender(message.sender)
    keys = plain_keys(policy.keys[sender.id])
    _own_form(sender, have=bool(keys))
    if not policy.keys[sender.id]:
        return message, sender
    if jws is None:
        raise forged()
    return parse_json(verify_jws(jws, keys)), sender


def _own_form(sender: Sender, *, have: bool) -> None:
    """A sender with an adapter sends in that form alone; one with keys signs in the form of one of them."""
    if sender.adapter or sender.gauge or (sender.keys and not have):
        raise forged()


def claimed_names(raw: bytes) -> tuple[str, str]:
    """Who a refused message says it is from, and its id; both "" where it does not say so in a readable way."""
    try:
        start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        if start == b"<":
            message = message_of(read_tree(raw.strip()))
        else:
            jws = split_jws(raw)
            message = parse_json(payload_of(jws) if jws else raw)
    except InboxError:
        return "", ""
    return message.sender, message.id
