"""The lists of `data/words.yaml`: by which words a text that is brought in is taken apart."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def _table() -> dict[str, Any]:
    data = yaml.safe_load((files("loa.importing") / "data" / "words.yaml").read_bytes())
    assert isinstance(data, dict)
    return data


@cache
def words(name: str) -> tuple[str, ...]:
    """The list called `name`."""
    return tuple(_table()[name])


def any_of(name: str) -> str:
    """A regular expression for any entry of the list called `name`, the longest first."""
    return "|".join(sorted(words(name), key=len, reverse=True))
