"""`loa schema`: JSON Schemas of the two YAML files, for editors that complete and underline."""

import json
from collections.abc import Mapping
from typing import Any

import click
from pydantic import BaseModel, ConfigDict, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from loa.campaign import Commune
from loa.cli.app import loa
from loa.i18n import _
from loa.schedule.alerts import Alerts
from loa.schedule.models import Broadcast, Rules
from loa.schedule.outputs import AnyOutput


def meanings() -> dict[tuple[str, str], str]:
    """(model, key) → its meaning, in the user's language."""
    return {
        ("Unit", "sample"): _("true: a model to copy; its name is still to be filled in."),
        ("Unit", "name"): _("The commune's name, without its kind."),
        ("Unit", "kind"): _("The commune's kind."),
        ("Unit", "district"): _("The district; only before 1 July 2025."),
        ("Unit", "province"): _("The province's name, without its kind."),
        ("Unit", "code"): _("Today's official code of the commune."),
        ("Unit", "website"): _("The commune's own website."),
        ("Portal", "url"): _("The province's portal; only before 1 July 2025."),
        ("Portal", "national"): _("The national portal."),
        ("Desk", "name"): _("What the place is called."),
        ("Desk", "address"): _("Where it is; null is not said."),
        ("Desk", "phone"): _("Its telephone; null is not said."),
        ("Desk", "hours"): _("When it is open; null is not said."),
        ("Hotline", "who"): _("Who answers."),
        ("Hotline", "phone"): _("The number, in quotation marks."),
        ("StationSettings", "call"): _("How the station names itself."),
        ("StationSettings", "region"): _("The accent of the listeners: north, centre or south."),
        ("StationSettings", "voice"): _("ENGINE or ENGINE:VOICE; null: the best that is ready."),
        ("StationSettings", "voices"): _(
            "Who presents: [nữ, nam] take turns, paragraph by paragraph; empty: one voice."
        ),
        ("StationSettings", "jingle"): _("The station's sound."),
        ("StationSettings", "pronounce"): _("How this station says a word: {VNeID: vi en i đi}."),
        ("Services", "level_3"): _("Services at level 3; only before 15 August 2022."),
        ("Services", "level_4"): _("Services at level 4; only before 15 August 2022."),
        ("Services", "combined"): _("Services at levels 3 and 4 together; only before 15 August 2022."),
        ("Services", "full"): _("Services of the kind toàn trình."),
        ("Services", "partial"): _("Services of the kind một phần."),
        ("Campaign", "id"): _("A short name in a-z, 0-9 and hyphens."),
        ("Campaign", "template"): _("The template below templates/articles/."),
        ("Campaign", "variant"): _("Another wording of the same template: 2, 3, ..."),
        ("Campaign", "title"): _("The article's title."),
        ("Campaign", "as_of"): _("The day whose law the text follows, year-month-day."),
        ("Campaign", "form"): _("radio: greeting and thanks on the page too; web: only on air."),
        ("Campaign", "services"): _("How many services the commune offers online; null is not said."),
        ("Campaign", "postal"): _("Filing and results by post."),
        ("Campaign", "linked_services"): _("Linked services that the commune has."),
        ("Campaign", "explain_levels"): _("true: also say what the former four levels were."),
        ("Campaign", "voices"): _("Who presents this article: [nữ, nam] or [nữ]; empty: as the station does."),
        ("Campaign", "appeal_to"): _("Who is asked to spread the word."),
        ("Campaign", "body"): _("The paragraphs of a free notice (template thong-bao)."),
        ("Campaign", "deadline"): _("The last day to do what the article asks for."),
        ("Campaign", "contact"): _("Where to go for this topic; null: the contact desk."),
        ("Campaign", "hotlines"): _("Whom to call."),
        ("Campaign", "notes"): _("For staff only: never published, never spoken."),
        ("Commune", "commune"): _("The commune itself."),
        ("Commune", "portal"): _("Where online services are."),
        ("Commune", "contact_desk"): _("Where people come in person."),
        ("Commune", "station"): _("The commune's radio."),
        ("Commune", "campaigns"): _("The articles to make, one entry each."),
    }


FORBID = ConfigDict(extra="forbid")


class _AsTyped(GenerateJsonSchema):
    """Values that we read from text ("10m", "05:30-08:00") may be text in the schema too."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """What the validator gives, or the text that people type."""
        return _or_text(super().function_before_schema(schema))

    def handle_invalid_for_json_schema(self, schema: core_schema.CoreSchema, error_info: str) -> JsonSchemaValue:  # noqa: ARG002
        """A Python type that YAML does not have, read by our own validator: text."""
        return {"type": "string"}


@loa.command(help=_("Print the JSON Schema of campaigns/*.yaml or of schedule.yaml."))
@click.argument("which", type=click.Choice(["campaign", "schedule"]))
def schema(which: str) -> None:
    """JSON to stdout."""
    click.echo(schema_text(which), nl=False)


def schema_text(which: str) -> str:
    """The schema as it ships in schemas/."""
    model = Commune if which == "campaign" else _schedule_file()
    made = model.model_json_schema(schema_generator=_AsTyped)
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
    for (name, key), meaning in meanings().items() if which == "campaign" else ():
        part = made if name == "Commune" else made["$defs"][name]
        part["properties"][key]["description"] = meaning
    return json.dumps(_plain(made), ensure_ascii=False, indent=2) + "\n"


def _schedule_file() -> type[BaseModel]:
    """schedule.yaml as one model; its reader checks it part by part."""
    fields: dict[str, Any] = {
        "language": (str | None, None),
        "timezone": (str, "Asia/Ho_Chi_Minh"),
        "database": (str | None, None),
        "outputs": (dict[str, AnyOutput], {}),
        "rules": (Rules | None, None),
        "alerts": (Alerts | None, None),
        "broadcasts": (tuple[Broadcast, ...], ()),
    }
    return create_model("Schedule", __config__=FORBID, **fields)


def _or_text(schema: JsonSchemaValue) -> JsonSchemaValue:
    if schema.get("type") == "string" and "const" not in schema:
        return schema
    return {"anyOf": [schema, {"type": ["string", "null"]}]}


def _plain(part: Any) -> Any:
    """Without the docstrings and titles that are for developers."""
    if isinstance(part, Mapping):
        keep = {k: v for k, v in part.items() if not (k == "title" and isinstance(v, str)) and k not in ("ge", "le")}
        if "properties" in keep or "$defs" in keep:
            keep.pop("description", None)
        return {key: _plain(value) for key, value in keep.items()}
    return [_plain(value) for value in part] if isinstance(part, list) else part
