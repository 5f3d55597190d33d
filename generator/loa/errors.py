"""What can go wrong, as one tree: every problem says what is wrong, where, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is; only `ERROR` makes `loa check` exit with 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem in a file or text. `line`, `column` count from 1; `quote` is the text at fault, letter for letter."""

    code: str
    message: str
    fix: str = ""
    severity: Severity = Severity.ERROR
    file: str | None = None
    line: int | None = None
    column: int | None = None
    quote: str | None = None

    @property
    def place(self) -> str:
        """`file:line:column`, as far as they are known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class LoaError(Exception):
    """The root of all our errors. Carries every problem found, never only the first."""

    exit_code = 2

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        self.findings = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__("; ".join(f"{f.place}: {f.message}" if f.place else f.message for f in self.findings))


class WorkspaceError(LoaError):
    """The workspace is missing, or a file in it cannot be read or written."""


class EditConflictError(WorkspaceError):
    """A file that somebody else changed while a change of it was being made."""


class CampaignError(LoaError):
    """Campaign files that cannot be used."""


class TemplateError(LoaError):
    """A template that is missing, malformed, or asks for a name that no campaign gives."""


class SpeechError(LoaError):
    """An engine that cannot speak now, and why."""


class BulletinError(LoaError):
    """A bulletin that cannot be made, for instance because it cannot fit its length."""


class ScheduleError(LoaError):
    """A schedule that cannot be used."""


class ApprovalError(LoaError):
    """A bulletin that is not released, or no longer the one that was released."""


class PlayoutError(LoaError):
    """An output that does not take sound. Exit code 1: the airing failed, the files are in order."""

    exit_code = 1


class LogbookError(LoaError):
    """The as-run log cannot be written, or was tampered with."""

    exit_code = 1


class StoreError(LogbookError):
    """The station's database does not answer now: locked, full, closed to us. What was not written is written later."""
