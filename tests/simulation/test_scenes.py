"""What seeds have found, each as a scene of its own."""

import pytest

from loa.actions.approvals import withdraw
from loa.stop_file import StopRequest
from loa.store.asrun import rows
from loa.store.requests import AirRequest, ask
from tests.simulation.conftest import broken_in
from tests.simulation.faults import press_stop
from tests.simulation.files import OUTPUTS
from tests.simulation.world import DAY, Act, World

SIX, TWO = 6 * 3600.0, 14 * 3600.0
"""When tin-sang is planned, and tin-khan: twice, with ten seconds between."""
NOON, EVENING = 12 * 3600.0 + 600.0, 20 * 3600.0 + 58 * 60.0
"""When luan-phien (12:10) and tin-toi (20:58, until 21:00 is allowed) are planned."""


def outcome(world: World, broadcast: str) -> tuple[str | None, str]:
    """The first one of the broadcast."""
    row = next(row for row in rows(world.store) if row.broadcast == broadcast)
    return row.outcome, row.reason or ""


def test_a_release_withdrawn_while_the_airing_waits_for_an_emergency_is_not_heard(world: World) -> None:
    def emergency() -> None:
        request = AirRequest(airing="air:x", bulletin="trung-son/khan", outputs=("cho",), by="Hoa", now=True)
        ask(world.store, request, world.clock.wall)
        world.acts.append(Act("emergency", world.clock.real, "air:x", ("cho",), 40.0))
        world.trouble("emergency", world.clock.real + 130.0)

    def withdrawal() -> None:
        for bulletin in ("trung-son/luan-phien-dvc", "trung-son/luan-phien-ytb"):
            withdraw(world.workspace, world.store, bulletin, "Hoa", world.clock.wall)
        world.trouble("withdrawn", world.clock.real + 1000.0)
        for release in world.releases:
            if "luan-phien" in release.bulletin:
                release.until = world.clock.real

    world.at(NOON - 8.0, emergency)
    world.at(NOON + 7.0, withdrawal)
    assert broken_in(world, 1) == []
    assert outcome(world, "luan-phien")[0] == "missed"


def test_what_would_sound_after_the_allowed_hours_is_missed(world: World) -> None:
    def power_cut() -> None:
        world.village.broken = dict.fromkeys(OUTPUTS, EVENING + 100.0)
        world.trouble("output", EVENING + 110.0)

    world.at(EVENING - 20.0, power_cut)
    assert broken_in(world, 1) == []
    assert not any(sound.airing.startswith("tin-toi") for sound in world.village.heard)
    how, why = outcome(world, "tin-toi")
    assert how == "missed"
    assert "the hours that the commune allows were over" in why


def test_what_is_interrupted_is_not_resumed_after_the_allowed_hours(world: World) -> None:
    def power_cut() -> None:
        world.village.broken = dict.fromkeys(OUTPUTS, EVENING + 115.0)
        world.trouble("output", EVENING + 130.0)

    world.at(EVENING + 20.0, power_cut)
    assert broken_in(world, 1) == []
    (heard,) = (sound for sound in world.village.heard if sound.airing.startswith("tin-toi"))
    assert abs(heard.last - 20.0) < 0.01
    assert outcome(world, "tin-toi")[0] == "missed"


def test_after_a_power_cut_in_its_repetition_an_emergency_is_not_said_once_more(world: World) -> None:
    world.at(TWO + 60.0, lambda: world.kill(world.processes[0], back=2.0))
    assert broken_in(world, 1) == []
    heard = [
        sound.first for sound in world.village.heard if sound.airing.startswith("tin-khan") and sound.output == "cum"
    ]
    assert heard == [0.0, 0.0, 8.0]


def test_who_presses_stop_while_the_station_starts_again_is_obeyed(world: World) -> None:
    def stop() -> None:
        press_stop(world)
        world.trouble("stop", world.clock.real + 75.0)

    world.at(NOON + 10.0, lambda: world.kill(world.processes[0], back=6.0))
    world.at(NOON + 15.0, stop)
    assert broken_in(world, 1) == []
    assert world.acts[0].taken
    assert outcome(world, "luan-phien")[0] == "cut"
    assert all(sound.end < NOON + 11.0 for sound in world.village.heard if sound.airing.startswith("luan-phien"))


