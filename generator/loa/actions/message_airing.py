"""A message from outside on its way to the air: approved, asked for, said again, refused, ended; what is told of it."""

import datetime
from dataclasses import replace

from sqlalchemy import Insert

from loa.actions.approvals import approve
from loa.i18n import _
from loa.inbox import register
from loa.inbox.policy import Sender, load_policy
from loa.inbox.register import Entry, Piece, State
from loa.schedule import Airing, Schedule
from loa.schedule.airings import airing_id, inside_hours
from loa.schedule.loader import load_schedule
from loa.store import alarms, requests
from loa.store.alarms import Alarm
from loa.store.approvals import approved, planned_recording
from loa.store.asrun import NewRow, append_all, outcome_rows
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.store.requests import AirRequest, EndRequest, make_request
from loa.workspace import Workspace

_LOOK_AGAIN = datetime.timedelta(minutes=1)
"""How soon a message is looked at again that may not sound at this hour."""
_DAY = 86400.0


def is_approved(store: Database, piece: Piece) -> bool:
    """Whether the sound of one text is made and released. Raises StoreError."""
    return bool(piece.sha256 and approved(store, piece.bulletin, piece.sha256))


def approve_sounds(workspace: Workspace, store: Database, entry: Entry, by: str, now: datetime.datetime) -> None:
    """Release every sound of the message. Raises ApprovalError, StoreError, WorkspaceError."""
    for piece in entry.work:
        approve(workspace, store, planned_recording(workspace, piece.bulletin), piece.sha256, by, now)


def put_on_air(workspace: Workspace, store: Database, entry: Entry, by: str, now: datetime.datetime) -> bool:
    """It is approved: from now on it is asked for on air, and what it replaces ends."""
    begins = {n: info.begins for n, info in enumerate(entry.message.infos)}
    work = tuple(p.model_copy(update={"next_at": max(now, begins[p.info] or now)}) for p in entry.work)
    if not register.change(store, entry, state="on-air", decided_by=by, work=work, among={"received", "waiting"}):
        return False
    entry = replace(entry, state="on-air", work=work, decided_by=by)
    log_message(workspace, store, entry, "released", _("released by {name}").format(name=by), now)
    end_replaced(workspace, store, entry, now)
    go_on(workspace, store, entry, now)
    return True


def go_on(workspace: Workspace, store: Database, entry: Entry, now: datetime.datetime) -> bool:
    """Ask for what is due, and see whether it is over."""
    schedule = load_schedule(workspace)
    sender = next((s for s in load_policy(workspace).file.senders if s.id == entry.sender), None)
    usual = sender.repeat if sender and entry.message.kind != "cancel" else None  # the all clear is not said all night
    repeat = (entry.message.repeat_minutes or 0) * 60.0 or usual
    said = [_say(store, schedule, entry, piece, sender, repeat, now) for piece in entry.work]
    work = tuple(piece for piece, _asked in said)
    if work != entry.work:  # together: what was ended in this moment is not asked for
        asked = [statement for _piece, statement in said if statement is not None]
        return register.change(store, entry, state="on-air", work=work, among={"on-air"}, together=asked)
    if any(piece.next_at for piece in work):
        return False
    airings = [airing for piece in work for airing in piece.airings]
    rows = outcome_rows(store, airings)
    if len(rows) < len(airings):
        return False
    heard = any(row.started for row in rows.values())
    if not airings:
        return register.change(store, entry, state="refused", reason=expired(), among={"on-air"})
    reason = "; ".join(dict.fromkeys(row.reason or "" for row in rows.values() if row.reason))[:1000]
    return register.change(store, entry, state="aired" if heard else "refused", reason=reason, among={"on-air"})


