"""Kinds of faults that an unseen set showed, some ten of each: found in the one line, and not in its right twin."""

import csv
from datetime import date
from pathlib import Path

from loa.checks import review
from loa.errors import Severity

TABLE = Path(__file__).parent / "kinds.tsv"
DAY = date(2026, 9, 1)


def _codes(line: str) -> set[str]:
    return {finding.code for finding in review(line, DAY) if finding.severity is not Severity.INFO}


def test_kinds() -> None:
    with TABLE.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    missed = [row["wrong"] for row in rows if row["code"] not in _codes(row["wrong"])]
    false = [(row["right"], row["code"]) for row in rows if row["code"] in _codes(row["right"])]
    assert not missed
    assert not false
