"""Which legal facts and documents were in force on a given day. The table is `law.yaml`; each row names its source."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from loa.yamlfile import Strict, load, validate

__all__ = ["Body", "Document", "Fact", "bodies", "document", "fact", "facts", "in_force"]


class Fact(Strict):
    """One legal fact and the days on which it is in force."""

    id: str
    what: str  # the rule, one Vietnamese sentence without a full stop
    start: date = Field(alias="from")  # first day in force
    until: date | None  # last day in force; None: still in force, as far as we know
    ended_by: str | None
    short: str  # the name of the source in written text
    spoken: str  # the name of the source as an announcer says it
    place: str | None  # article and clause within the source
    source: str
    confirmed: bool  # False: known only from secondary sources; warn, never assert

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.until and self.until < self.start:
            raise ValueError(f"{self.id}: until lies before from")
        return self

    def in_force(self, day: date) -> bool:
        """Return whether the fact is in force on `day`. An unconfirmed fact never is: no sentence may rely on it."""
        return self.confirmed and self.start <= day and (self.until is None or day <= self.until)


class Document(Strict):
    """A law, decree, decision or circular that articles cite, and the days on which it is in force."""

    number: str
    start: date = Field(alias="from")
    until: date | None
    ended_by: str | None
    confirmed: bool  # False: the document or its last day is known only from secondary sources


class Body(Strict):
    """A ministry, department or paper that ended. `pattern`: a regular expression for its names, in any case."""

    pattern: str
    until: date  # last day
    became: str
    source: str
    confirmed: bool  # False: the source was not read; warn, never assert


class _Table(Strict):
    facts: tuple[Fact, ...]
    documents: tuple[Document, ...]
    bodies: tuple[Body, ...]


@cache
def _table() -> _Table:
    return validate(_Table, load(Path(__file__).with_name("law.yaml"), "law.yaml"))


@cache
def facts() -> dict[str, Fact]:
    """Return all facts by id, in the order of the table."""
    return {row.id: row for row in _table().facts}


@cache
def _documents() -> dict[str, Document]:
    return {row.number: row for row in _table().documents}


def bodies() -> tuple[Body, ...]:
    """Ministries, departments and papers that ended, in the order of the table."""
    return _table().bodies


def document(number: str) -> Document | None:
    """Return the document with this number, for example "43/2011/NĐ-CP"; None if the table does not have it."""
    return _documents().get(number)


def fact(id_: str) -> Fact:
    """Return the fact with this id. Raises KeyError if the table does not have it."""
    return facts()[id_]


def in_force(id_: str, day: date) -> bool:
    """Return whether the fact with this id was in force on `day`. Raises KeyError for an unknown id."""
    return fact(id_).in_force(day)
