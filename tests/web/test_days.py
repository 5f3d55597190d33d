"""A day of every role in a real browser, on a real `loa run` with a (null) sound card."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect

from tests.conftest import ROOT
from tests.web.rig import PASSWORD, TUESDAY, Rig, falls_silent, log_in, running, sounds_within

pytestmark = [
    pytest.mark.sound,
    pytest.mark.long,
    pytest.mark.skipif(not shutil.which("pulseaudio"), reason="Debian's pulseaudio is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Playwright's own pipes at its end
]
IMAGES = ROOT / "docs" / "images"
ROLES = {"canbo": "officer", "lanhdao": "leader", "vanhanh": "operator", "bientap": "editor", "truckhan": "duty"}
NAMES = {"canbo": "Trần Văn Cán", "lanhdao": "Lê Thị Lãnh", "vanhanh": "Phạm Văn Vận", "bientap": "Hồ Thị Biên"}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with running(tmp_path_factory.mktemp("station")) as made:
        yield made


class Window:
    """A page that remembers what went wrong in it: console messages, and answers of the server's own fault."""

    def __init__(self, browser: Chromium, rig: Rig, **options: object) -> None:
        options = {"viewport": {"width": 1100, "height": 720}, "locale": "vi-VN", "accept_downloads": True, **options}
        self.context: BrowserContext = browser.new_context(base_url=rig.url, **options)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: dialog.accept())

    def says(self, text: str) -> None:
        """The notice above the page holds `text`."""
        expect(self.page.locator("#notices")).to_contain_text(text, timeout=15_000)

    def shoot(self, name: str) -> None:
        """A picture for the documentation, if its folder is to be renewed."""
        if (IMAGES / ".renew").exists():
            self.page.screenshot(path=IMAGES / f"{name}.jpg", type="jpeg", quality=60)

    def close(self) -> None:
        self.context.close()
        assert not [fault for fault in self.faults if "status of 422" not in fault]


def everybody(window: Window, rig: Rig) -> None:
    """First run: the administrator by the one-time code, then the others."""
    page = window.page
    page.goto("/")
    page.fill("[name=code]", rig.code)
    page.fill("[name=name]", "quantri")
    page.fill("[name=shown]", "Nguyễn Thị Quản")
    for field in ("password", "again"):
        page.fill(f"[name={field}]", PASSWORD)
    page.click("button.first")
    page.click("text=Thêm những người làm việc ở đài")
    for name, role in ROLES.items():
        page.fill("[name=shown]", NAMES.get(name, "Bùi Văn Trực"))
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.check(f"[name=roles][value={role}]")
        page.click("main button.first")
        window.says(f"{NAMES.get(name, 'Bùi Văn Trực')} đã có thể đăng nhập")


def officer(window: Window, rig: Rig) -> None:
    """Looks at the article, mends a slip with one click, fixes a reading, makes the audio."""
    page = window.page
    log_in(page, "canbo")
    page.goto("/campaigns/ben-hai/don-ve-sinh")
    page.fill("[name=title]", "Tổng vệ sinh đường làng, ngõ xóm")
    expect(page.locator("#draft")).to_contain_text("ngõ xóm", timeout=10_000)  # the live preview
    page.click("form#facts button.first")
    window.says("Đã lưu")
    window.shoot("bai-viet")
    page.goto("/campaigns/ben-hai/don-ve-sinh/heard")
    expect(page.locator(".finding").first).to_be_visible()
    window.shoot("nghe-va-sua")
    page.click("button:has-text('Sửa thành')")
    window.says("minh bạch")
    assert "minh bạch" in (rig.root / "campaigns" / "ben-hai.yaml").read_text("utf-8")
    page.fill("[name=word]", "Bến Hải")
    page.fill("[name=said]", "bến hải")
    page.click("form[data-pronounce] button:has-text('Ghi nhớ')")
    answer = page.request.get("/campaigns/ben-hai/don-ve-sinh/hear/1")
    assert answer.body()[:4] == b"RIFF"
    page.goto("/history/ben-hai")
    expect(page.locator("ins:has-text('bạch')")).not_to_have_count(0)
    page.goto("/campaigns/ben-hai/don-ve-sinh")
    expect(page.locator("#sound audio")).to_have_count(1, timeout=180_000)
    expect(page.locator("[data-sound-job]")).to_have_count(0, timeout=180_000)
    page.click("form[action$='/send'] button")
    window.says("Đã gửi lãnh đạo")


