"""Messages in the forms of others: each form is a package of its own with the entry point `loa.inbox`.

An adapter is a function `read(raw: bytes) -> dict`: the dict is a message in Loa's JSON form. It raises ValueError with
a sentence for people where it cannot read `raw`. It knows nothing of policies, stations and keys.
"""

from collections.abc import Callable
from typing import Any

from loa import plugins
from loa.errors import PluginError
from loa.i18n import _
from loa.inbox.models import JsonMessage, Message, checked, refused


def names() -> list[str]:
    """The adapters that are installed."""
    return sorted(plugins.found(plugins.INBOX))


def read_with(name: str, raw: bytes) -> Message:
    """The message that the adapter `name` makes of `raw`. Raises InboxError."""
    if name not in plugins.found(plugins.INBOX):
        fix = _("Choose: {list}").format(list=", ".join(names()) or "–")
        raise refused("adapter", _("There is no adapter “{name}” here.").format(name=name[:100]), fix)
    try:
        read: Callable[[bytes], dict[str, Any]] = plugins.load(plugins.INBOX, name)
    except PluginError as error:
        raise refused("adapter", error.reason, error.findings[0].fix) from error
    try:
        values = read(raw)
    except Exception as error:
        message = _("The adapter “{name}” cannot read it: {problem}")
        raise refused("format", message.format(name=name, problem=str(error)[:300] or type(error).__name__)) from error
    return checked(JsonMessage, values).message()
