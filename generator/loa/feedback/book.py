"""The register of feedback: what came in, its answer, the signature, and how personal data leaves it again.

The log is append-only: of each piece of feedback it holds a salted hash and what was done, never a word of it. The salt
stands beside the text, and is erased with it: from then on nobody can find out by guessing what the hash was made of.
"""

import datetime
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Insert, Update, func, insert, select, update

from loa.errors import Finding, RequestError
from loa.i18n import _
from loa.store.asrun import NewRow, append_all
from loa.store.database import Database, instant, stamp
from loa.store.tables import feedback
from loa.workspace import Workspace

Kind = Literal["question", "suggestion", "complaint"]
State = Literal["received", "answered", "published", "closed"]
"""Nobody answered; an answer waits for a signature; it was signed and is public; it is not answered publicly."""
KINDS: tuple[Kind, ...] = ("question", "suggestion", "complaint")
LONGEST, SHORTEST = 2000, 10
"""Letters of a text."""
MOST_A_DAY = 200
"""Pieces that one commune takes in a day: more is an attack."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`shown`: the text as it is published, without what names people. `text` is "" once it was erased."""

    number: int
    commune: str
    received: datetime.datetime
    kind: Kind
    text: str
    name: str
    contact: str
    state: State
    shown: str
    answer: str
    answered_by: str
    signed_by: str
    ended: datetime.datetime | None
    erased: bool


def receive(
    workspace: Workspace,
    store: Database,
    commune: str,
    kind: Kind,
    text: str,
    now: datetime.datetime,
    *,
    name: str = "",
    contact: str = "",
) -> None:
    """Write down what a resident wrote. Raises RequestError (too short, too long, too much today), StoreError."""
    text = text.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        message = _("Write between {least} and {most} letters.").format(least=SHORTEST, most=LONGEST)
        raise RequestError(Finding("feedback.length", message, file="text"))
    since = stamp(now - datetime.timedelta(days=1))
    today = select(func.count()).where(feedback.c.commune == commune, feedback.c.received > since)
    with store.read() as connection:
        many = int(connection.execute(today).scalar() or 0)
    if many >= MOST_A_DAY:
        raise RequestError(Finding("feedback.many", _("Too much came in today. Try again tomorrow.")))
    salt = secrets.token_hex(16)
    row = {
        "commune": commune,
        "received": stamp(now),
        "kind": kind,
        "text": text,
        "name": name.strip()[:100],
        "contact": contact.strip()[:100],
        "salt": salt,
        "state": "received",
    }
    digest = hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()
    _write(workspace, store, "received", commune, {"sha256": digest, "kind": kind}, now, insert(feedback).values(row))


def answer(
    workspace: Workspace, store: Database, number: int, shown: str, words: str, by: str, now: datetime.datetime
) -> None:
    """An officer's answer, and the question as it may be shown; a leader signs both.

    Raises RequestError (nothing to answer, empty), StoreError.
    """
    piece = get(store, number, {"received", "answered"})
    if not shown.strip() or not words.strip():
        message = _("Write the question as it may be shown, and the answer.")
        raise RequestError(Finding("feedback.empty", message, file="answer"))
    values = {"state": "answered", "shown": shown.strip()[:LONGEST], "answer": words.strip()[:LONGEST]}
    change = _change(number, {**values, "answered_by": by, "signed_by": None})
    _write(workspace, store, "answered", piece.commune, {"number": number, "by": by}, now, change)


def sign(workspace: Workspace, store: Database, number: int, words: str, by: str, now: datetime.datetime) -> None:
    """A leader lets exactly this answer (`words`) be published. Raises RequestError (it was changed), StoreError."""
    piece = get(store, number, {"answered"})
    if words != piece.answer:
        raise RequestError(Finding("feedback.changed", _("The answer was changed meanwhile. Read it again.")))
    digest = hashlib.sha256(piece.answer.encode()).hexdigest()
    change = _change(number, {"state": "published", "signed_by": by, "ended": stamp(now)})
    _write(workspace, store, "published", piece.commune, {"number": number, "by": by, "answer": digest}, now, change)


