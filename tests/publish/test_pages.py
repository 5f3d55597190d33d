"""What the web editor gets: pages that are valid, accessible, whole without a script, and light up what is read."""

import re
from datetime import UTC, datetime
from pathlib import Path

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from loa.actions.approvals import withdraw
from loa.bulletin.manifest import Manifest
from loa.campaign import load_communes
from loa.publish.signed import noted
from loa.publish.site import publish
from loa.store.database import Database
from loa.workspace import Workspace
from tests.approving import sign_articles
from tests.conftest import Loa
from tests.publish.conftest import BASE

ARTICLE = "trung-son/dich-vu-cong-truc-tuyen/"
PAGES = ["index.html", "trung-son/index.html", f"{ARTICLE}index.html", "ben-hai/sot-xuat-huyet/index.html"]


def test_each_campaign_has_its_files_at_stable_paths(public: Path) -> None:
    files = {path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file()}
    for name in ("index.html", "article.md", "article.docx", "fragment.txt", "bulletin.mp3", "bulletin.vtt"):
        assert ARTICLE + name in files
    assert {"index.html", "feed.xml", "style.css", "captions.js", "trung-son/index.html", "trung-son/feed.xml"} <= files
    assert "ben-hai/sot-xuat-huyet/index.html" in files


def test_a_page_with_synthetic_speech_says_so_to_programs_and_people(public: Path) -> None:
    heard, silent = ((public / name / "index.html").read_text("utf-8") for name in (ARTICLE, "ben-hai/sot-xuat-huyet"))
    kind = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert f'<meta name="DigitalSourceType" content="{kind}">' in heard
    assert re.search(r'<meta name="SyntheticSpeech" content="[a-z]+:[^"]+">', heard)
    assert "Giọng đọc trong tệp này do máy tính tạo ra" in heard
    if "<audio" not in silent:
        assert "DigitalSourceType" not in silent


def test_only_what_is_signed_is_public(fresh: Workspace, store: Database) -> None:
    """Issue 15, fault 6: a draft is not published; a changed article stays as it was signed until it is signed again."""
    folder, facts = fresh.public / "nhat-quang", fresh.campaigns / "nhat-quang.yaml"
    (commune,) = (c for c in load_communes(fresh) if c.stem == "nhat-quang")
    id_ = commune.campaigns[0].id
    before = {path.name: path.read_bytes() for path in (folder / id_).iterdir()}
    facts.write_text(facts.read_text(encoding="utf-8").replace("combined: 50", "combined: 51"), encoding="utf-8")

    report = publish(fresh, store, base_url=BASE)
    assert report.written == []
    assert [item.state for item in report.articles if item.commune == "nhat-quang"] == ["older"]
    elsewhere = publish(fresh, store, out=fresh.root / "web", base_url=BASE)
    assert {p.name: p.read_bytes() for p in (fresh.root / "web/nhat-quang" / id_).iterdir()} == before
    assert (fresh.root / "web/nhat-quang/feed.xml").read_bytes() == (folder / "feed.xml").read_bytes()
    assert not elsewhere.removed

    (fresh.bulletins / "nhat-quang" / f"{id_}.mp3").unlink()  # made anew, and signed
    (commune,) = (c for c in load_communes(fresh) if c.stem == "nhat-quang")
    sign_articles(fresh, store, commune)
    written = {path.name for path in publish(fresh, store, base_url=BASE).written}
    assert written == set(before)
    assert (noted(fresh) or {})["nhat-quang", id_].state == "signed"

    withdraw(fresh, store, f"nhat-quang/{id_}", "Chị Mai", datetime.now(UTC))
    draft = folder / "ban-nhap"  # as a version before published it
    draft.mkdir()
    for name in ("index.html", "article.md", "fragment.txt", "article.docx"):
        (draft / name).write_text("Bản nháp.", "utf-8")
    own = folder / "anh"
    own.mkdir()
    (own / "trang-bia.txt").write_text("của người phụ trách trang", "utf-8")
    report = publish(fresh, store, base_url=BASE)
    assert len(report.removed) == 10
    assert sorted(path.name for path in folder.iterdir()) == ["anh", "feed.xml", "index.html"]
    assert id_ not in (folder / "feed.xml").read_text("utf-8")
    assert f"nhat-quang/{id_}" not in (fresh.public / "index.html").read_text("utf-8")
    assert (noted(fresh) or {})["nhat-quang", id_].state == "unsigned"
    assert all(item.state == "signed" for item in report.articles if item.commune != "nhat-quang")


def test_notes_are_nowhere_in_what_is_published(public: Path) -> None:
    for path in public.rglob("*"):
        if path.suffix in {".html", ".md", ".txt", ".xml"}:
            assert not re.search('Trang phụ trách|Đ/c|quang.gov.vn/?"', path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_valid_html(public: Path, page: str) -> None:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parse((public / page).read_text(encoding="utf-8"))
    assert tree.get("lang") == "vi"
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert len(list(tree.iter("h1"))) == 1


def test_every_link_leads_to_a_file(public: Path) -> None:
    for page in public.rglob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"#][^"]*)"', page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).is_file(), f"{page}: {target}"


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_no_violation(browser: Browser, address: str, page: str) -> None:
    tab = browser.new_page()
    tab.goto(address + page)
    result = Axe().run(tab)
    assert result.violations_count == 0, result.generate_report()
    tab.close()


def test_without_a_script_the_text_and_the_player_are_there(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}{ARTICLE}index.html")
    assert tab.locator("h1").inner_text() == "Tuyên truyền dịch vụ công trực tuyến"
    assert tab.locator("audio[controls] track[kind=captions]").count() == 1
    assert "mã hồ sơ" in tab.locator("article").inner_text()
    context.close()


def test_the_sentence_that_is_read_lights_up_in_both_readings(
    browser: Browser, address: str, bulletin: Manifest
) -> None:
    tab = browser.new_page()
    tab.goto(f"{address}{ARTICLE}index.html")
    # Python's little server knows no ranges, so the sound is fetched whole before anybody jumps about in it.
    whole = "const sound = document.querySelector('audio'); sound.src = URL.createObjectURL(await (await fetch(sound.src)).blob());"
    tab.evaluate(f"async () => {{ {whole} sound.load(); }}")
    tab.wait_for_function("() => document.querySelector('audio').readyState >= 1")
    said = [cue for cue in bulletin.cues if "rút ngắn thời gian giải quyết" in cue.text]
    assert len(said) == 2
    for cue in said:
        tab.evaluate("(at) => { document.querySelector('audio').currentTime = at; }", cue.start + 0.25)
        tab.wait_for_function("() => document.querySelectorAll('.dang-doc').length > 0")
        tab.wait_for_function(
            "(text) => [...document.querySelectorAll('.dang-doc')].map(e => e.textContent).join('').includes(text)",
            arg="rút ngắn thời gian",
        )
        lit = "".join(tab.locator(".dang-doc").all_inner_texts())
        assert lit.strip() == " ".join(cue.text.split())
    tab.close()


def test_the_verb_says_what_it_wrote_and_takes_another_folder(station: Workspace, loa: Loa, tmp_path: Path) -> None:
    done = loa("publish", "--out", tmp_path / "ra web", cwd=station.root)
    assert done.returncode == 0
    assert "unchanged" in done.stderr
    assert "not signed (loa approve): ben-hai/" in done.stderr
    assert (tmp_path / "ra web" / "index.html").is_file()
    assert not station.public.exists()
    assert not list((tmp_path / "ra web").rglob("article.*"))
