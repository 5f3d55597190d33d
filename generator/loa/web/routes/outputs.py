"""Settings in words: loudspeakers, the commune's rules, who is told when something goes wrong, automatic backups."""

from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.errors import Finding, LoaError
from loa.i18n import N_, _
from loa.schedule import Schedule
from loa.schedule.alerts import Alerts
from loa.schedule.backup import Backup
from loa.schedule.display_names import output_name
from loa.schedule.fees import Fees
from loa.schedule.messages import Feedback, Messages
from loa.schedule.models import Approval, Publication, Rules
from loa.schedule.output_plugins import called, kinds, model_of
from loa.schedule.outputs import AnyOutput, Group, Placed
from loa.text import slug
from loa.web import yaml_forms
from loa.web.auth.decisions import does
from loa.web.context import (
    Console,
    ConsoleDep,
    CurrentPerson,
    audit,
    console_of,
    edit_file,
    flash,
    publish_pages,
    session_of,
)
from loa.web.context import SubmittedForm as Sent
from loa.web.edits.schedule import rewrite
from loa.web.forms import FormError
from loa.web.pages import go, page
from loa.web.routes.passwords import PATH as PASSWORDS
from loa.web.routes.passwords import missing
from loa.web.views import choices
from loa.web.views.airings import name_of
from loa.web.views.now import Loudspeaker
from loa.web.views.troubles import advice
from loa.web.yaml_forms import Clash, Field, FilledForm, YamlForm
from loa.yamlfile import editor

router = APIRouter(include_in_schema=False)
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Back:
    """The page to which a form leads back, and its name."""

    path: str
    title: str


SETTINGS, PUBLISH = Back("/settings", N_("Settings")), Back("/publish", N_("Publish"))
PARTS: dict[str, type[BaseModel]] = {
    "rules": Rules,
    "alerts": Alerts,
    "fees": Fees,
    "messages": Messages,
    "feedback": Feedback,
}


@router.get("/settings/new-output")
@does(Act.INSTALL)
def new_output(request: Request, console: ConsoleDep, kind: str = "") -> Response:
    """The form of a loudspeaker that is not there yet."""
    if kind not in kinds():
        raise HTTPException(404)
    sheet = _output_sheet(console, "", kind)
    return _page(request, sheet, sheet.values, "/settings/outputs", _new_title(kind), kind=kind, name="")


@router.post("/settings/outputs")
@does(Act.INSTALL)
def add_output(request: Request, console: ConsoleDep, form: Sent) -> Response:
    """A new loudspeaker, or a new group of them."""
    kind, wanted = form.text("kind", 40), form.text("name", 80)
    if kind not in kinds():
        raise HTTPException(404)
    name = slug(wanted, 40)
    sheet = replace(_output_sheet(console, "", kind), root=("outputs", name))
    values: dict[str, Any] = {"kind": kind}
    values |= {"title": wanted} if wanted != name else {}
    values |= {change.path[0]: change.value for change in yaml_forms.changes(form, sheet.fields, None)}
    after = editor.change(sheet.text, lambda data: editor.put(data, sheet.root, values))
    filled = FilledForm(sheet, form, (), after, after)
    title = _new_title(kind)
    try:
        _check_new(console, name, wanted)
        _save(request, filled, _("new loudspeaker: {name}").format(name=wanted))
    except (LoaError, FormError) as error:
        return _page(
            request, sheet, filled.values, "/settings/outputs", title, *filled.wrong(error), kind=kind, name=wanted
        )
    return go("/settings")


@router.get("/settings/outputs/{name}")
@does(Act.INSTALL)
def output(request: Request, console: ConsoleDep, name: str) -> Response:
    """One loudspeaker."""
    sheet = _output_sheet(console, name, _kind_of(console, name))
    speaker = next((one for one in console.monitor.now().loudspeakers if one.name == name), None)
    path, title = f"/settings/outputs/{name}", _called(console, name)
    return _page(request, sheet, sheet.values, path, title, removable=True, speaker=speaker)


@router.post("/settings/outputs/{name}")
@does(Act.INSTALL)
def change_output(request: Request, console: ConsoleDep, name: str, form: Sent) -> Response:
    """Another device, address, volume or delay."""
    sheet = _output_sheet(console, name, _kind_of(console, name))
    title = _called(console, name)
    return _changed(request, sheet.filled(form, console.history), f"/settings/outputs/{name}", title, removable=True)


@router.post("/settings/outputs/{name}/remove")
@does(Act.INSTALL)
def remove_output(request: Request, console: ConsoleDep, name: str) -> Response:
    """Take a loudspeaker out, unless something still plays on it."""
    _kind_of(console, name)
    users = _users(console, name)
    if users:
        problem = _("“{name}” is still used by: {list}. Take it out there first.")
        raise FormError({"": problem.format(name=_called(console, name), list=", ".join(users))})
    note = _("deleted loudspeaker: {name}").format(name=_called(console, name))
    rewrite(request, console.workspace.schedule_file, lambda text: editor.cut(text, ("outputs", name)), note)
    return go("/settings")


