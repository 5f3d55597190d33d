"""The ordinary week of `field.md`: every row, minute and receipt, and the week's report, cell by cell, as written here."""

import datetime
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import docx
import pytest
from python_calamine import CalamineWorkbook

from loa.actions.emergency import write_emergency
from loa.actions.inbox import MessageReceipt, message_receipt, receive_message
from loa.actions.receipts import receipt_of
from loa.app import report_files
from loa.app.reports import Report, report
from loa.bulletin.manifest import SPOKEN, Manifest
from loa.hazards.texts import Notice, compose
from loa.i18n import set_language
from loa.inbox import register
from loa.schedule.loader import load_schedule
from loa.store import requests
from loa.store.approvals import approved_copy, find
from loa.store.asrun import Row, rows
from loa.store.proof import verify
from loa.store.requests import AirRequest, make_request
from tests.approving import approve
from tests.inbox.senders import Authority, cap
from tests.simulation.files import ZONE, memory_folder
from tests.simulation.week import EVERYWHERE, OWN, SENDER, STAGES, Week, clusters, week

pytestmark = pytest.mark.long
DAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
AFTER_ONE_ANOTHER = (37, 37, 30)
"""Loudspeakers of each of the groups that speak after one another."""
FLOOD = (
    *((3, "22:10:00", 1), (3, "22:40:00", 1), (3, "23:10:00", 1)),
    *((3, "23:20:00", 2), (3, "23:50:00", 2), (4, "00:20:00", 2), (4, "00:50:00", 2)),
    (4, "01:05:00", 3),
)
"""Day (0: Monday), hour and message: the alert every half hour, the update every half hour, the all clear once."""


@pytest.fixture(scope="module")
def lived() -> Iterator[Week]:
    """The week, when it is over."""
    set_language("vi")
    authority = Authority()
    with week(memory_folder(), authority.certificate) as made:

        def alert(id_: str, text: str, **more: str) -> None:
            raw = authority.sign_xml(cap(id_, now=made.now, text=text, **more))
            receive_message(made.workspace, made.store, raw, made.now)

        def drill() -> None:
            issued = made.now.astimezone(ZONE)
            text = compose(Notice("lu", "UBND xã Bến Hải", issued, "xã Bến Hải", drill=True))
            sound = write_emergency(made.workspace, "ben-hai", "khan-cap-dien-tap", "Diễn tập", text)
            approve(made.workspace, made.store, find(made.workspace, sound.id), "Nguyễn Văn An", made.now)
            values = {
                "airing": "dien-tap",
                "bulletin": sound.id,
                "outputs": list(STAGES),
                "by": "Nguyễn Văn An",
                "now": True,
            }
            requests.ask(made.store, make_request(AirRequest, values), made.now)

        def speak() -> None:
            source = {"port": 9, "secret": "nobody opens this line", "chime": "chime.mp3", "seconds": 720.0}
            live = {**source, "title": "Chủ tịch trả lời dân", "category": "chu-truong"}
            about = {
                "bulletin": "ben-hai/noi-truc-tiep-1",
                "outputs": list(STAGES),
                "by": "Nguyễn Văn An",
                "live": live,
            }
            values = {"airing": "noi-chuyen@2026-12-02T09:45:00Z", **about}
            requests.ask(made.store, make_request(AirRequest, values), made.now)

        made.at("2026-12-02 16:44:20", speak)
        made.often("2026-12-02 16:44", "2026-12-02 16:46")
        made.at("2026-12-03 22:10", lambda: alert("lu-1", "Nước lên trên báo động hai."))
        made.at(
            "2026-12-03 23:20",
            lambda: alert("lu-2", "Nước lên trên báo động ba.", kind="Update", references=f"{SENDER},lu-1,x"),
        )
        made.at("2026-12-04 01:05", lambda: alert("lu-3", "Nước đã rút.", kind="Cancel", references=f"{SENDER},lu-2,x"))
        made.often("2026-12-03 22:09", "2026-12-04 01:10")
        made.at("2026-12-05 09:00", drill)
        made.often("2026-12-05 08:59", "2026-12-05 09:05")
        made.run(7)
        yield made


