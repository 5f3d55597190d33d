"""The report of a month or a year: every cell, in Excel, in Word, as JSON and on the page."""

import datetime
import io
import json
from pathlib import Path
from typing import Any

import docx
import pytest
from python_calamine import CalamineWorkbook

from loa.actions.offices import Office
from loa.app import report_files
from loa.app.reports import Report, month_of, report
from loa.bulletin.manifest import Content
from loa.schedule.loader import load_schedule
from loa.store.asrun import NewRow, append_all
from loa.store.database import Database
from loa.workspace import Workspace
from tests.conftest import Loa

COMMUNE = """\
commune: {name: Bến Hải, kind: xã, province: Quảng Trị}
contact_desk: {name: UBND xã Bến Hải}
station: {call: Đài truyền thanh xã Bến Hải}
campaigns:
  - {id: don, template: thong-bao, title: Vệ sinh, as_of: 2026-11-01, category: chu-truong, author: Chị Lan, body: [Dọn.]}
  - {id: muoi, template: sot-xuat-huyet, title: Sốt xuất huyết, as_of: 2026-11-01}
"""
SCHEDULE = """\
language: vi
timezone: Asia/Ho_Chi_Minh
outputs: {loa-1: {kind: null, title: Loa thôn Đông}, loa-2: {kind: null}}
fees: {article: 60000}
broadcasts:
  - {id: sang, commune: ben-hai, campaigns: [don, muoi], at: ["06:00"], on: [loa-1, loa-2]}
"""
ARTICLE = Content("article", "Vệ sinh", "don", "vi", "chu-truong", "Chị Lan", seconds=300)
BRU = Content("recording", "Bản tin", "a/bru.mp3", "bru", "doi-song", "", "received", "Đài tỉnh", 120)
OWN = Content("recording", "Phỏng vấn", "a/pv.mp3", "vi", "guong-tot", "Anh Ba", seconds=60)
RELAY = Content("relay", "Đài tỉnh", seconds=900, source="relay", category="doi-song")
URGENT = Content("article", "Lũ", "khan-cap-1", category="khan-cap", source="emergency", seconds=60)
MUSIC = Content("music", "bed", seconds=60)


def aired(
    moment: str, contents: list[Content], seconds: dict[str, float], outcome: Any = "aired", **more: Any
) -> list[NewRow]:
    """An airing as the station logs it: its row and those of its outputs."""
    planned = datetime.datetime.fromisoformat(f"{moment}:00+07:00")
    ended = planned + datetime.timedelta(seconds=max(seconds.values(), default=0)) if seconds else None
    told = {key: more.pop(key) for key in ("follows", "test") if key in more}
    details = {"priority": more.pop("priority", "normal"), "contents": [c.as_json() for c in contents], **told}
    about = {"broadcast": "sang", "commune": "ben-hai", **more}
    row = NewRow(
        airing=f"sang@{moment}", planned=planned, started=planned if seconds else None, ended=ended, outcome=outcome,
        output=", ".join(seconds), details=details if seconds else {}, **about,
    )  # fmt: skip
    parts = [
        NewRow("output", output=name, part_of=row.airing, planned=planned, started=planned, ended=ended, outcome=outcome,
               commune="ben-hai", details={"seconds": length})
        for name, length in seconds.items()
    ]  # fmt: skip
    return [row, *parts]


