"""Texts without faults: at most one false error in a thousand words, and none in what Loa writes itself."""

from datetime import date
from pathlib import Path

import pytest

from loa.article import render
from loa.campaign import load_communes
from loa.checks import review
from loa.errors import Severity
from loa.workspace import Workspace

CLEAN = sorted((Path(__file__).parent / "clean").glob("*.txt"))


def test_official_texts_have_no_false_error() -> None:
    assert len(CLEAN) == 18
    words = sum(len(path.read_text(encoding="utf-8").split()) for path in CLEAN)
    assert words > 5200
    false = [
        f"{path.name}:{f.line} {f.code} {f.quote}"
        for path in CLEAN
        for f in review(path.read_text(encoding="utf-8"), date(2026, 11, 5))
        if f.severity is Severity.ERROR
    ]
    assert false == []


@pytest.mark.parametrize("path", CLEAN, ids=lambda p: p.stem)
def test_the_same_text_with_letters_in_two_parts_gives_the_same_findings(path: Path) -> None:
    import unicodedata

    text = path.read_text(encoding="utf-8")
    day = date(2026, 11, 5)
    composed = [(f.line, f.code) for f in review(text, day)]
    assert [(f.line, f.code) for f in review(unicodedata.normalize("NFD", text), day)] == composed


def test_what_loa_renders_has_no_error_and_no_warning(station: Workspace) -> None:
    reported = []
    for commune in load_communes(station):
        for campaign in commune.campaigns:
            article = render(station, commune, campaign)
            heard = "\n\n".join(part.text for part in article.spoken_parts)
            for text, shape in ((article.markdown, "markdown"), (heard, "paragraphs")):
                reported += [
                    f"{commune.stem}/{campaign.id}:{f.line} {f.code} {f.quote}"
                    for f in review(text, campaign.as_of, unit=commune.unit, shape=shape)  # type: ignore[arg-type]
                ]
    assert reported == []
