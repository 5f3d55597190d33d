import shutil
from pathlib import Path

import pytest

from loa.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent
COMMUNE = """\
commune: {name: Bến Hải, province: Quảng Trị}
station: {voices: [nữ, nam]}
campaigns:
  - {id: nuoc, template: thong-bao, title: Cúp nước, as_of: 2026-11-01, body: [Mai cúp nước. Bà con trữ nước.]}
  - {id: dien, template: thong-bao, title: Cúp điện, as_of: 2026-11-01, body: [Mai cúp điện.]}
"""


@pytest.fixture
def small_station(tmp_path: Path) -> Workspace:
    """A station with two short bulletins, each presented by a woman and a man."""
    root = tmp_path / "Đài Bến Hải"
    (root / "campaigns").mkdir(parents=True)
    (root / "campaigns" / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    (root / "schedule.yaml").write_text("timezone: Asia/Ho_Chi_Minh\noutputs: {}\nbroadcasts: []\n", "utf-8")
    shutil.copytree(ROOT / "audio" / "jingles", root / "audio" / "jingles")
    return Workspace(root)
