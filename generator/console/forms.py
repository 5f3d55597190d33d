"""What a browser sent, made harmless: limits, one Unicode form, no control characters, no private marks."""

import re
import unicodedata
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from generator.console.formerror import FormError
from generator.i18n import _

MAX_FIELDS = 600
MAX_TEXT = 200_000  # characters; also the most for one part of a form
MAX_UPLOAD = 12_000_000  # bytes: ten minutes of MP3 at 128 kbit/s
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2028\u2029\ufeff\ue000-\uf8ff]")


def clean(text: str) -> str:
    """`text` in NFC with LF line ends, without control characters and the private marks of articles."""
    return _CONTROL.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))


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
