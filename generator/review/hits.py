"""A hit: what a rule found at a span of a text, before it becomes a Finding with file and line."""

from dataclasses import dataclass

from generator.errors import Severity


@dataclass(frozen=True, slots=True)
class Hit:
    """`start` and `end` are offsets in what the rule was given. `mended`: the text to put there where that is safe."""

    start: int
    end: int
    code: str
    message: str
    mend: str = ""
    severity: Severity = Severity.ERROR
    mended: str | None = None


def warning(start: int, end: int, code: str, message: str, mend: str = "", mended: str | None = None) -> Hit:
    """A hit that people should look at, and that may be right as it is."""
    return Hit(start, end, code, message, mend, Severity.WARNING, mended)
