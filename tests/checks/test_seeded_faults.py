"""Faults put into good articles by a program: at least 95 in 100 of each kind are found, on their line."""

import itertools
import random
import re
from collections.abc import Callable
from datetime import date

import pytest

from loa.article import render
from loa.campaign import load_communes
from loa.checks import review
from loa.checks.words import lexicon as syl
from loa.workspace import Workspace

Seed = Callable[[random.Random, str], str | None]
SLIPS = {"ạ": "a", "ị": "i", "ế": "ê", "ộ": "ô", "ủ": "ũ", "ể": "ễ", "ấ": "â", "ự": "ư", "ố": "ô", "ả": "ã", "ụ": "u"}


def slip(rng: random.Random, line: str) -> str | None:
    """A mark of one office word is mistyped so that no word remains."""
    words = list(re.finditer(r"[^\W\d_]+", line))
    places = []
    for a, b in itertools.pairwise(words):
        if line[a.end() : b.start()] != " " or not syl.is_pair(syl.normal(a.group()), syl.normal(b.group())):
            continue
        if syl.normal(b.group()) not in syl.office_words()[0].get(syl.normal(a.group()), ()):
            continue
        for letter in set(b.group()) & set(SLIPS):
            wrong = b.group().replace(letter, SLIPS[letter], 1)
            if syl.normal(wrong) not in syl.syllables():
                places.append((b, wrong))
    if not places:
        return None
    match, wrong = rng.choice(places)
    return line[: match.start()] + wrong + line[match.end() :]


def confuse(rng: random.Random, line: str) -> str | None:
    wrongs = {right: wrong for wrong, right in (row.split(" → ") for row in syl._lines("confusions.txt"))}
    places = [(right, wrong) for right, wrong in wrongs.items() if re.search(rf"(?<!\w){right}(?!\w)", line)]
    if not places:
        return None
    right, wrong = rng.choice(places)
    return re.sub(rf"(?<!\w){right}(?!\w)", wrong, line, count=1)


def once(pattern: str, put: str) -> Seed:
    def seed(rng: random.Random, line: str) -> str | None:
        places = list(re.finditer(pattern, line))
        if not places:
            return None
        match = rng.choice(places)
        return line[: match.start()] + match.expand(put) + line[match.end() :]

    return seed


SAMPLE = 60
SEEDS: dict[str, tuple[Seed, str]] = {
    "a slip of a mark": (slip, "spelling."),
    "a common confusion": (confuse, "spelling."),
    "no space after a full stop": (once(r"(?<=[a-zđàáảãạ])\. (?=[A-ZĐ])", "."), "punctuation."),
    "no space after a comma": (once(r"(?<=[a-z]), (?=[a-z])", ","), "punctuation."),
    "a space before a comma": (once(r"(?<=[a-z]), ", " , "), "punctuation."),
    "doubled signs": (once(r"(?<=[a-z]), ", ",; "), "punctuation."),
    "four dots": (once(r"(?<=[a-z])\.$", "...."), "punctuation."),
    "two spaces": (once(r"(?<=[a-z]) (?=[a-z])", "  "), "layout."),
    "a no-break space": (once(r"(?<=[a-z]) (?=[a-z])", "\u00a0"), "layout."),
    "a bookmark": (once(r"^", "[bookmark: _GoBack]"), "leftover"),
    "a broken address": (once(r"\.gov\.vn", ". gov.vn"), "address."),
    "a doubled colon": (once(r"(dichvucong\S*\.vn)", r"https:: //\1"), "address."),
    "a comma in an address": (once(r"\.gov\.vn", ".gov,vn"), "address."),
    "a province that is not": (once(r"dichvucong\.(\w+)\.gov\.vn", "dichvucong.quang.gov.vn"), "address."),
    "a word twice": (once(r"(?<=[a-z]) (của|và|các|được|cho) ", r" \1 \1 "), "spelling."),
    "a broken Internet": (once("Internet", "Iternet"), "spelling."),
}


@pytest.fixture
def lines(station: Workspace) -> list[tuple[date, list[str]]]:
    made = []
    for commune in load_communes(station):
        article = render(station, commune, commune.campaigns[0])
        made.append((article.as_of, [part.text for part in article.spoken_parts]))
    return made


@pytest.mark.parametrize("kind", SEEDS)
def test_seeded_faults_are_found(lines: list[tuple[date, list[str]]], kind: str) -> None:
    seed, family = SEEDS[kind]
    rng = random.Random(20261101)
    places = [(day, paragraphs, index) for day, paragraphs in lines for index in range(len(paragraphs))]
    rng.shuffle(places)
    put, missed = 0, []
    for day, paragraphs, index in places:
        faulty = seed(rng, paragraphs[index])
        if put < SAMPLE and faulty is not None and faulty != paragraphs[index]:
            put += 1
            text = "\n".join([*paragraphs[:index], faulty, *paragraphs[index + 1 :]])
            if not any(
                f.line == index + 1 and f.code.startswith(family) for f in review(text, day, shape="paragraphs")
            ):
                missed.append(faulty)
    assert put >= 3
    assert len(missed) <= 0.05 * put, missed
