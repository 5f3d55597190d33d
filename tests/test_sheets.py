"""The sheets for the wall: each is one page of A4 when it is printed."""

import re

import markdown
from playwright.sync_api import Browser

from tests.conftest import ROOT

SHEETS = ROOT / "docs" / "treo-tuong"


def test_every_roles_sheet_is_one_page(browser: Browser) -> None:
    style = (SHEETS / "in-ra.css").read_text("utf-8")
    page = browser.new_page()
    pages = {}
    for sheet in sorted(SHEETS.glob("*.md")):
        body = markdown.markdown(sheet.read_text("utf-8"), extensions=["tables"])
        page.set_content(f"<html lang=vi><style>{style}</style><body>{body}")
        printed = page.pdf(prefer_css_page_size=True)
        pages[sheet.stem] = len(re.findall(rb"/Type\s*/Page\b", printed))
    page.close()
    assert pages == dict.fromkeys(["bien-tap-trang-tin", "can-bo-van-hoa", "lanh-dao", "nguoi-van-hanh", "quan-tri"], 1)
