"""The kinds of values that campaign files hold, each with the message for somebody who mistyped it."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from generator.i18n import _

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)
_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


_PRIVATE = re.compile("[\ue000-\uf8ff\u200b\ufeff]")  # invisible, and the first are our own marks in articles


def nfc(text: str) -> str:
    """`text` in composed letters, without invisible characters."""
    return unicodedata.normalize("NFC", _PRIVATE.sub("", text))


def _day(value: Any) -> Any:
    """Only year-month-day: a bare number would otherwise pass as seconds since 1970."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) else _refuse_day()
    except (TypeError, ValueError):
        return _refuse_day()


def _refuse_day() -> None:
    raise ValueError(_("This is not a date.") + "\n" + _("Write year-month-day, for example 2026-11-01."))


def whole_number(value: Any) -> Any:
    """Reads 1.250 as people write a thousand and more; refuses 60.5, true and false. Raises ValueError."""
    if isinstance(value, str) and re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", value):
        return int(value.replace(".", ""))
    if isinstance(value, bool) or (isinstance(value, str) and "." in value):  # pydantic would read "1.0" as 1
        raise ValueError(_("This must be a whole number.") + "\n" + _("Write digits only, for example 60."))
    return value


def _url(text: str) -> str:
    """A web address with scheme and host; raises ValueError with the mend after a line break."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or re.search(r"\s|:.*:", text) or not _HOST.fullmatch(parts.netloc):
        raise ValueError(
            _("This is not a web address.") + "\n" + _("Write it without spaces, as https://dichvucong.gov.vn/")
        )
    return text


def _website(text: str) -> str:
    return _url(text if "://" in text else f"https://{text}") and text


def _presenters(names: tuple[str, ...]) -> tuple[str, ...]:
    """One or two who take turns; "Nữ" is "nữ". Raises ValueError."""
    known = tuple(name.lower() if name.lower() in {"nữ", "nam"} else name for name in names)
    if len(known) > 2 or len(set(known)) < len(known):
        raise ValueError(
            _("An article has one presenter, or two different ones who take turns.")
            + "\n"
            + _("Write for example voices: [nữ, nam].")
        )
    return known


Text = Annotated[str, AfterValidator(nfc), Field(min_length=1)]
Presenters = Annotated[tuple[Text, ...], AfterValidator(_presenters)]
Slug = Annotated[str, Field(pattern=_SLUG)]
Day = Annotated[date, BeforeValidator(_day)]
Count = Annotated[int, BeforeValidator(whole_number), Field(ge=0)]
Url = Annotated[str, AfterValidator(_url)]
Website = Annotated[str, AfterValidator(_website)]
Kind = Annotated[
    Literal["xã", "phường", "thị trấn", "đặc khu"],
    BeforeValidator(lambda v: nfc(v).strip().lower() if isinstance(v, str) else v),
]
