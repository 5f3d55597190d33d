"""`loa air`: play to the end, through the station on air; where there is none, be the station for this one airing."""

import datetime
import time

from loa.actions.on_air import taken_soon
from loa.automation.station import Automation
from loa.automation.timing import Timing
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


def play_to_end(workspace: Workspace, store: Database, request: AirRequest) -> str:
    """Put a bulletin on air and wait for its outcome, which is returned.

    Raises PlayoutError (the station does not answer, or was stopped), ScheduleError, StoreError.
    """
    if who_is_on_air(store):
        number = requests.ask(store, request, datetime.datetime.now(UTC))
        if taken_soon(store, number) or not requests.take_back(store, number, datetime.datetime.now(UTC)):
            return _outcome(store, request.airing)
    return _alone(workspace, store, request)


def _outcome(store: Database, airing: str) -> str:
    seen = time.monotonic()
    while (found := outcome_of(store, airing)) is None:
        if who_is_on_air(store):
            seen = time.monotonic()
        elif time.monotonic() - seen > _GONE:
            message = _("The station was stopped before it could tell what became of it.")
            raise PlayoutError(Finding("station.gone", message, _("Look at the log: loa log")))
        time.sleep(0.2)
    return found


def _alone(workspace: Workspace, store: Database, request: AirRequest) -> str:
    """The schedule is left to the next `loa run`. Nothing is played without the lease."""
    write_log_file(workspace)
    timing = Timing()
    station = Automation(workspace, store, RealClock(), timing, only_requests=True)
    try:
        patience = time.monotonic() + timing.stale + 2 * timing.heartbeat
        while not _is_on_air(station):
            if time.monotonic() > patience:
                message = _("Another process is on air here, and does not take the request.")
                raise PlayoutError(Finding("station.silent", message, _("Stop it, or wait until it answers.")))
            time.sleep(0.2)
        station.put_on_air(request, datetime.datetime.now(UTC))
        while station.controller.live:
            time.sleep(0.2)
            station.step()
    finally:
        station.close()
    return outcome_of(store, request.airing) or ""


def _is_on_air(station: Automation) -> bool:
    station.step()
    return station.lease.holds
