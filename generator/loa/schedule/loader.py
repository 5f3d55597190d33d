"""Load schedule.yaml, and the schedules of single communes beside it: validate each part with its model, then the parts
against each other; report all problems.
"""

import datetime
import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field

from loa import plugins, yamlfile
from loa.bulletin.models import APOLOGY
from loa.errors import Finding, PluginError, ScheduleError, WorkspaceError
from loa.file_cache import FileCache, marks_in
from loa.formats import lasting
from loa.i18n import _
from loa.schedule.alerts import Alerts
from loa.schedule.backup import Backup
from loa.schedule.commune_files import CommuneSchedule, places, read_all, read_as
from loa.schedule.fees import Fees
from loa.schedule.messages import Feedback, Messages
from loa.schedule.models import LONGEST_TEST, Approval, Broadcast, Extra, Move, Publication, Rules, Schedule
from loa.schedule.output_plugins import kinds, plugin
from loa.schedule.outputs import KINDS, PREFIX, AnyOutput, Group, MissingPlugin, Placed, RemotePlayer
from loa.schedule.players import Players
from loa.schedule.programme import Article, Music, Relay, Talk
from loa.schedule.values import DatabaseUrl, Zone, zone
from loa.text import nfc
from loa.workspace import Workspace, is_yaml, leads_out
from loa.yamlfile import SCHEDULE_LIMITS, Strict, YamlFile

_ANY_DAY = datetime.date(2000, 1, 1)


CampaignIds = Mapping[str, tuple[str, ...]]
"""The campaigns' ids of each commune, by its stem."""


def cross_check(
    source: YamlFile,
    communes: Mapping[str, tuple[str, ...] | None],
    broadcasts: Mapping[int, Broadcast],
    outputs: Mapping[str, AnyOutput | None],
    seen: set[str],
) -> list[Finding]:
    """Return every problem of the broadcasts of one file with all other parts.

    `seen`: the ids of other files, to which those of this one are added.
    """
    findings: list[Finding] = []
    for index, broadcast in broadcasts.items():
        path = ("broadcasts", index)
        findings += _names(source, path, broadcast, communes, outputs)
        findings += _spans(source, path, broadcast)
        findings += _alone(source, path, broadcast, outputs)
        if broadcast.id in seen:
            message = _("“{id}” is the name of two broadcasts.").format(id=broadcast.id)
            fix = _("Give each its own id; approvals and the log tell them apart by it.")
            findings.append(source.finding((*path, "id"), "broadcast.twice", message, fix))
        if broadcast.id == APOLOGY:
            message = _("“{id}” is the name of the commune's apology.").format(id=broadcast.id)
            findings.append(source.finding((*path, "id"), "broadcast.apology", message, _("Choose another id.")))
        seen.add(broadcast.id)
    return findings


def _check_outputs(
    source: YamlFile, communes: Mapping[str, tuple[str, ...] | None], outputs: Mapping[str, AnyOutput | None]
) -> list[Finding]:
    """Return every problem of the outputs with all other parts."""
    findings = [*_limited(source, outputs)]
    for name, output in outputs.items():
        if isinstance(output, Group):
            findings += _group(source, name, output, outputs)
        if output and output.commune is not None and output.commune not in communes:
            message = _("There is no file campaigns/{name}.yaml.").format(name=output.commune)
            fix = _near(output.commune, communes)
            findings.append(source.finding(("outputs", name, "commune"), "commune.unknown", message, fix))
    return [*findings, *_output_names(source, outputs)]


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
    turns: tuple[tuple[str, tuple[Extra | Move, ...]], ...] = (("also", broadcast.also), ("moved", broadcast.moved))
    for key, items in turns:
        for number, extra in enumerate(items):
            if extra.campaign and extra.campaign not in broadcast.campaigns:
                message = _("“{name}” is not among the campaigns of this broadcast.").format(name=extra.campaign)
                fix = _near(extra.campaign, broadcast.campaigns)
                yield source.finding((*path, key, number), "campaign.unknown", message, fix)
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
    yield from _programme(source, path, broadcast)
    if broadcast.test and broadcast.length.max > LONGEST_TEST:
        message = _("A test of the equipment lasts a minute at most.")
        yield source.finding((*path, "test"), "broadcast.test", message, _("Write length: {max: 1m}."), key=True)
    if not broadcast.at and not broadcast.extras:
        message, fix = _("No time of day is given."), _('Add for example at: ["17:00"].')
        yield source.finding(path, "broadcast.never", message, fix)
    if broadcast.rrule and broadcast.days is not None:
        message, fix = _("“days” and “rrule” are both given."), _("Keep one of the two.")
        yield source.finding((*path, "rrule"), "broadcast.days", message, fix, key=True)
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


