"""Who is asking: sessions by cookie, programs by token."""

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from loa.actions.offices import Role, join_roles, parse_roles
from loa.errors import StoreError
from loa.store.console_tables import sessions, tokens
from loa.store.database import Database, instant, stamp
from loa.web.auth.accounts import Accounts, Person

COOKIE = "loa_session"
IDLE = timedelta(hours=12)  # a working day; the operator's page keeps itself alive by its live events
LONGEST = timedelta(days=7)
TOKEN_DAYS = 90
"""The most days for which a token is valid, whatever was asked for: then somebody must want it again."""
_TOUCH = timedelta(minutes=5)  # `seen` is written no more often than this
_AT_ONCE = 0.1
"""Seconds for which a note on the side (when somebody was seen) waits for another writer; else it is left out."""
_REMEMBERED = 1000
"""Sessions whose last answer is kept in memory."""


@dataclass(frozen=True, slots=True)
class Session:
    """A person at a browser (`csrf` set) or a program with a token (`csrf` None)."""

    person: Person
    csrf: str | None
    hash: str


class Sessions:
    """The tables of sessions and tokens.

    Who was let in stays in while another program keeps us from reading the database: whoever must press STOP then is
    known from the last time. What the database says goes before that as soon as it says something.
    """

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database, self._accounts = database, accounts
        self._known: OrderedDict[str, tuple[datetime, int, Session]] = OrderedDict()
        self._lock = threading.Lock()
        self._hashes: set[str] = set()
        with suppress(StoreError):
            for table in (sessions, tokens):
                self._hashes.update(row["hash"] for row in database.rows(sa.select(table.c.hash)))

    def known(self, secret: str) -> bool:
        """Whether this cookie or token was good when last looked at: asks no database, and lets nobody in."""
        return digest(secret) in self._hashes

    def start(self, person: Person, address: str) -> str:
        """A new session; gives the cookie's value. Always a new one, so that a planted cookie is worth nothing.

        Raises StoreError.
        """
        cookie = secrets.token_urlsafe(32)
        moment = datetime.now(UTC)
        with self._database.write() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.created < stamp(moment - LONGEST)))
            connection.execute(
                sa.insert(sessions).values(
                    hash=digest(cookie),
                    user_id=person.id,
                    csrf=secrets.token_urlsafe(32),
                    created=stamp(moment),
                    seen=stamp(moment),
                    address=address,
                )
            )
        self._hashes.add(digest(cookie))
        return cookie

    def find(self, cookie: str) -> Session | None:
        """The living session of a cookie. Renews it, at most every few minutes.

        Raises StoreError where the database does not answer and never did for this cookie.
        """
        return self._remembering(digest(cookie), self._find)

    def _find(self, hash_: str) -> Session | None:
        found = self._database.rows(sa.select(sessions).where(sessions.c.hash == hash_))
        if not found:
            return None
        row, moment = found[0], datetime.now(UTC)
        seen, created = instant(row["seen"]), instant(row["created"])
        person = self._accounts.get(row["user_id"])
        if person is None or not person.active or moment - seen > IDLE or moment - created > LONGEST:
            self._aside(sa.delete(sessions).where(sessions.c.hash == hash_))
            return None
        if moment - seen > _TOUCH:
            self._aside(sa.update(sessions).where(sessions.c.hash == hash_).values(seen=stamp(moment)))
        return Session(person, row["csrf"], hash_)

    def end(self, hash_: str) -> None:
        """Log out. Raises StoreError."""
        with self._database.write() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.hash == hash_))
        self._hashes.discard(hash_)
        with self._lock:
            self._known.pop(hash_, None)

    def make_token(self, person: Person, label: str, roles: frozenset[Role], days: int) -> str:
        """A token for a program, with no more than the person's own roles, for at most TOKEN_DAYS; shown once, kept as
        a hash. Raises StoreError.
        """
        token, moment = f"loa_{secrets.token_urlsafe(32)}", datetime.now(UTC)
        with self._database.write() as connection:
            connection.execute(
                sa.insert(tokens).values(
                    hash=digest(token),
                    user_id=person.id,
                    label=label[:80],
                    roles=join_roles(roles & person.roles),
                    created=stamp(moment),
                    until=stamp(moment + timedelta(days=min(days, TOKEN_DAYS))),
                )
            )
        self._hashes.add(digest(token))
        return token

    def find_token(self, token: str) -> Session | None:
        """Whose token this is, with the roles that both the token and, today, the person have.

        Raises StoreError as `find` does.
        """
        return self._remembering(digest(token), self._find_token)

    def _find_token(self, hash_: str) -> Session | None:
        found = self._database.rows(sa.select(tokens).where(tokens.c.hash == hash_))
        moment = datetime.now(UTC)
        if not found or instant(found[0]["until"]) < moment:
            return None
        person = self._accounts.get(found[0]["user_id"])
        if person is None or not person.active:
            return None
        used = found[0]["used"]
        if used is None or instant(used) < moment - _TOUCH:
            self._aside(sa.update(tokens).where(tokens.c.hash == hash_).values(used=stamp(moment)))
        roles = parse_roles(found[0]["roles"]) & person.roles
        return Session(replace(person, roles=roles), None, hash_)

    def tokens_of(self, person: Person) -> list[dict[str, Any]]:
        """The person's tokens, newest first, without their secrets. Raises StoreError."""
        return self._database.rows(sa.select(tokens).where(tokens.c.user_id == person.id).order_by(-tokens.c.id))

    def drop_token(self, person: Person, id_: int) -> bool:
        """Withdraw a token of the person; whether there was one. Raises StoreError."""
        with self._database.write() as connection:
            done = connection.execute(sa.delete(tokens).where(tokens.c.id == id_, tokens.c.user_id == person.id))
        self._accounts.changes += 1
        return done.rowcount > 0

    def _remembering(self, hash_: str, look: Callable[[str], Session | None]) -> Session | None:
        """What `look` says; while the database does not answer, what it said last."""
        changes, moment = self._accounts.changes, datetime.now(UTC)
        try:
            found = look(hash_)
        except StoreError:
            with self._lock:
                seen, known_at, session = self._known.get(hash_, (moment, -1, None))
            if session is None or known_at != changes or moment - seen > IDLE:
                raise
            return session
        if found:
            self._hashes.add(hash_)
        else:
            self._hashes.discard(hash_)
        with self._lock:
            self._known.pop(hash_, None)
            if found:
                self._known[hash_] = (moment, changes, found)
                if len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        return found

    def _aside(self, change: sa.Update | sa.Delete) -> None:
        """A change that nobody waits for: where the database is held, the next request makes it."""
        with suppress(StoreError), self._database.write(_AT_ONCE) as connection:
            connection.execute(change)


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal. The secrets are 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
