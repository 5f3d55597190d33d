"""The defects that are planted on purpose still fit into the product."""

from tests.simulation.planted.__main__ import ROOT
from tests.simulation.planted.defects import DEFECTS


def test_each_defect_fits_in_one_place() -> None:
    texts = {one.name: (ROOT / "generator" / "loa" / one.module).read_text("utf-8") for one in DEFECTS}
    assert {one.name: texts[one.name].count(one.before) for one in DEFECTS} == dict.fromkeys(texts, 1)
