import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from loa.errors import LogbookError
from loa.store.asrun import NewRow, append, newest, outcomes, rows
from loa.store.chain import chain_hash
from loa.store.database import Database
from loa.store.proof import verify

NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)


@pytest.fixture
def store(tmp_path: Path) -> Database:
    return Database(tmp_path / "station.db")


@pytest.fixture
def seal(tmp_path: Path) -> Path:
    return tmp_path / "seal"


def fill(store: Database, seal: Path, count: int = 5) -> None:
    for number in range(count):
        planned = NOON + datetime.timedelta(hours=number)
        append(
            store, NewRow(airing=f"a@{number}", outcome="aired", planned=planned, reason="Bến Hải"), planned, seal=seal
        )


def tamper(store: Database, statement: str) -> None:
    with store.write() as connection:
        connection.execute(text(statement))


def test_rows_come_back_as_they_were_written(store: Database, seal: Path) -> None:
    entry = NewRow(
        airing="a@1", broadcast="a", commune="ben-hai", output="loa", planned=NOON, started=NOON, ended=NOON,
        outcome="cut", reason="Dừng", bulletin="ben-hai/a", sha256="0" * 64, details={"x": 1},
    )  # fmt: skip
    row = append(store, entry, NOON, seal=seal)
    assert rows(store) == [row]
    assert row.details == {"x": 1}
    assert newest(store) == NOON


def test_an_airing_gets_one_outcome_only(store: Database, seal: Path) -> None:
    fill(store, seal, 1)
    with pytest.raises(LogbookError):
        append(store, NewRow(airing="a@0", outcome="missed", planned=NOON), NOON, seal=seal)
    assert outcomes(store, NOON, NOON + datetime.timedelta(days=1)) == {"a@0": "aired"}
    assert verify(store, seal) == []


def test_a_span_is_by_planned_instant(store: Database, seal: Path) -> None:
    fill(store, seal)
    hour = datetime.timedelta(hours=1)
    assert [r.airing for r in rows(store, NOON + hour, NOON + 3 * hour)] == ["a@1", "a@2"]


def test_an_untouched_log_is_whole(store: Database, seal: Path) -> None:
    fill(store, seal)
    assert verify(store, seal) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE logbook SET outcome = 'missed' WHERE seq = 3",
        "UPDATE logbook SET at = '2026-11-20T00:00:00.000000Z' WHERE seq = 1",
        "UPDATE logbook SET details = '{\"a\": 1}' WHERE seq = 5",
        "DELETE FROM logbook WHERE seq = 1",
        "DELETE FROM logbook WHERE seq = 3",
        "DELETE FROM logbook WHERE seq = 5",
        "DELETE FROM logbook",
        "UPDATE logbook SET seq = 99 WHERE seq = 5",
    ],
)
def test_any_change_or_removal_is_found(store: Database, seal: Path, statement: str) -> None:
    fill(store, seal)
    tamper(store, statement)
    assert verify(store, seal)


def test_two_rows_that_changed_places_are_found(store: Database, seal: Path) -> None:
    fill(store, seal)
    for old, new in ((2, 100), (3, 2), (100, 3)):
        tamper(store, f"UPDATE logbook SET seq = {new} WHERE seq = {old}")
    assert verify(store, seal)


def test_a_row_rewritten_with_a_fresh_hash_still_breaks_the_chain(store: Database, seal: Path) -> None:
    fill(store, seal)
    tamper(store, "UPDATE logbook SET reason = 'x' WHERE seq = 3")
    with store.read() as connection:
        row = dict(connection.execute(text("SELECT * FROM logbook WHERE seq = 3")).mappings().one())
    tamper(store, f"UPDATE logbook SET hash = '{chain_hash(row)}' WHERE seq = 3")
    assert verify(store, seal)


def test_a_seal_that_could_not_be_written_is_no_contradiction(store: Database, seal: Path) -> None:
    fill(store, seal, 3)
    append(store, NewRow(airing="b", outcome="aired", planned=NOON), NOON, seal=None)
    assert verify(store, seal) == []
