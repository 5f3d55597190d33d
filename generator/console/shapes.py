"""What the JSON API takes and gives: their names stand in its OpenAPI description."""

import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from generator.console import shelf
from generator.console.loudspeakers import LOUDEST, Loudspeaker


class Problem(BaseModel):
    """Why a request was not done."""

    error: str
    message: str


class Sent(BaseModel):
    """What programs send: nothing unknown is taken."""

    model_config = ConfigDict(extra="forbid")


class Signature(Sent):
    """The sound that was heard."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Return(Signature):
    """Why it is sent back."""

    note: str = Field(min_length=1, max_length=2000)


class Play(Sent):
    """A signed bulletin and where to play it."""

    bulletin: str = Field(min_length=3, max_length=300)
    outputs: list[str] = Field(min_length=1, max_length=50)


class Seen(Sent):
    """One alarm, or with null all of them."""

    event: str | None = Field(default=None, max_length=300)


class Airing(BaseModel):
    """An airing of the plan."""

    airing: str
    broadcast: str
    commune: str
    bulletin: str
    planned: datetime.datetime
    minutes: float
    outputs: list[str]
    outcome: str | None
    skipped: bool
    problems: list[str]


class Bulletin(BaseModel):
    """A bulletin and whether it is signed."""

    id: str
    title: str
    state: Literal["none", "waiting", "signed", "returned"]
    sha256: str | None
    seconds: float | None
    signed_by: str | None
    returned_because: str | None

    @classmethod
    def of(cls, b: shelf.Bulletin) -> "Bulletin":
        """As the console knows it."""
        return cls(
            id=b.id,
            title=b.title,
            state=b.state,
            sha256=b.sha256,
            seconds=b.manifest.seconds if b.manifest else None,
            signed_by=b.approval.by if b.approval else None,
            returned_because=b.returned["note"] if b.returned and not b.approval else None,
        )


class Turn(Sent):
    """How loud, in per cent of the bulletin's level."""

    volume: int = Field(ge=0, le=LOUDEST)


class Output(BaseModel):
    """An output and how it is getting on; the last four are null for groups and before the first airing."""

    name: str
    kind: str
    volume: int
    state: str | None
    since: datetime.datetime | None
    error: str | None
    took: datetime.datetime | None

    @classmethod
    def of(cls, speaker: Loudspeaker) -> "Output":
        """As the console knows it."""
        health = speaker.health
        return cls(
            name=speaker.name,
            kind=speaker.output.kind,
            volume=speaker.output.volume,
            state=health.state if health else None,
            since=health.since if health else None,
            error=health.error if health else None,
            took=health.took if health else None,
        )


class Job(BaseModel):
    """Long work."""

    id: int
    state: str
    done: int
    total: int
    message: str


class Done(BaseModel):
    """It was done; `id` names what came of it."""

    id: str
