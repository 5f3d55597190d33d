"""The time constants of the station; tests use shorter ones."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Timing:
    """Time constants, in seconds of the station's clock.

    `claim`: an airing is claimed and its file checked this long before its instant; longer than another program may
    lock the database, so that a lock causes no delay. `open`: its outputs are opened this long before its instant.
    `late`: an airing that starts later than this is `aired-late`. `beat`: between two heartbeats. `stale`: a process
    without heartbeat for this long counts as dead. `doubt`: how long a clock that jumped is watched before it is
    trusted. `asleep`: a longer time between two steps means that the process stood still. `recheck`: between two
    searches for an approved recording. `outage`: how long all outputs of an airing may fail before it is given up.
    `unheard`: an output without sound this long after the airing should have begun there raises an alarm.
    """

    claim: float = 45.0
    open: float = 10.0
    late: float = 2.0
    heartbeat: float = 3.0
    stale: float = 12.0
    doubt: float = 60.0
    asleep: float = 5.0
    recheck: float = 5.0
    outage: float = 120.0
    unheard: float = 5.0

    def at_speed(self, speed: float) -> "Timing":
        """Return the same constants for a clock that runs `speed` times as fast."""
        return Timing(**{f.name: getattr(self, f.name) * speed for f in fields(self)})
