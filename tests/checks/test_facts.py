"""Facts of a campaign file that would be read aloud although they say nothing."""

from pathlib import Path

import pytest

from loa.checks.station import check
from loa.errors import Severity
from loa.workspace import Workspace

FILE = """\
commune:
  name: Trung Sơn
  kind: xã
  province: Quảng Trị
contact_desk:
  name: Trung tâm Phục vụ hành chính công xã Trung Sơn
  address: {address}
  phone: {phone}
  hours: {hours}
campaigns:
  - id: hop-thon
    template: thong-bao
    title: Họp thôn
    as_of: 2026-11-01
    form: radio
    body:
      - Thôn Đông họp lúc 19 giờ tại nhà văn hóa.
"""


def found(station: Workspace, **facts: str) -> list[tuple[int | None, str | None]]:
    for path in station.campaigns.glob("*.yaml"):
        path.unlink()
    (station.campaigns / "trung-son.yaml").write_text(FILE.format(**facts), encoding="utf-8")
    return [(f.line, f.quote) for f in check(station) if f.code == "fact.nothing" and f.severity is Severity.ERROR]


def test_words_for_nothing_are_errors_where_they_stand(station: Workspace) -> None:
    assert [line for line, _ in found(station, address="không", phone="chưa có", hours='"-"')] == [7, 8, 9]
    assert [line for line, _ in found(station, address="N/A", phone="null", hours="…")] == [7, 9]


@pytest.mark.parametrize("address", ["thôn Không Minh", "Chưa Hạ, đường số 3", "null", "số 1 - 3, đường Lê Lợi"])
def test_real_facts_pass(station: Workspace, address: str) -> None:
    assert found(station, address=address, phone="0233 3825 119", hours="7 giờ đến 17 giờ") == []
    assert Path(station.campaigns / "trung-son.yaml").exists()
