"""What a browser sent, made harmless: limits, one Unicode form, no control characters, no private marks."""

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from loa.formats import day_of
from loa.i18n import _
from loa.schedule.local_time import LocalTime
from loa.schedule.values import time_of_day
from loa.text import printable


class FormError(Exception):
    """Every problem of a form, by field; `""` is the form as a whole."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(problems.values()))

    @classmethod
    def if_any(cls, problems: Mapping[str, str | None]) -> None:
        """Raise with those that are not None."""
        found = {field: text for field, text in problems.items() if text}
        if found:
            raise cls(found)


MAX_FIELDS = 600
MAX_TEXT = 200_000  # characters; also the most for one part of a form
MAX_UPLOAD = 12_000_000  # bytes: ten minutes of MP3 at 128 kbit/s


def clean(text: str) -> str:
    """`text` in NFC with LF line ends, without control characters and the private marks of articles."""
    return unicodedata.normalize("NFC", printable(text.replace("\r\n", "\n").replace("\r", "\n")))


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one request."""

    data: FormData

    def text(self, name: str, limit: int = 2000) -> str:
        """The field without blanks around it; "" where it is missing. Raises FormError where it is too long."""
        value = self.data.get(name)
        text = clean(value).strip() if isinstance(value, str) else ""
        if len(text) > limit:
            raise FormError({name: _("This is too long: at most {count} characters.").format(count=limit)})
        return text

    def secret(self, name: str) -> str:
        """A password, letter for letter."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """All values of a field that may stand several times, without empty ones."""
        return [text for value in self.data.getlist(name) if isinstance(value, str) and (text := clean(value).strip())]

    def number(self, name: str, low: int, high: int) -> int:
        """A whole number. Raises FormError where it is none, or not between the bounds."""
        text = self.text(name, 20)
        if not re.fullmatch(r"-?\d{1,9}", text) or not low <= int(text) <= high:
            raise FormError({name: _("Write a whole number from {low} to {high}.").format(low=low, high=high)})
        return int(text)

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name, 20))

    def names(self, prefix: str) -> list[str]:
        """The names of the fields that begin with `prefix`."""
        return [name for name in self.data if name.startswith(prefix)]

    def has_file(self, name: str) -> bool:
        """Whether a file was chosen."""
        value = self.data.get(name)
        return isinstance(value, UploadFile) and bool(value.filename)

    def upload(self, name: str) -> tuple[str, bytes]:
        """An uploaded file's last name and content. Raises FormError where there is none or it is too large."""
        value = self.data.get(name)
        if not isinstance(value, UploadFile) or not value.filename:
            raise FormError({name: _("Choose a file.")})
        content = value.file.read(MAX_UPLOAD + 1)
        if len(content) > MAX_UPLOAD:
            raise FormError({name: _("The file is larger than {count} MB.").format(count=MAX_UPLOAD // 1_000_000)})
        return clean(value.filename).replace("\\", "/").rsplit("/", 1)[-1], content


async def read_form(request: Request) -> Form:
    """The form of `request`, read once and kept."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return Form(await request.form(max_files=2, max_fields=MAX_FIELDS, max_part_size=MAX_TEXT * 4))
    return Form(FormData())


def typed_day(text: str) -> str:
    """`4/12/2026`, as people here write a day, as files have it: `2026-12-04`; anything else as it is."""
    found = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text.strip())
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else text


def day_in(form: Form, name: str) -> datetime.date:
    """The day in a field. Raises FormError."""
    return parse_day(form.text(name, 10), name)


def parse_day(text: str, name: str) -> datetime.date:
    """`22/11/2026` or `2026-11-22`. Raises FormError, told at the field `name`."""
    try:
        return day_of(typed_day(text))
    except ValueError:
        raise FormError({name: _("This is not a date. Write for example 22/11/2026.")}) from None


def instant_in(form: Form, name: str) -> datetime.datetime:
    """The instant in a hidden field. Raises FormError."""
    try:
        return datetime.datetime.fromisoformat(form.text(name, 40)).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise FormError({name: _("This is not a date.")}) from None


def hour_of(text: str, name: str = "hour") -> LocalTime:
    """`17:00`, `17h`. Raises FormError, told at the field `name`."""
    try:
        return time_of_day(text)
    except ValueError as error:
        raise FormError({name: str(error).replace("\n", " ")}) from None


def moment_in(form: Form, day: str, hour: str) -> datetime.datetime:
    """The wall-clock moment of two fields. Raises FormError."""
    return hour_of(form.text(hour, 8), hour).on(day_in(form, day))
