"""The calendar: a day, a week or a month of airings, and the changes of single airings."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from loa.actions.acts import Act
from loa.actions.file_history import replacing
from loa.formats import day_of
from loa.i18n import _
from loa.web.auth.accounts import Person
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, CurrentPerson, SubmittedForm, edit_file, flash
from loa.web.edits import schedule as schedule_edits
from loa.web.edits.schedule import file_of, reschedule
from loa.web.forms import Form, FormError, day_in, moment_in, parse_day
from loa.web.pages import for_programs, go, page
from loa.web.views.airings import airing_marks, find_broadcast, name_of, turns_of, turns_on
from loa.web.views.grid import Span, calendar

router = APIRouter(include_in_schema=False)
OpenQuery = Annotated[str, Query(alias="open")]
SinceQuery = Annotated[datetime.time, Query(alias="from")]
_FEW = 60
"""Broadcasts that fit into a list to choose from; of more one is found by typing."""


@router.get("/week")
@does(Act.READ_PLAN)
def show(
    request: Request, console: ConsoleDep, me: CurrentPerson, day: str = "", zone: str = "", open_: OpenQuery = ""
) -> Response:
    """Seven days from Monday; `zone` keeps what one output plays, `open` is the airing beside the grid."""
    return _calendar(request, console, me, "week", day, zone, open_)


@router.get("/week/day")
@does(Act.READ_PLAN)
def show_day(
    request: Request, console: ConsoleDep, me: CurrentPerson, day: str = "", zone: str = "", open_: OpenQuery = ""
) -> Response:
    """One day."""
    return _calendar(request, console, me, "day", day, zone, open_)


@router.get("/week/month")
@does(Act.READ_PLAN)
def show_month(request: Request, console: ConsoleDep, me: CurrentPerson, day: str = "", zone: str = "") -> Response:
    """The weeks of a month."""
    return _calendar(request, console, me, "month", day, zone, "")


def _calendar(
    request: Request,
    console: Console,
    me: Person,
    span: Span,
    day: str,
    zone: str,
    open_: str,
    sent: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    shown = calendar(console.airings, span, _day_or(day, console.files.now().date()), zone=zone, open_=open_)
    schedule = shown.schedule
    return page(
        request,
        "month.html" if span == "month" else "calendar.html",
        422 if problems else 200,
        sent=sent or {},
        problems=problems or {},
        cal=shown,
        zone=zone if schedule and zone in schedule.outputs else "",
        undo=console.history.undoable_schedule(me.office, me.name),
        few=schedule is None or len(schedule.broadcasts) <= _FEW,
        broadcast_name=lambda broadcast: name_of(console.files, broadcast),
        turns=lambda broadcast: turns_of(console.files, broadcast),
        marks=airing_marks(),
        spans=[("day", _("Day"), "/week/day"), ("week", _("Week"), "/week"), ("month", _("Month"), "/week/month")],
    )


@router.post("/week/leave-out")
@does(Act.LEAVE_OUT_AIRING)
def leave_out(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Nothing of a broadcast, or of all of them, on a day, or from a day to another."""
    try:
        return _leave_out(request, console, form)
    except FormError as error:
        if form.text("which", 120) or for_programs(request):  # a button: there is nothing to correct
            raise
        return _sent_again(request, console, me, form, error)


def _leave_out(request: Request, console: Console, form: Form) -> Response:
    id_, first = _which(form)
    last = day_in(form, "last") if form.text("last", 10) else first
    if last < first:
        raise FormError({"last": _("The last day lies before the first one.")})
    every = id_ == "*"
    text = _("{id}: left out from {first} to {last}").format(
        id=_("All broadcasts") if every else console.title_of(id_) or id_,
        first=f"{first:%d/%m}",
        last=f"{last:%d/%m/%Y}",
    )
    schedule = console.files.plan().schedule
    ids = [b.id for b in schedule.broadcasts if b.priority != "emergency"] if every and schedule else [id_]
    files: dict[Path, list[str]] = {}
    for one in ids:
        files.setdefault(file_of(console, one), []).append(one)
    for path, there in files.items():

        def edit(data: Any, there: list[str] = there) -> None:
            for one in there:
                schedule_edits.leave_out(data, one, first, last)

        reschedule(request, path, edit, text)
    return _back(form, first)


