"""An alarm, as the station raises it."""

from loa.store.alarms import Alarm, raising
from loa.store.database import Database


def raise_alarm(store: Database, alarm: Alarm, channels: tuple[str, ...]) -> bool:
    """Keep it; whether it is a new one."""
    with store.write() as connection:
        return sum(connection.execute(statement).rowcount for statement in raising(alarm, channels)) > 0
