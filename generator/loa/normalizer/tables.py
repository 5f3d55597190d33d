"""The data tables. Each is read once, on first use."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from loa.text import toneless

RULES = 6
"""Raised by hand whenever the rules in code change what is said: part of the key of every cached clip."""
_DATA = files("loa.normalizer") / "data"
_FILES = (
    "abbreviations",
    "ambiguous",
    "bodies",
    "codes",
    "contexts",
    "foreign",
    "hosts",
    "parts",
    "prefixes",
    "topics",
    "units",
)


@cache
def table(name: str) -> dict[str, Any]:
    """The parsed content of `data/<name>.yaml`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load((_DATA / f"{name}.yaml").read_bytes(), Loader=loader)  # noqa: S506  a safe loader, the fast one
    assert isinstance(data, dict)
    return data


@cache
def abbreviations() -> dict[str, str]:
    """Abbreviation → words, all groups in one."""
    return {key: words for group in table("abbreviations").values() for key, words in group.items()}


@cache
def units() -> dict[str, str]:
    """Unit → words."""
    return {str(key): words for key, words in table("units")["plain"].items()}


@cache
def word_set(name: str, key: str) -> frozenset[str]:
    """A list of words that the table keeps as one paragraph."""
    return frozenset(table(name)[key].replace(",", " ").split())


@cache
def contexts(name: str) -> frozenset[str]:
    """A list of `contexts.yaml`: phrases of one to four words."""
    return frozenset(" ".join(phrase.split()) for phrase in table("contexts")[name].split(","))


@cache
def topics() -> dict[str, tuple[str, ...]]:
    """Word or phrase of two words → the topics that it tells of."""
    found: dict[str, tuple[str, ...]] = {}
    for topic, phrases in table("topics").items():
        for phrase in phrases.split(","):
            words = phrase.strip()
            found[words] = (*found.get(words, ()), topic)
    return found


@cache
def phrases() -> tuple[str, ...]:
    """Frequent phrases of four syllables and more, counted in laws by `scripts/make_phrases.py`."""
    return tuple((_DATA / "phrases.txt").read_text("utf-8").splitlines())


@cache
def pairs() -> dict[str, str]:
    """Pair of syllables without marks or space (ngoaingu) → the frequent word that it stands for (ngoại ngữ)."""
    words = (_DATA / "pairs.txt").read_text("utf-8").splitlines()
    return {toneless(pair).replace(" ", ""): pair for pair in words}


@cache
def place_words() -> frozenset[str]:
    """Every word of a name of a place: krông, kpam, sơn."""
    return frozenset(word for name in places().values() for word in name.split())


@cache
def places() -> dict[str, str]:
    """Name without tone marks or spaces (quangtri) → name (quảng trị)."""
    names = (_DATA / "places.txt").read_text("utf-8").splitlines()
    return {toneless(name).replace(" ", ""): name for name in names}


def version() -> str:
    """The version of the rules, followed by a hash of all tables."""
    digest = hashlib.sha256()
    for name in (*(f"{name}.yaml" for name in _FILES), "pairs.txt", "phrases.txt", "places.txt"):
        digest.update((_DATA / name).read_bytes())
    return f"{RULES}-{digest.hexdigest()[:12]}"
