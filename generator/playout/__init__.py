"""An airing to its loudspeakers: players for each kind of output, fed and watched."""

from typing import TYPE_CHECKING

from generator.lazily import on_demand

if TYPE_CHECKING:
    from generator.playout.channel import Condition, Report
    from generator.playout.clock import Clock, RealClock
    from generator.playout.programme import Programme
    from generator.playout.session import Session

__all__ = ["Clock", "Condition", "Programme", "RealClock", "Report", "Session"]
__getattr__ = on_demand(
    __name__, channel="Condition Report", clock="Clock RealClock", programme="Programme", session="Session"
)
