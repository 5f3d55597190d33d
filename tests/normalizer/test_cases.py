"""Every case of the tables is read as an announcer of the house would."""

from pathlib import Path

import pytest

from tests.normalizer.score import CASES, failures


@pytest.mark.parametrize(
    "path", sorted([*CASES.glob("*.tsv"), *(CASES.parent / "fresh").glob("*.tsv")]), ids=lambda path: path.stem
)
def test_every_case_is_read_as_accepted(path: Path):
    wrong, total = failures(path)
    assert total > 0
    assert not wrong, "\n".join(wrong)
