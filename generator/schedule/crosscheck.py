"""What no single part of schedule.yaml can tell: names that lead nowhere, spans that cannot be."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator import yamlfile
from generator.bulletin import APOLOGY
from generator.errors import Finding, WorkspaceError
from generator.i18n import _
from generator.schedule.broadcast import Broadcast
from generator.schedule.outputs import AnyOutput, Group
from generator.workspace import Workspace, yaml_files
from generator.yamlfile import YamlFile


def cross_check(
    source: YamlFile,
    workspace: Workspace,
    broadcasts: Mapping[int, Broadcast],
    outputs: Mapping[str, AnyOutput | None],
) -> list[Finding]:
    """Every problem between the parts that could be read."""
    communes = _communes(workspace)
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    for index, broadcast in broadcasts.items():
        path = ("broadcasts", index)
        findings += _names(source, path, broadcast, communes, outputs)
        findings += _spans(source, path, broadcast)
        if broadcast.id in seen:
            message = _("“{id}” is the name of two broadcasts.").format(id=broadcast.id)
            mend = _("Give each its own id; approvals and the log tell them apart by it.")
            findings.append(source.finding((*path, "id"), "broadcast.twice", message, mend))
        if broadcast.id == APOLOGY:
            message = _("“{id}” is the name of the commune's apology.").format(id=broadcast.id)
            findings.append(source.finding((*path, "id"), "broadcast.apology", message, _("Choose another id.")))
        seen[broadcast.id] = index
    for name, output in outputs.items():
        if isinstance(output, Group):
            findings += _group(source, name, output, outputs)
    return findings


def _names(
    source: YamlFile,
    path: tuple[str | int, ...],
    broadcast: Broadcast,
    communes: Mapping[str, tuple[str, ...] | None],
    outputs: Mapping[str, AnyOutput | None],
) -> Iterator[Finding]:
    if broadcast.commune not in communes:
        message = _("There is no file campaigns/{name}.yaml.").format(name=broadcast.commune)
        yield source.finding((*path, "commune"), "commune.unknown", message, _near(broadcast.commune, communes))
    known = communes.get(broadcast.commune)
    for number, campaign in enumerate(broadcast.campaigns):
        if known is not None and campaign not in known:
            message = _("{commune} has no campaign “{name}”.").format(commune=broadcast.commune, name=campaign)
            yield source.finding((*path, "campaigns", number), "campaign.unknown", message, _near(campaign, known))
    for number, extra in enumerate(broadcast.also):
        if extra.campaign and extra.campaign not in broadcast.campaigns:
            message = _("“{name}” is not among the campaigns of this broadcast.").format(name=extra.campaign)
            mend = _near(extra.campaign, broadcast.campaigns)
            yield source.finding((*path, "also", number), "campaign.unknown", message, mend)
    for number, output in enumerate(broadcast.on):
        if output not in outputs:
            message = _("There is no output “{name}”.").format(name=output)
            yield source.finding((*path, "on", number), "output.unknown", message, _near(output, outputs))


def _spans(source: YamlFile, path: tuple[str | int, ...], broadcast: Broadcast) -> Iterator[Finding]:
    if broadcast.length.min > broadcast.length.max:
        message = _("The shortest length is longer than the longest.")
        yield source.finding((*path, "length", "min"), "length.order", message, _("Exchange min and max."))
    if broadcast.from_ and broadcast.until and broadcast.from_ > broadcast.until:
        message = _("“from” is after “until”: this would never be on air.")
        yield source.finding((*path, "from"), "broadcast.never", message, _("Exchange the two dates."))
    if not broadcast.at and not broadcast.also:
        message, mend = _("No time of day is given."), _('Add for example at: ["17:00"].')
        yield source.finding(path, "broadcast.never", message, mend)
    if broadcast.rrule and broadcast.days is not None:
        message, mend = _("“days” and “rrule” are both given."), _("Keep one of the two.")
        yield source.finding((*path, "rrule"), "broadcast.days", message, mend, key=True)
    counted = [
        key
        for key, used in (
            ("rotate", broadcast.rotate),
            ("every_weeks", broadcast.every_weeks > 1),
            ("rrule", broadcast.rrule),
        )
        if used
    ]
    if counted and not broadcast.from_:
        message = _("“{key}” is counted from the first day, and there is no “from”.").format(key=counted[0])
        yield source.finding((*path, counted[0]), "broadcast.from", message, _("Add from: with a date."), key=True)


def _group(source: YamlFile, name: str, group: Group, outputs: Mapping[str, AnyOutput | None]) -> Iterator[Finding]:
    for number, member in enumerate(group.outputs):
        path = ("outputs", name, "outputs", number)
        if member not in outputs:
            message = _("There is no output “{name}”.").format(name=member)
            yield source.finding(path, "output.unknown", message, _near(member, outputs))
        elif name in _members(member, outputs, frozenset()):
            message, mend = _("The group “{name}” holds itself.").format(name=name), _("Remove it from its own list.")
            yield source.finding(path, "output.circle", message, mend)


def _members(name: str, outputs: Mapping[str, AnyOutput | None], above: frozenset[str]) -> set[str]:
    output = outputs.get(name)
    if not isinstance(output, Group) or name in above:
        return {name}
    return {name}.union(*(_members(member, outputs, above | {name}) for member in output.outputs))


def _near(name: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name, known, 1, 0.6)
    if near:
        return _("Did you mean “{near}”?").format(near=near[0])
    return _("Choose: {list}").format(list=", ".join(known)) if known else _("Add it first.")


def _communes(workspace: Workspace) -> dict[str, tuple[str, ...] | None]:
    """The stems of the commune files and the campaigns of each; None where the file cannot be read.

    A broken commune file is reported by its own stage; it must not keep the other communes off the air.
    """
    found: dict[str, tuple[str, ...] | None] = {}
    for path in yaml_files(workspace.campaigns):
        try:
            data: Any = yamlfile.load(path, path.name).data
            found[path.stem] = tuple(str(campaign["id"]) for campaign in data["campaigns"])
        except (WorkspaceError, KeyError, TypeError):
            found[path.stem] = None
    return found