def _programme(source: YamlFile, path: tuple[str | int, ...], broadcast: Broadcast) -> Iterator[Finding]:
    """What is wrong with the items of a programme, beside each of them alone."""
    if broadcast.has_articles and not broadcast.campaigns:
        message, fix = _("“{key}” is missing.").format(key="campaigns"), _("Add “{key}:” here.").format(key="campaigns")
        yield source.finding(path, "key.missing", message, fix)
    if not broadcast.is_programme:
        return
    played: list[str] = []
    for number, item in enumerate(broadcast.items):
        if isinstance(item, Article):
            played += [item.campaign] if item.campaign else broadcast.campaigns
            if item.campaign and item.campaign not in broadcast.campaigns:
                message = _("“{name}” is not among the campaigns of this broadcast.").format(name=item.campaign)
                fix = _near(item.campaign, broadcast.campaigns)
                yield source.finding((*path, "items", number, "campaign"), "campaign.unknown", message, fix)
            elif item.campaign and broadcast.rotate:
                message = _("An item names a campaign, and the campaigns take turns.")
                fix = _("Take “campaign” out of the item: then it is the one whose turn it is.")
                yield source.finding((*path, "items", number, "campaign"), "programme.turn", message, fix, key=True)
        elif isinstance(item, Relay | Talk):
            yield from _hard_end(source, (*path, "items", number), broadcast, item)
    for number, campaign in enumerate(broadcast.campaigns):
        if campaign not in played:
            message = _("No item of this programme plays “{name}”.").format(name=campaign)
            fix = _("Add an item {example}, or take the campaign out.").format(example="{kind: article}")
            yield source.finding((*path, "campaigns", number), "programme.unplayed", message, fix)
    for kind in ("opening", "closing"):
        if len(of_kind := [n for n, item in enumerate(broadcast.items) if item.kind == kind]) > 1:
            message = _("A programme has one {kind}.").format(kind=kind)
            yield source.finding((*path, "items", of_kind[1]), "programme.twice", message, _("Take this one out."))
    unheard = all(isinstance(item, Music) and item.length is None for item in broadcast.items)
    if unheard and not broadcast.length.min:
        message = _("Nothing would be heard: music without a length only fills up to the shortest length (length.min).")
        fix = _("Give the music a length, for example length: 20s.")
        yield source.finding((*path, "items"), "programme.empty", message, fix, key=True)
    if broadcast.talk and (len(broadcast.items) > 1 or broadcast.campaigns):
        message = _("A talk at the microphone is a programme of its own.")
        fix = _("Take out the other items and the campaigns; give them a broadcast of their own.")
        yield source.finding((*path, "items"), "programme.talk", message, fix, key=True)
    if broadcast.talk and broadcast.priority == "emergency":
        message = _("An emergency message cannot wait for a speaker.")
        yield source.finding((*path, "priority"), "programme.emergency", message, _("Give it the priority “priority”."))
    if broadcast.priority == "emergency" and broadcast.relays:
        message, fix = _("An emergency message cannot be a relay."), _("Give it the priority “priority”.")
        yield source.finding((*path, "priority"), "programme.emergency", message, fix)