def on_paper(window: Window, whole: str, most: int) -> None:
    """What is printed has no box that cuts it, is no more than `most` pages, and has no buttons (issue 15, fault 14)."""
    page = window.page
    page.emulate_media(media="print")
    assert (
        page.evaluate(
            "(at) => { const e = document.querySelector(at); return e.scrollHeight - e.clientHeight; }", whole
        )
        <= 1
    )
    assert page.locator("button:visible, a.button:visible, audio:visible").count() == 0
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) <= most
    page.emulate_media(media="screen")


def speaker(window: Window, rig: Rig) -> None:
    """Speaks into the microphone of the browser, hears it, keeps it."""
    page = window.page
    log_in(page, "canbo")
    page.goto("/sounds")
    page.fill("[name=name]", "Lời kêu gọi")
    page.click("[data-record]")
    expect(page.locator("[data-clock]")).to_have_text(re.compile("0:0[2-9]"), timeout=30_000)
    page.click("[data-finish]")
    expect(page.locator("[data-take]")).to_be_visible(timeout=30_000)
    assert page.evaluate("document.querySelector('input[type=file]').files[0].size") > 2 * 24_000
    page.click("main button.first")
    window.says("“loi-keu-goi” đã được lưu")
    window.shoot("kho-am-thanh")
    (kept,) = (rig.root / "audio" / "recordings").iterdir()
    assert kept.read_bytes()[:4] == b"fLaC"
    assert page.request.get("/sounds/recording/loi-keu-goi").ok


def leader(window: Window, _rig: Rig) -> None:
    """Hears, and sends back."""
    page = window.page
    log_in(page, "lanhdao")
    expect(page.locator("#live")).to_contain_text(re.compile("Nghe và ký duyệt|chờ ký duyệt"))
    page.goto("/release")
    page.click("a.button.first")
    duration = page.evaluate(
        "() => new Promise((yes) => { const a = document.querySelector('audio'); a.preload = 'metadata';"
        " a.onloadedmetadata = () => yes(a.duration); a.load(); })"
    )
    assert duration > 5
    page.click("#spoken li:nth-child(2) [data-from]")
    expect(page.locator("#spoken li:nth-child(2).reading")).to_be_visible(timeout=10_000)
    window.shoot("ky-duyet")
    on_paper(window, "#spoken", 3)
    expect(page.locator("#spoken li:nth-child(3).reading")).to_be_visible(timeout=20_000)  # it goes on with the sound
    page.evaluate("document.querySelector('audio').pause()")
    page.fill("[name=note]", "Ghi rõ giờ tập trung.")
    page.click("form[action$='/return'] button")
    window.says("Bị trả lại")


def reported(window: Window, _rig: Rig) -> None:
    """The officer sees why it was sent back, on the first page and where the text is written."""
    page = window.page
    log_in(page, "canbo")
    expect(page.locator("#live")).to_contain_text("Bị trả lại")
    page.goto("/campaigns/ben-hai/don-ve-sinh")
    expect(page.locator("main")).to_contain_text("Ghi rõ giờ tập trung")


def signing(window: Window, _rig: Rig) -> None:
    """Signs what was sent back after all."""
    page = window.page
    log_in(page, "lanhdao")
    page.goto("/release")
    page.click("th a:has-text('Tổng vệ sinh')")
    expect(page.locator("main")).to_contain_text("Ghi rõ giờ tập trung")
    page.check("[name=heard]")
    page.click("form[action$='/sign'] button.first")
    window.says("Đã ký duyệt")


def rewriting(window: Window, rig: Rig) -> None:
    """Writes more, sees that the sound is older than the text, has it made again."""
    page = window.page
    log_in(page, "canbo")
    page.goto("/campaigns/ben-hai/don-ve-sinh")
    body = page.input_value("[name=body]")
    page.fill("[name=body]", body.replace("Sáng chủ nhật", "Sáng chủ nhật, lúc 6 giờ 30"))
    page.click("form#facts button.first")
    window.says("Đã lưu")
    expect(page.locator("#sound audio")).to_have_count(1, timeout=180_000)
    expect(page.locator("[data-sound-job]")).to_have_count(0, timeout=180_000)
    page.click("form[action$='/send'] button")
    window.says("Đã gửi lãnh đạo")


