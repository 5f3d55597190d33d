"""`loa stop`: silence. It loads next to nothing before it has asked for it."""

import contextlib
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from loa.actions.silence import stop, stopped_text
from loa.errors import ScheduleError, StoreError
from loa.i18n import _
from loa.workspace import Workspace

if TYPE_CHECKING:
    from loa.store.database import Database


def plain_stop(arguments: list[str]) -> tuple[Path, str] | None:
    """Where and by whom, for `[--workspace FOLDER] stop [--by NAME]` and nothing else.

    None: for the parser of all verbs, which also knows what is wrong.
    """
    given = {"--workspace": ".", "--by": ""}
    allowed, rest = "--workspace", list(arguments)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word == "stop" and allowed == "--workspace":
            allowed = "--by"
        elif name == allowed and (equals or rest):
            given[name] = value if equals else rest.pop(0)
        else:
            return None
    return (Path(given["--workspace"]), given["--by"]) if allowed == "--by" else None


def stop_here(workspace: Workspace, by: str) -> int:
    """Stop, and say what was cut; the exit code: 1 where nothing is on air, or the station does not answer."""
    done = stop(workspace, lambda: _store(workspace), by or user())
    print(stopped_text(done), file=sys.stdout if done.done == "stopped" else sys.stderr)
    again = [one for one in done.cut if not one.sounded]
    if again:
        print(_("To go on with the rest:"), file=sys.stderr)
    for one in again:
        print(f"  loa air {one.bulletin} " + " ".join(f"--on {output}" for output in one.outputs), file=sys.stderr)
    return 0 if done.done == "stopped" else 1


def user() -> str:
    """Who is signed in on this computer."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a service account without a name
        return ""


def _store(workspace: Workspace) -> "Database | None":
    """None where it is away: neither that nor a broken schedule keeps anybody from silence on this computer."""
    # SQLAlchemy and pydantic: only where no station on this computer obeyed the file.
    from loa.automation.disk import open_station_store
    from loa.automation.schedule_watch import schedule_in_force

    schedule = None
    with contextlib.suppress(ScheduleError):
        schedule = schedule_in_force(workspace)[0]
    with contextlib.suppress(StoreError):
        return open_station_store(workspace, schedule)
    return None
