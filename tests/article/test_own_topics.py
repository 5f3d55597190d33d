"""A station adds a topic of its own: one template, one list of facts; everything wrong with them is told in its place."""

import re
from pathlib import Path

import pytest

from loa.article import render, topics
from loa.campaign import Commune, load_commune
from loa.checks.station import check
from loa.errors import Finding, TemplateError
from loa.workspace import Workspace
from tests.conftest import Loa

TEMPLATE = """\
# {{ title }}

{% radio %}
Kính thưa bà con {{ commune.full }}!

{% endradio %}
{{ facts.mon|capital }} khai mạc {{ facts.ngay|weekday }}, {{ facts.ngay|day }}, lúc {{ facts.gio|hour }}, tại {{ facts.san|listing }}.

{% if facts.giai %}
Giải nhất là {{ facts.giai|count("đồng") }}.

{% endif %}
{% if facts.ve_cua %}
Vào xem không mất tiền.
{% endif %}
"""
LIST = """\
title: Giải thể thao
facts:
  - {name: mon, title: Môn thi đấu, needed: true, example: giải bóng chuyền nông dân}
  - {name: ngay, title: Ngày khai mạc, kind: day, needed: true, example: 2026-12-20}
  - {name: gio, title: Giờ khai mạc, kind: time, needed: true, example: "7h30"}
  - {name: san, title: Nơi thi đấu, kind: list, needed: true, example: [sân vận động xã]}
  - {name: giai, title: Tiền thưởng giải nhất, kind: number, example: 3000000}
  - {name: ve_cua, title: Vào xem miễn phí, kind: yes-no, example: true}
"""
FACTS = "{mon: giải bóng đá, ngay: 2026-12-06, gio: 14:00, san: [sân thôn Một, sân thôn Hai]}"


def campaign(facts: str) -> str:
    return f"""\
commune: {{name: Bến Hải, province: Quảng Trị}}
campaigns:
  - id: giai
    template: giai-the-thao
    title: Giải bóng đá của xã
    as_of: 2026-11-01
    facts: {facts}
"""


@pytest.fixture
def own(tmp_path: Path) -> Workspace:
    """A new station with a topic of its own and a campaign about it."""
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "schedule.yaml").write_text("outputs: {}\nbroadcasts: []\n", "utf-8")
    folder = tmp_path / "templates" / "articles"
    folder.mkdir(parents=True)
    (folder / "giai-the-thao.md.j2").write_text(TEMPLATE, "utf-8")
    (folder / "giai-the-thao.yaml").write_text(LIST, "utf-8")
    (tmp_path / "campaigns" / "ben-hai.yaml").write_text(campaign(FACTS), "utf-8")
    return Workspace(tmp_path)


def put(own: Workspace, facts: str) -> list[Finding]:
    (own.campaigns / "ben-hai.yaml").write_text(campaign(facts), "utf-8")
    return check(own)


def test_a_topic_of_the_station_is_a_topic_like_any_other(own: Workspace) -> None:
    assert check(own) == []
    commune = load_commune(own, "ben-hai")
    text = render(own, commune, commune.campaigns[0]).markdown
    assert (
        "Giải bóng đá khai mạc Chủ nhật, ngày 6 tháng 12 năm 2026, lúc 14 giờ, tại sân thôn Một và sân thôn Hai."
        in text
    )
    assert "Giải nhất" not in text
    assert topics.topics(own)["giai-the-thao"] == "Giải thể thao"


def test_the_command_lists_topics_and_prints_a_campaign_to_fill_in(own: Workspace, loa: Loa) -> None:
    listed = loa("topic", cwd=own.root).stdout
    assert re.search(r"(?m)^giai-the-thao +Giải thể thao$", listed)
    assert re.search(r"(?m)^cup-dien +Tạm ngừng cấp điện$", listed)
    entry = loa("topic", "giai-the-thao", cwd=own.root).stdout
    assert "      gio: null  # Giờ khai mạc (needed). For example: 7h30\n" in entry
    path = own.campaigns / "ben-hai.yaml"
    path.write_text("commune: {name: Bến Hải, province: Quảng Trị}\ncampaigns:\n" + entry, "utf-8")
    # All needed facts are null, and nothing else is wrong.
    assert [f.code for f in check(own)] == ["fact.missing"] * 4


WRONG_FACTS = [
    ("{ngay: 2026-12-06, gio: 14:00, san: [sân]}", "fact.missing", "Môn thi đấu"),
    ("null", "fact.missing", "Ngày khai mạc"),
    (FACTS.replace("giải bóng đá", '""'), "fact.missing", "Môn thi đấu"),
    (FACTS.replace("[sân thôn Một, sân thôn Hai]", "[]"), "fact.missing", "Nơi thi đấu"),
    (FACTS.replace("2026-12-06", "chủ nhật"), "value.wrong", "Ngày khai mạc"),
    (FACTS.replace("14:00", "chiều"), "value.wrong", "Giờ khai mạc"),
    (FACTS.replace("}", ", giai: ba triệu}"), "value.", "Tiền thưởng"),
    (FACTS.replace("}", ", giais: 5}"), "key.unknown", "giais"),
    (FACTS.replace("[sân thôn Một, sân thôn Hai]", "sân xã"), "value.type", "Nơi thi đấu"),
    (FACTS.replace("giải bóng đá", "không"), "fact.nothing", "không"),
]