@router.post("/week/put-back")
@does(Act.PUT_BACK_AIRING)
def put_back(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """Take a left-out day back."""
    id_, day = _which(form)
    text = _("{id}: on air again on {day}").format(id=console.title_of(id_) or id_, day=f"{day:%d/%m/%Y}")
    reschedule(request, file_of(console, id_), lambda data: schedule_edits.put_back(data, id_, day), text)
    return _back(form, day)


@router.post("/week/extra")
@does(Act.ADD_AIRING)
def extra(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Once more, on a day at an hour."""
    try:
        return _extra(request, console, form)
    except FormError as error:
        if for_programs(request):
            raise
        return _sent_again(request, console, me, form, error)


def _sent_again(request: Request, console: Console, me: Person, form: Form, error: FormError) -> Response:
    """The calendar, with what was typed below it and what is wrong beside it."""
    names = ("broadcast", "first", "last", "day", "hour")
    sent = {name: form.text(name, 200) for name in names if form.text(name, 200)}
    return _calendar(request, console, me, "week", "", "", "", sent, error.problems)


def _extra(request: Request, console: Console, form: Form) -> Response:
    id_, _space, campaign = form.text("broadcast", 200).partition(" ")  # with the campaign where they take turns
    moment = moment_in(form, "day", "hour")
    if moment <= console.files.now().replace(tzinfo=None):
        raise FormError({"hour": _("This moment is over.")})
    text = _("{id}: once more at {moment}").format(id=console.title_of(id_) or id_, moment=f"{moment:%H:%M %d/%m/%Y}")
    reschedule(
        request,
        file_of(console, id_),
        lambda data: schedule_edits.put_extra(data, id_, moment, campaign or None),
        text,
        schedule_edits.within_rules(id_, "hour", (moment,)),
    )
    return go(f"/week?day={moment:%Y-%m-%d}")


@router.get("/week/broadcasts")
@does(Act.READ_PLAN)
def find(console: ConsoleDep, broadcast: str = "") -> Response:
    """To the broadcast that somebody typed."""
    schedule = console.files.plan().schedule
    if schedule is None or schedule.broadcast(broadcast) is None:
        raise FormError({"broadcast": _("This broadcast is no longer in the schedule.")})
    return go(f"/week/broadcasts/{broadcast}")


@router.get("/week/move")
@does(Act.MOVE_AIRING)
def to_move(request: Request, console: ConsoleDep, broadcast: str, first: datetime.date, since: SinceQuery) -> Response:
    """Where to: a day and an hour."""
    moment = f"{since:%H:%M}"
    return _move_page(request, console, broadcast, first, moment, {"day": first, "hour": moment})


def _move_page(
    request: Request,
    console: Console,
    broadcast: str,
    first: datetime.date,
    since: str,
    sent: dict[str, Any],
    problems: Mapping[str, str] | None = None,
) -> Response:
    schedule, found = find_broadcast(console.files, broadcast)
    return page(
        request,
        "move.html",
        422 if problems else 200,
        broadcast=broadcast,
        name=name_of(console.files, found),
        first=first,
        since=since,
        sent=sent,
        problems=problems or {},
        allowed=[f"{begin:%H:%M}–{end:%H:%M}" for begin, end in schedule.rules.allowed],
    )


@router.post("/week/move")
@does(Act.MOVE_AIRING)
def move(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """One airing to another moment, with the campaign whose turn it was."""
    id_, old = form.text("broadcast", 100), moment_in(form, "first", "from")
    turns = turns_on(console.files.plan().schedule, id_, old.date())
    if old not in turns:
        raise FormError({"": _("This airing is no longer in the schedule. Look at the calendar again.")})
    try:
        new = moment_in(form, "day", "hour")
        _move(request, console, id_, old, new, turns[old])
    except FormError as error:
        sent = {"day": form.text("day", 20), "hour": form.text("hour", 20)}
        return _move_page(request, console, id_, old.date(), f"{old:%H:%M}", sent, error.problems)
    return _back(form, new.date())


def _move(
    request: Request, console: Console, id_: str, old: datetime.datetime, new: datetime.datetime, turn: str | None
) -> None:
    text = _("{id}: moved from {old} to {new}").format(
        id=console.title_of(id_) or id_, old=f"{old:%H:%M %d/%m}", new=f"{new:%H:%M %d/%m/%Y}"
    )
    check = schedule_edits.within_rules(id_, "hour", (new,))
    path = file_of(console, id_)
    reschedule(request, path, lambda data: schedule_edits.move(data, id_, old, new, turn), text, check)


@router.post("/week/undo")
@does(Act.UNDO_SCHEDULE)
def undo(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Take back one's own last change of the schedule; pressed again, the one before."""
    last = console.history.undoable_schedule(me.office, me.name)
    if last is None:
        raise FormError({"": _("There is nothing to take back.")})
    file = console.workspace.root / last["file"]
    text = _("taken back: {note}").format(note=last["note"])
    edit = replacing(last["after"], last["before"])
    edit_file(request, file, edit, text, action="schedule.undone", detail=last["note"])
    flash(request, text)
    return go("/" if form.text("back", 20) == "/" else "/week")


def _back(form: Form, day: datetime.date) -> Response:
    """To the page that the button stood on."""
    back = form.text("back", 20)
    return go("/" if back == "/" else f"{'/week/day' if back == '/week/day' else '/week'}?day={day}")


def _which(form: Form) -> tuple[str, datetime.date]:
    """The broadcast and the day: in fields of their own, or together in a button of the week. Raises FormError."""
    broadcast, _space, day = form.text("which", 120).rpartition(" ")
    return (broadcast, parse_day(day, "first")) if broadcast else (form.text("broadcast", 100), day_in(form, "first"))


def _day_or(text: str, otherwise: datetime.date) -> datetime.date:
    try:
        return day_of(text)
    except ValueError:
        return otherwise
