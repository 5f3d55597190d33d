"""The broker of a simulated fleet: lines that break, messages that are lost, doubled and late, and a hijacker."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import paho.mqtt.client as mqtt

from loa.errors import PlayerError

_KEPT = 120.0
"""Seconds for which the broker keeps messages for who was cut off."""


class Timeline(Protocol):
    """What the bus needs of its world."""

    real: float
    random: Any

    def at(self, real: float, what: Callable[[], None]) -> None:
        """Do something then."""


class SimulatedLink:
    """As `loa.fleet.mqtt.Link`, without a thread: the world lets it connect and break."""

    def __init__(
        self,
        bus: "Bus",
        poke: Callable[[], None],
        client: str,
        topics: Iterable[str],
        on_message: Callable[[str, bytes], None],
        on_line: Callable[[bool], None] = lambda _up: None,
        last_will: tuple[str, bytes] | None = None,
    ) -> None:
        self.bus, self.poke, self.client = bus, poke, client
        wanted = list(topics)
        self.exact = {topic for topic in wanted if "+" not in topic}
        self.patterns = [topic for topic in wanted if "+" in topic]
        self.on_message, self.on_line, self.last_will = on_message, on_line, last_will
        self.up, self.closed = False, False
        self.away_since = bus.world.real
        self.waiting: list[tuple[str, bytes]] = []

    def start(self) -> None:
        """Connect, soon."""
        self.bus.join(self)

    def close(self) -> None:
        """Say goodbye."""
        self.closed, self.up = True, False
        self.bus.leave(self)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send a message; it is lost where the line does not stand."""
        if self.up:
            self.bus.publish(topic, payload, retain=retain)


@dataclass
class Bus:
    """`bad_air`: until when messages are lost, doubled and late. `cut`: clients whose line is cut, until when.

    `lying`: until when a hijacker answers before the station does; `lie`: what, to a message.
    """

    world: Timeline
    links: dict[str, SimulatedLink] = field(default_factory=dict)
    retained: dict[str, bytes] = field(default_factory=dict)
    cut: dict[str, float] = field(default_factory=dict)
    bad_air: float = -1.0
    down_until: float = -1.0
    overheard: list[tuple[str, bytes]] = field(default_factory=list)
    """What a hijacker has kept, to send it again."""
    orders: deque[tuple[str, bytes]] = field(default_factory=lambda: deque(maxlen=100))
    """The last commands: what is worth most to a hijacker."""
    lying: float = -1.0
    lie: Callable[[str, bytes], tuple[str, bytes] | None] = lambda _topic, _payload: None

    def link(self, poke: Callable[[], None]) -> Callable[..., SimulatedLink]:
        """What makes a link whose messages wake somebody by `poke`."""

        def make(
            _address: object,
            client: str,
            topics: Iterable[str],
            on_message: Callable[[str, bytes], None],
            *,
            on_line: Callable[[bool], None] = lambda _up: None,
            last_will: tuple[str, bytes] | None = None,
        ) -> SimulatedLink:
            return SimulatedLink(self, poke, client, topics, on_message, on_line, last_will)

        return make

    def join(self, link: SimulatedLink) -> None:
        """A client comes, in place of the one of before."""
        before = self.links.get(link.client)
        if before and before is not link and not before.closed:
            link.waiting, link.away_since, before.closed = before.waiting, before.away_since, True
        self.links[link.client] = link
        self.world.at(self.world.real + self.world.random.uniform(0.05, 0.4), lambda: self._connect(link))

    def leave(self, link: SimulatedLink) -> None:
        """A client has said goodbye."""
        if self.links.get(link.client) is link:
            del self.links[link.client]

    def vanish(self, client: str) -> None:
        """A client is killed: the broker notices, and sends its last will."""
        link = self.links.get(client)
        if link:
            self._break(link)
            link.closed = True

    def cut_off(self, client: str, until: float) -> None:
        """The line of a client is cut."""
        self.cut[client] = max(until, self.cut.get(client, -1.0))
        if client in self.links:
            self._break(self.links[client])

    def restart(self, until: float, *, forgets: bool) -> None:
        """The broker dies, and is back then; `forgets`: with an empty memory."""
        self.down_until = until
        if forgets:
            self.retained.clear()
        for link in list(self.links.values()):
            link.waiting.clear()
            self._break(link)

    def _break(self, link: SimulatedLink) -> None:
        if link.up:
            link.up, link.away_since = False, self.world.real
            link.on_line(False)
            if link.last_will and self.world.real >= self.down_until:
                self.publish(*link.last_will, retain=True)
        if not link.closed:
            self._connect_later(link)

    def _connect_later(self, link: SimulatedLink) -> None:
        back = max(self.world.real, self.cut.get(link.client, -1.0), self.down_until)
        self.world.at(back + self.world.random.uniform(0.3, 60.0), lambda: self._connect(link))

    def _connect(self, link: SimulatedLink) -> None:
        if link.closed or link.up or self.links.get(link.client) is not link:
            return
        if self.world.real < max(self.cut.get(link.client, -1.0), self.down_until):
            self._connect_later(link)
            return
        link.up = True
        for topic, payload in self.retained.items():
            if _wants(link, topic):
                self._send(link, topic, payload)
        waiting, link.waiting = link.waiting, []
        for topic, payload in waiting if self.world.real - link.away_since < _KEPT else ():
            self._send(link, topic, payload)
        link.on_line(True)
        link.poke()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Pass a message on to whoever wants it."""
        if retain:
            self.retained[topic] = payload
        if len(self.overheard) < 400:
            self.overheard.append((topic, payload))
        if topic.endswith("/command"):
            self.orders.append((topic, payload))
        for link in list(self.links.values()):
            if not link.closed and _wants(link, topic):
                self._send(link, topic, payload)
        if self.world.real < self.lying and (lie := self.lie(topic, payload)):
            for link in list(self.links.values()):
                if link.up and _wants(link, lie[0]):
                    self.world.at(self.world.real + 0.0005, partial(self._arrive, link, *lie))

    def _send(self, link: SimulatedLink, topic: str, payload: bytes) -> None:
        if not link.up:
            link.waiting.append((topic, payload))
            return
        random, delays = self.world.random, [self.world.random.uniform(0.001, 0.008)]
        if self.world.real < self.bad_air:
            fate = random.random()
            if fate < 0.25:
                return
            delays = [random.uniform(0.0, 40.0) if fate < 0.5 else delays[0]]
            delays += [random.uniform(0.0, 90.0)] if fate > 0.75 else []
        for delay in delays:
            self.world.at(self.world.real + delay, lambda: self._arrive(link, topic, payload))

    def _arrive(self, link: SimulatedLink, topic: str, payload: bytes) -> None:
        if link.closed:
            return
        if not link.up:
            link.waiting.append((topic, payload))
            return
        try:
            link.on_message(topic, payload)
        except PlayerError:  # as the real link: it is told to the program log
            return
        link.poke()


def _wants(link: SimulatedLink, topic: str) -> bool:
    return topic in link.exact or any(mqtt.topic_matches_sub(wanted, topic) for wanted in link.patterns)
