"""Each promise can be broken: a witness that heard something else, or a log that says something else, is believed."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from loa.store.requests import AirRequest, ask
from loa.store.tables import logbook
from tests.simulation.conftest import broken_in
from tests.simulation.promises import broken_promises
from tests.simulation.sound import Sound
from tests.simulation.world import Act, World

MORNING, NOON = "tin-sang@2026-11-29T23:00:00Z", "tin-trua@2026-11-30T04:30:00Z"
SIX, HALF_PAST_ELEVEN = 6 * 3600.0, 11.5 * 3600.0


def morning(world: World) -> Sound:
    """What was heard of the first airing on its first output."""
    return next(s for s in world.village.heard if s.airing == MORNING)


def again(world: World, began: float, **other: object) -> Sound:
    """The same sound, heard another time."""
    first = morning(world)
    values = {name: getattr(first, name) for name in Sound.__slots__} | {"began": began, "start": began} | other
    return Sound(**values)


def log(world: World, airing: str | None, **values: object) -> None:
    """Change the log behind the station's back."""
    with world.store.write() as connection:
        if airing is None:
            connection.execute(delete(logbook).where(logbook.c.airing == MORNING))
        else:
            connection.execute(update(logbook).where(logbook.c.airing == airing).values(values))


def heard_late(world: World) -> None:
    morning(world).began += 0.2


def stop_of_deaf(world: World) -> None:
    world.acts.append(Act("stop", SIX + 10.0, "", taken=SIX + 10.2))


def withdraw(world: World, moment: float) -> None:
    for release in world.releases:
        if release.sha256 == morning(world).sha256:
            release.until = moment


TAMPERINGS: dict[str, tuple[Callable[[World], None], str]] = {
    "no outcome": (lambda world: log(world, None), f"{MORNING} has 0 outcomes"),
    "no answer": (lambda world: world.acts.append(Act("by_hand", 10.0, "air:x")), "air:x has 0 outcomes"),
    "never taken": (lambda world: world.acts.append(Act("stop", 10.0, "")), "the STOP at 10 was never taken"),
    "taken late": (lambda world: world.acts.append(Act("stop", 10.0, "", taken=13.0)), "was taken after 3.0 s"),
    "two processes": (
        lambda world: world.village.heard.append(again(world, SIX + 5.0, process=7)),
        f"{MORNING} and {MORNING} at once (35.0 s, two processes)",
    ),
    "not released": (lambda world: setattr(morning(world), "sha256", "0" * 64), "a sound that nobody released"),
    "twice": (lambda world: world.village.heard.append(again(world, SIX + 50.0)), "80 s of 40 in 2 parts"),
    "not to its end": (lambda world: setattr(morning(world), "last", 30.0), "in 1 parts without any fault"),
    "silence": (lambda world: world.village.heard.clear(), f"{MORNING} on tram is aired, but 0 s were heard"),
    "late": (heard_late, "began 0.20 s late without any fault"),
    "missed": (lambda world: log(world, MORNING, outcome="missed"), f"{MORNING} is missed, and no alarm says so"),
    "after STOP": (stop_of_deaf, f"{MORNING} sounds -10.2 s after STOP"),
    "outside the hours": (
        lambda world: world.village.heard.append(again(world, 60.0)), "sounds at 30 00:01:00-00:01:39, outside the hours"
    ),
    "withdrawn": (lambda world: withdraw(world, SIX + 10.0), "sounds 30.0 s on after its release was withdrawn"),
    "taken over too early": (
        lambda world: world.takeovers.append((SIX, 3.0)), "took over from one that had stood still for 3.0 s"
    ),
    "changed log": (lambda world: log(world, NOON, reason="nothing"), "log: Row"),
    "a failed step": (lambda world: world.failures.append("a step failed"), "a step failed"),
}  # fmt: skip


def test_what_is_left_out_and_heard_is_found(world: World) -> None:
    world.programme.left_out["tin-sang"] = ["2026-11-30"]
    world.write_schedule()
    assert broken_in(world, 1) == []
    first = world.village.heard[0]
    values = {name: getattr(first, name) for name in Sound.__slots__} | {"airing": MORNING, "began": SIX, "start": SIX}
    world.village.heard.append(Sound(**values))
    assert any("is left out, and skipped (1 sounds)" in text for text in broken_promises(world, 1))


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_promise_that_is_broken_is_found(world: World, name: str) -> None:
    assert broken_in(world, 1) == []
    tamper, words = TAMPERINGS[name]
    tamper(world)
    assert any(words in text for text in broken_promises(world, 1))


def test_an_emergency_that_is_not_heard_at_once_is_found(world: World) -> None:
    def asked_for() -> None:
        name = "air:ben-hai/khan@x"
        request = AirRequest(airing=name, bulletin="ben-hai/khan", outputs=("cum",), by="Hoa", now=True)
        ask(world.store, request, world.clock.wall)
        world.acts.append(Act("emergency", world.clock.real, name, ("cum",), 40.0))
        world.trouble("emergency", world.clock.real + 200.0)

    world.at(HALF_PAST_ELEVEN + 1000.0, asked_for)
    assert broken_in(world, 1) == []
    for sound in world.village.heard:
        if sound.airing.startswith("air:"):
            sound.began += 2.0
    assert any("did not sound at once on cum" in text for text in broken_promises(world, 1))
    for sound in world.village.heard:
        if sound.airing.startswith("air:"):
            sound.began += 30.0
    world.decided["air:ben-hai/khan@x"] = HALF_PAST_ELEVEN + 1072.0
    assert any("no word of it for 32 s" in text for text in broken_promises(world, 1))
