"""Export to a USB stick, for players without a network: numbered MP3 files and a timetable to print."""

import hashlib
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from loa.errors import Finding, WorkspaceError
from loa.files import cannot_write, remove, write_atomic
from loa.formats import long_day, size
from loa.i18n import _
from loa.schedule import Airing
from loa.store.approvals import approved, current
from loa.store.database import Database
from loa.workspace import Workspace

_CLUSTER = 65_536
"""Bytes: a FAT file system gives each file whole clusters, up to this size on usual sticks."""
_TIMETABLE = 1_000_000
"""Bytes kept for the timetable and the folder itself."""
_OURS = re.compile(r"\d{2,}-\d{4}-\d{4}-[a-z0-9-]+\.mp3")


@dataclass(frozen=True, slots=True)
class Stick:
    """The result: file name and airing of each file, and the airings that were left out, with the reason."""

    written: tuple[tuple[str, Airing], ...]
    left_out: tuple[tuple[Airing, str], ...]


def write_stick(workspace: Workspace, store: Database, airings: Sequence[Airing], folder: Path) -> Stick:
    """Write the approved bulletins of `airings`, in their order, to `folder`.

    Names are plain ASCII, which cheap players can sort and show: `01-2411-1700-ben-hai-dvc.mp3`. Room is made or
    missed before the first file is written: a stick that holds half a week would be played for a whole one.
    Raises WorkspaceError, ApprovalError, StoreError.
    """
    written: list[tuple[str, Airing]] = []
    left_out: list[tuple[Airing, str]] = []
    sizes: dict[str, int] = {}
    digits = max(2, len(str(len(airings))))
    for airing in airings:
        data = _released(workspace, store, airing)
        if isinstance(data, str):
            left_out.append((airing, data))
            continue
        name = f"{len(written) + 1:0{digits}}-{airing.planned:%d%m-%H%M}-{airing.broadcast}.mp3"
        written.append((name, airing))
        sizes[name] = len(data)
    _make_room(folder, sizes)
    for name, airing in written:
        data = _released(workspace, store, airing)  # read again: a week of all bulletins may not fit into the memory
        if isinstance(data, str):
            message = _("{bulletin} was changed meanwhile: {reason}").format(bulletin=airing.bulletin, reason=data)
            raise WorkspaceError(Finding("usb.changed", message, _("Write the stick again.")))
        write_atomic(folder / name, data)
    _remove_earlier(folder, set(sizes))
    write_atomic(folder / "lich-phat.html", _timetable(written, left_out))
    return Stick(tuple(written), tuple(left_out))


def _released(workspace: Workspace, store: Database, airing: Airing) -> bytes | str:
    """Return the approved recording of an airing, or why there is none."""
    recording = current(workspace, store, airing.bulletin)
    if not recording.path.exists():
        return _("there is no bulletin {name}").format(name=airing.bulletin)
    data = recording.read()
    if not approved(store, airing.bulletin, hashlib.sha256(data).hexdigest()):
        return _("{bulletin} is not released").format(bulletin=airing.bulletin)
    return data


def _make_room(folder: Path, sizes: Mapping[str, int]) -> None:
    """See that files of these sizes fit; files of an earlier export are deleted first only if it must be.

    Raises WorkspaceError if they do not fit, before anything is changed.
    """
    place = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    needed = _TIMETABLE + sum(-(-count // _CLUSTER) * _CLUSTER for count in sizes.values())
    try:
        free = shutil.disk_usage(place).free
        ours = {p: p.stat().st_size for p in folder.glob("*.mp3") if _OURS.fullmatch(p.name)}
        if needed <= free:
            return
        if needed <= free + sum(ours.values()):
            for path in ours:
                remove(path)
            return
    except OSError as error:
        raise cannot_write(folder, error) from error
    message = _("There is not enough room on {folder}: {needed} are needed, {free} are free.")
    raise WorkspaceError(
        Finding(
            "usb.room",
            message.format(folder=folder, needed=size(needed), free=size(free + sum(ours.values()))),
            _("Delete what is not needed there, or write fewer days: --to."),
        )
    )


def _remove_earlier(folder: Path, written: set[str]) -> None:
    """Delete the files of an earlier export; otherwise the player would play them again."""
    try:
        for path in folder.glob("*.mp3"):
            if path.name not in written and _OURS.fullmatch(path.name):
                remove(path)
    except OSError as error:
        raise cannot_write(folder, error) from error


def _timetable(written: Sequence[tuple[str, Airing]], left_out: Sequence[tuple[Airing, str]]) -> str:
    """Return an HTML page to print and hang up beside the player."""
    heads = (_("File"), _("Day"), _("Hour"), _("Broadcast"), _("Played by"))
    cells = [(airing, name, "") for name, airing in written] + [(airing, "–", reason) for airing, reason in left_out]
    lines = [
        (name, long_day(a.planned), f"{a.planned:%H:%M}", a.broadcast, note)
        for a, name, note in sorted(cells, key=lambda cell: cell[0].planned)
    ]
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>\n" for line in lines)
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
    style = "body{font-family:sans-serif}table{border-collapse:collapse}td,th{border:1px solid #000;padding:.3em .6em}"
    title = escape(_("Timetable"))
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>'
        f"<body><h1>{title}</h1><table><tr>{head}</tr>\n{body}</table></body></html>\n"
    )
