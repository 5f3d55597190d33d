"""The manifest: a JSON file beside each bulletin with its contents, its inputs, and the time of each sentence."""

import datetime
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from loa.bulletin.programme import Credit
from loa.errors import BulletinError, Finding
from loa.files import write_atomic
from loa.i18n import _
from loa.reference.categories import URGENT
from loa.workspace import read_text

SPOKEN = ("article", "recording", "relay", "live")
"""Kinds of parts that say something; opening, closing, bridges and music only carry them."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Word(NamedTuple):
    """A spoken word: the second at which it starts, and its place in the cue's `text` (offsets, end exclusive).

    It is a list of three values in the file, because there are thousands of words.
    """

    at: float
    start: int
    end: int


class Cue(_Record):
    """One sentence of the bulletin. `start`, `end`: seconds from the first sample of the file.

    `text` is the written sentence, `spoken` its spoken form. `part` is `opening`, a campaign's id, `bridge` or
    `closing`; `reading` says which reading of that part it is, from 1. `presenter` is who reads it; "" if one voice
    reads everything. `estimated`: the times of its words are estimated, because the engine did not report them.
    """

    start: float
    end: float
    text: str
    spoken: str
    part: str
    reading: int = 1
    presenter: str = ""
    estimated: bool = False
    words: tuple[Word, ...] = ()


class PartRecord(_Record):
    """One part of the bulletin. `start`, `end`: seconds of the file; of a relay those of its hold music.

    `kind` as in `bulletin.programme.Part`, or `bridge`, `summary`; `seconds`: how long it lasts on air. `item`: its
    number, by which its credit is found; None in records of earlier versions.
    """

    kind: str
    title: str
    language: str = "vi"
    start: float
    end: float
    seconds: float
    reading: int = 1
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """An item on air as the log and the reports tell it. `kind` as in `PartRecord`; `source`: `own`, `received`,
    `relay` or `emergency` (Nghị định 49/2024/NĐ-CP, Điều 9); `seconds`: on air.
    """

    kind: str
    title: str = ""
    name: str = ""
    language: str = "vi"
    category: str = ""
    author: str = ""
    source: str = "own"
    received_from: str = ""
    seconds: float = 0.0

    def as_json(self) -> dict[str, str | float]:
        """The same for the log, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value}


class Verification(_Record):
    """Values measured on the finished file, which is decoded again completely."""

    seconds: float
    loudness_lufs: float
    true_peak_dbtp: float
    longest_silence: float
    clipped_samples: int
    syllables_per_second: float


class Manifest(_Record):
    """`audio/bulletins/<commune>/<name>.json`."""

    id: str
    commune: str
    name: str
    title: str
    date: datetime.date
    campaigns: tuple[str, ...]
    seconds: float
    sha256: str
    """SHA-256 of the MP3, 64 hexadecimal digits. An approval is valid for this file only."""
    engine: str
    voice: str
    """The main voice."""
    presenters: dict[str, str] = {}
    """The voice of each presenter, if they take turns."""
    engine_version: str = ""
    preset: str = "horn"
    readings: int = 1
    pace: float = 1.0
    words_sha256: str = ""
    """SHA-256 of everything that is said, played and written; with `voice_sha256` it shows if the file is current."""
    voice_sha256: str = ""
    """SHA-256 of the engine, its version and its voices."""
    inputs: dict[str, str] = {}
    """SHA-256 of each input file, by its path relative to the workspace."""
    given: dict[str, str] = {}
    """Digests of what people gave for it (`app.approved.given`): while these are the same, it stays as approved."""
    clips: tuple[str, ...] = ()
    """The keys of the segments, in the order of their first use."""
    cues: tuple[Cue, ...] = ()
    parts: tuple[PartRecord, ...] = ()
    """What is heard, in its order; empty in records of earlier versions."""
    credits: dict[int, Credit] = {}
    """What reports say of each item, by its number."""
    synthetic: str = ""
    """The IPTC source type where a machine speaks (`bulletin.synthetic`); "" for recordings of people alone."""
    proof: Verification | None = None
    emergency: bool | None = None
    """Whether it is a message that somebody typed as an emergency; None in records of earlier versions."""

    @property
    def is_emergency(self) -> bool:
        """Whether it is an emergency message, not a programme: by its record; of earlier versions by its names."""
        if self.emergency is not None:
            return self.emergency
        return self.campaigns == (self.name,) and re.fullmatch(r"khan-cap-\d{8}-\d{6}", self.name) is not None

    def voice_of(self, cue: Cue) -> str:
        """Return the voice of the engine that speaks `cue`."""
        return self.presenters.get(cue.presenter, self.voice)

    @property
    def on_air(self) -> float:
        """Seconds that it lasts on air, relays included."""
        relays = [part for part in self.parts if part.kind == "relay"]
        last = self.parts[-1].end if relays and relays[-1] is self.parts[-1] else self.seconds
        return last + sum(part.seconds - (part.end - part.start) for part in relays)

    @property
    def languages(self) -> dict[str, float]:
        """Seconds on air in each language, by its code; music, opening and closing count for none."""
        found: dict[str, float] = {}
        for part in self.parts:
            if part.kind in SPOKEN:
                found[part.language] = round(found.get(part.language, 0.0) + part.seconds, 1)
        return found

    @property
    def contents(self) -> tuple[Content, ...]:
        """What is on air, in its order; empty in records of earlier versions."""
        return tuple(self._content(part) for part in self.parts)

    def _content(self, part: PartRecord) -> Content:
        credit = self.credits.get(-1 if part.item is None else part.item, Credit())
        source = "received" if credit.received_from else "own"
        if part.kind not in SPOKEN:
            credit = Credit()
        elif part.kind == "relay":
            source = "relay"
        elif self.is_emergency:
            source, credit = "emergency", replace(credit, category=credit.category or URGENT)
        return Content(
            part.kind,
            part.title,
            credit.name,
            part.language,
            credit.category,
            credit.author,
            source,
            credit.received_from,
            round(part.seconds, 2),
        )

    @property
    def sums_up(self) -> bool:
        """Whether its summary is read at the end."""
        return any(part.kind == "summary" for part in self.parts)

    @property
    def speakers(self) -> str:
        """Engine and voices for people: `loa:nu`, `loa:nu + nam`."""
        return f"{self.engine}:{' + '.join(dict.fromkeys((self.voice, *self.presenters.values())))}"

    @classmethod
    def load(cls, path: Path) -> "Manifest":
        """Read a manifest. Raises BulletinError if the file is not a manifest, WorkspaceError if it cannot be read."""
        try:
            return cls.model_validate_json(read_text(path))
        except ValidationError as error:
            raise BulletinError(
                Finding(
                    "bulletin.manifest",
                    _("This is not the record of a bulletin, or it is damaged."),
                    _("Make the bulletin again: loa build"),
                    file=str(path),
                )
            ) from error

    def save(self, path: Path) -> None:
        """Write the manifest atomically. Raises WorkspaceError."""
        write_atomic(path, self.model_dump_json(indent=1) + "\n")