def aired(lived: Week) -> list[Row]:
    return rows(lived.store, kinds=("airing",))


def hour(moment: datetime.datetime | None) -> str:
    assert moment
    return f"{moment.astimezone(ZONE):%H:%M:%S}"


def test_every_row(lived: Week) -> None:
    expected: list[tuple[int, str, str, str, int]] = []
    for day in range(7):
        for number, many in enumerate(AFTER_ONE_ANOTHER):
            expected.append((day, "chuong-sang", f"05:5{5 + number}:00", f"05:5{5 + number}:20", many))
            expected.append((day, "tin-sang", f"06:{15 + 10 * number}:00", f"06:{23 + 10 * number}:00", many))
        expected.append((day, "tiep-song", "06:00:00", "06:15:00", 104))
    for day in (1, 4):
        expected.append((day, "hai-thon", "17:00:00", "17:11:00", 6))
        for number, many in enumerate((37, 37, 24)):
            expected.append((day, "bai-tuan", f"17:{15 * number:02}:00", f"17:{13 + 15 * number}:00", many))
    expected.append((2, "noi-chuyen", "16:45:00", "16:57:00", 104))
    found = [row for row in aired(lived) if row.broadcast]
    assert {row.outcome for row in found} == {"aired"}
    assert {(row.broadcast == "noi-chuyen", row.reason) for row in found} == {
        (False, None), (True, "do Nguyễn Văn An cho phát")
    }  # fmt: skip
    told = [
        (
            (row.planned or row.at).astimezone(ZONE).weekday(),
            row.broadcast or "",
            hour(row.started),
            hour(row.ended),
            len((row.output or "").split(", ")),
        )
        for row in found
    ]
    assert sorted(told) == sorted(expected)
    assert {hour(row.planned) == hour(row.started) for row in found} == {True}
    parts = Counter(row.part_of for row in rows(lived.store, kinds=("output",)) if row.outcome == "aired")
    assert dict(parts) == {row.airing: len((row.output or "").split(", ")) for row in aired(lived)}
    for row in found:
        for relay in row.details.get("relays", []):
            assert (relay["heard"], relay["bridged"], relay["gaps"]) == (900.0, 0.0, [])
    assert verify(lived.store, lived.workspace.seal) == []
    assert not rows(lived.store, kinds=("alarm",))


def test_the_flood_alert_cuts_in_repeats_is_updated_and_taken_back(lived: Week) -> None:
    urgent = [row for row in aired(lived) if (row.airing or "").startswith("inbox:")]
    told = [
        (row.planned.astimezone(ZONE).weekday(), hour(row.started), int((row.airing or "")[6]))
        for row in urgent
        if row.planned
    ]
    assert told == list(FLOOD)
    assert {row.outcome for row in urgent} == {"aired"}
    assert {len((row.output or "").split(", ")) for row in urgent} == {104}
    (policy,) = {row.reason for row in urgent}
    assert policy == "do quy định nhận tin của Ban Chỉ huy Phòng thủ dân sự tỉnh, do Trần Văn Bình đặt cho phát"
    assert [row.details["act"] for row in rows(lived.store, kinds=("inbox",))] == [
        *("received", "released", "received", "released", "ended", "received", "ended", "released")
    ]  # fmt: skip
    receipts = [of_message(lived, name) for name in ("lu-1", "lu-2", "lu-3")]
    assert [(one.stage, one.reason) for one in receipts[:2]] == [
        ("ended", "được thay bằng tin lu-2"), ("ended", "bị rút lại bởi tin lu-3")
    ]  # fmt: skip
    assert receipts[2].stage == "aired"
    assert [len(one.airings) for one in receipts] == [3, 4, 1]
    assert {outcome for one in receipts for _airing, outcome in one.airings} == {"aired"}
    said = [" ".join(cue.text for cue in record(lived, row).cues) for row in urgent]
    for (day, at, _message), text in zip(FLOOD, said, strict=True):
        issued = {"lu-1": "22 giờ 10 phút", "lu-2": "23 giờ 20 phút", "lu-3": "1 giờ 5 phút"}
        assert issued[f"lu-{_message}"] in text, f"each repeat says the time of issue: {day} {at}"


