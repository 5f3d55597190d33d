"""What is done with a message from outside: taken or refused, spoken, signed, put on air, said again, ended."""

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from loa.actions.approvals import approve
from loa.actions.emergency import write_message
from loa.errors import Finding, InboxError, LoaError, RequestError, StoreError
from loa.files import private_folder, remove, write_atomic
from loa.hazards.kit import Notice, compose, hazard_named
from loa.i18n import _
from loa.inbox import register
from loa.inbox.models import LARGEST_WITH_SOUND, Info, Message, refused
from loa.inbox.policy import InboxPolicy, Sender, load_policy
from loa.inbox.reading import claimed_names, read
from loa.inbox.register import Entry, Piece, Refusal, State
from loa.logs import logger
from loa.schedule import Airing, Schedule
from loa.schedule.airings import airing_id, inside_hours
from loa.schedule.loader import load_schedule
from loa.store import alarms, requests
from loa.store.alarms import Alarm
from loa.store.approvals import BulletinFile, approved, planned_recording
from loa.store.asrun import NewRow, append_all, outcome_rows
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.store.requests import AirRequest, EndRequest, make_request
from loa.workspace import Workspace

PREFIX = "tin-den-"
"""How bulletins of messages from outside are called."""
_SUFFIXES = {"audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/ogg": ".ogg", "audio/mp4": ".m4a"}
_LOOK_AGAIN = datetime.timedelta(minutes=1)
"""How soon a message is looked at again that may not sound at this hour."""
_DAY = 86400.0


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
        _log(workspace, store, entry, "received", f"{text}; {_shown(entry.state, entry.reason)}", now)
        if entry.state == "waiting":
            waits = _("Waits for a person: {text}").format(text=text)
            _tell(workspace, store, schedule, f"inbox:{entry.number}", waits, now)
        if entry.message.kind == "cancel" and new.keys:  # who sent it is sure: it counts at once
            _end_replaced(workspace, store, entry, now)
    return entry


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
        _tell(workspace, store, schedule, f"inbox:forged@{day}", text.format(sender=sender or "?", reason=reason), now)


def work_inbox(workspace: Workspace, store: Database, now: datetime.datetime) -> int:
    """Do what is due: read the watched folder, make sounds, start what may start, say again, end what expired.

    Return how many messages moved. One process at a time. Raises StoreError, WorkspaceError, ScheduleError, InboxError.
    """
    private_folder(workspace.state)
    try:
        with FileLock(workspace.state / "inbox.lock", timeout=0, mode=0o600):
            _read_folder(workspace, store, now)
            return sum(_move_safely(workspace, store, entry, now) for entry in register.unfinished(store))
    except Timeout:
        return 0


def inbox_is_due(workspace: Workspace, store: Database, now: datetime.datetime) -> bool:
    """Whether `work_inbox` would find anything to do: a look that costs little. Raises StoreError."""
    return bool(waiting_files(workspace)) or any(_is_due(store, entry, now) for entry in register.unfinished(store))


def _is_due(store: Database, entry: Entry, now: datetime.datetime) -> bool:
    if entry.state == "received" or (entry.message.infos and now >= entry.message.expires):
        return True
    if entry.state == "waiting":
        return bool(entry.work) and all(_is_approved(store, piece) for piece in entry.work)
    if times := [piece.next_at for piece in entry.work if piece.next_at]:
        return min(times) <= now
    airings = [airing for piece in entry.work for airing in piece.airings]
    return len(outcome_rows(store, airings)) == len(airings)


def _read_folder(workspace: Workspace, store: Database, now: datetime.datetime) -> None:
    """Every file of the watched folder goes to `taken/` or, with the reason beside it, to `refused/`.

    A file in a folder that is called like an adapter is in that adapter's form. Programs write under another name
    (`.x`, `x.part`, `x.tmp`) and rename.
    """
    for path in waiting_files(workspace):
        adapter = None if path.parent == workspace.inbox else path.parent.name
        try:
            raw = read_message_file(path)
            receive_message(workspace, store, raw, now, adapter)
            target, why = workspace.inbox / "taken", ""
        except InboxError as error:
            target, why = workspace.inbox / "refused", str(error)
        except OSError as error:
            logger().warning("inbox", file=path.name, problem=str(error))
            continue
        place = target / f"{now:%Y%m%d-%H%M%S-%f}-{path.name}"
        write_atomic(place, raw)
        if why:
            write_atomic(place.with_name(f"{place.name}.txt"), why + "\n")
        remove(path)


