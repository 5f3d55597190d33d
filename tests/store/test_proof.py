"""Attacks on the log by somebody who may write the station's files: what `verify` finds alone, and what a witness finds."""

import datetime
import multiprocessing
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text

from loa.actions.approvals import withdraw
from loa.errors import LogbookError, StoreError
from loa.store import approvals, chain, proof
from loa.store import seal as seals
from loa.store.approvals import Approval, approved
from loa.store.asrun import NewRow, append, append_all, outcomes, parts, rows
from loa.store.database import Database, stamp
from loa.store.proof import Witness, examine, find_witnesses, verify, witness
from loa.store.tables import approvals as approvals_table
from loa.store.tables import logbook
from loa.workspace import Workspace
from tests.conftest import Loa

NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def station(tmp_path: Path) -> Workspace:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "schedule.yaml").write_text("timezone: UTC\noutputs: {n: {kind: null}}\nbroadcasts: []\n", "utf-8")
    return Workspace(tmp_path)


@pytest.fixture
def store(station: Workspace) -> Iterator[Database]:
    made = Database(station.database)
    yield made
    made.close()


def fill(store: Database, seal: Path, count: int = 6, first: int = 0) -> None:
    """One airing an hour, each with two outputs."""
    for number in range(first, first + count):
        planned = NOON + number * HOUR
        airing = NewRow(airing=f"a@{number}", outcome="aired", planned=planned, output="n, m", reason="Bến Hải")
        outputs = [
            NewRow("output", part_of=f"a@{number}", output=name, outcome="aired", planned=planned)
            for name in ("n", "m")
        ]
        append_all(store, [airing, *outputs], planned, seal=seal)


