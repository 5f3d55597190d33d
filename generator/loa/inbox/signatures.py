"""Who really sent a message: XML signatures (signxml) on CAP, JSON Web Signatures with Ed25519 on the JSON form.

The keys are those that the station wrote down for a sender; a certificate that a message brings with it counts for
nothing. What is used of a message afterwards is what the signature covers, and no byte else.
"""

import base64
import binascii
import datetime
from collections.abc import Iterable
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from loa.errors import InboxError
from loa.i18n import _
from loa.inbox.cap import parser
from loa.inbox.models import load_json, refused

_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"


def is_signed_xml(root: "etree._Element") -> bool:
    """Whether there is a signature in the alert; whether it is worth anything, `verified_xml` says."""
    return root.find(_SIGNATURE) is not None


def verified_xml(raw: bytes, certificates: Iterable[str], now: datetime.datetime) -> "etree._Element":
    """The element that a signature by one of `certificates` (PEM) covers: parse this, not `raw`. Raises InboxError."""
    problem = forged()
    for pem in certificates:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            problem = refused("key", _("The sender's certificate is not valid today."), field="signature")
            continue
        try:
            found = XMLVerifier().verify(
                raw, x509_cert=pem, parser=parser(), expect_config=SignatureConfiguration(location="./")
            )
        except (SignXMLException, InvalidSignature, etree.LxmlError, ValueError, KeyError, TypeError, AttributeError):
            continue
        signed = None if isinstance(found, list) else found.signed_xml
        if signed is not None:
            return signed
    raise problem


def forged() -> InboxError:
    """The refusal of a message that its sender did not sign."""
    return refused("signature", _("The signature is missing or wrong: the message may be forged."), field="signature")


def split_jws(raw: bytes) -> dict[str, Any] | None:
    """The parts of a flattened JWS; None where it is a JSON text of another kind. Raises InboxError."""
    value = load_json(raw)
    if not isinstance(value, dict):
        raise refused("format", _("This is not a message."), _("Send an object as docs/inbox.md describes it."))
    return value if {"payload", "signature"} <= value.keys() else None


def payload_of(jws: dict[str, Any]) -> bytes:
    """What is in it, before anybody has looked who signed it. Raises InboxError."""
    return _decoded(jws.get("payload"))


def verify_jws(jws: dict[str, Any], keys: Iterable[str]) -> bytes:
    """The payload, signed by one of `keys` (PEM, Ed25519). Raises InboxError."""
    header = load_json(_decoded(jws.get("protected")))
    if not isinstance(header, dict) or header.get("alg") not in ("EdDSA", "Ed25519") or "crit" in header:
        raise refused("signature", _("Messages are signed with Ed25519 (EdDSA)."), field="protected")
    signed = f"{jws['protected']}.{jws['payload']}".encode()
    signature, payload = _decoded(jws.get("signature")), payload_of(jws)
    for pem in keys:
        key = load_pem_public_key(pem.encode())
        if not isinstance(key, Ed25519PublicKey):
            continue
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            continue
        return payload
    raise forged()


def _decoded(text: Any) -> bytes:
    made = refused("format", _("A part of the signed message is not base64url."))
    if not isinstance(text, str):
        raise made
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise made from error
