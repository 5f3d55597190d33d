"""A player does what its station asks beside the plan: it sounds the chime, or starts again."""

import datetime
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from loa.automation.station import Automation
from loa.clock import Clock
from loa.errors import LoaError
from loa.files import write_atomic
from loa.fleet.messages import Command, Done
from loa.fleet.taken_plan import ALL
from loa.logs import logger
from loa.playout.trial import Chime, play_on
from loa.schedule.outputs import AnyOutput
from loa.workspace import Workspace, read_regular

_MOST = 5
_STARTING_AGAIN = "starting again"
_SOON = 30.0
"""Seconds before an airing in which its outputs are left to it."""
_AHEAD = 10.0
"""Seconds that the chime may wait for its common moment: more, and a clock was set."""


class OwnActs:
    """`again` is set where the player is to start again. The results stay on the disk until the station knows them."""

    def __init__(self, workspace: Workspace, clock: Clock) -> None:
        self._workspace, self._clock = workspace, clock
        self._file = workspace.fleet / "acts.json"
        self._stop = threading.Event()
        self._done: dict[int, Done] = {}
        self._lock = threading.Lock()
        self.again = threading.Event()
        for number, result, note in self._kept():
            done = result == _STARTING_AGAIN
            self._done[number] = Done(act=number, result="done" if done else result, note=note)

    def told(self) -> tuple[Done, ...]:
        """The results that the station does not know yet."""
        with self._lock:
            return tuple(self._done.values())

    def forget(self, numbers: Iterable[int]) -> None:
        """The station knows them. Raises WorkspaceError."""
        with self._lock:
            known = self._done.keys() & set(numbers)
            for number in known:
                del self._done[number]
        if known:
            self._keep()

    def silence(self) -> None:
        """STOP, or something goes on air: the chime ends."""
        self._stop.set()

    def look(self, station: Automation | None) -> None:
        """End the chime where something is about to sound; called a few times a second."""
        if _is_busy(station, self._clock.now()):
            self.silence()

    def do(self, command: Command, station: Automation | None) -> None:
        """Do what `command` asks, or say why not. Raises WorkspaceError."""
        number, now = int(command.request.get("act", 0)), self._clock.now()
        if _is_busy(station, now):
            self._note(Done(act=number, result="on-air"))
        elif command.verb == "restart":
            self._keep((number, _STARTING_AGAIN, ""))
            self.again.set()
        elif station:
            lines = station.schedule_watch.schedule.lines((ALL,))
            allowed = {name: station.schedule_watch.schedule.limit_of(name, now) for name in lines}
            heard = {
                name: line.model_copy(update={"volume": min(line.volume, 200 if limit is None else limit)})
                for name, line in lines.items()
                if (limit := allowed[name]) != 0
            }
            if not heard:
                self._note(Done(act=number, result="quiet"))
                return
            self._stop.clear()
            waits = (command.begins - now).total_seconds() if command.begins else 0.0
            begins = command.begins if 0 < waits < _AHEAD else now
            threading.Thread(target=self._chime, args=(number, heard, begins), name="chime", daemon=True).start()

    def _chime(self, number: int, outputs: Mapping[str, AnyOutput], begins: datetime.datetime) -> None:
        chime, problems = Chime(), dict[str, str]()

        def play(name: str, output: AnyOutput) -> None:
            try:
                remaining: Callable[[], float] = lambda: (begins - self._clock.now()).total_seconds()  # noqa: E731
                play_on(name, output, chime, self._clock, self._workspace.root, remaining=remaining, stop=self._stop)
            except LoaError as error:
                problems[name] = error.reason
            except Exception as error:  # noqa: BLE001  whoever asked hears of it
                problems[name] = f"{type(error).__name__}: {error}"

        players = [threading.Thread(target=play, args=one, daemon=True) for one in outputs.items()]
        for thread in players:
            thread.start()
        for thread in players:
            thread.join()
        if self._stop.is_set():
            result = Done(act=number, result="on-air")
        elif problems:
            said = "; ".join(f"{name}: {why}" for name, why in sorted(problems.items()))
            result = Done(act=number, result="failed", note=said[:500])
        else:
            result = Done(act=number, result="done")
        try:
            self._note(result)
        except LoaError as error:
            logger().warning("player", problem=str(error))

    def _note(self, done: Done) -> None:
        self._keep((done.act, done.result, done.note))  # on the disk before it is told
        with self._lock:
            self._done[done.act] = done
            for old in list(self._done)[:-_MOST]:
                del self._done[old]

    def _keep(self, *more: tuple[int, str, str]) -> None:
        found = [(one.act, one.result, one.note) for one in self.told()]
        write_atomic(self._file, json.dumps([*found, *more]))

    def _kept(self) -> list[tuple[int, Any, str]]:
        try:
            return [(int(number), result, str(note)) for number, result, note in json.loads(read_regular(self._file))]
        except (OSError, ValueError, TypeError):
            return []


def _is_busy(station: Automation | None, now: datetime.datetime) -> bool:
    """Whether something is on air, or is about to be; or nobody knows yet."""
    if station is None:
        return True
    soon = now + datetime.timedelta(seconds=_SOON)
    return any(not one.airing.broadcast or one.airing.planned < soon for one in list(station.controller.live.values()))
