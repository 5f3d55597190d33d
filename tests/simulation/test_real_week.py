"""A short ordinary week in real time on real outputs: a sound card (PulseAudio's null sink), Icecast and RTP, all at once.

What its days bring follows in seconds: the chime, the province's relay with a hard end, own news with a recording in a
minority language, the weekly article on some loudspeakers beside a talk on others, a flood alert that cuts in and is
taken back. Everything is made, signed, asked for and logged as by people; `loa run` is a process of its own.
"""

import datetime
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loa.actions.inbox import message_receipt, receive_message
from loa.bulletin.manifest import Manifest
from loa.inbox import register
from loa.schedule.loader import load_schedule
from loa.store import ledger, requests
from loa.store.approvals import approved_copy, recordings
from loa.store.asrun import Row, parts, rows
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.store.proof import verify
from loa.store.requests import AirRequest, make_request
from loa.workspace import Workspace
from tests.approving import approve
from tests.automation.test_talks import SECRET, port
from tests.conftest import ROOT, Loa
from tests.inbox.senders import SENDER, Authority, cap
from tests.local import wait_for
from tests.playout.test_relay import Source, far_mp3
from tests.rtp import Receivers
from tests.servers import IcecastServer, PulseAudio
from tests.simulation.files import ZONE
from tests.sounds import make_mp3

__all__ = ["port"]
pytestmark = [
    pytest.mark.long,
    pytest.mark.sound,
    pytest.mark.skipif(not shutil.which("pulseaudio"), reason="Debian's pulseaudio is not installed"),
    pytest.mark.skipif(not shutil.which("icecast2"), reason="Debian's icecast2 is not installed"),
]
ALL = "[tram, loa-ip, cum]"
COMMUNE = """\
commune: {name: Bến Hải, kind: xã, province: Quảng Trị, code: "19489"}
contact_desk: {name: UBND xã Bến Hải}
station: {call: Đài truyền thanh xã Bến Hải, voice: "espeak:vi"}
campaigns:
  - {id: don, template: thong-bao, title: Dọn vệ sinh, as_of: 2026-11-01, body: [Chủ nhật này các thôn dọn vệ sinh đường làng.]}
  - id: nuoc
    template: thong-bao
    title: Cấp nước
    as_of: 2026-11-01
    body: [Từ ngày mai nước sạch được cấp buổi sáng.]
"""


def programme(icecast: IcecastServer, rtp: int, first: datetime.datetime, evening: int) -> str:
    """schedule.yaml: the moments of the short week, by the commune's clocks; `evening`: seconds until talk and article."""

    def at(seconds: int) -> str:
        return f'["{(first + datetime.timedelta(seconds=seconds)).astimezone(ZONE):%Y-%m-%d %H:%M:%S}"]'

    return f"""\
timezone: Asia/Ho_Chi_Minh
language: vi
outputs:
  tram: {{kind: sound-card, device: default}}
  loa-ip: {{kind: icecast, url: "{icecast.url("xa.mp3")}", password_env: LOA_ICECAST_PASSWORD}}
  cum: {{kind: rtp, address: 127.0.0.1, port: {rtp}}}
rules: {{max_minutes_per_day: 45}}
broadcasts:
  - {{id: chuong, commune: ben-hai, test: true, also: {at(0)}, items: [{{kind: music, file: chime, length: 2s}}], length: {{max: 1m}}, on: {ALL}}}
  - id: tiep-song
    commune: ben-hai
    also: {at(4)}
    items: [{{kind: relay, url: "{icecast.url("tinh.mp3")}", length: 5s, title: Đài tỉnh, category: doi-song}}]
    length: {{max: 1m}}
    on: {ALL}
  - id: tin-sang
    commune: ben-hai
    campaigns: [don]
    also: {at(10)}
    items: [opening, {{kind: recording, file: audio/bru.mp3, language: bru, title: Tin tiếng Bru}}, {{kind: article}}]
    length: {{max: 1m}}
    on: {ALL}
  - id: noi
    commune: ben-hai
    also: {at(evening)}
    items: [{{kind: microphone, title: Chủ tịch nói, wait: 10s}}]
    length: {{max: 5s}}
    on: [tram]
  - {{id: bai-tuan, commune: ben-hai, campaigns: [nuoc], also: {at(evening)}, length: {{max: 1m}}, on: [loa-ip, cum]}}
"""


@pytest.fixture
def icecast() -> Iterator[IcecastServer]:
    folder = Path(tempfile.mkdtemp(prefix="loa-icecast-", dir="/tmp"))
    folder.chmod(0o755)
    server = IcecastServer(folder)
    yield server
    server.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def pulse(tmp_path: Path) -> Iterator[PulseAudio]:
    folder = tmp_path / "pulse"
    folder.mkdir()
    server = PulseAudio(folder)
    yield server
    server.close()


