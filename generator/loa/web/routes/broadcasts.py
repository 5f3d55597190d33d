"""A broadcast: what goes on air together, on which days and hours, until when, on which loudspeakers."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from loa.actions.acts import Act
from loa.errors import LoaError
from loa.i18n import _
from loa.schedule import Broadcast, Schedule, wording
from loa.schedule.commune_files import file_for
from loa.schedule.values import WEEKDAYS, seconds
from loa.text import free_slug
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, SubmittedForm, console_of
from loa.web.edits import schedule as schedule_edits
from loa.web.edits.schedule import file_of, reschedule
from loa.web.forms import Form, FormError, day_in, hour_of
from loa.web.pages import go, page
from loa.web.views.airings import find_broadcast, name_of

router = APIRouter(include_in_schema=False)


@router.get("/week/broadcasts/{id_}")
@does(Act.READ_PLAN)
def broadcast(request: Request, console: ConsoleDep, id_: str) -> Response:
    """One broadcast as it stands in the schedule."""
    schedule, found = find_broadcast(console.files, id_)
    return _page(request, console, schedule, found, _values(found))


@router.get("/week/new")
@does(Act.PLAN_BROADCAST)
def new(request: Request, console: ConsoleDep, campaign: str = "") -> Response:
    """The form of a new broadcast."""
    today = console.files.now().date()
    values = {"campaign": campaign, "at": "17:00", "from": today, "until": "", "weeks": 1, "min": "", "max": 15}
    return _page(request, console, _schedule(console), None, {**values, "days": (), "on": (), "rule": ""})


@router.post("/week/broadcasts")
@does(Act.PLAN_BROADCAST)
def add(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """A new broadcast of a commune's campaign."""
    schedule = _schedule(console)
    try:
        stem, campaign = _chosen(console, form)
        every = console_of(request).files.plan().schedule or schedule  # an id is free if no commune has it
        id_ = free_slug(f"{stem} {campaign}", {b.id for b in every.broadcasts})
        values = {"id": id_, "commune": stem, "campaigns": [campaign], **_changes(form, schedule, ())}
        reschedule(
            request,
            file_for(console.workspace, stem),
            lambda data: schedule_edits.set_broadcast(data, {k: v for k, v in values.items() if v is not None}),
            _("new broadcast: {id}").format(id=_campaigns(console, stem)[campaign]),
            schedule_edits.within_rules(id_, "at"),
        )
    except (LoaError, FormError) as error:
        return _page(request, console, schedule, None, _sent(form), error)
    schedule_edits.tell_pushed_out(request, schedule, id_, console.files.now().date())
    return go("/week")


@router.post("/week/broadcasts/{id_}")
@does(Act.PLAN_BROADCAST)
def change(request: Request, console: ConsoleDep, id_: str, form: SubmittedForm) -> Response:
    """Other days, hours, span, campaigns or outputs."""
    schedule, found = find_broadcast(console.files, id_)
    try:
        kept = tuple(name for name in found.on if name not in schedule.outputs)  # which whoever asks does not see
        values = {"id": id_, **_changes(form, schedule, kept), **_played(console, form, found)}
        if (_rule(found) and not form.flag("weekly")) or tuple(values["days"] or ()) == _weekdays(found):
            del values["days"]  # a rule stays, and [t3, t6] stays as somebody wrote it
        else:
            values["rrule"] = None
        reschedule(
            request,
            file_of(console, id_),
            lambda data: schedule_edits.change_broadcast(data, values),
            _("{id}: changed").format(id=name_of(console.files, found)),
            None if _same_times(values, found) else schedule_edits.within_rules(id_, "at"),
        )
    except (LoaError, FormError) as error:
        return _page(request, console, schedule, found, _sent(form, found), error)
    schedule_edits.tell_pushed_out(request, schedule, id_, console.files.now().date())
    return go(f"/week/broadcasts/{id_}")


def _same_times(values: dict[str, Any], broadcast: Broadcast) -> bool:
    """Whether a change leaves the hours and the length: what broke the rules before can still be ended or renamed."""
    hours = [f"{hour:%H:%M}" for hour in broadcast.at]
    return bool(values["at"] == hours and seconds(values["length"]["max"]) == broadcast.length.max)


def _schedule(console: Console) -> Schedule:
    schedule = console.files.plan().schedule
    if schedule is None:
        raise FormError({"": _("schedule.yaml has errors. Mend them first.")})
    return schedule


def _chosen(console: Console, form: Form) -> tuple[str, str]:
    stem, _slash, campaign = form.text("campaign", 300).partition("/")
    if campaign not in _campaigns(console, stem):
        raise FormError({"campaign": _("Choose a campaign from the list.")})
    return stem, campaign


def _campaigns(console: Console, stem: str) -> dict[str, str]:
    """The ids and titles of a commune's campaigns."""
    file = console.files.commune(stem)
    return {c.id: c.title for c in file.commune.campaigns} if file and file.commune else {}


def _commune_name(console: Console, stem: str) -> str:
    file = console.files.commune(stem)
    return file.commune.unit.full_name if file and file.commune else stem


def _weekdays(broadcast: Broadcast) -> tuple[str, ...]:
    """Its days as keys of the form, in the week's order; what is no plain weekday is not among them."""
    keys = {wording.weekday_key(rule.text) for rule in broadcast.days or ()}
    return tuple(key for key in WEEKDAYS if key in keys)


