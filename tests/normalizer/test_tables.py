"""The tables are what people edit: no key twice, every reading sayable."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from loa.normalizer import TEXT_RULES, spoken, tables
from loa.normalizer.abbreviations import ambiguous

DATA = Path(tables.__file__).parent / "data"


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_key_stands_twice(path: Path):
    twice = []

    def walk(node: yaml.Node) -> None:
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _value in node.value]
            twice.extend({key for key in keys if keys.count(key) > 1})
            for _key, value in node.value:
                walk(value)

    walk(yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader))
    assert not twice


def test_no_abbreviation_stands_in_two_groups_or_tables():
    groups = list(tables.table("abbreviations").values())
    keys = [key for group in groups for key in group]
    assert len(keys) == len(set(keys)) >= 1000
    assert not set(keys) & set(ambiguous())


@pytest.mark.parametrize("name", ["abbreviations", "bodies", "codes", "foreign", "hosts", "parts", "prefixes"])
def test_every_reading_is_plain_words_that_stay_as_they_are_when_read(name: str):
    skipped = {"inner", "together"}
    table = {key: value for key, value in tables.table(name).items() if key not in skipped}
    changed = {words: spoken(words) for words in strings(table) if spoken(words) != words}
    assert not changed


def test_the_version_changes_with_the_tables():
    assert tables.version() == TEXT_RULES
    assert len(TEXT_RULES.split("-")[1]) == 12


def test_every_part_of_an_office_has_its_words():
    for parts, words in tables.table("parts")["together"].items():
        assert len(parts.split()) == len(words.split(",")) >= 2, parts
        assert spoken(words) == words.replace(",", "")


def test_senses_name_topics_that_exist():
    known = set(tables.table("topics"))
    for key, senses in ambiguous().items():
        for sense in senses:
            assert set(sense.topics) <= known, key
            assert 0 < sense.confidence <= 1, key
        assert any(sense.open for sense in senses), key
