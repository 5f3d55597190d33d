"""Track the health of the outputs, and write it to the database at most once a second."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import delete, insert

from loa.automation.live_airing import PlayingSession, taken_text, unheard_text
from loa.clock import Clock
from loa.errors import StoreError
from loa.logs import logger
from loa.playout.channel import OutputCondition
from loa.schedule.outputs import AnyOutput, Group
from loa.store.database import Database, stamp
from loa.store.output_health import OutputHealth, State
from loa.store.tables import outputs

_STATES: Mapping[OutputCondition, State] = {
    "ready": "ready",
    "sounding": "sounding",
    "failing": "failing",
    "over": "idle",
}
"""While an output is being opened, its state does not change."""
_LOST = 6.0
"""Seconds of sound without anybody who took it, after which somebody is told."""
_OFTEN = 1.0
"""Seconds between two writes."""
_BEHIND = datetime.timedelta(seconds=5)
"""How old the instant of the last sound may be in the database."""


class OutputWatch:
    """Tracks the health of each output; the station calls `look` in each step."""

    def __init__(self, store: Database, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._now: dict[str, OutputHealth] = {}
        self._written: dict[str, OutputHealth] | None = None
        self._wrote = float("-inf")
        self._told: set[tuple[str, str]] = set()
        self._log = logger()

    def update(
        self, known: Mapping[str, AnyOutput], sessions: Iterable[PlayingSession], now: datetime.datetime
    ) -> None:
        """Update the health of the outputs in the schedule (`known`) from `sessions`, and write what changed."""
        seen = {name: health for session in sessions for name, health in self._of(session, now).items()}
        found = {}
        for name in (name for name, output in known.items() if not isinstance(output, Group)):
            before = self._now.get(name) or OutputHealth(name, "idle", now)
            found[name] = seen.get(name) or _health_at_rest(before, now)
        self._now = found
        self._write()

    def new_troubles(self, sessions: Mapping[str, PlayingSession]) -> list[tuple[str, str, str]]:
        """Return the outputs of airings that failed twice, or whose other side does not take the sound, each once.

        `sessions`: by the id of their airing. Returns (airing, output, reason).
        """
        self._told = {key for key in self._told if key[0] in sessions}
        found = []
        for airing, session in sessions.items():
            for report in session.reports:
                if (airing, report.output) in self._told:
                    continue
                reason = taken_text(report) if report.lost > _LOST else ""
                if report.unheard:
                    reason = unheard_text(report)
                if len(report.failures) > 1:
                    reason = report.failures[-1]
                if reason:
                    self._told.add((airing, report.output))
                    found.append((airing, report.output, reason))
        return found

    def record_test(self, problems: Mapping[str, str | None], now: datetime.datetime) -> list[OutputHealth]:
        """Record the result of a test of the outputs: the problem of each, None if it works.

        Returns the outputs that failed and were already dead: one failed test may be chance, two raise an alarm.
        """
        dead_again = []
        for name, problem in problems.items():
            before = self._now.get(name)
            if before and before.state in ("idle", "dead"):
                self._now[name] = _with_state(before, "dead" if problem else "idle", now, problem or before.error)
                if problem and before.state == "dead":
                    dead_again.append(self._now[name])
        return dead_again

    def _of(self, session: PlayingSession, now: datetime.datetime) -> dict[str, OutputHealth]:
        found = {}
        for report in session.reports:
            before = self._now.get(report.output) or OutputHealth(report.output, "idle", now)
            error = report.failures[-1] if report.failures else None if report.complete else before.error
            state = _STATES.get(session.conditions[report.output]) or before.state
            found[report.output] = replace(
                _with_state(before, state, now, error), last_sound_at=report.last_sound_at or before.last_sound_at
            )
        return found

    def _write(self) -> None:
        """Write only changes, and not too often, to save the SD card of a small computer."""
        moment = self._clock.elapsed()
        if moment - self._wrote < _OFTEN * self._clock.speed or not self._worth_writing():
            return
        self._wrote = moment
        rows = [
            {
                "output": health.output,
                "place": place,
                "state": health.state,
                "since": stamp(health.since),
                "error": health.error,
                "last_sound_at": stamp(health.last_sound_at) if health.last_sound_at else None,
            }
            for place, health in enumerate(self._now.values())
        ]
        try:
            with self._store.write() as connection:
                connection.execute(delete(outputs))
                if rows:
                    connection.execute(insert(outputs), rows)
        except StoreError as error:
            self._log.warning("store", problem=str(error))
        else:
            self._written = dict(self._now)

    def _worth_writing(self) -> bool:
        if self._written is None or list(self._written) != list(self._now):
            return True
        for name, health in self._now.items():
            before = self._written[name]
            if replace(health, last_sound_at=None) != replace(before, last_sound_at=None):
                return True
            heard, noted = health.last_sound_at, before.last_sound_at
            if heard and (noted is None or heard - noted > _BEHIND):
                return True
        return False


def _health_at_rest(before: OutputHealth, now: datetime.datetime) -> OutputHealth:
    """Return the health of an output that is not in use: if it failed last, it is dead until it works again."""
    rests: State = "dead" if before.state in ("failing", "dead") else "idle"
    return _with_state(before, rests, now, before.error)


def _with_state(before: OutputHealth, state: State, now: datetime.datetime, error: str | None) -> OutputHealth:
    if before.state == state:
        return before if before.error == error else replace(before, error=error)
    return replace(before, state=state, since=now, error=error)
