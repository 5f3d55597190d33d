"""The record that lies beside every finished bulletin: what is in it, from what, and what is heard when."""

import datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from loa.errors import BulletinError, Finding
from loa.i18n import _
from loa.workspace import read_text, write_atomic


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Word(NamedTuple):
    """A spoken word: the second it starts, and its place in the cue's `text` (offsets, end exclusive).

    A list of three in the file: there are thousands of them.
    """

    at: float
    start: int
    end: int


class Cue(_Record):
    """One sentence on air. `start`, `end`: seconds from the first sample of the file.

    `text` is the sentence as written, `spoken` what is heard; `part` is `opening`, a campaign's id, `bridge` or
    `closing`, and `reading` counts how often that part has been read by then, from 1. `presenter` is whose turn it is;
    empty where one voice reads everything. `estimated`: the engine did not tell when its words start.
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


class Verification(_Record):
    """What was measured on the finished file, decoded again from its first byte to its last."""

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
    """Of the MP3, as 64 hexadecimal digits; what an approval is bound to."""
    engine: str
    voice: str
    """The one that leads the bulletin."""
    presenters: dict[str, str] = {}
    """The voice of each presenter, where they take turns."""
    engine_version: str = ""
    preset: str = "horn"
    readings: int = 1
    pace: float = 1.0
    words_sha256: str = ""
    """Of everything that is said, played and written in the file; with `voice_sha256` it tells whether to make it."""
    voice_sha256: str = ""
    """Of who speaks: engine, its version, voice."""
    inputs: dict[str, str] = {}
    """SHA-256 of every file that it was made from, by its path from the root of the workspace."""
    given: dict[str, str] = {}
    """Digests of what people gave for it (`app.approved.given`): while these are the same, it stays as approved."""
    clips: tuple[str, ...] = ()
    """Keys of the clips in the order of their first use."""
    cues: tuple[Cue, ...] = ()
    proof: Verification | None = None

    def voice_of(self, cue: Cue) -> str:
        """The engine's voice that speaks `cue`."""
        return self.presenters.get(cue.presenter, self.voice)

    @property
    def speakers(self) -> str:
        """Engine and voices as people read them: `loa:nu`, `loa:nu + nam`."""
        return f"{self.engine}:{' + '.join(dict.fromkeys((self.voice, *self.presenters.values())))}"

    @classmethod
    def load(cls, path: Path) -> "Manifest":
        """Read a manifest. Raises BulletinError where the file is missing, unreadable or no manifest."""
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
        """Write it whole or not at all. Raises WorkspaceError."""
        write_atomic(path, self.model_dump_json(indent=1) + "\n")