@router.get("/settings/station/{key}")
@does(Act.INSTALL)
def part(request: Request, console: ConsoleDep, key: str) -> Response:
    """The commune's rules for broadcasting, or who is told when something did not go on air."""
    sheet = _part(console, key)
    return _page(request, sheet, sheet.values, f"/settings/station/{key}", _title(key))


@router.post("/settings/station/{key}")
@does(Act.INSTALL)
def change_part(request: Request, console: ConsoleDep, key: str, form: Sent) -> Response:
    """Other rules, which the week shows at once; or others to be told, whose addresses only the station uses."""
    return _changed(request, _part(console, key).filled(form, console.history), f"/settings/station/{key}", _title(key))


_BACKUP = "/settings/automatic-backup"


@router.get(_BACKUP)
@does(Act.BACK_UP)
def automatic_backup(request: Request, console: ConsoleDep) -> Response:
    """Where backups go by themselves, when, and how many are kept."""
    sheet = _sheet(console, "backup", Backup)
    return _page(request, sheet, sheet.values, _BACKUP, _("Automatic backup"))


@router.post(_BACKUP)
@does(Act.BACK_UP)
def change_automatic_backup(request: Request, console: ConsoleDep, form: Sent) -> Response:
    """Other places; the station follows within a minute."""
    return _changed(
        request, _sheet(console, "backup", Backup).filled(form, console.history), _BACKUP, _("Automatic backup")
    )


