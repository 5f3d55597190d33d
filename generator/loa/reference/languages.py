"""Languages in which commune stations speak: Vietnamese, and those of Viet Nam's minorities that have broadcasts.

Codes are ISO 639-3 (`vi` for Vietnamese, as people write it); names as the General Statistics Office lists the peoples.
"""

from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from loa.i18n import _

VIETNAMESE: Final = "vi"
LANGUAGES: Final[dict[str, str]] = {
    VIETNAMESE: "Tiếng Việt",
    "tyz": "Tiếng Tày",
    "nut": "Tiếng Nùng",
    "blt": "Tiếng Thái",
    "mtq": "Tiếng Mường",
    "hmn": "Tiếng Mông",
    "ium": "Tiếng Dao",
    "khm": "Tiếng Khmer",
    "cjm": "Tiếng Chăm",
    "jra": "Tiếng Gia Rai",
    "rad": "Tiếng Ê Đê",
    "bdq": "Tiếng Ba Na",
    "sed": "Tiếng Xơ Đăng",
    "kpm": "Tiếng Cơ Ho",
    "cmo": "Tiếng Mnông",
    "hre": "Tiếng Hrê",
    "rog": "Tiếng Ra Glai",
    "stt": "Tiếng Xtiêng",
    "bru": "Tiếng Bru - Vân Kiều",
    "pac": "Tiếng Pa Cô, Tà Ôi",
    "ktv": "Tiếng Cơ Tu",
    "jeh": "Tiếng Giẻ Triêng",
    "cma": "Tiếng Mạ",
    "kjg": "Tiếng Khơ Mú",
    "yue": "Tiếng Hoa",
}
"""The name of each language, in Vietnamese, by its code."""


def three_letters(code: str) -> str:
    """Return the code as tags of sound files want it: `vie` for `vi`."""
    return "vie" if code == VIETNAMESE else code


def language_code(value: Any) -> Any:
    """Check the code of a language. Raises ValueError."""
    code = str(value).strip().lower()
    if code not in LANGUAGES:
        known = ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
        raise ValueError(
            _("“{code}” is not the code of a language that Loa knows.").format(code=value)
            + "\n"
            + _("Choose: {list}").format(list=known)
        )
    return code


Language = Annotated[str, BeforeValidator(language_code)]
