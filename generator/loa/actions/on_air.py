"""Play a bulletin now, and stop the sound: asked of the process that is on air."""

import contextlib
import datetime
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from typing import Literal

from loa.errors import Finding, RequestError, StoreError, WorkspaceError
from loa.i18n import _
from loa.schedule import UTC, Schedule
from loa.schedule.airings import airing_id
from loa.store import requests
from loa.store.approvals import approved, recordings
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.store.requests import AirRequest, StopRequest, make_request
from loa.workspace import Workspace

Stopped = Literal["stopped", "unanswered", "nobody"]
"""What came of a STOP: there is silence; the station does not answer; there is no station on air."""
_ANSWER = 5.0
"""Seconds in which a living station takes a request."""
_OBEYED = 3.0
"""Seconds in which a living station sees the file that asks for silence."""
_LOOK = 0.05


def new_air_request(
    schedule: Schedule | None,
    *,
    bulletin: str,
    outputs: Sequence[str],
    by: str,
    now: bool = False,
    times: int = 1,
    pause: str = "30s",
    resume: bool | None = None,
) -> AirRequest:
    """The checked wish to put `bulletin` on `outputs` of the schedule (None where schedule.yaml cannot be used).

    `now`: cut what is on air there (an emergency); else it waits for its turn. `times`, `pause`: said again.
    `resume`: whether what is cut goes on afterwards (None: as its broadcast says). Raises RequestError with every
    problem, each at its field.
    """
    if schedule is None:
        raise RequestError(Finding("schedule.broken", _("schedule.yaml has errors. Mend them first.")))
    airing = f"{airing_id(f'air:{bulletin[-140:]}', datetime.datetime.now(UTC))}-{secrets.token_hex(2)}"
    values = {
        "airing": airing,
        "bulletin": bulletin,
        "outputs": list(dict.fromkeys(outputs)),
        "by": by,
        "now": now,
        "times": times,
        "pause": pause,
        "resume": resume,
    }
    problems: list[Finding] = []
    if not outputs:
        problems.append(Finding("output.none", _("Choose at least one loudspeaker."), file="outputs"))
    try:
        request = make_request(AirRequest, values)
    except RequestError as error:
        problems += [finding for finding in error.findings if outputs or finding.file != "outputs"]
    if not any(finding.file == "outputs" for finding in problems):
        problems += _output_problems(schedule, outputs)
    if problems:
        raise RequestError(problems)
    return request


def play(workspace: Workspace, store: Database, request: AirRequest) -> None:
    """Have the station on air play an approved bulletin now.

    Raises RequestError (not approved, no station on air), StoreError.
    """
    recording = next((found for found in recordings(workspace) if found.id == request.bulletin), None)
    if recording is None or not approved(store, recording.id, recording.sha256):
        message = _("Choose a bulletin that is signed.")
        raise RequestError(Finding("approval.none", message, file="bulletin"))
    require_station(store)
    requests.ask(store, request, datetime.datetime.now(UTC))


def stop(workspace: Workspace, store: Database | None, by: str) -> Stopped:
    """Silence at once, and wait until the station has obeyed. `store`: None where it cannot be opened.

    On this computer the station is asked by a file: no locked database delays it. A station that shares its database
    with this computer, and runs on another one, is asked through the database. Raises RequestError (an odd name),
    StoreError.
    """
    request = make_request(StopRequest, {"by": by})
    try:
        holder = who_is_on_air(store) if store else None
    except StoreError:
        store = holder = None
    if store is None:
        return "stopped" if _obeyed_by_file(workspace, request) else "unanswered"
    if holder is None:
        return "nobody"
    if holder["host"] == socket.gethostname() and _obeyed_by_file(workspace, request):
        return "stopped"
    number = requests.ask(store, request, datetime.datetime.now(UTC))
    return "stopped" if taken_soon(store, number) else "unanswered"


def stopped_text(done: Stopped) -> str:
    """What came of a STOP, in words."""
    return {
        "stopped": _("Stopped."),
        "nobody": _("Nothing is on air here."),
        "unanswered": _("The station does not answer; the sound may go on. Switch the amplifier off."),
    }[done]


def require_station(store: Database) -> None:
    """Raises RequestError where no `loa run` is on air here; StoreError."""
    if not who_is_on_air(store):
        raise RequestError(Finding("station.none", not_running()))


def not_running() -> str:
    """What to do where no `loa run` is on air."""
    return _("The station is not running: nothing goes on air. Start “loa run” on the computer with the loudspeakers.")


def taken_soon(store: Database, number: int) -> bool:
    """Wait until the station has taken request `number`; False where it does not answer. Raises StoreError."""
    return _wait_until(lambda: requests.taken(store, number), _ANSWER)


def _wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not (holds := condition()) and time.monotonic() < end:
        time.sleep(_LOOK)
    return holds


def _obeyed_by_file(workspace: Workspace, request: StopRequest) -> bool:
    with contextlib.suppress(WorkspaceError):  # a full or read-only disk: the database may still take the request
        requests.leave_stop(workspace, request)
        return _wait_until(lambda: not workspace.stop_file.exists(), _OBEYED)
    return False


def _output_problems(schedule: Schedule, outputs: Sequence[str]) -> list[Finding]:
    unknown = [name for name in outputs if name.strip() not in schedule.outputs]
    if not unknown:
        return []
    message = _("There is no output “{name}”.").format(name=", ".join(unknown))
    fix = _("Choose: {list}").format(list=", ".join(schedule.outputs))
    return [Finding("output.unknown", message, fix, file="outputs")]
