"""A change of schedule.yaml: tried first, then saved with its note, written to the audit trail and told."""

from collections.abc import Callable
from typing import Any

from fastapi import Request

from generator.console.context import console_of, note, person_of, tell
from generator.workspace import read_text
from generator.yamlfile import changing


def reschedule(request: Request, edit: Callable[[Any], None], text: str) -> None:
    """Let `edit` work on the loaded file. Raises FormError, ScheduleError; then nothing is changed."""
    rewrite(request, lambda before: changing.change(before, edit), text)


def rewrite(request: Request, edit: Callable[[str], str], text: str) -> None:
    """As `reschedule`, with an `edit` of the file's text."""
    here = console_of(request)
    before = read_text(here.workspace.schedule_file)
    after = edit(before)
    here.history.try_schedule(after)
    here.history.save(here.workspace.schedule_file, before, after, person_of(request).shown, text)
    note(request, "schedule.changed", "schedule.yaml", text)
    tell(request, text)
