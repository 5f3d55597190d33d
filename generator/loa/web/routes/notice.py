"""+ Notice: a text, when and where it is to sound, and to the leader with it; one page."""

import datetime
import math
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from loa.actions.acts import Act
from loa.actions.approvals import send_to_leader
from loa.actions.file_history import replacing, text_of
from loa.errors import LoaError, Severity
from loa.i18n import _
from loa.importing import documents, import_report
from loa.importing.notice import Notice, read_notice
from loa.schedule import Airing, Schedule, wording
from loa.schedule.airings import with_problems
from loa.schedule.commune_files import file_for
from loa.schedule.display_names import output_names
from loa.schedule.local_time import LocalTime
from loa.schedule.models import LONGEST_BULLETIN
from loa.schedule.outputs import Group
from loa.schedule.values import WEEKDAYS
from loa.text import free_slug
from loa.web.auth.accounts import Person
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, CurrentPerson, SubmittedForm, audit, console_of, edit_file, flash
from loa.web.edits.communes import add_to
from loa.web.edits.schedule import reschedule, set_broadcast, tell_pushed_out, within_rules
from loa.web.forms import Form, FormError, day_in, hour_of
from loa.web.pages import go, page
from loa.web.views.drafts import make_draft
from loa.web.views.files import CommuneFile
from loa.web.views.lookup import find_campaign, find_file

router = APIRouter(include_in_schema=False)
_SOON = datetime.timedelta(minutes=20)
"""So long it takes to make the sound of a notice, and to sign it."""
_TITLE = 70
_DAYS_AHEAD = 7
_BRIEF = datetime.timedelta(minutes=5)
"""The longest that a short notice may last; a longer one gets as many times as much as it needs."""
_SYLLABLES_A_MINUTE = 150
"""Of a slow voice, pauses included; figures are read as several syllables."""


@router.get("/notice")
@does(Act.WRITE_CAMPAIGN)
def ask(request: Request, console: ConsoleDep) -> Response:
    """The form: today, or tomorrow where today's hours are over; every loudspeaker."""
    schedule = _schedule(console)
    communes = _communes(console)
    first = _next_slot(console, schedule, communes[0].stem if len(communes) == 1 else "")
    values = {
        "text": "",
        "commune": "",
        "day": f"{first:%Y-%m-%d}",
        "hour": f"{first:%H:%M}",
        "days": (),
        "until": f"{first.year}-12-31",
        "on": [name for name, _title, _kind in _loudspeakers(schedule)],
    }
    return _page(request, console, schedule, values)


