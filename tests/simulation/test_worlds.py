"""Worlds from seeds: no promise is broken, whatever happens; and a seed makes the same world again."""

from pathlib import Path

import pytest

from tests.simulation.faults import FAULTS
from tests.simulation.report import run_seed
from tests.simulation.world import World, process_table


@pytest.mark.parametrize("seed", range(1, 5))
def test_no_promise_is_broken(seed: int, model: Path) -> None:
    result = run_seed(seed, days=4, model=model)
    assert result.broken == []
    assert result.airings >= 4 * 4
    assert result.faults.total() >= 4


def test_a_seed_makes_the_same_world_again(model: Path, tmp_path: Path) -> None:
    def lived(folder: Path) -> tuple[list[str], list[object]]:
        world = World(4711, folder, model, FAULTS)
        with process_table(world):
            world.run(3)
        world.close()
        return world.history, [(s.output, s.airing, s.began, s.first, s.last) for s in world.village.heard]

    assert lived(tmp_path / "first") == lived(tmp_path / "second")
