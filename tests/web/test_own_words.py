"""The words of an article that a template makes, changed by whoever writes it (issue 15, faults 9 and 19)."""

import html
import re

from loa import article as articles
from loa.actions.offices import Role
from loa.campaign import load_commune
from loa.template_files import packaged
from loa.web.context import Console
from loa.workspace import Workspace
from tests.conftest import Loa
from tests.web.conftest import LogIn, yaml_of

PAGE = "/campaigns/ben-hai/sot-xuat-huyet"
OWN = "Bà con nhớ lật úp chum vại, không cho muỗi đẻ."


def form_of(page: str) -> dict[str, str]:
    """The passages as a browser would send them back."""
    fields = re.findall(r'<textarea id="[^"]*" name="([^"]+)"[^>]*>\n([^<]*)</textarea>', page)
    fields += re.findall(r'<input type="hidden" name="((?:template|was)-[^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in fields}


def said_in(station: Workspace) -> str:
    commune = load_commune(station, "ben-hai")
    return articles.render(station, commune, commune.campaign("sot-xuat-huyet")).markdown


def number_of(fields: dict[str, str], words: str) -> str:
    (found,) = (name.removeprefix("say-") for name, text in fields.items() if name.startswith("say-") and words in text)
    return found


def test_a_passage_gets_words_of_its_own_and_the_others_follow_the_facts(
    log_in: LogIn, station: Workspace, console: Console, loa: Loa
) -> None:
    """Fault 9: the words of a template article could be changed by nobody but a programmer."""
    lan, mai = log_in(Role.OFFICER, name="lan"), log_in(Role.OFFICER, name="mai")
    before = said_in(station)
    page = lan.look(f"{PAGE}/words")
    fields, others = form_of(page), form_of(mai.look(f"{PAGE}/words"))
    step, call = number_of(fields, "Đậy kín dụng cụ"), number_of(fields, "Cấp cứu y tế")
    page = lan.submit(
        f"{PAGE}/words", **{**fields, f"say-{step}": f"  {OWN}\r\n", f"say-{number_of(fields, 'mười lăm phút')}": ""}
    )
    assert "2 passages in words of their own" in page
    assert (said_in(station).count(OWN), "mười lăm phút" in said_in(station)) == (1, False)
    assert f"- Việc thứ nhất: {OWN}" in said_in(station)  # what stands before it for the ear stays
    words = lan.look(f"{PAGE}/words")
    assert words.count("does not follow the facts") == 2
    assert "<ins>" in words

    # two people: another passage is kept beside it, the same one is shown and not overwritten
    mai.submit(f"{PAGE}/words", **{**others, f"say-{call}": "Cần gấp thì gọi 115."})
    refused = mai.submit(f"{PAGE}/words", 422, **{**others, f"say-{step}": "Đậy nắp bể."})
    assert OWN in refused
    assert "Đậy nắp bể." in refused
    assert OWN in said_in(station)

    # a fact changes a passage: its own words are used no longer, and everybody is told
    path = station.campaigns / "ben-hai.yaml"
    path.write_text(path.read_text("utf-8").replace('phone: "115"', 'phone: "1155"'), "utf-8")
    console.files.forget()
    assert "số điện thoại 1155" in said_in(station)
    assert "Cần gấp" not in said_in(station)
    assert "Cần gấp thì gọi 115." in lan.look(f"{PAGE}/words")
    assert "not in the article any more" in lan.look(f"{PAGE}/heard")
    assert "not in the article any more" in loa("check", cwd=station.root).stdout

    # the way back: one passage, then all
    words = lan.look(f"{PAGE}/words")
    lan.submit(f"{PAGE}/words", **{**form_of(words), "back": step})
    assert OWN not in said_in(station)
    assert len(yaml_of(station.campaigns / "ben-hai.yaml")["campaigns"]) > 1  # type: ignore[arg-type]
    lan.submit(f"{PAGE}/words", **{**form_of(lan.look(f"{PAGE}/words")), "all": "1"})
    assert "words:" not in (station.campaigns / "ben-hai.yaml").read_text("utf-8")
    assert said_in(station) == before.replace("115", "1155")


def test_one_press_mends_a_fact_or_the_words_of_the_template_and_says_where(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    """Fault 19: a slip in a template had no mend, and nobody was told which place was mended."""
    path = station.campaigns / "ben-hai.yaml"
    template = station.templates / "articles" / "sot-xuat-huyet.md.j2"
    template.parent.mkdir(parents=True, exist_ok=True)
    ours = (packaged() / "articles" / template.name).read_text("utf-8")
    template.write_text(ours.replace("Chum, vại,", "Chum , vại,"), "utf-8")
    facts = path.read_text("utf-8").replace("Trạm Y tế xã Bến Hải}", "Trạm Y tế xã Bến Hải, hours: minh mạch}")
    path.write_text(facts, "utf-8")
    console.files.forget()
    lan = log_in(Role.OFFICER)
    told = []
    while mends := re.findall(r'name="remark" value="(\d+)"', lan.look(f"{PAGE}/heard")):
        told.append(re.findall(r"Mended: [^<]*", lan.submit(f"{PAGE}/fix", remark=mends[0]))[0])
    assert any("own words for passage" in text for text in told), told
    assert any("Where to go for this topic" in text for text in told), told
    assert "Chum, vại," in said_in(station)
    mended = path.read_text("utf-8").splitlines()
    assert [line for line in facts.replace("minh mạch", "minh bạch").splitlines() if line not in mended] == []
