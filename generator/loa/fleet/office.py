"""The station's side: it sends plans and commands to its players, and takes in what they tell (`remote_log`)."""

import contextlib
import datetime
import json
import os
import queue
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, select

from loa.automation.disk import open_station_store
from loa.automation.schedule_watch import schedule_in_force
from loa.clock import Clock, RealClock
from loa.errors import Finding, LoaError, PlayerError, ScheduleError
from loa.file_cache import mark_of
from loa.fleet import acts, register
from loa.fleet.broker import Broker, Login, mosquitto
from loa.fleet.keys import Key, fingerprint, opened
from loa.fleet.messages import Command, Outcomes, Plan, Release, State, Told, Topics, kind_of, read
from loa.fleet.mqtt import Address, Link
from loa.fleet.plans import AHEAD, BACK, Releases, make_plan, planned
from loa.fleet.register import Enrolled, RemoteAiring
from loa.fleet.remote_log import RemoteLog
from loa.fleet.server import Door, PlayerServer
from loa.i18n import _
from loa.logs import logger
from loa.schedule import Schedule, commune_files
from loa.station_secrets import secret
from loa.stop_file import StopRequest, last_stop
from loa.store import requests, tables
from loa.store.database import Database, instant, stamp
from loa.store.lease import who_is_on_air
from loa.store.requests import AirRequest, EndRequest
from loa.workspace import Workspace, commune_of

_TICK, _SECOND, _MINUTE = 0.1, 1.0, 60.0
_TOGETHER, _TOGETHER_THERE, _TOGETHER_MOST = 1.5, 1.0, 1.8
"""Seconds after which an emergency begins on all players at the same moment: where they fetch its sound first; where
all have it; and at the most, with what `_FETCHED` adds. It is to sound within 2 s everywhere."""
_FETCHED = 2e8
"""Bytes a second that a station hands out: how much later all begin where many players fetch."""
_MOST_WAITING = 100
"""Messages of a player that wait for the next step; a player that keeps to its ways sends a few a minute."""
_END_VALID = datetime.timedelta(days=1)
"""As long as what it ends may last."""
_DAY, _STOP_VALID = datetime.timedelta(days=1), datetime.timedelta(minutes=2)
_KEPT = datetime.timedelta(days=60)
_REVOKED = "revoked"


@contextmanager
def office_beside(workspace: Workspace) -> Iterator[None]:
    """While inside, the station of this process speaks with its players, as soon as it has any."""
    office = Office(workspace)
    office.start()
    try:
        yield
    finally:
        office.close()


