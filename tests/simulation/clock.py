"""Time in the simulation: what really goes by, what the computer's clock says, and what it slept."""

import datetime
import threading


class WorldClock:
    """`real`: seconds since the beginning of the world; the computer's own clock may be ahead of it or behind."""

    def __init__(self, start: datetime.datetime) -> None:
        self.start, self.real, self.asleep = start, 0.0, 0.0
        self.synchronised = False
        self.furthest = start  # that the computer's clock has shown before it was set
        self._offset = 0.0

    @property
    def offset(self) -> float:
        """Seconds by which the computer's clock is ahead."""
        return self._offset

    @offset.setter
    def offset(self, seconds: float) -> None:
        self.furthest = max(self.furthest, self.wall)
        self._offset = seconds

    @property
    def truth(self) -> datetime.datetime:
        """The instant that the village's church clock shows."""
        return self.start + datetime.timedelta(seconds=self.real)

    @property
    def wall(self) -> datetime.datetime:
        """What the computer believes."""
        return self.truth + datetime.timedelta(seconds=self.offset)

    def real_of(self, moment: datetime.datetime) -> float:
        """When the computer's clock will show `moment`, in real seconds, if nobody sets it in between."""
        return (moment - self.start).total_seconds() - self.offset


class ProcessClock:
    """The same as one process sees it: `elapsed` counts sleep of the computer, `suspended` is that sleep."""

    speed = 1.0

    def __init__(self, world: WorldClock) -> None:
        self._world, self._began, self._slept = world, world.real, world.asleep

    def now(self) -> datetime.datetime:
        """The computer's clock."""
        return self._world.wall

    def elapsed(self) -> float:
        """Seconds since the process began, sleep included."""
        return self._world.real - self._began

    def suspended(self) -> float:
        """Seconds that the computer slept since the process began."""
        return self._world.asleep - self._slept

    def synchronised(self) -> bool:
        """Whether NTP has set the computer's clock."""
        return self._world.synchronised

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Nothing in the simulation waits: the world moves the clock."""
        raise AssertionError(f"a step waited for {seconds} s")
