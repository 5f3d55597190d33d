"""The real thing for browser tests: `loa run` on a station of its own, a PulseAudio null sink, a browser."""

import contextlib
import datetime
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Page

from tests.conftest import ROOT
from tests.local import free_port

PASSWORD = "mot cau dai de nho"
COMMUNE = """\
commune: {name: Bến Hải, kind: xã, province: Quảng Trị}
contact_desk: {name: Trung tâm Phục vụ hành chính công xã Bến Hải}
station: {region: trung, voice: espeak, jingle: chime}
campaigns:
  - id: don-ve-sinh
    template: thong-bao
    title: Tổng vệ sinh đường làng
    as_of: 2026-11-01
    form: radio
    body:
      - Sáng chủ nhật, các thôn làm vệ sinh đường làng, khơi thông cống rãnh trước mùa mưa.
      - Việc thu gom rác được làm công khai, minh mạch để bà con cùng theo dõi.
"""
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_DAY = datetime.timedelta(days=1)
_TODAY = datetime.datetime.now(ZONE).date()
TUESDAY = _TODAY + (14 - (_TODAY.weekday() - 1) % 7) * _DAY
"""The first day of the rig's programme, a week or two from now: nothing goes on air by itself while a test runs."""
SCHEDULE = f"""\
# Lịch của trạm thử: chú thích này phải còn nguyên.
language: vi
timezone: Asia/Ho_Chi_Minh
outputs:
  loa-xa: {{kind: sound-card, device: default}}  # loa nối máy tính
  thu: {{kind: null}}
rules: {{allowed: ["05:30-08:00", "16:30-19:00"], max_minutes: 15, max_sessions_per_day: 2}}
broadcasts:
  - id: ve-sinh
    commune: ben-hai
    campaigns: [don-ve-sinh]
    days: [tue, fri]
    at: ["17:00"]
    from: {TUESDAY - _DAY}
    length: {{min: 5s, max: 15m}}
    on: [loa-xa]
"""


@dataclass(frozen=True, slots=True)
class Rig:
    """A running station: where the console is, the station's folder, and the sound card's null sink."""

    url: str
    root: Path
    code: str
    sink: dict[str, str]


@contextlib.contextmanager
def null_sink(folder: Path) -> Iterator[dict[str, str]]:
    """A PulseAudio of our own whose loudspeaker is a null sink; gives the environment that leads to it."""
    folder.mkdir(parents=True)
    env = {"XDG_RUNTIME_DIR": str(folder), "HOME": str(folder), "PULSE_SERVER": f"unix:{folder}/native"}
    command = [
        "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
        "-L", "module-null-sink sink_name=loa rate=44100", "-L",
        f"module-native-protocol-unix auth-anonymous=1 socket={folder}/native",
    ]  # fmt: skip
    server = subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _try in range(100):
            if (folder / "native").exists():
                break
            time.sleep(0.05)
        yield env
    finally:
        server.terminate()
        server.wait(10)


def small_station(root: Path) -> None:
    """A commune with one article and one programme."""
    for name in ("templates", "audio/jingles"):
        shutil.copytree(ROOT / name, root / name)
    (root / "campaigns").mkdir()
    (root / "campaigns" / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    (root / "schedule.yaml").write_text(SCHEDULE, "utf-8")


@contextlib.contextmanager
def running(folder: Path, make: Callable[[Path], object] = small_station) -> Iterator[Rig]:
    """`loa run` on the station that `make` makes, until the end of the block."""
    root = folder / "Đài xã Bến Hải"
    make(root)
    port = free_port()
    with null_sink(folder / "pulse") as sink, (folder / "run.log").open("wb") as log:
        env = {**os.environ, **sink, "LOA_LANG": "vi"}
        command = [sys.executable, "-m", "loa", "run", "--console", f"127.0.0.1:{port}"]
        station = subprocess.Popen(command, cwd=root, env=env, stdout=log, stderr=log)
        try:
            code = _code(folder / "run.log", station)
            yield Rig(f"http://127.0.0.1:{port}", root, code, sink)
        finally:
            station.send_signal(signal.SIGTERM)
            station.wait(20)


def _code(log: Path, station: "subprocess.Popen[bytes]") -> str:
    for _try in range(300):
        found = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}", log.read_text("utf-8", "replace"))
        if found:
            return found[0]
        assert station.poll() is None, log.read_text("utf-8")
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


def log_in(page: Page, name: str) -> None:
    """Log in on the page's console."""
    page.goto("/login")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("button.first")
    page.wait_for_selector("nav")


def heard(rig: Rig, seconds: float) -> int:
    """The loudest sample that the null sink plays within `seconds`."""
    command = ["parec", "--device=loa.monitor", "--format=s16le", "--rate=8000", "--channels=1", "--latency-msec=50"]
    env = {**os.environ, **rig.sink}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE) as recorder:
        assert recorder.stdout
        raw = recorder.stdout.read(int(seconds * 16000))
        recorder.terminate()
    import array

    samples = array.array("h", raw[: len(raw) // 2 * 2])
    return max((abs(sample) for sample in samples), default=0)


def falls_silent(rig: Rig, seconds: float = 3.0) -> bool:
    """Whether the null sink plays nothing any more, after what its buffers still held."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if heard(rig, 0.4) < 30:
            return True
    return False


def sounds_within(rig: Rig, seconds: float) -> bool:
    """Whether something is heard on the null sink before `seconds` have gone."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if heard(rig, 0.4) > 500:
            return True
    return False