@router.post(f"{_BACKUP}/now")
@does(Act.BACK_UP)
def back_up_now(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """Make one now, in a process of its own."""
    if not _schedule(console).backup.places:
        raise FormError({"": _("No place for automatic backups is set.")})
    job = console.jobs.add("backup", _("Backup"), {}, me.shown)
    audit(request, "backup.asked")
    return go(f"/jobs/{job}")


_FOUR_EYES = "/settings/four-eyes"


@router.get(_FOUR_EYES)
@does(Act.SET_FOUR_EYES)
def four_eyes(request: Request, console: ConsoleDep) -> Response:
    """Whether who wrote a text may sign it."""
    sheet = _sheet(console, "approval", Approval)
    return _page(request, sheet, sheet.values, _FOUR_EYES, _("Four eyes"))


@router.post(_FOUR_EYES)
@does(Act.SET_FOUR_EYES)
def change_four_eyes(request: Request, console: ConsoleDep, form: Sent) -> Response:
    """Turn it on or off."""
    return _changed(
        request, _sheet(console, "approval", Approval).filled(form, console.history), _FOUR_EYES, _("Four eyes")
    )


_ADDRESS = "/publish/address"


@router.get(_ADDRESS)
@does(Act.PUBLISH)
def address(request: Request, console: ConsoleDep) -> Response:
    """Where the published pages stand on the web."""
    sheet = _sheet(console, "publish", Publication)
    return _page(request, sheet, sheet.values, _ADDRESS, _("Where the pages stand"), back=PUBLISH)


@router.post(_ADDRESS)
@does(Act.PUBLISH)
def change_address(request: Request, console: ConsoleDep, me: CurrentPerson, form: Sent) -> Response:
    """Another address; the feeds are written anew with it."""
    filled = _sheet(console, "publish", Publication).filled(form, console.history)
    answer = _changed(request, filled, _ADDRESS, _("Where the pages stand"), back=PUBLISH)
    if answer.status_code != UNPROCESSABLE:
        publish_pages(console, me.shown)
    return answer


def _part(console: Console, key: str) -> YamlForm:
    if key not in PARTS:
        raise HTTPException(404)
    return _sheet(console, key, PARTS[key])


def _sheet(console: Console, key: str, model: type[BaseModel]) -> YamlForm:
    return YamlForm.of(
        console.workspace.schedule_file,
        (key,),
        _with_communes(choices.ordered(yaml_forms.fields_of(model)), _communes(console)),
    )


def _title(key: str) -> str:
    titles = {
        "rules": _("Rules for broadcasting"),
        "alerts": _("Who is told of trouble"),
        "fees": _("Fees for own works"),
        "messages": _("Messages to residents"),
        "feedback": _("Feedback of residents"),
    }
    return titles[key]


def _called(console: Console, name: str) -> str:
    return output_name(console.files.plan().schedule, name)


def _model(kind: str) -> type[AnyOutput]:
    model = model_of(kind)
    if model is None:
        raise HTTPException(404)
    return model


def _output_sheet(console: Console, name: str, kind: str) -> YamlForm:
    """The form of an output; of a new one (`name` is "") without its title, which is asked for by itself."""
    fields = yaml_forms.fields_of(_model(kind), without=frozenset({"kind"}) if name else frozenset({"kind", "title"}))
    others = {other: output.title or other for other, output in _schedule(console).outputs.items() if other != name}
    stand = (o.village for o in _schedule(console).outputs.values() if isinstance(o, Placed) and o.village)
    villages = {village: village for village in sorted(stand)}
    groups = {other for other, output in _schedule(console).outputs.items() if isinstance(output, Group)}
    communes = {"": N_("the whole station"), **_communes(console)}
    return YamlForm.of(
        console.workspace.schedule_file,
        ("outputs", name),
        choices.ordered(
            choices.with_choices(
                tuple(_with_names(field, others, communes, villages, groups) for field in _ordered(fields)),
                {"device": choices.sound_cards},
            )
        ),
    )


def _communes(console: Console) -> dict[str, str]:
    """What people call the communes, by their stems."""
    return {f.stem: f.commune.unit.full_name if f.commune else f.stem for f in console.files.communes()}


def _with_communes(fields: tuple[Field, ...], communes: dict[str, str]) -> tuple[Field, ...]:
    """Communes are ticked by their names: nobody knows what their files are called."""
    return tuple(
        replace(field, members=_with_communes(field.members, communes))
        if field.members
        else replace(field, kind="ticks", options=tuple(communes), names=communes)
        if field.path[-1] == "communes"
        else field
        for field in fields
    )


_SHARED = {"volume", "commune", "village", "position", "delay", "silence_before", "fade_in", "monitor"}


def _ordered(fields: tuple[Field, ...]) -> list[Field]:
    """Its name, what is special about a kind, then what all outputs share."""
    titles = [field for field in fields if field.name == "title"]
    shared = [field for field in fields if field.name in _SHARED]
    return [*titles, *(field for field in fields if field not in (*titles, *shared)), *shared]


def _with_names(
    field: Field, others: dict[str, str], communes: dict[str, str], villages: dict[str, str], groups: set[str]
) -> Field:
    """What a group holds is ticked among the loudspeakers and villages there are; a commune is chosen from those."""
    if field.name == "after":
        before = {"": N_("none: at once")} | {group: title for group, title in others.items() if group in groups}
        return replace(field, kind="choice", options=tuple(before), names=before)
    if field.name == "villages":
        return replace(field, kind="ticks", options=tuple(villages), names=villages)
    if field.name == "commune":
        return replace(field, kind="choice", options=tuple(communes), names=communes)
    return replace(field, kind="ticks", options=tuple(others), names=others) if field.name == "outputs" else field


def _schedule(console: Console) -> Schedule:
    plan = console.files.plan()
    if plan.schedule is None:
        raise FormError({"": _("schedule.yaml has errors. Mend them first.")})
    return plan.schedule


def _kind_of(console: Console, name: str) -> str:
    found = _schedule(console).outputs.get(name)
    if found is None:
        raise HTTPException(404)
    return found.kind


def _check_new(console: Console, name: str, wanted: str) -> None:
    if not name:
        raise FormError({"name": _("Give it a name, for example Loa thôn Đông.")})
    if name in _schedule(console).outputs:
        raise FormError({"name": _("There already is a loudspeaker “{name}”.").format(name=wanted)})


def _users(console: Console, name: str) -> list[str]:
    """The broadcasts and groups that play on an output."""
    schedule = _schedule(console)
    groups = [other for other, found in schedule.outputs.items() if isinstance(found, Group) and name in found.outputs]
    return [
        *(name_of(console.files, b) for b in schedule.broadcasts if name in b.on),
        *(_called(console, other) for other in groups),
    ]


def _new_title(kind: str) -> str:
    return _("New: {kind}").format(kind=called(kind))


def _save(request: Request, filled: FilledForm, text: str) -> None:
    edit_file(request, filled.sheet.path, filled.apply, text, action="schedule.changed")
    flash(request, _("Saved: {what}").format(what=text))


def _changed(
    request: Request, filled: FilledForm, path: str, title: str, *, removable: bool = False, back: Back = SETTINGS
) -> Response:
    """Save what was sent, or show it again with what is wrong; a password that this wants is asked for next."""
    me, console = session_of(request), console_of(request)
    before = missing(console)
    try:
        _save(request, filled, f"{title}: {filled.said}")
    except (LoaError, FormError) as error:
        problems, findings = filled.wrong(error)
        return _page(
            request,
            filled.sheet,
            filled.values,
            path,
            title,
            problems,
            findings,
            removable=removable,
            clashes=filled.clashes,
            back=back,
        )
    if me and me.person.may(Act.SET_SECRETS) and set(missing(console)) - set(before):
        flash(request, _("A password is missing. Type it here: it is kept on this computer alone."), "warn")
        return go(PASSWORDS)
    return go(back.path)


def _page(
    request: Request,
    sheet: YamlForm,
    values: dict[str, Any],
    path: str,
    title: str,
    problems: dict[str, str] | None = None,
    findings: list[Finding] | None = None,
    *,
    removable: bool = False,
    kind: str = "",
    name: str | None = None,
    clashes: tuple[Clash, ...] = (),
    back: Back = SETTINGS,
    speaker: Loudspeaker | None = None,
) -> Response:
    return page(
        request,
        "installation.html",
        UNPROCESSABLE if problems or findings else 200,
        back=back,
        sheet=sheet,
        values=values,
        action=path,
        title=title,
        problems=problems or {},
        findings=findings or [],
        removable=removable,
        kind=kind,
        name=name,
        clashes=clashes,
        speaker=speaker,
        advice=advice,
    )
