"""What people and programs do with a message from outside: it is taken or refused, made, signed."""

import datetime
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from loa.actions.message_airing import (
    approve_sounds,
    end_replaced,
    log_message,
    put_on_air,
    refuse_entry,
    shown,
    tell_once,
)
from loa.errors import Finding, InboxError, RequestError
from loa.files import write_atomic
from loa.i18n import _
from loa.inbox import register
from loa.inbox.models import Info, Message, refused
from loa.inbox.policy import InboxPolicy, Sender, load_policy
from loa.inbox.reading import GAUGE, claimed_names, read
from loa.inbox.register import Entry, Piece, Refusal, State
from loa.schedule import Schedule
from loa.schedule.loader import load_schedule
from loa.store.asrun import outcome_rows
from loa.store.database import Database
from loa.workspace import Workspace

_SUFFIXES = {"audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/ogg": ".ogg", "audio/mp4": ".m4a"}


@dataclass(frozen=True, slots=True)
class MessageReceipt:
    """What became of a message. `stage`: `received`, `waiting` (for a person), `on-air`, `aired`, `ended` (replaced,
    taken back, expired after it was heard), `refused`; `reason`: why, or what is waited for.
    """

    sender: str
    id: str
    stage: State
    reason: str
    airings: tuple[tuple[str, str | None], ...] = ()

    def item(self) -> dict[str, Any]:
        """For programs: the API and the command line give the same."""
        airings = [{"airing": airing, "outcome": outcome} for airing, outcome in self.airings]
        return {
            "sender": self.sender,
            "id": self.id,
            "stage": self.stage,
            "reason": self.reason or None,
            "airings": airings,
        }


def receive_message(
    workspace: Workspace, store: Database, raw: bytes, now: datetime.datetime, adapter: str | None = None
) -> Entry:
    """Take a message, write it down, and end what it replaces or takes back; nothing is spoken yet.

    The same message again gives the entry of before. Raises InboxError, whose finding says why it is not taken;
    StoreError, WorkspaceError, ScheduleError.
    """
    schedule = load_schedule(workspace)
    try:
        entry, new = _receive(workspace, store, schedule, raw, now, adapter)
    except InboxError as error:
        _note_refusal(workspace, store, schedule, raw, error, now, adapter)
        raise
    if new:
        said = _("message {id} from {sender}: {title}")
        title = next((info.title for info in entry.message.infos), entry.message.kind)
        text = said.format(id=entry.identifier, sender=entry.sender, title=title)
        log_message(workspace, store, entry, "received", f"{text}; {shown(entry.state, entry.reason)}", now)
        if entry.state == "waiting":
            waits = _("Waits for a person: {text}").format(text=text)
            tell_once(workspace, store, schedule, f"inbox:{entry.number}", waits, now)
        if entry.message.kind == "cancel" and new.keys:  # who sent it is sure: it counts at once
            end_replaced(workspace, store, entry, now)
    return entry


def receive_reading(
    workspace: Workspace, store: Database, sender: str, raw: bytes, now: datetime.datetime
) -> Entry | None:
    """What a gauge posts: from its threshold on a message, one in a while; None below it.

    Raises InboxError (no such gauge, no number), StoreError, WorkspaceError, ScheduleError.
    """
    gauge = load_policy(workspace).sender(sender).gauge
    if gauge is None:
        raise refused("sender", _("“{name}” is no gauge.").format(name=sender), field="gauge")
    if gauge.reading(raw) < gauge.above:
        return None
    last = register.newest(store, sender)
    if last and now - last.message.sent < datetime.timedelta(seconds=gauge.again):
        return last
    return receive_message(workspace, store, raw, now, f"{GAUGE}{sender}")


