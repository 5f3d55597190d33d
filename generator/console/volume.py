"""Turning an output up or down: one value of schedule.yaml, which the station on air follows at once."""

from fastapi import Request

from generator.console.context import Console
from generator.console.formerror import FormError
from generator.console.reschedule import reschedule
from generator.i18n import _
from generator.yamlfile import changing


def set_volume(request: Request, here: Console, name: str, value: int) -> None:
    """How loud an output is, at once; kept in schedule.yaml, which the station on air follows.

    Raises FormError, ScheduleError.
    """
    find_output(here, name)
    text = _("{output}: volume {value} %").format(output=name, value=value)
    reschedule(request, lambda data: changing.put(data, ("outputs", name, "volume"), value), text)


def find_output(here: Console, name: str) -> str:
    """The name, if an output has it. Raises FormError."""
    schedule = here.facts.plan().schedule
    if schedule is None or name not in schedule.outputs:
        raise FormError({"output": _("There is no output “{name}”.").format(name=name)})
    return name
