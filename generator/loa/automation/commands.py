"""`loa air` and `loa stop`: send a request to the process that is on air; without one, `air` plays by itself."""

import datetime
import threading
import time
from collections.abc import Mapping
from typing import Any

from loa.automation.station import Automation
from loa.automation.timing import Timing
from loa.clock import RealClock
from loa.errors import Finding, PlayoutError, StoreError
from loa.i18n import _
from loa.logs import write_log_file
from loa.schedule import UTC
from loa.schedule.airings import airing_id
from loa.schedule.loader import load_schedule
from loa.store import requests
from loa.store.approvals import BulletinFile
from loa.store.asrun import outcome_of
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.workspace import Workspace

_ANSWER = 5.0
"""Seconds within which a running station accepts a request."""


def air(
    workspace: Workspace,
    store: Database,
    recording: BulletinFile,
    outputs: tuple[str, ...],
    *,
    by: str = "",
    now: bool = False,
    times: int = 1,
    pause: str = "30s",
    resume: bool | None = None,
    interrupted: threading.Event | None = None,
) -> str:
    """Air `recording` on `outputs`, wait for the outcome and return it.

    `now`: interrupt what is on air there (an emergency); otherwise it waits. `times`, `pause`: repetitions. `resume`:
    whether interrupted airings continue afterwards (None: as their broadcast says). Raises PlayoutError (unknown
    output), ScheduleError, StoreError.
    """
    schedule = load_schedule(workspace)
    unknown = [name for name in outputs if name not in schedule.outputs]
    if unknown:
        message = _("There is no output “{name}”.").format(name=", ".join(unknown))
        fix = _("Choose: {list}").format(list=", ".join(schedule.outputs))
        raise PlayoutError(Finding("output.unknown", message, fix))
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
        number = requests.ask(store, "air", payload, moment)
        if _taken(store, number):
            return _outcome(store, payload["airing"], interrupted)
    return _alone(workspace, store, payload, interrupted)


def stop(workspace: Workspace, store: Database, by: str = "") -> bool:
    """Ask the process that is on air to stop all sound. Return False if there is none. Raises StoreError."""
    try:
        if not who_is_on_air(store):
            return False
    except StoreError:
        pass  # the database is locked: whoever is on air may still take it
    number = requests.ask_stop(store, workspace.stop_file, by, datetime.datetime.now(UTC))
    return number == 0 or _taken(store, number)


def _taken(store: Database, number: int) -> bool:
    end = time.monotonic() + _ANSWER
    while time.monotonic() < end:
        if requests.taken(store, number):
            return True
        time.sleep(0.1)
    return False


def _outcome(store: Database, airing: str, interrupted: threading.Event) -> str:
    while (found := outcome_of(store, airing)) is None and not interrupted.wait(0.2):
        pass
    return found or ""


def _alone(workspace: Workspace, store: Database, payload: Mapping[str, Any], interrupted: threading.Event) -> str:
    """Run a station for this one airing, because no `loa run` is on air. The schedule is not followed."""
    write_log_file(workspace)
    station = Automation(workspace, store, RealClock(), Timing(), only_requests=True)
    try:
        station.step()
        station.air(payload, datetime.datetime.now(UTC))
        while station.controller.live and not interrupted.wait(0.2):
            station.step()
    finally:
        station.close()
    return outcome_of(store, str(payload["airing"])) or ""