def of_message(lived: Week, name: str) -> MessageReceipt:
    entry = register.find(lived.store, SENDER, name)
    assert entry
    return message_receipt(lived.store, entry)


def test_the_drill_says_that_it_is_one_and_has_its_receipt(lived: Week) -> None:
    (row,) = [row for row in aired(lived) if row.airing == "dien-tap"]
    assert (hour(row.started), row.outcome, row.reason) == ("09:00:00", "aired", "do Nguyễn Văn An cho phát")
    said = [cue.text for cue in record(lived, row).cues if cue.reading == 1]
    assert said.count("Đây là diễn tập.") == 2
    found = receipt_of(lived.store, "dien-tap")
    assert found
    assert (found.stage, found.outcome) == ("over", "aired")


def record(lived: Week, row: Row) -> Manifest:
    return Manifest.load(approved_copy(lived.workspace, row.sha256 or "").with_suffix(".json"))


# The week's report, by hand. Only how long the spoken messages last, which the voice decides, is read from their records.


def of_week(lived: Week) -> Report:
    first = datetime.date(2026, 11, 30)
    return report(
        lived.workspace, load_schedule(lived.workspace), lived.store, first, first + datetime.timedelta(days=6)
    )


def urgent_minutes(lived: Week) -> tuple[float, float]:
    """Minutes of all emergency messages: what they say, and what is around it; from Tuesday on."""
    said = whole = 0.0
    for row in aired(lived):
        if not row.broadcast:
            times, made = 1 if row.airing == "dien-tap" else 2, record(lived, row)
            said += times * sum(one.seconds for one in made.parts if one.kind in SPOKEN)
            whole += times * made.seconds
    return said / 60, (whole - said) / 60


OWN_WORK, ARTICLE, RECORDING = "xã tự làm", "bài viết", "mục thu sẵn"
POLICY = "Chủ trương, pháp luật; quy định, sự kiện của địa phương"
LIFE = "Chính trị, kinh tế, văn hóa, xã hội, khoa học"
URGENT = "Thiên tai, cứu nạn, cháy nổ, dịch bệnh"
GOODS, LOCAL = "Sản phẩm, hàng hóa, dịch vụ", "Dự án, chương trình xã hội ở địa phương"
BETWEEN = ["", OWN_WORK, "nhạc hiệu, lời mở đầu, lời kết, nhạc", ""]
TALK = [POLICY, OWN_WORK, "nói qua micro", "Tiếng Việt", 1, 12]
ON_ALL = [
    TALK,
    [LIFE, "tiếp sóng", "tiếp sóng", "Tiếng Việt", 7, 105],
    [LIFE, OWN_WORK, RECORDING, "Tiếng Bru - Vân Kiều", 7, 21],
    [LOCAL, OWN_WORK, ARTICLE, "Tiếng Việt", 7, 28],
]
WEEKLY = [URGENT, OWN_WORK, ARTICLE, "Tiếng Việt", 2, 24]
OF_TWO_VILLAGES = [GOODS, OWN_WORK, ARTICLE, "Tiếng Việt", 2, 20]


