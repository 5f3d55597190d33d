"""`loa schema`: JSON Schemas of the YAML files, for editors that complete and underline."""

import json
from collections.abc import Callable, Mapping
from types import GenericAlias
from typing import Any

import click
from pydantic import BaseModel, ConfigDict, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from loa.campaign import Commune
from loa.cli.app import loa
from loa.i18n import _
from loa.schedule.alerts import Alerts
from loa.schedule.backup import Backup
from loa.schedule.fees import Fees
from loa.schedule.messages import Feedback, Messages
from loa.schedule.models import Approval, Broadcast, Publication, Rules
from loa.schedule.outputs import AnyOutput
from loa.schedule.players import Players

_WORDS = ("title", "description")
FORBID = ConfigDict(extra="forbid")


class _AsTyped(GenerateJsonSchema):
    """Values that we read from text ("10m", "05:30-08:00") may be text in the schema too."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """Only what the models say themselves."""
        return False

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """What the validator gives, or the text that people type."""
        return _or_text(super().function_before_schema(schema))

    def handle_invalid_for_json_schema(self, schema: core_schema.CoreSchema, error_info: str) -> JsonSchemaValue:  # noqa: ARG002
        """A Python type that YAML does not have, read by our own validator: text."""
        return {"type": "string"}


@loa.command(help=_("Print the JSON Schema of campaigns/*.yaml, of schedule.yaml or of schedules/*.yaml."))
@click.argument("which", type=click.Choice(["campaign", "schedule", "commune-schedule"]))
def schema(which: str) -> None:
    """JSON to stdout."""
    click.echo(schema_text(which), nl=False)


def schema_text(which: str) -> str:
    """The schema as it ships in schemas/."""
    models: dict[str, Callable[[], type[BaseModel]]] = {
        "campaign": lambda: Commune,
        "schedule": _schedule_file,
        "commune-schedule": _commune_schedule,
    }
    model = models[which]()
    made = model.model_json_schema(schema_generator=_AsTyped)
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
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
        "backup": (Backup | None, None),
        "approval": (Approval | None, None),
        "publish": (Publication | None, None),
        "players": (Players | None, None),
        "fees": (Fees | None, None),
        "messages": (Messages | None, None),
        "feedback": (Feedback | None, None),
        "broadcasts": (tuple[Broadcast, ...], ()),
    }
    return create_model("Schedule", __config__=FORBID, **fields)


def _commune_schedule() -> type[BaseModel]:
    """schedules/<commune>.yaml: broadcasts of the commune that its name says."""
    broadcast = create_model("Broadcast", __base__=Broadcast, commune=(str | None, None))
    fields: dict[str, Any] = {"broadcasts": (GenericAlias(tuple, (broadcast, ...)), ())}
    return create_model("CommuneSchedule", __config__=FORBID, **fields)


def _or_text(schema: JsonSchemaValue) -> JsonSchemaValue:
    if schema.get("type") == "string" and "const" not in schema:
        return schema
    return {"anyOf": [schema, {"type": ["string", "null"]}]}


def _plain(part: Any) -> Any:
    """Titles and descriptions in the user's language; without the names and docstrings of models."""
    if isinstance(part, Mapping):
        model = isinstance(part.get("properties"), Mapping) or "$defs" in part
        keep = {k: v for k, v in part.items() if k not in ("ge", "le") and not (model and k in _WORDS)}
        return {k: _(v) if k in _WORDS and isinstance(v, str) else _plain(v) for k, v in keep.items()}
    return [_plain(value) for value in part] if isinstance(part, list) else part
