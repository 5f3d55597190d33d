"""The topics of a station: whole with all facts, whole with the fewest, and nothing that no fact gave."""

import itertools
import json
import re
from datetime import date
from pathlib import Path

import pytest

from loa import script as scripts
from loa.article import Article, render, summary, topics
from loa.article.filters import day, hour
from loa.bulletin.fit import Length, fit
from loa.bulletin.models import BulletinPlan
from loa.campaign import Campaign, Commune, load_commune, load_communes
from loa.checks import Text, hits
from loa.checks.station import check_commune, check_topic, try_wording
from loa.workspace import Workspace
from loa.yamlfile import parse
from tests.conftest import ROOT

TOPICS = topics.topics(Workspace(ROOT))
TEMPLATES = sorted(path.name.removesuffix(".md.j2") for path in (ROOT / "templates" / "articles").glob("*.md.j2"))
OWN_FACTS = [name for name in TOPICS if topics.topic(Workspace(ROOT), name).facts]
DAYS = ["2021-10-01", "2023-08-08", "2024-08-01", "2025-08-01", "2026-11-01"]
FULL = {
    "contact_desk": {"name": "Văn phòng xã", "address": "thôn Một", "phone": "0233 3123 456", "hours": "sáng và chiều"},
    "portal": {"url": "https://dichvucong.quangtri.gov.vn/", "national": "https://dichvucong.gov.vn"},
}
RICH = {
    "postal": True, "explain_levels": True, "linked_services": ["khai-sinh", "khai-tu"], "appeal_to": ["các thôn", "Hội Phụ nữ"],
    "body": ["Đoạn thứ nhất.", "Đoạn thứ hai."], "deadline": "2030-01-31", "hotlines": [{"who": "Trực ban", "phone": "0233 3654 321"}],
    "services": {"level_3": 1250, "level_4": 7, "full": 31, "partial": 9},
}  # fmt: skip
# Numbers that the law or the topic itself holds, not the commune.
KNOWN = r"Điều (?:27|30|40)|1[58] tuổi|18/2021/QĐ-TTg|đủ 18 (?:tuổi )?đến hết 2[57]|hết 2[57] tuổi|114|39 độ|30 phút|24 giờ|15 phút|01 tháng 11|31 tháng 12|năm 2015|[Cc]ấp [1-5]|15 tháng 8 năm 2022|01 tháng 7 năm 202[45]|01 tháng 10 năm 2025|\d+/20\d\d/NĐ-CP|24/CT-TTg|24/24|25 dịch vụ công|khoản \d+ Điều \d+|[Mm]ức độ (?:\d, )*\d|6 tuổi|Bước \d"


@pytest.fixture(scope="module")
def station() -> Workspace:
    """The sample station itself: nothing here writes to it."""
    return Workspace(ROOT)


def made(
    station: Workspace, template: str, as_of: str, facts: dict[str, object], campaign: dict[str, object]
) -> Article:
    name, _dot, variant = template.partition(".")
    found = topics.topic(station, name)
    campaign = {"facts": found.examples(all_facts=bool(campaign)), **campaign}
    data = {
        "commune": {"name": "An Phú", "province": "Quảng Trị", "sample": True},
        **facts,
        "campaigns": [
            {
                "id": "bai",
                "template": name,
                "variant": int(variant or 1),
                "title": "Tên bài",
                "as_of": as_of,
                **campaign,
            }
        ],
    }
    commune = Commune.model_validate(data)
    return render(station, commune, commune.campaigns[0])


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("rich", [False, True], ids=["bare", "rich"])
def test_an_article_is_whole_whatever_facts_there_are(station: Workspace, template: str, *, rich: bool) -> None:
    for as_of in DAYS if template.partition(".")[0] not in OWN_FACTS else DAYS[::4]:
        is_whole(station, template, as_of, rich=rich)


def is_whole(station: Workspace, template: str, as_of: str, *, rich: bool) -> None:
    article = made(station, template, as_of, FULL if rich else {}, RICH if rich else {})
    fewest = topics.topic(station, template.partition(".")[0]).examples(all_facts=False)
    given = {number.lstrip("0") for number in re.findall(r"\d+", str(fewest))}
    for text in (article.markdown, "\n\n".join(part.text for part in article.spoken_parts)):
        assert not re.search(
            r"None|[{}]|[\ue000-\uf8ff\u00a0]| [,.;:?!]|,,|\.\.|  |\n\n\n|: *$|, *$", text, re.MULTILINE
        ), text
        assert not re.search(r"^#+ [^\n]+\n\n#", text.split("\n", 1)[1], re.MULTILINE)
        if not rich:
            digits = set(re.findall(r"\d+", re.sub(r"(?m)^\d\. ", "", re.sub(KNOWN, "", text))))
            assert {number.lstrip("0") for number in digits} <= given, digits
    for part in article.spoken_parts:
        for sentence in re.split(r"(?<=[.!?])\s", part.text):
            assert len(sentence.split()) <= 45, sentence