def test_what_was_heard_in_part_is_not_begun_anew_after_its_release_was_withdrawn(world: World) -> None:
    def priority() -> None:
        request = AirRequest(airing="air:x", bulletin="trung-son/khan", outputs=("cho", "dinh"), by="Hoa", now=True)
        ask(world.store, request, world.clock.wall)
        world.acts.append(Act("emergency", world.clock.real, "air:x", ("cho", "dinh"), 40.0))
        world.trouble("emergency", world.clock.real + 130.0)

    def withdrawal() -> None:
        for bulletin in ("trung-son/luan-phien-dvc", "trung-son/luan-phien-ytb"):
            withdraw(world.workspace, world.store, bulletin, "Hoa", world.clock.wall)
            for release in world.releases:
                if release.bulletin == bulletin:
                    release.until = world.clock.real
            world.at(world.clock.real + 50.0, lambda name=bulletin: world.approve(name))  # type: ignore[misc]
        world.trouble("withdrawn", world.clock.real + 100.0)

    world.programme.settings["luan-phien"] = "late: {start_within: 10m}"
    world.write_schedule()
    world.at(NOON + 15.0, priority)
    world.at(NOON + 30.0, withdrawal)
    assert broken_in(world, 1) == []
    assert outcome(world, "luan-phien")[0] == "cut"


def test_a_clock_that_leaps_away_before_an_airing_and_comes_back_costs_nothing(world: World) -> None:
    def leap(seconds: float) -> None:
        world.clock.offset = seconds
        world.trouble("clock", world.clock.real + 130.0)

    world.at(NOON - 15.0, lambda: leap(400 * DAY))
    world.at(NOON + 20.0, lambda: leap(0.0))
    assert broken_in(world, 1) == []
    assert outcome(world, "luan-phien")[0] == "aired-late"


def test_what_a_clock_that_was_ahead_gave_up_is_aired_once_ntp_has_set_it(world: World) -> None:
    def wrong() -> None:
        world.clock.offset = 1500.0
        world.trouble("clock", SIX + 120.0)

    def right() -> None:
        world.clock.offset, world.clock.synchronised = 0.0, True

    world.at(SIX - 60.0, wrong)
    world.at(SIX + 45.0, right)
    assert broken_in(world, 1) == []
    assert outcome(world, "tin-sang")[0] == "aired-late"


def test_a_clock_that_is_wrong_between_two_repetitions_silences_nobody(world: World) -> None:
    def leap(seconds: float) -> None:
        world.clock.offset, world.clock.synchronised = seconds, False
        world.trouble("clock", world.clock.real + 130.0)

    world.at(TWO + 28.0, lambda: leap(8 * DAY))
    world.at(TWO + 313.0, lambda: leap(0.0))
    assert broken_in(world, 1) == []
    assert outcome(world, "tin-chieu")[0] == "aired"


def emergency_now(world: World, name: str) -> None:
    """Somebody releases an emergency on two outputs."""
    request = AirRequest(airing=name, bulletin="trung-son/khan", outputs=("cho", "dinh"), by="Hoa", now=True)
    ask(world.store, request, world.clock.wall)
    world.acts.append(Act("emergency", world.clock.real, name, ("cho", "dinh"), 40.0))
    world.trouble("emergency", world.clock.real + 130.0)


@pytest.mark.parametrize("ahead", [600.0, 400 * DAY])
def test_a_stop_under_a_clock_that_is_ahead_silences_no_emergency_of_later(world: World, ahead: float) -> None:
    def leap(seconds: float) -> None:
        world.clock.offset = seconds
        world.trouble("clock", world.clock.real + 130.0 + min(seconds, 7 * DAY))

    def stop() -> None:
        press_stop(world)
        world.trouble("stop", world.clock.real + 75.0)

    world.at(NOON + 600.0, lambda: leap(ahead))
    world.at(NOON + 700.0, stop)
    world.at(NOON + 720.0, lambda: leap(0.0))
    for number, moment in enumerate((NOON + 725.0, NOON + 3600.0, DAY + NOON + 900.0)):
        world.at(moment, lambda name=f"air:{number}": emergency_now(world, name))  # type: ignore[misc]
    assert broken_in(world, 2) == []
    found = {row.airing: row.outcome for row in rows(world.store) if (row.airing or "").startswith("air:")}
    assert found == dict.fromkeys(("air:0", "air:1", "air:2"), "aired")


