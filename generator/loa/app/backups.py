"""Automatic backups: when one is due, what was made of it, which are kept, and when somebody must be warned.

What came of each place stands in `.loa/backups.json`. A backup is made by a process of its own with the lowest priority
(`loa backup --due`), which the station starts: the sound never waits for it.
"""

import contextlib
import datetime
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from loa.app import backup_places
from loa.app.backup import backup, released_files, verify
from loa.app.backup_places import Store, problem
from loa.errors import LoaError
from loa.files import part_path, private_folder, write_atomic
from loa.formats import size
from loa.i18n import _, ngettext
from loa.schedule.backup import Backup, FolderPlace, Keep, SftpPlace
from loa.station_secrets import secret
from loa.workspace import Workspace

_NAME = re.compile(r"loa-(\d{8}T\d{6}Z)\.zip")
_STAMP = "%Y%m%dT%H%M%SZ"
_AGAIN = datetime.timedelta(hours=1)
"""How long after a backup that failed it is tried again."""
_STATION = "station"
_ROOM = 5_000_000
"""Bytes that stay free in a place."""


@dataclass(frozen=True, slots=True)
class PlaceState:
    """What came of the backups to a place. `good`: when the last good one was made; `problem`: of the last try."""

    since: datetime.datetime
    tried: datetime.datetime | None = None
    good: datetime.datetime | None = None
    name: str = ""
    problem: str = ""

    def age(self, now: datetime.datetime) -> datetime.timedelta:
        """How old the last good backup is; without one, how long there should have been one. Never below zero."""
        return max(now - (self.good or self.since), datetime.timedelta())


def titles() -> Mapping[str, str]:
    """What people call the places."""
    return {"folder": _("folder"), "stick": _("USB stick"), "sftp": _("another computer (SFTP)")}


def place_states(workspace: Workspace) -> dict[str, PlaceState]:
    """What is known of each place, by its key in schedule.yaml."""
    try:
        rows = json.loads(workspace.backups_file.read_text("utf-8"))
        return {name: _state(row) for name, row in rows.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):  # none yet, or damaged: the next backup tells
        return {}


def _state(row: dict[str, Any]) -> PlaceState:
    since, tried, good = (
        datetime.datetime.fromisoformat(row[key]).astimezone(datetime.UTC) if row.get(key) else None
        for key in ("since", "tried", "good")
    )
    if since is None:
        raise ValueError("since")
    return PlaceState(since, tried, good, str(row.get("name", "")), str(row.get("problem", "")))


def _note(workspace: Workspace, place: str, **values: object) -> None:
    states = {key: _row(state) for key, state in place_states(workspace).items()}
    now = datetime.datetime.now(datetime.UTC).isoformat()
    states[place] = {"since": now, **states.get(place, {}), "tried": now, **values}
    write_atomic(workspace.backups_file, json.dumps(states, ensure_ascii=False, indent=1) + "\n")


def _row(state: PlaceState) -> dict[str, object]:
    moments = {"since": state.since, "tried": state.tried, "good": state.good}
    times = {key: moment.isoformat() for key, moment in moments.items() if moment}
    return {**times, "name": state.name, "problem": state.problem}


def due(workspace: Workspace, settings: Backup, now: datetime.datetime) -> list[str]:
    """The places that want a backup now. `now`: in the station's time zone.

    A time in the future counts for nothing: the clock was wrong when it was written.
    """
    last = settings.at.on(now.date()).replace(tzinfo=now.tzinfo)
    if last > now:
        last -= datetime.timedelta(days=1)
    states = place_states(workspace)
    return [name for name in settings.places if _is_due(states.get(name), last, now)]


def _is_due(state: PlaceState | None, last: datetime.datetime, now: datetime.datetime) -> bool:
    if state is None:
        return True
    if state.good and last <= state.good <= now:
        return False
    return state.tried is None or not now - _AGAIN < state.tried <= now


def overdue(states: Mapping[str, PlaceState], settings: Backup, now: datetime.datetime) -> dict[str, str]:
    """The places whose last good backup is too old, each with what to say about it. `states`: see `place_states`."""
    found = {}
    for name in settings.places:
        state = states.get(name)
        if state is None or (state.good and state.age(now) <= datetime.timedelta(days=settings.warn_after_days)):
            continue
        if state.good is None:
            if not state.problem:
                continue
            text = _("no backup has been made yet ({place})").format(place=titles()[name])
        else:
            days = state.age(now).days
            said = ngettext(
                "the last good backup ({place}) is {n} day old", "the last good backup ({place}) is {n} days old", days
            )
            text = said.format(place=titles()[name], n=days)
        found[name] = f"{text}: {state.problem}" if state.problem else text
    return found


def back_up(workspace: Workspace, settings: Backup, names: Iterable[str]) -> dict[str, str]:
    """Make a backup in each of the places `names`; gives what went wrong, by place.

    Raises WorkspaceError where another process is making one.
    """
    with _alone(workspace):
        return {name: text for name in names if (text := _tried(workspace, settings, name))}


def _tried(workspace: Workspace, settings: Backup, name: str) -> str:
    try:
        made = _back_up(workspace, settings, name)
    except LoaError as error:
        text = " ".join(f"{finding.message} {finding.fix}".strip() for finding in error.findings)
    except OSError as error:
        text = _("The backup could not be written: {reason}").format(reason=error.strerror or error)
    else:
        now = datetime.datetime.now(datetime.UTC).isoformat()
        _note(workspace, name, good=now, name=made, problem="")
        return ""
    _note(workspace, name, problem=text)
    return text


