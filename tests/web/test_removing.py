import pytest

from loa.actions.offices import Role
from loa.web.context import Console
from loa.workspace import Workspace
from loa.yamlfile import editor, parse
from tests.conftest import ROOT
from tests.web.conftest import LogIn, yaml_of

SCHEDULE = (ROOT / "schedule.yaml").read_text("utf-8")
CAMPAIGN = "/campaigns/ben-hai/dich-vu-cong-truc-tuyen"


@pytest.mark.parametrize("number", range(6))
def test_a_broadcast_is_cut_out_with_its_own_lines_and_no_comment(number: int) -> None:
    after = editor.cut(SCHEDULE, ("broadcasts", number))
    comments = [line for line in SCHEDULE.splitlines() if line.strip().startswith("#")]
    assert [line for line in after.splitlines() if line.strip().startswith("#")] == comments
    assert set(after.splitlines()) <= set(SCHEDULE.splitlines())
    wanted = parse(SCHEDULE, "").data
    del wanted["broadcasts"][number]
    assert parse(after, "").data == wanted


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a:\n  - id: x  # một\n    notes: |\n      # không phải chú thích\n\n      chữ\nb: 1\n", "a: []\nb: 1\n"),
        ("a:  # mọi thứ\n- id: x\n# sau\nb: 1\n", "a: []  # mọi thứ\n# sau\nb: 1\n"),
        ("a: [{id: x}, {id: y}]\n", "a: [{id: y}]\n"),
    ],
)
def test_every_way_of_writing_a_list_is_cut(text: str, after: str) -> None:
    assert editor.cut(text, ("a", 0)) == after


def add_campaign(browser: object) -> str:
    browser.look("/campaigns")  # type: ignore[attr-defined]
    browser.submit("/campaigns", commune="ben-hai", template="thong-bao", title="Tin thử", as_of="2026-11-01")  # type: ignore[attr-defined]
    return "/campaigns/ben-hai/tin-thu"


def test_a_campaign_is_deleted_after_a_page_that_asks_and_comes_back(log_in: LogIn, station: Workspace) -> None:
    browser = log_in(Role.OFFICER)
    before = (station.campaigns / "ben-hai.yaml").read_text("utf-8")
    path = add_campaign(browser)
    assert f'href="{path}/remove"' in browser.look(path)
    assert "Tin thử" in browser.look(f"{path}/remove")
    browser.submit(f"{path}/remove")
    assert (station.campaigns / "ben-hai.yaml").read_text("utf-8") == before
    browser.look(path, 404)
    history = browser.look("/history/ben-hai")
    number = history.split("/restore")[0].rsplit("/", 1)[1]
    browser.submit(f"/history/ben-hai/{number}/restore")
    assert "Tin thử" in browser.look(path)


def test_a_campaign_on_air_goes_only_together_with_its_broadcast(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    browser = log_in(Role.OFFICER)
    add_campaign(browser)
    before = station.schedule_file.read_text("utf-8")
    assert "ben-hai-dvc" in browser.look(f"{CAMPAIGN}/remove")
    assert "ben-hai-dvc" in browser.submit(f"{CAMPAIGN}/remove", 422)
    assert station.schedule_file.read_text("utf-8") == before
    browser.submit(f"{CAMPAIGN}/remove", broadcasts="1")
    left = [c["id"] for c in yaml_of(station.campaigns / "ben-hai.yaml")["campaigns"]]  # type: ignore[attr-defined]
    assert "tin-thu" in left
    assert "dich-vu-cong-truc-tuyen" not in left
    schedule = console.files.plan().schedule
    assert schedule
    assert schedule.broadcast("ben-hai-dvc") is None
    assert len(schedule.broadcasts) == 5
    done = [(row["action"], row["subject"]) for row in console.audit.read()]
    assert ("campaign.removed", "ben-hai/dich-vu-cong-truc-tuyen") in done
    browser.look("/week")
    browser.submit("/week/undo", 409)  # its campaign is not there any more


def test_a_broadcast_of_several_campaigns_goes_on_with_the_others(log_in: LogIn, station: Workspace) -> None:
    browser = log_in(Role.OFFICER)
    add_campaign(browser)
    text = station.schedule_file.read_text("utf-8")
    both = "commune: ben-hai\n    campaigns: [dich-vu-cong-truc-tuyen, tin-thu]\n    rotate: true"
    text = text.replace("commune: ben-hai\n    campaigns: [dich-vu-cong-truc-tuyen]", both)
    text = text.replace("on: [ghi-lai]\n", "on: [ghi-lai]\n", 1)
    also = '    also: ["2026-12-24 17:00 tin-thu"]\n'
    station.schedule_file.write_text(text + also, "utf-8")
    browser.submit("/campaigns/ben-hai/tin-thu/remove", broadcasts="1")
    left = yaml_of(station.schedule_file)["broadcasts"][-1]  # type: ignore[index]
    assert left["campaigns"] == ["dich-vu-cong-truc-tuyen"]
    assert left["also"] == []


def test_the_only_campaign_of_a_commune_stays(log_in: LogIn, station: Workspace) -> None:
    browser = log_in(Role.OFFICER)
    before = station.schedule_file.read_text("utf-8")
    only = "/campaigns/hung-thinh/dich-vu-cong-truc-tuyen/remove"
    browser.look(only)
    browser.submit(only, 422, broadcasts="1")
    assert station.schedule_file.read_text("utf-8") == before


def test_a_broadcast_is_deleted_and_taken_back(log_in: LogIn, station: Workspace) -> None:
    before = station.schedule_file.read_text("utf-8")
    browser = log_in(Role.OPERATOR)
    assert "/week/broadcasts/ben-hai-dvc/remove" in browser.look("/week/broadcasts/ben-hai-dvc")
    browser.look("/week/broadcasts/ben-hai-dvc/remove")
    browser.submit("/week/broadcasts/ben-hai-dvc/remove")
    assert "ben-hai-dvc" not in station.schedule_file.read_text("utf-8")
    browser.look("/week")
    browser.submit("/week/undo")
    assert station.schedule_file.read_text("utf-8") == before


def test_an_earlier_version_without_a_campaign_that_is_on_air_is_not_brought_back(
    log_in: LogIn, station: Workspace
) -> None:
    browser = log_in(Role.OFFICER)
    path = add_campaign(browser)
    fields = {"campaign": "ben-hai/tin-thu", "at": "17:30", "weeks": "1", "min": "10", "max": "15", "on": "thu"}
    browser.submit("/week/broadcasts", **fields)
    number = browser.look("/history/ben-hai").split("/restore")[0].rsplit("/", 1)[1]
    assert "Tin thử" in browser.submit(f"/history/ben-hai/{number}/restore", 422)
    browser.look(path)
