import re
from dataclasses import replace

import pytest

from loa import article, script
from loa.article import Article
from loa.campaign import Commune, load_commune, load_communes
from loa.script import Script
from loa.workspace import Workspace
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


NOTICE = Article(
    "trung-son", "x", "Nước sạch", COMMUNES[0].campaigns[0].as_of, "web",
    "# Nước sạch\n\nMai cúp nước. Bà con trữ nước.\n\nViệc cần làm:\n\n- Rửa bể.\n- Đậy bể.\n\n## Hỏi ai\n\n### Ở đâu\n\n"
    "- Hỏi trưởng thôn.\n\nHỏi ủy ban.\n\nXin cảm ơn.",
)  # fmt: skip


def turns(presenters: tuple[str, ...]) -> list[tuple[str, str]]:
    said = script.write(NOTICE, COMMUNES[0], presenters).sentences
    return [(sentence.presenter, sentence.text) for sentence in said]


def test_presenters_change_between_paragraphs_with_their_headings_and_lists() -> None:
    assert turns(("nữ", "nam")) == [
        ("nữ", "Nước sạch"), ("nữ", "Mai cúp nước."), ("nữ", "Bà con trữ nước."),
        ("nam", "Việc cần làm:"), ("nam", "Rửa bể."), ("nam", "Đậy bể."),
        ("nữ", "Hỏi ai"), ("nữ", "Ở đâu"), ("nữ", "Hỏi trưởng thôn."),
        ("nam", "Hỏi ủy ban."), ("nữ", "Xin cảm ơn."),
    ]  # fmt: skip


def test_one_presenter_reads_everything_and_none_is_nobody_in_particular() -> None:
    assert {who for who, _ in turns(("nam",))} == {"nam"}
    assert {who for who, _ in turns(())} == {""}


def test_the_article_says_who_presents_it_else_the_station_does(station: Workspace) -> None:
    file = station.campaigns / "ben-hai.yaml"
    file.write_text(file.read_text("utf-8").replace("station:\n", "station:\n  voices: [Nữ, nam]\n"), encoding="utf-8")
    commune = load_commune(station, "ben-hai")
    campaign = commune.campaigns[0]
    assert commune.presenters(campaign.id) == ("nữ", "nam")
    assert commune.presenters("opening") == ("nữ",), "one voice greets"
    own = commune.model_copy(update={"campaigns": (campaign.model_copy(update={"voices": ("nam",)}),)})
    assert own.presenters(campaign.id) == ("nam",)


def test_loa_script_shows_whose_turn_it_is(loa: Loa, station: Workspace) -> None:
    file = station.campaigns / "ben-hai.yaml"
    file.write_text(file.read_text("utf-8").replace("  - id:", "  - voices: [nam, nữ]\n    id:"), encoding="utf-8")
    lines = loa("script", "ben-hai", cwd=station.root).stdout.splitlines()
    assert lines[0].startswith("Nam: ")
    assert {line.split(": ")[0] for line in lines} == {"Nữ", "Nam"}


def test_staff_notes_are_never_said() -> None:
    trung_son = next(c for c in COMMUNES if c.stem == "trung-son")
    assert trung_son.campaigns[0].notes
    said = " ".join(s.reading.text for one in scripts_of(trung_son) for s in one.sentences)
    assert "trang phụ trách" not in said
    assert "đồng chí trang" not in said


def test_words_in_bold_type_are_stressed_in_each_breath() -> None:
    text = "# Thuế\n\nBà con nộp trước **17 giờ ngày 30/11** tại một cửa. Hỏi số **0233.852.456**, gặp bà *Hoa*.\n"
    written = script.write(replace(NOTICE, source=text), COMMUNES[0])
    sentences = [s for s in written.sentences if s.stressed]
    said = [" ".join(w.text for n, w in enumerate(s.reading.words) if n in s.stressed) for s in sentences]
    assert said == ["mười bảy giờ ngày ba mươi tháng mười một", "không hai ba ba tám năm hai bốn năm sáu"]


def test_a_bracket_opens_the_breath_that_it_belongs_to() -> None:
    text = "Bà con thôn Đông mang theo giấy tờ, đến nhà văn hóa họp bàn việc làm đường, việc thu quỹ (50k/hộ) và việc khác của thôn năm nay."
    pieces = script._read(text, "bac", (), (), ())
    assert len(pieces) > 1
    assert not [piece for _at, piece, _reading in pieces if piece.endswith("(")]
    assert "".join(piece for _at, piece, _reading in pieces).replace(" ", "") == text.replace(" ", "")
