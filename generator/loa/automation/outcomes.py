"""Writes outcomes, events and alarms; what the database does not take now is kept and written later."""

import datetime
from pathlib import Path

from loa.clock import Clock
from loa.errors import LogbookError, StoreError
from loa.logs import logger
from loa.schedule import Airing, Alerts
from loa.store.alarms import Alarm, raise_alarm
from loa.store.asrun import NewRow, Outcome, append, outcome_of, outcomes
from loa.store.database import Database
from loa.store.ledger import Claim


class OutcomeWriter:
    """Knows which airings have their outcome, so that none gets a second one."""

    def __init__(self, store: Database, clock: Clock, seal: Path | None) -> None:
        self._store, self._clock, self._seal = store, clock, seal
        self._done: dict[str, str] = {}
        self._pending: list[NewRow] = []
        self._alarms: list[Alarm] = []
        self._log = logger()

    def recall(self, since: datetime.datetime, until: datetime.datetime) -> None:
        """Learn which airings planned in [since, until) have their outcome already. Raises StoreError."""
        self._done = outcomes(self._store, since, until)

    def forget(self) -> None:
        """What is not written yet is not ours to write any more: another process is on air."""
        self._pending.clear()

    def is_done(self, airing: str) -> bool:
        """Whether the airing has its outcome, written or about to be."""
        return airing in self._done

    def settled(self, airing: str) -> bool:
        """As `is_done`, also of an airing whose outcome an earlier process wrote long ago."""
        try:
            return self.is_done(airing) or outcome_of(self._store, airing) is not None
        except StoreError:
            return False

    def written(self, airing: str) -> str | None:
        """The outcome of the airing, once it is in the log."""
        return None if any(e.airing == airing for e in self._pending) else self._done.get(airing)

    @property
    def behind(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._pending)

    def finish(self, entry: NewRow) -> None:
        """The one outcome of an airing."""
        self._done[entry.airing or ""] = entry.outcome or ""
        self._pending.append(entry)
        self._log.info("outcome", airing=entry.airing, outcome=entry.outcome, reason=entry.reason)

    def unheard(
        self, airing: Airing, outputs: tuple[str, ...], reason: str, begun: Claim | None, outcome: Outcome = "missed"
    ) -> None:
        """The outcome of an airing that is not, or no longer, on air; `missed` raises an alarm."""
        self.finish(
            NewRow(
                airing=airing.id,
                broadcast=airing.broadcast or None,
                commune=airing.commune,
                output=", ".join(outputs),
                planned=airing.planned,
                started=begun.started if begun else None,
                outcome=outcome,
                reason=reason,
                bulletin=airing.bulletin,
                sha256=begun.sha256 if begun else None,
            )
        )
        if outcome == "missed":
            self.alarm(f"{airing.id} missed", "missed", f"{airing.id}: {reason}")

    def event(self, kind: str, text: str) -> None:
        """Something that people may want to find in the log later."""
        self._pending.append(NewRow(kind, reason=text))

    def alarm(self, event: str, kind: str, message: str) -> None:
        """Somebody must be told; the same event is told once."""
        self._alarms.append(Alarm(event, kind, message, self._clock.now()))

    def write(self, alerts: Alerts) -> None:
        """Bring to the database what waits."""
        channels = tuple(name for name, used in (("webhook", alerts.webhook), ("email", alerts.email)) if used)
        try:
            while self._pending:
                self._append(self._pending[0])
                self._pending.pop(0)
            while self._alarms:
                alarm = self._alarms[0]
                if raise_alarm(self._store, alarm, channels):
                    self._append(NewRow("alarm", reason=alarm.message, details={"event": alarm.event}))
                self._alarms.pop(0)
        except StoreError as error:
            self._log.warning("store", problem=str(error))

    def _append(self, entry: NewRow) -> None:
        try:
            append(self._store, entry, self._clock.now(), seal=self._seal)
        except StoreError:
            raise
        except LogbookError as error:  # another process wrote it first: its row stands
            self._log.error("twice", problem=str(error))