def _alone(
    source: YamlFile, path: tuple[str | int, ...], broadcast: Broadcast, outputs: Mapping[str, AnyOutput | None]
) -> Iterator[Finding]:
    """Players open a relay by themselves: what comes in at an input of this computer they cannot hear, nor a talk."""
    for number, name in enumerate(broadcast.on if broadcast.talk else ()):
        members = _members(name, outputs, frozenset())
        if any(isinstance(outputs.get(member), RemotePlayer) for member in members):
            message = _("“{name}” stands elsewhere: the microphone does not reach it.").format(name=name)
            fix = _("Speak on an output of the kind icecast, and let the players relay its address at the same hour.")
            yield source.finding((*path, "on", number), "live.player", message, fix)
    here = [relay for relay in broadcast.relays if not (relay.url or relay.players)]
    for number, name in enumerate(broadcast.on if here else ()):
        members = _members(name, outputs, frozenset())
        if any(isinstance(outputs.get(member), RemotePlayer) for member in members):
            message = _("“{name}” stands elsewhere and cannot hear the input “{line}” of this computer.").format(
                name=name, line=here[0].line
            )
            fix = _("Add to the relay an address at which players hear the same: {example}").format(
                example="players: http://192.168.1.10:8000/tiep-song.mp3"
            )
            yield source.finding((*path, "on", number), "relay.player", message, fix)


def _hard_end(
    source: YamlFile, path: tuple[str | int, ...], broadcast: Broadcast, item: Relay | Talk
) -> Iterator[Finding]:
    """Hours of what comes live that do not meet those of its broadcast: a wrong one may put it on air at night."""
    if item.to is None:
        return
    what = _("The relay ends at {end}, and the broadcast of {begin} lasts {length} at most.")
    if isinstance(item, Talk):
        what = _("The talk ends at {end}, and the broadcast of {begin} lasts {length} at most.")
    for hour in sorted(set(broadcast.at)):
        begins, ends = (at.on(_ANY_DAY) for at in (hour, item.to))
        if not 0 < (ends - begins).total_seconds() <= broadcast.length.max:
            message = what.format(end=f"{item.to:%H:%M}", begin=f"{hour:%H:%M}", length=lasting(broadcast.length.max))
            fix = _("Correct the hour, or raise length.max; for several hours a day write “length” instead of “to”.")
            yield source.finding((*path, "to"), "relay.hours", message, fix)


def _limited(source: YamlFile, outputs: Mapping[str, AnyOutput | None]) -> Iterator[Finding]:
    """Limits for loudspeakers that are not there: they would limit nothing."""
    rules = source.data.get("rules") if isinstance(source.data, dict) else None
    limits = rules.get("limits") if isinstance(rules, dict) else None
    for number, limit in enumerate(limits if isinstance(limits, list) else ()):
        named = limit.get("on") if isinstance(limit, dict) else None
        names = [part.strip() for part in named.split(",")] if isinstance(named, str) else named
        for name in names if isinstance(names, list) else ():
            if name and name not in outputs:
                message = _("There is no output “{name}”.").format(name=name)
                yield source.finding(("rules", "limits", number, "on"), "output.unknown", message, _near(name, outputs))


