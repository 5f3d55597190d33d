"""How each output is getting on, as the station on air has written it down: for the console and `loa doctor`."""

import datetime
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import select

from loa.i18n import _
from loa.store.database import Database, instant
from loa.store.lease import who_is_on_air
from loa.store.tables import outputs

State = Literal["idle", "ready", "sounding", "failing", "dead", "unknown"]
"""Nothing to do; opened, waits for its moment; takes sound; broken, tried again; given up, or known not to work;
unknown: nobody is on air."""


@dataclass(frozen=True, slots=True)
class OutputHealth:
    """One output. `since`: in this state from then on; `error`: its last trouble, until an airing goes well on it;
    `last_sound_at`: when it took sound last.
    """

    output: str
    state: State
    since: datetime.datetime
    error: str | None = None
    last_sound_at: datetime.datetime | None = None


def output_health(store: Database) -> tuple[OutputHealth, ...]:
    """Every output of the station on air, in the schedule's order. Raises StoreError.

    While no process is on air the state is `unknown`: what stands there is how it was when the last one ended.
    """
    running = who_is_on_air(store) is not None
    with store.read() as connection:
        found = [
            OutputHealth(
                row.output,
                row.state,
                instant(row.since),
                row.error,
                instant(row.last_sound_at) if row.last_sound_at else None,
            )
            for row in connection.execute(select(outputs).order_by(outputs.c.place))
        ]
    return tuple(found if running else (replace(health, state="unknown") for health in found))


def state_name(state: State) -> str:
    """What a state is called where people read it."""
    names: dict[State, str] = {
        "idle": _("at rest"),
        "ready": _("opened, waits for its moment"),
        "sounding": _("takes sound"),
        "failing": _("fails, is tried again"),
        "dead": _("does not work"),
        "unknown": _("not known: the station is not on air"),
    }
    return names[state]
