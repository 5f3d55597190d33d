"""`loa schema`: JSON Schemas of the two YAML files, for editors that complete and underline."""

import json
from collections.abc import Mapping
from typing import Any

import click
from pydantic import BaseModel, ConfigDict, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from generator.campaign import Commune
from generator.campaign.meaning import meanings
from generator.cli.app import loa
from generator.i18n import _
from generator.schedule.alerts import Alerts
from generator.schedule.broadcast import Broadcast
from generator.schedule.model import Rules
from generator.schedule.outputs import AnyOutput

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
