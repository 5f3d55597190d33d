"""Whatever is written at any key of any file: Vietnamese words, never the validator's own English, never a crash."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from loa.campaign.models import Commune
from loa.errors import WorkspaceError
from loa.i18n import set_language
from loa.schedule.alerts import Alerts
from loa.schedule.models import Broadcast, Rules
from loa.schedule.outputs import KINDS
from loa.yamlfile import model_in, parse, validate

WRONG: tuple[Any, ...] = (
    *(None, "", "chữ 9", [], {}, -1, 7, 10**6, 1.5, True),
    *(["x", 1], {"a": 1}, [[1]], [{"z": 1}]),
)


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    set_language("vi")
    yield
    set_language("en")


def keys(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        path = (*above, field.alias or name)
        yield path
        inner = model_in(field.annotation)
        if inner is not None:
            yield from keys(inner, path)


def files_with(path: tuple[str, ...], value: Any) -> Iterator[dict[str, Any]]:
    """The value at its key, and the same in a list of such groups."""
    inner: Any = value
    for step in reversed(path[1:]):
        inner = {step: inner}
    yield {path[0]: inner}
    yield {path[0]: [inner]}


@pytest.mark.parametrize("model", [Commune, Broadcast, Rules, Alerts, *KINDS.values()])
def test_every_complaint_is_vietnamese(model: type[BaseModel]) -> None:
    english = set()
    complaints = 0
    for path in keys(model):
        for value in WRONG:
            for data in files_with(path, value):
                try:
                    validate(model, parse(yaml.safe_dump(data, allow_unicode=True), "x.yaml"))
                except WorkspaceError as error:
                    complaints += len(error.findings)
                    english |= {f.message for f in error.findings if f.message.isascii()}
                    english |= {f.fix for f in error.findings if f.fix and f.fix.isascii()}
    assert complaints
    assert not english
