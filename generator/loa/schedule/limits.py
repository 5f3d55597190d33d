"""How loud it may be, and where it must be quiet, by weekday, place and hour."""

import datetime
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from loa.i18n import N_
from loa.schedule.local_time import LocalTime
from loa.schedule.values import Days, Window, days_of
from loa.yamlfile import Strict

_ONE_DAY = datetime.timedelta(days=1)
_MIDNIGHT = LocalTime(0, 0, 0)


def _several(value: Any) -> Any:
    """`a, b` is the same as [a, b]."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


_SCHEMA = WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}})


class Limit(Strict):
    """The volume that no broadcast exceeds on some loudspeakers, days and hours; 0: none may sound there then.

    What is empty is no condition. Emergencies are exempt.
    """

    on: Annotated[tuple[str, ...], BeforeValidator(_several), _SCHEMA] = Field(default=(), title=N_("Loudspeakers"))
    days: Annotated[tuple[Days, ...], BeforeValidator(_several), _SCHEMA] = Field(default=(), title=N_("Days"))
    hours: Annotated[tuple[Window, ...], BeforeValidator(_several), _SCHEMA] = Field(default=(), title=N_("Hours"))
    max_volume: int = Field(ge=0, le=200, title=N_("Highest volume, per cent"))

    def spans(self, first: datetime.date, last: datetime.date) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
        """Yield from when to when it holds on the days from `first` to `last`, by the wall clock."""
        for number in range((last - first).days + 1):
            day = first + number * _ONE_DAY
            if self.days and not any(days_of(rule, day, day) for rule in self.days):
                continue
            if not self.hours:
                yield _MIDNIGHT.on(day), _MIDNIGHT.on(day + _ONE_DAY)
            for begins, ends in self.hours:
                yield begins.on(day), ends.on(day)

    def holds(self, first: datetime.datetime, last: datetime.datetime) -> bool:
        """Whether it holds at some moment from `first` to before `last` (or at `first`), by the wall clock."""
        last = max(last, first + datetime.timedelta(microseconds=1))
        return any(begins < last and first < ends for begins, ends in self.spans(first.date(), last.date()))
