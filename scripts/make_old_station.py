"""Make tests/workspaces/station-0.1.tar.xz: a small station as Loa 0.1 (commit 05c6d47) left it, to test upgrades.

    git worktree add /tmp/old 05c6d47
    python scripts/make_old_station.py /tmp/old tests/workspaces/station-0.1.tar.xz

Everything in it was written by that program: two bulletins and an apology built with eSpeak and approved, one of them
aired (null output), an approval that was withdrawn, a log with its seal, accounts, a token, an audit trail, versions of
a file, a job, a leader's note on a bulletin that was sent back. Some templates are unchanged copies, others were edited
by hand. Left out is what the program makes again.
"""

import datetime
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import soundfile

COMMUNE = """\
commune: {name: Bến Hải, kind: xã, province: Quảng Trị, website: benhai.quangtri.gov.vn}
portal: {url: "https://dichvucong.quangtri.gov.vn/"}
contact_desk: {name: Bộ phận Một cửa}
station: {region: trung, voice: espeak, jingle: chime}
campaigns:
  - id: ve-sinh
    template: thong-bao
    title: Tổng vệ sinh đường làng
    as_of: 2026-01-05
    form: radio
    body: [Sáng chủ nhật bà con làm vệ sinh đường làng.]
  - id: tiem-phong
    template: phong-dich
    title: Tiêm phòng cho trẻ
    as_of: 2026-01-05
    form: radio
    body: [Trẻ em được tiêm phòng tại trạm y tế.]
"""
SCHEDULE = """\
# Lịch của đài xã
language: vi
timezone: Asia/Ho_Chi_Minh
outputs: {loa-xa: {kind: null}}
rules: {allowed: ["05:00-20:00"], max_minutes: 15, max_sessions_per_day: 4}
broadcasts:
  - {id: ve-sinh, commune: ben-hai, campaigns: [ve-sinh], days: [daily], at: ["17:00"],
     length: {min: 5s, max: 5m}, on: [loa-xa]}
  - {id: tiem-phong, commune: ben-hai, campaigns: [tiem-phong], days: [mon], at: ["06:00"],
     length: {min: 5s, max: 5m}, on: [loa-xa]}
"""
BY_HAND = """\
{# Sửa tay ở xã: mẫu riêng của đài. #}
# {{ title }}

{% for paragraph in body %}
{{ paragraph }}

{% endfor %}
{% if law.in_force("toan-trinh-mot-phan") %}
Hồ sơ nộp tại {{ portal.url }}.

{% endif %}
{{ desk.name }} của {{ commune.full }} xin cảm ơn bà con.
"""
RADIO = {
    "opening": "Đài {{ commune.full }} xin chào.\n",
    "closing": "Xin hết.\n",
    "bridge": "Xin nhắc lại.\n",
    "apology": "{{ call|capital }} xin lỗi bà con.\n",
}
START = datetime.datetime(2026, 1, 5, 9, 58, tzinfo=datetime.UTC)
"""Two minutes before the airing at 17:00 in Vietnam."""
LEFT_OUT = {"clips", "logs", "bulletins.lock", "heard", "public", "reserve"}


def make(folder: Path) -> None:
    """A station in `folder`, through the functions of the old program."""
    from generator.console.context import Console
    from generator.console.roles import Role
    from generator.i18n import set_language
    from generator.playout import RealClock
    from generator.schedule import Schedule

    from generator import approval, build, logbook, on_air, sample

    set_language("vi")
    workspace = sample.new_station(folder)
    for path in (*workspace.jingles.iterdir(), *workspace.templates.glob("articles/d*.j2")):
        path.unlink()
    for number, name in enumerate(("chime", "bridge", "bed")):
        tone = np.sin(np.arange(4800) * 2 * np.pi * (400 + 100 * number) / 24000) * 0.3
        soundfile.write(workspace.jingles / f"{name}.flac", tone, 24000)
    (workspace.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    workspace.schedule_file.write_text(SCHEDULE, "utf-8")
    (workspace.templates / "articles" / "phong-dich.md.j2").write_text(BY_HAND, "utf-8")
    for name, text in RADIO.items():
        (workspace.templates / "radio" / f"{name}.txt.j2").write_text(text, "utf-8")
    report = build.build(workspace)
    if report.failed:
        raise SystemExit(report.failed)

    schedule = Schedule.load(workspace)
    store = on_air.open_station_store(workspace, schedule)
    for name in ("ben-hai/tiem-phong", "ben-hai/xin-loi", "ben-hai/ve-sinh"):
        approval.release(workspace, store, approval.find(workspace, name), "Chị Hoa", START)
    approval.withdraw(workspace, store, "ben-hai/ve-sinh", "Anh Nam", START)
    approval.release(workspace, store, approval.find(workspace, "ben-hai/ve-sinh"), "Chị Hoa", START)
    planned = START + datetime.timedelta(minutes=2)
    airing = f"ve-sinh@{planned:%Y-%m-%dT%H:%M:%SZ}"
    clock = RealClock(20, START)
    on_air.run(workspace, clock=clock, until=lambda s: logbook.outcome_of(s.store, airing) is not None, limit=90)
    store.close()

    console = Console.open(workspace)
    lan = console.accounts.add("lan", "Chị Lan", "một câu dài dễ nhớ", frozenset({Role.OFFICER, Role.ADMIN}))
    console.accounts.add("hoa", "Chị Hoa", "một câu khác hẳn", frozenset({Role.LEADER}))
    console.sessions.start(lan, "127.0.0.1")
    console.sessions.make_token(lan, "máy khác", frozenset({Role.OFFICER}), 30)
    console.guesses.failed("nam", "127.0.0.1")
    console.audit.write("Chị Lan", "campaign.saved", "ben-hai/tiem-phong", "sửa bài", "127.0.0.1")
    console.audit.write("Chị Hoa", "bulletin.signed", "ben-hai/ve-sinh", "", "127.0.0.1")
    before = workspace.schedule_file.read_text("utf-8")
    console.history.save(
        workspace.schedule_file, before, before.replace("đài xã", "đài xã Bến Hải"), "Chị Lan", "đổi tên"
    )
    console.jobs.set(console.jobs.add("publish", "Trang", {}, "Chị Lan"), state="done", message="xong")
    console.shelf.send_back(console.shelf.get("ben-hai/tiem-phong"), "Chị Hoa", "Sửa lại giờ tiêm.")
    console.store.close()
    console.engine.dispose()


def pack(folder: Path, target: Path) -> None:
    """Put the station into `target`, without what is only a cache. An approved copy costs nothing: it is the same."""

    def kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        return None if LEFT_OUT.intersection(Path(member.name).parts) else member

    with tarfile.open(target, "w:xz", preset=9) as archive:
        archive.add(folder, "station", filter=kept)


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    with tempfile.TemporaryDirectory() as made:
        station = Path(made) / "station"
        make(station)
        shutil.rmtree(station / "schemas", ignore_errors=True)
        pack(station, Path(sys.argv[2]).resolve())
