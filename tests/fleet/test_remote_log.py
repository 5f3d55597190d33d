"""The station enters what its players aired, and asks its database only when something has changed."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event

from loa.fleet import register
from loa.fleet.keys import Key, fingerprint
from loa.fleet.messages import Outcomes, PlayerRow
from loa.fleet.register import RemoteAiring
from loa.fleet.remote_log import RemoteLog
from loa.schedule import UTC, Schedule
from loa.schedule.loader import load_schedule
from loa.store.asrun import rows
from loa.store.database import Database
from loa.workspace import Workspace
from tests.zones import STATION

NAMES = ("p1", "p2", "p3")
PLANNED = datetime.datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
AIRING = f"tin@{PLANNED:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def station(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path)
    workspace.campaigns.mkdir()
    (workspace.campaigns / "ben-hai.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
    outputs = "".join(f"  {name}: {{kind: player}}\n" for name in NAMES)
    workspace.schedule_file.write_text(
        f"timezone: {STATION}\noutputs:\n{outputs}broadcasts:\n"
        "  - {id: tin, commune: ben-hai, campaigns: [dvc], length: {max: 1m}, late: {start_within: 1m}, "
        f'also: ["{PLANNED.astimezone(ZoneInfo(STATION)):%Y-%m-%d %H:%M:%S}"], on: [p1, p2, p3]}}\n',
        "utf-8",
    )
    return workspace


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent to any database meanwhile."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def tell(
    log: RemoteLog, schedule: Schedule, store: Database, name: str, now: datetime.datetime, airing: str = AIRING
) -> None:
    row = PlayerRow(airing=airing, broadcast="tin", commune="ben-hai", planned=PLANNED, started=PLANNED,
                    outcome="aired", bulletin="ben-hai/tin", seq=1)  # fmt: skip
    log.enter(schedule, register.enrolled(store)[name], Outcomes(through=1, head="0" * 64, rows=(row,)), now)


def test_a_second_in_which_nothing_changed_asks_for_nothing(station: Workspace) -> None:
    store = Database(station.database)
    schedule = load_schedule(station)
    for name in NAMES[:2]:
        key = Key.of(station.fleet / name)
        register.join(station, store, name, fingerprint(key.public), key.public, PLANNED)
    log = RemoteLog(station, store)
    second = datetime.timedelta(seconds=1)

    def look(now: datetime.datetime) -> list[str]:
        with counted() as asked:
            log.close_airings(schedule, known, now)
        return asked

    log.hand_over(schedule, PLANNED - second)
    log.hand_over(schedule, PLANNED + second)
    known = register.enrolled(store)
    assert look(PLANNED + second)
    assert look(PLANNED + 2 * second) == []
    tell(log, schedule, store, "p1", PLANNED + 60 * second)
    assert look(PLANNED + 61 * second)
    assert look(PLANNED + 62 * second) == []
    # nobody joined as p3: that is entered when its time is over, and asked for no more
    assert look(PLANNED + 400 * second)
    assert look(PLANNED + 401 * second) == []
    entered = {row.output: row.outcome for row in rows(store, kinds=("output",))}
    assert entered == {"p1": "aired", "p3": "missed"}
    # p2 never tells: a day later the airing is summed up without it
    assert look(PLANNED + datetime.timedelta(days=1, seconds=300))
    assert look(PLANNED + datetime.timedelta(days=1, seconds=301)) == []
    (summed,) = rows(store, kinds=("airing",))
    assert summed.outcome == "aired"
    assert "p2" in (summed.reason or "")
    assert "p3" in (summed.reason or "")
    # it tells three days later: its row is entered, and nothing twice
    tell(log, schedule, store, "p2", PLANNED + datetime.timedelta(days=3))
    look(PLANNED + datetime.timedelta(days=3))
    assert {row.output: row.outcome for row in rows(store, kinds=("output",))} == {**entered, "p2": "aired"}
    assert len(list(rows(store, kinds=("airing",)))) == 1
    # a station that starts again sums nothing up twice
    again = RemoteLog(station, store)
    again.close_airings(schedule, known, PLANNED + datetime.timedelta(days=2))
    assert len(list(rows(store, kinds=("airing",)))) == 1
    store.close()


def test_an_emergency_waits_for_no_player_that_was_revoked_or_never_joined(station: Workspace) -> None:
    """`loa air --now` waited an hour for the outcome of a player that could not tell one."""
    store = Database(station.database)
    schedule = load_schedule(station)
    for name in NAMES[:2]:
        key = Key.of(station.fleet / name)
        register.join(station, store, name, fingerprint(key.public), key.public, PLANNED)
    register.revoke(station, store, "p1", "Hoa", PLANNED)
    ends = PLANNED + datetime.timedelta(hours=1)
    log = RemoteLog(station, store)
    log.expect([RemoteAiring("air:x", name, "", "ben-hai", "ben-hai/tin", PLANNED, ends, True) for name in NAMES])
    log.close_airings(schedule, register.enrolled(store), PLANNED + datetime.timedelta(seconds=1))
    assert {row.output: row.outcome for row in rows(store, kinds=("output",))} == {"p1": "missed", "p3": "missed"}
    assert list(rows(store, kinds=("airing",))) == []
    tell(log, schedule, store, "p2", PLANNED + datetime.timedelta(seconds=9), "air:x")
    log.close_airings(schedule, register.enrolled(store), PLANNED + datetime.timedelta(seconds=10))
    (summed,) = rows(store, kinds=("airing",))
    assert summed.outcome == "aired"
    store.close()


def test_a_player_writes_into_no_other_communes_log(station: Workspace) -> None:
    """A stolen one told of airings that it never had, as another commune's, in words of its own."""
    text = station.schedule_file.read_text("utf-8")
    station.schedule_file.write_text(text.replace("p1: {kind: player", "p1: {commune: gio-linh, kind: player"), "utf-8")
    (station.campaigns / "gio-linh.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
    store, schedule = Database(station.database), load_schedule(station)
    for name in ("p1", "p2"):
        key = Key.of(station.fleet / name)
        register.join(station, store, name, fingerprint(key.public), key.public, PLANNED)
    log = RemoteLog(station, store)
    second = datetime.timedelta(seconds=1)
    log.hand_over(schedule, PLANNED - second)
    log.hand_over(schedule, PLANNED + second)
    lie = f"bia@{PLANNED:%Y-%m-%dT%H:%M:%SZ}"
    for name in ("p1", "p2"):
        for airing in (AIRING, lie):
            tell(log, schedule, store, name, PLANNED + 60 * second, airing)
    found = {(row.output, row.part_of): row.commune for row in rows(store, kinds=("output",))}
    assert found == {
        ("p1", AIRING): "ben-hai",  # the station gave it this airing
        ("p1", lie): "gio-linh",
        ("p2", AIRING): "ben-hai",
        ("p2", lie): "ben-hai",  # an output of the station: all communes' bulletins
    }
    store.close()
