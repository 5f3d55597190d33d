"""The schedule itself puts a bulletin on air, an operator turns it down and stops it; then every role without scripts."""

import datetime
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from loa.actions.offices import Role
from loa.app import build
from loa.store import approvals
from loa.web.context import Console
from loa.workspace import Workspace
from tests.approving import approve
from tests.web.rig import PASSWORD, SCHEDULE, TUESDAY, ZONE, Rig, falls_silent, log_in, running, sounds_within

pytestmark = [
    pytest.mark.sound,
    pytest.mark.long,
    pytest.mark.skipif(not shutil.which("pulseaudio"), reason="Debian's pulseaudio is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Playwright's own pipes at its end
]
UTC = datetime.UTC
PEOPLE = {role.value: f"Người {role.value}" for role in Role}


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A running station with a bulletin that is made but not signed, and one person for each role."""
    with running(tmp_path_factory.mktemp("station")) as made:
        workspace = Workspace(made.root)
        lines = [line for line in SCHEDULE.splitlines() if not line.startswith("rules:")]  # it airs now, at any hour
        schedule = "\n".join(lines).replace("{min: 5s,", "{min: 90s,") + "\n"
        workspace.schedule_file.write_text(schedule, "utf-8")
        build.build(workspace)
        here = Console.open(workspace)
        for role in Role:
            here.accounts.add(role.value, PEOPLE[role.value], PASSWORD, frozenset({role}))
        yield made
        here.close()


def page_of(browser: Chromium, rig: Rig, who: Role, *, script: bool) -> Page:
    """A phone on which somebody is logged in."""
    context = browser.new_context(
        base_url=rig.url, viewport={"width": 375, "height": 740}, java_script_enabled=script, accept_downloads=True
    )
    page = context.new_page()
    log_in(page, who.value)
    return page


def says(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("#notices")).to_contain_text(text)


def test_what_the_schedule_airs_is_heard_turned_down_and_stopped(rig: Rig, browser: Chromium) -> None:
    workspace = Workspace(rig.root)
    here = Console.open(workspace)
    approve(workspace, here.store, approvals.find(workspace, "ben-hai/ve-sinh"), "Lan", _now())
    soon = _now().replace(microsecond=0) + datetime.timedelta(seconds=25)
    moment = soon.astimezone(ZONE)
    text = workspace.schedule_file.read_text("utf-8")
    once = f'    also: ["{moment:%Y-%m-%d %H:%M:%S}"]\n'
    workspace.schedule_file.write_text(text.replace('    at: ["17:00"]\n', '    at: ["17:00"]\n' + once), "utf-8")
    page = page_of(browser, rig, Role.OPERATOR, script=True)
    expect(page.locator("[data-countdown]")).to_contain_text(re.compile(r"^0:\d\d$"), timeout=10_000)
    assert sounds_within(rig, 60.0)
    assert _now() >= moment
    expect(page.locator("[data-airing] [data-sentence]")).not_to_be_empty(timeout=10_000)
    expect(page.locator(".badge:has-text('đang phát tiếng')")).to_have_count(1, timeout=10_000)
    page.fill("#v-1", "0")
    page.click("#set-1")
    says(page, "loa-xa: âm lượng 0 %")
    assert falls_silent(rig, 5.0)
    expect(page.locator("[data-airing]")).to_have_count(1)
    page.click("#undo")
    says(page, "đã hoàn tác")
    assert sounds_within(rig, 5.0)
    page.click("#stop")
    expect(page.locator("[data-airing]")).to_have_count(0, timeout=10_000)
    assert falls_silent(rig)
    page.goto("/log")
    expect(page.locator("tbody tr").first).to_contain_text("dừng giữa chừng")
    page.context.close()


def test_each_role_does_its_daily_work_without_scripts(rig: Rig, browser: Chromium) -> None:
    for role, work in WORK.items():
        page = page_of(browser, rig, role, script=False)
        work(page)
        page.click("text=Đăng xuất")
        expect(page).to_have_url(re.compile("/login"))
        page.context.close()


def officer(page: Page) -> None:
    """Changes a text, looks before saving, sees what was changed, has the audio made."""
    page.goto("/campaigns/ben-hai/don-ve-sinh")
    page.fill("[name=title]", "Tổng vệ sinh cuối năm")
    page.click("button[name=look]")
    expect(page.locator(".article")).to_contain_text("Tổng vệ sinh cuối năm")
    page.click("form#facts button.first")
    says(page, "Đã lưu")
    page.goto("/history/ben-hai")
    expect(page.locator("ins:has-text('cuối')")).to_have_count(1)
    page.goto("/campaigns/ben-hai/don-ve-sinh")
    for _try in range(180):  # without JavaScript nothing follows by itself
        if page.locator("#sound audio").count() and not page.locator("[data-sound-job]").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    page.click("form[action$='/send'] button")
    says(page, "Đã gửi lãnh đạo")


def leader(page: Page) -> None:
    """Hears, sends back, signs."""
    page.goto("/release/ben-hai/ve-sinh")
    page.fill("[name=note]", "Đọc chậm hơn.")
    page.click("form[action$='/return'] button")
    page.goto("/release/ben-hai/ve-sinh")
    expect(page.locator("main")).to_contain_text("Đọc chậm hơn.")
    page.check("[name=heard]")
    page.click("form[action$='/sign'] button.first")
    page.goto("/release/ben-hai/ve-sinh")
    expect(page.locator("main")).to_contain_text(PEOPLE["leader"])


def operator(page: Page) -> None:
    """Turns a volume and takes it back, tests a loudspeaker, plays a bulletin, sees it, stops it; moves an airing."""
    page.goto("/")
    page.click("#down-1")
    says(page, "loa-xa: âm lượng 90 %")
    page.click("#undo")
    says(page, "đã hoàn tác")
    page.check("[name=on][value=thu]")
    if page.locator("[name=outside]").count():  # asked outside the hours that the commune allows
        page.check("[name=outside]")
    page.click("form[action='/play'] button")
    for _try in range(20):
        page.goto("/")
        if page.locator("[data-airing]").count():
            break
        page.wait_for_timeout(500)
    expect(page.locator("[data-airing]")).to_have_count(1)
    page.click("#stop")
    page.click("#test-2")
    expect(page.locator("h1")).to_have_text("Thử loa: thu")  # its page says what came of it
    page.goto(f"/week?day={TUESDAY}")
    page.click(".box >> nth=0")
    page.fill("#to-hour", "17:30")
    page.click("#move")
    says(page, "17:30")


def editor(page: Page) -> None:
    """Finds a campaign and takes text and sound."""
    page.goto("/publish")
    page.fill("[name=q]", "vệ sinh")
    page.click("[role=search] button")
    page.click("th a")
    assert "<h1>" in page.input_value("#html")
    for link in ("Văn bản (.docx)", "Âm thanh (.mp3)"):
        with page.expect_download() as download:
            page.click(f"text={link}")
        assert Path(download.value.path()).stat().st_size > 1000


def duty(page: Page) -> None:
    """Writes an emergency message, hears it, puts it on air."""
    page.goto("/emergency")
    page.fill("[name=text]", "Nước sông đang lên nhanh. Bà con ở ven sông di chuyển lên nhà văn hóa thôn ngay.")
    page.click("main button.first")
    expect(page.locator("audio")).to_be_visible(timeout=180_000)
    page.check("[name=on][value=thu]")
    page.fill("[name=password]", PASSWORD)
    page.click("button.stop")
    says(page, re.compile("Trạm đã nhận|Đang phát trên"))  # it may sound before the page is there
    page.click("#stop")


def admin(page: Page) -> None:
    """Adds a person, verifies the log, reads the yearly counts, takes a backup."""
    page.goto("/settings/people")
    page.fill("[name=shown]", "Bùi Văn Mới")
    page.fill("[name=name]", "moi")
    page.fill("[name=password]", PASSWORD)
    page.check("[name=roles][value=editor]")
    page.click("main button.first")
    says(page, "Bùi Văn Mới đã có thể đăng nhập")
    page.goto("/log")
    page.click("text=Kiểm tra nhật ký")
    expect(page.locator("main")).to_contain_text("còn nguyên vẹn")
    page.goto("/log/year")
    expect(page.locator("main")).to_contain_text("Thông báo")
    page.goto("/settings")
    with page.expect_download() as download:
        page.click("a[href='/settings/backup']")
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


WORK = {
    Role.OFFICER: officer,
    Role.LEADER: leader,
    Role.OPERATOR: operator,
    Role.EDITOR: editor,
    Role.DUTY: duty,
    Role.ADMIN: admin,
}


def _now() -> datetime.datetime:
    return datetime.datetime.now(UTC)
