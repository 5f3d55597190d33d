"""Changes of the schedule that people ask for in the week's page; each works on one loaded file and nothing else."""

import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fastapi import Request

from loa.actions.offices import Office
from loa.i18n import _
from loa.schedule import Schedule, airings
from loa.schedule.display_names import output_names
from loa.schedule.models import move_of
from loa.web.context import Console, console_of, edit_file, flash, person_of
from loa.web.forms import FormError
from loa.yamlfile import editor

_AHEAD = datetime.timedelta(weeks=4)
"""How far ahead a new programme is held against the commune's rules."""


_TOLD = 3
"""Airings that are pushed out and named."""


def broadcast_in(data: Any, id_: str) -> Any:
    """The broadcast called `id_`. Raises FormError where it is gone."""
    found = next((b for b in data.get("broadcasts") or [] if str(b.get("id")) == id_), None)
    if found is None:
        raise FormError({"": _("This broadcast is no longer in the schedule.")})
    return found


def leave_out(data: Any, id_: str, first: datetime.date, last: datetime.date) -> None:
    """Nothing of this broadcast from `first` to `last`, what was added there once included.

    Raises FormError where a single airing was moved into these days: it has its own way back.
    """
    if last < first:
        raise FormError({"last": _("The last day is before the first.")})
    broadcast = broadcast_in(data, id_)
    moved = [move for move in map(move_of, broadcast.get("moved") or []) if first <= move.new.date() <= last]
    if moved:
        text = _("An airing was moved here from {moment}. Take that back first: “Air after all” on its day.")
        raise FormError({"": text.format(moment=f"{moved[0].old:%H:%M %d/%m/%Y}")})
    extras = broadcast.get("also")
    days = [str(text)[:10] for text in extras] if isinstance(extras, list) else []
    for number in reversed([n for n, day in enumerate(days) if f"{first:%Y-%m-%d}" <= day <= f"{last:%Y-%m-%d}"]):
        del extras[number]
    if days and not extras:
        del broadcast["also"]
    span = f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d}/{last:%Y-%m-%d}"
    _append(broadcast, "except", span)


def put_back(data: Any, id_: str, day: datetime.date) -> None:
    """Take back what `leave_out` or `move` did for `day`. Raises FormError where more than that day is left out."""
    broadcast = broadcast_in(data, id_)
    if _move_back(broadcast, day):
        return
    given = broadcast.get("except") or []
    keep = [item for item in given if str(item) != f"{day:%Y-%m-%d}"]
    if len(keep) == len(given):
        rules = ", ".join(str(item) for item in given)
        text = _("This day is left out by a longer exception ({rules}). Change it in the broadcast.")
        raise FormError({"": text.format(rules=rules)})
    if keep:
        for number in range(len(given) - 1, -1, -1):
            if str(given[number]) == f"{day:%Y-%m-%d}":
                del given[number]
    else:
        del broadcast["except"]


def put_extra(data: Any, id_: str, moment: datetime.datetime, campaign: str | None = None) -> None:
    """Once more, at `moment` of the station's clock; `campaign`: whose turn it is where they rotate."""
    broadcast = broadcast_in(data, id_)
    if _extra_at(broadcast, moment) is None:
        _append(broadcast, "also", f"{moment:%Y-%m-%d %H:%M}" + (f" {campaign}" if campaign else ""))


def move(data: Any, id_: str, old: datetime.datetime, new: datetime.datetime, turn: str | None) -> None:
    """One airing to another moment, where the schedule keeps both; back to its own moment it is as it was.

    `turn`: whose turn it is where campaigns rotate.
    """
    broadcast, first = broadcast_in(data, id_), f"{old:%Y-%m-%d %H:%M}"
    for number, text in enumerate(broadcast.get("moved") or []):
        known = move_of(text)
        if known.new == old:  # it was moved before: from its own moment to the new one
            first, turn = f"{known.old:%Y-%m-%d %H:%M}", known.campaign
            del broadcast["moved"][number]
            break
    if first != f"{new:%Y-%m-%d %H:%M}":
        _append(broadcast, "moved", f"{first} -> {new:%Y-%m-%d %H:%M}" + (f" {turn}" if turn else ""))
    elif not broadcast["moved"]:
        del broadcast["moved"]


def _move_back(broadcast: Any, day: datetime.date) -> bool:
    """What was moved away from `day` is aired there again; whether something was."""
    given = broadcast.get("moved") or []
    there = [number for number, text in enumerate(given) if move_of(text).old.date() == day]
    for number in reversed(there):
        del given[number]
    if there and not given:
        del broadcast["moved"]
    return bool(there)


def set_broadcast(data: Any, values: dict[str, Any]) -> None:
    """Add a broadcast, or change the keys in `values` of the one with the same id; None removes a key."""
    if data.get("broadcasts") is None:
        data["broadcasts"] = []
    there = next((b for b in data["broadcasts"] if str(b.get("id")) == values["id"]), None)
    if there is None:
        there = {}
        data["broadcasts"].append(there)
    for key, value in values.items():
        if value is None:
            there.pop(key, None)
        else:
            there[key] = value


