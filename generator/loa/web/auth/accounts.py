"""People of the console: made by an administrator, never with a default password."""

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from loa.actions.acts import Act
from loa.actions.offices import Office, Role, join_roles, may, parse_roles
from loa.i18n import _
from loa.store.console_tables import sessions, tokens, users
from loa.store.database import Database, stamp
from loa.web.auth import passwords
from loa.web.forms import FormError

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may log in."""

    id: int
    name: str
    shown: str
    roles: frozenset[Role]
    active: bool = True
    communes: frozenset[str] | None = None
    """The stems of the communes for which the person works; None: for the whole station."""

    @property
    def office(self) -> Office:
        """What the person may do, and for which communes."""
        return Office(self.roles, self.communes)

    def may(self, act: Act, *communes: str) -> bool:
        """Whether the person may do `act`, to things of these communes (`offices.may`)."""
        return may(self.office, act, *communes)


class Accounts:
    """The table of people. Every method raises StoreError where the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.changes = 0
        """How often somebody's roles, password or access were changed here: what was known before no longer holds."""

    def empty(self) -> bool:
        """Whether nobody has been added yet: the first run."""
        return not self._database.rows(sa.select(users.c.id).limit(1))

    def all(self) -> list[Person]:
        """Everybody, by name."""
        return [_person(row) for row in self._database.rows(sa.select(users).order_by(users.c.name))]

    def get(self, id_: int) -> Person | None:
        """The person with this number."""
        found = self._database.rows(sa.select(users).where(users.c.id == id_))
        return _person(found[0]) if found else None

    def named(self, name: str) -> Person | None:
        """The person with this log-in name."""
        found = self._database.rows(sa.select(users).where(users.c.name == _typed(name)))
        return _person(found[0]) if found else None

    def add(
        self, name: str, shown: str, password: str, roles: frozenset[Role], communes: frozenset[str] | None = None
    ) -> Person:
        """Add somebody, for `communes` (None: for the whole station).

        Raises FormError with every reason: a bad or taken name, a weak password, no role, no commune.
        """
        name = name.strip().lower()
        shown = " ".join(shown.split())[:80] or name
        FormError.if_any(unfit(name, password) | _office_problems(roles, communes))
        row = {"name": name, "shown": shown, "password": passwords.hash_password(password), "active": 1}
        row |= {"roles": join_roles(roles), "created": stamp(datetime.now(UTC)), "communes": _column(communes)}
        with self._database.write() as connection:
            if connection.execute(sa.select(users.c.id).where(users.c.name == name)).first():
                raise FormError({"name": _("Somebody already has this name.")})
            done = connection.execute(sa.insert(users).values(**row))
            return Person(int((done.inserted_primary_key or [0])[0]), name, shown, roles, communes=communes)

    def check(self, name: str, password: str, pool: passwords.Hashing = passwords.INSIDE) -> Person | None:
        """The person whose password this is; None for a wrong name, a wrong password or a closed account.

        Raises BusyError where too many wait for `pool`.
        """
        found = self._database.rows(sa.select(users).where(users.c.name == _typed(name)))
        stored = found[0] if found and found[0]["active"] else None
        good = passwords.matches(stored["password"] if stored else None, password, pool)
        return _person(stored) if stored and good else None

    def change(
        self,
        person: Person,
        *,
        shown: str,
        roles: frozenset[Role],
        active: bool,
        communes: frozenset[str] | None,
    ) -> None:
        """Rename, give other roles or communes (None: the whole station), open or close.

        Raises FormError: no role, no commune, no administrator would be left.
        """
        FormError.if_any(_office_problems(roles, communes))
        with self._database.write() as connection:
            others = connection.execute(
                sa.select(users.c.roles).where(users.c.active == 1, users.c.id != person.id)
            ).scalars()
            stays = (active and Role.ADMIN in roles) or any(Role.ADMIN in parse_roles(text) for text in others)
            if not stays:
                raise FormError({"roles": _("At least one administrator must stay.")})
            connection.execute(
                sa.update(users)
                .where(users.c.id == person.id)
                .values(
                    shown=" ".join(shown.split())[:80] or person.name,
                    roles=join_roles(roles),
                    active=int(active),
                    communes=_column(communes),
                )
            )
            if not active:
                _end_access(connection, person.id)
        self.changes += 1

    def set_password(self, person: Person, password: str) -> None:
        """A new password; every session and every token of the person ends. Raises FormError for a weak one."""
        FormError.if_any({"password": passwords.weakness(password, person.name)})
        hashed = passwords.hash_password(password)
        with self._database.write() as connection:
            connection.execute(sa.update(users).where(users.c.id == person.id).values(password=hashed))
            _end_access(connection, person.id)
        self.changes += 1

    def make_administrator(self, name: str, password: str) -> Person:
        """Let `name` in as an administrator, with a new password; an account that is missing is made.

        For whoever may use the computer itself. Raises FormError (a bad name, a weak password).
        """
        person = self.named(name)
        if person is None:
            return self.add(name, name, password, frozenset({Role.ADMIN}))
        self.set_password(person, password)
        self.change(person, shown=person.shown, roles=person.roles | {Role.ADMIN}, active=True, communes=None)
        return person


def _end_access(connection: sa.Connection, id_: int) -> None:
    connection.execute(sa.delete(sessions).where(sessions.c.user_id == id_))
    connection.execute(sa.delete(tokens).where(tokens.c.user_id == id_))


def _typed(name: str) -> str:
    """A log-in name as tables keep it."""
    return unicodedata.normalize("NFC", name.strip().lower())[:40]


def unfit(name: str, password: str) -> dict[str, str | None]:
    """What is wrong with a log-in name and a password, by field."""
    problems = {"password": passwords.weakness(password, name.strip().lower())}
    if not _NAME.fullmatch(name.strip().lower()):
        problems["name"] = _("Use 3 to 40 letters a-z, digits, dot or dash, without spaces or accents.")
    return problems


def _office_problems(roles: frozenset[Role], communes: frozenset[str] | None) -> dict[str, str]:
    """What is wrong with an office, by the form's field."""
    problems = {}
    if not roles:
        problems["roles"] = _("Choose at least one role.")
    if communes is not None and not communes:
        problems["communes"] = _("Choose at least one commune, or the whole station.")
    elif communes is not None and Role.ADMIN in roles:
        problems["communes"] = _("An administrator works for the whole station.")
    return problems


def _column(communes: frozenset[str] | None) -> str | None:
    return None if communes is None else json.dumps(sorted(communes), ensure_ascii=False)


def _communes(text: str | None) -> frozenset[str] | None:
    """What `_column` wrote; of anything else: no commune at all."""
    if text is None:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return frozenset(stem for stem in found if isinstance(stem, str)) if isinstance(found, list) else frozenset()


def _person(row: dict[str, Any]) -> Person:
    roles, communes = parse_roles(row["roles"]), _communes(row["communes"])
    return Person(row["id"], row["name"], row["shown"], roles, bool(row["active"]), communes)
