"""The table of messages from outside: what came in, what is decided, what was made of it and put on air."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy import Insert, delete, func, insert, select, update

from loa.inbox.models import Message
from loa.store.database import Database, instant, stamp
from loa.store.tables import inbox, inbox_refused

State = Literal["received", "waiting", "on-air", "aired", "ended", "refused"]
"""It came; a person must decide; asked for on air; over; replaced, taken back or expired once heard; not aired."""
OPEN: frozenset[State] = frozenset({"received", "waiting", "on-air"})
_KEPT = 500
"""How many refusals of what nobody signed are kept: whoever floods us fills no disk."""


class Piece(BaseModel):
    """One text of a message: the bulletin made of it, and the airings that were asked for.

    `sound`: the recording that came with it, below the station's folder; `next_at`: when it is to be said
    (again); None: not any more.
    """

    model_config = ConfigDict(frozen=True)
    info: int
    communes: tuple[str, ...]
    outputs: tuple[str, ...]
    sound: str = ""
    bulletin: str = ""
    sha256: str = ""
    airings: tuple[str, ...] = ()
    next_at: datetime.datetime | None = None


_PIECES = TypeAdapter(tuple[Piece, ...])


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table."""

    number: int
    sender: str
    identifier: str
    sha256: str
    form: str
    received: datetime.datetime
    message: Message
    state: State
    rule: str
    reason: str
    decided_by: str
    work: tuple[Piece, ...]

    @property
    def communes(self) -> frozenset[str]:
        """Those that it is for."""
        return frozenset(stem for piece in self.work for stem in piece.communes)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not taken at all, and why. `sender`, `identifier`: as it says itself, true or not."""

    at: datetime.datetime
    sender: str
    identifier: str
    reason: str


def find(store: Database, sender: str, identifier: str) -> Entry | None:
    """The message of this name. Raises StoreError."""
    query = select(inbox).where(inbox.c.sender == sender, inbox.c.identifier == identifier)
    return next((_entry(row) for row in store.rows(query)), None)


def newest(store: Database, sender: str) -> Entry | None:
    """The last message of a sender. Raises StoreError."""
    query = select(inbox).where(inbox.c.sender == sender).order_by(inbox.c.number.desc()).limit(1)
    return next((_entry(row) for row in store.rows(query)), None)


def get(store: Database, number: int) -> Entry | None:
    """The message with this number. Raises StoreError."""
    return next((_entry(row) for row in store.rows(select(inbox).where(inbox.c.number == number))), None)


def add(
    store: Database,
    message: Message,
    *,
    sha256: str,
    form: str,
    state: State,
    rule: str,
    reason: str,
    work: Iterable[Piece],
    now: datetime.datetime,
) -> Entry | None:
    """Write a message down; None where one of this name is there already. Raises StoreError."""
    title = next((info.title for info in message.infos), "")
    row = {
        "sender": message.sender,
        "identifier": message.id,
        "sha256": sha256,
        "form": form,
        "sent": stamp(message.sent),
        "received": stamp(now),
        "expires": stamp(message.expires),
        "kind": message.kind,
        "priority": message.priority,
        "title": title[:300],
        "message": message.model_dump_json(),
        "state": state,
        "rule": rule,
        "reason": reason,
        "work": _dump(work),
    }
    same = select(inbox.c.number).where(inbox.c.sender == message.sender, inbox.c.identifier == message.id)
    with store.write() as connection:
        if connection.execute(same).first():
            return None
        connection.execute(insert(inbox).values(row))
    return find(store, message.sender, message.id)


def change(
    store: Database,
    entry: Entry,
    *,
    state: State,
    reason: str = "",
    decided_by: str | None = None,
    work: Iterable[Piece] | None = None,
    among: Collection[State] = OPEN,
    together: Sequence[Insert] = (),
) -> bool:
    """Bring a message into another state; False where it is no longer in one of the states `among`: somebody else was
    quicker. `together`: written in the same transaction, so that no power cut comes between. Raises StoreError.
    """
    values: dict[str, Any] = {"state": state, "reason": reason}
    values |= {"decided_by": decided_by[:200]} if decided_by is not None else {}
    values |= {"work": _dump(work)} if work is not None else {}
    mine = (inbox.c.number == entry.number, inbox.c.state.in_(list(among)))
    with store.write() as connection:
        done = connection.execute(update(inbox).where(*mine).values(values)).rowcount > 0
        for statement in together if done else ():
            connection.execute(statement)
        return done


def unfinished(store: Database) -> list[Entry]:
    """What somebody or something must still do, the oldest first. Raises StoreError."""
    query = select(inbox).where(inbox.c.state.in_(list(OPEN))).order_by(inbox.c.number)
    return [_entry(row) for row in store.rows(query)]


def latest(store: Database, limit: int = 50) -> list[Entry]:
    """The newest messages. Raises StoreError."""
    return [_entry(row) for row in store.rows(select(inbox).order_by(inbox.c.number.desc()).limit(limit))]


def replaced_by(store: Database, message: Message) -> list[Entry]:
    """The sender's own messages that `message` replaces or takes back. Raises StoreError."""
    if not message.references:
        return []
    query = select(inbox).where(inbox.c.sender == message.sender, inbox.c.identifier.in_(message.references))
    return [_entry(row) for row in store.rows(query.order_by(inbox.c.number))]


def replaces(store: Database, message: Message) -> Entry | None:
    """A message of the same sender that came before `message` and says that `message` no longer counts."""
    later = select(inbox).where(inbox.c.sender == message.sender, inbox.c.kind != "alert", inbox.c.state != "refused")
    found = (_entry(row) for row in store.rows(later.where(inbox.c.sent >= stamp(message.sent))))
    return next((entry for entry in found if message.id in entry.message.references), None)


def unended(store: Database) -> list[tuple[Entry, Entry]]:
    """Messages that still count, each with a later one that is on air, or was, and says that it does not: the process
    that took the later one was killed before it had ended them. Raises StoreError.
    """
    found = []
    for entry in unfinished(store):
        later = replaces(store, entry.message)
        if later and later.state in ("on-air", "aired"):
            found.append((entry, later))
    return found


def refuse(store: Database, refusal: Refusal) -> None:
    """Write down what was not taken; the oldest rows make room. Raises StoreError."""
    row = {
        "at": stamp(refusal.at),
        "sender": refusal.sender[:200],
        "identifier": refusal.identifier[:200],
        "reason": refusal.reason[:2000],
    }
    newest = select(func.max(inbox_refused.c.number)).scalar_subquery()
    with store.write() as connection:
        connection.execute(insert(inbox_refused).values(row))
        connection.execute(delete(inbox_refused).where(inbox_refused.c.number <= newest - _KEPT))


def refusals(store: Database, limit: int = 50) -> list[Refusal]:
    """The newest of what was not taken. Raises StoreError."""
    query = select(inbox_refused).order_by(inbox_refused.c.number.desc()).limit(limit)
    return [Refusal(instant(row["at"]), row["sender"], row["identifier"], row["reason"]) for row in store.rows(query)]


def _dump(work: Iterable[Piece]) -> str:
    return _PIECES.dump_json(tuple(work)).decode()


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        number=row["number"],
        sender=row["sender"],
        identifier=row["identifier"],
        sha256=row["sha256"],
        form=row["form"],
        received=instant(row["received"]),
        message=Message.model_validate_json(row["message"]),
        state=row["state"],
        rule=row["rule"],
        reason=row["reason"] or "",
        decided_by=row["decided_by"] or "",
        work=_PIECES.validate_json(row["work"]),
    )
