"""A text that is one long word is read in its time: no pattern looks again from each of its letters."""

import time
from datetime import date

import pytest

from loa.checks import review
from loa.importing import documents
from loa.importing.notice import read_notice

DAY = date(2026, 11, 28)


@pytest.mark.parametrize(("piece", "times"), [("A", 60_000), ("Á.", 48_000)])
def test_a_word_as_long_as_a_text_is_read_in_its_time(piece: str, times: int) -> None:
    """A minute and more for each before, which stood still whoever brought it in."""
    text = f"Thông báo họp thôn\n{piece * times}\nKính mời bà con đến dự."
    began = time.process_time()
    read_notice(documents.pasted(text), DAY)
    review(text, DAY)
    assert time.process_time() - began < 10.0
