"""What is due in the inbox: files are read, sounds made, what may start is started, what expired is ended."""

import datetime
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from loa.actions.emergency import write_message
from loa.actions.inbox import receive_message
from loa.actions.message_airing import (
    approve_sounds,
    end_what_is_replaced,
    expired,
    go_on,
    is_approved,
    put_on_air,
    refuse_entry,
    tell_once,
)
from loa.errors import InboxError, LoaError, StoreError
from loa.files import private_folder, remove, write_atomic
from loa.hazards.texts import Notice, compose, hazard_named
from loa.i18n import _
from loa.inbox import register
from loa.inbox.models import LARGEST_WITH_SOUND, Info, Message
from loa.inbox.policy import InboxPolicy, Sender, load_policy
from loa.inbox.register import Entry, Piece
from loa.logs import logger
from loa.schedule import Schedule
from loa.schedule.loader import load_schedule
from loa.store.asrun import outcome_rows
from loa.store.database import Database
from loa.workspace import Workspace

PREFIX = "tin-den-"
"""How bulletins of messages from outside are called."""


def work_inbox(workspace: Workspace, store: Database, now: datetime.datetime) -> int:
    """Do what is due: read the watched folder, make sounds, start what may start, say again, end what expired.

    Return how many messages moved. One process at a time. Raises StoreError, WorkspaceError, ScheduleError, InboxError.
    """
    private_folder(workspace.state)
    try:
        with FileLock(workspace.state / "inbox.lock", timeout=0, mode=0o600):
            _read_folder(workspace, store, now)
            ended = end_what_is_replaced(workspace, store, now)
            return ended + sum(_move_safely(workspace, store, entry, now) for entry in register.unfinished(store))
    except Timeout:
        return 0


def inbox_is_due(workspace: Workspace, store: Database, now: datetime.datetime) -> bool:
    """Whether `work_inbox` would find anything to do: a look that costs little. Raises StoreError."""
    if waiting_files(workspace) or any(_is_due(store, entry, now) for entry in register.unfinished(store)):
        return True
    return bool(register.unended(store))


def _is_due(store: Database, entry: Entry, now: datetime.datetime) -> bool:
    if entry.state == "received" or (entry.message.infos and now >= entry.message.expires):
        return True
    if entry.state == "waiting":
        return bool(entry.work) and all(is_approved(store, piece) for piece in entry.work)
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
        return go_on(workspace, store, entry, now)
    if message.infos and now >= message.expires:
        return refuse_entry(workspace, store, entry, expired(), now)
    if entry.state == "received":
        schedule = load_schedule(workspace)
        if any(not piece.bulletin for piece in entry.work):
            made = _speak(workspace, load_policy(workspace), schedule, entry)
            if not register.change(store, entry, state="received", work=made, among={"received"}):
                return False
            entry = replace(entry, work=made)
        if entry.rule == "automatic":
            return _start_by_policy(workspace, store, schedule, entry, now)
        moved = _wait_for_signature(store, entry)
        title = message.infos[0].title
        text = _("A message from {sender} is to be heard and signed: {title}").format(sender=entry.sender, title=title)
        tell_once(workspace, store, schedule, f"inbox:{entry.number}:sign", text, now)
        return moved
    if entry.state == "waiting" and entry.work and all(is_approved(store, piece) for piece in entry.work):
        return put_on_air(workspace, store, entry, entry.decided_by, now)  # signed on the page “Release”
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


def _wait_for_signature(store: Database, entry: Entry) -> bool:
    reason = _("its sound is made: a person signs it")
    return register.change(store, entry, state="waiting", reason=reason, among={"received"})


def _start_by_policy(
    workspace: Workspace, store: Database, schedule: Schedule, entry: Entry, now: datetime.datetime
) -> bool:
    """The sender's policy releases it, and is named in the log as what it is. Raises LoaError."""
    sender = load_policy(workspace, schedule).sender(entry.sender)
    if getattr(sender.policy, entry.message.priority) != "automatic":  # somebody changed it since
        return _wait_for_signature(store, entry)
    by = _("policy for {sender}, set by {name}").format(sender=sender.name, name=sender.set_by)[:200]
    approve_sounds(workspace, store, entry, by, now)
    return put_on_air(workspace, store, entry, by, now)
