from loa.article.templates import asked_for
from loa.workspace import Workspace


def test_each_topic_asks_for_its_own_facts(station: Workspace) -> None:
    asked = asked_for(station)
    assert "services" in asked["dich-vu-cong-truc-tuyen"]
    assert "body" not in asked["dich-vu-cong-truc-tuyen"]
    assert {"body", "deadline"} <= asked["thong-bao"]


def test_what_is_included_counts_and_a_changed_template_is_read_again(station: Workspace) -> None:
    folder = station.templates / "articles"
    (folder / "phan.j2").write_text("{{ postal }}", "utf-8")
    (folder / "moi.md.j2").write_text('{% include "articles/phan.j2" %}{{ title }}', "utf-8")
    assert asked_for(station)["moi"] == {"postal", "title"}
    (folder / "moi.md.j2").write_text("{% if %}", "utf-8")
    assert "moi" not in asked_for(station)