def test_a_missing_or_wrong_fact_is_told_by_its_title_and_its_line(own: Workspace) -> None:
    for facts, code, words in WRONG_FACTS:
        told = [f for f in put(own, facts) if f.code.startswith(code) and words in f.message]
        assert told, (facts, code)
        assert told[0].file == "campaigns/ben-hai.yaml"
        assert (told[0].line or 0) >= 3
        assert told[0].fix
        commune = load_commune(own, "ben-hai")
        if code != "fact.nothing":
            with pytest.raises(TemplateError) as raised:  # and nothing is built of it
                render(own, commune, commune.campaigns[0])
            assert any(words in finding.message for finding in raised.value.findings)


WRONG_FILES = [
    ("giai-the-thao.yaml", "kind: number", "kind: money", "value.choice", 7),
    ("giai-the-thao.yaml", "example: 3000000", "example: ba triệu", "value.type", 7),
    ("giai-the-thao.yaml", "name: giai,", "name: Giải,", "value.letters", 7),
    ("giai-the-thao.yaml", "name: giai,", "name: mon,", "value.twice", 7),
    ("giai-the-thao.yaml", ", example: 3000000", "", "key.missing", 7),
    ("giai-the-thao.yaml", "title: Giải thể thao", "titel: Giải", "key.unknown", 1),
    ("giai-the-thao.yaml", "kind: number", "kind: choice", "value.wrong", 7),
    ("giai-the-thao.yaml", "example: true}", "example: true", "yaml.", 8),
    ("giai-the-thao.yaml", "name: ve_cua", "name: ve_vao", "topic.unsaid", 8),
    ("giai-the-thao.md.j2", "{{ facts.mon|capital }}", "{{ facts.mon_thi|capital }}", "topic.unlisted", 7),
    ("giai-the-thao.md.j2", "{% if facts.giai %}", "{% if true %}", "template.fails", 10),
    ("giai-the-thao.md.j2", "Vào xem", "Vào  xem ,", "punctuation.", 14),
    ("giai-the-thao.md.j2", "{% endif %}\n{% if facts.ve", "{% if facts.ve", "template.syntax", 0),
]


def test_what_is_wrong_with_the_topic_itself_is_told_in_its_file(own: Workspace) -> None:
    (own.campaigns / "ben-hai.yaml").unlink()  # no campaign uses the topic yet
    for name, old, new, code, line in WRONG_FILES:
        path = own.templates / "articles" / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
        told = [f for f in check(own) if f.code.startswith(code)]
        assert told, (new, code)
        assert told[0].file == f"templates/articles/{name}"
        assert not line or told[0].line == line, (new, told)
        path.write_text(text, "utf-8")


def test_templates_that_cannot_be_read_are_told_and_stop_nothing_else(own: Workspace) -> None:
    """Saved in TCVN3, one template ended every `loa check`, and the word was “Loa itself failed”."""
    folder = own.templates / "articles"
    path = folder / "giai-the-thao.md.j2"
    text = path.read_text("utf-8")
    path.write_text(text, "utf-16")  # Notepad's “Unicode”
    assert not check(own)
    path.write_bytes(text.encode("cp1258", "replace"))
    (folder / "thu-muc.md.j2").mkdir()
    (folder / "vong.md.j2").symlink_to(folder / "vong.md.j2")
    found = {(finding.file, finding.code) for finding in check(own)}
    assert found == {
        ("templates/articles/giai-the-thao.md.j2", "file.encoding"),
        ("templates/articles/thu-muc.md.j2", "file.folder"),
        ("templates/articles/vong.md.j2", "file.read"),
    }


def test_facts_may_have_any_name_that_python_uses_itself(own: Workspace) -> None:
    for name in ("copy", "json", "class", "facts", "model_fields"):
        path = own.templates / "articles" / "khac.yaml"
        path.write_text(f"title: Khác\nfacts: [{{name: {name}, title: T, example: điều này}}]\n", "utf-8")
        (own.templates / "articles" / "khac.md.j2").write_text(
            f"# {{{{ title }}}}\n\n{{{{ facts.{name} }}}}\n", "utf-8"
        )
        made = Commune.model_validate(
            {
                "commune": {"sample": True, "name": None},
                "campaigns": [
                    {"id": "a", "template": "khac", "title": "A", "as_of": "2026-11-01", "facts": {name: "đó"}}
                ],
            }
        )
        assert "đó" in render(own, made, made.campaigns[0]).markdown


def test_a_changed_template_of_an_old_topic_is_judged_by_its_campaigns_alone(own: Workspace) -> None:
    """A station of before has no list of facts: what it changed is tried with its campaigns, as ever."""
    (own.templates / "articles" / "cua-tram.md.j2").write_text("# {{ title }}\n\n{{ desk.name }}\n", "utf-8")
    assert [f for f in check(own) if f.file and "cua-tram" in f.file] == []
