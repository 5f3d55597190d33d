"""The outputs (loudspeakers) in schedule.yaml: one model per kind; other packages bring more (`output_plugins`)."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PrivateAttr

from loa.errors import Finding
from loa.i18n import N_, _
from loa.schedule.values import PASSWORD_VARIABLE, SECRET, Seconds, SecretName, StationFolder
from loa.yamlfile import Choices, Strict

PREFIX = "x-"
"""With it begins each kind of output that another package brings."""
_PORT = N_("As it is set in the loudspeakers.")


def _position(text: str | None) -> str | None:
    parts = [part.strip() for part in (text or "").split(",")]
    if text is None:
        return None
    try:
        north, east = map(float, parts)
    except ValueError:
        north = east = 1000.0
    if not (-90 <= north <= 90 and -180 <= east <= 180):
        raise ValueError(_("This is not a position.") + "\n" + _("Write degrees north and east: 16.9021, 107.0713."))
    return ", ".join(parts)


class Output(Strict):
    """Fields of all outputs. `volume`: per cent of the bulletin's level; `delay`: seconds after the other outputs.

    `silence_before`: seconds of silence between opening it and the first word. Outputs are opened ten seconds before
    the planned instant, so it delays only what is aired at once, such as an emergency. `fade_in`: seconds in which the
    sound rises at its beginning. `commune`: the stem of
    the commune to which it belongs; None: it is the station's, and every commune may play on it. `title`: what people
    call it; None: its id.
    """

    title: str | None = Field(
        default=None,
        min_length=1,
        max_length=80,
        title=N_("Name"),
        description=N_("What people call it, for example Loa thôn Đông. It can be changed at any time."),
    )
    volume: int = Field(
        default=100,
        ge=0,
        le=200,
        title=N_("Volume, per cent"),
        description=N_("100: as the bulletin was made. At most 200."),
    )
    delay: Seconds = Field(
        default=0.0,
        ge=0,
        le=10,
        title=N_("Play later by"),
        description=N_("For loudspeakers that are ahead of the others, for example 300ms or 1s."),
    )
    silence_before: Seconds = Field(
        default=0.0,
        ge=0,
        le=8,
        title=N_("Silence before the first word"),
        description=N_("For amplifiers that wake up slowly, for example 2s: an emergency waits for them. At most 8s."),
    )
    fade_in: Seconds = Field(
        default=0.0,
        ge=0,
        le=10,
        title=N_("Gentle start"),
        description=N_(
            "For so long the sound rises at the beginning, for example 2s; not of emergencies. At most 10s."
        ),
    )
    commune: str | None = Field(
        default=None,
        min_length=1,
        title=N_("Belongs to"),
        description=N_(
            "Then only whoever works for this commune, or for the whole station, plays on it, sets it and stops it."
        ),
    )


class Placed(Output):
    """An output that stands somewhere. `position`: degrees north and east."""

    village: str | None = Field(default=None, min_length=1, max_length=80, title=N_("Village"))
    position: Annotated[str | None, AfterValidator(_position)] = Field(
        default=None, title=N_("Position"), description=N_("Degrees north and east, for example 16.9021, 107.0713.")
    )


class OwnOutput(Placed):
    """An output that this computer plays itself. `emergency_volume`: per cent, in place of `volume` in an emergency."""

    emergency_volume: int | None = Field(
        default=None,
        ge=0,
        le=200,
        title=N_("Volume of emergencies, per cent"),
        description=N_("No limit of quiet hours holds for it. Empty: the usual volume."),
    )


class Monitored(OwnOutput):
    """An output at which somebody can listen: whether what was sent is heard is written into the log."""

    monitor: str | None = Field(
        default=None,
        min_length=1,
        max_length=300,
        title=N_("Monitor"),
        description=N_(
            "Where Loa listens whether this loudspeaker is heard: a part of the name of a recording device of this "
            "computer, or the address (http://…) of a stream. Empty: nobody listens."
        ),
        examples=["http://192.168.1.20:8000/xa.mp3"],
    )


class SoundCard(Monitored):
    """A sound card of this computer. `device` is `default` or (a part of) a name that `loa doctor` lists."""

    kind: Literal["sound-card"]
    device: str = Field(
        default="default",
        title=N_("Sound card"),
        description=N_("“default”, or a part of the name that `loa doctor` shows."),
    )


class Icecast(Monitored):
    """A mount point of an Icecast 2 server. The password is not in the file (`station_secrets`)."""

    kind: Literal["icecast"]
    url: str = Field(
        pattern=r"^https?://[^/]+/.+",
        title=N_("Address of the stream"),
        examples=["http://192.168.1.20:8000/xa.mp3"],
    )
    user: str = Field(default="source", title=N_("User name"))
    password_env: SecretName = Field(default="LOA_ICECAST_PASSWORD", title=PASSWORD_VARIABLE, description=SECRET)
    bitrate: int = Field(default=64, ge=16, le=320, title=N_("Bit rate, kbit/s"))


class Rtp(Monitored):
    """IP loudspeakers that receive an RTP multicast (or unicast) address; `codec` is the one they support."""

    kind: Literal["rtp"]
    address: str = Field(
        title=N_("Network address"),
        description=N_("The multicast address to which the loudspeakers listen, for example 239.255.12.34."),
    )
    port: int = Field(default=5004, ge=1, le=65534, multiple_of=2, title=N_("Port"), description=_PORT)
    ttl: int = Field(
        default=1,
        ge=0,
        le=255,
        title=N_("How many routers it may pass (TTL)"),
        description=N_("1: only in the same network."),
    )
    codec: Annotated[
        Literal["L16", "PCMU", "MPA"],
        Choices(
            {
                "L16": N_("L16 (uncompressed)"),
                "PCMU": N_("PCMU (telephone quality)"),
                "MPA": N_("MPA (MP3)"),
            }
        ),
    ] = Field(default="L16", title=N_("Sound format"))
    interface: str | None = Field(
        default=None, title=N_("Network card"), description=N_("Empty: the computer chooses.")
    )


class Http(Monitored):
    """A stream that IP loudspeakers (such as Barix) pull: http://<this computer>:<port>/<name of the output>.mp3."""

    kind: Literal["http"]
    port: int = Field(default=8090, ge=1, le=65535, title=N_("Port"), description=_PORT)
    host: str = Field(
        default="0.0.0.0",  # noqa: S104  loudspeakers on the commune's network must reach it
        title=N_("Address of this computer"),
        description=N_("0.0.0.0: every network card of this computer."),
    )
    bitrate: int = Field(default=64, ge=16, le=320, title=N_("Bit rate, kbit/s"))


