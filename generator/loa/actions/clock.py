"""A person looks at a watch and says that the computer's clock is right."""

import datetime

from loa.actions.alarms import clear_alarms
from loa.actions.on_air import require_station, taken_soon
from loa.errors import Finding, RequestError
from loa.i18n import _
from loa.schedule import UTC
from loa.store import requests
from loa.store.alarms import open_alarms
from loa.store.database import Database
from loa.store.requests import ClockRequest, make_request

_SHOWN = datetime.timedelta(minutes=15)
"""How long after it was shown a time may be confirmed."""


def confirm_clock(store: Database, by: str, shown: datetime.datetime | None = None) -> None:
    """Let the station on air go by the computer's clock; its alarms about the clock are answered with that. `shown`:
    the time that the person was shown.

    Raises RequestError (no station on air, it does not answer, the clock was set meanwhile), StoreError.
    """
    request, now = make_request(ClockRequest, {"by": by}), datetime.datetime.now(UTC)
    if shown and abs(now - shown) > _SHOWN:
        raise RequestError(Finding("clock.moved", _("The clock was set meanwhile. Look at it again.")))
    require_station(store)
    if not taken_soon(store, requests.ask(store, request, now)):
        raise RequestError(Finding("station.silent", _("The station does not answer.")))
    for alarm in open_alarms(store):
        if alarm.kind == "clock":
            clear_alarms(store, alarm.event)