def waiting_files(workspace: Workspace) -> list[Path]:
    """The files of the watched folder that nobody has read yet, at most a hundred, the oldest first."""
    folder = workspace.inbox
    if not folder.is_dir():
        return []
    places = [folder, *(p for p in folder.iterdir() if p.is_dir() and p.name not in ("taken", "refused"))]
    found = [p for place in places for p in place.iterdir() if p.is_file() and not p.is_symlink()]
    ready = [p for p in found if not p.name.startswith(".") and p.suffix.lower() not in (".part", ".tmp")]
    return sorted(ready, key=lambda p: p.stat().st_mtime)[:100]


def read_message_file(path: Path) -> bytes:
    """The bytes of a file, as many as a message may have and one more. Raises OSError."""
    with path.open("rb") as file:
        return file.read(LARGEST_WITH_SOUND + 1)


def _move_safely(workspace: Workspace, store: Database, entry: Entry, now: datetime.datetime) -> bool:
    """One message's fault does not keep the others back; it waits for a person, who sees why."""
    try:
        return _move(workspace, store, entry, now)
    except StoreError:
        raise
    except LoaError as error:
        why = "; ".join(finding.message for finding in error.findings)
        register.change(store, entry, state="waiting", reason=why, among={"received"})
        logger().warning("inbox", message=entry.number, problem=why)
        return False


def _move(workspace: Workspace, store: Database, entry: Entry, now: datetime.datetime) -> bool:
    message = entry.message
    if entry.state == "on-air":
        return _go_on(workspace, store, entry, now)
    if message.infos and now >= message.expires:
        return _refuse(workspace, store, entry, _expired(), now)
    if entry.state == "received":
        schedule = load_schedule(workspace)
        if any(not piece.bulletin for piece in entry.work):
            made = _speak(workspace, load_policy(workspace), schedule, entry)
            if not register.change(store, entry, state="received", work=made, among={"received"}):
                return False
            entry = replace(entry, work=made)
        if entry.rule == "automatic":
            return _start_by_policy(workspace, store, schedule, entry, now)
        reason = _("its sound is made: a person signs it")
        moved = register.change(store, entry, state="waiting", reason=reason, among={"received"})
        title = message.infos[0].title
        text = _("A message from {sender} is to be heard and signed: {title}").format(sender=entry.sender, title=title)
        _tell(workspace, store, schedule, f"inbox:{entry.number}:sign", text, now)
        return moved
    if entry.state == "waiting" and entry.work and all(_is_approved(store, piece) for piece in entry.work):
        return _put_on_air(workspace, store, entry, entry.decided_by, now)  # signed on the page “Release”
    return False


def _speak(workspace: Workspace, policy: InboxPolicy, schedule: Schedule, entry: Entry) -> tuple[Piece, ...]:
    """Make the sound of every text. Raises LoaError."""
    made = []
    for piece in entry.work:
        info, stem = entry.message.infos[piece.info], piece.communes[0]
        name = f"{PREFIX}{entry.number}-{piece.info + 1}"
        manifest = write_message(
            workspace,
            stem,
            name,
            info.title,
            text_of(entry.message, info, policy.sender(entry.sender), schedule.timezone),
            entry.message.issuer or policy.sender(entry.sender).name,
            emergency=info.priority == "emergency",
            sound=workspace.root / piece.sound if piece.sound else None,
        )
        made.append(piece.model_copy(update={"bulletin": manifest.id, "sha256": manifest.sha256}))
    return tuple(made)


def text_of(message: Message, info: Info, sender: Sender, zone: datetime.tzinfo) -> str:
    """What is said: the sender's words, in the order of the emergency kit."""
    return compose(
        Notice(
            hazard=hazard_named(info.hazard),
            issuer=message.issuer or sender.name,
            issued=message.sent.astimezone(zone),
            where=info.areas.described,
            what=info.title,
            more=info.text,
            do=info.instruction,
            until=message.until(info).astimezone(zone),
            drill=message.exercise,
            over=message.kind == "cancel",
            update=message.kind == "update",
        )
    )


