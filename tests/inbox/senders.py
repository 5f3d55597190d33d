"""Senders of messages: their keys, and messages as they would sign them."""

import base64
import datetime
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import XMLSigner, methods

NOW = datetime.datetime(2026, 11, 28, 7, 5, tzinfo=datetime.UTC)
SENDER = "pctt@quangtri.gov.vn"


@dataclass
class Authority:
    """Somebody with a certificate (CAP) and an Ed25519 key (JSON)."""

    name: str = SENDER
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    plain: ed25519.Ed25519PrivateKey = field(default_factory=ed25519.Ed25519PrivateKey.generate)
    begins: datetime.datetime = NOW - datetime.timedelta(days=400)
    ends: datetime.datetime = NOW + datetime.timedelta(days=4000)

    @property
    def certificate(self) -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        made = x509.CertificateBuilder(name, name, self.key.public_key(), 7, self.begins, self.ends)
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    @property
    def public(self) -> str:
        return self.plain.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign_xml(self, raw: bytes) -> bytes:
        signer = XMLSigner(
            method=methods.enveloped,
            c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
            signature_algorithm="ecdsa-sha256",
        )
        return bytes(
            etree.tostring(signer.sign(etree.fromstring(raw), key=self.key, cert=self.certificate), encoding="utf-8")
        )

    def sign_json(self, value: dict[str, Any] | bytes) -> bytes:
        payload = value if isinstance(value, bytes) else json.dumps(value).encode()
        parts = {"protected": _base64(b'{"alg":"EdDSA"}'), "payload": _base64(payload)}
        signature = self.plain.sign(f"{parts['protected']}.{parts['payload']}".encode())
        return json.dumps({**parts, "signature": _base64(signature)}).encode()


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def at(minutes: float = 0, now: datetime.datetime = NOW) -> str:
    """An instant by the clocks of Vietnam, as CAP writes it."""
    moment = now + datetime.timedelta(minutes=minutes)
    return moment.astimezone(datetime.timezone(datetime.timedelta(hours=7))).isoformat(timespec="seconds")


def cap(
    id_: str = "lu-01",
    *,
    sender: str = SENDER,
    kind: str = "Alert",
    references: str = "",
    status: str = "Actual",
    severity: str = "Severe",
    area: str = "<geocode><valueName>DVHC</valueName><value>44</value></geocode>",
    sent: str = "",
    expires: str = "",
    text: str = "Nước sông Bến Hải lên trên báo động ba.",
    now: datetime.datetime = NOW,
) -> bytes:
    """A flood alert after the examples of the standard, for a province of Vietnam; not signed."""
    referred = f"<references>{references}</references>" if references else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{id_}</identifier><sender>{sender}</sender>
<sent>{sent or at(0, now)}</sent><status>{status}</status><msgType>{kind}</msgType><scope>Public</scope>{referred}
<info><language>vi-VN</language><category>Met</category><event>Lũ</event><responseType>Evacuate</responseType>
<urgency>Immediate</urgency><severity>{severity}</severity><certainty>Observed</certainty>
<expires>{expires or at(360, now)}</expires><senderName>Ban Chỉ huy Phòng thủ dân sự tỉnh Quảng Trị</senderName>
<headline>Lũ lớn trên sông Bến Hải</headline><description>{text}</description>
<instruction>Rời ngay chỗ thấp.</instruction>
<area><areaDesc>Các xã ven sông Bến Hải</areaDesc>{area}</area></info></alert>""".encode()


def message(id_: str = "tin-01", now: datetime.datetime = NOW, **more: Any) -> dict[str, Any]:
    """A message in the JSON form."""
    return {
        "loa": "message/1",
        "id": id_,
        "sender": SENDER,
        "sent": at(0, now),
        "priority": "emergency",
        "title": "Lũ lớn trên sông Bến Hải",
        "text": "Nước lên nhanh. Rời ngay chỗ thấp.",
        "valid": {"until": at(120, now)},
        "areas": {"communes": ["ben-hai"]},
        **more,
    }
