"""What a station and its players say to each other: models, topics, and the names under which they are signed."""

import datetime
import re
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from loa.errors import Finding, PlayerError
from loa.i18n import _
from loa.store.asrun import Outcome

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
BulletinId = Annotated[str, Field(pattern=r"^[^/\\]+/[^/\\]+$", max_length=300)]
Moment = datetime.datetime


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Release(_Message):
    """`bulletin` was released with this sound. `size` in bytes; `record`: SHA-256 of the record of its sentences."""

    bulletin: BulletinId
    sha256: Sha256
    size: int = Field(ge=1, le=500_000_000)
    by: str = Field(max_length=200)
    at: Moment
    record: Sha256 | None = None


class LiveSource(_Message):
    """Sound that comes live: a player opens `address` where a recording names `source`, and no other address."""

    source: str = Field(max_length=500)
    address: str = Field(pattern=r"^https?://[^/\s]+(/\S*)?$", max_length=500)


class PlannedBroadcast(_Message):
    """A broadcast as a player airs it: `moments` by the commune's clocks, each with its campaign if they rotate.

    `length`: (shortest, longest), `start_within`, `pause`, `delay`, `silence_before`, `fade_in` in seconds; `volume` in
    per cent.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    commune: str = Field(pattern=r"^[^/\\]+$", max_length=100)
    campaigns: tuple[str, ...] = Field(min_length=1)
    rotate: bool = False
    moments: tuple[tuple[str, str | None], ...] = ()
    length: tuple[float, float]
    priority: Literal["normal", "priority", "emergency"]
    times: int = 1
    pause: float = 30.0
    resume_after_cut: bool = True
    start_within: float = 600.0
    resume: bool = True
    last_good: bool = False
    volume: int = 100
    delay: float = 0.0
    silence_before: float = 0.0
    fade_in: float = 0.0
    live: tuple[LiveSource, ...] = ()


class Plan(_Message):
    """What a player airs by itself. A `number` is used once, and a player takes only higher ones.

    `allowed`: the hours in which the commune allows broadcasting; `limits`: how loud it may be there, as in
    schedule.yaml, without the loudspeakers. `revoked`: the player airs nothing any more.
    """

    number: int
    issued: Moment
    name: str
    timezone: str
    language: str | None = None
    commune: str | None = None
    allowed: tuple[str, ...] = ()
    limits: tuple[dict[str, Any], ...] = ()
    broadcasts: tuple[PlannedBroadcast, ...] = ()
    releases: tuple[Release, ...] = ()
    volume: int = 100
    revoked: bool = False


class Command(_Message):
    """Something to do now: `air` a released recording, `stop`, sound the chime (`test`), or start again (`restart`);
    `hello`: nothing, for nobody: who hears it may be spoken to so.

    `end`: airings that no longer count fall silent, and do not start. `at`: when it was asked for; void after
    `expires`. `begins`: when all players begin it together, those that can. `to`: the ids of
    the players that are meant, where one message goes to several. `request`: of `air`, `end` and `stop` the
    request, as the station's own (`store.requests`), whose outputs are the player's; else `{"act": number}`.
    """

    number: int
    at: Moment
    expires: Moment
    verb: Literal["air", "end", "stop", "test", "restart", "hello"]
    request: dict[str, Any]
    release: Release | None = None
    begins: Moment | None = None
    to: tuple[str, ...] = Field(default=(), max_length=2000)


class Done(_Message):
    """What became of an act that was asked for by a command; `note`: the problem, in the player's words."""

    act: int
    result: Literal["done", "on-air", "quiet", "failed"]
    note: str = Field(default="", max_length=500)


class Told(_Message):
    """The station's answer: `nonce` of the question, and its own time; up to which row (`through`) it has outcomes;
    which `acts` it knows the results of.
    """

    nonce: str | None = None
    now: Moment | None = None
    through: int | None = None
    acts: tuple[int, ...] = ()


class State(_Message):
    """How a player is. `offset`: seconds by which its computer's clock is ahead of the station's (None: not known);
    `ntp`: whether NTP keeps it; `disk`: free bytes; `waiting`: recordings that it does not have yet; `resolved`: every
    airing before has its outcome in the rows up to `seq`; `doubt`: why it does not trust its clock; `done`: what became
    of acts, until the station knows; `shared`: it has heard what is said to several at once.
    """

    version: str = ""
    plan: int = 0
    offset: float | None = None
    ntp: bool = False
    disk: int = 0
    volume: int = 100
    waiting: int = 0
    seq: int = 0
    head: str = ""
    resolved: Moment | None = None
    doubt: str | None = None
    nonce: str | None = None
    refused: int = 0
    done: tuple[Done, ...] = Field(default=(), max_length=20)
    shared: bool = False


class Outcomes(_Message):
    """Outcomes of a player's log up to row `through`, whose hash is `head`."""

    through: int
    head: str
    rows: tuple["PlayerRow", ...] = Field(default=(), max_length=200)


class PlayerRow(_Message):
    """One outcome; `seq`: its row in the player's log."""

    airing: str = Field(max_length=200)
    broadcast: str | None = Field(default=None, max_length=100)
    commune: str | None = Field(default=None, max_length=100)
    planned: Moment | None = None
    started: Moment | None = None
    ended: Moment | None = None
    outcome: Outcome
    reason: str | None = Field(default=None, max_length=2000)
    bulletin: str | None = Field(default=None, max_length=300)
    sha256: Sha256 | None = None
    seq: int


Outcomes.model_rebuild()
Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], body: dict[str, Any]) -> Model:
    """Return the message. Raises PlayerError where it is not one."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise PlayerError(Finding("player.message", _("A message cannot be read."))) from error


class Topics:
    """The topics of one player at one station, by their ids; `shared`: what the station says to several at once."""

    def __init__(self, station: str, player: str) -> None:
        base = f"loa/{station}/{player}"
        self.plan, self.command, self.told = f"{base}/plan", f"{base}/command", f"{base}/told"
        self.shared = f"loa/{station}/all/command"
        self.state, self.outcomes, self.line = f"{base}/state", f"{base}/outcomes", f"{base}/line"


def kind_of(topic: str) -> tuple[str, str]:
    """Return the id of the player and the last part of a topic; "" where it is none of ours."""
    found = re.fullmatch(r"loa/[0-9a-f]{16}/([0-9a-f]{16})/([a-z]+)", topic)
    return (found[1], found[2]) if found else ("", "")
