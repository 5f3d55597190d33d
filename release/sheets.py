"""The sheets for the wall as PDF, one page of A4 each: `python -m release.sheets --out dist/treo-tuong` (Debian's chromium).

What they say lies in docs/treo-tuong/ as Markdown, how they look in `in-ra.css` beside it.
"""

import argparse
import re
import shutil
from pathlib import Path

import markdown
from playwright.sync_api import Browser, sync_playwright

SHEETS = Path(__file__).resolve().parent.parent / "docs" / "treo-tuong"


def printed(browser: Browser, sheet: Path) -> bytes:
    """The PDF of `sheet`. Its links become words: nobody presses on paper."""
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", sheet.read_text("utf-8"))
    style = (sheet.parent / "in-ra.css").read_text("utf-8")
    title = text.partition("\n")[0].removeprefix("# ")
    body = markdown.markdown(text, extensions=["tables"])
    page = browser.new_page()
    try:
        page.set_content(f"<!doctype html><html lang=vi><title>{title}</title><style>{style}</style><body>{body}")
        return page.pdf(prefer_css_page_size=True)
    finally:
        page.close()


def pages(pdf: bytes) -> int:
    """How many pages the PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def main() -> None:
    """Write them. Exit 1 if one does not fit on its page."""
    parser = argparse.ArgumentParser(description="Print the sheets for the wall into PDF files.")
    parser.add_argument("--out", type=Path, default=Path("dist/treo-tuong"))
    out = parser.parse_args().out
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("This needs a browser: sudo apt-get install chromium fonts-noto-core")
    out.mkdir(parents=True, exist_ok=True)
    long = []
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for sheet in sorted(SHEETS.glob("*.md")):
            pdf = printed(browser, sheet)
            (out / f"{sheet.stem}.pdf").write_bytes(pdf)
            print(out / f"{sheet.stem}.pdf")
            long += [sheet.name] if pages(pdf) != 1 else []
        browser.close()
    if long:
        raise SystemExit(f"more than one page: {', '.join(long)}")


if __name__ == "__main__":
    main()
