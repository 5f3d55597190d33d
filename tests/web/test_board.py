"""The electronic board: what is signed, in letters that are read from far away, turning; an emergency alone."""

import datetime
import hashlib

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route, expect

from loa.bulletin.manifest import Cue, Manifest
from loa.store.approvals import find
from loa.web.context import Console
from loa.web.routes.overview.board import LONGEST, pieces
from loa.workspace import Workspace
from tests.approving import approve
from tests.web.conftest import Browser, LogIn

NOW = datetime.datetime.now(datetime.UTC)


def signed(station: Workspace, console: Console, name: str, text: str, *, emergency: bool = False) -> str:
    mp3 = station.bulletins / "ben-hai" / f"{name}.mp3"
    mp3.parent.mkdir(parents=True, exist_ok=True)
    mp3.write_bytes(name.encode())
    cue = Cue(start=0, end=1, text=text, spoken=text, part="x")
    Manifest(
        id=f"ben-hai/{name}", commune="ben-hai", name=name, title=f"Bài {name}", date=NOW.date(), campaigns=("x",), seconds=1,
        sha256=hashlib.sha256(name.encode()).hexdigest(), engine="x", voice="x", cues=(cue,), emergency=emergency,
    ).save(mp3.with_suffix(".json"))  # fmt: skip
    return approve(station, console.store, find(station, f"ben-hai/{name}"), "Chị Mai", NOW).sha256


def test_a_text_is_cut_at_sentences_and_between_words() -> None:
    long = "Bà con thôn Hạ chuyển đồ lên cao. " * 3 + "một " * 60 + "Hết."
    cut = list(pieces(long))
    assert " ".join(cut).split() == long.split()
    assert max(map(len, cut)) <= LONGEST
    assert cut[0] == "Bà con thôn Hạ chuyển đồ lên cao. Bà con thôn Hạ chuyển đồ lên cao."
    assert list(pieces("x" * 250)) == ["x" * 100, "x" * 100, "x" * 50]
    assert list(pieces("")) == []


@pytest.fixture
def board(log_in: LogIn, browser: Chromium) -> Page:
    """The board in Chromium, which gets everything from the console itself; nobody is logged in."""
    stranger: Browser = log_in()

    def answer(route: Route) -> None:
        got = stranger.get(route.request.url.removeprefix("http://loa.test"))
        route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)

    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.clock.install()
    page.route("**/*", answer)
    return page


def test_the_board_turns_through_what_is_signed_and_an_emergency_takes_it_over(
    station: Workspace, console: Console, board: Page, log_in: LogIn
) -> None:
    """Issue 16, item 6: one full-screen page, readable at 20 m."""
    assert log_in().get("/board/ben-hai/slides").json() == []
    text = "Sáng chủ nhật, các thôn làm vệ sinh đường làng, khơi thông cống rãnh trước mùa mưa bão năm nay. Mời bà con tham gia."
    signed(station, console, "ben-hai-dvc", text)
    signed(station, console, "khong-con-trong-lich", "Bài cũ.")
    board.goto("http://loa.test/board/ben-hai")
    shown = board.locator("#text")
    expect(shown).to_have_text(
        "Sáng chủ nhật, các thôn làm vệ sinh đường làng, khơi thông cống rãnh trước mùa mưa bão năm nay."
    )
    size = shown.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")
    assert size >= 0.09 * 1080
    assert shown.evaluate("(node) => node.scrollHeight <= node.clientHeight + 1"), "all of it is seen"
    board.clock.run_for(8000)
    expect(shown).to_have_text("Mời bà con tham gia.")
    board.clock.run_for(8000)
    expect(shown).to_contain_text("Sáng chủ nhật")
    signed(station, console, "khan-cap-1", "Nước lên nhanh. Lên nhà cao ngay.", emergency=True)
    board.clock.run_for(10000)
    expect(shown).to_have_text("Nước lên nhanh. Lên nhà cao ngay.")
    assert board.locator("body").get_attribute("data-kind") == "emergency"
    board.unroute_all(behavior="ignoreErrors")
    board.route("**/*", lambda route: route.abort())  # the line is cut: it goes on
    board.clock.run_for(20000)
    expect(shown).to_have_text("Nước lên nhanh. Lên nhà cao ngay.")
    assert log_in().get("/board/khong-co").status_code == 404