def change_broadcast(data: Any, values: dict[str, Any]) -> None:
    """As `set_broadcast`, for one that is there. Raises FormError where it is gone."""
    broadcast_in(data, values["id"])
    set_broadcast(data, values)


def _extra_at(broadcast: Any, moment: datetime.datetime) -> int | None:
    """Which of the one-offs is at `moment`."""
    texts = [str(item).replace("T", " ") for item in broadcast.get("also") or []]
    return next((n for n, text in enumerate(texts) if text.startswith(f"{moment:%Y-%m-%d %H:%M}")), None)


def _append(broadcast: Any, key: str, text: str) -> None:
    given = broadcast.get(key)
    if isinstance(given, list):
        given.append(text)
    else:
        broadcast[key] = [text] if given is None else [given, text]


def file_of(console: Console, id_: str) -> Path:
    """The file in which the broadcast `id_` stands: the schedule of its commune, or schedule.yaml."""
    schedule = console.files.plan().schedule
    own = schedule.own_files.get(id_) if schedule else None
    return console.workspace.root / own if own else console.workspace.schedule_file


def reschedule(
    request: Request,
    path: Path,
    edit: Callable[[Any], None],
    text: str,
    check: Callable[[Schedule], None] | None = None,
) -> None:
    """Let `edit` work on the loaded file at `path`. Raises FormError, ScheduleError; then nothing is changed.

    `check` looks at the schedule as it would be, and raises FormError where it must not become so.
    """

    def changed(before: str) -> str:
        after = editor.change(before, edit)
        if check:
            check(console_of(request).history.try_schedule(path, after))
        return after

    rewrite(request, path, changed, text)


def within_rules(
    id_: str, field: str, moments: Iterable[datetime.datetime] | None = None
) -> Callable[[Schedule], None]:
    """A check that the broadcast is aired where the commune's rules allow it: at `moments` by the station's clock, else
    in the next weeks. What breaks them would never be heard; it is told at `field`.
    """

    # of a whole programme only the hours: which of several is one too many on some day is told in the week
    codes = "rule.window" if moments is None else "rule."

    def check(schedule: Schedule) -> None:
        zone = schedule.timezone
        if moments is None:
            now = datetime.datetime.now(zone)
            spans = [(now, now + _AHEAD)]
        else:
            starts = [moment.replace(tzinfo=zone) for moment in moments]
            spans = [(start, start + datetime.timedelta(minutes=1)) for start in starts]
        found = (airing for span in spans for airing in airings(schedule, *span) if airing.broadcast == id_)
        broken = next((p.message for a in found for p in a.problems if p.code.startswith(codes)), None)
        if broken:
            text = _("It would not go on air then: {reason}. Choose another time.").format(reason=broken)
            raise FormError({field: text})

    return check


def tell_pushed_out(request: Request, before: Schedule, id_: str, first: datetime.date) -> None:
    """Tell whoever planned the broadcast `id_` which others the rules leave out because of it, in the two weeks from
    `first`. `before`: the schedule without the change.
    """
    console = console_of(request)
    after = console.files.plan().schedule
    if after is None:
        return
    since = datetime.datetime.combine(first, datetime.time(), after.timezone)
    span = since, since + datetime.timedelta(weeks=2)
    was = {airing.id for airing in airings(before, *span) if not airing.forbidden}
    lost = [a for a in airings(after, *span) if a.broadcast != id_ and a.forbidden and a.id in was]
    text = _("“{title}” is not aired at {moment} any more: {reason}. Choose another time, or change the rules.")
    for airing in lost[:_TOLD]:
        title = console.title_of(airing.bulletin) or console.title_of(airing.broadcast) or airing.broadcast
        moment = f"{airing.planned.astimezone(after.timezone):%H:%M %d/%m/%Y}"
        flash(request, text.format(title=title, moment=moment, reason=console.in_words(airing.forbidden)), "bad")


def rewrite(request: Request, path: Path, edit: Callable[[str], str], text: str) -> None:
    """As `reschedule`, with an `edit` of the file's text."""
    edit_file(request, path, edit, text, action="schedule.changed")
    flash(request, text)


def set_volume(request: Request, console: Console, names: Iterable[str], value: int) -> None:
    """How loud outputs are, at once; kept in schedule.yaml, which the station on air follows.

    Raises FormError, ScheduleError.
    """
    found = [find_output(console, name, person_of(request).office) for name in names]
    called = output_names(console.files.plan().schedule, found)
    text = _("{output}: volume {value} %").format(output=called, value=value)

    def edit(data: Any) -> None:
        for name in found:
            editor.put(data, ("outputs", name, "volume"), value)

    reschedule(request, console.workspace.schedule_file, edit, text)


def find_output(console: Console, name: str, office: Office) -> str:
    """The name, if it is that of an output that the person may set. Raises FormError."""
    schedule = console.files.plan().schedule
    if schedule is None or name not in schedule.outputs:
        raise FormError({"output": _("There is no output “{name}”.").format(name=name)})
    if not office.owns(schedule.owners(name)):
        text = _("“{name}” belongs to the whole station. Ask whoever works for the whole station.")
        raise FormError({"output": text.format(name=name)})
    return name
