"""`loa player run`: the same station as everywhere, which follows the plan of another one, and tells what it aired."""

import contextlib
import datetime
import json
import os
import queue
import shutil
import threading
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select

from loa import __version__, ending
from loa.automation import service
from loa.automation.disk import open_station_store
from loa.automation.station import Automation
from loa.errors import LoaError, PlayerError, RequestError
from loa.files import write_atomic
from loa.fleet.clock import PlayerClock
from loa.fleet.fetching import Fetcher
from loa.fleet.joining import Identity
from loa.fleet.keys import Key, fingerprint, opened
from loa.fleet.messages import Command, Outcomes, Plan, PlayerRow, State, Told, Topics, read
from loa.fleet.mqtt import Address, Link
from loa.fleet.own_acts import OwnActs
from loa.fleet.taken_plan import ALL, check_outputs, take_release, take_releases, write_schedule
from loa.i18n import _
from loa.logs import logger
from loa.stop_file import StopRequest, leave_stop
from loa.store import requests
from loa.store.approvals import approved_copy
from loa.store.asrun import GAP, PLANNED, Row, each_airing, outcomes_after
from loa.store.database import Database, instant
from loa.store.lease import who_is_on_air
from loa.store.requests import AirRequest, EndRequest
from loa.store.tables import logbook
from loa.workspace import Workspace, read_regular

_TICK = 0.1
"""Seconds until a player looks again, if nothing comes before."""
_LOOK_EVERY = 0.5
"""Seconds between two looks whether there is something to tell: each asks the database."""
_STATE_EVERY, _STATE_SOON = 900.0, 2.0
"""Seconds between two messages about the state, so that an idle player sends less than 200 kB a day; after a change."""
_ASK_TIME = (0.0, 2.0, 4.0)
"""When the station's time is asked for, seconds after the line has come: the answer that took least counts."""
_FORGETS = 1.2
"""By so much a longer way counts as good as the best with each question: lines change, and clocks drift on."""
_QUICK = 0.02
"""Seconds in which an answer about the time is always good enough: it is wrong by half of them at most."""
_SLOWEST = 1.0
"""Seconds that an answer about the time may take: it can be wrong by as much."""
_PATIENCE = 3.0
"""Seconds that a player which starts waits for the station's time before it goes by its own clock."""
_AGAIN = 15.0
_MOST = 100
_KEEP = datetime.timedelta(days=2)
_FIRST, _LAST = datetime.datetime.min.replace(tzinfo=datetime.UTC), datetime.datetime.max.replace(tzinfo=datetime.UTC)