def signing_again(window: Window, _rig: Rig) -> None:
    """Sees what is new since the last signature, and signs."""
    page = window.page
    log_in(page, "lanhdao")
    page.goto("/release/ben-hai/ve-sinh")
    expect(page.locator(".diff ins").first).to_contain_text("lúc 6 giờ 30")
    page.check("[name=heard]")
    page.click("form[action$='/sign'] button.first")
    window.says("Đã ký duyệt")


def operator(window: Window, rig: Rig) -> None:
    """Plays it, hears it on the sound card, stops it; changes the week and takes it back."""
    page = window.page
    log_in(page, "vanhanh")
    assert falls_silent(rig)
    page.check("[name=on][value=loa-xa]")
    if page.locator("[name=outside]").count():  # asked outside the hours that the commune allows
        page.check("[name=outside]")
    page.click("button:has-text('Phát ngay')")
    expect(page.locator("[data-airing]")).to_be_visible(timeout=15_000)
    expect(page.locator("[data-position]")).not_to_have_text("0:00", timeout=10_000)
    assert sounds_within(rig, 5.0)
    expect(page.locator("[data-sentence]")).not_to_be_empty()
    window.shoot("dang-phat")
    page.click("button.stop")
    expect(page.locator("[data-airing]")).to_have_count(0, timeout=10_000)
    assert falls_silent(rig)
    page.goto(f"/week?day={TUESDAY}")
    window.shoot("lich-tuan")
    on_paper(window, ".cal", 1)
    page.goto(f"/week/month?day={TUESDAY}")
    window.shoot("lich-thang")
    on_paper(window, ".cal", 1)
    page.goto(f"/week?day={TUESDAY}")
    page.click(".box >> nth=0")
    page.click("#off")
    window.says("nghỉ phát từ")
    text = (rig.root / "schedule.yaml").read_text("utf-8")
    assert str(TUESDAY) in text
    assert "# Lịch của trạm thử: chú thích này phải còn nguyên." in text
    page.click("button:has-text('Hoàn tác')")
    window.says("đã hoàn tác")
    assert str(TUESDAY) not in (rig.root / "schedule.yaml").read_text("utf-8")
    page.goto("/")
    page.fill("#v-2", "70")
    page.click("li:has(#v-2) button:has-text('Đặt')")
    window.says("âm lượng 70")


def emergency(window: Window, rig: Rig) -> None:
    """Types a message, hears it, releases it with the password; it is on air within seconds."""
    page = window.page
    log_in(page, "truckhan")
    page.goto("/emergency")
    page.fill("[name=text]", "Nước sông đang lên nhanh. Bà con ở ven sông di chuyển lên nhà văn hóa thôn ngay.")
    window.shoot("khan-cap")
    page.click("main button.first")
    expect(page.locator("audio")).to_be_visible(timeout=30_000)
    expect(page.locator(".article")).to_contain_text("Thông báo khẩn của Ủy ban nhân dân xã Bến Hải.")
    expect(page.locator("[name=on][value=loa-xa]")).to_be_checked()
    page.fill("[name=password]", "sai mật khẩu")
    page.click("button.stop")
    expect(page.locator("main")).to_contain_text("Mật khẩu không đúng")
    page.check("[name=on][value=loa-xa]")
    page.fill("[name=password]", PASSWORD)
    page.click("button.stop")
    window.says("Đang phát trên")  # the notice of the receipt goes on to tell
    expect(page.locator("[data-airing]")).to_be_visible(timeout=8_000)
    assert sounds_within(rig, 5.0)
    page.click("button.stop")
    expect(page.locator("[data-airing]")).to_have_count(0, timeout=10_000)


def editor(window: Window, _rig: Rig) -> None:
    """Takes text and sound for the website."""
    page = window.page
    log_in(page, "bientap")
    page.goto("/publish")
    page.click("th a")
    assert "<h1>" in page.input_value("#html")
    shown = page.frame_locator("iframe")
    expect(shown.locator("audio")).to_be_visible()
    expect(shown.locator("h1")).to_contain_text("Tổng vệ sinh")
    expect(shown.locator("[data-cues]").first).to_be_visible()
    window.shoot("dang-trang")
    for link, start in (
        ("Văn bản (.docx)", b"PK"),
        ("Bài viết (.md)", b"# "),
        ("Âm thanh (.mp3)", b"ID3"),
        ("Phụ đề (.vtt)", b"WEBVTT"),
        ("(.srt)", b"1\n"),
    ):
        with page.expect_download() as download:
            page.click(f"text={link}")
        assert Path(download.value.path()).read_bytes().startswith(start)


