"""The week: every airing of seven days with what is wrong about it, and the changes people make."""

import datetime
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from generator.console import timetable, yamltext
from generator.console.context import Console, Filled, Here, Me, note, tell
from generator.console.formerror import FormError
from generator.console.forms import Form
from generator.console.onair import week_of
from generator.console.pages import go, page
from generator.console.roles import Role, members, only
from generator.console.shown import local
from generator.console.slugs import free_slug
from generator.i18n import _
from generator.schedule import Broadcast, Schedule
from generator.workspace import read_text

router = APIRouter(include_in_schema=False)
planners = only(Role.OFFICER, Role.OPERATOR)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@router.get("/week")
@members
def week(request: Request, here: Here, day: str = "", zone: str = "") -> Response:
    """Seven days from Monday; `zone` keeps what one output plays."""
    shown = week_of(here, _day_or(day), zone)
    file = here.workspace.schedule_file
    schedule = shown.schedule
    return page(
        request,
        "week.html",
        week=shown,
        zone=zone if schedule and zone in schedule.outputs else "",
        undo=here.history.undoable(file),
        broadcast_name=broadcast_namer(here),
        communes=[f.commune for f in here.facts.communes() if f.commune][:600],
    )


@router.get("/week/broadcasts/{id_}")
@members
def broadcast(request: Request, here: Here, id_: str) -> Response:
    """One broadcast: its days, hours, span and outputs."""
    schedule = here.facts.plan().schedule
    found = schedule.broadcast(id_) if schedule else None
    if schedule is None or found is None:
        raise FormError({"": _("This broadcast is no longer in the schedule.")})
    days = [rule.text for rule in found.days or ()]
    return page(
        request,
        "broadcast.html",
        b=found,
        broadcast_name=broadcast_namer(here),
        schedule=schedule,
        weekdays=_weekdays(),
        special=[text for text in days if text not in WEEKDAYS],
        chosen_days=days,
        hours=", ".join(f"{hour:%H:%M}" for hour in found.at),
    )


@router.get("/week/new")
@planners
def new(request: Request, here: Here, campaign: str = "") -> Response:
    """The form of a new broadcast."""
    schedule = here.facts.plan().schedule
    if schedule is None:
        raise FormError({"": _("schedule.yaml has errors. Mend them first.")})
    choices = [
        (f"{file.stem}/{c.id}", f"{file.commune.commune.full}: {c.title}")
        for file in here.facts.communes()
        if file.commune
        for c in file.commune.campaigns
    ]
    return page(
        request,
        "broadcast.html",
        b=None,
        broadcast_name=broadcast_namer(here),
        schedule=schedule,
        weekdays=_weekdays(),
        special=[],
        chosen_days=[],
        hours="17:00",
        choices=choices[:600],
        chosen=campaign,
        today=datetime.datetime.now(schedule.timezone).date(),
    )


@router.post("/week/leave-out")
@planners
def leave_out(request: Request, here: Here, me: Me, form: Filled) -> Response:
    """Nothing of a broadcast on a day, or from a day to another."""
    id_ = form.text("broadcast", 100)
    first = _day(form, "first")
    last = _day(form, "last") if form.text("last", 10) else first
    text = _("{id}: left out from {first} to {last}").format(id=id_, first=f"{first:%d/%m}", last=f"{last:%d/%m/%Y}")
    _change(request, here, me.shown, lambda data: timetable.leave_out(data, id_, first, last), text)
    return go(f"/week?day={first}")


@router.post("/week/put-back")
@planners
def put_back(request: Request, here: Here, me: Me, form: Filled) -> Response:
    """Take a left-out day back."""
    id_, day = form.text("broadcast", 100), _day(form, "first")
    text = _("{id}: on air again on {day}").format(id=id_, day=f"{day:%d/%m/%Y}")
    _change(request, here, me.shown, lambda data: timetable.put_back(data, id_, day), text)
    return go(f"/week?day={day}")


@router.post("/week/extra")
@planners
def extra(request: Request, here: Here, me: Me, form: Filled) -> Response:
    """Once more, on a day at an hour."""
    id_ = form.text("broadcast", 100)
    moment = datetime.datetime.combine(_day(form, "day"), _hour(form, "hour"))
    text = _("{id}: once more at {moment}").format(id=id_, moment=f"{moment:%H:%M %d/%m/%Y}")
    _change(request, here, me.shown, lambda data: timetable.put_extra(data, id_, moment), text)
    return go(f"/week?day={moment:%Y-%m-%d}")


