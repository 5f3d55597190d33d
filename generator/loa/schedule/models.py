"""The models of a schedule: broadcasts, rules, and the schedule as a whole. Plain data without a clock."""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from pydantic import BeforeValidator, Field, WithJsonSchema

from loa.bulletin.models import BulletinPlan, Style
from loa.i18n import N_, _
from loa.schedule.alerts import Alerts
from loa.schedule.backup import Backup
from loa.schedule.fees import Fees
from loa.schedule.limits import Limit
from loa.schedule.local_time import LocalTime
from loa.schedule.messages import Feedback, Messages
from loa.schedule.outputs import AnyOutput, Group, RemotePlayer
from loa.schedule.players import Players
from loa.schedule.programme import AnyItem, Article, File, Relay, Talk
from loa.schedule.values import Day, Days, Hour, Seconds, StationPath, Window, moment
from loa.yamlfile import Strict, Url

Priority = Literal["normal", "priority", "emergency"]
"""The three priorities of Circular 39/2020/TT-BTTTT: thông thường, ưu tiên, khẩn cấp."""
RANK: dict[Priority, int] = {"emergency": 0, "priority": 1, "normal": 2}


def _rrule(value: Any) -> str | None:
    """Check an RFC 5545 rule. Only its days are used; the times come from `at`. Raises ValueError."""
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
    """A single extra airing: a wall-clock moment, and its campaign if campaigns rotate (None: the first one)."""

    moment: datetime.datetime
    campaign: str | None = None


def _extra(value: Any) -> Extra:
    """Parse `2026-12-24 17:00`, optionally followed by a campaign's id. Raises ValueError."""
    if isinstance(value, Extra):
        return value
    day, _space, rest = str(value).strip().replace("T", " ").partition(" ")
    hour, _space, campaign = rest.strip().partition(" ")
    return Extra(moment(f"{day} {hour}".strip()), campaign.strip() or None)


@dataclass(frozen=True, slots=True)
class Move:
    """A single airing at another moment: both by the wall clock, and its campaign if campaigns rotate."""

    old: datetime.datetime
    new: datetime.datetime
    campaign: str | None = None


def move_of(value: Any) -> Move:
    """Parse `2026-12-24 17:00 -> 2026-12-25 17:30`, optionally followed by a campaign's id. Raises ValueError."""
    if isinstance(value, Move):
        return value
    old, arrow, rest = str(value).partition("->")
    new = _extra(rest)
    if not arrow or _extra(old).campaign:
        wrong = _("This is not a moved airing.") + "\n" + _("Write for example 2026-12-24 17:00 -> 2026-12-25 17:30.")
        raise ValueError(wrong)
    return Move(_extra(old).moment, new.moment, new.campaign)


LONGEST_BULLETIN = 15 * 60.0
"""The longest bulletin (s) where nobody says how long it may be."""


LONGEST_TEST = 60.0
"""The longest test of the equipment (s): more would be a programme."""


class Length(Strict):
    """The allowed length of a bulletin (s): it is read again until `min` is reached, at most three times; `max` is
    never exceeded. Without `min` it is as long as its text needs.
    """

    min: Seconds = Field(default=0.0, gt=0)
    max: Seconds = Field(default=LONGEST_BULLETIN, gt=0, le=4 * 3600)


class Late(Strict):
    """What to do if an airing could not start at its planned instant.

    `start_within`: seconds after the planned instant within which it may still start. `resume`: after a power cut,
    continue at the sentence where it stopped. `fallback`: `last-good` airs the last approved bulletin of the broadcast.
    """

    start_within: Seconds = Field(default=600.0, ge=0)
    resume: bool = True
    fallback: Literal["none", "last-good"] = "none"


class Repeat(Strict):
    """Repetition of an emergency message: `times` in total, with `pause` seconds between."""

    times: int = Field(default=1, ge=1, le=20)
    pause: Seconds = 30.0


class Dressing(Strict):
    """Sound design of a bulletin: mastering preset, music under the opening call, time signal before it."""

    preset: Literal["horn", "studio"] = "horn"
    music: StationPath | None = "bed"
    time_signal: bool = False


