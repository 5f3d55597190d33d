import csv
import datetime
import io
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

from generator.logbook import Entry, append, rows
from generator.logbook.export import COLUMNS, to_csv, to_xlsx
from generator.store import Store, open_store

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)


def filled(tmp_path: Path) -> Store:
    store = open_store(tmp_path / "station.db")
    for number, outcome in enumerate(("aired", "aired", "missed")):
        planned = NOON + datetime.timedelta(days=number)
        ended = planned + datetime.timedelta(minutes=12) if outcome == "aired" else None
        started = planned if outcome == "aired" else None
        entry = Entry(
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


def test_the_workbook_holds_sums_per_commune_topic_and_broadcast(tmp_path: Path) -> None:
    book = to_xlsx(rows(filled(tmp_path)), ZONE, {"tin": ("dvc", "lua-dao")})
    with ZipFile(io.BytesIO(book)) as archive:
        strings = archive.read("xl/sharedStrings.xml").decode()
        summary = archive.read("xl/worksheets/sheet1.xml").decode()
    assert all(f">{word}<" in strings for word in ("ben-hai", "dvc", "lua-dao", "tin"))
    assert summary.count("<v>24</v>") == 4