def _start_by_policy(
    workspace: Workspace, store: Database, schedule: Schedule, entry: Entry, now: datetime.datetime
) -> bool:
    """The sender's policy releases it, and is named in the log as what it is. Raises LoaError."""
    sender = load_policy(workspace, schedule).sender(entry.sender)
    if getattr(sender.policy, entry.message.priority) != "automatic":  # somebody changed it since
        return register.change(
            store, entry, state="waiting", reason=_("its sound is made: a person signs it"), among={"received"}
        )
    by = _("policy for {sender}, set by {name}").format(sender=sender.name, name=sender.set_by)[:200]
    _approve(workspace, store, entry, by, now)
    return _put_on_air(workspace, store, entry, by, now)


def _approve(workspace: Workspace, store: Database, entry: Entry, by: str, now: datetime.datetime) -> None:
    for piece in entry.work:
        approve(workspace, store, _recording(workspace, piece), piece.sha256, by, now)


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
            _log(workspace, store, entry, "signed", _("signed by {name}").format(name=by), now)
            _end_replaced(workspace, store, entry, now)
        return
    if any(not piece.sha256 for piece in entry.work):
        raise RequestError(Finding("inbox.unmade", _("Its sound is not made yet.")))
    if sorted(heard) != sorted(piece.sha256 for piece in entry.work):
        message = _("The sound was made again meanwhile. Hear the new one before you decide.")
        raise RequestError(Finding("approval.changed", message, file="sha256"))
    if now >= entry.message.expires:
        raise RequestError(Finding("inbox.expired", _("The message has expired.")))
    _approve(workspace, store, entry, by, now)
    _put_on_air(workspace, store, entry, by, now)


def take_message(workspace: Workspace, store: Database, number: int, by: str, now: datetime.datetime) -> None:
    """A person wants message `number` to be made; then somebody hears and signs it. Raises RequestError, StoreError."""
    entry = _waiting(store, number)
    if register.change(store, entry, state="received", decided_by=by, among={"waiting"}):
        _log(workspace, store, entry, "taken", _("{name} has it made").format(name=by), now)


def refuse_message(
    workspace: Workspace, store: Database, number: int, by: str, why: str, now: datetime.datetime
) -> None:
    """A person does not want message `number` on air, and says why; what of it sounds is ended.

    Raises RequestError (no such message, no reason), StoreError.
    """
    entry = register.get(store, number)
    if entry is None or entry.state not in register.OPEN:
        raise RequestError(Finding("inbox.none", _("There is no such message that waits.")))
    if not why.strip():
        raise RequestError(Finding("inbox.reason", _("Write why it is not aired."), file="why"))
    reason = _("{name}: {why}").format(name=by, why=why.strip()[:500])
    _refuse(workspace, store, entry, reason, now, by=by)


def message_receipt(store: Database, entry: Entry) -> MessageReceipt:
    """What became of a message until now. Raises StoreError."""
    airings = [airing for piece in entry.work for airing in piece.airings]
    rows = outcome_rows(store, airings)
    outcomes = tuple((airing, rows[airing].outcome if airing in rows else None) for airing in airings)
    return MessageReceipt(entry.sender, entry.identifier, entry.state, entry.reason, outcomes)


def _expired() -> str:
    return _("it expired before it was heard")


def _waiting(store: Database, number: int) -> Entry:
    entry = register.get(store, number)
    if entry is None or entry.state != "waiting":
        raise RequestError(Finding("inbox.none", _("There is no such message that waits.")))
    return entry


def _is_approved(store: Database, piece: Piece) -> bool:
    return bool(piece.sha256 and approved(store, piece.bulletin, piece.sha256))


def _recording(workspace: Workspace, piece: Piece) -> BulletinFile:
    return planned_recording(workspace, piece.bulletin)


def _put_on_air(workspace: Workspace, store: Database, entry: Entry, by: str, now: datetime.datetime) -> bool:
    """It is approved: from now on it is asked for on air, and what it replaces ends."""
    begins = {n: info.begins for n, info in enumerate(entry.message.infos)}
    work = tuple(p.model_copy(update={"next_at": max(now, begins[p.info] or now)}) for p in entry.work)
    if not register.change(store, entry, state="on-air", decided_by=by, work=work, among={"received", "waiting"}):
        return False
    entry = replace(entry, state="on-air", work=work, decided_by=by)
    _log(workspace, store, entry, "released", _("released by {name}").format(name=by), now)
    _end_replaced(workspace, store, entry, now)
    _go_on(workspace, store, entry, now)
    return True