class Player:
    """Speaks with the station in a thread of its own; the automation beside it needs no line.

    `link`, `fetcher`: what keeps the line and fetches recordings. The constructor raises PlayerError, WorkspaceError.
    """

    def __init__(
        self,
        workspace: Workspace,
        clock: PlayerClock | None = None,
        link: Callable[..., Link] = Link,
        fetcher: Callable[[Workspace, str, Key, Callable[[], None]], Fetcher] = Fetcher,
    ) -> None:
        self._workspace = workspace
        self._identity = Identity.load(workspace)
        self._key = Key.of(workspace.fleet / "player.key")
        self._station = fingerprint(self._identity.station)
        self._topics = Topics(self._station, self._key.id)
        self.clock = clock or PlayerClock()
        self._plan_raw, self.plan = self._kept_plan()
        check_outputs(workspace)
        write_schedule(workspace, self.plan)
        self._store: Database | None = None
        self._inbox: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self._wake = threading.Event()
        self._fetcher = fetcher(workspace, self._identity.recordings, self._key, self._wake.set)
        self._seen: dict[str, dict[str, Any]] = self._kept_commands()
        self._pending: list[Command] = []
        self._acked = self._kept_number()
        self._sent: tuple[int, float] = (0, float("-inf"))
        self._refused, self._hears_shared = 0, False
        self._nonces: dict[str, float] = {}
        self._best_round = float("inf")
        self._asks: list[float] = []
        self._state_at, self._state = float("-inf"), ""
        self._looked_at = float("-inf")
        self._took_releases: tuple[int, int] | None = None
        self.station: Automation | None = None
        self.acts = OwnActs(workspace, self.clock)
        self._stop, self._told_time = threading.Event(), threading.Event()
        self._line_came_back = threading.Event()
        address = Address(self._identity.broker, self._identity.user, self._identity.password)
        self._link = link(
            address,
            f"loa-{self._key.id}",
            (self._topics.plan, self._topics.command, self._topics.shared, self._topics.told),
            self._received,
            on_line=self._line,
            last_will=(self._topics.line, b"0"),
        )
        self._thread = threading.Thread(target=self._run, name="player", daemon=True)

    def start(self) -> None:
        """Begin; wait a moment for the station's time, so that a wrong clock starts nothing."""
        self._fetcher.start()
        self._link.start()
        self._thread.start()
        self._told_time.wait(_PATIENCE)

    def close(self) -> None:
        """End."""
        self._stop.set()
        self._wake.set()
        self._thread.join(5)
        self._link.publish(self._topics.line, b"0", retain=True)
        self._link.close()
        self._fetcher.close()
        if self._store:
            self._store.close()

    def follow(self, station: Automation) -> None:
        """The automation that airs the plan."""
        self.station = station

    def address_of(self, source: str) -> str | None:
        """Where a live source is opened: only where the station's plan says so."""
        plan = self.plan
        named = (live for broadcast in (plan.broadcasts if plan else ()) for live in broadcast.live)
        return next((live.address for live in named if live.source == source), None)

    # ---- the line

    def _line(self, up: bool) -> None:
        if up:
            self._link.publish(self._topics.line, b"1", retain=True)
            self._line_came_back.set()

    def _received(self, topic: str, payload: bytes) -> None:
        """In the thread of the line: the time is measured at once, the rest is done in the next step."""
        if topic == self._topics.told:
            try:
                told = read(Told, opened(self._identity.station, topic, payload))
            except PlayerError:
                self._refused += 1
                return
            sent = self._nonces.pop(told.nonce or "", None)
            if sent is not None and told.now is not None:
                self._measure(told.now, sent)
        self._inbox.put((topic, payload))
        self._wake.set()

    def _measure(self, station: datetime.datetime, sent: float) -> None:
        took = self.clock.elapsed() - sent
        if took > _SLOWEST or took > max(_QUICK, self._best_round * 1.5):
            return
        self._best_round = min(self._best_round, took)
        here = self.clock.own() - datetime.timedelta(seconds=took / 2)
        self.clock.tell((here - station).total_seconds(), took)
        self._told_time.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(_TICK)
            self._wake.clear()
            try:
                self._step()
            except LoaError as error:
                logger().warning("player", problem=str(error))
                self._stop.wait(1.0)
            except Exception as error:  # noqa: BLE001  the next step may work
                logger().error("player", problem=repr(error))
                self._stop.wait(1.0)

    def _step(self) -> None:
        """Do what is due. Raises StoreError, WorkspaceError, PlayerError."""
        if self._store is None:
            self._store = open_station_store(self._workspace, None)
        if self._line_came_back.is_set():
            self._line_came_back.clear()
            now = self.clock.elapsed()
            self._hears_shared = False
            self._asks, self._best_round = [now + after for after in _ASK_TIME], float("inf")
            self._sent = 0, float("-inf")
        while not self._inbox.empty():
            self._take(*self._inbox.get())
        self._take_over_releases()
        self._carry_out(self.clock.now())
        self.acts.look(self.station)
        now = self.clock.elapsed()
        if now - self._looked_at >= _LOOK_EVERY or (self._asks and now >= self._asks[0]):
            self._looked_at = now
            self._tell_outcomes()
            self._tell_state()

    def _take(self, topic: str, payload: bytes) -> None:
        try:
            body = opened(self._identity.station, topic, payload)
            if topic == self._topics.plan:
                self._take_plan(read(Plan, body), payload)
            elif topic == self._topics.command:
                self._take_command(read(Command, body))
            elif topic == self._topics.shared:
                command, self._hears_shared = read(Command, body), True
                if self._key.id in command.to:
                    self._take_command(command)
            elif topic == self._topics.told:
                told = read(Told, body)
                if told.through is not None:
                    self._acknowledge(told.through)
                self.acts.forget(told.acts)
        except PlayerError as error:
            self._refused += 1
            logger().warning("player", topic=topic, problem=str(error))

    # ---- the plan

    def _take_plan(self, plan: Plan, raw: bytes) -> None:
        """Take over a plan that is newer than ours. Raises WorkspaceError, PlayerError."""
        if self.plan and plan.number <= self.plan.number:
            if plan.number < self.plan.number:
                self._refused += 1
                logger().warning("player", problem="an old plan", number=plan.number)
            return
        write_atomic(self._workspace.fleet / "plan.json", raw)
        self._plan_raw, self.plan = raw, plan
        logger().info("plan", number=plan.number, broadcasts=len(plan.broadcasts))
        if plan.revoked:
            self._pending.clear()
            leave_stop(self._workspace, StopRequest(by=_("the station")))
        write_schedule(self._workspace, plan)
        self._took_releases = None
        self._state = ""

    def _kept_plan(self) -> tuple[bytes, Plan | None]:
        """The plan of before; what was changed on the disk does not count."""
        try:
            raw = read_regular(self._workspace.fleet / "plan.json")
            return raw, read(Plan, opened(self._identity.station, self._topics.plan, raw))
        except (OSError, PlayerError):
            return b"", None

    def _take_over_releases(self) -> None:
        """Have the plan's releases in force, again when a recording has come; fetch what is missing."""
        assert self._store is not None
        plan = self.plan
        if plan is None:
            return
        missing = len(self._fetcher.missing())
        if self._took_releases == (plan.number, missing):
            return
        newer = [entry for entry in self._seen.values() if entry.get("number", 0) > plan.number]
        keep = {(entry["bulletin"], entry["sha256"]) for entry in newer if "bulletin" in entry}
        keep |= {(c.release.bulletin, c.release.sha256) for c in self._pending if c.release}
        take_releases(self._workspace, self._store, plan, keep, self.clock.now())
        self._want()
        self._took_releases = plan.number, len(self._fetcher.missing())

    def _want(self) -> None:
        asked = [command.release for command in self._pending if command.release]
        self._fetcher.want([*asked, *(self.plan.releases if self.plan else ())])

    # ---- commands

    def _take_command(self, command: Command) -> None:
        """Take a command once, while it is valid. Raises WorkspaceError."""
        name = _name_of(command)
        now = self.clock.now()
        if name in self._seen or any(_name_of(one) == name for one in self._pending):
            return
        if now > command.expires or (self.plan and self.plan.revoked):
            self._refused += 1
            logger().warning("player", problem="a command that is no longer valid", command=name)
            return
        if command.verb in {"test", "restart"}:
            self._remember(name, command)
            self.acts.do(command, self.station)
        elif command.verb == "stop":
            self.acts.silence()
            stop = StopRequest.from_json(json.dumps(command.request))
            for waiting in self._pending:
                self._ask(waiting)
            self._pending.clear()
            leave_stop(self._workspace, stop)
            moment = now.timestamp()
            with contextlib.suppress(OSError):  # taken already
                os.utime(self._workspace.stop_file, (moment, moment))
            self._remember(name, command)
        elif command.verb == "end":
            self._end(command)
            self._remember(name, command)
        else:
            self._pending.append(command)
            self._want()

    def _end(self, command: Command) -> None:
        """What no longer counts is ended by the automation; what still waits for its recording, too, with its outcome.

        Raises StoreError, WorkspaceError.
        """
        assert self._store is not None
        try:
            ends = requests.make_request(EndRequest, command.request)
        except RequestError as error:
            logger().warning("player", problem=str(error))
            return
        for waiting in [one for one in self._pending if one.request.get("airing") in ends.airings]:
            self._ask(waiting)
            self._pending.remove(waiting)
        requests.ask(self._store, ends, command.at)

    def _carry_out(self, now: datetime.datetime) -> None:
        """Ask the automation for what its recording is there for. Raises StoreError, WorkspaceError."""
        for command in list(self._pending):
            if now > command.expires or not command.release:
                self._pending.remove(command)
            elif approved_copy(self._workspace, command.release.sha256).is_file():
                self._ask(command)
                self._pending.remove(command)
                self._want()

    def _ask(self, command: Command) -> None:
        assert self._store is not None
        release = command.release
        if release is None:
            return
        try:
            values = {**command.request, "outputs": [ALL], "begins": command.begins}
            wanted = requests.make_request(AirRequest, values)
        except RequestError as error:
            logger().warning("player", problem=str(error))
            return
        if wanted.bulletin != release.bulletin:
            self._refused += 1
            return
        take_release(self._workspace, self._store, release)
        requests.ask(self._store, wanted, command.at)
        if self.station:
            self.station.wake.set()
        self._remember(_name_of(command), command)

    def _remember(self, name: str, command: Command) -> None:
        """Never again, also after a restart: it is remembered until long after it is void."""
        entry: dict[str, Any] = {"number": command.number, "expires": command.expires.isoformat()}
        if command.release:
            entry |= {"bulletin": command.release.bulletin, "sha256": command.release.sha256}
        self._seen[name] = entry
        old = self.clock.now() - _KEEP
        kept = {n: e for n, e in self._seen.items() if datetime.datetime.fromisoformat(e["expires"]) > old}
        self._seen = kept
        write_atomic(self._workspace.fleet / "commands.json", json.dumps(kept))

    def _kept_commands(self) -> dict[str, dict[str, Any]]:
        try:
            found = json.loads(read_regular(self._workspace.fleet / "commands.json"))
            return found if isinstance(found, dict) else {}
        except (OSError, ValueError):
            return {}

    # ---- what we tell

    def _acknowledge(self, through: int) -> None:
        if through != self._acked:
            self._acked = through
            write_atomic(self._workspace.fleet / "acked", f"{through}\n")
            self._sent = 0, float("-inf")

    def _kept_number(self) -> int:
        try:
            return int(read_regular(self._workspace.fleet / "acked"))
        except (OSError, ValueError):
            return 0

    def _tell_outcomes(self) -> None:
        """Tell the outcomes that the station has not confirmed; again until it has. Raises StoreError."""
        assert self._store is not None
        if not self._link.up:
            return
        found = outcomes_after(self._store, self._acked, _MOST)
        if not found:
            return
        through = found[-1].seq
        if self._sent[0] == through and self.clock.elapsed() - self._sent[1] < _AGAIN:
            return
        told: list[PlayerRow] = []
        for row in found:
            its = [_row(one) for one in each_airing([row], _FIRST, _LAST)]
            if told and len(told) + len(its) > 2 * _MOST:
                break
            told += its[: 2 * _MOST]
            through = row.seq
        outcomes = Outcomes(
            through=through, head=next(row.hash for row in found if row.seq == through), rows=tuple(told)
        )
        self._link.publish(
            self._topics.outcomes, self._key.sign(self._topics.outcomes, outcomes.model_dump(mode="json"))
        )
        self._sent = found[-1].seq, self.clock.elapsed()

    def _tell_state(self) -> None:
        """Tell how we are, four times an hour and when that changes; ask for the time with it. Raises StoreError."""
        if not self._link.up:
            return
        now = self.clock.elapsed()
        asks = bool(self._asks and now >= self._asks[0])
        if not asks and now - self._state_at < _STATE_SOON:
            return
        state = self._how_we_are()
        says = state.model_dump_json(include={"plan", "waiting", "doubt", "refused", "seq", "done"})
        since = now - self._state_at
        if not asks and since < _STATE_EVERY and says == self._state:
            return
        if asks or since >= _STATE_EVERY:
            del self._asks[:1]
            self._best_round *= _FORGETS
        nonce = os.urandom(8).hex()
        self._nonces = {n: at for n, at in self._nonces.items() if now - at < 10 * _SLOWEST}
        state = state.model_copy(update={"nonce": nonce})
        raw = self._key.sign(self._topics.state, state.model_dump(mode="json", exclude_defaults=True))
        self._nonces[nonce] = self.clock.elapsed()
        self._link.publish(self._topics.state, raw)
        self._state_at, self._state = now, says

    def _how_we_are(self) -> State:
        assert self._store is not None
        running: Mapping[str, Any] = who_is_on_air(self._store) or {}
        last = select(func.max(logbook.c.seq)).where(logbook.c.kind.in_(PLANNED), logbook.c.void.is_(None))
        resolved = running.get("resolved_until")  # read before the last row: what is before it stands in these rows
        with self._store.read() as connection:
            seq = connection.execute(last).scalar() or 0
        return State(
            version=__version__,
            plan=self.plan.number if self.plan else 0,
            offset=self.clock.offset,
            ntp=self.clock.by_ntp(),
            disk=shutil.disk_usage(self._workspace.root).free,
            volume=self.plan.volume if self.plan else 100,
            waiting=len(self._fetcher.missing()),
            seq=seq,
            resolved=instant(resolved) if resolved else None,
            doubt=self.station.doubt if self.station else None,
            refused=self._refused + self._fetcher.refused,
            done=self.acts.told(),
            shared=self._hears_shared,
        )


