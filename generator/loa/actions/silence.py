"""STOP: silence at once. It loads next to nothing: whoever types `loa stop` does not wait for libraries."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from loa import stop_file
from loa.actions.offices import WHOLE, Office
from loa.clock import wait_until
from loa.errors import WorkspaceError
from loa.i18n import _
from loa.stop_file import CutAiring, StopRequest
from loa.workspace import Workspace

if TYPE_CHECKING:
    from loa.store.database import Database

_AT_ONCE = 0.6
"""Seconds in which a station that is well has seen the file that asks for silence: it looks four times a second."""
_OBEYED = 3.0
"""Seconds in which a living station sees it."""
_TOLD = 2.0
"""Seconds in which a station that has obeyed tells what it cut."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """What came of a STOP: there is silence; the station does not answer; there is no station on air.

    `cut`: what sounded, waited or was to start within a minute, as far as the station could tell.
    """

    done: Literal["stopped", "unanswered", "nobody"]
    cut: tuple[CutAiring, ...] = ()


def stop(workspace: Workspace, store: "Callable[[], Database | None]", by: str, office: Office = WHOLE) -> Stopped:
    """Silence at once, and wait until the station has obeyed. `office`: of who asks; it silences what belongs to these
    communes (`Schedule.stoppable`). `store` opens the database, None where it is away.

    A station on this computer is asked by a file. Only where none obeys it, the database is opened: it says whether a
    station is on air here, or on another computer that shares the database and is asked through it. Raises RequestError
    (an odd name), StoreError.
    """
    request = StopRequest(by, None if office.communes is None else tuple(sorted(office.communes)))
    left = False
    with contextlib.suppress(WorkspaceError):  # a full or read-only disk: the database may still take the request
        stop_file.leave_stop(workspace, request)
        left = True
    answer = _answer(workspace, _AT_ONCE) if left else None
    if answer:
        return answer
    from loa.actions.on_air import ask_for_silence, where_on_air  # SQLAlchemy, only where nobody obeyed yet

    database = store()
    where = where_on_air(database) if database else "unknown"
    if left and where in {"here", "unknown"} and (answer := _answer(workspace, _OBEYED)):
        return answer
    if left and where in {"nowhere", "elsewhere"} and not stop_file.take_back(workspace):
        return _answer(workspace, 0.0) or Stopped("stopped")
    if database is None or where == "unknown":
        return Stopped("unanswered")
    if where == "nowhere":
        return Stopped("nobody")
    cut = ask_for_silence(database, request)
    return Stopped("unanswered") if cut is None else Stopped("stopped", cut)


def stopped_text(stopped: Stopped, office: Office = WHOLE) -> str:
    """What came of a STOP, in words: a line, and one for each airing that was cut."""
    first = {
        "stopped": _("Stopped.") if office.communes is None else _("Stopped what belongs to your communes."),
        "nobody": _("Nothing is on air here."),
        "unanswered": _("The station does not answer; the sound may go on. Switch the amplifier off."),
    }[stopped.done]
    line = _("Cut: {airing} on {outputs}.")
    return "\n".join([first, *(line.format(airing=one.airing, outputs=", ".join(one.outputs)) for one in stopped.cut)])


def _answer(workspace: Workspace, seconds: float) -> Stopped | None:
    """What the station answers to the file; None where it does not take it within `seconds`."""
    if not wait_until(lambda: not workspace.stop_file.exists(), seconds):
        return None
    wait_until(lambda: stop_file.cut_by_file(workspace) is not None, _TOLD)
    return Stopped("stopped", stop_file.cut_by_file(workspace) or ())