def tamper(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def said(store: Database, seal: Path) -> str:
    return " ".join(finding.message for finding in verify(store, seal))


# --- the two formats, and one outcome for each output ---


def test_each_output_of_an_airing_has_one_outcome_and_the_airing_a_summary(store: Database, station: Workspace) -> None:
    fill(store, station.seal, 2)
    assert outcomes(store, NOON, NOON + 2 * HOUR) == {"a@0": "aired", "a@1": "aired"}
    assert [row.airing for row in rows(store)] == ["a@0", "a@1"]
    assert [row.output for row in parts(store, NOON, NOON + HOUR)["a@0"]] == ["n", "m"]
    again = NewRow("output", part_of="a@0", output="n", outcome="missed", planned=NOON)
    with pytest.raises(LogbookError) as twice:
        append(store, again, NOON, seal=station.seal)
    assert "a@0 (n)" in str(twice.value)
    stations = {row.station for row in rows(store, kinds=None)}
    assert len(stations) == 1
    assert None not in stations
    assert verify(store, station.seal) == []


def test_old_and_new_rows_stand_in_one_chain(old_station: Workspace) -> None:
    store = Database(old_station.database)
    before = [(row.seq, row.hash) for row in rows(store, kinds=None)]
    fill(store, old_station.seal, 2)
    found = rows(store, kinds=None)
    assert [(row.seq, row.hash) for row in found[: len(before)]] == before
    assert {row.format for row in found[: len(before)]} == {None}
    assert {row.format for row in found[len(before) :]} == {chain.FORMAT}
    assert verify(store, old_station.seal) == []
    assert witness(store) == Witness(found[-1].station or "", found[-1].seq, found[-1].at, found[-1].hash)
    store.close()
    tamper(old_station.database, "UPDATE logbook SET format = 1 WHERE format = 2")
    store = Database(old_station.database)
    assert "was changed" in said(store, old_station.seal)
    store.close()


def test_a_column_of_a_later_version_changes_no_hash() -> None:
    row = {"format": 2, "seq": 1, "kind": "alarm", "details": "{}", "previous": chain.GENESIS, "hash": "x"}
    assert chain.chain_hash(row) == chain.chain_hash({**row, "later": None})
    assert chain.chain_hash(row) != chain.chain_hash({**row, "later": "said"})


# --- item 7: the end ---


def cut_end(file: Path, keep: int) -> None:
    tamper(file, f"DELETE FROM logbook WHERE seq > {keep}")


def test_an_end_that_was_cut_off_is_found_after_the_station_has_gone_on(store: Database, station: Workspace) -> None:
    fill(store, station.seal)
    cut_end(station.database, 9)
    assert "Rows 10 to 18 at the end are gone" in said(store, station.seal)
    fill(store, station.seal, 20, first=50)
    assert [row.seq for row in rows(store, kinds=("log",))] == [10], "the station notices it once, and writes it down"
    assert "Rows 12 to 18 are not those that were sealed" in said(store, station.seal)


def test_the_station_itself_goes_on_after_a_cut_end_and_the_proof_still_fails(station: Workspace, loa: Loa) -> None:
    """As the attack was: cut off, then a command that writes."""
    store = Database(station.database)
    fill(store, station.seal)
    store.close()
    cut_end(station.database, 9)
    mp3 = station.bulletins / "ben-hai" / "tin.mp3"
    mp3.parent.mkdir(parents=True)
    mp3.write_bytes(b"sound")
    assert loa("approve", "tin", "--by", "Chị Hoa", cwd=station.root).returncode == 0
    done = loa("log", "verify", cwd=station.root)
    assert done.returncode == 1
    assert "Rows 12 to 18 at the end are gone" in done.stderr


def test_a_seal_that_was_removed_is_missed(store: Database, station: Workspace) -> None:
    assert verify(store, station.seal) == [], "an empty log has no seal"
    fill(store, station.seal)
    station.seal.unlink()
    assert "The seal of the log, logbook.seal, is gone" in said(store, station.seal)


@pytest.mark.parametrize("harm", ["removed", "emptied", "zeros"])
def test_a_seal_that_was_removed_or_emptied_is_missed_after_the_next_write_too(
    store: Database, station: Workspace, harm: str
) -> None:
    """The next row began a new seal, which agreed with what was left of the log."""
    fill(store, station.seal)
    if harm == "removed":
        station.seal.unlink()
    else:
        station.seal.write_bytes(b"" if harm == "emptied" else bytes(200))
    tamper(station.database, "DELETE FROM logbook WHERE seq > 9")
    fill(store, station.seal, 3, first=50)
    fill(store, station.seal, 3, first=60)
    (finding,) = verify(store, station.seal)
    assert "The seal was gone before row 10" in finding.message
    assert [row.reason for row in rows(store, kinds=("log",))] == ["The seal of the log was gone."]


def recompute(file: Path, seal: Path, change: str) -> None:
    """What root can do: change a row, then hash the whole chain and write the whole seal anew."""
    tamper(file, change)
    store = Database(file)
    previous = chain.GENESIS
    lines = []
    with store.write() as connection:
        for row in connection.execute(select(logbook).order_by(logbook.c.seq)).mappings().all():
            values = {**row, "previous": previous}
            previous = chain.chain_hash(values)
            connection.execute(
                text("UPDATE logbook SET previous = :n WHERE seq = :s"), {"n": f"-{row['seq']}", "s": row["seq"]}
            )
            connection.execute(
                text("UPDATE logbook SET previous = :p, hash = :h WHERE seq = :s"),
                {"p": values["previous"], "h": previous, "s": row["seq"]},
            )
            lines.append(f"{row['seq']} {previous}\n")
    store.close()
    seal.write_text("".join(lines), "utf-8")


def test_a_chain_computed_anew_with_its_seal_is_found_by_the_witnesses(
    station: Workspace, loa: Loa, tmp_path: Path
) -> None:
    store = Database(station.database)
    kept = []
    for day in range(4):
        fill(store, station.seal, 3, first=3 * day)
        kept.append(str(witness(store)))
    store.close()
    recompute(station.database, station.seal, "UPDATE logbook SET outcome = 'aired-late' WHERE seq = 21")
    assert loa("log", "verify", cwd=station.root).returncode == 0, "nothing on this computer contradicts it"
    mail = tmp_path / "mail.txt"
    mail.write_text("Kính gửi,\n\n" + "\n\n".join(line.replace(" ", "\n", 3) for line in kept) + "\n", "utf-8")
    done = loa("log", "verify", "--witness", mail, cwd=station.root)
    assert done.returncode == 1
    assert "up to row 18 the log is as it was then" in done.stdout
    assert "Row 27 is not the one that the witness of" in done.stderr
    assert "Row 36 is not the one" in done.stderr
    assert "Row 18" not in done.stderr


def test_an_older_database_with_its_older_seal_is_found_by_a_witness(station: Workspace) -> None:
    store = Database(station.database)
    fill(store, station.seal, 3)
    old = witness(store)
    store.close()
    for path in (station.database, station.seal):
        shutil.copy2(path, station.root / path.name)
    store = Database(station.database)
    fill(store, station.seal, 3, first=3)
    new = witness(store)
    assert old
    assert new
    store.close()
    for path in (station.database, station.seal):
        shutil.copy2(station.root / path.name, path)
    store = Database(station.database)
    assert verify(store, station.seal) == [], "nothing on this computer contradicts it"
    found = examine(store, station.seal, [old, new])
    assert found.fits == old
    assert [f"ends with row {old.seq}" in finding.message for finding in found.findings] == [True]
    store.close()


# --- item 7: approvals hang in the chain ---


def give(station: Workspace, store: Database, by: str = "Chị Hoa", sha256: str = "a" * 64) -> Approval:
    made = Approval("ben-hai/tin", sha256, by, NOON)
    approvals.add(station, store, made)
    return made


def test_an_approval_that_somebody_put_into_the_table_does_not_count(store: Database, station: Workspace) -> None:
    made = give(station, store)
    assert approved(store, "ben-hai/tin", "a" * 64) == made
    row = {"bulletin": "ben-hai/tin", "sha256": "b" * 64, "by": "Chị Hoa", "at": stamp(NOON)}
    with store.write() as connection:
        connection.execute(insert(approvals_table).values(row))
    assert approved(store, "ben-hai/tin", "b" * 64) is None
    assert "The approval of ben-hai/tin by Chị Hoa does not count: the log does not hold it" in said(
        store, station.seal
    )


def test_approvals_of_0_1_count_and_one_that_it_was_killed_before_logging_too(old_station: Workspace) -> None:
    """0.1 wrote an approval and its row of the log one after the other."""
    row = f"'ben-hai/khac', '{'c' * 64}', 'Chị Hoa', '2026-01-05T09:59:00.000000Z'"
    tamper(old_station.database, f'INSERT INTO approvals (bulletin, sha256, "by", at) VALUES ({row})')
    with closing(sqlite3.connect(old_station.database)) as connection:
        query = "SELECT bulletin, sha256 FROM approvals WHERE withdrawn IS NULL"
        before = connection.execute(query).fetchall()
    assert len(before) == 4
    store = Database(old_station.database)
    assert [pair for pair in before if approved(store, *pair) is None] == []
    assert verify(store, old_station.seal) == []
    (taken,) = (row for row in rows(store, kinds=("approval",)) if row.format == chain.FORMAT)
    assert taken.bulletin == "ben-hai/khac"
    store.close()


# --- false alarms: verify beside a writer ---


def _write_on(folder: Path, count: int) -> None:
    station = Workspace(folder)
    store = Database(station.database)
    for number in range(count):
        append(store, NewRow("alarm", reason=str(number)), NOON, seal=station.seal)
        if number % 5 == 0:
            give(station, store, sha256=f"{number:064d}")
        if number % 15 == 0:
            withdraw(station, store, "ben-hai/tin", "Anh Nam", NOON)


def test_verify_beside_two_writers_never_reports_a_fault(station: Workspace, store: Database) -> None:
    writers = [SPAWN.Process(target=_write_on, args=(station.root, 150)) for _n in range(2)]
    for writer in writers:
        writer.start()
    looked = 0
    end = time.monotonic() + 120
    while any(writer.is_alive() for writer in writers) and time.monotonic() < end:
        assert verify(store, station.seal) == []
        looked += 1
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert looked > 20
    assert verify(store, station.seal) == []
    assert len(rows(store, kinds=("alarm",))) == 300


# --- five attacks more ---


def test_a_withdrawal_that_was_taken_out_still_holds(store: Database, station: Workspace) -> None:
    give(station, store)
    withdraw(station, store, "ben-hai/tin", "Anh Nam", NOON + HOUR)
    tamper(station.database, "UPDATE approvals SET withdrawn = NULL, withdrawn_by = NULL")
    assert approved(store, "ben-hai/tin", "a" * 64) is None
    assert "the log says that it was withdrawn" in said(store, station.seal)
    give(station, store, "Chị Lan")
    assert approved(store, "ben-hai/tin", "a" * 64), "approved anew"


def test_a_withdrawal_of_0_1_that_was_taken_out_still_holds(old_station: Workspace) -> None:
    with closing(sqlite3.connect(old_station.database)) as connection:
        connection.row_factory = sqlite3.Row
        *_others, last = reversed(connection.execute("SELECT * FROM logbook ORDER BY seq").fetchall())
        end = connection.execute("SELECT max(seq), hash FROM logbook").fetchone()
    assert last["bulletin"] == "ben-hai/tiem-phong"
    row = {**last, "seq": end[0] + 1, "at": "2026-01-05T10:05:00.000000Z", "previous": end[1]}
    row |= {"reason": "release withdrawn by Anh Nam", "hash": chain.chain_hash(row)}
    with closing(sqlite3.connect(old_station.database, isolation_level=None)) as connection:
        connection.execute(f"INSERT INTO logbook VALUES ({','.join('?' * len(row))})", list(row.values()))
    store = Database(old_station.database)
    assert approved(store, last["bulletin"], last["sha256"]) is None
    with store.read() as connection:
        doubts = [doubt for _approval, doubt in approvals.checked(connection) if doubt]
    assert doubts == ["the log says that it was withdrawn"]
    store.close()


@pytest.mark.parametrize(
    "forged",
    [
        "UPDATE approvals SET sha256 = '{b}'",
        "UPDATE approvals SET bulletin = 'ben-hai/khac'",
        "UPDATE approvals SET sha256 = '{b}'; UPDATE logbook SET sha256 = '{b}' WHERE kind = 'approval'",
        "INSERT INTO logbook (seq, at, kind, bulletin, sha256, reason, details, previous, hash, format) "
        "SELECT 99, at, kind, bulletin, '{b}', reason, details, hash, '{b}', 2 FROM logbook; "
        'INSERT INTO approvals (bulletin, sha256, "by", at) SELECT bulletin, \'{b}\', "by", at FROM approvals',
        "UPDATE logbook SET details = 'x'",
    ],
)
def test_an_approval_that_was_turned_into_another_does_not_count(
    store: Database, station: Workspace, forged: str
) -> None:
    give(station, store)
    tamper(station.database, *forged.format(b="b" * 64).split("; "))
    for bulletin in ("ben-hai/tin", "ben-hai/khac"):
        assert approved(store, bulletin, "b" * 64) is None
    assert verify(store, station.seal)


def test_a_trigger_that_swallows_or_changes_rows_is_found(store: Database, station: Workspace) -> None:
    fill(store, station.seal, 1)
    swallow = "BEFORE INSERT ON logbook WHEN NEW.outcome = 'cut' BEGIN SELECT RAISE(IGNORE); END"
    tamper(station.database, f"CREATE TRIGGER quiet {swallow}")
    with pytest.raises(StoreError) as swallowed:
        append(store, NewRow(airing="b", outcome="cut", planned=NOON), NOON, seal=station.seal)
    assert "tampered" in str(swallowed.value)
    assert "trigger that is not Loa's: quiet" in said(store, station.seal)


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (lambda data: data[: data.index(b"\n") + 1], ""),  # shortened: only a witness would know
        (lambda data: data.replace(b"\n", b"\nxyz\n", 1), "changed in line 2"),
        (lambda data: b"\xff\xfe" * 50 + b"\n" + data, "changed in line 1"),
        (lambda data: data.replace(b"9 ", b"8 ", 1), "is not the one that was sealed"),
        (lambda data: data + b"12 3f", ""),  # a power cut in the middle of a line
        (lambda data: data + b"\0" * 70, ""),
        (lambda data: data + b"99 " + b"a" * 64 + b"\n", "Rows 13 to 99 at the end are gone"),
    ],
)
def test_a_seal_that_was_changed_is_told_and_a_torn_one_is_no_fault(
    store: Database, station: Workspace, harm: Callable[[bytes], bytes], expected: str
) -> None:
    fill(store, station.seal, 4)
    station.seal.write_bytes(harm(station.seal.read_bytes()))
    assert expected in said(store, station.seal)
    assert bool(expected) == bool(verify(store, station.seal))
    append(store, NewRow("alarm", reason="x"), NOON, seal=station.seal)
    assert seals.newest(station.seal) == examine(store).last, "it goes on after a torn line"