def _back_up(workspace: Workspace, settings: Backup, name: str) -> str:
    """Raises LoaError, OSError; gives the name of the archive."""
    place = settings.places[name]
    password = secret(workspace, place.password_env) if isinstance(place, SftpPlace) else None
    with backup_places.opened(place, workspace.root, password) as store:
        _check_station(workspace, store, known=isinstance(place, FolderPlace) and _is_known(workspace, name))
        with _archive(workspace) as archive:
            contents = verify(archive)
            there = store.sizes("recordings")
            recordings = {path.name: path for path in released_files(workspace) if path.name in contents.elsewhere}
            new = [path for path in recordings.values() if there.get(path.name) != path.stat().st_size]
            _check_room(store, sum(path.stat().st_size for path in (archive, *new)))
            for path in new:
                store.send(path, f"recordings/{path.name}")
            made = f"loa-{contents.made:{_STAMP}}"
            wanted = part_path(workspace.state / "recordings.txt")
            try:
                write_atomic(wanted, "\n".join(contents.elsewhere) + "\n")
                store.send(wanted, f"{made}.recordings")
            finally:
                wanted.unlink(missing_ok=True)
            store.send(archive, f"{made}.zip")
        prune(store, settings.keep, contents.made)
    return f"{made}.zip"


@contextlib.contextmanager
def _archive(workspace: Workspace) -> Iterator[Any]:
    path = part_path(workspace.state / "backup.zip")
    try:
        backup(workspace, path, with_recordings=False)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _is_known(workspace: Workspace, name: str) -> bool:
    state = place_states(workspace).get(name)
    return bool(state and state.good)


def _check_station(workspace: Workspace, store: Store, *, known: bool) -> None:
    """Whether the place holds the backups of this station; a new one is marked. `known`: it was, before."""
    if not workspace.station_id.is_file():
        write_atomic(workspace.station_id, secrets.token_hex(16) + "\n")
    own = workspace.station_id.read_bytes().strip()
    try:
        there = store.read(_STATION).strip()
    except FileNotFoundError:
        if known:  # the empty folder in which a disk or a share is mounted at other times
            message = _("The earlier backups are not in the folder any more: is its disk or network share mounted?")
            fix = _("If it is a new, empty folder, give it another name in the settings.")
            raise problem("not-mounted", message, fix) from None
        store.send(workspace.station_id, _STATION)
        return
    if there != own:
        message = _("The backups of another station lie there.")
        raise problem("other-station", message, _("Give each station a folder or stick of its own."))


def _check_room(store: Store, needed: int) -> None:
    free = store.free()
    if free is not None and needed + _ROOM > free:
        message = _("There is too little room for a backup: {needed} are needed, {free} are free.")
        fix = _("Use a larger disk or stick, or keep fewer backups.")
        raise problem("full", message.format(needed=size(needed), free=size(free)), fix)


def prune(store: Store, keep: Keep, now: datetime.datetime) -> list[str]:
    """Delete the archives that are not to be kept, then the recordings that none of the others needs; gives the names.

    Raises OSError.
    """
    names = store.sizes("")
    moments = {name: _moment(found[1]) for name in names if (found := _NAME.fullmatch(name))}
    stay = kept(moments.values(), keep, now)
    gone = [name for name, moment in moments.items() if moment not in stay]
    for name in gone:
        store.delete(name)
        store.delete(name.replace(".zip", ".recordings"))
    needed = set[str]()
    for name in moments.keys() - set(gone):
        try:
            needed |= set(store.read(name.replace(".zip", ".recordings")).decode().split())
        except FileNotFoundError:
            return gone  # what this one needs is not known
    recordings = [name for name in store.sizes("recordings") if name not in needed]
    for name in recordings:
        store.delete(f"recordings/{name}")
    return [*gone, *recordings]


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, _STAMP).replace(tzinfo=datetime.UTC)


def kept(moments: Iterable[datetime.datetime], keep: Keep, now: datetime.datetime) -> set[datetime.datetime]:
    """Which backups stay: the last one of each of the newest days, weeks and months that have one.

    What is counted are backups, not the calendar: after a year without one, nothing is deleted at once. A backup from
    the future (the clock was wrong) takes nobody's place and stays until it is past; the newest two always stay.
    """
    past = sorted((moment for moment in moments if moment <= now), reverse=True)
    stay = {moment for moment in moments if moment > now} | set(past[:2])
    buckets = {"%Y-%m-%d": keep.days, "%G-%V": keep.weeks, "%Y-%m": keep.months}
    for form, count in buckets.items():
        seen = dict[str, datetime.datetime]()
        for moment in past:
            seen.setdefault(f"{moment:{form}}", moment)
        stay |= set(list(seen.values())[:count])
    return stay


@contextlib.contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    from filelock import FileLock, Timeout  # imports asyncio: the station itself does not need it

    private_folder(workspace.state)
    lock = FileLock(workspace.state / "backup.lock", timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        message = _("A backup is being made already.")
        raise problem("busy", message, _("Wait until it is done.")) from None
    try:
        yield
    finally:
        lock.release()
