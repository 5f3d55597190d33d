"""Changes of schedule.yaml that people ask for in the week's page; each works on the loaded file and nothing else."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request

from loa.actions.offices import Office
from loa.i18n import _
from loa.schedule.called import output_name
from loa.web.context import Console, console_of, edit_file, flash, person_of
from loa.web.forms import FormError
from loa.yamlfile import editor


def broadcast_in(data: Any, id_: str) -> Any:
    """The broadcast called `id_`. Raises FormError where it is gone."""
    found = next((b for b in data.get("broadcasts") or [] if str(b.get("id")) == id_), None)
    if found is None:
        raise FormError({"": _("This broadcast is no longer in the schedule.")})
    return found


def leave_out(data: Any, id_: str, first: datetime.date, last: datetime.date) -> None:
    """Nothing of this broadcast from `first` to `last`."""
    if last < first:
        raise FormError({"last": _("The last day is before the first.")})
    span = f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d}/{last:%Y-%m-%d}"
    _append(broadcast_in(data, id_), "except", span)


def put_back(data: Any, id_: str, day: datetime.date) -> None:
    """Take back what `leave_out` did for `day`. Raises FormError where a longer span or a rule leaves it out."""
    broadcast = broadcast_in(data, id_)
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


def drop_extra(data: Any, id_: str, moment: datetime.datetime) -> bool:
    """Remove a one-off; whether there was one."""
    broadcast = broadcast_in(data, id_)
    number = _extra_at(broadcast, moment)
    if number is None:
        return False
    del broadcast["also"][number]
    if not broadcast["also"]:
        del broadcast["also"]
    return True


def move(
    data: Any, id_: str, old: datetime.datetime, new: datetime.datetime, turns: Mapping[datetime.datetime, str | None]
) -> None:
    """One airing to another moment. `turns`: every airing of its day, and whose turn it is where campaigns rotate.

    An airing of the rule is moved by leaving its day out and naming the day's other airings and the new moment.
    """
    if not drop_extra(data, id_, old):
        leave_out(data, id_, old.date(), old.date())
        for moment in turns:
            if moment != old:
                put_extra(data, id_, moment, turns[moment])
    put_extra(data, id_, new, turns[old])


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


def reschedule(request: Request, edit: Callable[[Any], None], text: str) -> None:
    """Let `edit` work on the loaded file. Raises FormError, ScheduleError; then nothing is changed."""
    rewrite(request, lambda before: editor.change(before, edit), text)


def rewrite(request: Request, edit: Callable[[str], str], text: str) -> None:
    """As `reschedule`, with an `edit` of the file's text."""
    edit_file(request, console_of(request).workspace.schedule_file, edit, text, action="schedule.changed")
    flash(request, text)


def set_volume(request: Request, console: Console, name: str, value: int) -> None:
    """How loud an output is, at once; kept in schedule.yaml, which the station on air follows.

    Raises FormError, ScheduleError.
    """
    find_output(console, name, person_of(request).office)
    called = output_name(console.files.plan().schedule, name)
    text = _("{output}: volume {value} %").format(output=called, value=value)
    reschedule(request, lambda data: editor.put(data, ("outputs", name, "volume"), value), text)


def find_output(console: Console, name: str, office: Office) -> str:
    """The name, if it is that of an output that the person may set. Raises FormError."""
    schedule = console.files.plan().schedule
    if schedule is None or name not in schedule.outputs:
        raise FormError({"output": _("There is no output “{name}”.").format(name=name)})
    if not office.owns(schedule.owners(name)):
        text = _("“{name}” belongs to the whole station. Ask whoever works for the whole station.")
        raise FormError({"output": text.format(name=name)})
    return name
