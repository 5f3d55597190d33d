"""Fleets from seeds: no promise is broken, whatever happens; and a promise that is broken is found."""

import shutil
from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from loa.store.tables import logbook
from tests.simulation.files import memory_folder
from tests.simulation.fleet.promises import broken_promises
from tests.simulation.fleet.report import run_fleet
from tests.simulation.fleet.world import FleetWorld, process_table
from tests.simulation.sound import Sound


def test_no_promise_is_broken() -> None:
    assert run_fleet(1, days=1, players=4).broken == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20, 23))
def test_no_promise_is_broken_in_more_worlds(seed: int) -> None:
    result = run_fleet(seed, days=2, players=4)
    assert result.broken == []
    assert result.airings >= 2 * 3
    assert result.faults.total() >= 4


def sound(world: FleetWorld, name: str, airing: str) -> Sound:
    return next(s for v in world.boxes[name].heard for s in v.heard if s.airing.startswith(airing))


def without_row(world: FleetWorld) -> None:
    with world.store.write() as connection:
        connection.execute(delete(logbook).where(logbook.c.part_of.like("tin-sang@%"), logbook.c.output == "p1"))


def with_other_outcome(world: FleetWorld) -> None:
    with world.store.write() as connection:
        mine = (logbook.c.part_of.like("tin-trua@%"), logbook.c.output == "p0")
        connection.execute(update(logbook).where(*mine).values(outcome="missed"))


def emergency_late(world: FleetWorld) -> None:
    sound(world, world.emergencies[0].players[0], "air:").began += 1.0


TAMPERINGS: tuple[tuple[Callable[[FleetWorld], None], str], ...] = (
    (lambda w: setattr(sound(w, "p0", "tin-sang"), "sha256", "0" * 64), "p0 sounded tin-sang@2026-11-29T23:00:00Z at"),
    (lambda w: setattr(sound(w, "p2", "tin-sang"), "began", sound(w, "p2", "tin-sang").began + 0.1), "began over 0.1"),
    (lambda w: setattr(sound(w, "p1", "tin-chieu"), "airing", "tin-la@x"), "which nobody ordered there"),
    (emergency_late, "after 2."),
    (without_row, "has 0 outcomes at p1"),
    (with_other_outcome, "is missed at p0, but it was heard"),
    (lambda w: setattr(sound(w, "p2", "tin-chieu"), "last", 20.0), "but 20 s were heard"),
)


@pytest.mark.long
def test_a_promise_that_is_broken_is_found() -> None:
    folder = memory_folder()
    world = FleetWorld(7, folder, 3, {})  # nothing happens in it but one or two emergencies
    with process_table(world):
        world.run(1)
    assert broken_promises(world, 1) == []
    for tamper, words in TAMPERINGS:
        assert not any(words in text for text in broken_promises(world, 1))
        tamper(world)
        assert any(words in text for text in broken_promises(world, 1)), words
    world.close()
    shutil.rmtree(folder)
