"""A time of day as the commune's clocks show it. It is no instant, and cannot be compared with one."""

import datetime
import functools


@functools.total_ordering
class LocalTime:
    """`17:00` in the commune: hours of the schedule, permitted hours.

    Compares only with another LocalTime: the hour of an instant is another one in every time zone (10:00 UTC is 17:00
    in Vietnam), so `LocalTime.of` asks for the zone. A comparison with `datetime.time` or `datetime.datetime` is an
    error for mypy, and a TypeError when it happens.
    """

    __slots__ = ("_time",)

    def __init__(self, hour: int, minute: int = 0, second: int = 0, microsecond: int = 0) -> None:
        self._time = datetime.time(hour, minute, second, microsecond)

    @classmethod
    def of(cls, instant: datetime.datetime, zone: datetime.tzinfo) -> "LocalTime":
        """Return what the clocks in `zone` show at `instant`. Raises ValueError if `instant` has no time zone."""
        local = local_moment(instant, zone)
        return cls(local.hour, local.minute, local.second, local.microsecond)

    def on(self, day: datetime.date) -> datetime.datetime:
        """Return this time on a day: a moment without time zone, as the commune's clocks show it."""
        return datetime.datetime.combine(day, self._time)

    def __lt__(self, other: "LocalTime") -> bool:
        """Return whether it is the earlier one of a day."""
        return self._time < other._time if isinstance(other, LocalTime) else NotImplemented

    def __eq__(self, other: object) -> bool:
        """Return whether it is the same time of day. Raises TypeError for what Python calls a time."""
        if isinstance(other, datetime.time | datetime.datetime):
            raise TypeError(f"a local time of day compared with {other!r}")
        return self._time == other._time if isinstance(other, LocalTime) else NotImplemented

    def __hash__(self) -> int:
        """Return the same for equal ones."""
        return hash(self._time)

    def __format__(self, form: str) -> str:
        """Format as `datetime.time` does: `{hour:%H:%M}`."""
        return format(self._time, form)

    def __str__(self) -> str:
        """Return it as people write it: 17:00, or 17:00:05."""
        return format(self._time, "%H:%M:%S").removesuffix(":00")

    def __repr__(self) -> str:
        """Return what people who look for a fault see."""
        return f"LocalTime({self._time.isoformat()})"


def local_moment(instant: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    """Return date and time that the clocks in `zone` show at `instant`. Raises ValueError if it has no time zone."""
    if instant.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {instant!r}")
    return instant.astimezone(zone).replace(tzinfo=None)
