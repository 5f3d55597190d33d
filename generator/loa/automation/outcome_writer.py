"""Write outcomes, positions, events and alarms, all of a step in one transaction, away from the thread that minds the
sound; if the database does not accept them now, keep them and write them later.
"""

import datetime
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Insert, Update

from loa.automation.lanes import Lane
from loa.clock import Clock
from loa.errors import LogbookError, StoreError
from loa.i18n import _
from loa.logs import logger
from loa.schedule import Airing, Alerts
from loa.store import requests
from loa.store.alarms import Alarm, channels, raised, raising
from loa.store.asrun import (
    DOUBTED,
    GAP,
    NewRow,
    Outcome,
    append_all,
    gap_details,
    gap_outcomes,
    outcome_of,
    outcomes,
    output_row,
    with_outputs,
)
from loa.store.database import Database
from loa.store.ledger import Claim

_OFTEN = 1.0
"""Seconds between two notes of the positions: so much may be lost by a power cut."""


@dataclass(slots=True)
class _Batch:
    """What goes to the database together. `notes`: of which only the newest of each name counts."""

    entries: list[NewRow] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    notes: dict[str, Update] = field(default_factory=dict)

    def put_back(self, earlier: "_Batch") -> None:
        """Add what could not be written `earlier`, before the rest."""
        self.entries[:0], self.answered[:0], self.alarms[:0] = earlier.entries, earlier.answered, earlier.alarms
        self.notes = earlier.notes | self.notes