def _group(source: YamlFile, name: str, group: Group, outputs: Mapping[str, AnyOutput | None]) -> Iterator[Finding]:
    villages = {o.village.casefold(): o.village for o in outputs.values() if isinstance(o, Placed) and o.village}
    if not group.outputs and not group.villages:
        message, fix = _("The group “{name}” is empty.").format(name=name), _("Name loudspeakers or villages.")
        yield source.finding(("outputs", name), "output.empty", message, fix, key=True)
    if group.after is not None:
        other, seen = outputs.get(group.after), {name}
        if not isinstance(other, Group):
            groups = [known for known, output in outputs.items() if isinstance(output, Group) and known != name]
            message = _("There is no group “{name}”.").format(name=group.after)
            yield source.finding(("outputs", name, "after"), "output.unknown", message, _near(group.after, groups))
        before: str | None = group.after
        while before is not None and before not in seen:
            seen.add(before)
            following = outputs.get(before)
            before = following.after if isinstance(following, Group) else None
        if before is not None:
            message = _("The group “{name}” waits for itself.").format(name=before)
            fix = _("Take “after” out of one of these groups.")
            yield source.finding(("outputs", name, "after"), "output.circle", message, fix)
    for number, village in enumerate(group.villages):
        if village.casefold() not in villages:
            message = _("No loudspeaker stands in “{name}”.").format(name=village)
            fix = _near(village, villages.values())
            yield source.finding(("outputs", name, "villages", number), "village.unknown", message, fix)
    for number, member in enumerate(group.outputs):
        path = ("outputs", name, "outputs", number)
        if member not in outputs:
            message = _("There is no output “{name}”.").format(name=member)
            yield source.finding(path, "output.unknown", message, _near(member, outputs))
        elif name in _members(member, outputs, frozenset()):
            message, fix = _("The group “{name}” holds itself.").format(name=name), _("Remove it from its own list.")
            yield source.finding(path, "output.circle", message, fix)


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


def _communes(workspace: Workspace, loaded: CampaignIds) -> dict[str, tuple[str, ...] | None]:
    """Return the campaign ids of each commune file, by its stem; None if the file cannot be read.

    An invalid commune file is reported by `loa.campaign`; it must not stop the other communes' broadcasts.
    """
    found: dict[str, tuple[str, ...] | None] = {}
    for name, mark in marks_in(workspace.campaigns, is_yaml).items():
        path = workspace.campaigns / name
        known = loaded.get(nfc(path.stem))
        found[path.stem] = _ids.get(path, mark) if known is None else known
    return found


def _ids_in(path: Path) -> tuple[str, ...] | None:
    try:
        data: Any = yamlfile.load(path, path.name).data
        return tuple(str(campaign["id"]) for campaign in data["campaigns"])
    except (WorkspaceError, KeyError, TypeError):
        return None


_ids: FileCache[Path, tuple[str, ...] | None] = FileCache(_ids_in, most=10_000)
_NONE: CampaignIds = {}


Model = TypeVar("Model", bound=BaseModel)


class _Frame(Strict):
    """The top level of the file; the entries of `outputs` and `broadcasts` are validated one by one."""

    language: Literal["vi", "en"] | None = None
    timezone: Zone = zone("Asia/Ho_Chi_Minh")
    database: DatabaseUrl = None
    outputs: dict[str, Any] = Field(default_factory=dict)
    rules: Rules = Rules()
    alerts: Alerts = Alerts()
    backup: Backup = Backup()
    approval: Approval = Approval()
    publish: Publication = Publication()
    players: Players = Players()
    fees: Fees = Fees()
    messages: Messages = Messages()
    feedback: Feedback = Feedback()
    broadcasts: tuple[Any, ...] = ()


def load_schedule(workspace: Workspace, kept: Path | None = None, *, loaded: CampaignIds = _NONE) -> Schedule:
    """Load and check the schedule of `workspace`. Raises ScheduleError with every problem of its files.

    `kept`: load this copy of an earlier valid schedule instead, and the copies of the communes' own ones. Their
    communes, campaigns and outputs are not checked again, because they may have changed in the meantime. `loaded`:
    communes whose files need not be read again.
    """
    parts, problems = _parts(
        lambda: read_all(workspace.last_good_schedules if kept else workspace.schedules, kept=bool(kept))
    )
    file = kept or workspace.schedule_file
    try:
        source = yamlfile.load(file, workspace.relative(file), SCHEDULE_LIMITS)
    except WorkspaceError as error:
        raise ScheduleError([*error.findings, *problems]) from error
    return _checked(source, None if kept else workspace, loaded, parts, problems)


