import re
import unicodedata

import pytest

from loa.article import Article, radio_text, render
from loa.campaign import Commune, load_communes
from loa.workspace import Workspace

STEMS = ["ben-hai", "hung-thinh", "mot-cua-2024", "nhat-quang", "ninh-binh-mau", "trung-son"]


@pytest.fixture
def articles(station: Workspace) -> dict[str, Article]:
    return {commune.stem: render(station, commune, commune.campaigns[0]) for commune in load_communes(station)}


def heard(article: Article) -> str:
    return "\n".join(part.text for part in article.spoken_parts)


@pytest.mark.parametrize(
    ("stem", "says"),
    [
        ("ninh-binh-mau", ["60 dịch vụ công mức độ 3", "53 dịch vụ công mức độ 4", "dichvucong.ninhbinh.gov.vn", "bưu chính công ích", "43/2011/NĐ-CP", "Bộ phận Một cửa UBND xã"]),
        ("mot-cua-2024", ["toàn trình", "một phần", "42/2022/NĐ-CP", "phải có mặt", "kiểm tra tại chỗ", "Mức độ 4", "Bộ phận Một cửa UBND xã"]),
        ("nhat-quang", ["50 dịch vụ công", "mức độ 3 và mức độ 4", "dichvucong.hungyen.gov.vn", "bưu chính công ích", "Bộ phận tiếp nhận và trả kết quả của xã"]),
        ("hung-thinh", ["dichvucong.gov.vn", "dichvucong.dongnai.gov.vn", "Mặt trận Tổ quốc", "lãnh đạo các ấp", "Bước sáu", "toàn trình"]),
        ("trung-son", ["dichvucong.quangtri.gov.vn", "trungson.giolinh.quangtri.gov.vn", "khai sinh", "khai tử", "toàn trình", "Kính thưa", "Xin trân trọng cảm ơn"]),
        ("ben-hai", ["dichvucong.gov.vn", "VNeID", "Trung tâm Phục vụ hành chính công xã Bến Hải", "69/2024/NĐ-CP"]),
    ],
)  # fmt: skip
def test_every_fact_of_the_campaign_is_said(articles: dict[str, Article], stem: str, says: list[str]) -> None:
    text = heard(articles[stem])
    assert [words for words in says if words not in text] == []


@pytest.mark.parametrize(
    ("stem", "never"),
    [
        ("ninh-binh-mau", ["toàn trình", "42/2022", "VNeID", "liên thông"]),
        ("mot-cua-2024", ["gov.vn", "bưu điện để phục vụ", "VNeID", "liên thông"]),
        ("nhat-quang", ["toàn trình", "VNeID"]),
        ("hung-thinh", ["ức độ 3", "43/2011", "bưu điện để phục vụ"]),
        ("trung-son", ["ức độ 3", "43/2011", "Trang", "10-15", "31/12", "quang.gov.vn", "hai lần"]),
        ("ben-hai", ["ức độ 3", "42/2022", "224/2026", "Bộ phận Một cửa", "huyện", "quangtri.gov.vn"]),
    ],
)
def test_what_is_absent_or_out_of_force_is_not_said(articles: dict[str, Article], stem: str, never: list[str]) -> None:
    text = articles[stem].source
    assert [words for words in never if words in text] == []


@pytest.mark.parametrize("stem", STEMS)
def test_an_article_is_clean_and_can_be_read_aloud(articles: dict[str, Article], stem: str) -> None:
    article = articles[stem]
    assert unicodedata.is_normalized("NFC", article.source)
    for text in (article.markdown, heard(article)):
        assert not re.search(r"None|\{|\}|[\ue000-\uf8ff\u00a0]| ,| \.|,,|\.\.|  |\n\n\n", text)
    for part in article.spoken_parts:
        for sentence in re.split(r"(?<=[.!?])\s", part.text):
            assert len(sentence.split()) <= 45, sentence
    assert 1000 <= len(heard(article).split()) <= 1400


@pytest.mark.parametrize("stem", STEMS)
def test_each_spoken_part_knows_its_place_on_the_page(articles: dict[str, Article], stem: str) -> None:
    article = articles[stem]
    lines = article.markdown.splitlines()
    placed = [part for part in article.spoken_parts if part.start is not None]
    assert len(placed) >= len(article.spoken_parts) - 4
    for part in placed:
        assert part.line is not None
        assert part.text.split()[-1].strip("*.") in " ".join(lines[part.line - 1 : part.line + 1])
        assert article.markdown[: part.start].count("\n") == part.line - 1


def test_a_web_page_does_not_greet_and_the_microphone_does(articles: dict[str, Article]) -> None:
    article = articles["hung-thinh"]
    assert "Kính thưa" not in article.markdown
    assert "Kính thưa" in heard(article)
    assert "(https://dichvucong.gov.vn)" in article.markdown
    assert "https" not in heard(article)


def test_every_absent_fact_leaves_a_whole_article(station: Workspace) -> None:
    commune = load_communes(station)[0]
    for empty in ("contact_desk", "portal", "station"):
        data = commune.model_dump(by_alias=True)
        data[empty] = None if empty == "contact_desk" else {}
        bare = Commune.model_validate(data)
        text = render(station, bare, bare.campaigns[0]).source
        assert not re.search(r"None|\s,|,\s*\.|:\s*\.", text)


def test_each_combination_of_counts_reads_well(station: Workspace) -> None:
    data = next(c for c in load_communes(station) if c.stem == "nhat-quang").model_dump(by_alias=True)
    seen = set()
    for level_3, level_4, combined in [
        (1, 2, None),
        (1, None, None),
        (None, 2, None),
        (None, None, 1250),
        (0, 0, None),
    ]:
        data["campaigns"][0]["variant"] = 1
        data["campaigns"][0]["services"] = {"level_3": level_3, "level_4": level_4, "combined": combined}
        commune = Commune.model_validate(data)
        text = render(station, commune, commune.campaigns[0]).markdown
        seen.add(next(line for line in text.splitlines() if line.startswith("Hiện nay, xã")))
    assert seen == {
        "Hiện nay, xã Nhật Quang có 1 dịch vụ công mức độ 3 và 2 dịch vụ công mức độ 4.",
        "Hiện nay, xã Nhật Quang có 1 dịch vụ công mức độ 3.",
        "Hiện nay, xã Nhật Quang có 2 dịch vụ công mức độ 4.",
        "Hiện nay, xã Nhật Quang có tất cả 1.250 dịch vụ công ở mức độ 3 và mức độ 4.",
        "Hiện nay, xã Nhật Quang có 0 dịch vụ công mức độ 3 và 0 dịch vụ công mức độ 4.",
    }


def test_the_bulletin_is_opened_bridged_and_closed_by_name(station: Workspace) -> None:
    commune = next(c for c in load_communes(station) if c.stem == "trung-son")
    for name in ("opening", "bridge", "closing"):
        text = heard(radio_text(station, commune, name, commune.campaigns))
        assert "ài truyền thanh xã Trung Sơn" in text
        assert "Trang" not in text
    assert "Tuyên truyền dịch vụ công trực tuyến" in heard(radio_text(station, commune, "opening", commune.campaigns))
