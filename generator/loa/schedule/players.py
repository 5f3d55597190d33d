"""How players reach the station: the broker, and the port from which they fetch recordings."""

from pydantic import Field

from loa.i18n import N_
from loa.schedule.values import PASSWORD_VARIABLE, SECRET, SecretName
from loa.yamlfile import Strict


class Players(Strict):
    """Without `broker` the station starts one itself (mosquitto) on `broker_port`."""

    port: int = Field(
        default=8687,
        ge=1,
        le=65535,
        title=N_("Port for players"),
        description=N_("Where players join, and fetch recordings."),
    )
    host: str = Field(
        default="0.0.0.0",  # noqa: S104  players in other villages must reach it
        title=N_("Address of this computer"),
        description=N_("0.0.0.0: every network card of this computer."),
    )
    broker_port: int = Field(
        default=8688,
        ge=1,
        le=65535,
        title=N_("Port of the broker"),
        description=N_("Of the one that the station starts."),
    )
    broker: str | None = Field(
        default=None,
        pattern=r"^(mqtts?|wss?)://[^/\s]+(/\S*)?$",
        title=N_("Broker"),
        description=N_("Address of an MQTT broker that is there already. Empty: the station starts one."),
        examples=["mqtts://mqtt.example.vn:8883"],
    )
    user: str = Field(default="loa", title=N_("User name"))
    password_env: SecretName = Field(default="LOA_MQTT_PASSWORD", title=PASSWORD_VARIABLE, description=SECRET)