def load_beside(workspace: Workspace, error: ScheduleError) -> Schedule:
    """Return the schedule without what `error` finds wrong, where that is in communes' own files alone: of these the
    last valid copies count, of the others what they say now.

    One commune's slip does not hold up all others. Raises `error` where schedule.yaml itself is wrong.
    """
    parts = [*_parts(lambda: read_all(workspace.schedules))[0]]
    broken = {finding.file for finding in error.findings}
    if not broken or not broken <= {part.file for part in parts}:
        raise error
    copies = {part.path.name: part for part in read_all(workspace.last_good_schedules, kept=True)}
    whole = [part for part in parts if part.file not in broken]
    instead = [copies[part.path.name] for part in parts if part.file in broken and part.path.name in copies]
    file = workspace.schedule_file
    source = yamlfile.load(file, workspace.relative(file), SCHEDULE_LIMITS)
    found = _checked(source, workspace, _NONE, whole, [])
    known = {broadcast.id for broadcast in found.broadcasts}
    held = [one for part in instead for one in part.broadcasts.values() if one.id not in known]
    names = {id_: name for part in instead for id_, name in part.files.items() if id_ not in known}
    return replace(found, broadcasts=(*found.broadcasts, *held), own_files={**found.own_files, **names})


def parse_schedule(text: str, workspace: Workspace, path: Path | None = None) -> Schedule:
    """The schedule that there would be if schedule.yaml, or the commune's own one at `path`, were this text.

    Raises as `load_schedule`.
    """
    parts, problems = _parts(lambda: read_all(workspace.schedules))
    texts = {}
    try:
        if path is None or path == workspace.schedule_file:
            source = yamlfile.parse(text, workspace.relative(workspace.schedule_file), SCHEDULE_LIMITS)
        else:
            texts[path] = text
            parts = sorted([*(p for p in parts if p.path != path), read_as(path, text)], key=lambda part: part.path)
            file = workspace.schedule_file
            source = yamlfile.load(file, workspace.relative(file), SCHEDULE_LIMITS)
    except WorkspaceError as error:
        raise ScheduleError([*error.findings, *problems]) from error
    return _checked(source, workspace, _NONE, parts, problems, texts)


def _parts(read: Callable[[], list[CommuneSchedule]]) -> tuple[list[CommuneSchedule], list[Finding]]:
    """The communes' own schedules; none, and why, where they cannot be listed."""
    try:
        return read(), []
    except WorkspaceError as error:
        return [], [*error.findings]


def _checked(
    source: YamlFile,
    workspace: Workspace | None,
    loaded: CampaignIds,
    parts: Sequence[CommuneSchedule],
    problems: list[Finding],
    texts: Mapping[Path, str] = MappingProxyType({}),
) -> Schedule:
    """`workspace`: where the communes and campaigns that the schedule names are looked for. `parts`: the communes' own
    schedules; `texts`: of those that are not as they lie on the disk. `problems`: what is wrong so far.

    Raises ScheduleError.
    """
    files = {source.file: 0}

    def part(model: type[Model], *path: str | int) -> Model | None:
        try:
            return yamlfile.validate(model, source, path, kept=workspace is None)
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
    every, own_files = [*broadcasts.values()], dict[str, str]()
    for one in parts:
        problems += one.findings
        every += one.broadcasts.values()
        own_files |= one.files
    if workspace:
        communes, seen = _communes(workspace, loaded), set[str]()
        problems += cross_check(source, communes, broadcasts, outputs, seen)
        for one in parts:
            if cross_check(_NOWHERE, communes, one.broadcasts, outputs, set(seen)):
                problems += cross_check(
                    places(one.path, texts.get(one.path)), communes, one.broadcasts, outputs, set(seen)
                )
            seen.update(broadcast.id for broadcast in one.broadcasts.values())
        problems += _check_outputs(source, communes, outputs)
    if problems or frame is None:
        raise ScheduleError(
            sorted(problems, key=lambda f: (files.get(f.file or "", 1), f.file or "", f.line or 0, f.column or 0))
        )
    return Schedule(
        frame.timezone,
        tuple(every),
        _with_villages({name: output for name, output in outputs.items() if output}),
        frame.rules,
        frame.alerts,
        frame.language,
        frame.database,
        frame.backup,
        frame.approval,
        frame.publish,
        frame.players,
        frame.fees,
        frame.messages,
        frame.feedback,
        own_files=own_files,
    )