def admin(window: Window, rig: Rig) -> None:
    """Reads and verifies the log, sees who did what, tests an output."""
    page = window.page
    log_in(page, "quantri")
    page.goto("/log")
    expect(page.locator("tbody .badge:has-text('dừng giữa chừng')")).to_have_count(2)
    window.shoot("nhat-ky")
    with page.expect_download() as download:
        page.click("text=Xuất ra Excel")
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"
    page.click("text=Kiểm tra nhật ký")
    expect(page.locator("main")).to_contain_text("còn nguyên vẹn")
    page.goto("/settings/audit")
    assert {"Lê Thị Lãnh", "Phạm Văn Vận"} <= set(page.locator("td[data-label='Ai']").all_inner_texts())
    page.goto("/settings")
    page.select_option("[name=kind]", "group")
    page.click("form[action='/settings/new-output'] button")
    page.fill("[name=name]", "Cả xã")
    page.check("[name=outputs][value=loa-xa]")
    page.check("[name=outputs][value=thu]")
    page.click("main button.first")
    window.says("thêm loa: Cả xã")
    page.click("a:has-text('Cả xã')")
    page.click("text=Xóa loa này")
    window.says("xóa loa: Cả xã")
    page.goto("/settings/outputs/loa-xa")  # the sound cards that there are, by their names (issue 15, fault 10)
    assert [text.strip() for text in page.locator("[name=device] option").all_inner_texts()][1:] == ["Null Output"]
    page.goto("/settings")
    page.click("li:has(strong:text-is('loa-xa')) button:has-text('Thử loa')")
    page.wait_for_url("**/jobs/*")
    assert sounds_within(rig, 20.0)


DAY = (
    everybody, officer, speaker, leader, reported, signing, rewriting, signing_again, operator, emergency, editor, admin,
)  # fmt: skip


def test_the_day_of_every_role(rig: Rig, browser: Chromium) -> None:
    for part in DAY:
        window = Window(browser, rig)
        part(window, rig)
        window.close()
    every_page(rig, browser)
    without_script(rig, browser)


PAGES = (
    "/ /week /week/day /week/month /week/new /week/broadcasts/ve-sinh /week/broadcasts/ve-sinh/remove /bring-in /campaigns /campaigns/ben-hai /campaigns/ben-hai/don-ve-sinh "
    "/campaigns/ben-hai/don-ve-sinh/remove /settings/new-output?kind=icecast /settings/new-output?kind=group "
    "/sounds /week/broadcasts/ve-sinh/items /campaigns/ben-hai/don-ve-sinh/words /publish/address /settings/outputs/loa-xa /settings/station/rules /settings/station/alerts "
    "/campaigns/ben-hai/don-ve-sinh/heard /history/ben-hai /release "
    "/release/ben-hai/ve-sinh /emergency /publish /publish/ben-hai/don-ve-sinh /log /log/year /settings /settings/people "
    "/settings/people/1 /clusters /inbox /log/report /week/month /week/day /messages /requests /settings/audit /account /jobs/1 /khong-co /login"
).split()


def every_page(rig: Rig, browser: Chromium) -> None:
    """axe finds nothing, nothing is wider than a phone, pages are light, and no English is left."""
    window = Window(browser, rig)
    page = window.page
    log_in(page, "quantri")
    page.goto("/settings/people/1")
    for role in ("officer", "operator", "editor", "leader", "duty"):
        page.check(f"[name=roles][value={role}]")
    page.click("main button.first")
    window.says("Đã lưu")
    everything = window.context.storage_state()
    window.close()
    found = []
    for name, options in {
        "desktop": {"viewport": {"width": 1200, "height": 800}},
        "phone": {"viewport": {"width": 375, "height": 740}, "has_touch": True},
        "dark": {"viewport": {"width": 375, "height": 740}, "color_scheme": "dark"},
    }.items():
        window = Window(browser, rig, storage_state=everything, **options)
        page = window.page
        for path in PAGES:
            answer = page.goto(path)
            assert answer
            if len(answer.body()) > 100_000:
                found.append(f"{path}: {len(answer.body())} bytes")
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(f"{name} {path}: wider than the screen")
            if name == "desktop" and (english := ENGLISH.findall(page.evaluate(SHOWN))):
                found.append(f"{path}: {english}")
            if name != "phone":  # the phone's layout in light colours is that of the two others together
                found += [f"{name} {path}: {v['id']} {v['nodes'][0]['html'][:200]}"
                          for v in Axe().run(page, options=AXE).response["violations"]]  # fmt: skip
        if name == "phone":
            page.goto("/")
            window.shoot("dien-thoai")
        window.faults = [fault for fault in window.faults if "404" not in fault]
        window.close()
    assert not found, "\n".join(found)


