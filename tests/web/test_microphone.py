"""Somebody speaks: a browser with a fake microphone, a real `loa run`, a null sink that records what is heard."""

import datetime
import os
import shutil
import subprocess
import sys
import time
import wave
from collections.abc import Iterator

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from loa.actions.offices import Role
from loa.schedule import UTC
from loa.store import asrun, requests
from loa.store.approvals import approved_copy, find
from loa.store.database import Database
from loa.store.requests import AirRequest, make_request
from loa.web.context import Console
from loa.workspace import Workspace
from tests.approving import approve
from tests.browser import chromium
from tests.local import wait_for
from tests.servers import Recorder
from tests.sounds import make_mp3
from tests.web.rig import PASSWORD, Rig, log_in, running

pytestmark = [
    pytest.mark.sound,
    pytest.mark.long,
    pytest.mark.skipif(not shutil.which("pulseaudio"), reason="Debian's pulseaudio is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Playwright's own pipes at its end
]
MOST_BEHIND = 0.4
"""Seconds that speech may need from the microphone to the loudspeaker on a sound card (issue 16)."""
WATCH = """() => {
  window.loud = [];
  const level = document.getElementById("level");
  let before = 0;
  new MutationObserver(() => {
    if (level.value > 0.1 && before < 0.02) window.loud.push((performance.timeOrigin + performance.now()) / 1000);
    before = level.value;
  }).observe(level, { attributes: true });
}"""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with running(tmp_path_factory.mktemp("station")) as made:
        text = (made.root / "schedule.yaml").read_text("utf-8")
        (made.root / "schedule.yaml").write_text(text.replace('allowed: ["05:30-08:00", "16:30-19:00"], ', ""), "utf-8")
        console = Console.open(Workspace(made.root))
        console.accounts.add("lanhdao", "Lê Thị Lãnh", PASSWORD, frozenset({Role.LEADER, Role.DUTY}))
        console.close()
        yield made


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A browser whose microphone hears a loud half second every two seconds."""
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    moments = np.arange(2 * 48_000) / 48_000
    tone = np.where(moments < 0.5, 0.5 * np.sin(2 * np.pi * 700 * moments), 0.0)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((tone * 32767).astype("<i2").tobytes())
    with chromium(f"--use-file-for-fake-audio-capture={path}") as browser:
        yield browser


@pytest.fixture
def page(speaker: Chromium, rig: Rig) -> Iterator[Page]:
    context = speaker.new_context(base_url=rig.url, permissions=["microphone"], locale="vi-VN")
    made = context.new_page()
    log_in(made, "lanhdao")
    yield made
    context.close()


def talk_rows(rig: Rig) -> list[asrun.Row]:
    store = Database(Workspace(rig.root).database)
    found = [row for row in asrun.rows(store) if row.airing and "noi-truc-tiep-" in row.airing]
    store.close()
    return found


def begin(page: Page, title: str) -> None:
    page.goto("/live")
    page.fill("[name=title]", title)
    page.check("[name=outputs][value=loa-xa]")
    page.click("[data-begin]")
    expect(page.locator("[data-says]")).to_have_text("Mời nói: giữ nút khi nói.", timeout=20_000)


def test_a_voice_is_heard_at_once_is_recorded_and_logged(page: Page, rig: Rig) -> None:
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    for path in ("/feedback", "/messages", "/nghe/ben-hai", "/live"):
        page.goto(path)
        assert not Axe().run(page).response["violations"], path
    recorder = Recorder({**os.environ, **rig.sink})
    begin(page, "Chủ tịch nói chuyện")
    page.evaluate(WATCH)
    talk = page.locator("[data-talk]")
    talk.hover()
    page.mouse.down()
    expect(talk).to_have_attribute("aria-pressed", "true")
    page.mouse.up()
    expect(talk).to_have_attribute("aria-pressed", "false")
    page.check("[data-hold]")
    began = time.time()
    wait_for(lambda: len(page.evaluate("window.loud")) >= 4, 30)
    behind = []
    for spoken in [moment for moment in page.evaluate("window.loud") if moment > began + 0.5]:
        wait_for(lambda spoken=spoken: recorder.first_sound(spoken) is not None, 5)  # type: ignore[misc]
        heard = recorder.first_sound(spoken)
        assert heard
        behind.append(heard - spoken)
    assert max(behind) < MOST_BEHIND
    page.click("[data-end]")
    expect(page.locator("#after")).to_be_visible(timeout=10_000)
    recorder.stop()
    whole = talk_rows(rig)[-1]
    assert (whole.outcome, whole.output) == ("aired", "loa-xa")
    assert whole.sha256
    assert approved_copy(Workspace(rig.root), whole.sha256).is_file()
    assert whole.details["contents"][0]["title"] == "Chủ tịch nói chuyện"
    assert whole.details["contents"][0]["seconds"] > 4
    page.goto("/log")
    expect(page.locator("main")).to_contain_text("Chủ tịch nói chuyện")
    assert page.request.get(f"/log/sound/{whole.sha256}.mp3").ok
    assert not faults


def an_emergency(rig: Rig) -> None:
    """A released message is asked for, as the page “Emergency” does."""
    workspace = Workspace(rig.root)
    make_mp3(workspace.bulletins / "ben-hai" / "khan.mp3", 3)
    store = Database(workspace.database)
    approve(workspace, store, find(workspace, "khan"), "Chị Hoa", datetime.datetime.now(UTC))
    values = {"airing": "khan", "bulletin": "ben-hai/khan", "outputs": ["loa-xa"], "now": True, "resume": True}
    requests.ask(store, make_request(AirRequest, values), datetime.datetime.now(UTC))
    store.close()


@pytest.mark.parametrize("how", ["its line breaks", "STOP", "an emergency"])
def test_what_cuts_it_is_heard_within_two_seconds_and_stands_in_the_log(page: Page, rig: Rig, how: str) -> None:
    before = len(talk_rows(rig))
    begin(page, "Nói dở")
    page.check("[data-hold]")
    time.sleep(1.0)
    since = datetime.datetime.now(UTC)
    if how == "its line breaks":
        page.close()
    elif how == "STOP":
        subprocess.run([sys.executable, "-m", "loa", "stop"], cwd=rig.root, check=True, capture_output=True)
    else:
        an_emergency(rig)
    wait_for(lambda: len(talk_rows(rig)) > before, 10)
    row = talk_rows(rig)[-1]
    assert row.outcome == "cut", row.reason
    why = {"its line breaks": "trình duyệt", "STOP": "dừng phát", "an emergency": "tin khẩn"}[how]
    assert row.reason
    assert why in row.reason
    assert row.ended
    assert row.sha256
    if how == "its line breaks":
        assert (row.ended - since).total_seconds() < 2
    else:
        expect(page.locator("[data-after]")).to_contain_text(why, timeout=10_000)