def test_the_week_in_seconds(tmp_path: Path, loa: Loa, icecast: IcecastServer, pulse: PulseAudio, port: int) -> None:
    authority, receivers = Authority(), Receivers(1)
    station = Workspace(tmp_path / "tram")
    station.campaigns.mkdir(parents=True)
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    shutil.copytree(ROOT / "audio" / "jingles", station.jingles)
    make_mp3(station.root / "audio" / "bru.mp3", 2)
    (station.root / "keys").mkdir()
    (station.root / "keys" / "pctt.pem").write_text(authority.certificate)
    station.inbox_file.write_text(
        f"senders:\n  - id: {SENDER}\n    name: Ban Chỉ huy\n    keys: [keys/pctt.pem]\n    on: {ALL}\n    times: 1\n"
        "    policy: {emergency: automatic, priority: sign, normal: ask}\n    set_by: Trần Văn Bình\n",
        "utf-8",
    )
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    station.schedule_file.write_text(programme(icecast, receivers.ports[0], later, 36), "utf-8")
    built = loa("--workspace", str(station.root), "build")
    assert built.returncode == 0, built.stderr
    store = Database(station.database)
    for recording in recordings(station):
        approve(station, store, recording, "Nguyễn Văn An", datetime.datetime.now(datetime.UTC))
    news = Manifest.load(station.bulletins / "ben-hai" / "tin-sang.json").seconds
    evening = 10 + math.ceil(news) + 2
    source = Source(icecast, far_mp3(tmp_path, 120, volume=0.5))
    recorder = pulse.record()
    env = {**os.environ, **pulse.environment, "LOA_ICECAST_PASSWORD": "mat-khau", "LOA_LANG": "vi"}
    first = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=14)).replace(microsecond=0)
    station.schedule_file.write_text(programme(icecast, receivers.ports[0], first, evening), "utf-8")
    command = [sys.executable, "-m", "loa", "--workspace", str(station.root), "run", "--no-console", "--trust-clock"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def now() -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)

    def until(seconds: float) -> None:
        time.sleep(max(0.0, (first - now()).total_seconds() + seconds))

    def row_of(broadcast: str) -> Row | None:
        return next((row for row in rows(store, kinds=("airing",)) if row.broadcast == broadcast), None)

    try:
        wait_for(lambda: who_is_on_air(store), 12)
        until(evening - 3)
        live = {
            "title": "Chủ tịch nói",
            "seconds": 60,
            "port": port,
            "secret": SECRET,
            "chime": "audio/jingles/chime.mp3",
        }
        talk = f"noi@{first + datetime.timedelta(seconds=evening):%Y-%m-%dT%H:%M:%SZ}"
        about = {"bulletin": "ben-hai/noi-1", "outputs": ["tram"], "by": "Ông An", "valid": "15s", "live": live}
        requests.ask(store, make_request(AirRequest, {"airing": talk, **about}), now())
        until(evening + 1)
        receive_message(station, store, authority.sign_xml(cap("lu", now=now())), now())
        wait_for(lambda: (one := register.find(store, SENDER, "lu")) and one.state == "on-air", 30)
        entry = register.find(store, SENDER, "lu")
        assert entry
        (airing,) = entry.work[0].airings
        wait_for(lambda: claim_of(store, airing), 15)
        time.sleep(3)
        words = (b"<description>", b"</description>"), (b"<instruction>", b"</instruction>")
        cancel = cap("het", kind="Cancel", references=f"{SENDER},lu,x", now=now())
        for begins, ends in words:
            cancel = cancel[: cancel.index(begins)] + cancel[cancel.index(ends) + len(ends) :]
        receive_message(station, store, authority.sign_xml(cancel), now())
        wait_for(lambda: row_of("bai-tuan") and row_of("noi"), 60)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        source.kill()
        receivers.close()

    for broadcast, seconds in (
        ("chuong", 0),
        ("tiep-song", 4),
        ("tin-sang", 10),
        ("noi", evening),
        ("bai-tuan", evening),
    ):
        row = row_of(broadcast)
        assert row, broadcast
        assert row.planned == first + datetime.timedelta(seconds=seconds)
        assert row.started
        assert -0.2 < (row.started - row.planned).total_seconds() < 1.5, (broadcast, row.started - row.planned)
        assert row.outcome == ("cut" if broadcast == "bai-tuan" else "aired"), (broadcast, row.reason)
        on_outputs = parts(store, first, first + datetime.timedelta(minutes=5))[row.airing or ""]
        wanted = {"noi": {"tram"}, "bai-tuan": {"loa-ip", "cum"}}.get(broadcast, {"tram", "loa-ip", "cum"})
        assert {part.output for part in on_outputs} == wanted
        assert {part.outcome for part in on_outputs} == {row.outcome}
        for part in on_outputs:
            taken = part.details["taken"]
            assert taken is None or taken > part.details["seconds"] - 2.0
    article = row_of("bai-tuan")
    assert article
    assert "tiếp tục từ" in (article.reason or ""), article.reason
    relay = row_of("tiep-song")
    assert relay
    (heard,) = relay.details["relays"]
    assert heard["heard"] > 3.5
    spoken = row_of("noi")
    assert spoken
    assert spoken.sha256
    assert approved_copy(station, spoken.sha256).is_file()
    (alert,) = [row for row in rows(store, kinds=("airing",)) if row.airing == airing]
    assert alert.outcome == "cut"
    assert "het" in (alert.reason or "")
    taken_back = register.find(store, SENDER, "lu")
    assert taken_back
    assert message_receipt(store, taken_back).stage == "ended"
    assert recorder.loudest() > 3000
    assert len(receivers.packets[0]) > 1000
    assert verify(store, station.seal) == []
    assert load_schedule(station)


def claim_of(store: Database, airing: str) -> bool:
    """Whether an airing sounds, or has."""
    return any(claim.airing == airing and claim.started for claim in ledger.unfinished(store))
