"""What a bulletin should be: asked for by the schedule, made by `bulletin.make`."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from loa.audio.samples import Preset

if TYPE_CHECKING:  # whoever only plays bulletins needs plans, and not the articles and the reader behind a script
    from loa.script import Script

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


@dataclass(frozen=True, slots=True)
class AudioItem:
    """An item that is a sound file of the station's own: a song, a message, an interview."""

    path: Path
    title: str


@dataclass(frozen=True, slots=True)
class BulletinRequest:
    """Everything that one bulletin is made of; `items` in order of priority, `commune` as the MP3 names it.

    `inputs` are the SHA-256 of the workspace's files that the scripts came from.
    """

    plan: BulletinPlan
    opening: "Script"
    items: "tuple[Script | AudioItem, ...]"
    bridge: "Script"
    closing: "Script"
    style: Style = field(default_factory=Style)
    commune: str = ""
    date: datetime.date | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)

    def scripts(self) -> "Iterator[Script]":
        """All that is spoken."""
        yield self.opening
        yield from (item for item in self.items if not isinstance(item, AudioItem))
        yield self.bridge
        yield self.closing

    def presenters(self) -> tuple[str, ...]:
        """Who takes turns in it, the one who opens it first; empty where one voice reads everything."""
        turns = (sentence.presenter for script in self.scripts() for sentence in script.sentences)
        return tuple(dict.fromkeys(filter(None, turns)))

    @property
    def title(self) -> str:
        """What the bulletin is called: as the schedule says, else the titles of its items."""
        return self.plan.title or "; ".join(dict.fromkeys(item.title for item in self.items))

    def part(self, index: int) -> str:
        """The name of item `index` in cues and chapters: its campaign, or the recording's file name."""
        item = self.items[index]
        return item.path.stem if isinstance(item, AudioItem) else item.campaign
