"""What the process on air does beside the sound: tries outputs that rest, makes room, sends alarms.

A process that stands by does none of it: an alarm would go out twice, and a port would be taken from under the other.
"""

import datetime
import time

from generator.errors import PlayoutError
from generator.on_air.driver import Driver
from generator.on_air.pruning import prune
from generator.on_air.sending import Sender
from generator.on_air.station import Station
from generator.playout.lines import stand_by
from generator.playout.readiness import not_ready
from generator.schedule.outputs import AnyOutput
from generator.store import Store
from generator.workspace import Workspace

_BEAT = 2.0
_TRY = 60.0
"""Seconds between two tries of the outputs."""
_ROOM = 3600.0
"""Seconds between two looks for recordings that nothing needs any more."""


class Chores:
    """`store`: a connection of their own, for they may wait for the database; the station may not."""

    def __init__(self, workspace: Workspace, station: Station, store: Store) -> None:
        self._workspace, self._station, self._store = workspace, station, store
        self._sender = Sender(store)
        self._tried = float("-inf")

    def add_to(self, driver: Driver) -> None:
        """Let `driver` do them, each in its own time."""
        driver.add("outputs", _BEAT, self._try_outputs)
        driver.add("room", _ROOM, self._make_room)
        driver.add("alarms", _BEAT, self._send_alarms)

    def _try_outputs(self) -> None:
        """Once a minute, and at once when this process has come on air."""
        if not self._station.lease.holds:
            self._tried = float("-inf")
        elif time.monotonic() - self._tried > _TRY:
            self._tried = time.monotonic()
            outputs = self._station.keeper.schedule.outputs
            self._station.outputs_tried({name: self._trouble(name, output) for name, output in outputs.items()})

    def _trouble(self, name: str, output: AnyOutput) -> str | None:
        """Why it could not be played to now, None if it could. What loudspeakers pull from is opened on the way."""
        try:
            stand_by(name, output)
        except PlayoutError as error:
            return error.findings[0].message
        return not_ready(output, self._workspace.root)

    def _make_room(self) -> None:
        """Only while the clock is sure and nothing is on air."""
        station = self._station
        if station.lease.holds and station.doubt is None and not station.stage.live:
            prune(self._workspace, self._store, datetime.datetime.now(datetime.UTC))

    def _send_alarms(self) -> None:
        if self._station.lease.holds:
            self._sender.deliver(self._station.keeper.schedule.alerts)