def _say(
    store: Database,
    schedule: Schedule,
    entry: Entry,
    piece: Piece,
    sender: Sender | None,
    repeat: float | None,
    now: datetime.datetime,
) -> tuple[Piece, Insert | None]:
    """One text, with when it is said again, and the request for it if it is its time."""
    info = entry.message.infos[piece.info]
    ends = entry.message.until(info)
    if piece.next_at is None or now < piece.next_at:
        return piece, None
    if now >= ends:
        return piece.model_copy(update={"next_at": None}), None
    emergency = info.priority == "emergency"
    if not emergency and not _may_sound(schedule, piece, now):
        return piece.model_copy(update={"next_at": min(ends, now + _LOOK_AGAIN)}), None
    if not who_is_on_air(store) or set(piece.airings) - outcome_rows(store, piece.airings).keys():
        return piece, None  # nobody would play it; or it still sounds
    place = f"{entry.number}.{piece.info + 1}.{len(piece.airings) + 1}"
    airing = airing_id(f"inbox:{place}", piece.next_at)
    values = {
        "airing": airing,
        "bulletin": piece.bulletin,
        "outputs": [name for name in piece.outputs if name in schedule.outputs] or piece.outputs,
        "by": entry.decided_by or entry.sender,
        "now": emergency,
        "times": sender.times if sender and emergency else 1,
        "pause": "10s",
        "valid": f"{min(_DAY, max(1.0, (ends - now).total_seconds())):.0f}s",
    }
    again = now + datetime.timedelta(seconds=repeat) if repeat else None
    said = {"airings": (*piece.airings, airing), "next_at": again if again and again < ends else None}
    return piece.model_copy(update=said), requests.asking(make_request(AirRequest, values), now)


def _may_sound(schedule: Schedule, piece: Piece, now: datetime.datetime) -> bool:
    """Whether an ordinary message may begin at this hour."""
    probe = Airing("", "", piece.communes[0], piece.bulletin, now, 1.0, piece.outputs, "normal")
    return inside_hours(schedule, probe) and schedule.quiet(piece.outputs, now, now) != set(
        schedule.loudspeakers(piece.outputs)
    )


def refuse_entry(
    workspace: Workspace, store: Database, entry: Entry, reason: str, now: datetime.datetime, by: str | None = None
) -> bool:
    """It is not aired; what of it sounds is ended. False where somebody else was quicker. Raises StoreError."""
    together = _ending(store, entry, reason, now)
    if not register.change(store, entry, state="refused", reason=reason, decided_by=by, together=together):
        return False
    log_message(workspace, store, entry, "refused", reason, now)
    return True


def end_replaced(workspace: Workspace, store: Database, entry: Entry, now: datetime.datetime) -> None:
    """End what `entry` replaces or takes back."""
    message = entry.message
    word = _("replaced by message {id}") if message.kind == "update" else _("taken back by message {id}")
    reason = word.format(id=message.id)
    for old in register.replaced_by(store, message):
        state: State = "ended" if old.state == "on-air" else "refused"
        if register.change(store, old, state=state, reason=reason, together=_ending(store, old, reason, now)):
            log_message(workspace, store, old, "ended", reason, now)


def end_what_is_replaced(workspace: Workspace, store: Database, now: datetime.datetime) -> int:
    """End what should have ended before somebody cut the power; how many. Raises StoreError."""
    found = register.unended(store)
    for later in {later.number: later for _old, later in found}.values():
        end_replaced(workspace, store, later, now)
    return len(found)


def _ending(store: Database, entry: Entry, why: str, now: datetime.datetime) -> list[Insert]:
    """What silences the message; nothing where it does not sound."""
    airings = [airing for piece in entry.work for airing in piece.airings]
    living = [airing for airing in airings if airing not in outcome_rows(store, airings)]
    ends = [make_request(EndRequest, {"airings": living, "why": why[:500]})] if living else []
    return [requests.asking(one, now) for one in ends]


def expired() -> str:
    """Why a message that came too late is not aired."""
    return _("it expired before it was heard")


def shown(state: State, reason: str) -> str:
    """A state with its reason, for people."""
    return f"{state_name(state)} ({reason})" if reason else state_name(state)


def state_name(state: str) -> str:
    """What people call a state of a message."""
    names = {
        "received": _("received"),
        "waiting": _("waits for a person"),
        "on-air": _("on air"),
        "aired": _("aired"),
        "ended": _("ended"),
        "refused": _("not aired"),
    }
    return names.get(state, state)


def log_message(
    workspace: Workspace, store: Database, entry: Entry, act: str, reason: str, now: datetime.datetime
) -> None:
    """A row of the hash-chained log for each thing that happens to a message."""
    details = {
        "act": act,
        "number": entry.number,
        "sender": entry.sender,
        "id": entry.identifier,
        "sha256": entry.sha256,
        "priority": entry.message.priority,
        "exercise": entry.message.exercise,
    }
    append_all(store, [NewRow("inbox", reason=reason, details=details)], now, seal=workspace.seal)


def tell_once(
    workspace: Workspace, store: Database, schedule: Schedule, event: str, message: str, now: datetime.datetime
) -> None:
    """An alarm, once for each event."""
    alarm = Alarm(event, "inbox", message, now)
    alarms.raise_once(store, alarm, alarms.channels(schedule.alerts), workspace.seal)