@pytest.mark.parametrize("template", [t for t in TEMPLATES if not t.startswith("dich-vu-cong")])
def test_every_fact_of_a_topic_is_said(station: Workspace, template: str) -> None:
    found = topics.topic(station, template.partition(".")[0])
    # A second reading is in another order, and a short topic does not send people to the commune's desk.
    where = {"contact": FULL["contact_desk"]} if found.facts else {}
    article = made(station, template, "2026-11-01", FULL, {**RICH, **where})
    says = [
        "Văn phòng xã",
        "thôn Một",
        "0233 3123 456",
        "sáng và chiều",
        "Trực ban",
        "0233 3654 321",
        "các thôn và Hội Phụ nữ",
    ]
    for fact in found.facts:
        many = fact.example if fact.kind == "list" else [fact.example]
        said = {"text": str, "list": str, "day": lambda d: day(date.fromisoformat(d)), "time": hour}
        says += [said[fact.kind](value).casefold() for value in many if fact.kind in said]
    says += ["Đoạn thứ hai.", "ngày 31 tháng 1 năm 2030"] if template == "thong-bao" else []
    assert [fact for fact in says if fact.casefold() not in article.source.casefold()] == []


def test_a_contact_of_the_campaign_takes_the_place_of_the_desk(station: Workspace) -> None:
    text = made(station, "sot-xuat-huyet", "2026-11-01", FULL, {"contact": {"name": "Trạm Y tế xã An Phú"}}).source
    assert "Trạm Y tế xã An Phú" in text
    assert "Văn phòng xã" not in text


def test_all_wordings_of_online_services_say_the_same_facts(station: Workspace) -> None:
    for name in (t for t in TEMPLATES if t.startswith("dich-vu-cong")):
        text = made(station, name, "2023-08-08", FULL, RICH).markdown
        facts = "dichvucong.quangtri.gov.vn|31 dịch vụ công|9 dịch vụ công|khai sinh|khai tử|42/2022/NĐ-CP|43/2011/NĐ-CP|Văn phòng xã"
        assert [fact for fact in facts.split("|") if fact not in text] == [], name


@pytest.mark.parametrize("topic", sorted({t.partition(".")[0] for t in TEMPLATES if "." in t}))
def test_another_wording_is_in_other_words(station: Workspace, topic: str) -> None:
    ways = [t for t in TEMPLATES if t.partition(".")[0] == topic]
    facts = topics.topic(station, topic).examples()
    common = (FULL, RICH) if not facts else ({}, {"facts": facts})  # short topics share the lines of whom to ask
    texts = [made(station, way, "2023-08-08", *common).markdown.lower().split() for way in ways]
    # laws, counts, the statutory groups of linked services, the desk
    terms = {"nghị", "31", "9", "trú", "bảo", "số", "thoại:"} if not facts else set()
    said = set(re.findall(r"\w+", str(facts).lower())) | set("từ đến giờ ngày tháng năm và tại theo".split())

    def is_fact(run: list[str]) -> bool:
        return sum(word.strip(",.;:") in said or word.strip(",.;:").isdigit() for word in run) > 6

    for one, other in itertools.combinations(texts, 2):
        runs = {tuple(one[i : i + 12]) for i in range(len(one) - 11)}
        shared = [other[i : i + 12] for i in range(len(other) - 11) if tuple(other[i : i + 12]) in runs]
        assert [run for run in shared if not terms & set(run) and not is_fact(run)] == []


@pytest.mark.parametrize("name", OWN_FACTS)
def test_a_topic_passes_every_rule_in_every_commune_and_is_read_without_a_doubt(station: Workspace, name: str) -> None:
    """The six sample communes, with the law of their day, and one that knows nothing; fewest facts and all of them."""
    found = topics.topic(station, name)
    assert list(check_topic(station, name, date(2026, 11, 1))) == []  # the package's own
    assert set(found.needed) <= set(found.examples(all_facts=False))
    ways = topics.wordings(station, name)
    assert len(ways) >= 2
    remarks = []
    turns = itertools.cycle((True, False, False, True))  # each wording is tried with all facts and with the fewest
    for commune in load_communes(station):
        unit = commune.model_dump(by_alias=True)
        for number in ways:
            rich = next(turns)
            entry = {"id": name, "template": name, "variant": number, "title": found.title, "form": "radio"}
            entry |= {"as_of": commune.campaigns[0].as_of, "facts": found.examples(all_facts=rich)}
            entry |= {key: RICH[key] for key in ("appeal_to", "hotlines") if rich}
            made = Commune.model_validate({**unit, "campaigns": [entry]})
            source = parse(json.dumps({**unit, "campaigns": [{**entry, "as_of": str(entry["as_of"])}]}), "x.yaml")
            found_ = check_commune(station, made, source, spoken=True)
            remarks += [
                f for f in found_ if not f.code.startswith(("place.", "commune.", "law.portal", "law.district"))
            ]
    for number, file in ways.items():
        remarks += try_wording(station, found, file, number, date(2026, 11, 1), spoken=True)
    assert remarks == []


