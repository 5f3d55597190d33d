"""The items of a programme in schedule.yaml, in their order."""

from typing import Any

from loa.i18n import _
from loa.web.edits.schedule import broadcast_in
from loa.web.forms import FormError


def items_of(broadcast: Any) -> list[dict[str, Any]]:
    """The items of a broadcast as groups of keys, as if it always said all of them: without any, what is heard then."""
    held = [_as_group(item) for item in broadcast.get("items") or []]
    if any(item["kind"] != "file" for item in held):
        return held
    files = [{"kind": "recording", "file": item["file"]} for item in held]
    articles = [{"kind": "article"}] if broadcast.get("campaigns") else []
    return [{"kind": "opening"}, *articles, *files, {"kind": "closing"}]


def _as_group(item: Any) -> dict[str, Any]:
    if isinstance(item, str):
        return {"kind": item} if item in {"opening", "closing"} else {"kind": "file", "file": item}
    return dict(item)


def shift(data: Any, id_: str, number: int, step: int, seen: int) -> None:
    """Move the item at `number` by `step` places. `seen`: how many items the page showed.

    Raises FormError where somebody else changed the programme meanwhile.
    """
    items = _current(data, id_, seen)
    target = number + step
    if not (0 <= number < len(items) and 0 <= target < len(items)):
        raise FormError({"": _("This item cannot go further.")})
    items.insert(target, items.pop(number))
    broadcast_in(data, id_)["items"] = items


def take_out(data: Any, id_: str, number: int, seen: int) -> None:
    """Take the item at `number` out. Raises FormError as `shift`."""
    items = _current(data, id_, seen)
    if len(items) < 2 or not 0 <= number < len(items):
        raise FormError({"": _("A programme needs at least one item.")})
    del items[number]
    broadcast_in(data, id_)["items"] = items


def add_item(data: Any, id_: str, item: dict[str, Any], seen: int) -> None:
    """Add an item: an opening first, a closing last, anything else before the closing. Raises FormError as `shift`."""
    items = _current(data, id_, seen)
    place = 0 if item["kind"] == "opening" else len(items)
    if item["kind"] not in {"opening", "closing"} and items and items[-1]["kind"] == "closing":
        place -= 1
    items.insert(place, item)
    broadcast_in(data, id_)["items"] = items


def _current(data: Any, id_: str, seen: int) -> list[dict[str, Any]]:
    items = items_of(broadcast_in(data, id_))
    if len(items) != seen:
        raise FormError({"": _("Somebody else changed this programme meanwhile. Look at it again.")})
    return items
