"""What people call loudspeakers and airings: for pages, mails and reports, which show no ids and no UTC."""

import re
from collections.abc import Callable, Iterable

from loa import formats
from loa.schedule.models import Schedule

_AIRING = re.compile(r"([\w:./-]+)@(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z(?:-[\w-]+)?")
"""The id of an airing, of the schedule or by hand (`air:<bulletin>@…Z-<number>`)."""
_ID = re.compile(r"[\w-]*[-/][\w/-]*[\w-]")
"""What can only be an id: a plain word may stand for the word."""


def output_name(schedule: Schedule | None, id_: str) -> str:
    """The loudspeaker's title; its id where it has none, or is gone."""
    found = schedule.outputs.get(id_) if schedule else None
    return (found.title if found else None) or id_


def output_names(schedule: Schedule | None, ids: Iterable[str]) -> str:
    """Loudspeakers by name, with commas between."""
    return ", ".join(output_name(schedule, id_) for id_ in ids)


def in_words(text: str, schedule: Schedule | None, title: Callable[[str], str]) -> str:
    """`text` with the names and the local times of the airings, broadcasts and loudspeakers whose ids stand in it.

    `title`: what people call the broadcast or bulletin with an id; "" where it has no other name.
    """
    zone = schedule.timezone if schedule else None

    def airing(found: re.Match[str]) -> str:
        moment = formats.moment(f"{found[2]}+00:00", zone)
        id_ = found[1].removeprefix("air:")
        return f"{title(id_) or id_}, {moment}"

    def known(found: re.Match[str]) -> str:
        id_ = found[0]
        return output_name(schedule, id_) if schedule and id_ in schedule.outputs else title(id_) or id_

    return _ID.sub(known, _AIRING.sub(airing, text))