def test_every_cell_of_the_weeks_report(lived: Week) -> None:
    set_language("vi")
    said, around = urgent_minutes(lived)
    emergencies = [URGENT, "tin khẩn cấp", ARTICLE, "Tiếng Việt", 9, said]
    # 7 x (opening 15 s, music 45 s), 2 x (opening and closing 30 s each) of each weekly article, and of the messages
    between = [*BETWEEN, 7 + 2 + 2 + 9, 7 + 2 + 2 + around]
    contents = [between, *ON_ALL, WEEKLY, OF_TWO_VILLAGES, emergencies]
    minutes = 105 + 21 + 28 + 24 + 20 + 12 + 11 + said + around
    book = CalamineWorkbook.from_filelike(io.BytesIO(report_files.to_xlsx(of_week(lived))))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert {sheet[0][0] for sheet in sheets} == {"Đài truyền thanh xã Bến Hải"}
    assert sheets[0][1][0] == "Báo cáo nội dung đã phát từ ngày 30/11/2026 đến ngày 06/12/2026: Tổng hợp"
    same(
        sheets[0][3:],
        [
            *(["Mục", "Số liệu"], ["Số lần phát theo lịch", 28], ["- đã phát", 28], ["Số lần phát đã nghe được", 28]),
            *(["- khẩn cấp", 9], ["- thông thường", 19], ["Số phút phát", minutes]),
        ],
    )
    same(
        sheets[1][3:],
        [["Tháng", "Số lần phát", "Số phút"], ["11/2026", 2, 23], ["12/2026", 26, minutes - 23], ["Tổng", 28, minutes]],
    )
    same(
        sheets[2][3:],
        [
            ["Danh mục", "Nguồn", "Loại", "Ngôn ngữ", "Số lần phát", "Số phút"],
            *sorted(contents, key=lambda line: CODES.index(line[0] + line[1])),
            ["Tổng", "", "", "", "", minutes],
        ],
    )
    expected: list[list[Any]] = []
    for name in sorted(EVERYWHERE):
        own = name in clusters(OWN)
        lines = [[*BETWEEN, 7 + 2 + 9, 7 + 2 + around], *ON_ALL, OF_TWO_VILLAGES if own else WEEKLY, emergencies]
        expected += [[name, *line] for line in sorted(lines, key=lambda line: CODES.index(line[0] + line[1]))]
    same(sheets[3][4:], expected)
    monday, tuesday = datetime.date(2026, 11, 30), datetime.date(2026, 12, 1)
    same(
        sheets[4][4:],
        [
            ["Hồ Văn Thương", "Tin tiếng Bru", RECORDING, LIFE, monday, 7, 21, 40000, 40000],
            ["Lê Văn Nam", "Cấp nước hai thôn", ARTICLE, GOODS, tuesday, 2, 20, 60000, 60000],
            ["Trần Thị Lan", "Dọn vệ sinh", ARTICLE, LOCAL, monday, 7, 28, 60000, 60000],
            ["Trần Thị Lan", "Sốt xuất huyết", ARTICLE, URGENT, tuesday, 2, 24, 60000, 60000],
            ["Tổng", "", "", "", "", "", "", "", 220000],
        ],
    )
    assert sheets[5][4:] == []
    word = docx.Document(io.BytesIO(report_files.to_docx(of_week(lived))))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in word.tables]
    assert len(tables) == 5, "an empty register is left out"
    for sheet, table in zip(sheets, tables, strict=False):
        for row, cells in zip(sheet[3:], table, strict=True):
            told = zip(sheet[3], row, strict=True)
            assert cells == [in_letters(cell, decimal="phút" in f"{head} {row[0]}") for head, cell in told]


CODES = [
    "xã tự làm",
    POLICY + OWN_WORK,
    LIFE + OWN_WORK,
    LIFE + "tiếp sóng",
    LOCAL + OWN_WORK,
    GOODS + OWN_WORK,
    URGENT + "tin khẩn cấp",
    URGENT + OWN_WORK,
]
"""The order of the lines: by the codes of category (chu-truong, doi-song, du-an, hang-hoa, khan-cap) and source."""


def same(found: list[list[Any]], expected: list[list[Any]]) -> None:
    """The same cells; minutes to a tenth, as they are rounded line by line."""
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert len(row) == len(wanted), (row, wanted)
        for cell, value in zip(row, wanted, strict=True):
            close = isinstance(value, float) and isinstance(cell, int | float) and abs(cell - value) < 0.35
            assert close or cell == value, (row, wanted)


def in_letters(cell: Any, *, decimal: bool) -> str:
    if isinstance(cell, float):
        return (f"{cell:,.1f}" if decimal else f"{cell:,.0f}").translate(str.maketrans(",.", ".,"))
    return f"{cell:%d/%m/%Y}" if isinstance(cell, datetime.date) else str(cell)
