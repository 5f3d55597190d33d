"""The schedule of a station, as loaded: its broadcasts, outputs and rules. Plain data; nothing here has a clock."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from pydantic import BeforeValidator, Field, WithJsonSchema

from loa.bulletin.models import BulletinPlan, Style
from loa.i18n import N_, _
from loa.schedule.alerts import Alerts
from loa.schedule.outputs import AnyOutput, Group
from loa.schedule.values import Day, Days, Hour, Seconds, Window, moment
from loa.yamlfile import Strict

Priority = Literal["normal", "priority", "emergency"]
"""The three of Circular 39/2020/TT-BTTTT: thông thường, ưu tiên, khẩn cấp."""
RANK: dict[Priority, int] = {"emergency": 0, "priority": 1, "normal": 2}


def _rrule(value: Any) -> str | None:
    """Check an RFC 5545 rule; hours come from `at`, so only its days count. Raises ValueError."""
    if value is None:
        return None
    text = str(value).removeprefix("RRULE:")
    wrong = ValueError(_("This is not a recurrence rule.") + "\n" + _("Write for example FREQ=MONTHLY;BYDAY=1MO."))
    if not any(f"FREQ={unit}" in text.upper() for unit in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")):
        raise wrong
    try:
        rrulestr(text, dtstart=datetime.datetime(2026, 1, 1))  # noqa: DTZ001  days only, no instant
    except (ValueError, TypeError, KeyError, AttributeError):
        raise wrong from None
    return text


@dataclass(frozen=True, slots=True)
class Extra:
    """A one-off: a wall-clock moment, and whose turn it is where campaigns rotate (None: the first one's)."""

    moment: datetime.datetime
    campaign: str | None = None


def _extra(value: Any) -> Extra:
    """`2026-12-24 17:00`, or the same with the id of a campaign after it. Raises ValueError."""
    if isinstance(value, Extra):
        return value
    day, _space, rest = str(value).strip().replace("T", " ").partition(" ")
    hour, _space, campaign = rest.strip().partition(" ")
    return Extra(moment(f"{day} {hour}".strip()), campaign.strip() or None)


class Length(Strict):
    """How long a bulletin may last, in seconds: read again until `min` is reached, never past `max`."""

    min: Seconds = Field(gt=0)
    max: Seconds = Field(gt=0, le=4 * 3600)


class Late(Strict):
    """What to do when the moment could not be kept.

    `start_within`: seconds after the planned instant in which it may still start. `resume`: after a power cut, go on
    at the sentence where it stopped. `fallback`: `last-good` airs the last released bulletin of the same broadcast.
    """

    start_within: Seconds = Field(default=600.0, ge=0)
    resume: bool = True
    fallback: Literal["none", "last-good"] = "none"


class Repeat(Strict):
    """An emergency is said again: `times` in all, `pause` seconds between."""

    times: int = Field(default=1, ge=1, le=20)
    pause: Seconds = 30.0


class Dressing(Strict):
    """How a bulletin is dressed: for which loudspeakers, the music under its opening call, a time signal first."""

    preset: Literal["horn", "studio"] = "horn"
    music: str | None = "bed"
    time_signal: bool = False


class Broadcast(Strict):
    """What goes on air together, again and again."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    commune: str
    campaigns: tuple[str, ...] = Field(min_length=1)
    title: str | None = None
    rotate: bool = False
    days: tuple[Days, ...] | None = None
    every_weeks: int = Field(default=1, ge=1, le=52)
    rrule: Annotated[str | None, BeforeValidator(_rrule)] = None
    at: tuple[Hour, ...] = ()
    also: tuple[Annotated[Extra, BeforeValidator(_extra), WithJsonSchema({"type": "string"})], ...] = ()
    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None
    except_: tuple[Days, ...] = Field(default=(), alias="except")
    items: tuple[str, ...] = ()  # recorded sound files after the articles, by their path from the station's folder
    length: Length
    sound: Dressing = Dressing()
    priority: Priority = "normal"
    repeat: Repeat = Repeat(times=1)
    resume_after_cut: bool = True
    late: Late = Late()
    on: tuple[str, ...] = Field(min_length=1)

    def bulletin_name(self, campaign: str | None = None) -> str:
        """The bulletin's name below its commune; with `rotate` one for each campaign."""
        return f"{self.id}-{campaign}" if self.rotate and campaign else self.id

    def turn_of(self, bulletin: str) -> str | None:
        """The campaign whose turn it is in the bulletin of this name; None where they do not rotate."""
        return next((c for c in self.campaigns if self.rotate and self.bulletin_name(c) == bulletin), None)


class Rules(Strict):
    """What the commune allows, in local time; each is optional and an emergency is exempt from all."""

    allowed: tuple[Window, ...] = Field(
        default=(),
        title=N_("Hours in which broadcasting is allowed"),
        description=N_("Empty: at any hour."),
        examples=[["05:30-08:00", "16:30-19:00"]],
    )
    max_minutes: int | None = Field(
        default=None, ge=1, title=N_("Longest airing, minutes"), description=N_("Empty: no limit.")
    )
    max_sessions_per_day: int | None = Field(
        default=None, ge=1, title=N_("Most airings a day"), description=N_("Empty: no limit.")
    )


@dataclass(frozen=True, slots=True)
class Schedule:
    """schedule.yaml, checked. `database`: SQLAlchemy URL, None for SQLite in the workspace."""

    timezone: ZoneInfo
    broadcasts: tuple[Broadcast, ...]
    outputs: Mapping[str, AnyOutput]
    rules: Rules
    alerts: Alerts
    language: str | None = None
    database: str | None = None

    def plans(self) -> tuple[BulletinPlan, ...]:
        """The bulletins that the broadcasts need; with `rotate`, one for each campaign."""
        return tuple(
            BulletinPlan(
                commune=broadcast.commune,
                name=broadcast.bulletin_name(campaigns[0]),
                title=broadcast.title or "",
                campaigns=campaigns,
                min_seconds=broadcast.length.min,
                max_seconds=broadcast.length.max,
                recordings=broadcast.items,
                style=Style(
                    music=broadcast.sound.music,
                    preset=broadcast.sound.preset,
                    time_signal=broadcast.sound.time_signal,
                ),
            )
            for broadcast in self.broadcasts
            for campaigns in ([(c,) for c in broadcast.campaigns] if broadcast.rotate else [broadcast.campaigns])
        )

    def broadcast(self, name: str) -> Broadcast | None:
        """The broadcast called `name`, if it is still in the schedule."""
        return next((b for b in self.broadcasts if b.id == name), None)

    def loudspeakers(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """`names` with every group replaced by its members, each once, in order."""
        return tuple(self._members(names))

    def in_use(self) -> set[str]:
        """The loudspeakers that some broadcast is heard on."""
        return {name for broadcast in self.broadcasts for name in self.loudspeakers(broadcast.on)}

    def lines(self, names: tuple[str, ...]) -> dict[str, AnyOutput]:
        """The loudspeakers of `names` that are in the schedule, as they are to be played to.

        A group turns its members up or down by its own volume, and adds its delay to theirs. (A loudspeaker that is
        named twice is played to as the first name says.)
        """
        return {
            name: output.model_copy(update={"volume": min(200, round(volume)), "delay": delay})
            for name, (volume, delay) in self._members(names).items()
            if (output := self.outputs.get(name)) is not None
        }

    def _members(self, names: tuple[str, ...]) -> dict[str, tuple[float, float]]:
        """Volume (per cent) and delay (seconds) of each loudspeaker of `names`."""
        found: dict[str, tuple[float, float]] = {}
        for name in names:
            output = self.outputs.get(name)
            volume, delay = (output.volume, output.delay) if output else (100, 0.0)
            if isinstance(output, Group):
                for member, (own, later) in self._members(output.outputs).items():
                    found.setdefault(member, (own * volume / 100, later + delay))
            else:
                found.setdefault(name, (volume, delay))
        return found