class OutcomeWriter:
    """Writes outcomes, and knows which airings have one, so that none gets a second. `lane` does the writing."""

    def __init__(self, store: Database, clock: Clock, seal: Path | None, lane: Lane) -> None:
        self._store, self._clock, self._seal, self._lane = store, clock, seal, lane
        self._done: dict[str, str] = {}
        self._unwritten: set[str] = set()
        self._answered: set[int] = set()
        self._contradictions: list[str] = []
        self._waiting = _Batch()
        self._writing: tuple[_Batch, set[str], Future[None]] | None = None
        self._noted_at, self._at_once = float("-inf"), False
        self.clock_is_sure = True
        """Whether the computer's clock can be trusted: rows that are written while it cannot are marked."""
        self._log = logger()

    def load_outcomes(self, since: datetime.datetime, until: datetime.datetime) -> None:
        """Load which airings planned in [since, until) already have an outcome. Raises StoreError."""
        unwritten = {airing: self._done[airing] for airing in self._unwritten}
        self._done = outcomes(self._store, since, until) | unwritten

    def discard(self) -> None:
        """Discard what is not written yet, because another process is on air and writes it."""
        self._waiting, self._writing = _Batch(), None
        self._unwritten.clear()

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
        return None if airing_id in self._unwritten else self._done.get(airing_id)

    @property
    def has_pending(self) -> bool:
        """Whether an outcome or an event is waiting to be written, or being written."""
        return bool(self._waiting.entries or (self._writing and self._writing[0].entries))

    def finish(self, entry: NewRow, on_outputs: Sequence[NewRow]) -> None:
        """Record the outcome of an airing, and that of each of its outputs."""
        airing = entry.airing or ""
        self._done[airing] = entry.outcome or ""
        self._unwritten.add(airing)
        self._waiting.notes.pop(airing, None)
        self._waiting.entries += map(self._marked, with_outputs(entry, on_outputs))
        self._log.info("outcome", airing=entry.airing, outcome=entry.outcome, reason=entry.reason)

    def finish_unaired(
        self, airing: Airing, outputs: tuple[str, ...], reason: str, previous: Claim | None, outcome: Outcome = "missed"
    ) -> None:
        """Record the outcome of an airing that is not, or no longer, on air; `missed` raises an alarm."""
        entry = NewRow(
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
            details=airing.details,
        )
        self.finish(entry, [output_row(entry, name) for name in dict.fromkeys(outputs)])
        if outcome == "missed":
            self.alarm(f"{airing.id} missed", "missed", f"{airing.id}: {reason}")

    def event(self, kind: str, text: str, details: Mapping[str, Any] | None = None) -> None:
        """Record an event for the log."""
        self._waiting.entries.append(self._marked(NewRow(kind, reason=text, details=details or {})))

    def finish_gap(
        self,
        since: datetime.datetime,
        until: datetime.datetime,
        found: Mapping[str, Outcome],
        communes: Mapping[str, str],
        why: str,
    ) -> None:
        """Record the outcomes `found` of airings planned in [since, until), by their ids, in one row; with an alarm.

        `communes`: of their broadcasts.
        """
        self._done |= found
        self._unwritten |= found.keys()
        payload = gap_details(found, communes)
        number = Counter[str](found.values())
        reason = _("airings missed: {missed}, left out: {skipped} ({why})").format(
            missed=number["missed"], skipped=number["skipped"], why=why
        )
        worst: Outcome = "missed" if "missed" in number else "skipped"
        entry = NewRow(GAP, planned=since, ended=until, outcome=worst, reason=reason, details=payload)
        self._waiting.entries.append(self._marked(entry))
        self._log.info("gap", since=str(since), until=str(until), **number)
        if worst == "missed":
            self.alarm(f"gap@{since:%Y-%m-%dT%H:%M:%S}", "missed", f"{since:%Y-%m-%d} – {until:%Y-%m-%d}: {reason}")

    def _marked(self, entry: NewRow) -> NewRow:
        return entry if self.clock_is_sure else replace(entry, details={**entry.details, DOUBTED: True})

    def answered(self, request: int) -> None:
        """Mark the request as taken, in the transaction that writes what was recorded in this step."""
        self._answered.add(request)
        self._waiting.answered.append(request)

    def is_answered(self, request: int) -> bool:
        """Whether this process has followed or refused the request, even if the database does not say so yet."""
        return request in self._answered

    def alarm(self, event: str, kind: str, message: str) -> None:
        """Raise an alarm; the same event is raised only once."""
        self._waiting.alarms.append(Alarm(event, kind, message, self._clock.now()))

    @property
    def wants_notes(self) -> bool:
        """Whether it is time to note how far the airings have come."""
        return self._clock.elapsed() - self._noted_at >= _OFTEN * self._clock.speed

    def note(self, name: str, note: Update, *, at_once: bool = False) -> None:
        """Record how far an airing has come, or what this process has taken on: the newest note of each name counts."""
        self._waiting.notes[name] = note
        self._at_once |= at_once

    def write(self, alerts: Alerts) -> None:
        """Start to write everything that is waiting, unless the lane is still writing what was before it."""
        self._look()
        due = self._waiting.notes and (self._at_once or self.wants_notes)
        if self._writing or not (due or self._waiting.entries or self._waiting.answered or self._waiting.alarms):
            return
        batch, self._waiting = self._waiting, _Batch()
        now, self._at_once = self._clock.now(), False
        if batch.notes:
            self._noted_at = self._clock.elapsed()
        airings = {entry.airing for entry in batch.entries if entry.airing}
        airings |= {airing for entry in batch.entries if entry.kind == GAP for airing in gap_outcomes(entry.details)}
        self._writing = batch, airings, self._lane.start(lambda: self._write(batch, channels(alerts), now))
        self._look()

    def write_all(self, alerts: Alerts, seconds: float) -> None:
        """Write everything that is waiting, and wait for it, at most `seconds` of real time."""
        end = time.monotonic() + seconds
        for _part in ("what is being written", "what was waiting behind it"):
            self.write(alerts)
            if self._writing:
                try:
                    self._writing[2].exception(max(0.0, end - time.monotonic()))
                except TimeoutError:
                    self._log.warning("store", problem="not written in time")
                    return
            self._look()

    def _look(self) -> None:
        """See whether the lane has written what it was given; what it could not write waits again."""
        if not self._writing or not self._writing[2].done():
            return
        (batch, airings, future), self._writing = self._writing, None
        try:
            future.result()
        except StoreError as error:
            self._waiting.put_back(batch)
            self._log.warning("store", problem=str(error))
        else:
            self._unwritten -= airings
            while self._contradictions:
                reason = self._contradictions.pop()
                self.alarm(f"log@{self._clock.now():%Y-%m-%dT%H:%M:%S}", "log", reason)

    def _write(self, batch: _Batch, channels_used: tuple[str, ...], now: datetime.datetime) -> None:
        """Write a batch in one transaction: all or nothing. Raises StoreError."""
        known = raised(self._store, (alarm.event for alarm in batch.alarms)) if batch.alarms else set()
        new = {alarm.event: alarm for alarm in batch.alarms if alarm.event not in known}
        alarms = [
            self._marked(NewRow("alarm", reason=alarm.message, details={"event": alarm.event}))
            for alarm in new.values()
        ]
        together: list[Insert | Update] = list(batch.notes.values())
        together += [requests.mark_taken(batch.answered, now)] if batch.answered else []
        together += [statement for alarm in new.values() for statement in raising(alarm, channels_used)]
        try:
            written = append_all(self._store, [*batch.entries, *alarms], now, together=together, seal=self._seal)
            self._contradictions += [row.reason or "" for row in written if row.kind == "log"]
        except StoreError:
            raise
        except LogbookError:  # one of them has its outcome from another process: the others still count
            while batch.entries:
                first = batch.entries[0]
                group = [e for e in batch.entries if e is first or (first.airing and e.part_of == first.airing)]
                self._append(group, now)
                batch.entries = batch.entries[len(group) :]
            append_all(self._store, alarms, now, together=together, seal=self._seal)

    def _append(self, entries: Sequence[NewRow], now: datetime.datetime) -> None:
        try:
            append_all(self._store, entries, now, seal=self._seal)
        except StoreError:
            raise
        except LogbookError as error:  # another process wrote the outcome first: its row counts
            self._log.error("twice", problem=str(error))
