"""What pages need to know of a broadcast: its name, its turns, its days in words."""

import datetime

from generator.console.context import Console
from generator.console.formerror import FormError
from generator.i18n import _
from generator.schedule import Broadcast, Schedule, airings


def find_broadcast(here: Console, id_: str) -> tuple[Schedule, Broadcast]:
    """The schedule and its broadcast `id_`. Raises FormError where it is gone."""
    schedule = here.facts.plan().schedule
    found = schedule.broadcast(id_) if schedule else None
    if schedule is None or found is None:
        raise FormError({"": _("This broadcast is no longer in the schedule.")})
    return schedule, found


def name_of(here: Console, broadcast: Broadcast) -> str:
    """What a broadcast is called on pages: its title, else what is in it."""
    return broadcast.title or here.facts.name_of(broadcast.commune, broadcast.campaigns)


def turns_of(here: Console, broadcast: Broadcast) -> list[tuple[str, str]]:
    """What can be aired once more: the broadcast, or each of its campaigns where they take turns (value, name)."""
    if not broadcast.rotate:
        return [(broadcast.id, name_of(here, broadcast))]
    return [(f"{broadcast.id} {c}", here.facts.name_of(broadcast.commune, (c,))) for c in broadcast.campaigns]


def turns_on(schedule: Schedule | None, id_: str, day: datetime.date) -> dict[datetime.datetime, str | None]:
    """The airings of a broadcast on a day, by the station's clock, with whose turn it is if campaigns rotate."""
    broadcast = schedule.broadcast(id_) if schedule else None
    if schedule is None or broadcast is None:
        return {}
    start = datetime.datetime.combine(day, datetime.time(), schedule.timezone)
    end = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), schedule.timezone)
    return {
        airing.planned.astimezone(schedule.timezone).replace(tzinfo=None): broadcast.turn_of(
            airing.bulletin.partition("/")[2]
        )
        for airing in airings(schedule, start, end)
        if airing.broadcast == id_
    }
