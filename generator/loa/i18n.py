"""Messages in the user's language. Sources are English; `locale/vi` holds the Vietnamese that users see."""

import gettext
import locale
import os
from pathlib import Path

DOMAIN = "loa"
LANGUAGES = ("vi", "en")
_FOLDER = Path(__file__).parent / "locale"
_current: gettext.NullTranslations = gettext.NullTranslations()


def choose_language(workspace_language: str | None = None) -> str:
    """`LOA_LANG`, else the workspace's language, else the system's where we speak it, else Vietnamese."""
    system = (locale.getlocale()[0] or "")[:2].lower()
    for wanted in (os.environ.get("LOA_LANG"), workspace_language, system):
        if wanted in LANGUAGES:
            return wanted
    return "vi"


def set_language(code: str) -> None:
    """Use the catalogue of `code`; click's own words (`Usage`, `Options`, ...) come from it too."""
    global _current
    _current = gettext.translation(DOMAIN, _FOLDER, [code], fallback=True)
    gettext.bindtextdomain(DOMAIN, str(_FOLDER))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = code


def _(message: str) -> str:
    """`message` in the current language."""
    return _current.gettext(message)


def N_(message: str) -> str:  # noqa: N802  gettext's own name
    """Puts `message` into the catalogue; whoever shows it translates it with `_` then."""
    return message


def ngettext(singular: str, plural: str, n: int) -> str:
    """`singular` or `plural` in the current language, by `n`."""
    return _current.ngettext(singular, plural, n)
