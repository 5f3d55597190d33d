"""Rules, zones and echoes by where the listeners are."""

import datetime
from collections.abc import Callable

import pytest

from loa.errors import ScheduleError
from loa.schedule import UTC, Schedule, airings
from loa.schedule.echoes import echo_text, echoes, metres
from loa.schedule.loader import load_schedule
from loa.workspace import Workspace

DAY = datetime.datetime(2026, 11, 3, tzinfo=UTC)
VILLAGES = """outputs:
  dong-1: {kind: player, village: thôn Đông, position: "16.9000, 107.0700"}
  dong-2: {kind: rtp, address: 239.1.1.1, village: Thôn Đông, position: "16.9000, 107.0708"}
  tay: {kind: player, village: thôn Tây, position: "16.9000, 107.1000"}
  zone-dong: {kind: group, villages: [thôn Đông], volume: 80}
  zone-tay: {kind: group, villages: [thôn Tây]}
  all: {kind: group, outputs: [tay], villages: [thôn Đông]}
"""


def planned(schedule: Schedule) -> dict[str, list[str]]:
    found = airings(schedule, DAY, DAY + datetime.timedelta(days=1))
    return {f"{a.broadcast} {a.planned:%H:%M}": [p.message for p in a.problems] for a in found}


def broadcast(id_: str, on: str, at: str, more: str = "") -> str:
    return (
        f"  - {{id: {id_}, commune: ben-hai, campaigns: [dvc], at: [{at}], length: {{max: 10m}}, on: [{on}]{more}}}\n"
    )


def test_two_zones_with_two_sessions_each_are_planned(write: Callable[[str], Workspace]) -> None:
    """They were counted together, as four of one commune, and two fell off the air."""
    rules = "rules: {max_sessions_per_day: 2, max_minutes: 15}\n"
    two = VILLAGES + rules + "broadcasts:\n" + broadcast("d", "zone-dong", '"06:00", "17:00"')
    apart = load_schedule(write(two + broadcast("t", "zone-tay", '"06:10", "17:10"')))
    assert planned(apart) == {"d 06:00": [], "t 06:10": [], "d 17:00": [], "t 17:10": []}
    third = load_schedule(write(two + broadcast("t", "all", '"18:00"')))
    said = "session number 3 of the day; the commune allows 2 (on dong-1, dong-2)"
    assert planned(third) == {"d 06:00": [], "d 17:00": [], "t 18:00": [said]}
    longer = load_schedule(write(two + broadcast("t", "tay, dong-1", '"06:10"')))
    assert planned(longer)["t 06:10"] == ["the session gets 20 minutes long; the commune allows 15 (on dong-1)"]


def test_a_group_takes_all_loudspeakers_of_its_villages(write: Callable[[str], Workspace]) -> None:
    schedule = load_schedule(write(VILLAGES))
    assert schedule.loudspeakers(("zone-dong",)) == ("dong-1", "dong-2")
    assert schedule.loudspeakers(("all",)) == ("tay", "dong-1", "dong-2")
    assert {line.volume for line in schedule.lines(("zone-dong",)).values()} == {80}


@pytest.mark.parametrize(
    ("group", "told"),
    [("{kind: group}", "is empty"), ("{kind: group, villages: [thôn Đong]}", "Did you mean “thôn Đông”")],
)
def test_a_group_without_loudspeakers_is_told(write: Callable[[str], Workspace], group: str, told: str) -> None:
    with pytest.raises(ScheduleError) as error:
        load_schedule(write(VILLAGES.replace("Thôn Đông", "thôn Đông") + f"  x: {group}\n"))
    assert told in " ".join(f"{finding.message} {finding.fix}" for finding in error.value.findings)


