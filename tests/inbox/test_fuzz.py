"""Broken messages are refused in words."""

import pytest

from tests.inbox.fuzz import run


@pytest.mark.parametrize("count", [400, pytest.param(100_000, marks=pytest.mark.long)])
def test_what_is_broken_is_refused_in_words(count: int) -> None:
    done = run(count, 7)
    assert done.refused > count * 0.8
    assert len(done.kinds) > 8
    assert done.longest < 5.0