class File(OwnOutput):
    """Writes what was played as WAV files into `folder`, a path relative to the workspace."""

    kind: Literal["file"]
    folder: StationFolder = Field(
        default="audio/played", title=N_("Folder"), description=N_("Below the station's folder.")
    )


class Null(OwnOutput):
    """Plays without sound, at the pace of a loudspeaker, and notes what it played: for trials and tests."""

    kind: Annotated[Literal["null"], BeforeValidator(lambda value: "null" if value is None else value)]


class RemotePlayer(Placed):
    """A computer beside an amplifier somewhere else, with `loa player` on it: it airs its plan by itself.

    `power`: of the amplifier, in watts.
    """

    kind: Literal["player"]
    place: Annotated[
        Literal["wired", "fm", "ip", "4g"],
        Choices(
            {
                "wired": N_("wired amplifier"),
                "fm": N_("FM transmitter"),
                "ip": N_("IP loudspeakers"),
                "4g": N_("cluster with 4G"),
            }
        ),
    ] = Field(default="wired", title=N_("What stands there"))
    power: int | None = Field(default=None, ge=1, le=20000, title=N_("Power of the amplifier, watts"))


class Plugin(Monitored):
    """An output of a kind that another package brings (`loa.playout.outputs.plugin`).

    Its kind begins with `x-`, so that a plug-in that is gone is told from a kind that is misspelt: the other
    loudspeakers play on.

    `label`: what people call the kind.
    """

    model_config = ConfigDict(json_schema_extra={"additionalProperties": True})  # each package has its own fields

    label: ClassVar[str] = ""
    kind: Annotated[str, Field(pattern=rf"^{PREFIX}[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]


class MissingPlugin(Plugin):
    """Stands for an output whose plug-in cannot be used: it keeps what the file says, and plays nothing."""

    model_config = ConfigDict(extra="allow")

    _trouble: Finding = PrivateAttr()

    @property
    def trouble(self) -> Finding:
        """Why the plug-in cannot be used, and how to correct it."""
        return self._trouble

    def because(self, trouble: Finding) -> Self:
        """The same, with the reason."""
        self._trouble = trouble
        return self


class Group(Output):
    """A zone: several outputs under one name, and all that stand in `villages`.

    `after`: another group; what is aired on both is aired here when its longest length has passed there.
    """

    kind: Literal["group"]
    outputs: tuple[str, ...] = Field(default=(), title=N_("Loudspeakers of this group"))
    villages: tuple[str, ...] = Field(
        default=(), title=N_("Villages"), description=N_("Every loudspeaker of these villages belongs to the group.")
    )
    after: str | None = Field(
        default=None,
        title=N_("Speaks after"),
        description=N_(
            "A programme that names both groups is heard here when it is over there, so that their echoes do not meet. "
            "Emergencies and relays go everywhere at once."
        ),
    )


AnyOutput = SoundCard | Icecast | Rtp | Http | File | Null | RemotePlayer | Group | Plugin
KINDS: dict[str, type[AnyOutput]] = {
    "sound-card": SoundCard,
    "icecast": Icecast,
    "rtp": Rtp,
    "http": Http,
    "file": File,
    "null": Null,
    "player": RemotePlayer,
    "group": Group,
}
