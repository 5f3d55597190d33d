"""The as-run log: what happened to every airing, append-only and hash-chained."""

from generator.logbook.book import (
    OUTCOMES,
    Entry,
    Outcome,
    Row,
    append,
    newest,
    outcome_of,
    outcomes,
    recordings_since,
    rows,
)
from generator.logbook.proof import verify

__all__ = [
    "OUTCOMES",
    "Entry",
    "Outcome",
    "Row",
    "append",
    "newest",
    "outcome_of",
    "outcomes",
    "recordings_since",
    "rows",
    "verify",
]