def test_a_folder_in_place_of_the_seal_is_told(store: Database, station: Workspace) -> None:
    fill(store, station.seal, 1)
    station.seal.unlink()
    station.seal.mkdir()
    assert "cannot be read" in said(store, station.seal)
    fill(store, station.seal, 1, first=1)
    assert len(rows(store)) == 2, "the log goes on"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM logbook WHERE kind = 'output' AND output = 'm'",
        "UPDATE logbook SET part_of = 'a@1' WHERE part_of = 'a@0' AND output = 'm'; ",
        "UPDATE logbook SET station = 'another' WHERE seq = 2",
        "UPDATE logbook SET output = X'00ff' WHERE seq = 2",
        "UPDATE logbook SET planned = 'never' WHERE seq = 1",
        "UPDATE logbook SET format = 7 WHERE seq = 2",
        "UPDATE logbook SET seq = -1 WHERE seq = 1",
    ],
)
def test_changes_that_only_new_rows_allow_are_found(store: Database, station: Workspace, statement: str) -> None:
    fill(store, station.seal, 1)
    tamper(station.database, statement)
    assert verify(store, station.seal)


# --- what was read before and is the same ---


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM logbook WHERE seq = 3",
        "DELETE FROM logbook WHERE seq BETWEEN 3 AND 4",
        "DELETE FROM logbook WHERE seq > 7",
        "UPDATE logbook SET reason = 'Bến Hãi' WHERE seq = 4",
        "UPDATE logbook SET reason = X'42' WHERE seq = 4",
        "UPDATE logbook SET hash = previous WHERE seq = 4",
        "UPDATE logbook SET void = 1 WHERE seq = 4",
        "UPDATE logbook SET seq = -1 WHERE seq = 1",
        "UPDATE logbook SET seq = 100 WHERE seq = 5",
    ],
)
def test_a_change_in_what_was_read_before_is_found(
    store: Database, station: Workspace, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "_SIZE", 2)
    fill(store, station.seal, 3)
    assert verify(store, station.seal, station.proved_file) == []
    tamper(station.database, statement)
    whole = verify(store, station.seal)
    for _time in range(2):
        assert whole
        assert verify(store, station.seal, station.proved_file) == whole