@pytest.fixture
def filled(tmp_path: Path) -> tuple[Workspace, Database]:
    workspace = Workspace(tmp_path)
    workspace.campaigns.mkdir()
    (workspace.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    workspace.schedule_file.write_text(SCHEDULE, "utf-8")
    store = Database(workspace.database)
    both = {"loa-1": 540.0, "loa-2": 540.0}
    rows = [
        *aired("2026-10-30T06:00", [OWN], {"loa-1": 60.0}),
        *aired("2026-11-02T06:00", [MUSIC, ARTICLE, BRU, OWN], both),
        # the second loudspeaker failed after the music and half of the article
        *aired("2026-11-03T06:00", [MUSIC, ARTICLE, BRU, OWN], {"loa-1": 540.0, "loa-2": 210.0}, priority="priority"),
        *aired("2026-11-04T17:00", [RELAY], {"loa-1": 900.0}),
        *aired(
            "2026-11-05T02:00", [URGENT], {"loa-1": 180.0}, "cut", priority="emergency", broadcast=None
        ),  # three times
        *aired("2026-11-06T06:00", [], {}, "missed"),
        *aired("2026-11-07T06:00", [MUSIC], {"loa-1": 5.0}, bulletin="ben-hai/xin-loi"),  # an apology is no programme
        *aired("2026-12-31T23:30", [ARTICLE], {"loa-1": 300.0}),  # still in the year by the station's clock
    ]
    # As Loa 0.1 wrote it: no contents, no rows of outputs.
    old = datetime.datetime(2026, 11, 8, 6, tzinfo=datetime.UTC)
    rows.append(NewRow(airing="sang@alt", broadcast="sang", commune="ben-hai", output="loa-1, loa-2", planned=old, started=old,
                       ended=old + datetime.timedelta(minutes=10), outcome="aired", bulletin="ben-hai/sang"))  # fmt: skip
    rows.append(
        NewRow(airing="x@1", commune="khac", output="loa-1", planned=old, started=old, ended=old, outcome="aired")
    )
    append_all(store, rows, old)
    return workspace, store


def of(filled: tuple[Workspace, Database], year: int, month: int = 0) -> Report:
    workspace, store = filled
    return report(
        workspace, load_schedule(workspace), store, *month_of(year, month), Office(frozenset(), frozenset({"ben-hai"}))
    )


CONTENTS = [
    ["Danh mục", "Nguồn", "Loại", "Ngôn ngữ", "Số lần phát", "Số phút"],
    ["", "xã tự làm", "nhạc hiệu, lời mở đầu, lời kết, nhạc", "", 2, 2],
    ["Chính trị, kinh tế, văn hóa, xã hội, khoa học", "tiếp sóng", "tiếp sóng", "Tiếng Việt", 1, 15],
    ["Chính trị, kinh tế, văn hóa, xã hội, khoa học", "nhận từ nơi khác", "mục thu sẵn", "Tiếng Bru - Vân Kiều", 2, 4],
    ["Chủ trương, pháp luật; quy định, sự kiện của địa phương", "xã tự làm", "bài viết", "Tiếng Việt", 3, 15],
    ["Người tốt, việc tốt; phòng, chống vi phạm pháp luật", "xã tự làm", "mục thu sẵn", "Tiếng Việt", 2, 2],
    ["Thiên tai, cứu nạn, cháy nổ, dịch bệnh", "tin khẩn cấp", "bài viết", "Tiếng Việt", 1, 3],
    ["Thiên tai, cứu nạn, cháy nổ, dịch bệnh", "xã tự làm", "bài viết", "Tiếng Việt", 1, 5],
    ["Tổng", "", "", "", "", 46],
]


def test_every_cell_of_a_month(filled: tuple[Workspace, Database]) -> None:
    from loa.i18n import set_language

    set_language("vi")
    found = of(filled, 2026, 11)
    book = CalamineWorkbook.from_filelike(io.BytesIO(report_files.to_xlsx(found)))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    summary, months, contents, speakers, fees, _feedback = sheets.values()
    assert {sheet[0][0] for sheet in sheets.values()} == {"Đài truyền thanh xã Bến Hải"}
    assert summary[3:] == [
        ["Mục", "Số liệu"], ["Số lần phát theo lịch", 6], ["- đã phát", 4], ["- dừng giữa chừng", 1], ["- không phát được", 1],
        ["Số lần phát đã nghe được", 5], ["- khẩn cấp", 1], ["- ưu tiên", 1], ["- thông thường", 3], ["Số phút phát", 46],
    ]  # fmt: skip
    assert months[3:] == [["Tháng", "Số lần phát", "Số phút"], ["11/2026", 5, 46], ["Tổng", 5, 46]]
    assert {tuple(row) for row in contents[3:]} == {tuple(row) for row in CONTENTS}
    second = [[*row[1:3], *row[5:]] for row in speakers[4:] if row[0] == "loa-2"]
    assert second == [
        ["", "xã tự làm", 2, 2], ["Chủ trương, pháp luật; quy định, sự kiện của địa phương", "xã tự làm", 3, 12.5],
        ["Chính trị, kinh tế, văn hóa, xã hội, khoa học", "nhận từ nơi khác", 1, 2],
        ["Người tốt, việc tốt; phòng, chống vi phạm pháp luật", "xã tự làm", 1, 1],
        ["Thiên tai, cứu nạn, cháy nổ, dịch bệnh", "xã tự làm", 1, 5],
    ]  # fmt: skip
    assert sum(row[6] for row in speakers[4:] if row[0] == "Loa thôn Đông") == 46
    day = datetime.date
    assert [row[:2] + row[4:] for row in fees[4:]] == [
        ["", "Sốt xuất huyết", day(2026, 11, 8), 1, 5, 60000, 60000],
        ["Anh Ba", "Phỏng vấn", day(2026, 10, 30), 2, 2, "", ""],  # no rate is typed for recordings; paid in October
        ["Chị Lan", "Vệ sinh", day(2026, 11, 2), 3, 15, 60000, 60000],
        ["Tổng", "", "", "", "", "", 120000],
    ]
    word = docx.Document(io.BytesIO(report_files.to_docx(found)))
    texts = [[cell.text for cell in row.cells] for row in word.tables[2].rows]
    assert texts[0] == CONTENTS[0]
    assert ["Thiên tai, cứu nạn, cháy nổ, dịch bệnh", "tin khẩn cấp", "bài viết", "Tiếng Việt", "1", "3,0"] in texts
    assert word.tables[4].rows[-1].cells[8].text == "120.000"


def test_the_year_as_json_and_what_was_paid_before(filled: tuple[Workspace, Database], loa: Loa) -> None:
    year = json.loads(json.dumps(of(filled, 2026).as_json()))
    assert [(m["month"], m["airings"], m["minutes"]) for m in year["months"]] == [
        ("2026-10", 1, 1), ("2026-11", 5, 46), ("2026-12", 1, 5)
    ]  # fmt: skip
    assert year["minutes"] == 52
    assert {
        "category": "doi-song",
        "source": "relay",
        "kind": "relay",
        "language": "vi",
        "airings": 1,
        "minutes": 15.0,
    } in year["lines"]
    december = of(filled, 2026, 12)
    (paid,) = december.products
    assert (paid.before, paid.rate, paid.amount) == (True, 60000, 0)
    workspace, _store = filled
    got = loa("--workspace", str(workspace.root), "report", "--month", "2026-11", "--format", "json")
    assert json.loads(got.stdout)["outcomes"]["missed"] == 1
    week = ("report", "--from", "2026-11-02", "--to", "2026-11-08", "--format", "json")
    got = loa("--workspace", str(workspace.root), *week)
    found = json.loads(got.stdout)
    assert (found["from"], found["to"], found["minutes"]) == ("2026-11-02", "2026-11-08", 46)
    wrong = loa("--workspace", str(workspace.root), "report", "--from", "2026-11-08", "--to", "2026-11-02")
    assert wrong.returncode == 2
    with pytest.raises(ValueError, match="month"):
        month_of(2026, 13)


def test_groups_that_speak_after_one_another_hear_one_airing_and_a_chime_is_none(
    filled: tuple[Workspace, Database],
) -> None:
    before = of(filled, 2026, 11)
    day = "2026-11-20T06"
    rows = [
        *aired(f"{day}:00", [MUSIC, ARTICLE], {"loa-1": 360.0}),
        *aired(f"{day}:15", [MUSIC, ARTICLE], {"loa-2": 360.0}, "cut", follows=f"sang@{day}:00"),
        *aired(f"{day}:55", [MUSIC], {"loa-1": 20.0, "loa-2": 20.0}, test=True),
    ]
    append_all(filled[1], rows, datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC))
    after = of(filled, 2026, 11)
    assert after.outcomes["aired"] == before.outcomes["aired"] + 1
    assert after.outcomes["cut"] == before.outcomes["cut"]
    assert after.minutes == before.minutes + 6
    assert [n - m for n, m in zip(after.months["2026-11"], before.months["2026-11"], strict=True)] == [1, 6]
    heard = {
        output: sum(line.minutes for line in after.loudspeakers if line.output == output)
        for output in ("loa-1", "loa-2")
    }
    assert heard == {"loa-1": 46 + 6, "loa-2": 22.5 + 6}
    (own,) = (one for one in after.products if one.title == "Vệ sinh")
    assert (own.airings, own.minutes) == (4, 20)
