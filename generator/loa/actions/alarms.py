"""Acknowledge alarms."""

import datetime

from loa.schedule import UTC
from loa.store import alarms
from loa.store.database import Database


def clear_alarms(store: Database, event: str | None = None) -> int:
    """Somebody has seen all alarms, or the one called `event`; how many. Raises StoreError."""
    return alarms.clear(store, datetime.datetime.now(UTC), event)
