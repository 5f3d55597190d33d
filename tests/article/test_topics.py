"""The topics of a station: whole with all facts, whole with none, and nothing that no fact gave."""

import re
from pathlib import Path

import pytest

from loa.article import Article, render
from loa.campaign import Campaign, Commune, load_commune
from loa.workspace import Workspace
from tests.conftest import ROOT

TEMPLATES = sorted(path.name.removesuffix(".md.j2") for path in (ROOT / "templates" / "articles").glob("*.md.j2"))
DAYS = ["2021-10-01", "2023-08-08", "2024-08-01", "2025-08-01", "2026-11-01"]
FULL = {
    "contact_desk": {"name": "Văn phòng xã", "address": "thôn Một", "phone": "0233 123 456", "hours": "sáng và chiều"},
    "portal": {"url": "https://dichvucong.quangtri.gov.vn/", "national": "https://dichvucong.gov.vn"},
}
RICH = {
    "postal": True, "explain_levels": True, "linked_services": ["khai-sinh", "khai-tu"], "appeal_to": ["các thôn", "Hội Phụ nữ"],
    "body": ["Đoạn thứ nhất.", "Đoạn thứ hai."], "deadline": "2030-01-31", "hotlines": [{"who": "Trực ban", "phone": "0233 654 321"}],
    "services": {"level_3": 1250, "level_4": 7, "full": 31, "partial": 9},
}  # fmt: skip
# Numbers that the law or the topic itself holds, not the commune.
KNOWN = r"15 tháng 8 năm 2022|01 tháng 7 năm 202[45]|01 tháng 10 năm 2025|\d+/20\d\d/NĐ-CP|24/CT-TTg|24/24|25 dịch vụ công|khoản \d+ Điều \d+|[Mm]ức độ (?:\d, )*\d|6 tuổi|Bước \d"


def made(station: Workspace, template: str, day: str, facts: dict[str, object], campaign: dict[str, object]) -> Article:
    name, _dot, variant = template.partition(".")
    data = {
        "commune": {"name": "An Phú", "province": "Quảng Trị", "sample": True},
        **facts,
        "campaigns": [
            {"id": "bai", "template": name, "variant": int(variant or 1), "title": "Tên bài", "as_of": day, **campaign}
        ],
    }
    commune = Commune.model_validate(data)
    return render(station, commune, commune.campaigns[0])


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("rich", [False, True], ids=["bare", "rich"])
def test_an_article_is_whole_whatever_facts_there_are(
    station: Workspace, template: str, day: str, *, rich: bool
) -> None:
    article = made(station, template, day, FULL if rich else {}, RICH if rich else {})
    for text in (article.markdown, "\n\n".join(part.text for part in article.spoken_parts)):
        assert not re.search(
            r"None|[{}]|[\ue000-\uf8ff\u00a0]| [,.;:?!]|,,|\.\.|  |\n\n\n|: *$|, *$", text, re.MULTILINE
        ), text
        assert not re.search(r"^#+ [^\n]+\n\n#", text.split("\n", 1)[1], re.MULTILINE)
        digits = re.sub(KNOWN, "", text)
        if not rich:
            assert not re.search(r"\d", re.sub(r"(?m)^\d\. ", "", digits)), re.findall(r".{20}\d.{20}", digits)
    for part in article.spoken_parts:
        for sentence in re.split(r"(?<=[.!?])\s", part.text):
            assert len(sentence.split()) <= 45, sentence


@pytest.mark.parametrize("template", [t for t in TEMPLATES if not t.startswith("dich-vu-cong")])
def test_every_fact_of_a_topic_is_said(station: Workspace, template: str) -> None:
    article = made(station, template, "2026-11-01", FULL, RICH)
    says = [
        "Văn phòng xã",
        "thôn Một",
        "0233 123 456",
        "sáng và chiều",
        "Trực ban",
        "0233 654 321",
        "các thôn và Hội Phụ nữ",
    ]
    says += ["Đoạn thứ hai.", "ngày 31 tháng 1 năm 2030"] if template == "thong-bao" else []
    assert [fact for fact in says if fact not in article.source] == []


def test_a_contact_of_the_campaign_takes_the_place_of_the_desk(station: Workspace) -> None:
    text = made(station, "sot-xuat-huyet", "2026-11-01", FULL, {"contact": {"name": "Trạm Y tế xã An Phú"}}).source
    assert "Trạm Y tế xã An Phú" in text
    assert "Văn phòng xã" not in text


def test_the_second_wording_says_the_same_facts_in_other_words(station: Workspace) -> None:
    first, second = (
        made(station, name, "2023-08-08", FULL, RICH).markdown
        for name in ("dich-vu-cong-truc-tuyen", "dich-vu-cong-truc-tuyen.2")
    )
    for fact in (
        "dichvucong.quangtri.gov.vn",
        "31 dịch vụ công",
        "9 dịch vụ công",
        "khai sinh",
        "khai tử",
        "42/2022/NĐ-CP",
        "Văn phòng xã",
    ):
        assert fact in first
        assert fact in second
    runs = {tuple(first.lower().split()[i : i + 12]) for i in range(len(first.split()) - 11)}
    words = second.lower().split()
    shared = [words[i : i + 12] for i in range(len(words) - 11) if tuple(words[i : i + 12]) in runs]
    # laws, counts, the statutory groups of linked services, the desk
    terms = {"nghị", "31", "9", "trú", "bảo", "số", "thoại:"}
    assert [run for run in shared if not terms & set(run)] == []


def test_the_sample_commune_shows_every_topic() -> None:
    commune = load_commune(Workspace(ROOT), "ben-hai")
    shown = {f"{c.template}.{c.variant}".removesuffix(".1") for c in commune.campaigns}
    assert shown == set(TEMPLATES)


def test_every_fact_that_a_campaign_can_hold_is_asked_for_by_some_template() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in Path(ROOT / "templates" / "articles").glob("*.j2"))
    unasked = {"id", "template", "variant", "as_of", "form", "notes", "voices"}
    assert [name for name in Campaign.model_fields if name not in texts and name not in unasked] == []
