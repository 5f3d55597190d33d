"""Schedules that a vendor's central system sends by MQTT, as messages for Loa.

Written after messages seen in public code of Vietnamese vendors (not official): id, created, title, type, text, from,
to. What is not in Loa's form (loops, idle, songs by address) is left out: a person sees the message before it is made.
"""

import datetime
import json
from typing import Any

ZONE = datetime.timezone(datetime.timedelta(hours=7))
PRIORITIES = {"thuong": "normal", "uutien": "priority", "khancap": "emergency"}


def read(raw: bytes) -> dict[str, Any]:
    """One message of the central system as a message in Loa's JSON form. Raises ValueError."""
    try:
        given = json.loads(raw)
        title, text = str(given["title"]), str(given.get("text") or "")
        created = _moment(given["created"])
        first, last = given.get("from"), given.get("to")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"thiếu hoặc sai trường: {error}") from error
    if not text:
        raise ValueError("tin không có phần chữ (text)")
    return {
        "loa": "message/1",
        "id": f"vendor-{given['id']}",
        "sender": f"vendor:{given.get('station', 'trung-tam')}",
        "sent": created.isoformat(),
        "priority": PRIORITIES.get(str(given.get("type")), "normal"),
        "title": title,
        "text": text,
        "valid": {
            "from": _moment(first).isoformat() if first else None,
            "until": _moment(last).isoformat() if last else None,
        },
        "areas": {"codes": [str(code) for code in given.get("wards", [])]},
    }


def _moment(value: Any) -> datetime.datetime:
    """Milliseconds since 1970, or `2026-11-28 14:05` by the clocks of Vietnam."""
    if isinstance(value, int | float):
        return datetime.datetime.fromtimestamp(value / 1000, ZONE)
    moment = datetime.datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
