"""A station that has nothing yet, as `loa new station` and `loa new commune` leave it."""

import re
from pathlib import Path

import pytest

from loa import sample
from loa.actions.offices import Role
from loa.web.context import Console
from loa.workspace import Workspace
from tests.conftest import Loa
from tests.web.conftest import PASSWORD, LogIn, yaml_of


@pytest.fixture
def station(tmp_path: Path, loa: Loa) -> Workspace:
    made = sample.new_station(tmp_path / "Đài mới")
    done = loa("new", "commune", "Bến Hải", "--province", "Quảng Trị", cwd=made.root)
    assert done.returncode == 0, done.stderr
    return made


def test_the_first_programme_is_made_in_the_console_and_taken_back(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    """Issue 15, fault 1: it ended in “Thụt đầu dòng sai… schedule.yaml:24:3”."""
    browser = log_in(Role.OFFICER)
    before = station.schedule_file.read_text("utf-8")
    browser.look("/week/new")
    fields = {"campaign": "ben-hai/dich-vu-cong-truc-tuyen", "days": ["tue", "fri"], "at": "17:00", "weeks": "1"}
    browser.submit("/week/broadcasts", **fields, min="10", max="15", on="tram-xa")
    (broadcast,) = yaml_of(station.schedule_file)["broadcasts"]  # type: ignore[misc]
    assert (broadcast["commune"], broadcast["days"]) == ("ben-hai", ["tue", "fri"])
    after = station.schedule_file.read_text("utf-8")
    assert all(line in after for line in before.splitlines() if line.strip().startswith("#"))
    schedule = console.files.plan().schedule
    assert schedule
    assert [b.id for b in schedule.broadcasts] == [broadcast["id"]]
    browser.submit("/week/undo")
    assert station.schedule_file.read_text("utf-8") == before


def test_a_campaign_is_added_to_a_file_without_any(log_in: LogIn, station: Workspace) -> None:
    browser = log_in(Role.OFFICER)
    browser.look("/campaigns")
    browser.submit("/campaigns", commune="ben-hai", template="thong-bao", title="Họp: thôn", as_of="2026-11-01")
    assert [c["id"] for c in yaml_of(station.campaigns / "ben-hai.yaml")["campaigns"]] == [  # type: ignore[attr-defined]
        *("dich-vu-cong-truc-tuyen", "hop-thon")
    ]


def test_a_commune_is_found_by_its_name_and_added(log_in: LogIn, station: Workspace, console: Console) -> None:
    """Issue 15, fault 2: a station without a commune was a dead end in the console."""
    (station.campaigns / "ben-hai.yaml").unlink()
    browser = log_in(Role.OFFICER)
    assert "/communes/new" in browser.look("/campaigns")
    found = browser.look("/communes/new?q=ben+hai+quang+tri")
    (code,) = re.findall(r'name="code" value="(\d+)"', found)
    page = browser.submit("/communes", code=code)
    assert "Bến Hải" in page
    assert yaml_of(station.campaigns / "ben-hai.yaml")["commune"]["province"] == "Quảng Trị"  # type: ignore[index]
    assert not console.jobs.living()  # the first notice would wait minutes for an article that nobody wrote
    browser.submit("/communes", 422, code=code)  # a second press makes no second one
    browser.submit("/communes", 422, code="999999")
    assert browser.look("/communes/new?q=khong+co+xa+nay").count("<form") == 2


def test_the_first_run_tells_everything_at_once_and_keeps_the_code(log_in: LogIn, console: Console) -> None:
    """Issue 15, fault 20: one error at a time, and the code was to be typed again."""
    stranger = log_in()
    stranger.look("/login")
    code = console.code
    typed = {"code": code.lower(), "name": "Chị Lan", "shown": "Chị Lan", "password": "ngắn", "again": "khác"}
    page = stranger.submit("/first", 422, **typed)
    assert [name for name in typed if f'id="wrong-{name}"' in page] == ["name", "password", "again"]
    assert f'value="{code.lower()}"' in page
    assert "code" in re.findall('id="wrong-([a-z]+)"', stranger.submit("/first", 422, **{**typed, "code": "AAAA"}))
    assert console.accounts.empty()
    good = {"name": "lan", "shown": "Chị Lan", "password": PASSWORD, "again": PASSWORD}
    steps = stranger.submit("/first", code=code, **good).split('id="first-steps"')[1].split("</section>")[0]
    assert steps.count("✓") == 1  # the commune that `loa new commune` made
    for path in re.findall('href="([^"]+)"', steps):
        assert stranger.look(path)
    assert 'href="/settings/people"' in steps