class Office:
    """Works in a thread of its own, with its own connection to the database: the sound does not wait for it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="players", daemon=True)
        self._schedule: Schedule | None = None
        self._schedule_mark = ""
        self._store: Database | None = None
        self._desk: Desk | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join(5)

    def _run(self) -> None:
        try:
            while not self._stop.wait(_TICK if self._desk else _SECOND):
                try:
                    self._step()
                except LoaError as error:
                    logger().warning("players", problem=str(error))
                except Exception as error:  # noqa: BLE001  the next step may work
                    logger().error("players", problem=repr(error))
        finally:
            self._leave()
            if self._store:
                self._store.close()

    def _step(self) -> None:
        """Follow the schedule; work while there are players, and this process is on air."""
        mark = commune_files.marks(self._workspace)
        if mark != self._schedule_mark or self._schedule is None:
            with contextlib.suppress(ScheduleError):
                settings = self._schedule.players if self._schedule else None
                self._schedule = schedule_in_force(self._workspace)[0]
                if settings != self._schedule.players:
                    self._leave()
            self._schedule_mark = mark
        schedule = self._schedule
        if schedule is None or not schedule.remote_players():
            self._leave()
            return
        if self._store is None:
            self._store = open_station_store(self._workspace, schedule)
        running = who_is_on_air(self._store)
        if running is None or running["pid"] != os.getpid():
            self._leave()
            return
        if self._desk is None:
            self._desk = Desk(self._workspace, self._store, schedule)
        self._desk.step(schedule, mark)

    def _leave(self) -> None:
        if self._desk:
            self._desk.close()
            self._desk = None


class Desk:
    """The work itself, while this process is on air. `link`, `serve`: what keeps the line, and the port for players.

    The constructor raises PlayerError, WorkspaceError, OSError.
    """

    def __init__(
        self,
        workspace: Workspace,
        store: Database,
        schedule: Schedule,
        clock: Clock | None = None,
        link: Callable[..., Link] = Link,
        serve: Callable[[Door, str, int], PlayerServer] = PlayerServer,
    ) -> None:
        self._workspace, self._store, self._schedule = workspace, store, schedule
        self._clock = clock or RealClock()
        self._key = station_key(workspace)
        self._known: dict[str, Enrolled] = {}
        self._by_id: dict[str, Enrolled] = {}
        self._broker: Broker | None = None
        self._releases = Releases(workspace, store)
        self._plans: dict[str, tuple[str, bytes]] = {}
        self._plans_made_for: tuple[object, ...] = ()
        self._sent: dict[str, tuple[int, frozenset[str]]] = {}
        self._commands: list[tuple[str, Command]] = []
        self._inbox: queue.SimpleQueue[tuple[str, str, bytes]] = queue.SimpleQueue()
        self._waiting: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._line_came_back = threading.Event()
        self._next: dict[str, float] = {}
        self._log = RemoteLog(workspace, store, self._clock.elapsed)
        self._request: int | None = None
        self._acts: set[int] = set()
        self._last_stop = self._clock.now() - _STOP_VALID
        self._refresh()
        settings = schedule.players
        self._broker = (
            None if settings.broker else Broker(workspace.fleet / "broker", settings.host, settings.broker_port)
        )
        if self._broker:
            if mosquitto() is None:
                message, fix = _("The broker mosquitto is not installed."), "sudo apt-get install mosquitto"
                raise PlayerError(Finding("player.broker", message, fix))
            self._broker.start(self._logins())
        door = Door(workspace, self._open_codes, self._enrol, self._key_of)
        self._server = serve(door, settings.host, settings.port)
        try:
            self._server.start()
        except OSError:
            if self._broker:
                self._broker.close()
            raise
        topics = [f"loa/{self._key.id}/+/{part}" for part in ("state", "outcomes", "line")]
        self._link = link(
            self._address(),
            f"loa-{self._key.id}",
            topics,
            self._received,
            on_line=self._line,
        )
        self._link.start()

    def close(self) -> None:
        """End the line, the port and the broker."""
        self._link.close()
        self._server.close()
        if self._broker:
            self._broker.close()

    def step(self, schedule: Schedule, mark: str) -> None:
        """Do what is due. Raises StoreError, WorkspaceError."""
        self._schedule = schedule
        now = self._clock.now()
        self._pass_on(now)
        for _one in range(self._inbox.qsize()):  # what comes meanwhile waits: who tells without end holds up nobody
            topic, name, payload = self._inbox.get()
            with self._counting:
                self._waiting[name] -= 1
            self._take(topic, name, payload, now)
        if self._due("second", _SECOND):
            self._refresh()
            self._log.hand_over(schedule, now)
            self._log.close_airings(schedule, self._known, now)
            acts.give_up(self._workspace, self._store, now)
        self._send_plans(now, mark)
        if self._line_came_back.is_set():
            self._line_came_back.clear()
            self._say_hello(now)
            for name, (_content, raw) in self._plans.items():
                self._publish_plan(name, raw)
            for name, command in self._commands:
                self._send(name, command)
        if self._due("minute", _MINUTE):
            self._log.tell_of_silent(schedule, self._active(), now)
            self._log.enter_heads(schedule, self._active(), now)
            register.forget_before(self._store, now - _KEPT)

    # ---- who belongs to us

    def _active(self) -> list[Enrolled]:
        away = self._schedule.remote_players()
        return [player for player in self._known.values() if player.active and player.name in away]

    def _refresh(self) -> None:
        before = {player.id for player in self._active()}
        self._known = register.enrolled(self._store)
        self._by_id = {player.id: player for player in self._known.values() if player.id}
        if before != {player.id for player in self._active()} and self._broker:
            self._broker.set_logins(self._logins())
            self._plans_made_for = ()

    def _key_of(self, player_id: str) -> str | None:
        """The key of a player that belongs to us; None where none does."""
        player = self._by_id.get(player_id)
        return (
            player.public_key if player and player.active and player.name in self._schedule.remote_players() else None
        )

    def _open_codes(self) -> Mapping[str, str]:
        now, away = self._clock.now(), self._schedule.remote_players()
        found = register.enrolled(self._store).values()
        return {p.name: p.code for p in found if p.name in away and p.code and p.code_until and now < p.code_until}

    def _enrol(self, name: str, public: str) -> Mapping[str, Any]:
        """The answer to a player that knows the code. In a thread of the port."""
        player = fingerprint(public)
        register.join(self._workspace, self._store, name, player, public, self._clock.now())
        settings = self._schedule.players
        own = settings.broker is None
        password = self._key.password(player) if own else secret(self._workspace, settings.password_env) or ""
        return {
            "name": name,
            "station": self._key.public,
            "broker": settings.broker,
            "broker_port": settings.broker_port,
            "user": player if own else settings.user,
            "password": password,
        }

    def _logins(self) -> list[Login]:
        station = f"loa/{self._key.id}"
        all_of = [f"{station}/+/{part}" for part in ("state", "outcomes", "line")]
        mine = [f"{station}/+/{part}" for part in ("plan", "command", "told")]
        found = [Login("station", self._key.password("station"), tuple(all_of), tuple(mine))]
        for player in self._active():
            topics = Topics(self._key.id, player.id or "")
            found.append(
                Login(
                    player.id or "",
                    self._key.password(player.id or ""),
                    (topics.plan, topics.command, topics.shared, topics.told),
                    (topics.state, topics.outcomes, topics.line),
                )
            )
        for player in self._known.values():
            if player.revoked and player.id:  # it may hear that it was revoked, and nothing else
                plan = Topics(self._key.id, player.id).plan
                found.append(Login(player.id, self._key.password(player.id), (plan,), ()))
        return found

    def _address(self) -> Address:
        settings = self._schedule.players
        if settings.broker:
            return Address(settings.broker, settings.user, secret(self._workspace, settings.password_env) or "")
        host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
        return Address(f"mqtt://{host}:{settings.broker_port}", "station", self._key.password("station"))

    # ---- what players say

    def _received(self, topic: str, payload: bytes) -> None:
        """In the thread of the line: the time is told at once, the rest is done in the next step."""
        player_id, part = kind_of(topic)
        player = self._by_id.get(player_id)
        if player is None or not player.active or len(payload) > 500_000:
            return
        if part == "state":
            state = read(State, opened(player.public_key or "", topic, payload))
            if state.nonce:
                told = Told(nonce=state.nonce, now=self._clock.now(), through=player.received)
                self._tell(player, told)
        with self._counting:
            if self._waiting[player.name] >= _MOST_WAITING:
                return  # it tells again until it is confirmed
            self._waiting[player.name] += 1
        self._inbox.put((topic, player.name, payload))

    def _line(self, up: bool) -> None:
        if up:
            self._line_came_back.set()

    def _tell(self, player: Enrolled, told: Told) -> None:
        topic = Topics(self._key.id, player.id or "").told
        self._link.publish(topic, self._key.sign(topic, told.model_dump(mode="json", exclude_defaults=True)))

    def _take(self, topic: str, name: str, payload: bytes, now: datetime.datetime) -> None:
        player = self._known.get(name)
        _id, part = kind_of(topic)
        if player is None or not player.active or player.id != _id:
            return
        try:
            if part == "line":
                register.note_line(self._store, name, up=payload == b"1", now=now)
            elif part == "state":
                state = read(State, opened(player.public_key or "", topic, payload))
                register.note_state(self._store, name, state, now)
                if state.done:
                    acts.close(self._workspace, self._store, name, state.done, now)
                    self._tell(player, Told(acts=tuple(one.act for one in state.done)))
                for to, command in self._commands:
                    if to == name:
                        self._send(name, command)
            elif part == "outcomes":
                self._enter(player, read(Outcomes, opened(player.public_key or "", topic, payload)), now)
        except PlayerError as error:
            logger().warning("players", player=name, problem=str(error))

    def _enter(self, player: Enrolled, told: Outcomes, now: datetime.datetime) -> None:
        """Enter outcomes into the log, each once, and say so. Raises StoreError."""
        self._log.enter(self._schedule, player, told, now)
        self._known[player.name] = register.enrolled(self._store)[player.name]
        self._tell(player, Told(through=told.through))

    # ---- what we send to them

    def _send_plans(self, now: datetime.datetime, mark: str) -> None:
        """Send each player its plan where it has changed. Raises StoreError."""
        query = select(func.max(tables.logbook.c.seq)).where(tables.logbook.c.kind == "approval")
        if not self._due("plans", _SECOND):
            return
        with self._store.read() as connection:
            approvals = connection.execute(query).scalar()
        folders = [mark_of(path) for path in sorted(self._workspace.bulletins.glob("*/*.mp3"))]
        released = [(name, command.number) for name, command in self._commands if command.release]
        made_for = (mark, approvals, folders, f"{now:%Y-%m-%d}", [p.id for p in self._active()], released)
        if made_for == self._plans_made_for:
            return
        found = planned(self._schedule, now - BACK, now + AHEAD)
        for player in self._active():
            more = [c.release for name, c in self._commands if name == player.name and c.release]
            plan = make_plan(
                player.name, self._schedule, found, self._releases, more, register.next_number(self._store, now), now
            )
            content = plan.model_dump_json(exclude={"number", "issued"})
            if self._plans.get(player.name, ("", b""))[0] != content:
                self._plans[player.name] = content, self._signed_plan(player, plan)
                self._sent[player.name] = plan.number, frozenset(release.sha256 for release in plan.releases)
                self._publish_plan(player.name, self._plans[player.name][1])
        for player in self._known.values():
            if player.revoked and self._plans.get(player.name, ("", b""))[0] != _REVOKED:
                plan = Plan(
                    number=register.next_number(self._store, now), issued=now, name=player.name,
                    timezone=self._schedule.timezone.key, revoked=True,
                )  # fmt: skip
                self._plans[player.name] = _REVOKED, self._signed_plan(player, plan)
                self._publish_plan(player.name, self._plans[player.name][1])
        self._plans_made_for = made_for

    def _signed_plan(self, player: Enrolled, plan: Plan) -> bytes:
        return self._key.sign(Topics(self._key.id, player.id or "").plan, plan.model_dump(mode="json"))

    def _publish_plan(self, name: str, raw: bytes) -> None:
        player = self._known.get(name)
        if player and player.id:
            self._link.publish(Topics(self._key.id, player.id).plan, raw, retain=True)

    def _send(self, name: str, command: Command) -> None:
        player = self._known.get(name)
        if player and player.active and self._clock.now() < command.expires:
            topic = Topics(self._key.id, player.id or "").command
            self._link.publish(topic, self._key.sign(topic, command.model_dump(mode="json")))

    def _pass_on(self, now: datetime.datetime) -> None:
        """Pass on to players what people ask for: STOP first. Raises StoreError."""
        self._commands = [(name, command) for name, command in self._commands if now < command.expires]
        stop = last_stop(self._workspace)
        if stop and stop.at > self._last_stop:
            self._last_stop = stop.at
            self._command_stop(stop.request, stop.at)
        if self._request is None:  # what is still valid is sent again: a player takes it once
            first = select(func.min(tables.requests.c.id)).where(tables.requests.c.at >= stamp(now - _DAY))
            with self._store.read() as connection:
                self._request = int(connection.execute(first).scalar() or 1) - 1
        query = select(tables.requests).where(tables.requests.c.id > self._request).order_by(tables.requests.c.id)
        found = self._store.rows(query)
        for row in found:
            if row["verb"] == StopRequest.verb and now - instant(row["at"]) < _STOP_VALID:
                self._command_stop(StopRequest.from_json(row["payload"]), instant(row["at"]))
            for asked in requests.to_play(self._store, number=row["id"]) if row["verb"] == AirRequest.verb else ():
                wanted = asked.request
                if isinstance(wanted, AirRequest) and not wanted.live and now < asked.at + wanted.lasts:
                    self._command_air(wanted, asked.at)
            for ends in requests.end_requests(self._store, row["id"]) if row["verb"] == EndRequest.verb else ():
                self._command_end(ends, instant(row["at"]), now)
            self._request = row["id"]
        waiting = acts.waiting(self._store)
        for act in waiting:
            if act.number not in self._acts:
                self._command_act(act)
        self._acts = {act.number for act in waiting}

    def _command_act(self, act: acts.PlayerAct) -> None:
        command = Command(
            number=_number(act.asked),
            at=act.asked,
            expires=act.asked + acts.VALID,
            verb=act.verb,
            request={"act": act.number},
            begins=act.begins,
        )
        self._commands.append((act.player, command))
        self._send(act.player, command)

    def _command_stop(self, stop: StopRequest, at: datetime.datetime) -> None:
        command = Command(
            number=_number(at), at=at, expires=at + _STOP_VALID, verb="stop", request=json.loads(stop.to_json())
        )
        self._order([player.name for player in self._active()], command)

    def _command_end(self, ends: EndRequest, at: datetime.datetime, now: datetime.datetime) -> None:
        """Airings that no longer count fall silent on the players that were asked for them."""
        expires = at + _END_VALID
        handed = register.remote_airings(self._store, airings=ends.airings) if now < expires else []
        command = Command(number=_number(at), at=at, expires=expires, verb="end", request=ends.model_dump(mode="json"))
        self._order(list(dict.fromkeys(one.player for one in handed if not one.outcome)), command)

    def _command_air(self, wanted: AirRequest, at: datetime.datetime) -> None:
        away = self._schedule.remote_players()
        speakers = self._schedule.loudspeakers(wanted.outputs)
        mine = [name for name in speakers if name in away]
        if not mine:
            return
        release = self._releases.of(wanted.bulletin)
        until = at + wanted.lasts
        commune = commune_of(wanted.bulletin)
        alone = len(mine) == len(speakers)
        handed = [RemoteAiring(wanted.airing, name, "", commune, wanted.bulletin, at, until, alone) for name in mine]
        self._log.expect(handed)
        known = {one.player for one in register.remote_airings(self._store, airings=[wanted.airing]) if one.outcome}
        if release is None:
            return  # it ends as missed once it is over
        names = [n for n in mine if n not in known and (player := self._known.get(n)) and player.active]
        begins = at + self._wait_for(names, release) if wanted.now and len(mine) > 1 else None
        request = wanted.model_dump(mode="json", exclude_none=True, exclude={"outputs"})
        command = Command(
            number=_number(at), at=at, expires=until, verb="air", request=request, release=release, begins=begins
        )
        self._order(names, command)

    def _wait_for(self, names: Collection[str], release: Release) -> datetime.timedelta:
        """After how long nearly all of them have the sound, by what is known of them."""
        fetching = sum(not self._has(name, release) for name in names)
        if not fetching:
            return datetime.timedelta(seconds=_TOGETHER_THERE)
        return datetime.timedelta(seconds=min(_TOGETHER + fetching * release.size / _FETCHED, _TOGETHER_MOST))

    def _has(self, name: str, release: Release) -> bool:
        """Whether a player has told that it has all the sound of a plan with this release."""
        player, sent = self._known.get(name), self._sent.get(name)
        state = player.state if player else None
        return bool(state and sent and sent[0] == state.plan and not state.waiting and release.sha256 in sent[1])

    def _say_hello(self, now: datetime.datetime) -> None:
        """Let players see that they may read what is said to several at once: somebody's own broker may forbid it."""
        topic = Topics(self._key.id, "").shared
        hello = Command(number=_number(now), at=now, expires=now, verb="hello", request={})
        self._link.publish(
            topic, self._key.sign(topic, hello.model_dump(mode="json", exclude_defaults=True)), retain=True
        )

    def _order(self, names: Sequence[str], command: Command) -> None:
        """Send a command to players, while it is valid; to those that hear it so with one message for all."""
        self._commands += [(name, command) for name in names]
        found = [player for name in names if (player := self._known.get(name)) and player.active and player.id]
        shared = [player.id or "" for player in found if player.state and player.state.shared]
        if len(shared) > 1 and self._clock.now() < command.expires:
            topic = Topics(self._key.id, "").shared
            message = command.model_copy(update={"to": tuple(shared)})
            self._link.publish(topic, self._key.sign(topic, message.model_dump(mode="json", exclude_defaults=True)))
        else:
            shared = []
        for player in found:
            if player.id not in shared:
                self._send(player.name, command)

    def _due(self, name: str, seconds: float) -> bool:
        if self._clock.elapsed() < self._next.get(name, 0.0):
            return False
        self._next[name] = self._clock.elapsed() + seconds
        return True


def station_key(workspace: Workspace) -> Key:
    """The key of this station; made where there is none. Raises PlayerError."""
    return Key.of(workspace.fleet / "station.key")


def _number(at: datetime.datetime) -> int:
    """The number of a command: on the scale of plans (`register.next_number`), and the same when it is sent again."""
    return int(at.timestamp() * 10)
