"""Whatever somebody pastes, the review answers: no exception, true places, and mends that settle."""

import sys
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loa.checks import review
from loa.checks.fix import fix
from loa.checks.text import _FORMATS, Shape

PIECES = st.sampled_from([
    "dịch vụ công", "mức độ 3", "toàn trình", "Nghị đinh", "https: //", "dichvucong.quang.gov.vn", ".", ",", ";", "…", "(", "”", "\n", "\n\n",
    " ", "\u00a0", "\u200b", "# ", "- ", "1. ", "31/02/2024", "045203004567", "Đ/c Trang đọc", "[bookmark: x]", "e\u0302\u0301", "xã", "của của", "{{", "x@y.vn", "60", "%",
])  # fmt: skip
DAY = date(2024, 4, 25)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(PIECES | st.text(max_size=4), max_size=40).map("".join),
    st.sampled_from(["plain", "markdown", "paragraphs"]),
)
def test_every_quote_stands_where_it_is_told(text: str, shape: Shape) -> None:
    lines = text.split("\n")
    for finding in review(text, DAY, shape=shape):
        assert finding.line is not None
        assert finding.column is not None
        rest = "\n".join(lines[finding.line - 1 :])[finding.column - 1 :]
        assert rest.startswith(finding.quote or "")


@settings(max_examples=80, deadline=None)
@given(st.lists(PIECES, max_size=25).map(" ".join), st.sampled_from(["plain", "markdown"]))
def test_mending_a_mended_text_changes_nothing(text: str, shape: Shape) -> None:
    replacement, _many = fix(text, DAY, shape=shape)
    assert fix(replacement, DAY, shape=shape)[0] == replacement


@pytest.mark.parametrize(
    "piece", ["a.", "1.", "(", "…", "gov ", "1", "dịch vụ công mức độ 3 ", "1/2/2023 ", "A.B.", "dichvucong."]
)
def test_no_text_makes_a_rule_run_away(piece: str) -> None:
    """Twenty thousand letters of anything take a moment, not minutes: every pattern is bounded."""
    review(piece * (20_000 // len(piece)), DAY)


def test_every_sign_that_only_steers_is_known() -> None:
    everywhere = {code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"}
    assert everywhere == set(_FORMATS)