def test_two_horns_that_one_house_hears_one_after_the_other_are_told(write: Callable[[str], Workspace]) -> None:
    """Worst at 100 to 200 ms, that is 34 to 68 m of path."""
    assert metres("16.9000, 107.0700", "16.9000, 107.0708") == pytest.approx(85.1, abs=0.2)
    schedule = load_schedule(write(VILLAGES + "broadcasts:\n" + broadcast("d", "all", '"17:00"')))
    (echo,) = echoes(schedule)
    assert "stand 85 m apart: houses hear one up to 248 ms later" in echo_text(schedule, echo)
    assert (echo.first, echo.second) == ("dong-1", "dong-2")
    assert echo.seconds == pytest.approx(85.1 / 343, abs=0.001)
    near = VILLAGES.replace("107.0708", "107.0702")  # 21 m: 62 ms
    assert not list(echoes(load_schedule(write(near + "broadcasts:\n" + broadcast("d", "all", '"17:00"')))))
    siren = broadcast("d", "all", '"17:00"', ", priority: emergency")
    assert not list(echoes(load_schedule(write(VILLAGES + "broadcasts:\n" + siren))))


GROUPS = """outputs:
  a: {kind: "null", position: "16.9000, 107.0700"}
  b: {kind: player, position: "16.9000, 107.0708"}
  c: {kind: "null", position: "16.9000, 107.0716"}
  nhom-1: {kind: group, outputs: [a]}
  nhom-2: {kind: group, outputs: [b], after: nhom-1}
  nhom-3: {kind: group, outputs: [c], after: nhom-2}
rules: {max_sessions_per_day: 1}
broadcasts:
"""


def heard(schedule: Schedule) -> list[str]:
    found = airings(schedule, DAY, DAY + datetime.timedelta(days=1), with_skipped=True)
    return [f"{a.planned:%H:%M} {','.join(a.outputs)}{' (left out)' if a.forbidden else ''}" for a in found]


def test_groups_speak_one_after_the_other_and_no_echoes_meet(write: Callable[[str], Workspace]) -> None:
    text = GROUPS + broadcast("d", "nhom-1, nhom-2, nhom-3", '"17:00"')
    schedule = load_schedule(write(text))
    assert heard(schedule) == ["17:00 nhom-1", "17:10 nhom-2", "17:20 nhom-3"]
    assert not list(echoes(schedule))
    # the station airs its own, at the same instants and by the same names; a player gets what is its own
    assert heard(schedule.at_station()) == ["17:00 nhom-1", "17:20 nhom-3"]
    assert planned(schedule) == {"d 17:00": [], "d 17:10": [], "d 17:20": []}, "one session for each listener"
    alone = load_schedule(write(GROUPS + broadcast("d", "nhom-2, nhom-3", '"17:00"')))
    assert heard(alone) == ["17:00 nhom-2", "17:10 nhom-3"]
    assert heard(alone.at_station()) == ["17:10 nhom-3"]


def test_an_emergency_goes_everywhere_at_once(write: Callable[[str], Workspace]) -> None:
    text = GROUPS + broadcast("d", "nhom-1, nhom-2, nhom-3", '"17:00"', ", priority: emergency")
    assert heard(load_schedule(write(text))) == ["17:00 nhom-1,nhom-2,nhom-3"]


def test_a_day_left_out_is_left_out_for_every_group(write: Callable[[str], Workspace]) -> None:
    text = GROUPS + broadcast("d", "nhom-1, nhom-2", '"17:00"', ", except: [2026-11-03]")
    assert heard(load_schedule(write(text))) == ["17:00 nhom-1 (left out)", "17:10 nhom-2 (left out)"]


@pytest.mark.parametrize(
    ("wrong", "told"), [("nhom-1", "waits for itself"), ("nhom-9", "There is no group"), ("a", "There is no group")]
)
def test_groups_in_a_circle_are_told(write: Callable[[str], Workspace], wrong: str, told: str) -> None:
    text = GROUPS.replace("outputs: [a]", f"outputs: [a], after: {wrong}")
    with pytest.raises(ScheduleError, match=told):
        load_schedule(write(text + broadcast("d", "nhom-1", '"17:00"')))
