"""`loa air`: play to the end, through the station on air; where there is none, be the station for this one airing."""

import datetime
import time
from collections.abc import Callable

from loa.actions.on_air import taken_soon
from loa.automation.intervals import Timing
from loa.clock import RealClock
from loa.errors import Finding, PlayoutError
from loa.i18n import _
from loa.logs import write_log_file
from loa.schedule import UTC
from loa.store import requests
from loa.store.asrun import outcome_of
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.store.requests import AirRequest
from loa.workspace import Workspace

_GONE = 60.0
"""Seconds without any station after which nobody will tell the outcome any more."""
Watch = Callable[[int], None]


def play_to_end(workspace: Workspace, store: Database, request: AirRequest, watch: Watch = lambda _number: None) -> str:
    """Put a bulletin on air and wait for its outcome, which is returned.

    The request is taken by whichever process has the lease, once: by the station on air, or by this one where none
    answers. `watch`: called a few times a second with the number of the request. Raises PlayoutError (the station does
    not answer, or was stopped), ScheduleError, StoreError.
    """
    number = requests.ask(store, request, datetime.datetime.now(UTC))
    if not (who_is_on_air(store) and taken_soon(store, number)):
        _be_the_station(workspace, store, number, request.airing, watch)
    return _outcome(store, number, request.airing, watch)


def _outcome(store: Database, number: int, airing: str, watch: Watch) -> str:
    seen = time.monotonic()
    while (found := outcome_of(store, airing)) is None:
        watch(number)
        if who_is_on_air(store):
            seen = time.monotonic()
        elif time.monotonic() - seen > _GONE:
            message = _("The station was stopped before it could tell what became of it.")
            raise PlayoutError(Finding("station.gone", message, _("Look at the log: loa log")))
        time.sleep(0.2)
    watch(number)
    return found


def _be_the_station(workspace: Workspace, store: Database, number: int, airing: str, watch: Watch) -> None:
    """Answer the request, and what else is asked meanwhile, until its outcome is there; or until another process has
    taken it. The schedule is left to the next `loa run`. Nothing is played without the lease.
    """
    from loa.automation.station import Automation  # numpy and the players, 0.25 s: first somebody else is asked

    write_log_file(workspace)
    timing = Timing()
    station = Automation(workspace, store, RealClock(), timing, only_requests=True)
    try:
        patience = time.monotonic() + timing.stale + 2 * timing.heartbeat
        while station.controller.live or outcome_of(store, airing) is None:
            station.step()
            watch(number)
            if not station.lease.holds:
                if requests.taken(store, number):
                    return
                if time.monotonic() > patience and requests.take_back(store, number, datetime.datetime.now(UTC)):
                    message = _("Another process is on air here, and does not take the request.")
                    raise PlayoutError(Finding("station.silent", message, _("Stop it, or wait until it answers.")))
            time.sleep(0.2)
    finally:
        station.close()
