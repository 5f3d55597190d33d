"""Write outcomes, events and alarms; if the database does not accept them now, keep them and write them later."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loa.clock import Clock
from loa.errors import LogbookError, StoreError
from loa.logs import logger
from loa.schedule import Airing, Alerts
from loa.store import requests
from loa.store.alarms import Alarm, raise_alarm
from loa.store.asrun import NewRow, Outcome, append, append_all, outcome_of, outcomes
from loa.store.database import Database
from loa.store.ledger import Claim


class OutcomeWriter:
    """Writes outcomes, and knows which airings have one, so that none gets a second."""

    def __init__(self, store: Database, clock: Clock, seal: Path | None) -> None:
        self._store, self._clock, self._seal = store, clock, seal
        self._done: dict[str, str] = {}
        self._pending: list[NewRow] = []
        self._answered: list[int] = []
        self._alarms: list[Alarm] = []
        self._log = logger()

    def load_outcomes(self, since: datetime.datetime, until: datetime.datetime) -> None:
        """Load which airings planned in [since, until) already have an outcome. Raises StoreError."""
        self._done = outcomes(self._store, since, until)

    def discard(self) -> None:
        """Discard what is not written yet, because another process is on air and writes it."""
        self._pending.clear()
        self._answered.clear()

    def is_done(self, airing_id: str) -> bool:
        """Return whether the airing has an outcome, written or waiting."""
        return airing_id in self._done

    def settled(self, airing_id: str) -> bool:
        """As `is_done`, also for an airing whose outcome an earlier process wrote long ago."""
        try:
            return self.is_done(airing_id) or outcome_of(self._store, airing_id) is not None
        except StoreError:
            return False

    def written(self, airing_id: str) -> str | None:
        """Return the outcome of the airing if it is in the log, else None."""
        return None if any(e.airing == airing_id for e in self._pending) else self._done.get(airing_id)

    @property
    def has_pending(self) -> bool:
        """Whether something is waiting to be written."""
        return bool(self._pending)

    def finish(self, entry: NewRow) -> None:
        """Record the outcome of an airing."""
        self._done[entry.airing or ""] = entry.outcome or ""
        self._pending.append(entry)
        self._log.info("outcome", airing=entry.airing, outcome=entry.outcome, reason=entry.reason)

    def finish_unaired(
        self, airing: Airing, outputs: tuple[str, ...], reason: str, previous: Claim | None, outcome: Outcome = "missed"
    ) -> None:
        """Record the outcome of an airing that is not, or no longer, on air; `missed` raises an alarm."""
        self.finish(
            NewRow(
                airing=airing.id,
                broadcast=airing.broadcast or None,
                commune=airing.commune,
                output=", ".join(outputs),
                planned=airing.planned,
                started=previous.started if previous else None,
                outcome=outcome,
                reason=reason,
                bulletin=airing.bulletin,
                sha256=previous.sha256 if previous else None,
            )
        )
        if outcome == "missed":
            self.alarm(f"{airing.id} missed", "missed", f"{airing.id}: {reason}")

    def event(self, kind: str, text: str, details: Mapping[str, Any] | None = None) -> None:
        """Record an event for the log."""
        self._pending.append(NewRow(kind, reason=text, details=details or {}))

    def answered(self, request: int) -> None:
        """Mark the request as taken, in the transaction that writes what was recorded in this step."""
        self._answered.append(request)

    def is_answered(self, request: int) -> bool:
        """Whether the request was followed or refused, and the database does not say so yet."""
        return request in self._answered

    def alarm(self, event: str, kind: str, message: str) -> None:
        """Raise an alarm; the same event is raised only once."""
        self._alarms.append(Alarm(event, kind, message, self._clock.now()))

    def write(self, alerts: Alerts) -> None:
        """Write everything that is waiting to the database."""
        channels = tuple(name for name, used in (("webhook", alerts.webhook), ("email", alerts.email)) if used)
        try:
            self._write_pending()
            while self._alarms:
                alarm = self._alarms[0]
                if raise_alarm(self._store, alarm, channels):
                    self._append(NewRow("alarm", reason=alarm.message, details={"event": alarm.event}))
                self._alarms.pop(0)
        except StoreError as error:
            self._log.warning("store", problem=str(error))

    def _write_pending(self) -> None:
        """Write the outcomes and events, and mark the answered requests, in one transaction: all or nothing."""
        now = self._clock.now()
        marks = [requests.mark_taken(self._answered, now)] if self._answered else []
        if not self._pending and not marks:
            return
        try:
            append_all(self._store, self._pending, now, together=marks, seal=self._seal)
        except StoreError:
            raise
        except LogbookError:  # one of them has its outcome from another process: the others still count
            while self._pending:
                self._append(self._pending[0])
                self._pending.pop(0)
            append_all(self._store, (), now, together=marks)
        self._pending.clear()
        self._answered.clear()

    def _append(self, entry: NewRow) -> None:
        try:
            append(self._store, entry, self._clock.now(), seal=self._seal)
        except StoreError:
            raise
        except LogbookError as error:  # another process wrote the outcome first: its row counts
            self._log.error("twice", problem=str(error))
