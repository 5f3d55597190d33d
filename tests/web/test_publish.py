import pytest

from loa.actions.offices import Role
from loa.template_files import packaged
from loa.web.context import Console
from loa.workspace import Workspace
from tests.web.conftest import LogIn

PAGE = "/preview/ben-hai/dich-vu-cong-truc-tuyen"


def test_the_page_is_shown_as_it_will_stand_on_the_web(log_in: LogIn, station: Workspace) -> None:
    from loa.publish.site import publish

    publish(station)
    written = (station.public / "ben-hai/dich-vu-cong-truc-tuyen/index.html").read_text("utf-8")
    browser = log_in(Role.EDITOR)
    assert f'src="{PAGE}/index.html"' in browser.look("/publish/ben-hai/dich-vu-cong-truc-tuyen")
    assert browser.look(f"{PAGE}/index.html") == written
    assert browser.get("/preview/style.css").text == (packaged() / "page/style.css").read_text("utf-8")
    for name in ("article.docx", "article.md", "fragment.txt"):
        answer = browser.get(f"{PAGE}/{name}", follow_redirects=True)
        assert answer.status_code == 200, name
        assert answer.content


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


def test_the_address_of_the_feed_is_whole(log_in: LogIn, console: Console) -> None:
    assert 'value="http://loa.test/feed/ben-hai.xml"' in log_in(Role.EDITOR).look("/publish/ben-hai/thong-bao")
