"""What a bulletin should contain: planned by the schedule, made by `bulletin.writer`."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from loa.audio.samples import Preset
from loa.bulletin.programme import Credit, Part, PartKind

if TYPE_CHECKING:  # whoever only plays bulletins needs plans, and not the articles and the reader behind a script
    from loa.script import Script

APOLOGY = "xin-loi"
"""The name of the bulletin with which a commune apologises for one that could not be aired."""


@dataclass(frozen=True, slots=True)
class Style:
    """The jingle, the music under the opening call (None: no music), the mastering preset, and the time signal."""

    jingle: str = "chime"
    music: str | None = "bed"
    preset: Preset = "horn"
    time_signal: bool = False


@dataclass(frozen=True, slots=True)
class BulletinPlan:
    """One bulletin of a commune: its campaigns, and its minimum and maximum length (seconds).

    `recordings` are sound files that follow the campaigns, by their path relative to the workspace. If `title` is "",
    the titles of the items are used. `parts`: the whole programme in its order; empty: opening, articles, recordings,
    closing. `at`: the first hour of a day at which it is aired (HH:MM:SS), "" where none is known. `credits`: of each
    part.
    """

    commune: str
    name: str
    title: str
    campaigns: tuple[str, ...]
    min_seconds: float
    max_seconds: float
    recordings: tuple[str, ...] = ()
    style: Style = Style()
    parts: tuple[Part, ...] = ()
    at: str = ""
    credits: tuple[Credit, ...] = ()

    @property
    def id(self) -> str:
        """`<commune>/<name>`; also its path below `audio/bulletins/`, without suffix."""
        return f"{self.commune}/{self.name}"


@dataclass(frozen=True, slots=True)
class AudioItem:
    """A recorded item: a song, a message, an interview; also music, and the hold music of a relay (`part.kind`)."""

    path: Path
    title: str
    part: Part = field(default_factory=lambda: Part("recording"))


OPENING, CLOSING = -1, -2
"""Numbers that stand for opening and closing in the order of a bulletin."""


@dataclass(frozen=True, slots=True)
class BulletinRequest:
    """Everything needed to make one bulletin. `items` are ordered by priority; `commune` is the artist in the MP3 tag.

    `inputs` are the SHA-256 digests of the workspace's files that the scripts were made from, by path. `emergency`: it
    is a message that somebody typed as one, and no programme. `layout`: the order of a programme of items; empty:
    opening, items, closing. `languages`: the code of each item's language, by its number; what is not in it is `vi`.
    `credits`: of each item, by its number. `summary`: what may be read in place of another reading of the items.
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
    given: Mapping[str, str] = field(default_factory=dict)
    emergency: bool = False
    layout: tuple[int, ...] = ()
    languages: Mapping[int, str] = field(default_factory=dict)
    credits: Mapping[int, Credit] = field(default_factory=dict)
    summary: "Script | None" = None

    @property
    def order(self) -> tuple[int, ...]:
        """The items in the order in which they are heard, by their number; OPENING and CLOSING among them."""
        return self.layout or (OPENING, *range(len(self.items)), CLOSING)

    def scripts(self) -> "Iterator[Script]":
        """Yield all scripts."""
        yield self.opening
        yield from (item for item in self.items if not isinstance(item, AudioItem))
        yield self.bridge
        yield self.closing

    def presenters(self) -> tuple[str, ...]:
        """Return the presenters, the one who opens the bulletin first; empty if one voice reads everything."""
        turns = (sentence.presenter for script in self.scripts() for sentence in script.sentences)
        return tuple(dict.fromkeys(filter(None, turns)))

    @property
    def title(self) -> str:
        """The title from the schedule, else the titles of the items."""
        return self.plan.title or "; ".join(dict.fromkeys(item.title for item in self.items))

    def part(self, index: int) -> str:
        """Return the name of item `index` in cues and chapters: its campaign, or the recording's file name."""
        if index in (OPENING, CLOSING):
            return "opening" if index == OPENING else "closing"
        item = self.items[index]
        return item.path.stem if isinstance(item, AudioItem) else item.campaign

    def part_title(self, index: int) -> str:
        """Return what people call item `index`; of opening and closing their name, always in Vietnamese."""
        if index in (OPENING, CLOSING):
            return "Mở đầu" if index == OPENING else "Kết thúc"
        return self.items[index].title

    def part_kind(self, index: int) -> PartKind:
        """Return the kind of item `index`."""
        if index in (OPENING, CLOSING):
            return "opening" if index == OPENING else "closing"
        item = self.items[index]
        return item.part.kind if isinstance(item, AudioItem) else "article"
