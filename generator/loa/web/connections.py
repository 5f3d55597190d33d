"""The console's connections: time-outs and limits, so that slow or many clients keep nobody else out.

uvicorn ends a connection only between two requests; whoever sends half a request, or nothing, may stay for ever. Here
each has a time for its head and its body. Where there are more than places, the newest comes in and the one that has
shown least for longest goes: whoever really asks for something has asked within milliseconds.
"""

import asyncio
import contextlib
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

from loa.web.auth.guesses import network

HEAD = 10.0
"""Seconds for the head of a request, and before it for TLS."""
BODY = 20.0
"""Seconds for the body of a stranger's request; of a body from somebody logged in, for each part of it."""
STRANGERS, STRANGERS_PER_ADDRESS = 400, 60
"""Connections on which nobody has shown yet that he is logged in."""
MEMBERS, MEMBERS_PER_ADDRESS = 400, 200
"""Connections of people who are logged in: they have places of their own."""
_SWEEP = 1.0
_BUSY_PAUSE = 0.05
_ROUND = 64
"""Connections that are accepted before the loop has its turn, in which it reads what clients have sent."""
_UNHEARD = 1.0
"""Seconds that a connection has to be heard before it makes room: what a client has sent may lie there unread."""
_ENOUGH_FILES = 4096


@dataclass(eq=False, slots=True)
class Connection:
    """A connection from its acceptance on. `member`: a request on it came from somebody who is logged in."""

    address: str
    since: float = field(default_factory=time.monotonic)
    member: bool = False
    task: "asyncio.Task[None] | None" = None
    protocol: "BoundedProtocol | BoundedSocket | None" = None

    @property
    def at_work(self) -> bool:
        """Whether a whole request is here that has no answer yet."""
        cycle = self.protocol.cycle if self.protocol else None
        return cycle is not None and not cycle.more_body and not cycle.response_started

    @property
    def heard(self) -> bool:
        """Whether its client has said something, or had the time to."""
        return bool(self.protocol and self.protocol.heard) or time.monotonic() - self.since > _UNHEARD

    def promote(self) -> None:
        """Somebody who is logged in uses it."""
        if self.protocol:
            self.protocol.among.promote(self)

    def end(self) -> None:
        """Close it at once."""
        if self.protocol and self.protocol.transport:
            self.protocol.transport.abort()
        elif self.task:
            self.task.cancel()


class Connections:
    """All of them, in the order in which they came. `by_proxy`: all come from one server, which limits them itself."""

    def __init__(self, *, by_proxy: bool = False) -> None:
        self._all: dict[Connection, None] = {}
        self._strangers: Counter[str] = Counter()
        self._members: Counter[str] = Counter()
        self._by_proxy = by_proxy

    def admit(self, address: str) -> Connection | None:
        """A new connection from `address`; None where each place is held by a request that is being worked on."""
        made = Connection(network(address))
        if self._strangers[made.address] >= STRANGERS_PER_ADDRESS and not self._by_proxy:
            self._make_room(made.address)
        if self._strangers.total() >= STRANGERS and not self.make_room():
            return None
        self._all[made] = None
        self._strangers[made.address] += 1
        return made

    def promote(self, connection: Connection) -> None:
        """Somebody who is logged in uses this one, as far as there are places for such."""
        if connection.member or connection not in self._all:
            return
        if self._members.total() < MEMBERS and (
            self._by_proxy or self._members[connection.address] < MEMBERS_PER_ADDRESS
        ):
            self._leave(self._strangers, connection)
            self._members[connection.address] += 1
            connection.member = True

    def remove(self, connection: Connection) -> None:
        """It is closed."""
        if connection in self._all:
            del self._all[connection]
            self._leave(self._members if connection.member else self._strangers, connection)

    def end_late(self) -> None:
        """Close what is late with its head or body."""
        now = time.monotonic()
        for connection in list(self._all):
            if connection.protocol and connection.protocol.late(now):
                connection.end()

    def make_room(self) -> bool:
        """Close the oldest connection that nobody works on; False where there is none."""
        largest = self._largest()
        return self._make_room(*largest) or self._make_room(*largest, unheard=True)

    def _make_room(self, *addresses: str, unheard: bool = False) -> bool:
        """Close the oldest of a stranger from the first of `addresses` that has one to close.

        `unheard`: also one that nobody has listened to yet.
        """
        for address in addresses:
            for connection in self._all:
                idle = not connection.member and not connection.at_work and (unheard or connection.heard)
                if connection.address == address and idle:
                    self.remove(connection)
                    connection.end()
                    return True
        return False

    def _largest(self) -> list[str]:
        """Addresses, those with the most connections first."""
        return [address for address, _count in self._strangers.most_common(20)]

    @staticmethod
    def _leave(counter: "Counter[str]", connection: Connection) -> None:
        counter[connection.address] -= 1
        if counter[connection.address] <= 0:
            del counter[connection.address]


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 on a connection that has its time. Applications find `loa.connection` in a request's scope."""

    def __init__(self, *, connection: Connection, among: Connections, **about: Any) -> None:
        super().__init__(**about)
        self.connection, self.among = connection, among
        self.waits_since = self.heard_at = time.monotonic()
        self.heard = False
        connection.protocol = self
        self.ws_protocol_class = partial(BoundedSocket, connection=connection, among=among)  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        """Its place is free."""
        self.among.remove(self.connection)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self.heard_at, self.heard = time.monotonic(), True
        super().data_received(data)

    def handle_events(self) -> None:
        """Heads and bodies that are complete; a new request is told which connection it is on."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before and self.scope is not None:
            self.waits_since = time.monotonic()
            self.scope["loa.connection"] = self.connection  # type: ignore[typeddict-unknown-key]

    def on_response_complete(self) -> None:
        """The next head has its time from now on."""
        self.waits_since = time.monotonic()
        super().on_response_complete()

    def late(self, now: float) -> bool:
        """Whether a head or a body has not come in its time."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return now - self.waits_since > HEAD
        if cycle.more_body and not self.flow.read_paused:
            return now - (self.heard_at if self.connection.member else self.waits_since) > BODY
        return False


