"""A station whose database is a real PostgreSQL server: several computers of one district on one log, say."""

import contextlib
import datetime
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from loa.app.backup import backup
from loa.app.restore import restore
from loa.automation import service
from loa.automation.disk import open_station_store
from loa.automation.fallbacks import Fallbacks
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.errors import LogbookError, SchemaError, StoreError
from loa.schedule import UTC
from loa.schedule.loader import load_schedule
from loa.stop_file import StopRequest
from loa.store import requests
from loa.store.approvals import all_approvals, find
from loa.store.asrun import NewRow, append, append_all, rows
from loa.store.chain import chain_hash
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.store.migrations import STATION, schema_version
from loa.store.proof import verify
from loa.store.tables import approvals, presence
from loa.workspace import Workspace
from tests.approving import approve
from tests.automation.conftest import Plan, air, plan, recording, zone  # noqa: F401  the same small station
from tests.servers import PostgreSQL

START = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
MOMENTS = [START + datetime.timedelta(seconds=60 + 40 * i) for i in range(3)]


@pytest.fixture
def server() -> Iterator[PostgreSQL]:
    folder = Path(tempfile.mkdtemp(prefix="loa-postgresql-", dir="/tmp"))
    server = PostgreSQL(folder)
    yield server
    server.kill()
    shutil.rmtree(folder)


@pytest.fixture
def station(air: Workspace, plan: Plan, server: PostgreSQL) -> Workspace:  # noqa: F811
    plan(*MOMENTS, more=f'database: "{server.url}"\n', late="{start_within: 30s}")
    store = open_it(air)
    approve(air, store, find(air, "tin"), "Chị Hoa", START)
    store.close()
    return air


def test_whoever_must_press_stop_finds_a_connection_however_many_are_in_use(server: PostgreSQL) -> None:
    """There were fifteen, and the sixteenth waited half a minute."""
    store = Database(server.url)
    with contextlib.ExitStack() as pages:
        for _page in range(40):
            pages.enter_context(store.read()).execute(select(1))
        begun = time.monotonic()
        assert who_is_on_air(store) is None
        assert time.monotonic() - begun < 5
    store.close()


def open_it(workspace: Workspace) -> Database:
    return open_station_store(workspace, load_schedule(workspace))


def run_until(workspace: Workspace, count: int, server: PostgreSQL | None = None) -> None:
    """On air at twenty times the speed until `count` outcomes are written; with `server`: away for two seconds."""
    begun = datetime.datetime.now(UTC)
    away: list[str] = []

    def written(station: Automation) -> bool:
        elapsed = (datetime.datetime.now(UTC) - begun).total_seconds()
        if server and not away and elapsed > 4:
            server.kill()
            away.append("killed")
        if server and away == ["killed"] and elapsed > 6:
            server.start()
            away.append("back")
        if server and away != ["killed", "back"]:
            return False
        try:
            return len(rows(station.store)) >= count
        except StoreError:
            return False

    service.run(workspace, clock=RealClock(20, START), until=written, limit=60)


def test_every_airing_is_aired_and_logged_once_in_a_chain(station: Workspace) -> None:
    run_until(station, 3)
    store = open_it(station)
    assert [row.outcome for row in rows(store)] == ["aired"] * 3
    assert verify(store, station.seal) == []
    assert not station.database.exists()
    store.close()


def test_a_server_that_dies_in_between_costs_no_outcome(station: Workspace, server: PostgreSQL) -> None:
    run_until(station, 3, server)
    store = open_it(station)
    found = rows(store)
    assert len({row.airing for row in found}) == len(found) == 3
    assert {row.outcome for row in found} <= {"aired", "aired-late", "resumed", "missed"}
    assert verify(store, station.seal) == []
    store.close()


def test_an_unreachable_server_is_told_with_the_mend(station: Workspace, server: PostgreSQL) -> None:
    server.kill()
    with pytest.raises(StoreError) as reported:
        open_it(station)
    server.start()
    (finding,) = reported.value.findings
    assert finding.code == "store.away"
    assert str(server.port) in finding.message


OLD = (
    "ALTER TABLE presence RENAME started_at TO born",
    "ALTER TABLE presence RENAME heartbeat TO beat",
    "ALTER TABLE presence RENAME resolved_until TO swept",
    "ALTER TABLE outputs RENAME last_sound_at TO took",
    "ALTER TABLE presence DROP COLUMN identity",
    "ALTER TABLE logbook DROP COLUMN format, DROP COLUMN station, DROP COLUMN part_of",
    "DROP TABLE log_identity, schema_version",
    "UPDATE logbook SET details = '{}'",
)
"""What makes a database of 0.1 of one of today."""


def test_a_database_of_0_1_is_migrated_once_by_programs_that_start_at_once(
    station: Workspace, server: PostgreSQL
) -> None:
    store = open_it(station)
    with store.write() as connection:
        for statement in OLD:
            connection.exec_driver_sql(statement)
        row = connection.execute(text("SELECT * FROM logbook")).mappings().one()
        connection.execute(text("UPDATE logbook SET hash = :hash"), {"hash": chain_hash(row)})
    station.seal.unlink()
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _n: Database(server.url), range(4)))
    steps = [{"version": version} for version in range(2, STATION.version + 1)]
    assert [database.rows(select(schema_version.c.version)) for database in opened] == [steps] * 4
    assert [approval.bulletin for approval in all_approvals(opened[0])] == ["ben-hai/tin"]
    append_all(opened[0], [NewRow(airing="a"), NewRow("output", part_of="a", output="n")], START, seal=station.seal)
    with pytest.raises(LogbookError):
        append_all(opened[1], [NewRow("output", part_of="a", output="n")], START, seal=station.seal)
    assert [row.format for row in rows(opened[0], kinds=None)] == [None, 2, 2]
    assert verify(opened[0], station.seal) == []
    assert opened[0].rows(select(presence.c.heartbeat)) == []
    for database in (store, *opened):
        database.close()