@router.post("/notice")
@does(Act.WRITE_CAMPAIGN)
def write(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Keep the text as an article, plan it, and send it to the leader unless it is to stay a draft."""
    schedule = _schedule(console)
    try:
        file = _commune(console, form)
        when = _when(form, schedule, console.files.now(), _urgent_way(console, me))
        notice = _notice(form, console.files.now().date())
        id_ = _keep(request, console, schedule, file, notice, when, draft=form.flag("draft"))
    except (LoaError, FormError) as error:
        return _page(request, console, schedule, _sent(form), error)
    first = datetime.date.fromisoformat(when["from"])
    tell_pushed_out(request, schedule, _broadcast_of(console, file.stem, id_), first)
    event = _last_day_in(form.text("text", 50_000), first)
    if event and when["days"] and (not when["until"] or when["until"] > f"{event:%Y-%m-%d}"):
        text = _("The text speaks of {day}, and is repeated after that day: set “Until” on the page of the broadcast.")
        flash(request, text.format(day=f"{event:%d/%m/%Y}"), "warn")
    draft = make_draft(console.workspace, *find_campaign(console.files, file.stem, id_))
    if wrong := [r.finding for r in draft.remarks if r.finding.severity is Severity.ERROR]:
        flash(request, _("Look at this before it is signed: {message}").format(message=wrong[0].message), "bad")
    if not form.flag("draft") and send_to_leader(console.database, f"{file.stem}/{id_}"):
        audit(request, "campaign.sent", f"{file.stem}/{id_}", notice.title)
        flash(request, _("Sent to the leader: {title}").format(title=notice.title))
    else:
        flash(request, _("Kept as a draft: hear it, then send it to the leader."))
    return go(f"/campaigns/{file.stem}/{id_}")


def _schedule(console: Console) -> Schedule:
    schedule = console.files.plan().schedule
    if schedule is None:
        raise FormError({"": _("schedule.yaml has errors. Mend them first.")})
    return schedule


def _next_slot(console: Console, schedule: Schedule, commune: str) -> datetime.datetime:
    """The next moment within the allowed hours for which there is time to make and sign a notice, at which nothing else
    is on its loudspeakers and no rule is broken; without one, the next that is allowed.
    """
    local = (console.files.now() + _SOON).replace(tzinfo=None, second=0, microsecond=0)
    soon = local + datetime.timedelta(minutes=-local.minute % 10)
    speakers = schedule.loudspeakers(tuple(name for name, _title, _kind in _loudspeakers(schedule)))
    otherwise = soon
    for ahead in range(_DAYS_AHEAD):
        midnight = datetime.datetime.combine(soon.date() + datetime.timedelta(days=ahead), datetime.time())
        end = midnight + datetime.timedelta(days=1)
        since = midnight.replace(tzinfo=schedule.timezone)
        there = console.airings.planned(schedule, since, end.replace(tzinfo=schedule.timezone))
        there = tuple(a for a in there if not a.skipped and set(speakers) & set(schedule.loudspeakers(a.outputs)))
        spans = [(first.on(midnight.date()), last.on(midnight.date())) for first, last in schedule.rules.allowed]
        for first, last in spans or [(midnight, end)]:
            begins = max(first, soon)
            while begins + _BRIEF < last:
                otherwise = begins if otherwise == soon else otherwise
                planned = begins.replace(tzinfo=schedule.timezone)
                if _is_free(schedule, there, planned, speakers, commune):
                    return begins
                begins += _BRIEF
    return otherwise


def _is_free(
    schedule: Schedule, there: Sequence[Airing], planned: datetime.datetime, speakers: tuple[str, ...], commune: str
) -> bool:
    """Whether a notice at `planned` meets none of the airings `there`, and breaks no rule together with them."""
    trial = Airing("", "", commune, "", planned, _BRIEF.total_seconds() / 60, speakers, "normal")
    if any(airing.planned < trial.ends and planned < airing.ends for airing in there):
        return False
    near = [airing for airing in there if airing.commune == commune]
    return not next(a for a in with_problems(schedule, [*near, trial]) if a.id == "").problems


def _loudspeakers(schedule: Schedule, silent: Collection[str] = ()) -> list[tuple[str, str, str]]:
    """Every loudspeaker but groups, which hold the same ones again: value, name, whether it is among the `silent`."""
    single = {name: output for name, output in schedule.outputs.items() if not isinstance(output, Group)}
    dead = _("gives no sound at present")
    return [(name, output.title or name, dead if name in silent else "") for name, output in single.items()]


def _silent(console: Console) -> set[str]:
    """The loudspeakers that do not work now."""
    return {speaker.name for speaker in console.monitor.now().loudspeakers if speaker.tone == "bad"}


def _communes(console: Console) -> list[CommuneFile]:
    return [file for file in console.files.communes() if file.commune]


def _commune(console: Console, form: Form) -> CommuneFile:
    communes, stem = _communes(console), form.text("commune", 200)
    if not communes:
        raise FormError({"": _("No commune yet") + ": " + _("Add a commune")})
    if len(communes) == 1 and not stem:
        return communes[0]
    if stem not in {file.stem for file in communes}:
        raise FormError({"commune": _("Choose a commune from the list.")})
    return find_file(console.files, stem)


def _urgent_way(console: Console, me: Person) -> str:
    """What to do where it cannot wait: the page for it, or who has that page."""
    if me.may(Act.WRITE_EMERGENCY):
        return _("For what cannot wait: the page “Emergency”.")
    on_duty = [person.shown for person in console.accounts.all() if person.may(Act.WRITE_EMERGENCY) and person.active]
    if not on_duty:
        return _("What cannot wait is an emergency message; nobody may send one yet: ask the administrator.")
    return _("What cannot wait is an emergency message; it is sent by {names}.").format(names=", ".join(on_duty[:4]))


def _when(form: Form, schedule: Schedule, now: datetime.datetime, urgent: str) -> dict[str, Any]:
    """The keys of the broadcast that say when and where; `urgent`: what to do where the hours are too late.

    Raises FormError with every problem.
    """
    problems: dict[str, str] = {}
    day, hour = now.date(), LocalTime(0, 0, 0)
    try:
        day = day_in(form, "day")
    except FormError as error:
        problems |= error.problems
    try:
        hour = hour_of(form.text("hour", 8))
    except FormError as error:
        problems |= error.problems
    days = [key for key in WEEKDAYS if key in form.texts("days")]
    until = day
    if days:
        try:
            until = day_in(form, "until") if form.text("until", 10) else None  # type: ignore[assignment]
        except FormError as error:
            problems |= error.problems
    if not problems and (hours := schedule.rules.hours_instead_of(hour)):
        problems["hour"] = _("The commune allows broadcasting at {hours}.").format(hours=hours) + f" {urgent}"
    if not problems and not days and hour.on(day) <= now.replace(tzinfo=None):
        problems["hour"] = _("This moment is over.")
    if not problems and until and until < day:
        problems["until"] = _("The last day is before the first.")
    outputs = [name for name in form.texts("on") if name in schedule.outputs]
    if not outputs:
        problems["on"] = _("Choose at least one loudspeaker.")
    FormError.if_any(problems)
    return {
        "days": days or None,
        "at": [f"{hour:%H:%M}"],
        "from": f"{day:%Y-%m-%d}",
        "until": f"{until:%Y-%m-%d}" if until else None,
        "on": outputs,
    }


def _notice(form: Form, today: datetime.date) -> Notice:
    """The notice in the pasted text; what is one sentence long has a short title made of it. Raises WorkspaceError."""
    text = form.text("text", 50_000)
    if not text:
        raise FormError({"text": _("Write or paste what is to be read.")})
    notice = read_notice(documents.pasted(text), today)
    if notice.title and not notice.body:
        short = notice.title.split(". ")[0]
        if len(short) > _TITLE:
            short = short[:_TITLE].rsplit(" ", 1)[0].rstrip(",;:") + "…"
        notice = replace(notice, title=short.rstrip("."), body=(notice.title,))
    import_report.refuse_empty(notice, _("the text"))
    return notice


def _planned(schedule: Schedule, notice: Notice, when: dict[str, Any], *, draft: bool) -> str:
    """When and where it is to sound, for whoever sent it."""
    names = dict(wording.weekday_names())
    day = f"{datetime.date.fromisoformat(when['from']):%d/%m/%Y}"
    if when["days"]:
        day = _("{days}, from {day}").format(days=", ".join(names[key] for key in when["days"]), day=day)
        if when["until"]:
            day = _("{days} until {day}").format(days=day, day=f"{datetime.date.fromisoformat(when['until']):%d/%m/%Y}")
    kept, sent = (
        _("{title}: a place is kept at {hour}, {days}, on {outputs}"),
        _("{title}: at {hour}, {days}, on {outputs}"),
    )
    text = kept if draft else sent
    return text.format(title=notice.title, hour=when["at"][0], days=day, outputs=output_names(schedule, when["on"]))


def _keep(
    request: Request,
    console: Console,
    schedule: Schedule,
    file: CommuneFile,
    notice: Notice,
    when: dict[str, Any],
    *,
    draft: bool,
) -> str:
    """The article and its broadcast, both or neither; gives the article's id. Raises LoaError, FormError."""
    before = text_of(file.path)
    entry = notice.entry(notice.day(None, console.files.now().date()), import_report.heading())
    id_ = add_to(request, file, entry, _("notice: {title}").format(title=notice.title), action="campaign.added")
    after = text_of(file.path)
    every = console_of(request).files.plan().schedule  # an id is free if no commune has it
    broadcast = free_slug(f"{file.stem} {id_}", {b.id for b in every.broadcasts} if every else set())
    values = {"id": broadcast, "commune": file.stem, "campaigns": [id_], "length": _length(notice), **when}
    given = {key: value for key, value in values.items() if value is not None}
    try:
        path = file_for(console.workspace, file.stem)
        text = _planned(schedule, notice, when, draft=draft)
        moments = None if when["days"] else [datetime.datetime.fromisoformat(f"{when['from']} {when['at'][0]}")]
        check = within_rules(broadcast, "hour", moments)
        reschedule(request, path, lambda data: set_broadcast(data, given), text, check)
    except (LoaError, FormError):
        note = _("taken back: {note}").format(note=notice.title)
        edit_file(request, file.path, replacing(after, before), note, action="campaign.removed", subject=id_)
        raise
    return id_


_DAY = re.compile(r"\b(?:ngày )?(\d{1,2})(?:[/-]| tháng )(\d{1,2})(?:(?:[/-]| năm )(\d{4}))?\b")


def _last_day_in(text: str, first: datetime.date) -> datetime.date | None:
    """The last day that a notice names, if it is one to come; one without a year is the next one from `first`."""
    found = []
    for day, month, year in _DAY.findall(text):
        with suppress(ValueError):
            named = datetime.date(int(year or first.year), int(month), int(day))
            found.append(named if year or named >= first else named.replace(year=first.year + 1))
    return max((day for day in found if day >= first), default=None)


def _broadcast_of(console: Console, stem: str, id_: str) -> str:
    """The broadcast that plays an article."""
    schedule = console.files.plan().schedule
    found = (b.id for b in schedule.broadcasts if b.commune == stem and id_ in b.campaigns) if schedule else ()
    return next(iter(found), "")


def _length(notice: Notice) -> dict[str, str] | None:
    """How long it may last at most: what is counted against the commune's minutes. None: as long as any bulletin."""
    syllables = len(" ".join((notice.title, *notice.body)).split())
    steps = math.ceil((1 + syllables / _SYLLABLES_A_MINUTE) * datetime.timedelta(minutes=1) / _BRIEF)
    most = steps * _BRIEF.total_seconds()
    return {"max": f"{most / 60:g}m"} if most < LONGEST_BULLETIN else None


def _sent(form: Form) -> dict[str, Any]:
    """What the form shows again after it was refused."""
    texts = {name: form.text(name, 50_000) for name in ("text", "commune", "day", "hour", "until")}
    return {**texts, "days": form.texts("days"), "on": form.texts("on")}


def _page(
    request: Request,
    console: Console,
    schedule: Schedule,
    values: dict[str, Any],
    error: LoaError | FormError | None = None,
) -> Response:
    communes = [(f.stem, f.commune.unit.full_name) for f in _communes(console) if f.commune]
    return page(
        request,
        "notice.html",
        422 if error else 200,
        values=values,
        communes=communes[:600],
        weekdays=[(key, name, "") for key, name in wording.weekday_names()],
        loudspeakers=_loudspeakers(schedule, _silent(console)),
        problems=error.problems if isinstance(error, FormError) else {},
        findings=error.findings if isinstance(error, LoaError) else (),
    )