SHOWN = "() => { document.querySelectorAll('.code, [lang=en]').forEach((e) => e.remove()); return document.body.innerText; }"
ENGLISH = re.compile(r"\b(?:the|and|with|your|save|search|log|sign|settings?|people|today|week|release)\b", re.I)


def brought_in_and_deleted(window: Window, rig: Rig) -> None:
    """On a phone: an old Word article comes in, gets a broadcast, and goes again together with it."""
    page = window.page
    page.set_viewport_size({"width": 375, "height": 740})
    made = docx.Document()
    for text in (
        "THÔNG BÁO",
        "Về việc tiêm phòng dại",
        "Sáng thứ Bảy, thú y xã tiêm phòng dại cho chó, mèo ở các thôn.",
    ):
        made.add_paragraph(text)
    made.save(str(rig.root / "bai-cu.docx"))
    page.goto("/bring-in")
    page.set_input_files("[name=file]", rig.root / "bai-cu.docx")
    page.click("main button.first")
    window.says("Đã đưa vào: Thông báo về việc tiêm phòng dại")
    expect(page.locator("#draft")).to_contain_text("tiêm phòng dại")  # beside it, what was found in the text
    path = "/campaigns/ben-hai/thong-bao-ve-viec-tiem-phong-dai"
    page.goto(f"/week/new?campaign={path.removeprefix('/campaigns/')}")
    page.check("[name=days][value=sat]")
    page.check("[name=on][value=thu]")
    page.click("main button.first")
    window.says("chương trình mới")
    page.goto(path)
    page.click("text=Xóa bài")
    expect(page.locator(".notice.warn")).to_contain_text("không còn bài nào khác nên cũng bị xóa")
    page.click("button.danger")
    expect(page.locator("main")).to_contain_text("Hãy đánh dấu vào ô này")
    page.check("[name=broadcasts]")
    page.click("button.danger")
    window.says("Đã xóa: Thông báo về việc tiêm phòng dại")
    text = (rig.root / "schedule.yaml").read_text("utf-8")
    assert "tiem-phong-dai" not in text
    assert "# Lịch của trạm thử: chú thích này phải còn nguyên." in text
    assert "tiêm phòng dại" not in (rig.root / "campaigns" / "ben-hai.yaml").read_text("utf-8")
    page.set_viewport_size({"width": 1100, "height": 720})


def without_script(rig: Rig, browser: Chromium) -> None:
    """What is not live works without JavaScript."""
    window = Window(browser, rig, java_script_enabled=False)
    page = window.page
    log_in(page, "canbo")
    page.goto("/campaigns/ben-hai/don-ve-sinh")
    page.fill("[name=title]", "Tổng vệ sinh cuối năm")
    page.click("button[name=look]")
    expect(page.locator("main")).to_contain_text("chưa lưu")
    expect(page.locator(".article")).to_contain_text("Tổng vệ sinh cuối năm")
    page.click("form#facts button.first")
    window.says("Đã lưu")
    page.goto("/campaigns")
    page.fill("[name=q]", "vệ sinh")
    page.click("[role=search] button")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto(f"/week?day={TUESDAY}")
    page.click(".box >> nth=0")
    page.click("#off")
    window.says("nghỉ phát từ")
    brought_in_and_deleted(window, rig)
    page.goto("/campaigns/ben-hai/don-ve-sinh")
    expect(page.locator("#sound")).to_contain_text("Nháp")  # the title is heard: what was signed is not this text
    page.click("text=Đăng xuất")
    page.wait_for_url("**/login")
    window.faults.clear()
    window.close()
