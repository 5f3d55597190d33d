"""An airing to its loudspeakers: players for each kind of output, fed and watched."""

from generator.playout.channel import Condition, Report
from generator.playout.clock import Clock, RealClock
from generator.playout.programme import Programme
from generator.playout.session import Session

__all__ = ["Clock", "Condition", "Programme", "RealClock", "Report", "Session"]