_NOWHERE = YamlFile("", {}, {}, {})
"""In place of a commune's own schedule while nothing is wrong with it: the places of all would fill a gigabyte."""


def _with_villages(outputs: Mapping[str, AnyOutput]) -> dict[str, AnyOutput]:
    """Put the loudspeakers of the villages that a group names behind those that it lists itself."""
    by_village: dict[str, list[str]] = {}
    for name, output in outputs.items():
        if isinstance(output, Placed) and output.village:
            by_village.setdefault(output.village.casefold(), []).append(name)

    def filled(group: Group) -> Group:
        found = [name for village in group.villages for name in by_village.get(village.casefold(), ())]
        return group.model_copy(update={"outputs": tuple(dict.fromkeys((*group.outputs, *found)))})

    return {
        name: filled(output) if isinstance(output, Group) and output.villages else output
        for name, output in outputs.items()
    }


def _outputs(source: YamlFile, part: Callable[..., Any], problems: list[Finding]) -> dict[str, AnyOutput | None]:
    """Validate every output with the model of its kind; None for an invalid one, to avoid follow-up errors."""
    outputs: dict[str, AnyOutput | None] = {}
    for name, given in _items(source, "outputs"):
        outputs[name] = None
        if not isinstance(given, dict) or "kind" not in given:
            message, fix = (
                _("This output has no kind."),
                _("Write for example {example}").format(example="{kind: sound-card, device: default}"),
            )
            problems.append(source.finding(("outputs", name), "output.kind", message, fix, key=True))
            continue
        kind = "null" if given["kind"] is None else str(given["kind"])
        if kind.startswith(PREFIX):
            outputs[name] = _brought(part, kind, name)
            continue
        if kind not in KINDS:
            message = _("“{value}” is not a kind of output.").format(value=kind)
            fix = _("Choose: {list}").format(list=", ".join(kinds()))
            problems.append(source.finding(("outputs", name, "kind"), "value.choice", message, fix))
            continue
        outputs[name] = part(KINDS[kind], "outputs", name)
    return outputs


def _brought(part: Callable[..., Any], kind: str, name: str) -> AnyOutput | None:
    """An output of another package. Where the package fails, what stands for it: the schedule stays in force."""
    try:
        made: AnyOutput | None = part(plugin(kind), "outputs", name)
    except PluginError as error:
        trouble = error
    except Exception as error:  # noqa: BLE001  the checks of another package may fail in any way
        trouble = plugins.trouble(plugins.OUTPUTS, kind, f"{type(error).__name__}: {error}")
    else:
        return made
    missing: MissingPlugin | None = part(MissingPlugin, "outputs", name)
    return missing.because(trouble.findings[0]) if missing else None


def _output_names(source: YamlFile, outputs: Iterable[str]) -> Iterator[Finding]:
    """A finding for each output whose name would be a path out of the folder of its files."""
    for name in outputs:
        if leads_out(name):
            message = _("“{name}” cannot be the name of an output: files are called by it.").format(name=name)
            yield source.finding(("outputs", name), "output.name", message, _("Use letters, digits and “-”."), key=True)


def _items(source: YamlFile, key: str) -> Iterator[tuple[str, Any]]:
    found = source.data.get(key) if isinstance(source.data, dict) else None
    yield from found.items() if isinstance(found, dict) else ()


def _list(source: YamlFile, key: str) -> list[Any]:
    found = source.data.get(key) if isinstance(source.data, dict) else None
    return found if isinstance(found, list) else []
