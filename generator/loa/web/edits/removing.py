"""Taking a campaign or a broadcast out of its file, and what still needs it."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from loa.campaign import Commune
from loa.i18n import _
from loa.schedule import Broadcast, Schedule
from loa.web.edits import schedule as schedule_edits
from loa.web.forms import FormError
from loa.yamlfile import editor, parse, value_at


def users_of(schedule: Schedule | None, stem: str, campaign: str) -> tuple[Broadcast, ...]:
    """The broadcasts that play a campaign."""
    broadcasts = schedule.broadcasts if schedule else ()
    return tuple(b for b in broadcasts if b.commune == stem and campaign in b.campaigns)


def needed(schedule: Schedule | None, before: Commune, after: Commune | None) -> tuple[Broadcast, ...]:
    """The broadcasts that play a campaign of `before` which `after` does not have any more; None: no file at all."""
    gone = {c.id for c in before.campaigns} - {c.id for c in (after.campaigns if after else ())}
    return tuple(user for id_ in sorted(gone) for user in users_of(schedule, before.stem, id_))


def without_campaign(text: str, id_: str) -> str:
    """A commune's file without one of its campaigns. Raises FormError where it is the only one."""
    ids = _ids(text, "campaigns")
    if len(ids) == 1:
        problem = _("This is the commune's only campaign. Add another one first, then delete this one.")
        raise FormError({"": problem})
    return editor.cut(text, ("campaigns", ids.index(id_)))


def without_broadcast(text: str, id_: str) -> str:
    """A file of the schedule without a broadcast. Raises FormError where it is gone already."""
    ids = _ids(text, "broadcasts")
    if id_ not in ids:
        raise FormError({"": _("This broadcast is no longer in the schedule.")})
    return editor.cut(text, ("broadcasts", ids.index(id_)))


def released_from(text: str, broadcasts: Iterable[Broadcast], campaign: str) -> str:
    """A file of the schedule without `campaign` in `broadcasts`; one that played nothing else goes as a whole."""
    for broadcast in broadcasts:
        if set(broadcast.campaigns) == {campaign}:
            text = without_broadcast(text, broadcast.id)
        else:
            text = editor.change(text, partial(_take_out, broadcast=broadcast.id, campaign=campaign))
    return text


def _take_out(data: Any, broadcast: str, campaign: str) -> None:
    found = schedule_edits.broadcast_in(data, broadcast)
    for key in ("campaigns", "also", "moved"):  # a one-off may name the campaign whose turn it is
        items = found.get(key) or []
        for number in reversed(range(len(items))):
            if str(items[number]).split(" ")[-1] == campaign:
                del items[number]


def _ids(text: str, key: str) -> list[str]:
    items = value_at(parse(text, "").data, (key,)) or []
    return [str(item.get("id")) for item in items]