def run(workspace: Workspace) -> bool:
    """Air the plan until SIGINT or SIGTERM, or until the station asks it to start again; return whether it does.

    Raises PlayerError, WorkspaceError, ScheduleError, StoreError.
    """
    with ending.when_asked() as stop:
        player = Player(workspace)
        player.start()

        def watch(station: Automation) -> None:
            player.follow(station)
            if player.acts.again.is_set():
                stop.set()

        try:
            service.run(workspace, clock=player.clock, progress=watch, stop=stop, address_of=player.address_of)
        finally:
            player.close()
        return player.acts.again.is_set()


def _name_of(command: Command) -> str:
    """What makes a command the same when it comes again: an emergency's airing; the moment of a STOP."""
    if command.verb == "air":
        return f"air {command.request.get('airing')}"
    return f"{command.verb} {command.at.isoformat()}"


def _row(row: Row) -> PlayerRow:
    return PlayerRow(
        airing=row.airing or "",
        broadcast=row.broadcast,
        commune=row.commune,
        planned=row.planned,
        started=row.started,
        ended=None if row.kind == GAP else row.ended,
        outcome=row.outcome or "missed",
        reason=(row.reason or "")[:2000] or None,
        bulletin=row.bulletin,
        sha256=row.sha256,
        seq=row.seq,
    )
