"""A STOP on its way: the file by which a station on this computer is asked for silence, and the file of its answer.

Standard library alone: whoever types `loa stop` waits for no other library to load. No locked database delays a file.
"""

import contextlib
import datetime
import json
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from loa.errors import Finding, RequestError
from loa.files import show_at_once, sync_file, sync_folder
from loa.i18n import _
from loa.workspace import Workspace, read_regular

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class StopRequest:
    """Silence, at once. `by`: who asks. `communes`: for which the person works, whose airings and outputs it is about
    (`Schedule.stoppable`); None: everything. Raises RequestError where `by` is no name.
    """

    verb: ClassVar[str] = "stop"
    by: str = ""
    communes: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Check who asks."""
        object.__setattr__(self, "by", self.by.strip())
        if len(self.by) > _LONGEST:
            fix = _("Write at most {count} characters.").format(count=_LONGEST)
            raise RequestError(Finding("value.long", _("This is too long."), fix, file="by"))
        try:
            self.by.encode()
        except UnicodeEncodeError as error:
            message = _("These are not letters that can be read.")
            raise RequestError(Finding("value.letters", message, _("Type it again."), file="by")) from error

    def to_json(self) -> str:
        """What says nothing is left out: 0.1 knows no `communes`."""
        return json.dumps({"by": self.by, **({} if self.communes is None else {"communes": self.communes})})

    @classmethod
    def from_json(cls, raw: str | bytes) -> "StopRequest":
        """What was asked for. Silence is never refused for how it was written: what is odd stops everything."""
        try:
            found = json.loads(raw)
            if found.keys() <= {"by", "communes"}:
                return cls(_text(found.get("by", "")), _texts(found.get("communes")))
        except (ValueError, TypeError, AttributeError, RecursionError, RequestError):
            pass
        return cls()


@dataclass(frozen=True, slots=True)
class CutAiring:
    """An airing that a STOP cut: its id, its bulletin, and the outputs on which it sounded or was to sound.

    `sounded`: it had been heard; the others are the rest, with which somebody may want to go on. `talk`: somebody was
    to speak; nobody but the speaker can go on with that.
    """

    airing: str
    bulletin: str
    outputs: tuple[str, ...]
    sounded: bool = False
    talk: bool = False

    def to_dict(self) -> dict[str, Any]:
        """For a row of the log, and for the answer."""
        return {**asdict(self), "outputs": list(self.outputs)}

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> "CutAiring":
        """Raises ValueError, TypeError, KeyError, AttributeError where it is none."""
        sounded, talk = bool(found.get("sounded", False)), bool(found.get("talk", False))
        return cls(_text(found["airing"]), _text(found["bulletin"]), _texts(found["outputs"]) or (), sounded, talk)


@dataclass(frozen=True, slots=True)
class StopAnswer:
    """What the station did for a STOP by a file: `by`, `communes` and `at`, who asked, for what and when; `cut`."""

    by: str
    at: datetime.datetime
    cut: tuple[CutAiring, ...]
    communes: tuple[str, ...] | None = None

    def to_json(self) -> str:
        """For the file."""
        rows = [one.to_dict() for one in self.cut]
        return json.dumps({"by": self.by, "at": self.at.isoformat(), "cut": rows, "communes": self.communes})

    @classmethod
    def from_json(cls, raw: bytes) -> "StopAnswer | None":
        """None where it is no answer."""
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
            found = json.loads(raw)
            cut = tuple(CutAiring.from_dict(one) for one in found["cut"])
            at = datetime.datetime.fromisoformat(found["at"])
            return cls(_text(found["by"]), at, cut, _texts(found.get("communes"))) if at.tzinfo else None
        return None


@dataclass(frozen=True, slots=True)
class TakenStop:
    """A STOP that the station took from its file, and when it was asked for."""

    at: datetime.datetime
    request: StopRequest


def leave_stop(workspace: Workspace, request: StopRequest) -> None:
    """Ask the station on this computer for silence. Raises WorkspaceError where the file cannot be written.

    It is seen before it is synced: silence does not wait for a slow disk, and after a power cut there is silence.
    """
    show_at_once(workspace.stop_file, request.to_json())


def take_stop(workspace: Workspace) -> TakenStop | None:
    """What `leave_stop` left, renamed to `stopped_file`; None where nobody wants silence."""
    try:
        workspace.stop_file.replace(workspace.stopped_file)
    except OSError:
        return None  # none there; or it cannot be removed, and must not silence the station for ever
    return last_stop(workspace) or TakenStop(datetime.datetime.now(datetime.UTC), StopRequest())


def take_back(workspace: Workspace) -> bool:
    """Remove what `leave_stop` left; False where the station has taken it meanwhile."""
    try:
        workspace.stop_file.unlink()
    except OSError:
        return False
    return True


def last_stop(workspace: Workspace) -> TakenStop | None:
    """The last STOP that was taken from a file, answered or not; None where there was none."""
    file = workspace.stopped_file
    try:
        raw, written = read_regular(file), file.stat().st_mtime
    except OSError:
        return None
    answer = StopAnswer.from_json(raw)
    if answer:
        return TakenStop(answer.at, StopRequest(answer.by, answer.communes))
    return TakenStop(datetime.datetime.fromtimestamp(written, datetime.UTC), StopRequest.from_json(raw))


def answer_stop(workspace: Workspace, answer: StopAnswer) -> None:
    """Tell who asked by a file what was cut; then sync it, so that what was stopped stays so after a power cut.
    Raises WorkspaceError where the file cannot be written, OSError where it cannot be synced.
    """
    show_at_once(workspace.stopped_file, answer.to_json())
    sync_file(workspace.stopped_file)
    sync_folder(workspace.state)


def cut_by_file(workspace: Workspace) -> tuple[CutAiring, ...] | None:
    """What the last STOP by a file cut; None while the station has not answered."""
    try:
        answer = StopAnswer.from_json(workspace.stopped_file.read_bytes())
    except OSError:
        return None
    return answer.cut if answer else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise TypeError
    return tuple(_text(one) for one in value)
