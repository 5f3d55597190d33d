"""Messages in the forms of others: each form is a package of its own with the entry point `loa.inbox`.

An adapter is a function `read(raw: bytes) -> dict`: the dict is a message in Loa's JSON form. It raises ValueError with
a sentence for people where it cannot read `raw`. It knows nothing of policies, stations and keys.
"""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

from loa.i18n import _
from loa.inbox.models import JsonMessage, Message, checked, refused

GROUP = "loa.inbox"


def names() -> list[str]:
    """The adapters that are installed."""
    return sorted(found.name for found in entry_points(group=GROUP))


def read_with(name: str, raw: bytes) -> Message:
    """The message that the adapter `name` makes of `raw`. Raises InboxError."""
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        fix = _("Choose: {list}").format(list=", ".join(names()) or "–")
        raise refused("adapter", _("There is no adapter “{name}” here.").format(name=name[:100]), fix)
    try:
        read: Callable[[bytes], dict[str, Any]] = found.load()
        values = read(raw)
    except Exception as error:
        message = _("The adapter “{name}” cannot read it: {problem}")
        raise refused("format", message.format(name=name, problem=str(error)[:300] or type(error).__name__)) from error
    return checked(JsonMessage, values).message()
