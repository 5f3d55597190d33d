"""What people ask of players beside the plan: who does it, when not, and what the station is told of it."""

import datetime
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from loa.automation.intervals import Timing
from loa.automation.station import Automation
from loa.fleet import acts, register
from loa.fleet.keys import Key, fingerprint
from loa.fleet.messages import Command, Done, State
from loa.fleet.own_acts import OwnActs
from loa.fleet.remote_log import RemoteLog
from loa.schedule import UTC
from loa.schedule.loader import load_schedule
from loa.store.asrun import rows
from loa.store.database import Database
from loa.workspace import Workspace
from tests.fleet.test_signed import Rig, rig
from tests.local import wait_for

__all__ = ["rig"]
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def station(rig: Rig) -> Iterator[Automation]:
    """The automation of the player, which has no plan yet."""
    store = Database(rig.workspace.database)
    made = Automation(rig.workspace, store, rig.player.clock, Timing())
    made.step()
    rig.player.follow(made)
    yield made
    made.close()
    store.close()


def act(rig: Rig, number: int, verb: str) -> bytes:
    now = datetime.datetime.now(UTC) + datetime.timedelta(microseconds=number)
    command = Command(
        number=1, at=now, expires=now + 60 * SECOND, verb=verb, request={"act": number}, begins=now + SECOND / 5
    )  # type: ignore[arg-type]
    return rig.station.sign(rig.topics.command, command.model_dump(mode="json"))


def test_a_player_sounds_the_chime_once_and_tells_it_until_the_station_knows(rig: Rig, station: Automation) -> None:
    raw = act(rig, 7, "test")
    rig.gets(rig.topics.command, raw)
    rig.gets(rig.topics.command, raw)
    wait_for(lambda: rig.player.acts.told() == (Done(act=7, result="done"),), 60)
    heard = (rig.workspace.state / "heard" / "loa.jsonl").read_text("utf-8").splitlines()
    assert sum('"start"' in line for line in heard) <= 1
    rig.begin()  # the power was gone: it still has to be told
    assert rig.player.acts.told() == (Done(act=7, result="done"),)
    rig.player.follow(station)
    rig.gets(rig.topics.command, raw)
    told = rig.station.sign(rig.topics.told, {"acts": [7]})
    rig.gets(rig.topics.told, told)
    assert rig.player.acts.told() == ()
    assert OwnActs(rig.workspace, rig.player.clock).told() == ()


def test_a_player_starts_again_and_says_so_afterwards(rig: Rig, station: Automation) -> None:
    raw = act(rig, 9, "restart")
    rig.gets(rig.topics.command, raw)
    assert rig.player.acts.again.is_set()
    assert rig.player.acts.told() == ()
    rig.begin()
    rig.player.follow(station)
    rig.gets(rig.topics.command, raw)
    assert rig.player.acts.told() == (Done(act=9, result="done"),)
    assert not rig.player.acts.again.is_set(), "once"


def test_what_is_on_air_or_must_be_quiet_is_left_alone(rig: Rig, station: Automation) -> None:
    rig.player.follow(None)  # type: ignore[arg-type]
    rig.gets(rig.topics.command, act(rig, 1, "restart"))
    assert rig.player.acts.told()[-1].result == "on-air", "nobody knows yet"
    rig.player.follow(station)
    rig.workspace.schedule_file.write_text(
        "timezone: UTC\noutputs: {loa: {kind: 'null'}, _all: {kind: group, outputs: [loa]}}\n"
        "rules: {limits: [{max_volume: 0}]}\nbroadcasts: []\n",
        "utf-8",
    )
    for _step in range(3):
        station.step()
    rig.gets(rig.topics.command, act(rig, 2, "test"))
    assert rig.player.acts.told()[-1] == Done(act=2, result="quiet")


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[Workspace, Database, list[int]]]:
    """A station that has asked three players to sound the chime, and what it asked."""
    workspace = Workspace(tmp_path / "xa")
    store = Database(workspace.database)
    numbers = acts.ask(workspace, store, ["a", "b", "c"], "test", "Hoa", datetime.datetime(2026, 12, 1, 8, tzinfo=UTC))
    yield workspace, store, numbers
    store.close()


def test_what_became_of_it_is_entered_once_and_who_does_not_answer_is_silent(
    asked: tuple[Workspace, Database, list[int]],
) -> None:
    workspace, store, (a, b, c) = asked
    now = datetime.datetime(2026, 12, 1, 8, tzinfo=UTC)
    done = [Done(act=a, result="done")]
    for _again in range(2):
        acts.close(workspace, store, "a", done, now + 5 * SECOND)
        acts.close(workspace, store, "b", [Done(act=a, result="failed"), Done(act=99, result="done")], now)
    acts.close(workspace, store, "b", [Done(act=b, result="failed", note="no card")], now + 6 * SECOND)
    acts.give_up(workspace, store, now + 100 * SECOND)
    assert [one.number for one in acts.waiting(store)] == [c]
    acts.give_up(workspace, store, now + 200 * SECOND)
    acts.close(workspace, store, "c", [Done(act=c, result="done")], now + 3600 * SECOND)  # the line came back
    found = {one.player: one.result for one in acts.latest(store, now).values()}
    assert found == {"a": "done", "b": "failed", "c": "done"}
    told = [row.output for row in rows(store, kinds=("player",)) if row.output]
    assert told == ["a", "b", "c", "c"]
    assert "no card" in acts.numbered(store, [b])[0].words


def test_many_silent_players_are_one_alarm_which_names_the_dark_village(tmp_path: Path) -> None:
    station = Workspace(tmp_path)
    outputs = [f"  d{n}: {{kind: player, village: thôn Đông}}\n" for n in range(4)]
    outputs += [f"  t{n}: {{kind: player, village: thôn Tây}}\n" for n in range(3)]
    station.schedule_file.write_text("timezone: UTC\noutputs:\n" + "".join(outputs) + "broadcasts: []\n", "utf-8")
    schedule, store = load_schedule(station), Database(station.database)
    now = datetime.datetime(2026, 12, 1, 8, tzinfo=UTC)
    for name in schedule.outputs:
        key = Key.of(station.fleet / name)
        register.join(station, store, name, fingerprint(key.public), key.public, now)
        register.note_state(store, name, State(), now)
    seconds = itertools.count(0, 60)
    log = RemoteLog(station, store, elapsed=lambda: float(next(seconds)))

    def alarms(minute: int) -> list[str]:
        moment = now + minute * 60 * SECOND
        log.tell_of_silent(schedule, list(register.enrolled(store).values()), moment)
        return [row.reason or "" for row in rows(store, kinds=("alarm",))]

    assert [alarms(minute) for minute in range(4)] == [[]] * 4
    for name in ("d0", "d1", "d2", "d3", "t0"):
        register.note_line(store, name, up=False, now=now)
    assert [len(alarms(minute)) for minute in range(4, 8)] == [0, 1, 1, 1]
    register.note_line(store, "t1", up=False, now=now)
    (first,) = alarms(8)
    assert first.startswith("5 of 7 players are silent: thôn Đông (4)")
    assert "Nothing is heard of thôn Đông" in first
    assert "thôn Tây: is" not in first
    assert [len(alarms(minute)) for minute in range(9, 12)] == [1, 1, 1], "one after the other is told together"
    store.close()
