"""The schedule of a station, as loaded: its broadcasts, outputs and rules. Plain data; nothing here has a clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pydantic import Field

from generator.bulletin import BulletinPlan, Style
from generator.schedule.alerts import Alerts
from generator.schedule.broadcast import Broadcast
from generator.schedule.fields import Window
from generator.schedule.outputs import AnyOutput, Group
from generator.yamlfile import Strict

if TYPE_CHECKING:
    from pathlib import Path

    from generator.workspace import Workspace


class Rules(Strict):
    """What the commune allows, in local time; each is optional and an emergency is exempt from all."""

    allowed: tuple[Window, ...] = ()
    max_minutes: int | None = Field(default=None, ge=1)
    max_sessions_per_day: int | None = Field(default=None, ge=1)


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

    @classmethod
    def load(cls, workspace: "Workspace", kept: "Path | None" = None) -> "Schedule":
        """Read `schedule.yaml`, or a `kept` copy. Raises ScheduleError with every problem at its line and column."""
        from generator.schedule.reading import load

        return load(workspace, kept)

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
