import pytest

from loa.actions.offices import Role
from loa.campaign import load_commune
from loa.publish.site import publish
from loa.template_files import packaged
from loa.web import job_worker
from loa.web.context import Console
from loa.workspace import Workspace
from tests.approving import sign_articles
from tests.web.conftest import LogIn

PAGE = "/preview/ben-hai/dich-vu-cong-truc-tuyen"


@pytest.fixture
def signed(station: Workspace, console: Console) -> None:
    """Ben Hai's articles are signed, and the others are drafts."""
    sign_articles(station, console.store, load_commune(station, "ben-hai"))


@pytest.mark.usefixtures("signed")
def test_the_page_is_shown_as_it_will_stand_on_the_web(log_in: LogIn, station: Workspace, console: Console) -> None:
    publish(station, console.store)
    written = (station.public / "ben-hai/dich-vu-cong-truc-tuyen/index.html").read_text("utf-8")
    browser = log_in(Role.EDITOR)
    assert f'src="{PAGE}/index.html"' in browser.look("/publish/ben-hai/dich-vu-cong-truc-tuyen")
    assert browser.look(f"{PAGE}/index.html") == written
    assert browser.get("/preview/style.css").text == (packaged() / "page/style.css").read_text("utf-8")
    for name in ("article.docx", "article.md", "fragment.txt", "bulletin.vtt"):
        answer = browser.get(f"{PAGE}/{name}", follow_redirects=True)
        assert answer.status_code == 200, name
        assert answer.content


@pytest.mark.usefixtures("signed")
def test_only_what_is_signed_is_public_and_it_is_listed(log_in: LogIn, station: Workspace, console: Console) -> None:
    """Issue 15, fault 6: drafts went public, the feed too, with `file:` links; nobody was told what is public."""
    editor, stranger = log_in(Role.EDITOR), log_in()

    def job_done() -> None:
        (job,) = console.jobs.living()
        job_worker.do(station, console.jobs, job)  # what the worker's process does
        console.jobs.set(job.id, state="done")

    page = editor.look("/publish")
    assert "Nothing has been made public yet." in page
    assert 'class="badge good"' not in page
    stranger.look("/feed/ben-hai.xml", 404)
    editor.submit("/publish")
    job_done()
    page, campaigns = editor.look("/publish"), console.files.commune("ben-hai").commune.campaigns  # type: ignore[union-attr]
    assert page.count('class="badge good"') == len(campaigns)
    assert "not public" in page
    assert {path.name for path in station.public.iterdir() if any(path.glob("*/"))} == {"ben-hai"}
    stranger.look("/feed/ben-hai.xml", 404)  # its links would lead nowhere

    assert "not a web address" in editor.submit("/publish/address", 422, address="file:///home/loa/public")
    assert "https://benhai.example.vn/loa" in editor.submit("/publish/address", address="https://benhai.example.vn/loa")
    job_done()
    feed = stranger.look("/feed/ben-hai.xml")
    assert 'value="http://loa.test/feed/ben-hai.xml"' in editor.look(f"/publish/ben-hai/{campaigns[0].id}")
    assert feed.count("<item>") == len(campaigns)
    assert feed.count("https://benhai.example.vn/loa/ben-hai/") > 2 * len(campaigns)
    assert "file:" not in feed

    leader, one = log_in(Role.LEADER), campaigns[0].id
    leader.look(f"/release/ben-hai/{one}")
    leader.submit(f"/release/ben-hai/{one}/withdraw")
    job_done()
    assert not (station.public / "ben-hai" / one).exists()
    assert "Nobody has signed" in editor.look(f"/publish/ben-hai/{one}")
    assert f"/{one}/" not in stranger.look("/feed/ben-hai.xml")


def test_the_page_may_stand_in_the_console_and_reach_nothing_else(log_in: LogIn) -> None:
    headers = log_in(Role.EDITOR).get(f"{PAGE}/index.html").headers
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "connect-src" not in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize("name", ["captions.css", "..%2fstyle.css", "article.html.j2"])
def test_only_what_pages_need_is_served(log_in: LogIn, name: str) -> None:
    assert log_in(Role.EDITOR).get(f"/preview/{name}").status_code == 404


def test_without_sound_there_is_no_player_and_no_captions(log_in: LogIn) -> None:
    browser = log_in(Role.EDITOR)
    assert "<audio" not in browser.look(f"{PAGE}/index.html")
    browser.look(f"{PAGE}/bulletin.mp3", 404)
    browser.look(f"{PAGE}/khac.html", 404)


def test_an_address_of_the_feed_is_given_only_where_it_answers(log_in: LogIn) -> None:
    page = log_in(Role.EDITOR).look("/publish/ben-hai/thong-bao")
    assert "feed/ben-hai.xml" not in page
    assert "Nobody has signed" in page


@pytest.mark.usefixtures("signed")
def test_what_was_changed_after_the_signature_is_given_to_nobody(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    """Fresh eyes, stop 3: the page and the documents held an unsigned text under “public as it was signed”."""
    publish(station, console.store)
    browser, path = log_in(Role.EDITOR), station.campaigns / "ben-hai.yaml"
    names = ("article.docx", "article.md", "fragment.txt", "index.html", "bulletin.vtt")
    before = {name: browser.get(f"{PAGE}/{name}", follow_redirects=True).content.rstrip() for name in names}
    address = "/publish/ben-hai/dich-vu-cong-truc-tuyen"
    signed = browser.look(address)
    assert "public as it was signed" in signed
    text = path.read_text("utf-8").replace("name: Bến Hải", "name: Bến Hải Mới")
    path.write_text(text, "utf-8")
    console.files.forget()
    assert "Bến Hải Mới" in browser.look("/campaigns/ben-hai/dich-vu-cong-truc-tuyen")
    assert {name: browser.get(f"{PAGE}/{name}", follow_redirects=True).content.rstrip() for name in names} == before
    page = browser.look(address)
    assert "the change is not signed" in page
    assert "Bến Hải Mới" not in page.split('id="html"')[1].split("</textarea>")[0]