def seconds(article: Article, commune: Commune) -> float:
    script = scripts.write(article, commune)
    return script.syllables / 4 + sum(sentence.pause for sentence in script.sentences)


@pytest.mark.parametrize("name", ["cup-dien", "cup-nuoc", "hop-thon"])
def test_a_short_notice_is_short_and_stays_so_when_many_places_are_named(station: Workspace, name: str) -> None:
    found = topics.topic(station, name)
    commune = load_commune(station, "ben-hai")
    for number in topics.wordings(station, name):
        entry = {"id": name, "template": name, "variant": number, "title": found.title, "as_of": "2026-11-01"}
        facts = found.examples(all_facts=False)
        campaign = Campaign.model_validate({**entry, "form": "radio", "facts": facts})
        assert 25 <= seconds(render(station, commune, campaign), commune) <= 50
        many = [f"thôn {place}" for place in "Một Hai Ba Bốn Năm Sáu Bảy Tám Chín Mười".split()]
        if "khu_vuc" in facts:
            campaign = Campaign.model_validate({**entry, "form": "radio", "facts": {**facts, "khu_vuc": many}})
            article = render(station, commune, campaign)
            assert all(place.casefold() in article.markdown.casefold() for place in many)
            assert max(len(s.text.split()) for s in scripts.write(article, commune).sentences) <= 35


def test_a_short_notice_is_one_item_of_a_bulletin_without_a_length(station: Workspace) -> None:
    """One plan without `length` reads it once and is finished; beside a long article it is one item of the whole."""
    notice, article = (Length(speech=25, pauses=10),), (Length(speech=200, pauses=50), Length(speech=100))
    plan = BulletinPlan("ben-hai", "tin", "Tin", ("cup-dien",), 0.0, 900)
    assert fit(plan, Length(fixed=10), Length(), (notice,)).rounds == ((1,),)
    assert fit(plan, Length(fixed=10), Length(), (notice, article)).rounds == ((1, 2),)


def test_the_samples_show_every_topic_that_needs_no_facts_of_its_own() -> None:
    shown = {c.template for commune in load_communes(Workspace(ROOT)) for c in commune.campaigns}
    assert shown == set(TOPICS) - set(OWN_FACTS)


def test_every_fact_that_a_campaign_can_hold_is_asked_for_by_some_template() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in Path(ROOT / "templates" / "articles").glob("*.j2"))
    credit = {"category", "author", "received_from"}
    unasked = {"id", "template", "variant", "as_of", "form", "notes", "voices", "language", "words"} | credit
    assert [name for name in Campaign.model_fields if name not in texts and name not in unasked] == []


@pytest.mark.parametrize("name", TOPICS)
def test_a_topic_has_a_summary_of_what_when_where_and_whom_to_call(station: Workspace, name: str) -> None:
    """Issue 15, fault 5: what is too short is read again as its summary, so each topic has one."""
    found = topics.topic(station, name)
    for rich in (False, True):
        notice = {"body": ["Mời bà con họp lúc 17 giờ ngày 30/11. Đề nghị bà con đến đúng giờ.", "Xin cảm ơn."]}
        given = (
            {"facts": found.examples(all_facts=rich)} | (RICH if rich else {}) | (notice if name == "thong-bao" else {})
        )
        campaign = {"id": "bai", "template": name, "title": "Tên bài", "as_of": "2026-11-01", **given}
        if rich and found.facts:
            campaign["contact"] = FULL["contact_desk"]
        data = {"commune": {"name": "An Phú", "province": "Quảng Trị", "sample": True}, "campaigns": [campaign]}
        commune = Commune.model_validate({**data, **(FULL if rich else {})})
        made = summary(station, commune, commune.campaigns[0])
        assert made
        text = "\n\n".join(part.text for part in made.spoken_parts)
        assert not re.search(r"None|[{}]| [,.;:?!]|,,|\.\.|  |^ | $", text, re.MULTILINE), text
        assert not list(hits(Text(made.markdown, made.as_of, "markdown", commune.unit))), text
        whole = scripts.write(render(station, commune, commune.campaigns[0]), commune)
        said = scripts.write(made, commune)
        assert said.syllables < 0.6 * whole.syllables
        assert not [doubt for sentence in said.sentences for doubt in sentence.reading.doubts]
        needed = [
            f for f in found.facts if (f.needed and f.kind in {"day", "time"}) or f.name in {"dia_diem", "khu_vuc"}
        ]
        for fact in needed:
            many = fact.example if fact.kind == "list" else [fact.example]
            ways = {"day": lambda d: day(date.fromisoformat(d)), "time": hour}
            for value in many:
                words = ways.get(fact.kind, str)(value)
                assert words in text or (rich and fact.name == "ngay")
        for words in ("Văn phòng xã", "0233 3123 456", "Trực ban", "0233 3654 321") if rich else ():
            assert words in text
        if name == "thong-bao":
            assert "17 giờ ngày 30/11" in text
            assert "đúng giờ" not in text
        rewritten = commune.campaigns[0].model_copy(update={"words": ({"instead": "a", "say": "b"},)})
        assert summary(station, commune, rewritten) is None
