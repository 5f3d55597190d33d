"""The seconds that the station works with; tests use shorter ones."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds of the station's clock.

    `claim`: how long before its instant an airing is claimed and its file checked: longer than another program may
    hold the database, so that a lock costs no punctuality. `open`: how long before it the outputs are opened.
    `late`: an airing heard later than this after its instant is `aired-late`. `heartbeat`: between two heartbeats;
    `stale`: a process without one for so long is taken for dead. `doubt`: how long a clock that jumped is watched
    before it is believed. `outage`: how long all outputs of an airing may be dead before it is given up.
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

    def at_speed(self, speed: float) -> "Timing":
        """The same in real seconds, for a clock that runs `speed` times as fast."""
        return Timing(**{f.name: getattr(self, f.name) * speed for f in fields(self)})
