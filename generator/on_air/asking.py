"""`loa air` and `loa stop`: asked of the process that is on air; where there is none, `air` plays by itself."""

import datetime
import threading
import time
from collections.abc import Mapping
from typing import Any

from generator.approval import Recording
from generator.errors import Finding, PlayoutError
from generator.i18n import _
from generator.logbook import outcome_of
from generator.on_air import desk
from generator.on_air.lease import who_is_on_air
from generator.on_air.records import keep_records
from generator.on_air.station import Station
from generator.on_air.timing import Timing
from generator.playout import RealClock
from generator.schedule import UTC, Schedule
from generator.schedule.airing import airing_id
from generator.store import Store
from generator.workspace import Workspace

_ANSWER = 5.0
"""Seconds in which a living station takes a request."""


def air(
    workspace: Workspace,
    store: Store,
    recording: Recording,
    outputs: tuple[str, ...],
    *,
    by: str = "",
    now: bool = False,
    times: int = 1,
    pause: str = "30s",
    resume: bool | None = None,
    interrupted: threading.Event | None = None,
) -> str:
    """Put `recording` on `outputs` and wait for the outcome, which is returned.

    `now`: cut what is on air there (an emergency); else it waits for its turn. `times`, `pause`: said again.
    `resume`: whether what is cut goes on afterwards (None: as its broadcast says). Raises PlayoutError (an output
    that the schedule does not know), ScheduleError, StoreError.
    """
    schedule = Schedule.load(workspace)
    unknown = [name for name in outputs if name not in schedule.outputs]
    if unknown:
        message = _("There is no output “{name}”.").format(name=", ".join(unknown))
        mend = _("Choose: {list}").format(list=", ".join(schedule.outputs))
        raise PlayoutError(Finding("output.unknown", message, mend))
    moment = datetime.datetime.now(UTC)
    payload: dict[str, Any] = {
        "airing": airing_id(f"air:{recording.id}", moment),
        "bulletin": recording.id,
        "outputs": list(outputs),
        "by": by,
        "now": now,
        "times": times,
        "pause": pause,
        "resume": resume,
    }
    interrupted = interrupted or threading.Event()
    if who_is_on_air(store):
        number = desk.ask(store, "air", payload, moment)
        if _taken(store, number):
            return _outcome(store, payload["airing"], interrupted)
    return _alone(workspace, store, payload, interrupted)


def stop(store: Store, by: str = "") -> bool:
    """Silence at once on whatever process is on air; False where there is none. Raises StoreError."""
    if not who_is_on_air(store):
        return False
    return _taken(store, desk.ask(store, "stop", {"by": by}, datetime.datetime.now(UTC)))


def _taken(store: Store, number: int) -> bool:
    end = time.monotonic() + _ANSWER
    while time.monotonic() < end:
        if desk.taken(store, number):
            return True
        time.sleep(0.1)
    return False


def _outcome(store: Store, airing: str, interrupted: threading.Event) -> str:
    while (found := outcome_of(store, airing)) is None and not interrupted.wait(0.2):
        pass
    return found or ""


def _alone(workspace: Workspace, store: Store, payload: Mapping[str, Any], interrupted: threading.Event) -> str:
    """No `loa run` here: be the station for this one airing. The schedule is left to the next `loa run`."""
    keep_records(workspace)
    station = Station(workspace, store, RealClock(), Timing(), only_requests=True)
    try:
        station.step()
        station.air(payload, datetime.datetime.now(UTC))
        while station.stage.live and not interrupted.wait(0.2):
            station.step()
    finally:
        station.close()
    return outcome_of(store, str(payload["airing"])) or ""