def _rule(broadcast: Broadcast) -> str:
    """Its days in words, where they are more than days of the week."""
    if broadcast.rrule:
        return wording.rule_in_words(broadcast.rrule)
    rules = broadcast.days or ()
    plain = all(wording.weekday_key(rule.text) for rule in rules)
    return "" if plain else ", ".join(wording.in_words(rule.text) for rule in rules)


def _values(broadcast: Broadcast) -> dict[str, Any]:
    """What the form shows of a broadcast."""
    return {
        "campaigns": broadcast.campaigns,
        "rotate": broadcast.rotate,
        "days": _weekdays(broadcast),
        "weeks": broadcast.every_weeks,
        "rule": _rule(broadcast),
        "at": ", ".join(f"{hour:%H:%M}" for hour in broadcast.at),
        "from": broadcast.from_,
        "until": broadcast.until,
        "min": _in_minutes(broadcast.length.min) if broadcast.length.min else "",
        "max": _in_minutes(broadcast.length.max),
        "on": broadcast.on,
    }


def _sent(form: Form, broadcast: Broadcast | None = None) -> dict[str, Any]:
    """What the form shows again after it was refused."""
    texts = {name: form.text(name, 300) for name in ("campaign", "at", "from", "until", "weeks", "min", "max")}
    lists = {name: form.texts(name) for name in ("campaigns", "days", "on")}
    flags = {name: form.flag(name) for name in ("rotate", "weekly")}
    return {**texts, **lists, **flags, "rule": _rule(broadcast) if broadcast else ""}


def _changes(form: Form, schedule: Schedule, kept: tuple[str, ...]) -> dict[str, Any]:
    """The keys of schedule.yaml that the form is about; None where a key is not needed. `kept`: outputs that stay."""
    hours = [f"{hour_of(text, 'at'):%H:%M}" for text in form.text("at", 200).replace(",", " ").split()]
    if not hours:
        raise FormError({"at": _("Give at least one hour.")})
    outputs = [*(name for name in form.texts("on") if name in schedule.outputs), *kept]
    if not outputs:
        raise FormError({"on": _("Choose at least one loudspeaker.")})
    weeks, first, last = (
        form.number("weeks", 1, 52),
        _day(form, "from"),
        _day(form, "until"),
    )
    if not first and (weeks > 1 or form.flag("rotate")):
        raise FormError({"from": _("Fill in the first day: turns and weeks are counted from it.")})
    if first and last and last < first:
        raise FormError({"until": _("The last day is before the first.")})
    return {
        "days": [day for day in WEEKDAYS if day in form.texts("days")] or None,
        "every_weeks": weeks if weeks > 1 else None,
        "at": hours,
        "from": first or None,
        "until": last or None,
        "length": _length(form),
        "on": outputs,
    }


def _day(form: Form, name: str) -> str:
    """A day as files have it; "" where the field is empty. Raises FormError."""
    return f"{day_in(form, name):%Y-%m-%d}" if form.text(name, 10) else ""


def _played(console: Console, form: Form, broadcast: Broadcast) -> dict[str, Any]:
    """The campaigns of a broadcast, in the order they had, and whether they take turns."""
    if not broadcast.has_articles:
        return {}
    own = _campaigns(console, broadcast.commune)
    order = [*broadcast.campaigns, *(id_ for id_ in own if id_ not in broadcast.campaigns)]
    chosen = [id_ for id_ in order if id_ in own and id_ in form.texts("campaigns")]
    if not chosen:
        raise FormError({"campaigns": _("Choose at least one campaign.")})
    return {"campaigns": chosen, "rotate": form.flag("rotate") or None}


def _length(form: Form) -> dict[str, str]:
    """The keys of `length`. Without a shortest length a bulletin is as long as its text needs."""
    shortest = {"min": _minutes(form, "min")} if form.text("min", 8) else {}
    return {**shortest, "max": _minutes(form, "max")}


def _in_minutes(seconds: float) -> str:
    """`10`, `1,5`: so exact that `_minutes` finds the same seconds again."""
    return f"{round(seconds / 60, 2):g}".replace(".", ",")


def _minutes(form: Form, name: str) -> str:
    """A length of whole minutes, or of seconds where somebody wrote a fraction in the file."""
    text = form.text(name, 8).replace(",", ".")
    try:
        seconds = round(float(text) * 60)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 240 * 60:
        raise FormError({name: _("Write how many minutes, from 1 to 240.")})
    return f"{seconds}s" if seconds % 60 else f"{seconds // 60}m"


def _page(
    request: Request,
    console: Console,
    schedule: Schedule,
    broadcast: Broadcast | None,
    values: dict[str, Any],
    error: LoaError | FormError | None = None,
) -> Response:
    files = () if broadcast else console.files.communes()
    return page(
        request,
        "broadcast.html",
        422 if error else 200,
        b=broadcast,
        title=name_of(console.files, broadcast) if broadcast else _("New broadcast"),
        values=values,
        schedule=schedule,
        weekdays=[(key, name, "") for key, name in wording.weekday_names()],
        commune=_commune_name(console, broadcast.commune) if broadcast else "",
        own=[(id_, title, "") for id_, title in _campaigns(console, broadcast.commune).items()] if broadcast else [],
        left_out=[wording.in_words(rule.text) for rule in broadcast.except_] if broadcast else [],
        choices=[
            (f"{f.stem}/{c.id}", f"{f.commune.unit.full_name}: {c.title}")
            for f in files
            if f.commune
            for c in f.commune.campaigns
        ][:600],
        problems=error.problems if isinstance(error, FormError) else {},
        findings=error.findings if isinstance(error, LoaError) else (),
    )
