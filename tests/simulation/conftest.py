"""Worlds for tests: from a seed, or without any fault but those of the test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.files import make_model, memory_folder
from tests.simulation.promises import broken_promises
from tests.simulation.world import World, process_table


@pytest.fixture(scope="module")
def model() -> Iterator[Path]:
    """The files of every world of a module."""
    folder = make_model(memory_folder())
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def world(model: Path) -> Iterator[World]:
    """A quiet world: nothing happens in it but what the test does."""
    folder = memory_folder()
    made = World(0, folder, model, {})
    with process_table(made):
        yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


def broken_in(world: World, days: int) -> list[str]:
    """Let `days` days go by; the broken promises."""
    world.run(days)
    return broken_promises(world, days)
