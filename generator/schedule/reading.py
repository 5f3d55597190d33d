"""schedule.yaml read and checked: each part by its model, then the parts against each other; one report of all."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field

from generator import yamlfile
from generator.errors import Finding, ScheduleError, WorkspaceError
from generator.i18n import _
from generator.schedule.alerts import Alerts
from generator.schedule.broadcast import Broadcast
from generator.schedule.crosscheck import cross_check
from generator.schedule.fields import Zone, zone
from generator.schedule.model import Rules, Schedule
from generator.schedule.outputs import KINDS, AnyOutput
from generator.workspace import Workspace
from generator.yamlfile import Strict, YamlFile

Model = TypeVar("Model", bound=BaseModel)


class _Frame(Strict):
    """The keys of the file; the parts below `outputs` and `broadcasts` are read one by one."""

    language: Literal["vi", "en"] | None = None
    timezone: Zone = zone("Asia/Ho_Chi_Minh")
    database: str | None = None
    outputs: dict[str, Any] = Field(default_factory=dict)
    rules: Rules = Rules()
    alerts: Alerts = Alerts()
    broadcasts: tuple[Any, ...] = ()


def load(workspace: Workspace, kept: Path | None = None) -> Schedule:
    """The checked schedule of `workspace`. Raises ScheduleError with every problem of the file.

    `kept`: a copy of one that was good. What it names is not looked for again, for that may be what has changed.
    """
    file = kept or workspace.schedule_file
    try:
        source = yamlfile.load(file, workspace.relative(file))
    except WorkspaceError as error:
        raise ScheduleError(error.findings) from error
    problems: list[Finding] = []

    def part(model: type[Model], *path: str | int) -> Model | None:
        try:
            return yamlfile.validate(model, source, path)
        except WorkspaceError as error:
            problems.extend(error.findings)
            return None

    frame = part(_Frame)
    outputs = _outputs(source, part, problems)
    broadcasts: dict[int, Broadcast] = {}
    for index, _item in enumerate(_list(source, "broadcasts")):
        broadcast = part(Broadcast, "broadcasts", index)
        if broadcast:
            broadcasts[index] = broadcast
    if kept is None:
        problems += cross_check(source, workspace, broadcasts, outputs)
    if problems or frame is None:
        raise ScheduleError(sorted(problems, key=lambda f: (f.line or 0, f.column or 0)))
    return Schedule(
        frame.timezone,
        tuple(broadcasts.values()),
        {name: output for name, output in outputs.items() if output},
        frame.rules,
        frame.alerts,
        frame.language,
        frame.database,
    )


def _outputs(source: YamlFile, part: Callable[..., Any], problems: list[Finding]) -> dict[str, AnyOutput | None]:
    """Every output by its kind's model; None for one that is named but wrong, so that no second error follows."""
    outputs: dict[str, AnyOutput | None] = {}
    for name, given in _items(source, "outputs"):
        outputs[name] = None
        if not isinstance(given, dict) or "kind" not in given:
            message, mend = (
                _("This output has no kind."),
                _("Write for example {example}").format(example="{kind: sound-card, device: default}"),
            )
            problems.append(source.finding(("outputs", name), "output.kind", message, mend, key=True))
            continue
        kind = "null" if given["kind"] is None else str(given["kind"])
        if kind not in KINDS:
            message = _("“{value}” is not a kind of output.").format(value=kind)
            mend = _("Choose: {list}").format(list=", ".join(KINDS))
            problems.append(source.finding(("outputs", name, "kind"), "value.choice", message, mend))
            continue
        outputs[name] = part(KINDS[kind], "outputs", name)
    return outputs


def _items(source: YamlFile, key: str) -> Iterator[tuple[str, Any]]:
    found = source.data.get(key) if isinstance(source.data, dict) else None
    yield from found.items() if isinstance(found, dict) else ()


def _list(source: YamlFile, key: str) -> list[Any]:
    found = source.data.get(key) if isinstance(source.data, dict) else None
    return found if isinstance(found, list) else []
