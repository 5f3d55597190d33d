"""Lanes: how much of the console log-ins, strangers, uploads and pages may take, so that STOP always has its own.

Each lane has as many places as it may hold threads, and there are as many threads as all lanes have places: none can
take another's. What finds no place is refused at once, before anything is read or rendered for it.
"""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loa.web.auth.guesses import network
from loa.web.auth.sessions import COOKIE, Sessions

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Flow = tuple[float, float]
"""How many requests a second, and how many at once after a rest."""

_URGENT = ("/stop", "/api/v1/stop", "/emergency")
_LOG_IN = frozenset({"/login", "/first"})
_SYSTEM_THREADS = 6
"""Threads of the pool that no lane has: for live events, and for files on their way out."""
_SMALL = 20_000
"""The most bytes of a log-in. It is read before it gets a place, so that nobody holds one by sending slowly."""
_REMEMBERED = 5000


class Pace:
    """Lets everybody go on `rate` times a second, and `most` times at once after a rest; in memory, from any thread."""

    def __init__(self, rate: float, most: float) -> None:
        self._rate, self._most = rate, most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, who: str) -> bool:
        """Count one more of `who`; False where there were too many."""
        now = time.monotonic()
        with self._lock:
            level, at = self._levels.pop(who, (self._most, now))
            level = min(self._most, level + (now - at) * self._rate)
            self._levels[who] = (level - 1 if level >= 1 else level, now)
            if len(self._levels) > _REMEMBERED:
                self._levels.popitem(last=False)
        return level >= 1


class Lane:
    """`places` in all, `each` of them for one address or session; `flow` in all, `flow_each` for one of them."""

    def __init__(self, places: int, each: int, flow: Flow | None = None, flow_each: Flow | None = None) -> None:
        self.places, self._each = places, each
        self._flow, self._flow_each = (Pace(*one) if one else None for one in (flow, flow_each))
        self._taken: Counter[str] = Counter()

    def enter(self, who: str) -> bool:
        """Take a place; False where there is none."""
        if self._taken.total() >= self.places or self._taken[who] >= self._each:
            return False
        if (self._flow_each and not self._flow_each.take(who)) or (self._flow and not self._flow.take("")):
            return False
        self._taken[who] += 1
        return True

    def leave(self, who: str) -> None:
        """Give the place back."""
        self._taken[who] -= 1
        if not self._taken[who]:
            del self._taken[who]


def make_lanes() -> dict[str, Lane]:
    """The lanes of a console, by name. Strangers have not shown that they are logged in; members have."""
    return {
        "urgent": Lane(12, 4),
        "log-in": Lane(6, 2, (20, 100), (2, 30)),
        "stranger": Lane(8, 4, (100, 500), (20, 300)),
        "upload": Lane(24, 8),
        "member": Lane(24, 12),
    }


def make_room_for_lanes() -> None:
    """Give the pool in which pages are made a thread for each place. To be called while the console's loop runs."""
    places = {name: lane.places for name, lane in make_lanes().items() if name != "urgent"}
    to_thread.current_default_thread_limiter().total_tokens = sum(places.values()) + _SYSTEM_THREADS


class Lanes:
    """Before everything else: gives each request its lane. `refuse` answers those for which there is no place."""

    def __init__(self, app: ASGIApp, sessions: Sessions, refuse: ASGIApp) -> None:
        self._app, self._sessions, self._refuse = app, sessions, refuse
        self._lanes = make_lanes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on in its lane, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secret = _secret(scope["headers"])
        member = bool(secret) and self._sessions.known(secret)
        if member and (connection := scope.get("loa.connection")):
            connection.promote()
        name = scope["loa.lane"] = _lane(scope, member=member)
        if name == "log-in":
            body = await _whole(receive)
            if body is None:
                await self._refuse(scope, receive, send)
                return
            receive = _again(body, receive)
        lane = self._lanes[name]
        who = secret if member else network(scope["client"][0] if scope.get("client") else "?")
        if not lane.enter(who):
            await self._refuse(scope, receive, send)
            return
        inside = True

        async def answered(message: Message) -> None:
            """The work is done when the answer begins; whoever reads it slowly holds no place."""
            nonlocal inside
            if inside and message["type"] == "http.response.start":
                inside = False
                lane.leave(who)
            await send(message)

        try:
            await self._app(scope, receive, answered)
        finally:
            if inside:
                lane.leave(who)


def urgent(endpoint: Callable[Parameters, Result]) -> Callable[Parameters, Awaitable[Result]]:
    """A route on the way of STOP and emergencies: done in threads that nothing else uses."""

    @wraps(endpoint)
    async def beside(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
        return await to_thread.run_sync(partial(endpoint, *arguments, **named), limiter=_urgent_threads())

    return beside


async def in_lane(scope: Scope, work: Callable[[], Result]) -> Result:
    """What `work` gives, done in a thread of the request's lane."""
    return await to_thread.run_sync(work, limiter=_urgent_threads() if scope.get("loa.lane") == "urgent" else None)


_urgent: RunVar[CapacityLimiter] = RunVar("loa.urgent")


def _urgent_threads() -> CapacityLimiter:
    """Those of the running loop; outside of a server, in tests, there may be several."""
    try:
        return _urgent.get()
    except LookupError:
        made = CapacityLimiter(make_lanes()["urgent"].places)
        _urgent.set(made)
        return made


def _lane(scope: Scope, *, member: bool) -> str:
    path: str = scope["path"]
    if member:
        if path.startswith(_URGENT):
            return "urgent"
        kind = dict(scope["headers"]).get(b"content-type", b"")
        return "upload" if kind.lower().startswith(b"multipart/") else "member"
    return "log-in" if path in _LOG_IN and scope["method"] == "POST" else "stranger"


def _secret(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The token or the session's cookie; "" where there is neither. Whether it is good the guard finds out."""
    cookie = ""
    for name, value in headers:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return value[7:].strip().decode("latin-1")
        if name == b"cookie":
            for part in value.decode("latin-1").split(";"):
                key, _equals, found = part.partition("=")
                cookie = found.strip() if key.strip() == COOKIE else cookie
    return cookie


async def _whole(receive: Receive) -> bytes | None:
    """The body; None where it is too large for a log-in, or its sender has gone."""
    body = bytearray()
    while len(body) <= _SMALL:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)
    return None


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def first() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return first
