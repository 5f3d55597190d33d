"""What a bulletin is ordered as: the scripts and recordings that go into it, and how the station sounds."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.bulletin.plan import BulletinPlan, Style
from generator.script import Script


@dataclass(frozen=True, slots=True)
class Recording:
    """An item that is a sound file of the station's own: a song, a message, an interview."""

    path: Path
    title: str


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that one bulletin is made of; `items` in order of priority, `commune` as the MP3 names it.

    `inputs` are the SHA-256 of the workspace's files that the scripts came from.
    """

    plan: BulletinPlan
    opening: Script
    items: tuple[Script | Recording, ...]
    bridge: Script
    closing: Script
    style: Style = field(default_factory=Style)
    commune: str = ""
    date: datetime.date | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)

    def scripts(self) -> Iterator[Script]:
        """All that is spoken."""
        yield self.opening
        yield from (item for item in self.items if isinstance(item, Script))
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
        return item.campaign if isinstance(item, Script) else item.path.stem