def test_what_was_read_before_is_not_read_again_and_what_it_says_still_holds(
    store: Database, station: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million rows took 17 s each time. Rows about other rows (a wrong clock, a restore) count across segments."""
    monkeypatch.setattr(proof, "_SIZE", 2)
    append(store, NewRow(airing="a@x", outcome="missed", planned=NOON), NOON, seal=station.seal)
    append(store, NewRow("restore", reason="restored", details={"replaced": [9, "x"]}), NOON, seal=station.seal)
    fill(store, station.seal, 1)
    void = NewRow("clock", details={"void": {"rows": [1]}})
    append_all(
        store, [void], NOON, seal=station.seal, together=[logbook.update().where(logbook.c.seq == 1).values(void=1)]
    )
    read: list[int] = []
    whole = proof.chain_hash
    monkeypatch.setattr(proof, "chain_hash", lambda row: read.append(row["seq"]) or whole(row))
    for expected in ([1, 2, 3, 4, 5, 6], []):
        found = examine(store, station.seal, proved=station.proved_file)
        assert (found.findings, found.rows, found.last.seq) == ([], 6, 6)
        assert found.restores == [(2, "restored", 9)]
        assert read == expected
        read.clear()
    fill(store, station.seal, 1, first=1)
    assert verify(store, station.seal, station.proved_file) == []
    assert read == [7, 8, 9]  # the last one is no whole segment yet
    kept = Witness("0" * 12, 2, NOON, examine(store).last.hash)
    read.clear()
    assert examine(store, station.seal, [kept], station.proved_file).findings
    assert read == list(range(1, 10))
    station.proved_file.write_text(station.proved_file.read_text("utf-8")[:-9], "utf-8")  # cut off
    assert verify(store, station.seal, station.proved_file) == []


def test_a_row_that_cannot_be_read_is_told_in_words(station: Workspace, loa: Loa) -> None:
    store = Database(station.database)
    fill(store, station.seal, 1)
    store.close()
    tamper(station.database, "UPDATE logbook SET planned = '2026-never' WHERE seq = 1")
    done = loa("log", "--from", "2026-01-01", "--to", "2027-01-01", cwd=station.root)
    assert done.returncode == 1
    assert "Row 1 of the log cannot be read" in done.stderr


# --- witnesses ---


def test_a_witness_is_a_line_that_can_be_typed_and_a_slip_is_told(station: Workspace, loa: Loa) -> None:
    assert loa("log", "witness", cwd=station.root).returncode == 1
    store = Database(station.database)
    fill(store, station.seal, 1)
    last = witness(store)
    store.close()
    done = loa("log", "witness", cwd=station.root)
    line, *code = done.stdout.splitlines()
    assert line == str(last)
    assert len(code) > 20
    assert all(letter in " █▀▄" for letter in "".join(code))
    assert find_witnesses(f"> {line.lower()}")[0] == [last]
    assert loa("log", "verify", "--witness", line, cwd=station.root).returncode == 0
    slip = line.replace(line.split()[4], line.split()[4][::-1])
    wrong = loa("log", "verify", "--witness", slip, cwd=station.root)
    assert wrong.returncode == 2
    assert "copied wrongly" in wrong.stderr
    assert "no witness" in loa("log", "verify", "--witness", "LOA1 xyz", cwd=station.root).stderr
    assert loa("log", "verify", "--witness", "none.txt", cwd=station.root).returncode == 2


def test_a_restore_is_named_where_a_witness_of_the_log_before_does_not_fit(station: Workspace, loa: Loa) -> None:
    store = Database(station.database)
    fill(store, station.seal, 1)
    store.close()
    assert loa("backup", station.root / "b.zip", cwd=station.root).returncode == 0
    store = Database(station.database)
    fill(store, station.seal, 2, first=1)
    kept = str(witness(store))
    store.close()
    done = loa("restore", station.root / "b.zip", cwd=station.root)
    assert done.returncode == 0, done.stderr
    assert loa("log", "verify", cwd=station.root).returncode == 0
    done = loa("log", "verify", "--witness", kept, cwd=station.root)
    assert done.returncode == 1
    assert "restored from the backup b.zip" in done.stdout
    assert "The log that was there before ended with row 9" in done.stdout


def test_a_witness_of_another_station_is_told(store: Database, station: Workspace, tmp_path: Path) -> None:
    other = Database(tmp_path / "other.db")
    fill(other, tmp_path / "other.seal", 1)
    fill(store, station.seal, 1)
    foreign = witness(other)
    assert foreign
    (finding,) = examine(store, station.seal, [foreign]).findings
    assert "of another station" in finding.message
    other.close()


class _Late(Database):
    """Before it gets the write lock, somebody else approves."""

    def write(
        self, patience: float | None = None, *, durable: bool | None = None
    ) -> AbstractContextManager[Connection]:
        if self.before:
            self.before.pop()()
        return super().write(patience, durable=durable)

    before: list[Callable[[], None]] = []  # noqa: RUF012


def test_a_withdrawal_counts_and_logs_also_what_was_approved_a_moment_before_it(
    store: Database, station: Workspace
) -> None:
    """Which approvals end was read before the write lock: one that came in between ended without a row of the log."""
    approvals.add(station, store, Approval("ben-hai/tin", "1" * 64, "Hoa", NOON))
    late = _Late(station.database)
    second = Approval("ben-hai/tin", "2" * 64, "Hoa", NOON)
    late.before = [lambda: approvals.add(station, store, second)]
    ended = withdraw(station, late, "ben-hai/tin", "Nam", NOON)
    assert {approval.sha256[0] for approval in ended} == {"1", "2"}
    acts = [(row.sha256[0], row.details["act"]) for row in rows(store, kinds=("approval",)) if row.sha256]
    assert sorted(acts) == [("1", "released"), ("1", "withdrawn"), ("2", "released"), ("2", "withdrawn")]
    assert verify(store, station.seal) == []
    late.close()
