"""Days and hours that forms send."""

import datetime

from generator.console.formerror import FormError
from generator.console.forms import Form
from generator.i18n import _
from generator.schedule.fields import time_of_day


def day_in(form: Form, name: str) -> datetime.date:
    """The day in a field. Raises FormError."""
    return parse_day(form.text(name, 10), name)


def parse_day(text: str, name: str) -> datetime.date:
    """`2026-11-22`. Raises FormError, told at the field `name`."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise FormError({name: _("This is not a date.")}) from None


def hour_of(text: str, name: str = "hour") -> datetime.time:
    """`17:00`, `17h`. Raises FormError, told at the field `name`."""
    try:
        return time_of_day(text)
    except ValueError as error:
        raise FormError({name: str(error).replace("\n", " ")}) from None


def moment_in(form: Form, day: str, hour: str) -> datetime.datetime:
    """The wall-clock moment of two fields. Raises FormError."""
    return datetime.datetime.combine(day_in(form, day), hour_of(form.text(hour, 8), hour))
