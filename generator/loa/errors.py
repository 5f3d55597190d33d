"""The error classes. Each problem is a `Finding` that says what is wrong, where, and how to correct it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How serious a finding is. Only `ERROR` makes `loa check` exit with 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem in a file or text.

    `message` says what is wrong, `fix` how to correct it. `line` and `column` count from 1; `quote` is the wrong text,
    copied exactly.
    """

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
        """The place as `file:line:column`; parts that are unknown are left out."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class LoaError(Exception):
    """Base class of all Loa errors. It carries every problem that was found, not only the first one."""

    exit_code = 2

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        self.findings = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__("; ".join(f"{f.place}: {f.message}" if f.place else f.message for f in self.findings))

    @property
    def reason(self) -> str:
        """The messages without places: why something was not aired, for the log."""
        return "; ".join(finding.message for finding in self.findings)


class PluginError(LoaError):
    """A part of Loa that another package brings cannot be used."""


class RequestError(LoaError):
    """What a person or a program asks for does not fit; nothing was done.

    `file` of each finding is the field at fault (`pause`), None where it is the request as a whole.
    """

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        super().__init__(findings)
        if all(finding.code == "output.unknown" for finding in self.findings):
            self.exit_code = PlayoutError.exit_code  # scripts know it as an airing that failed

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong and how to correct it, by field; `""` is the request as a whole."""
        found: dict[str, str] = {}
        for finding in self.findings:
            text = f"{finding.message} {finding.fix}".strip()
            field = finding.file or ""
            found[field] = f"{found[field]} {text}" if field in found else text
        return found


class WorkspaceError(LoaError):
    """The workspace is missing, or a file in it cannot be read or written."""


class EditConflictError(WorkspaceError):
    """A file that somebody else changed while a change of it was being made."""


class CampaignError(LoaError):
    """Campaign files are missing or invalid."""


class TemplateError(LoaError):
    """A template is missing, has a syntax error, or uses a variable that does not exist."""


class LimitError(LoaError):
    """Work on somebody's bytes that went beyond a limit. `kind`: `time`, `memory`, `output`, or `crash`."""

    def __init__(self, findings: Finding | Iterable[Finding], kind: str) -> None:
        super().__init__(findings)
        self.kind = kind


class SpeechError(LoaError):
    """A speech engine cannot speak now; the finding gives the reason."""


class BulletinError(LoaError):
    """A bulletin cannot be made, for example because it does not fit its length."""


class ScheduleError(LoaError):
    """The schedule is missing or invalid."""


class ApprovalError(LoaError):
    """A bulletin is not approved, or its sound has changed since it was approved."""


class InboxError(LoaError):
    """A message from outside that is not taken; `file` of each finding is the field at fault."""

    exit_code = 1


class PlayoutError(LoaError):
    """An output does not accept sound. Exit code 1: the airing failed, but the files are valid."""

    exit_code = 1


class PlayerError(LoaError):
    """A player, or what it and the station say to each other."""


class LogbookError(LoaError):
    """The as-run log cannot be written, or somebody changed it."""

    exit_code = 1


class StoreError(LogbookError):
    """The station's database does not answer now (locked, disk full, no permission).

    The caller keeps what it could not write and writes it later.
    """


class SchemaError(StoreError):
    """A database that this version of Loa cannot work with. Exit code 2: waiting does not help."""

    exit_code = 2