class BoundedSocket(WSProtocol):
    """A WebSocket on such a connection. It keeps its place until it ends: its route sees to it that it does."""

    cycle = None
    heard = True

    def __init__(self, *, connection: Connection, among: Connections, **about: Any) -> None:
        super().__init__(**about)
        self.connection, self.among = connection, among
        connection.protocol = self

    def connection_lost(self, exc: Exception | None) -> None:
        """Its place is free."""
        self.among.remove(self.connection)
        super().connection_lost(exc)

    def handle_connect(self, event: Any) -> None:
        """The request is told which connection it is on."""
        super().handle_connect(event)
        self.scope["loa.connection"] = self.connection  # type: ignore[typeddict-unknown-key]

    def late(self, _now: float) -> bool:
        """Never: see above."""
        return False


class BoundedServer(uvicorn.Server):
    """A server that accepts by itself: uvicorn's has no limit before a request is whole."""

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self._connections = connections
        self._accepting: list[asyncio.Task[None]] = []
        self._opening: set[asyncio.Task[None]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve on `sockets`."""
        await super().startup(sockets=[])
        _allow_files()
        self._accepting = [asyncio.create_task(self._accept(each)) for each in sockets or []]
        self._accepting.append(asyncio.create_task(self._sweep()))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is served."""
        for task in (*self._accepting, *self._opening):
            task.cancel()
        await asyncio.gather(*self._accepting, *self._opening, return_exceptions=True)
        await super().shutdown(sockets)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        listener.setblocking(False)
        for number in count(1):
            if number % _ROUND == 0:
                await asyncio.sleep(0)
            try:
                accepted, address = await loop.sock_accept(listener)
            except OSError:  # no file is left, or the client has gone again
                self._connections.make_room()
                await asyncio.sleep(_BUSY_PAUSE)
                continue
            connection = self._connections.admit(str(address[0]))
            if connection is None:
                accepted.close()
                continue
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.task = task = loop.create_task(self._open(connection, accepted))
            self._opening.add(task)
            task.add_done_callback(partial(self._opened, connection, accepted))

    async def _open(self, connection: Connection, accepted: socket.socket) -> None:
        """Up to the end of the TLS handshake, if there is one."""
        loop = asyncio.get_running_loop()
        protocol = partial(
            BoundedProtocol,
            connection=connection,
            among=self._connections,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        tls = self.config.ssl
        try:
            await loop.connect_accepted_socket(protocol, accepted, ssl=tls, ssl_handshake_timeout=HEAD if tls else None)
        except OSError:  # the client has gone, or speaks no TLS
            self._connections.remove(connection)
        except BaseException:
            self._connections.remove(connection)
            raise

    def _opened(self, connection: Connection, accepted: socket.socket, task: "asyncio.Task[None]") -> None:
        self._opening.discard(task)
        if connection.protocol is None:  # it had to go before it began
            self._connections.remove(connection)
            accepted.close()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP)
            self._connections.end_late()


def _allow_files() -> None:
    """Many systems allow a program 1024 open files, and each connection is one."""
    if sys.platform != "win32":
        import resource  # Windows has none

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(ValueError, OSError):
            if soft < _ENOUGH_FILES:
                wanted = _ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH_FILES)
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
