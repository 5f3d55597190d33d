"""The Common Alerting Protocol 1.2 (OASIS, ITU-T X.1303 bis): bytes of a stranger -> `Message`.

No entity is resolved, no document type and nothing from a network is read. An alert's texts that are for nobody's ears
(`scope` other than Public, `status` System and Draft, `msgType` Ack and Error) are refused in words.
"""

import base64
import contextlib
import datetime
import hashlib
import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

from loa.i18n import _
from loa.inbox.models import LARGEST, LARGEST_WITH_SOUND, Message, Priority, checked, refused

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_CAP = f"{{{NAMESPACE}}}"
UNIT_CODES = frozenset({"dvhc", "vn-dvhc", "ma-dvhc", "ma_dvhc", "madvhc"})
"""The names (`valueName`) of a geocode that is an official code of a Vietnamese unit, in small letters."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_KINDS = {"Alert": "alert", "Update": "update", "Cancel": "cancel"}
_STATUS = {"Actual", "Exercise", "Test"}
_SOUNDS = {
    "audio/mpeg": "audio/mpeg",
    "audio/mp3": "audio/mpeg",
    "audio/wav": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/ogg": "audio/ogg",
    "audio/mp4": "audio/mp4",
}
_INLINE = re.compile(rb"<(?:\w{1,20}:)?derefUri>([A-Za-z0-9+/=\s]*)</")
_MOST_INFOS, _MOST_AREAS = 100, 200
_MOST_SOUND = 9_900_000
"""Letters of base64: libxml2 reads no text of more than ten million."""


def parser() -> etree.XMLParser:
    """Reads what strangers send: no entities, no document type, no network, no huge trees."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,  # they would cut a text into two
    )