def _receive(
    workspace: Workspace,
    store: Database,
    schedule: Schedule,
    raw: bytes,
    now: datetime.datetime,
    adapter: str | None,
) -> tuple[Entry, Sender | None]:
    """The entry, and its sender where it is a new one."""
    policy = load_policy(workspace, schedule)
    reading = read(raw, policy, now, adapter)
    sounds = _sounds(reading.message)
    message = _without_sounds(reading.message)
    if before := register.find(store, message.sender, message.id):
        if before.message == message:
            return before, None
        text = _("Another message of the same sender had the id “{id}”: this one may be forged, or is a replay.")
        raise refused("twice", text.format(id=message.id), _("Every message has an id of its own."), "id")
    message.check(now)
    if later := register.replaces(store, message):
        raise refused("superseded", _("The message “{id}” has replaced it already.").format(id=later.identifier))
    state, rule, reason = _decide(policy, reading.sender, message)
    pieces = _pieces(policy, schedule, reading.sender, message)
    if message.infos and not pieces:
        fix = _("Check the codes, polygons and communes of the areas.")
        raise refused("area", _("The message reaches no commune of this station."), fix, "areas")
    pieces = [_with_sound(workspace, piece, sounds.get(piece.info)) for piece in pieces]
    write_atomic(workspace.received / reading.sha256, raw)
    made = register.add(
        store,
        message,
        sha256=reading.sha256,
        form=reading.form,
        state=state,
        rule=rule,
        reason=reason,
        work=pieces,
        now=now,
    )
    if made is None:  # it came twice at the same moment
        found = register.find(store, message.sender, message.id)
        if found is None or found.message != message:
            raise refused("twice", _("Another message has this id."), field="id")
        return found, None
    return made, reading.sender


def _decide(policy: InboxPolicy, sender: Sender, message: Message) -> tuple[State, str, str]:
    """Its first state, the rule, and why."""
    if message.test:
        return "ended", "test", _("a test of the line: it is not aired")
    if message.kind == "cancel" and not message.infos:
        if sender.keys:
            return "aired", "automatic", ""
        return "waiting", "sign", _("nobody can tell who sent it: a person decides")
    rule = policy.rule(sender, message)
    if rule == "refuse":
        return "refused", rule, _("the station does not air this sender's messages of this priority")
    if rule == "ask":
        return "waiting", rule, _("a person decides whether it is made")
    return "received", rule, ""


def _pieces(policy: InboxPolicy, schedule: Schedule, sender: Sender, message: Message) -> list[Piece]:
    """Which text goes to which communes, by which outputs; a commune hears the first that is for it."""
    reached: set[str] = set()
    found = []
    for number, info in enumerate(message.infos):
        communes = tuple(stem for stem in policy.reached(sender, info.areas) if stem not in reached)
        owned = {None, *communes}
        speakers = schedule.loudspeakers(sender.on)
        outputs = tuple(name for name in speakers if (o := schedule.outputs.get(name)) and o.commune in owned)
        if communes and outputs:
            reached.update(communes)
            found.append(Piece(info=number, communes=communes, outputs=outputs))
    return found


def _sounds(message: Message) -> dict[int, tuple[str, bytes]]:
    """The recordings that came with it, by the number of the text: suffix and bytes. Raises InboxError."""
    return {n: (_SUFFIXES[info.audio.type], info.audio.bytes()) for n, info in enumerate(message.infos) if info.audio}


def _without_sounds(message: Message) -> Message:
    """As it is written down. A recording's hash stands in the place of its bytes, so that no other passes for it."""

    def light(info: Info) -> Info:
        if info.audio is None:
            return info
        digest = hashlib.sha256(info.audio.data.encode()).hexdigest()
        return info.model_copy(update={"audio": info.audio.model_copy(update={"data": digest + "=" * 36})})

    return message.model_copy(update={"infos": tuple(map(light, message.infos))})


def _with_sound(workspace: Workspace, piece: Piece, sound: tuple[str, bytes] | None) -> Piece:
    """With the recording that came for it, which is kept. Raises WorkspaceError."""
    if sound is None:
        return piece
    suffix, data = sound
    path = workspace.received_sounds / f"{hashlib.sha256(data).hexdigest()}{suffix}"
    write_atomic(path, data)
    return piece.model_copy(update={"sound": workspace.relative(path)})