def close(workspace: Workspace, store: Database, number: int, by: str, now: datetime.datetime) -> None:
    """It is not answered publicly (spam, an insult, answered in person), or its answer is public no more.

    Raises RequestError, StoreError.
    """
    piece = get(store, number, {"received", "answered", "published"})
    change = _change(number, {"state": "closed", "ended": stamp(now), "signed_by": by})
    _write(workspace, store, "closed", piece.commune, {"number": number, "by": by}, now, change)


def erase(workspace: Workspace, store: Database, number: int, by: str, now: datetime.datetime) -> None:
    """Erase what somebody wrote, with name, contact and salt; the register keeps that it came. Raises RequestError,
    StoreError.
    """
    piece = get(store, number)
    _write(workspace, store, "erased", piece.commune, {"number": number, "by": by}, now, _erasing(number, now))


def forget_before(workspace: Workspace, store: Database, before: datetime.datetime, now: datetime.datetime) -> int:
    """Erase what came in before that; how many. Raises StoreError."""
    old = select(feedback.c.number, feedback.c.commune)
    found = store.rows(old.where(feedback.c.received < stamp(before), feedback.c.erased.is_(None)))
    for row in found:
        details = {"number": row["number"], "by": "Loa"}
        _write(workspace, store, "erased", row["commune"], details, now, _erasing(row["number"], now))
    return len(found)


def pieces(
    store: Database,
    *,
    communes: frozenset[str] | None = None,
    states: tuple[State, ...] = (),
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
    limit: int = 200,
) -> list[Piece]:
    """The newest, of these communes (None: all) in these states (none: all). Raises StoreError."""
    query = select(feedback).order_by(feedback.c.number.desc()).limit(limit)
    if communes is not None:
        query = query.where(feedback.c.commune.in_(sorted(communes)))
    if states:
        query = query.where(feedback.c.state.in_(states))
    if since:
        query = query.where(feedback.c.received >= stamp(since))
    if until:
        query = query.where(feedback.c.received < stamp(until))
    return [_piece(row) for row in store.rows(query)]


def get(store: Database, number: int, states: set[str] | None = None) -> Piece:
    """The piece with this number. Raises RequestError where there is none in these states, StoreError."""
    found = [_piece(row) for row in store.rows(select(feedback).where(feedback.c.number == number))]
    if not found or (states is not None and found[0].state not in states):
        raise RequestError(Finding("feedback.none", _("There is no such feedback that waits.")))
    return found[0]


def _change(number: int, values: Mapping[str, Any]) -> Update:
    return update(feedback).where(feedback.c.number == number).values(dict(values))


def _erasing(number: int, now: datetime.datetime) -> Update:
    gone = dict.fromkeys(("text", "name", "contact", "salt", "shown"), "")
    return _change(number, {**gone, "answer": None, "erased": stamp(now), "state": "closed"})


def _write(
    workspace: Workspace,
    store: Database,
    act: str,
    commune: str,
    details: Mapping[str, Any],
    now: datetime.datetime,
    change: Insert | Update,
) -> None:
    row = NewRow("feedback", commune=commune, reason=act, details={"act": act, **details})
    append_all(store, [row], now, together=[change], seal=workspace.seal)


def _piece(row: Mapping[str, Any]) -> Piece:
    return Piece(
        number=row["number"],
        commune=row["commune"],
        received=instant(row["received"]),
        kind=row["kind"],
        text=row["text"],
        name=row["name"],
        contact=row["contact"],
        state=row["state"],
        shown=row["shown"] or "",
        answer=row["answer"] or "",
        answered_by=row["answered_by"] or "",
        signed_by=row["signed_by"] or "",
        ended=instant(row["ended"]) if row["ended"] else None,
        erased=row["erased"] is not None,
    )