def test_a_newer_database_is_refused(station: Workspace, server: PostgreSQL) -> None:
    store = open_it(station)
    with store.write() as connection:
        connection.execute(insert(schema_version).values(version=99, at="", program="9.0"))
    store.close()
    with pytest.raises(SchemaError) as refused:
        open_it(station)
    assert "newer version of Loa" in str(refused.value)


def test_a_table_locked_by_another_program_is_told_and_not_waited_for_without_end(
    station: Workspace, server: PostgreSQL
) -> None:
    store, other = Database(server.url, patience=0.3), Database(server.url)
    with other.write() as connection:
        connection.exec_driver_sql("LOCK TABLE requests IN EXCLUSIVE MODE")
        with pytest.raises(StoreError) as held:
            requests.ask(store, StopRequest(), START)
    assert held.value.findings[0].code == "store.busy"
    assert requests.ask(store, StopRequest(), START)
    store.close()
    other.close()


def test_what_is_written_half_is_not_written(station: Workspace) -> None:
    store = open_it(station)
    twice = [{"id": 7, "bulletin": "a", "sha256": "b", "by": "c", "at": "d"}] * 2
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(approvals.insert(), twice)
    with store.read() as connection:
        assert len(connection.execute(approvals.select()).all()) == 1
    store.close()


def test_a_forged_approval_does_not_count(station: Workspace) -> None:
    store = open_it(station)
    with store.write() as connection:
        row = {"bulletin": "ben-hai/tin", "sha256": "b" * 64, "by": "Chị Hoa", "at": "2026-11-20T10:00:00.000000Z"}
        connection.execute(insert(approvals).values(row))
    assert [approval.sha256 == "b" * 64 for approval in all_approvals(store)] == [False]
    (finding,) = verify(store, station.seal)
    assert "the log does not hold it" in finding.message
    store.close()


def test_verify_beside_writers_never_reports_a_fault(station: Workspace) -> None:
    stores = [open_it(station) for _n in range(3)]
    look = stores.pop()

    def write(number: int) -> None:
        append(stores[number % 2], NewRow("alarm", reason=str(number)), START, seal=station.seal)

    with ThreadPoolExecutor(2) as pool:
        written = pool.map(write, range(60))
        for _n in range(30):
            assert verify(look, station.seal) == []
        list(written)
    assert verify(look, station.seal) == []
    assert len(rows(look, kinds=("alarm",))) == 60
    for store in (*stores, look):
        store.close()


def test_the_drill_of_the_manual_brings_the_servers_log_back(
    station: Workspace, server: PostgreSQL, tmp_path: Path
) -> None:
    """docs/backup.md: pg_dump, the loss of everything, pg_restore; beside it the station's own backup, elsewhere."""
    store = open_it(station)
    before = rows(store, kinds=None)
    url = server.url.replace("+psycopg", "")
    dump, archive = tmp_path / "loa.pgdump", tmp_path / "station.zip"
    subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", url], check=True)
    backup(station, archive)
    with store.write() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    store.close()
    subprocess.run(
        ["pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={url}", str(dump)],
        check=True,
        capture_output=True,
    )
    there = Workspace(tmp_path / "elsewhere")
    restore(there, archive, None)
    store = open_it(there)
    found = rows(store, kinds=None)
    assert found[:-1] == before
    assert found[-1].kind == "restore"
    assert verify(store, there.seal) == []
    assert Fallbacks(there, store).planned("ben-hai/tin").recording.data
    store.close()


def test_a_log_of_version_4_gets_room_for_outcomes_that_are_void(station: Workspace) -> None:
    store = open_it(station)
    first = append(store, NewRow(airing="tin@1", outcome="missed"), START)
    with store.write() as connection:
        for change in (
            "DROP INDEX logbook_airings",
            "DROP INDEX logbook_parts",
            "ALTER TABLE logbook DROP COLUMN void",
            "ALTER TABLE logbook ADD CONSTRAINT logbook_airing_key UNIQUE (airing)",
            "CREATE UNIQUE INDEX logbook_parts ON logbook (part_of, output)",
            f"DELETE FROM schema_version WHERE version = {STATION.version}",
            "INSERT INTO schema_version VALUES (4, '', '')",
        ):
            connection.execute(text(change))
    store.close()
    store = open_it(station)
    with pytest.raises(LogbookError):
        append(store, NewRow(airing="tin@1", outcome="aired"), START)
    with store.write() as connection:
        connection.execute(text(f"UPDATE logbook SET void = 1 WHERE seq = {first.seq}"))
    append(store, NewRow(airing="tin@1", outcome="aired"), START)
    assert [row.outcome for row in rows(store)] == ["aired"]
    store.close()