def test_what_goes_on_at_its_sentence_does_not_sound_after_the_allowed_hours(world: World) -> None:
    def power_cut() -> None:
        world.village.broken = dict.fromkeys(OUTPUTS, EVENING + 101.7)
        world.trouble("output", EVENING + 115.0)

    world.at(EVENING + 23.5, power_cut)  # in a sentence that began at 20: what is left lasts until 21:00:02
    assert broken_in(world, 1) == []
    assert outcome(world, "tin-toi")[0] == "missed"


def test_a_stop_from_another_computer_is_obeyed_while_the_disk_is_full(world: World) -> None:
    def full() -> None:
        world.disk.full_until = NOON + 300.0
        world.trouble("full", NOON + 310.0)

    def stop() -> None:
        number = ask(world.store, StopRequest(by="Hoa"), world.clock.wall)
        world.acts.append(Act("stop", world.clock.real, str(number)))
        world.trouble("stop", world.clock.real + 75.0)

    world.at(NOON - 100.0, full)
    world.at(NOON + 10.0, stop)
    assert broken_in(world, 1) == []
    assert outcome(world, "luan-phien")[0] == "cut"
    assert all(sound.end < NOON + 11.0 for sound in world.village.heard if sound.airing.startswith("luan-phien"))


@pytest.mark.parametrize("ahead", [600.0, 5 * 3600.0])
def test_what_a_clock_that_was_ahead_wrote_does_not_keep_the_next_process_silent(world: World, ahead: float) -> None:
    def leap(seconds: float) -> None:
        world.clock.offset = seconds
        world.trouble("clock", world.clock.real + 130.0 + 2 * seconds)  # what it gave up waits for somebody who vouches

    world.at(SIX - 3600.0, lambda: leap(ahead))
    world.at(SIX - 3000.0, lambda: emergency_now(world, "air:x"))  # the newest row is of the clock that was ahead
    world.at(SIX - 2400.0, lambda: leap(0.0))
    world.at(SIX - 2200.0, lambda: world.kill(world.processes[0], back=5.0))
    assert broken_in(world, 1) == []
    assert outcome(world, "luan-phien")[0] == "aired"


def test_a_process_that_begins_before_the_newest_row_waits_no_longer_than_until_then(world: World) -> None:
    """A clock that was ahead is right again only after the process has died: nobody could write that it was set."""

    def leap(seconds: float) -> None:
        world.clock.offset = seconds
        world.trouble("clock", SIX + 2400.0)

    world.at(SIX - 3600.0, lambda: leap(5400.0))
    world.at(SIX - 3000.0, lambda: emergency_now(world, "air:x"))
    world.at(SIX - 2400.0, lambda: world.kill(world.processes[0], back=30.0))
    world.at(SIX - 2390.0, lambda: leap(0.0))
    assert broken_in(world, 1) == []
    assert outcome(world, "tin-trua")[0] == "aired"


def test_who_goes_on_after_another_took_over_does_not_take_its_request(world: World) -> None:
    """It stood still just as it claimed the emergency, and the other one is about to: the disk is slow."""

    def hand_over() -> None:
        world.disk.slow_until = world.clock.real + 120.0
        world.trouble("slow_disk", world.disk.slow_until + 5.0, "the disk")
        emergency_now(world, "air:x")
        first, _standby = world.processes
        first.stalls_in, first.wakes = 7, 0.5  # the job that claims
        world.look_often([0.25] * 160)

    world.at(NOON + 600.0, world.start_process)
    world.at(NOON + 640.0, hand_over)
    assert broken_in(world, 1) == []
    assert len(world.takeovers) == 1
    assert {sound.process for sound in world.village.heard if sound.airing == "air:x"} == {world.processes[1].pid}
