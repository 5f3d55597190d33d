"""The schemas that ship are those of the models, and the files that ship fit them."""

import json
from pathlib import Path

import jsonschema
import pytest

from loa.cli.schema import schema_text
from loa.i18n import set_language
from loa.yamlfile import load
from tests.conftest import ROOT, Loa

SCHEMAS = ("campaign", "schedule", "commune-schedule")
FILES = [
    *((path, "campaign") for path in sorted((ROOT / "campaigns").glob("*.yaml"))),
    (ROOT / "schedule.yaml", "schedule"),
]


@pytest.mark.parametrize("which", SCHEMAS)
def test_the_shipped_schema_is_up_to_date(which: str) -> None:
    set_language("vi")
    shipped = (ROOT / "schemas" / f"{which}.schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text(which), f"LOA_LANG=vi loa schema {which} > schemas/{which}.schema.json"


@pytest.mark.parametrize(("path", "which"), FILES, ids=lambda value: getattr(value, "stem", value))
def test_the_shipped_files_fit_their_schema_and_name_it(path: Path, which: str) -> None:
    schema = json.loads(schema_text(which))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(load(path, path.name).data)
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert (path.parent / first.rpartition("=")[2]).resolve() == ROOT / "schemas" / f"{which}.schema.json"


def test_a_schema_underlines_what_loa_would_refuse() -> None:
    data = load(FILES[0][0], "x").data
    data["commune"]["knd"] = "xã"
    data["campaigns"][0]["form"] = "tv"
    wrong = list(jsonschema.Draft202012Validator(json.loads(schema_text("campaign"))).iter_errors(data))
    assert len(wrong) == 2


def test_a_commune_s_schedule_holds_broadcasts_and_need_not_name_it() -> None:
    wanted = jsonschema.Draft202012Validator(json.loads(schema_text("commune-schedule")))
    tonight = {"id": "toi", "campaigns": ["dich-vu-cong"], "at": ["17:30"], "days": ["tue", "fri"], "on": ["loa"]}
    assert not [*wanted.iter_errors({"broadcasts": [tonight, {**tonight, "id": "sang", "commune": "ben-hai"}]})]
    assert [*wanted.iter_errors({"outputs": {}, "broadcasts": []})], "outputs stand in schedule.yaml"
    assert [*wanted.iter_errors({"broadcasts": [{**tonight, "hours": "17:30"}]})]


def test_every_key_of_a_campaign_file_has_its_meaning_in_the_users_language() -> None:
    shown = []
    for language in ("en", "vi"):
        set_language(language)
        schema = json.loads(schema_text("campaign"))
        parts = [("Commune", schema), *schema["$defs"].items()]
        shown.append(
            {(name, key): field.get("title") for name, part in parts for key, field in part["properties"].items()}
        )
    assert len(shown[0]) > 40
    assert all(shown[0].values())
    assert not [key for key in shown[0] if shown[0][key] == shown[1][key] and key != ("Unit", "website")]


def test_what_only_developers_read_is_not_in_a_schema() -> None:
    for which in SCHEMAS:
        schema = json.loads(schema_text(which))
        assert not [part for part in (schema, *schema["$defs"].values()) if {"title", "description"} & part.keys()]


def test_the_verb_prints_the_schema(loa: Loa) -> None:
    done = loa("schema", "campaign")
    assert json.loads(done.stdout)["$defs"]["Unit"]["properties"]["name"]["description"]
