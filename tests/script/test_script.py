import re

import pytest

from generator import article, script
from generator.campaign import Commune, load_communes
from generator.script import Script
from generator.workspace import Workspace
from tests.conftest import ROOT, Loa

SAMPLE = Workspace(ROOT)
COMMUNES = load_communes(SAMPLE)


def scripts_of(commune: Commune) -> list[Script]:
    return [script.write(article.render(SAMPLE, commune, c), commune) for c in commune.campaigns]


@pytest.fixture(params=COMMUNES, ids=lambda c: c.stem, scope="module")
def written(request: pytest.FixtureRequest) -> list[tuple[str, Script]]:
    commune: Commune = request.param
    return [
        (article.render(SAMPLE, commune, c).markdown, s)
        for c, s in zip(commune.campaigns, scripts_of(commune), strict=True)
    ]


def test_the_scripts_hold_words_only(written: list[tuple[str, Script]]) -> None:
    for _, one in written:
        for sentence in one.sentences:
            said = sentence.reading.text
            assert re.fullmatch(r"[a-zà-ỹăâđêôơưĩũ]+( [a-zà-ỹăâđêôơưĩũ]+)*", said), said


def test_every_sentence_is_tied_to_its_place_on_the_page(written: list[tuple[str, Script]]) -> None:
    for markdown, one in written:
        found = [s for s in one.sentences if s.start is not None]
        assert len(found) > 0.7 * len(one.sentences)
        assert [s.start for s in found] == sorted(s.start for s in found if s.start is not None)
        exact = [s for s in found if s.start is not None and markdown.startswith(s.text, s.start)]
        assert len(exact) > 0.7 * len(found)
        assert all(s.line == markdown.count("\n", 0, s.start or 0) + 1 for s in found)


def test_every_spoken_word_points_into_its_sentence(written: list[tuple[str, Script]]) -> None:
    for _, one in written:
        for sentence in one.sentences:
            assert all(0 <= w.start <= w.end <= len(sentence.text) for w in sentence.reading.words)


def test_a_breath_is_not_longer_than_thirty_syllables_where_punctuation_allows(
    written: list[tuple[str, Script]],
) -> None:
    for _, one in written:
        for sentence in one.sentences:
            stretches = re.split(r"[,;:.?!]", sentence.reading.phrased)
            assert len(sentence.reading.words) <= max(30, *(len(s.split()) for s in stretches))


def test_pauses_grow_from_breath_to_sentence_to_paragraph(written: list[tuple[str, Script]]) -> None:
    for _, one in written:
        assert {s.pause for s in one.sentences if s.kind == "heading"} == {script.PAUSE_AFTER["heading"]}
        assert script.PAUSE_BREATH < script.PAUSE_SENTENCE < min(script.PAUSE_AFTER.values())


def test_loa_script_prints_one_sentence_a_line_from_a_subfolder(loa: Loa, station: Workspace) -> None:
    done = loa("script", "ben-hai", cwd=station.campaigns)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    ben_hai = next(c for c in COMMUNES if c.stem == "ben-hai")
    assert lines == [s.reading.text for s in scripts_of(ben_hai)[0].sentences]


def test_staff_notes_are_never_said() -> None:
    trung_son = next(c for c in COMMUNES if c.stem == "trung-son")
    assert trung_son.campaigns[0].notes
    said = " ".join(s.reading.text for one in scripts_of(trung_son) for s in one.sentences)
    assert "trang phụ trách" not in said
    assert "đồng chí trang" not in said
