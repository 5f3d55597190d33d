"""Who is asking: sessions by cookie, programs by token, and how often somebody may guess."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Engine

from loa.store import console_tables
from loa.web.auth.accounts import Accounts, Person
from loa.web.auth.roles import Role, join_roles, parse_roles

IDLE = timedelta(hours=12)  # a working day; the operator's page keeps itself alive by its live events
LONGEST = timedelta(days=7)
_TOUCH = timedelta(minutes=5)  # `seen` is written no more often than this


@dataclass(frozen=True, slots=True)
class Session:
    """A person at a browser (`csrf` set) or a program with a token (`csrf` None)."""

    person: Person
    csrf: str | None
    hash: str


class Sessions:
    """The tables of sessions and tokens."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.accounts = Accounts(engine)

    def start(self, person: Person, address: str) -> str:
        """A new session; gives the cookie's value. Always a new one, so that a planted cookie is worth nothing."""
        cookie = secrets.token_urlsafe(32)
        moment = console_tables.now()
        with self.engine.begin() as connection:
            connection.execute(
                sa.delete(console_tables.sessions).where(
                    console_tables.sessions.c.created < console_tables.stamp(datetime.now(UTC) - LONGEST)
                )
            )
            connection.execute(
                sa.insert(console_tables.sessions).values(
                    hash=digest(cookie),
                    user_id=person.id,
                    csrf=secrets.token_urlsafe(32),
                    created=moment,
                    seen=moment,
                    address=address,
                )
            )
        return cookie

    def find(self, cookie: str) -> Session | None:
        """The living session of a cookie. Renews it, at most every few minutes."""
        table = console_tables.sessions
        found = console_tables.rows(self.engine, sa.select(table).where(table.c.hash == digest(cookie)))
        if not found:
            return None
        row, moment = found[0], datetime.now(UTC)
        seen, created = datetime.fromisoformat(row["seen"]), datetime.fromisoformat(row["created"])
        person = self.accounts.get(row["user_id"])
        if person is None or not person.active or moment - seen > IDLE or moment - created > LONGEST:
            self.end(row["hash"])
            return None
        if moment - seen > _TOUCH:
            with self.engine.begin() as connection:
                connection.execute(
                    sa.update(table).where(table.c.hash == row["hash"]).values(seen=console_tables.stamp(moment))
                )
        return Session(person, row["csrf"], row["hash"])

    def end(self, hash_: str) -> None:
        """Log out."""
        with self.engine.begin() as connection:
            connection.execute(sa.delete(console_tables.sessions).where(console_tables.sessions.c.hash == hash_))

    def make_token(self, person: Person, label: str, roles: frozenset[Role], days: int) -> str:
        """A token for a program, with no more than the person's own roles; shown once, kept as a hash."""
        token = f"loa_{secrets.token_urlsafe(32)}"
        with self.engine.begin() as connection:
            connection.execute(
                sa.insert(console_tables.tokens).values(
                    hash=digest(token),
                    user_id=person.id,
                    label=label[:80],
                    roles=join_roles(roles & person.roles),
                    created=console_tables.now(),
                    until=console_tables.stamp(datetime.now(UTC) + timedelta(days=days)),
                )
            )
        return token

    def find_token(self, token: str) -> Session | None:
        """Whose token this is, with the roles that both the token and, today, the person have."""
        table = console_tables.tokens
        found = console_tables.rows(self.engine, sa.select(table).where(table.c.hash == digest(token)))
        if not found or found[0]["until"] < console_tables.now():
            return None
        person = self.accounts.get(found[0]["user_id"])
        if person is None or not person.active:
            return None
        used = found[0]["used"]
        if used is None or datetime.fromisoformat(used) < datetime.now(UTC) - _TOUCH:
            with self.engine.begin() as connection:
                connection.execute(
                    sa.update(table).where(table.c.hash == digest(token)).values(used=console_tables.now())
                )
        roles = parse_roles(found[0]["roles"]) & person.roles
        return Session(Person(person.id, person.name, person.shown, roles), None, digest(token))

    def tokens_of(self, person: Person) -> list[dict[str, object]]:
        """The person's tokens, newest first, without their secrets."""
        table = console_tables.tokens
        return console_tables.rows(
            self.engine, sa.select(table).where(table.c.user_id == person.id).order_by(-table.c.id)
        )

    def drop_token(self, person: Person, id_: int) -> bool:
        """Withdraw a token of the person; whether there was one."""
        table = console_tables.tokens
        with self.engine.begin() as connection:
            done = connection.execute(sa.delete(table).where(table.c.id == id_, table.c.user_id == person.id))
            return done.rowcount > 0


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal. The secrets are 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


class LoginAttempts:
    """How often somebody failed lately. Limits are per name and address, per address, and per name."""

    WINDOW = timedelta(minutes=15)
    LIMITS = (("{name}@{address}", 5), ("@{address}", 20), ("{name}", 50))

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def blocked(self, name: str, address: str) -> bool:
        """Whether this name from this address must wait."""
        since = console_tables.stamp(datetime.now(UTC) - self.WINDOW)
        with self.engine.connect() as connection:
            for key, limit in self._keys(name, address):
                query = sa.select(sa.func.count()).where(
                    console_tables.attempts.c.key == key, console_tables.attempts.c.at > since
                )
                if connection.execute(query).scalar_one() >= limit:
                    return True
        return False

    def failed(self, name: str, address: str) -> None:
        """Count one more failure."""
        since = console_tables.stamp(datetime.now(UTC) - self.WINDOW)
        with self.engine.begin() as connection:
            connection.execute(sa.delete(console_tables.attempts).where(console_tables.attempts.c.at < since))
            connection.execute(
                sa.insert(console_tables.attempts),
                [{"key": key, "at": console_tables.now()} for key, _limit in self._keys(name, address)],
            )

    def forgive(self, name: str, address: str) -> None:
        """After a good log-in: forget this person's slips at this address."""
        with self.engine.begin() as connection:
            key = self._keys(name, address)[0][0]
            connection.execute(sa.delete(console_tables.attempts).where(console_tables.attempts.c.key == key))

    def _keys(self, name: str, address: str) -> list[tuple[str, int]]:
        low = name.strip().lower()[:40]
        return [(key.format(name=low, address=address), limit) for key, limit in self.LIMITS]
