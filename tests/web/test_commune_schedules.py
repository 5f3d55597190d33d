"""Planning at a station where communes have schedules of their own: every edit goes into the right file, and back."""

import pytest

from loa.actions.offices import Role
from loa.workspace import Workspace
from tests.web.conftest import LogIn, yaml_of

STATION = """\
timezone: Asia/Ho_Chi_Minh
outputs: {thu: {kind: null}, rieng: {kind: null, commune: trung-son}}
broadcasts:
  - {id: chung, commune: nhat-quang, campaigns: [dich-vu-cong-truc-tuyen], days: [t2], at: ["17:00"], on: [thu]}
"""
OWN = """\
broadcasts:
  - id: rieng  # của xã
    campaigns: [dich-vu-cong-truc-tuyen]
    days: [t3, t6]
    at: ["17:00"]
    length: {min: 90s, max: 15m}
    on: [thu]
"""
NEW = {"at": "18:30", "weeks": "1", "min": "", "max": "15", "days": ["wed"]}


@pytest.fixture
def shared(station: Workspace) -> Workspace:
    station.schedule_file.write_text(STATION, "utf-8")
    station.schedules.mkdir()
    (station.schedules / "ben-hai.yaml").write_text(OWN, "utf-8")
    return station


def test_every_edit_goes_into_the_file_of_its_broadcast_and_back(log_in: LogIn, shared: Workspace) -> None:
    browser, own = log_in(Role.OPERATOR, Role.OFFICER), shared.schedules / "ben-hai.yaml"
    browser.look("/week")
    browser.submit("/week/extra", broadcast="rieng", day="2036-12-02", hour="17:30")
    browser.submit("/week/leave-out", which="rieng 2026-12-04")
    browser.submit(
        "/week/move", broadcast="rieng", first="2026-12-08", **{"from": "17:00"}, day="2026-12-09", hour="16:45"
    )
    browser.submit("/week/broadcasts/rieng/items", do="up 1", seen=3)
    browser.submit("/week/broadcasts/rieng", campaigns="dich-vu-cong-truc-tuyen", on="thu", **{**NEW, "days": ["tue"]})
    found = yaml_of(own)["broadcasts"][0]  # type: ignore[index]
    assert (found["also"], found["except"], found["days"]) == (["2036-12-02 17:30"], ["2026-12-04"], ["tue"])
    assert found["items"][0]["kind"] == "article"
    assert "commune" not in found
    assert "# của xã" in own.read_text("utf-8")
    browser.submit("/week/leave-out", which="chung 2026-12-07")
    assert "except" in shared.schedule_file.read_text("utf-8")
    browser.submit("/week/undo")  # the newest change of all files first
    assert shared.schedule_file.read_text("utf-8") == STATION
    for _change in range(5):
        browser.submit("/week/undo")
    assert own.read_text("utf-8") == OWN
    browser.submit("/week/undo", 422)
    other = shared.schedules / "trung-son.yaml"
    browser.submit("/week/broadcasts", campaign="trung-son/dich-vu-cong-truc-tuyen", on="thu", **NEW)
    assert yaml_of(other)["broadcasts"][0]["commune"] == "trung-son"  # type: ignore[index]
    browser.submit("/week/undo")
    assert not other.exists()
    browser.submit("/week/broadcasts/rieng/remove")
    assert yaml_of(own) == {"broadcasts": []}
    browser.submit("/week/undo")
    browser.look("/campaigns")
    browser.submit("/campaigns", commune="ben-hai", template="thong-bao", title="Tin thử", as_of="2026-11-01")
    browser.submit("/campaigns/ben-hai/dich-vu-cong-truc-tuyen/remove", broadcasts="1")
    assert yaml_of(own) == {"broadcasts": []}
    assert shared.schedule_file.read_text("utf-8") == STATION


def test_people_of_a_commune_change_its_own_file_and_no_other(log_in: LogIn, shared: Workspace) -> None:
    stranger = log_in(Role.OPERATOR, communes=frozenset({"trung-son"}))
    stranger.look("/week")
    assert stranger.submit("/week/leave-out", 422, which="rieng 2026-12-04")
    stranger.submit("/week/broadcasts", campaign="trung-son/dich-vu-cong-truc-tuyen", on=["thu", "rieng"], **NEW)
    assert (shared.schedules / "trung-son.yaml").exists()
    own = log_in(Role.OPERATOR, communes=frozenset({"ben-hai"}))
    own.look("/week")
    refused = {**NEW, "campaigns": "dich-vu-cong-truc-tuyen", "on": ["rieng"]}
    own.submit("/week/broadcasts/rieng", 422, **refused)
    own.submit("/week/undo", 422)  # what somebody else did
    own.submit("/week/leave-out", which="rieng 2026-12-04")
    assert "2026-12-04" in (shared.schedules / "ben-hai.yaml").read_text("utf-8")
    assert shared.schedule_file.read_text("utf-8") == STATION


def test_a_broken_file_of_one_commune_is_told_and_the_others_are_planned(log_in: LogIn, shared: Workspace) -> None:
    (shared.schedules / "ben-hai.yaml").write_text(OWN.replace("[t3", "[t33"), "utf-8")
    browser = log_in(Role.OPERATOR)
    assert "schedules/ben-hai.yaml" in browser.look("/week")
    assert "chung" in browser.look("/week/broadcasts/chung")
