"""Messages in the user's language. Source texts are English; `locale/vi` holds the Vietnamese translations."""

import gettext
import locale
import os
from pathlib import Path

DOMAIN = "loa"
LANGUAGES = ("vi", "en")
_FOLDER = Path(__file__).parent / "locale"
_current: gettext.NullTranslations = gettext.NullTranslations()
_code = "en"


def choose_language(workspace_language: str | None = None) -> str:
    """Return the language code: `LOA_LANG`, else the workspace's, else the system's if we support it, else "vi"."""
    system = (locale.getlocale()[0] or "")[:2].lower()
    for wanted in (os.environ.get("LOA_LANG"), workspace_language, system):
        if wanted in LANGUAGES:
            return wanted
    return "vi"


def set_language(code: str) -> None:
    """Use the catalogue of language `code`, also for the words of click itself (`Usage`, `Options`, ...)."""
    global _current, _code
    _code = code
    _current = gettext.translation(DOMAIN, _FOLDER, [code], fallback=True)
    gettext.bindtextdomain(DOMAIN, str(_FOLDER))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = code


def current_language() -> str:
    """The code that `set_language` got last."""
    return _code


def _(message: str) -> str:
    """Translate `message` into the current language."""
    return _current.gettext(message)


def N_(message: str) -> str:  # noqa: N802  gettext's own name
    """Puts `message` into the catalogue; whoever shows it translates it with `_` then."""
    return message


def ngettext(singular: str, plural: str, n: int) -> str:
    """Translate `singular` or `plural`, chosen by `n`, into the current language."""
    return _current.ngettext(singular, plural, n)
