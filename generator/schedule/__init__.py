"""When what goes on air, where, within which rules: schedule.yaml becomes airings between two instants."""

from generator.schedule.airing import UTC, Airing, Problem, airing_id, airings
from generator.schedule.alerts import Alerts
from generator.schedule.broadcast import RANK, Broadcast, Length
from generator.schedule.model import Rules, Schedule
from generator.schedule.outputs import AnyOutput

__all__ = [
    "RANK",
    "UTC",
    "Airing",
    "Alerts",
    "AnyOutput",
    "Broadcast",
    "Length",
    "Problem",
    "Rules",
    "Schedule",
    "airing_id",
    "airings",
]