def read_tree(raw: bytes) -> "etree._Element":
    """The root of an XML document. Raises InboxError."""
    inline = [len(found) for found in _INLINE.findall(raw)] if len(raw) > LARGEST else []
    sounds = sum(inline)
    if max(inline, default=0) > _MOST_SOUND:
        message = _("The recording is too large: at most {count} letters of base64.").format(count=_MOST_SOUND)
        raise refused("large", message, _("Send it as JSON, or as an MP3 of fewer kbit/s."), "derefUri")
    if len(raw) - sounds > LARGEST or len(raw) > LARGEST_WITH_SOUND:
        raise refused("large", _("The message is too large: at most {count} bytes.").format(count=LARGEST))
    try:
        root = etree.fromstring(raw, parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise refused("format", _("This is not XML."), _("Send a CAP 1.2 alert as UTF-8 text.")) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise refused("doctype", _("A message may not have a document type."), _("Remove <!DOCTYPE …>."))
    return root


def parse_cap(raw: bytes) -> Message:
    """The alert that `raw` is. Raises InboxError."""
    return message_of(read_tree(raw))


def message_of(root: "etree._Element") -> Message:
    """The alert in this element. Raises InboxError."""
    if root.tag != f"{_CAP}alert":
        raise refused(
            "format", _("This is not an alert of CAP 1.2."), _("Use the namespace {name}").format(name=NAMESPACE)
        )
    status, kind, scope = (_one(root, name) for name in ("status", "msgType", "scope"))
    if status not in _STATUS:
        raise refused("status", _("“{value}” is no message for people.").format(value=status[:50]), field="status")
    if kind not in _KINDS:
        raise refused("kind", _("“{value}” is no message for people.").format(value=kind[:50]), field="msgType")
    if scope != "Public":
        message = _("The message is not public, and loudspeakers are.")
        raise refused("scope", message, _("Send it with the scope Public."), "scope")
    blocks = root.findall(f"{_CAP}info")
    if len(blocks) > _MOST_INFOS:
        raise refused("many", _("The message has too many parts."), field="info")
    if kind != "Cancel" and not blocks:
        raise refused("empty", _("The message says nothing."), _("Add an <info>."), "info")
    infos = [_info(block, number) for number, block in enumerate(_in_our_language(blocks))]
    issuer = next((_text(block, "senderName") for block in blocks if _text(block, "senderName")), "")
    return checked(
        Message,
        {
            "sender": _one(root, "sender"),
            "id": _one(root, "identifier"),
            "sent": _instant(root, "sent", needed=True),
            "kind": _KINDS[kind],
            "exercise": status == "Exercise",
            "test": status == "Test",
            "issuer": issuer,
            "references": _references(root),
            "infos": infos if kind != "Cancel" or all(_says_more(i) for i in infos) else [],
        },
    )


def _in_our_language(blocks: list["etree._Element"]) -> list["etree._Element"]:
    """Those in Vietnamese; where there are none, those of the first block's language."""
    spoken = [(_text(block, "language") or "en-US").lower() for block in blocks]
    wanted = next((code for code in spoken if code.partition("-")[0] == "vi"), spoken[0] if spoken else "")
    return [
        block for block, code in zip(blocks, spoken, strict=True) if code.partition("-")[0] == wanted.partition("-")[0]
    ]


def _says_more(info: dict[str, Any]) -> bool:
    return bool(info["text"] or info["instruction"] or info["audio"])


def _audio(block: "etree._Element") -> dict[str, str] | None:
    """The recording that stands in the alert itself (`derefUri`); what lies elsewhere (`uri`) is not fetched."""
    for resource in block.findall(f"{_CAP}resource"):
        kind = _SOUNDS.get(_text(resource, "mimeType").lower())
        data = "".join(_text(resource, "derefUri").split())
        if not kind or not data:
            continue
        digest = _text(resource, "digest").lower()
        if digest:
            try:
                found = hashlib.sha1(base64.b64decode(data, validate=True), usedforsecurity=False).hexdigest()
            except ValueError:
                found = ""
            if found != digest:
                message = _("The recording is not the one whose digest stands beside it.")
                raise refused("digest", message, field="digest")
        return {"type": kind, "data": data}
    return None


def _info(block: "etree._Element", number: int) -> dict[str, Any]:
    event = _text(block, "event")
    if not event:
        raise refused("missing", _("“{key}” is missing.").format(key="event"), field=f"info.{number}.event")
    areas = block.findall(f"{_CAP}area")
    if len(areas) > _MOST_AREAS:
        raise refused("many", _("The message has too many parts."), field="area")
    onset = _instant(block, "onset") or _instant(block, "effective")
    return {
        "language": _text(block, "language") or "en-US",
        "hazard": event[:60],
        "title": (_text(block, "headline") or event)[:300],
        "text": _text(block, "description"),
        "instruction": _text(block, "instruction"),
        "audio": _audio(block),
        "priority": priority_of(_text(block, "urgency"), _text(block, "severity"), _text(block, "certainty")),
        # Whoever is warned of a flood of tonight is to hear of it now: `onset` is said, and does not delay.
        "begins": None,
        "expires": _instant(block, "expires") or (onset and onset + datetime.timedelta(hours=24)),
        "areas": _areas(areas),
    }


def priority_of(urgency: str, severity: str, certainty: str) -> Priority:
    """What CAP's three words mean for loudspeakers. Ours: severe and now, and at least likely, is an emergency."""
    likely, grave = certainty in {"Observed", "Likely"}, severity in {"Extreme", "Severe"}
    if grave and likely and urgency == "Immediate":
        return "emergency"
    if severity == "Extreme" and likely and urgency == "Expected":
        return "emergency"
    return "priority" if grave or (severity == "Moderate" and urgency in {"Immediate", "Expected"}) else "normal"


def _areas(blocks: Iterable["etree._Element"]) -> dict[str, Any]:
    codes, polygons, circles, words = [], [], [], []
    for block in blocks:
        words.append(_text(block, "areaDesc"))
        for geocode in block.findall(f"{_CAP}geocode"):
            if _text(geocode, "valueName").lower() in UNIT_CODES:
                codes.append(_text(geocode, "value"))
        polygons += [_points(found.text or "") for found in block.findall(f"{_CAP}polygon")]
        circles += [_circle(found.text or "") for found in block.findall(f"{_CAP}circle")]
    described = "; ".join(dict.fromkeys(filter(None, words)))[:1000]
    return {"codes": codes, "polygons": polygons, "circles": circles, "described": described}


def _points(text: str) -> list[tuple[float, float]]:
    try:
        return [(float(pair.split(",")[0]), float(pair.split(",")[1])) for pair in text.split()]
    except (ValueError, IndexError) as error:
        raise refused("polygon", _("This is no polygon."), "38.47,-120.14 38.34,-119.95 …", "polygon") from error


def _circle(text: str) -> dict[str, Any]:
    center, _space, radius = text.strip().partition(" ")
    try:
        return {"center": _points(center)[0], "radius": float(radius)}
    except (ValueError, IndexError) as error:
        raise refused("circle", _("This is no circle."), "32.9525,-115.5527 15", "circle") from error


def _references(root: "etree._Element") -> list[str]:
    """The identifiers in `sender,identifier,sent sender,identifier,sent …`; those of other senders do not count."""
    sender, found = _one(root, "sender"), []
    for triple in _text(root, "references").split()[:200]:
        parts = triple.split(",")
        if len(parts) != 3:
            raise refused("references", _("This is no reference."), "sender,identifier,sent", "references")
        if parts[0] == sender:
            found.append(parts[1])
    return found


def _one(parent: "etree._Element", name: str) -> str:
    found = parent.findall(f"{_CAP}{name}")
    text = _text(parent, name)
    if len(found) != 1 or not text:
        message = _("“{key}” is missing.") if not text else _("“{key}” stands there twice.")
        raise refused("missing", message.format(key=name), field=name)
    return text


def _text(parent: "etree._Element", name: str) -> str:
    found = parent.find(f"{_CAP}{name}")
    return "" if found is None else "".join(map(str, found.itertext())).strip()


def _instant(parent: "etree._Element", name: str, *, needed: bool = False) -> datetime.datetime | None:
    text = _text(parent, name)
    if not text and not needed:
        return None
    moment = None
    with contextlib.suppress(ValueError, OverflowError):
        found = datetime.datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
        moment = found if found and found.astimezone(datetime.UTC) else None  # it may be past the calendar's end
    if moment is None:
        raise refused("instant", _("“{key}” is not an instant.").format(key=name), "2026-11-28T14:05:00+07:00", name)
    return moment
