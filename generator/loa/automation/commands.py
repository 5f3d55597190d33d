"""What other processes ask of the station on air, answered in every step: silence first, then what is to be played."""

import datetime
import traceback

from loa.automation.controller import Controller
from loa.automation.dispatcher import Dispatcher
from loa.automation.outcomes import OutcomeWriter
from loa.errors import StoreError
from loa.i18n import _
from loa.logs import logger
from loa.store import requests
from loa.store.asrun import NewRow
from loa.store.database import Database
from loa.store.requests import AirRequest, AnyRequest, StopRequest, TakenRequest
from loa.workspace import Workspace


class Commands:
    """`workspace`: where a STOP may lie as a file; None if nobody but the database is obeyed (a rehearsal)."""

    def __init__(
        self,
        workspace: Workspace | None,
        store: Database,
        controller: Controller,
        dispatcher: Dispatcher,
        outcomes: OutcomeWriter,
    ) -> None:
        self._workspace, self._store = workspace, store
        self._controller, self._dispatcher, self._outcomes = controller, dispatcher, outcomes
        self._stopped: TakenRequest | None = None
        self._log = logger()

    def begin(self) -> None:
        """This process has come on air: a STOP of before was not meant for it."""
        if self._workspace:
            requests.take_stop(self._workspace)

    def serve(self, now: datetime.datetime, holder: str) -> None:
        """Answer everything that waits; a request that fails does not take the others with it."""
        stop = requests.take_stop(self._workspace) if self._workspace else None
        waiting = [stop] if stop else []
        try:
            waiting += requests.take(self._store, now)
        except StoreError as error:
            self._log.warning("store", problem=str(error))
        for found in waiting:
            try:
                self._answer(found, now, holder)
            except Exception as error:  # noqa: BLE001  whatever it is, the next one may be a STOP
                self._log.error("request", number=found.id, problem=repr(error))
                self._log.info("request", number=found.id, trace=traceback.format_exc())
                self._refuse(found, _("Loa itself failed: {problem}").format(problem=repr(error)), now)

    def _answer(self, found: TakenRequest, now: datetime.datetime, holder: str) -> None:
        match found.request:
            case StopRequest() as stop:
                self._stopped = found
                self._controller.cut_all(_why(stop), now)
                self._outcomes.event("stop", _why(stop))
            case AirRequest() as wanted if self._stopped and found.is_before(self._stopped):
                self._dispatcher.refuse_request(wanted, _why(self._stopped.request), "cut", now)
            case AirRequest() as wanted:
                self._dispatcher.take_on_request(wanted, now, holder)
            case None:
                self._refuse(found, found.problem, now)

    def _refuse(self, found: TakenRequest, why: str, now: datetime.datetime) -> None:
        """An outcome for who waits for one, and an alarm: no request is left without an answer."""
        if isinstance(found.request, AirRequest):
            self._dispatcher.refuse_request(found.request, why, "missed", now)
        elif found.airing and found.airing not in self._controller.live and not self._outcomes.settled(found.airing):
            self._outcomes.finish(NewRow(airing=found.airing, planned=now, outcome="missed", reason=why))
        message = _("a request could not be followed: {reason}").format(reason=why)
        self._outcomes.alarm(f"request:{found.id}@{found.at:%Y-%m-%dT%H:%M:%S}", "request", message)


def _why(stop: AnyRequest | None) -> str:
    """Why something was cut, or was not played because it had been asked for before the STOP."""
    return _("stopped by {name}").format(name=stop.by) if stop and stop.by else _("stopped by hand")
