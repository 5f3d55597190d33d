"""What a bulletin should be: asked for by the schedule, made by `bulletin.make`."""

from dataclasses import dataclass
from typing import Literal

Preset = Literal["horn", "studio"]
"""For outdoor loudspeakers, or for the web."""

APOLOGY = "xin-loi"
"""Name of the bulletin in which a commune says sorry for one that could not be aired."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a station sounds: its jingle, the music under its opening call (None: none), and the mastering preset."""

    jingle: str = "chime"
    music: str | None = "bed"
    preset: Preset = "horn"
    time_signal: bool = False


@dataclass(frozen=True, slots=True)
class BulletinPlan:
    """One programme of a commune: which campaigns, and how long it may last (seconds).

    `recordings` are sound files that follow, by their path from the root. An empty `title` means those of the items.
    """

    commune: str
    name: str
    title: str
    campaigns: tuple[str, ...]
    min_seconds: float
    max_seconds: float
    recordings: tuple[str, ...] = ()
    style: Style = Style()

    @property
    def id(self) -> str:
        """`<commune>/<name>`, also its place below `audio/bulletins/`."""
        return f"{self.commune}/{self.name}"