class Broadcast(Strict):
    """A recurring broadcast: which campaigns are aired together, when, and on which outputs.

    `items`: paths alone are recordings that follow the articles, between opening and closing. Where one item says its
    kind, they are the whole programme in their order. `test`: a chime of a minute at most that tests the equipment; it
    is no session, and no report counts it.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    commune: str
    campaigns: tuple[str, ...] = ()
    title: str | None = None
    test: bool = False
    rotate: bool = False
    days: tuple[Days, ...] | None = None
    every_weeks: int = Field(default=1, ge=1, le=52)
    rrule: Annotated[str | None, BeforeValidator(_rrule)] = None
    at: tuple[Hour, ...] = ()
    also: tuple[Annotated[Extra, BeforeValidator(_extra), WithJsonSchema({"type": "string"})], ...] = ()
    moved: tuple[Annotated[Move, BeforeValidator(move_of), WithJsonSchema({"type": "string"})], ...] = ()
    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None
    except_: tuple[Days, ...] = Field(default=(), alias="except")
    items: tuple[AnyItem, ...] = ()
    length: Length = Length()
    sound: Dressing = Dressing()
    priority: Priority = "normal"
    repeat: Repeat = Repeat(times=1)
    resume_after_cut: bool = True
    late: Late = Late()
    on: tuple[str, ...] = Field(min_length=1)

    @property
    def extras(self) -> tuple[Extra, ...]:
        """The moments that are named one by one: what is aired once more, and where single airings were moved to."""
        return (*self.also, *(Extra(move.new, move.campaign) for move in self.moved))

    def bulletin_name(self, campaign: str | None = None) -> str:
        """Return the name of the bulletin; with `rotate`, each campaign has its own."""
        return f"{self.id}-{campaign}" if self.rotate and campaign else self.id

    @property
    def is_programme(self) -> bool:
        """Whether its items are the whole programme."""
        return any(not isinstance(item, File) for item in self.items)

    @property
    def relays(self) -> tuple[Relay, ...]:
        """Its items that come live from another station."""
        return tuple(item for item in self.items if isinstance(item, Relay))

    @property
    def talk(self) -> Talk | None:
        """Its item at which somebody speaks live: there is no other beside it."""
        return next((item for item in self.items if isinstance(item, Talk)), None)

    def talk_ends(self, planned: datetime.datetime) -> datetime.datetime:
        """When a talk of it that is planned then (by the station's clocks) ends at the latest."""
        ends = planned + datetime.timedelta(seconds=self.length.max)
        if self.talk and self.talk.to:
            ends = min(ends, self.talk.to.on(planned.date()).replace(tzinfo=planned.tzinfo))
        return ends

    @property
    def has_articles(self) -> bool:
        """Whether it plays articles of its campaigns."""
        return not self.is_programme or any(isinstance(item, Article) for item in self.items)

    @property
    def turns(self) -> tuple[tuple[str, ...], ...]:
        """The campaigns of each of its bulletins."""
        return tuple((campaign,) for campaign in self.campaigns) if self.rotate else (self.campaigns,)

    def files(self) -> tuple[str, ...]:
        """Return the files that its items name: paths from the station's folder, or names of station sounds."""
        parts = (item.part() for item in self.items)
        return tuple(part.file for part in parts if part.file)

    def turn_of(self, bulletin: str) -> str | None:
        """Return the campaign of the bulletin with this name; None if campaigns do not rotate."""
        return next((c for c in self.campaigns if self.rotate and self.bulletin_name(c) == bulletin), None)


class Rules(Strict):
    """The commune's rules, in local time. Each is optional; emergencies are exempt from all of them."""

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
    max_minutes_per_day: int | None = Field(
        default=None,
        ge=1,
        title=N_("Most minutes a day"),
        description=N_("Counted at each loudspeaker, as its neighbours hear it. Empty: no limit."),
    )
    limits: tuple[Limit, ...] = Field(
        default=(),
        title=N_("Quiet places and hours"),
        description=N_(
            "The volume that is not exceeded there; 0: nothing sounds there then. What is empty counts for all."
        ),
        examples=[[{"on": "loa-truong", "days": "mon, tue", "hours": "07:00-11:00", "max_volume": 0}]],
    )

    @property
    def hours(self) -> str:
        """The hours in which broadcasting is allowed, in words; "": at any hour."""
        return ", ".join(f"{first:%H:%M}-{last:%H:%M}" for first, last in self.allowed)

    def hours_instead_of(self, hour: LocalTime) -> str:
        """The same where `hour` is in none of them; else ""."""
        return "" if any(first <= hour < last for first, last in self.allowed) else self.hours


class Approval(Strict):
    """How bulletins are approved. `four_eyes`: who wrote or changed the text does not sign it."""

    four_eyes: bool = Field(
        default=False,
        title=N_("Four eyes"),
        description=N_("Whoever wrote or changed a text does not sign it. Needs at least two people."),
    )


class Publication(Strict):
    """Where the pages of the folder public/ stand on the web."""

    address: Url | None = Field(
        default=None,
        title=N_("Address of the pages on the web"),
        description=N_("Feeds need it, so that readers and podcast programs find the articles and their sound."),
        examples=["https://benhai.quangtri.gov.vn/truyen-thanh/"],
    )


@dataclass(frozen=True, slots=True)
class Schedule:
    """A valid schedule.yaml. `database`: an SQLAlchemy URL; None for the SQLite file in the workspace."""

    timezone: ZoneInfo
    broadcasts: tuple[Broadcast, ...]
    outputs: Mapping[str, AnyOutput]
    rules: Rules
    alerts: Alerts
    language: str | None = None
    database: str | None = None
    backup: Backup = field(default_factory=Backup)
    approval: Approval = field(default_factory=Approval)
    publish: Publication = field(default_factory=Publication)
    players: Players = field(default_factory=Players)
    fees: Fees = field(default_factory=Fees)
    messages: Messages = field(default_factory=Messages)
    feedback: Feedback = field(default_factory=Feedback)
    elsewhere: frozenset[str] = frozenset()
    """Outputs, and groups of nothing else, that players air: `at_station` has taken them out."""
    order: Mapping[str, str] | None = None
    """Which group speaks after which, where `at_station` has taken some out; None: as `outputs` says."""
    own_files: Mapping[str, str] = field(default_factory=dict)
    """The files (`schedules/ben-hai.yaml`) of the broadcasts that do not stand in schedule.yaml, by their ids."""

    def at_station(self) -> "Schedule":
        """Return what this computer airs itself: without the outputs of players, and broadcasts that have no other."""
        away = {name for name, output in self.outputs.items() if isinstance(output, RemotePlayer)}
        if not away:
            return self
        groups = (name for name, output in self.outputs.items() if isinstance(output, Group))
        elsewhere = frozenset(away | {name for name in groups if set(self.loudspeakers((name,))) <= away})
        return replace(
            self,
            broadcasts=tuple(b for b in self.broadcasts if not set(self.loudspeakers(b.on)) <= away),
            outputs={name: output for name, output in self.outputs.items() if name not in elsewhere},
            elsewhere=elsewhere,
            order=_order(self.outputs),
        )

    def stages(self, broadcast: Broadcast) -> tuple[tuple[str, ...], ...]:
        """Return the outputs of `broadcast` in the order in which they speak: groups `after` others of it follow those.

        One that is named twice speaks first. An emergency, and what comes live, goes everywhere at once.
        """
        if broadcast.priority == "emergency" or broadcast.relays or broadcast.talk:
            return (broadcast.on,)

        order = self.order if self.order is not None else _order(self.outputs)

        def step(name: str) -> int:
            before = order.get(name)
            return step(before) + 1 if before in broadcast.on else 0

        steps = {name: step(name) for name in broadcast.on}
        found = (tuple(name for name in broadcast.on if steps[name] == number) for number in range(len(steps)))
        return tuple(names for names in found if names)

    def remote_players(self) -> dict[str, RemotePlayer]:
        """Return the outputs that players air, by name."""
        return {name: output for name, output in self.outputs.items() if isinstance(output, RemotePlayer)}

    def plans(self) -> tuple[BulletinPlan, ...]:
        """Return the bulletins that the broadcasts need; with `rotate`, one per campaign."""
        return tuple(
            BulletinPlan(
                commune=broadcast.commune,
                name=broadcast.bulletin_name(next(iter(campaigns), None)),
                title=broadcast.title or "",
                campaigns=campaigns,
                min_seconds=broadcast.length.min,
                max_seconds=broadcast.length.max,
                recordings=() if broadcast.is_programme else broadcast.files(),
                parts=tuple(item.part() for item in broadcast.items) if broadcast.is_programme else (),
                at=f"{min(broadcast.at):%H:%M:%S}" if broadcast.at else "",
                credits=tuple(item.credit() for item in broadcast.items),
                style=Style(
                    music=broadcast.sound.music,
                    preset=broadcast.sound.preset,
                    time_signal=broadcast.sound.time_signal,
                ),
            )
            for broadcast in self.broadcasts
            if broadcast.talk is None or broadcast.talk.instead
            for campaigns in broadcast.turns
        )

    def broadcast(self, name: str) -> Broadcast | None:
        """Return the broadcast with the id `name`; None if the schedule does not have it."""
        return next((b for b in self.broadcasts if b.id == name), None)

    def loudspeakers(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Replace every group in `names` by its members, each once, in order; without those that are `elsewhere`."""
        return tuple(name for name in self._members(names) if name not in self.elsewhere)

    def owners(self, name: str) -> set[str | None]:
        """Return the communes to which an output belongs, of a group those of its members too; None: the station."""
        output = self.outputs.get(name)
        found: set[str | None] = {output.commune if output else None}
        if isinstance(output, Group):
            members = [self.outputs.get(member) for member in self.loudspeakers((name,))]
            found |= {member.commune for member in members if member}
        return found

    def stoppable(self, communes: Collection[str] | None, commune: str, outputs: tuple[str, ...]) -> tuple[str, ...]:
        """Return those loudspeakers of `outputs` on which people of `communes` (None: of the whole station) may stop an
        airing of `commune`: on the outputs of these communes whatever plays, on the station's what is theirs.
        """
        if communes is None:
            return outputs
        owners = {name: output.commune if (output := self.outputs.get(name)) else None for name in outputs}
        return tuple(name for name, owner in owners.items() if (commune if owner is None else owner) in communes)

    def in_use(self) -> set[str]:
        """Return the loudspeakers that at least one broadcast uses."""
        return {name for broadcast in self.broadcasts for name in self.loudspeakers(broadcast.on)}

    def lines(self, names: tuple[str, ...]) -> dict[str, AnyOutput]:
        """Return the loudspeakers of `names`, with the volume, delay and silence before the first word to use.

        The volume of a group multiplies the volumes of its members; its delay is added to theirs; of silences and
        gentle starts the longest counts. If a loudspeaker is named twice, the first one counts.
        """
        return {
            name: output.model_copy(
                update={
                    "volume": min(200, round(volume)),
                    "delay": delay,
                    "silence_before": silence,
                    "fade_in": fade_in,
                }
            )
            for name, (volume, delay, silence, fade_in) in self._members(names).items()
            if (output := self.outputs.get(name)) is not None
        }

    def limit_of(self, output: str, moment: datetime.datetime) -> int | None:
        """Return the highest volume (per cent) of a loudspeaker at an instant; None where nothing limits it."""
        found = [limit.max_volume for limit in self._limits(output, moment, moment)]
        return min(found, default=None)

    def quiet(self, outputs: tuple[str, ...], since: datetime.datetime, until: datetime.datetime) -> frozenset[str]:
        """Return those loudspeakers of `outputs` on which nothing may sound at some moment between two instants."""
        if not self.rules.limits:
            return frozenset()
        return frozenset(
            name
            for name in self.loudspeakers(outputs)
            if any(limit.max_volume == 0 for limit in self._limits(name, since, until))
        )

    def _limits(self, output: str, since: datetime.datetime, until: datetime.datetime) -> list[Limit]:
        first, last = (moment.astimezone(self.timezone).replace(tzinfo=None) for moment in (since, until))
        there = (limit for limit in self.rules.limits if not limit.on or output in self.loudspeakers(limit.on))
        return [limit for limit in there if limit.holds(first, last)]

    def _members(self, names: tuple[str, ...]) -> dict[str, tuple[float, float, float, float]]:
        """Return volume (per cent), delay, silence before and gentle start (seconds) of each loudspeaker of `names`."""
        found: dict[str, tuple[float, float, float, float]] = {}
        for name in names:
            output = self.outputs.get(name)
            if output is None:
                found.setdefault(name, (100, 0.0, 0.0, 0.0))
                continue
            volume, delay, silence, rise = output.volume, output.delay, output.silence_before, output.fade_in
            if isinstance(output, Group):
                for member, (own, later, longer, slower) in self._members(output.outputs).items():
                    values = own * volume / 100, later + delay, max(longer, silence), max(slower, rise)
                    found.setdefault(member, values)
            else:
                found.setdefault(name, (volume, delay, silence, rise))
        return found


def _order(outputs: Mapping[str, AnyOutput]) -> dict[str, str]:
    return {name: output.after for name, output in outputs.items() if isinstance(output, Group) and output.after}
