"""The outputs (loudspeakers) in schedule.yaml: one model per kind."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from loa.schedule.values import Seconds
from loa.yamlfile import Strict


class Output(Strict):
    """Fields of all outputs. `volume`: per cent of the bulletin's level; `delay`: seconds after the other outputs."""

    volume: int = Field(default=100, ge=0, le=200)
    delay: Seconds = Field(default=0.0, ge=0, le=10)


class SoundCard(Output):
    """A sound card of this computer. `device` is `default` or (a part of) a name that `loa doctor` lists."""

    kind: Literal["sound-card"]
    device: str = "default"


class Icecast(Output):
    """A mount point of an Icecast 2 server. The password is in the environment, never in the file."""

    kind: Literal["icecast"]
    url: str = Field(pattern=r"^https?://[^/]+/.+")
    user: str = "source"
    password_env: str = "LOA_ICECAST_PASSWORD"  # noqa: S105  the name of a variable, not a password
    bitrate: int = Field(default=64, ge=16, le=320)


class Rtp(Output):
    """IP loudspeakers that receive an RTP multicast (or unicast) address; `codec` is the one they support."""

    kind: Literal["rtp"]
    address: str
    port: int = Field(default=5004, ge=1, le=65534, multiple_of=2)
    ttl: int = Field(default=1, ge=0, le=255)
    codec: Literal["L16", "PCMU", "MPA"] = "L16"
    interface: str | None = None


class Http(Output):
    """A stream that IP loudspeakers (such as Barix) pull: http://<this computer>:<port>/<name of the output>.mp3."""

    kind: Literal["http"]
    port: int = Field(default=8090, ge=1, le=65535)
    host: str = "0.0.0.0"  # noqa: S104  loudspeakers on the commune's network must reach it
    bitrate: int = Field(default=64, ge=16, le=320)


class File(Output):
    """Writes what was played as WAV files into `folder`, a path relative to the workspace."""

    kind: Literal["file"]
    folder: str = "audio/played"


class Null(Output):
    """Plays without sound, at the pace of a loudspeaker, and notes what it played: for trials and tests."""

    kind: Annotated[Literal["null"], BeforeValidator(lambda value: "null" if value is None else value)]


class Group(Output):
    """A zone: several outputs under one name."""

    kind: Literal["group"]
    outputs: tuple[str, ...] = Field(min_length=1)


AnyOutput = SoundCard | Icecast | Rtp | Http | File | Null | Group
KINDS: dict[str, type[AnyOutput]] = {
    "sound-card": SoundCard,
    "icecast": Icecast,
    "rtp": Rtp,
    "http": Http,
    "file": File,
    "null": Null,
    "group": Group,
}
