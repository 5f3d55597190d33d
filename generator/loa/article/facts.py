"""What a template reads: plain frozen values and a few functions of ours; no object of the program is handed over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from markupsafe import Markup
from pydantic import BaseModel

from loa.reference import law

__all__ = ["Law", "Record", "decode", "encode", "plain", "record"]


@dataclass(frozen=True, slots=True)
class Record:
    """Named values, read as `record.name`: no method, and no class to climb from."""

    facts: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        """The fact called `name`. Raises AttributeError."""
        try:
            return self.facts[name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass(frozen=True, slots=True)
class Law:
    """The law on the article's day, as templates ask for it."""

    day: date

    def in_force(self, id_: str) -> bool:
        """`law.in_force("bon-muc-do")`; KeyError, shown with the template's line, for an unknown id."""
        return law.in_force(id_, self.day)

    def fact(self, id_: str) -> Record:
        """The whole record: `law.fact("bon-muc-do").short`. KeyError for an unknown id."""
        return record(law.fact(id_), in_force=partial(law.in_force, id_))


def record(model: BaseModel, *, without: Iterable[str] = (), **more: Any) -> Record:
    """The declared fields of `model` but for those named in `without`, and `more`."""
    names = [name for name in type(model).model_fields if name not in without]
    return Record({**{name: plain(getattr(model, name)) for name in names}, **more})


def plain(value: Any) -> Any:
    """`value` as a template may have it. Raises TypeError for what is neither text, number, day, nor made of such."""
    if value is None or type(value) in {str, int, float, bool, date, Markup, Law, Record}:
        return value
    if isinstance(value, BaseModel):
        return record(value)
    if isinstance(value, list | tuple):
        return type(value)(plain(item) for item in value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    raise TypeError(f"not for templates: {type(value).__name__}")


def encode(value: Any) -> Any:
    """What `plain` gave, as JSON; `decode` makes it again."""
    if isinstance(value, Record):
        return {"record": {name: encode(item) for name, item in value.facts.items()}}
    if isinstance(value, Markup):
        return {"html": str(value)}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, Law):
        return {"law": value.day.isoformat()}
    if isinstance(value, tuple):
        return {"row": [encode(item) for item in value]}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {"names": {name: encode(item) for name, item in value.items()}}
    return value


def decode(value: Any) -> Any:
    """The value that `encode` wrote."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, held),) = value.items()
    match kind:
        case "record":
            return Record({name: decode(item) for name, item in held.items()})
        case "names":
            return {name: decode(item) for name, item in held.items()}
        case "row":
            return tuple(decode(item) for item in held)
        case "html":
            return Markup(held)  # noqa: S704  it was Markup before
        case "law":
            return Law(date.fromisoformat(held))
    return date.fromisoformat(held)
