"""The schedule: load schedule.yaml and compute the airings between two instants."""

from loa.schedule.airings import UTC, Airing, Problem, airing_id, airings
from loa.schedule.alerts import Alerts
from loa.schedule.models import RANK, Broadcast, Length, Rules, Schedule
from loa.schedule.outputs import AnyOutput

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
