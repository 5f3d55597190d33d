"""Every message that users see has a Vietnamese form, with the same fields."""

import string
import unicodedata
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).parent.parent / "generator" / "loa"


def catalogue() -> Catalog:
    with (PACKAGE / "locale/vi/LC_MESSAGES/loa.po").open("rb") as file:
        return read_po(file, locale="vi")


def used() -> dict[str | tuple[str, ...], str]:
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    found = extract_from_dir(str(PACKAGE), keywords={"_": None, "N_": None, "ngettext": (1, 2)}, method_map=methods)
    return {message: f"{name}:{line}" for name, line, message, _comments, _context in found}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_message_is_translated() -> None:
    vietnamese = catalogue()
    missing = []
    for message, place in used().items():
        known = vietnamese.get(message if isinstance(message, str) else message[0])
        if known is None or not known.string or (isinstance(known.string, tuple) and not all(known.string)):
            missing.append(f"{place}: {message!r}")
    assert not missing, "run `make catalogue`, then translate:\n" + "\n".join(missing)


def test_translations_keep_the_fields_and_are_nfc() -> None:
    wrong = []
    for message in catalogue():
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in strings if message.id else ():
            if fields(text) - set().union(*map(fields, sources)) or not unicodedata.is_normalized("NFC", text):
                wrong.append(text)
    assert not wrong
