"""Export to a USB stick, for players without a network: numbered MP3 files and a timetable to print."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from loa.files import cannot_write, remove, write_atomic
from loa.formats import long_day
from loa.i18n import _
from loa.schedule import Airing
from loa.store.approvals import approved, planned_recording
from loa.store.database import Database
from loa.workspace import Workspace

_OURS = re.compile(r"\d{2,}-\d{4}-\d{4}-[a-z0-9-]+\.mp3")


@dataclass(frozen=True, slots=True)
class Stick:
    """The result: file name and airing of each file, and the airings that were left out, with the reason."""

    written: tuple[tuple[str, Airing], ...]
    left_out: tuple[tuple[Airing, str], ...]


def write_stick(workspace: Workspace, store: Database, airings: Sequence[Airing], folder: Path) -> Stick:
    """Write the approved bulletins of `airings`, in their order, to `folder`.

    Names are plain ASCII, which cheap players can sort and show: `01-2411-1700-ben-hai-dvc.mp3`.
    Raises WorkspaceError, ApprovalError, StoreError.
    """
    written: list[tuple[str, Airing]] = []
    left_out: list[tuple[Airing, str]] = []
    digits = max(2, len(str(len(airings))))
    for airing in airings:
        recording = planned_recording(workspace, airing.bulletin)
        if not recording.path.exists():
            left_out.append((airing, _("there is no bulletin {name}").format(name=airing.bulletin)))
            continue
        data = recording.read()
        if not approved(store, airing.bulletin, hashlib.sha256(data).hexdigest()):
            left_out.append((airing, _("{bulletin} is not released").format(bulletin=airing.bulletin)))
            continue
        name = f"{len(written) + 1:0{digits}}-{airing.planned:%d%m-%H%M}-{airing.broadcast}.mp3"
        write_atomic(folder / name, data)
        written.append((name, airing))
    _remove_earlier(folder, {name for name, _airing in written})
    write_atomic(folder / "lich-phat.html", _timetable(written, left_out))
    return Stick(tuple(written), tuple(left_out))


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
