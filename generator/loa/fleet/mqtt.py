"""The line to the broker: MQTT 3.1.1 by paho-mqtt, over TCP, TLS or WebSocket, tried again with growing pauses."""

import contextlib
import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from loa.logs import logger

_KEEPALIVE = 300
"""Seconds: each sign of life costs 160 bytes with its headers, and a player may send 200 kB a day."""
_AT_ONCE = 2000
"""Messages on the way that the broker has not confirmed: an emergency to 300 players does not wait for 20 after 20."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0
_PORTS = {"mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}
ONCE = 1
"""At least once (QoS 1): who receives takes care that twice is once."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker is: `url` is mqtt://, mqtts://, ws:// or wss://; `authority`: a file with its own certificate
    authority, where it is not a public one.
    """

    url: str
    user: str
    password: str
    authority: str | None = None


class Link:
    """Keeps a line to the broker in a thread. `on_message` is called in that thread, with topic and payload.

    `last_will`: topic and payload that the broker sends by itself, retained, when the line breaks.
    """

    def __init__(
        self,
        address: Address,
        client: str,
        topics: Iterable[str],
        on_message: Callable[[str, bytes], None],
        *,
        on_line: Callable[[bool], None] = lambda _up: None,
        last_will: tuple[str, bytes] | None = None,
    ) -> None:
        where = urlsplit(address.url)
        self._host, self._port = where.hostname or "", where.port or _PORTS[where.scheme]
        self._topics, self._on_message, self._on_line = list(topics), on_message, on_line
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client,
            clean_session=False,
            transport="websockets" if where.scheme in {"ws", "wss"} else "tcp",
            reconnect_on_failure=False,
        )
        self._client.max_inflight_messages_set(_AT_ONCE)
        self._client.username_pw_set(address.user, address.password)
        if where.scheme in {"mqtts", "wss"}:
            self._client.tls_set(ca_certs=address.authority)
        if where.scheme in {"ws", "wss"}:
            self._client.ws_set_options(path=where.path or "/mqtt")
        if last_will:
            self._client.will_set(*last_will, qos=ONCE, retain=True)
        self._client.on_connect = self._connected
        self._client.on_message = self._received
        self._stop = threading.Event()
        self._up = False
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    @property
    def up(self) -> bool:
        """Whether the line stands."""
        return self._up

    def start(self) -> None:
        """Begin to keep the line."""
        self._thread.start()

    def close(self) -> None:
        """End the line, as one who says goodbye: the broker sends no last will."""
        self._stop.set()
        with contextlib.suppress(OSError, ValueError):
            self._client.disconnect()
        self._thread.join(3)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send a message, at least once while the line stands; it is lost where it does not: who sends asks again."""
        if self._up:
            self._client.publish(topic, payload, qos=ONCE, retain=retain)

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stop.is_set():
            try:
                self._client.connect(self._host, self._port, keepalive=_KEEPALIVE)
                self._client.loop_forever()
            except (OSError, ValueError) as error:  # no way there; a certificate; a broker that is no broker
                logger().info("mqtt", problem=str(error))
            except Exception as error:  # noqa: BLE001  whatever a stranger sent: the line is made anew
                logger().error("mqtt", problem=repr(error))
            was_up, self._up = self._up, False
            if was_up:
                pause = _FIRST_PAUSE
                self._on_line(False)
            self._stop.wait(pause * random.uniform(0.5, 1.5))  # noqa: S311  so that not all come back at once
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _connected(
        self, client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _properties: object
    ) -> None:
        if code.is_failure:
            logger().warning("mqtt", problem=str(code))
            client.disconnect()
            return
        for topic in self._topics:
            client.subscribe(topic, qos=ONCE)
        self._up = True
        self._on_line(True)

    def _received(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        try:
            self._on_message(message.topic, bytes(message.payload))
        except Exception as error:  # noqa: BLE001  the next message may be a STOP
            logger().error("mqtt", topic=message.topic, problem=repr(error))
