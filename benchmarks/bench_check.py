"""`loa check` on every commune of the country: 3 300 files with one campaign each, on one core."""

import tempfile
import time
from datetime import date
from pathlib import Path

from loa.campaign.authoring import commune_draft
from loa.checks import station
from loa.reference import places
from loa.workspace import Workspace
from tests.conftest import ROOT

COMMUNES = 3300


def run() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        workspace = _country(Path(folder).resolve())
        start = time.process_time()
        findings = station.check(workspace)
        seconds = time.process_time() - start
    return [
        f"loa check, {COMMUNES} communes x 1 campaign: {seconds:.1f} s of one core (goal 20), {len(findings)} findings"
    ]


def _country(root: Path) -> Workspace:
    """The sample station's templates, and one file for each commune of today."""
    (root / "templates").symlink_to(ROOT / "templates")
    (root / "campaigns").mkdir()
    (root / "schedule.yaml").touch()
    day = date(2026, 11, 1)
    units = [unit for province in places.provinces(day) for unit in places.of_province(province.code, day)]
    for unit in units[:COMMUNES]:
        draft = commune_draft(unit, day)
        (root / "campaigns" / f"{draft.stem}-{unit.code}.yaml").write_text(draft.text, encoding="utf-8")
    return Workspace(root)
