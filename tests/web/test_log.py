"""The log's pages: the year by month, topic and commune."""

import datetime
import re

from loa.actions.offices import Role
from loa.store import asrun
from loa.store.asrun import NewRow
from loa.web.context import Console
from loa.workspace import Workspace
from tests.web.conftest import LogIn

COMMUNE = """\
commune: {name: Bến Hải, kind: xã, province: Quảng Trị}
contact_desk: {name: UBND xã Bến Hải}
station: {}
campaigns:
  - {id: don, template: thong-bao, title: Vệ sinh, as_of: 2026-11-01, form: radio, body: [Dọn đường.]}
  - {id: muoi, template: sot-xuat-huyet, title: Sốt xuất huyết, as_of: 2026-11-01, form: radio}
"""
SCHEDULE = """\
timezone: Asia/Ho_Chi_Minh
outputs: {thu: {kind: null}}
broadcasts:
  - {id: ca-hai, commune: ben-hai, campaigns: [don, muoi], days: [tue], at: ["17:00"], length: {min: 1s, max: 15m}, on: [thu]}
"""


def test_an_airing_counts_for_its_month_its_commune_and_each_of_its_topics(
    log_in: LogIn, console: Console, station: Workspace
) -> None:
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    # 18:00 UTC on 31 March is already April at the station
    for number, text in enumerate(("2026-03-31T18:00:00Z", "2026-04-07T10:00:00Z")):
        moment = datetime.datetime.fromisoformat(text)
        entry = NewRow(
            airing=f"a{number}", broadcast="ca-hai", commune="ben-hai", planned=moment,
            outcome="missed" if number else "aired",
        )  # fmt: skip
        asrun.append(console.store, entry, moment)
    page = log_in(Role.OFFICER).look("/log/year?year=2026")
    assert (
        rows(page)["Sốt xuất huyết"] == rows(page)["Thông báo tự soạn"] == rows(page)["xã Bến Hải"] == ["1", "1", "0"]
    )
    assert rows(page)["4"] == ["1", "1", "0"]
    assert rows(page)["3"] == ["0", "0", "0"]


def rows(page: str) -> dict[str, list[str]]:
    """The numbers of each row of the page's tables: aired, not aired, others."""
    found = re.findall(r'<th scope="row">([^<]+)(?:<svg.*?</svg>)?</th>(.*?)</tr>', page)
    return {name: re.findall(r">(\d+)</td>", cells) for name, cells in found}
