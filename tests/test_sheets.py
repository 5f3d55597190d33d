"""The sheets for the wall: each is one page of A4 when it is printed, and names what the console has."""

import re

from playwright.sync_api import Browser

from hatch_build import messages
from release.sheets import SHEETS, pages, printed
from tests.conftest import ROOT

ROLES = ["bien-tap-trang-tin", "can-bo-van-hoa", "lanh-dao", "nguoi-van-hanh", "quan-tri"]


def test_every_roles_sheet_is_one_page(browser: Browser) -> None:
    assert {sheet.stem: pages(printed(browser, sheet)) for sheet in SHEETS.glob("*.md")} == dict.fromkeys(ROLES, 1)


def test_what_the_sheets_tell_to_press_is_written_in_the_console() -> None:
    """What stands in bold: a place or a button, or several with arrows between them. A sentence of warning is not meant."""
    said = messages((ROOT / "generator/loa/locale/vi/LC_MESSAGES/loa.po").read_text("utf-8")).values()
    shown = {bare(form.partition("{")[0]) for text in said for form in text.split("\0")}
    unknown = []
    for sheet in sorted(SHEETS.glob("*.md")):
        for bold in re.findall(r"\*\*([^*]+)\*\*", sheet.read_text("utf-8")):
            for name in re.split(r" → ", bold):
                if not name.endswith(".") and bare(name) not in shown:
                    unknown.append(f"{sheet.name}: {name}")
    assert not unknown


def bare(words: str) -> str:
    """`Sửa thành: ` and `Sửa thành…` are the same button."""
    return words.strip(" :.…").casefold()