@router.post("/week/move")
@planners
def move(request: Request, here: Here, me: Me, form: Filled) -> Response:
    """One airing to another moment: the day is left out, its other hours and the new one are put in."""
    id_ = form.text("broadcast", 100)
    old = datetime.datetime.combine(_day(form, "first"), _hour(form, "from"))
    new = datetime.datetime.combine(_day(form, "day"), _hour(form, "hour"))
    schedule = here.facts.plan().schedule
    known = schedule.broadcast(id_) if schedule else None
    hours = [hour for hour in known.at if hour != old.time()] if known else []

    def edit(data: Any) -> None:
        if not timetable.drop_extra(data, id_, old):
            timetable.leave_out(data, id_, old.date(), old.date())
            for hour in hours:
                timetable.put_extra(data, id_, datetime.datetime.combine(old.date(), hour))
        timetable.put_extra(data, id_, new)

    text = _("{id}: moved from {old} to {new}").format(id=id_, old=f"{old:%H:%M %d/%m}", new=f"{new:%H:%M %d/%m/%Y}")
    _change(request, here, me.shown, edit, text)
    return go(f"/week?day={new:%Y-%m-%d}")


@router.post("/week/broadcasts")
@planners
def add(request: Request, here: Here, me: Me, form: Filled) -> Response:
    """A new broadcast of a commune's campaigns."""
    schedule = here.facts.plan().schedule
    stem, _slash, campaign = form.text("campaign", 300).partition("/")
    file = here.facts.commune(stem)
    campaigns = {c.id for c in file.commune.campaigns} if file and file.commune else set()
    if campaign not in campaigns:
        raise FormError({"campaign": _("Choose a campaign from the list.")})
    values = _broadcast_values(form, schedule)
    values = {
        "id": free_slug(f"{stem} {campaign}", {b.id for b in schedule.broadcasts} if schedule else set()),
        "commune": stem,
        "campaigns": [campaign],
        **values,
    }
    text = _("new broadcast: {id}").format(id=values["id"])
    _change(request, here, me.shown, lambda data: timetable.set_broadcast(data, _without_none(values)), text)
    return go("/week")


@router.post("/week/broadcasts/{id_}")
@planners
def change(request: Request, here: Here, me: Me, id_: str, form: Filled) -> Response:
    """Other days, hours, span or outputs."""
    values = {"id": id_, **_broadcast_values(form, here.facts.plan().schedule)}
    if not form.flag("weekly"):
        values.pop("days")

    def edit(data: Any) -> None:
        timetable.broadcast_in(data, id_)
        timetable.set_broadcast(data, values)

    _change(request, here, me.shown, edit, _("{id}: changed").format(id=id_))
    return go(f"/week/broadcasts/{id_}")


@router.post("/week/undo")
@planners
def undo(request: Request, here: Here, me: Me) -> Response:
    """Take the last change of the schedule back."""
    file = here.workspace.schedule_file
    last = here.history.undoable(file)
    if last is None:
        raise FormError({"": _("There is nothing to take back.")})
    here.history.try_schedule(last["before"])
    text = _("taken back: {note}").format(note=last["note"])
    here.history.save(file, last["after"], last["before"], me.shown, text)
    note(request, "schedule.undone", "schedule.yaml", last["note"])
    tell(request, text)
    return go("/week")


def _change(request: Request, here: Console, who: str, edit: Callable[[Any], None], text: str) -> None:
    """Try the change, then save it. Raises FormError, ScheduleError; then nothing is changed."""
    before = read_text(here.workspace.schedule_file)
    after = yamltext.change(before, edit)
    here.history.try_schedule(after)
    here.history.save(here.workspace.schedule_file, before, after, who, text)
    note(request, "schedule.changed", "schedule.yaml", text)
    tell(request, text)


def _broadcast_values(form: Form, schedule: Schedule | None) -> dict[str, Any]:
    hours = [f"{_time(text):%H:%M}" for text in form.text("at", 200).replace(",", " ").split()]
    outputs = [name for name in form.texts("on") if schedule and name in schedule.outputs]
    if not hours or not outputs:
        raise FormError({"at": _("Give at least one hour and one output.")})
    longest, shortest = form.number("max", 1, 240), form.number("min", 1, 240)
    return {
        "days": [day for day in WEEKDAYS if day in form.texts("days")] or None,
        "at": hours,
        "from": form.text("from", 10) or None,
        "until": form.text("until", 10) or None,
        "length": {"min": f"{shortest}m", "max": f"{longest}m"},
        "on": outputs,
    }


def broadcast_namer(here: Console) -> Callable[[Broadcast], str]:
    """What a broadcast is called on pages: its title, else what is in it."""
    return lambda broadcast: broadcast.title or here.facts.name_of(broadcast.commune, broadcast.campaigns)


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _weekdays() -> list[tuple[str, str, str]]:
    from generator.console.shown import weekday

    monday = datetime.date(2026, 1, 5)
    return [(key, weekday(monday + datetime.timedelta(days=i)), "") for i, key in enumerate(WEEKDAYS)]


def _day(form: Form, name: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(form.text(name, 10))
    except ValueError:
        raise FormError({name: _("This is not a date.")}) from None


def _hour(form: Form, name: str) -> datetime.time:
    return _time(form.text(name, 8))


def _time(text: str) -> datetime.time:
    from generator.schedule.fields import time_of_day

    try:
        return time_of_day(text)
    except ValueError as error:
        raise FormError({"hour": str(error).replace("\n", " ")}) from None


def _day_or(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return local(datetime.datetime.now(datetime.UTC)).date()