def _note_refusal(
    workspace: Workspace,
    store: Database,
    schedule: Schedule,
    raw: bytes,
    error: InboxError,
    now: datetime.datetime,
    adapter: str | None,
) -> None:
    """Write down what was not taken; one alarm a day tells of forgeries, however many come."""
    sender, identifier = ("", "") if adapter else claimed_names(raw)
    reason = "; ".join(f"{f.file}: {f.message}" if f.file else f.message for f in error.findings[:5])
    register.refuse(store, Refusal(now, sender, identifier, reason))
    if any(finding.code in {"inbox.signature", "inbox.twice"} for finding in error.findings):
        day = now.astimezone(schedule.timezone).date()
        text = _("A message that says it is from {sender} was refused: {reason}")
        tell_once(
            workspace, store, schedule, f"inbox:forged@{day}", text.format(sender=sender or "?", reason=reason), now
        )


def sign_message(
    workspace: Workspace, store: Database, number: int, heard: Sequence[str], by: str, now: datetime.datetime
) -> None:
    """A person heard every sound of message `number` (their SHA-256) and lets it on air; what takes others back without
    a word is followed.

    Raises RequestError (no such message, not made yet, another sound), ApprovalError, StoreError, WorkspaceError.
    """
    entry = _waiting(store, number)
    if not entry.message.infos:
        if register.change(store, entry, state="aired", reason="", decided_by=by, among={"waiting"}):
            log_message(workspace, store, entry, "signed", _("signed by {name}").format(name=by), now)
            end_replaced(workspace, store, entry, now)
        return
    if any(not piece.sha256 for piece in entry.work):
        raise RequestError(Finding("inbox.unmade", _("Its sound is not made yet.")))
    if sorted(heard) != sorted(piece.sha256 for piece in entry.work):
        message = _("The sound was made again meanwhile. Hear the new one before you decide.")
        raise RequestError(Finding("approval.changed", message, file="sha256"))
    if now >= entry.message.expires:
        raise RequestError(Finding("inbox.expired", _("The message has expired.")))
    approve_sounds(workspace, store, entry, by, now)
    put_on_air(workspace, store, entry, by, now)


def take_message(workspace: Workspace, store: Database, number: int, by: str, now: datetime.datetime) -> None:
    """A person wants message `number` to be made; then somebody hears and signs it. Raises RequestError, StoreError."""
    entry = _waiting(store, number)
    if register.change(store, entry, state="received", decided_by=by, among={"waiting"}):
        log_message(workspace, store, entry, "taken", _("{name} has it made").format(name=by), now)


def refuse_message(
    workspace: Workspace, store: Database, number: int, by: str, why: str, now: datetime.datetime
) -> None:
    """A person does not want message `number` on air, and says why; what of it sounds is ended.

    Raises RequestError (no such message, no reason), StoreError.
    """
    entry = _waiting(store, number, register.OPEN)
    if not why.strip():
        raise RequestError(Finding("inbox.reason", _("Write why it is not aired."), file="why"))
    reason = _("{name}: {why}").format(name=by, why=why.strip()[:500])
    refuse_entry(workspace, store, entry, reason, now, by=by)


def message_receipt(store: Database, entry: Entry) -> MessageReceipt:
    """What became of a message until now. Raises StoreError."""
    airings = [airing for piece in entry.work for airing in piece.airings]
    rows = outcome_rows(store, airings)
    outcomes = tuple((airing, rows[airing].outcome if airing in rows else None) for airing in airings)
    return MessageReceipt(entry.sender, entry.identifier, entry.state, entry.reason, outcomes)


def _waiting(store: Database, number: int, among: Collection[State] = frozenset({"waiting"})) -> Entry:
    entry = register.get(store, number)
    if entry is None or entry.state not in among:
        raise RequestError(Finding("inbox.none", _("There is no such message that waits.")))
    return entry