def _go_on(workspace: Workspace, store: Database, entry: Entry, now: datetime.datetime) -> bool:
    """Ask for what is due, and see whether it is over."""
    schedule = load_schedule(workspace)
    sender = next((s for s in load_policy(workspace).file.senders if s.id == entry.sender), None)
    repeat = (entry.message.repeat_minutes or 0) * 60.0 or (sender.repeat if sender else None)
    work = tuple(_say(store, schedule, entry, piece, sender, repeat, now) for piece in entry.work)
    if work != entry.work:
        return register.change(store, entry, state="on-air", work=work, among={"on-air"})
    if any(piece.next_at for piece in work):
        return False
    airings = [airing for piece in work for airing in piece.airings]
    rows = outcome_rows(store, airings)
    if len(rows) < len(airings):
        return False
    heard = any(row.started for row in rows.values())
    if not airings:
        return register.change(store, entry, state="refused", reason=_expired(), among={"on-air"})
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
) -> Piece:
    """Ask for one text on air if it is its time, and set when it is said again."""
    info = entry.message.infos[piece.info]
    ends = entry.message.until(info)
    if piece.next_at is None or now < piece.next_at:
        return piece
    if now >= ends:
        return piece.model_copy(update={"next_at": None})
    emergency = info.priority == "emergency"
    if not emergency and not _may_sound(schedule, piece, now):
        return piece.model_copy(update={"next_at": min(ends, now + _LOOK_AGAIN)})
    if not who_is_on_air(store) or set(piece.airings) - outcome_rows(store, piece.airings).keys():
        return piece  # nobody would play it; or it still sounds
    # The id is the same if the power goes before it is written down: the station plays an id once.
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
    requests.ask(store, make_request(AirRequest, values), now)
    again = now + datetime.timedelta(seconds=repeat) if repeat else None
    return piece.model_copy(
        update={"airings": (*piece.airings, airing), "next_at": again if again and again < ends else None}
    )


def _may_sound(schedule: Schedule, piece: Piece, now: datetime.datetime) -> bool:
    """Whether an ordinary message may begin at this hour."""
    probe = Airing("", "", piece.communes[0], piece.bulletin, now, 1.0, piece.outputs, "normal")
    return inside_hours(schedule, probe)


def _refuse(
    workspace: Workspace, store: Database, entry: Entry, reason: str, now: datetime.datetime, by: str | None = None
) -> bool:
    if not register.change(store, entry, state="refused", reason=reason, decided_by=by):
        return False
    _end_airings(store, entry, reason, now)
    _log(workspace, store, entry, "refused", reason, now)
    return True


def _end_replaced(workspace: Workspace, store: Database, entry: Entry, now: datetime.datetime) -> None:
    """End what `entry` replaces or takes back."""
    message = entry.message
    word = _("replaced by message {id}") if message.kind == "update" else _("taken back by message {id}")
    reason = word.format(id=message.id)
    for old in register.replaced_by(store, message):
        state: State = "ended" if old.state == "on-air" else "refused"
        if register.change(store, old, state=state, reason=reason):
            _log(workspace, store, old, "ended", reason, now)
        _end_airings(store, old, reason, now)


def _end_airings(store: Database, entry: Entry, why: str, now: datetime.datetime) -> None:
    airings = [airing for piece in entry.work for airing in piece.airings]
    living = [airing for airing in airings if airing not in outcome_rows(store, airings)]
    if living:
        requests.ask(store, make_request(EndRequest, {"airings": living, "why": why[:500]}), now)


def _shown(state: State, reason: str) -> str:
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


def _log(workspace: Workspace, store: Database, entry: Entry, act: str, reason: str, now: datetime.datetime) -> None:
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


def _tell(
    workspace: Workspace, store: Database, schedule: Schedule, event: str, message: str, now: datetime.datetime
) -> None:
    """An alarm, once for each event."""
    alarm = Alarm(event, "inbox", message, now)
    alarms.raise_once(store, alarm, alarms.channels(schedule.alerts), workspace.seal)
