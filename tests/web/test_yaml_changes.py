import datetime
from pathlib import Path

import pytest

from loa.actions.offices import Role
from loa.errors import LoaError
from loa.schedule import Schedule, airings
from loa.web.context import Console
from loa.web.edits import schedule as schedule_edits
from loa.web.forms import FormError
from loa.workspace import Workspace
from loa.yamlfile import editor
from tests.conftest import ROOT
from tests.web.conftest import LogIn

FILES = [ROOT / "schedule.yaml", *sorted((ROOT / "campaigns").glob("*.yaml"))]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_a_file_that_nobody_changed_stays_letter_for_letter(path: Path) -> None:
    text = path.read_text("utf-8")
    assert editor.change(text, lambda _data: None) == text


def test_a_change_keeps_comments_and_every_other_line() -> None:
    text = (ROOT / "schedule.yaml").read_text("utf-8")
    after = editor.change(
        text,
        lambda data: schedule_edits.leave_out(
            data, "ben-hai-dvc", datetime.date(2026, 12, 1), datetime.date(2026, 12, 3)
        ),
    )
    changed = [(a, b) for a, b in zip(text.splitlines(), after.splitlines(), strict=True) if a != b]
    assert len(changed) == 1
    assert "2026-12-01/2026-12-03" in changed[0][1]


def of_day(schedule: Schedule, day: datetime.date) -> list[str]:
    start = datetime.datetime.combine(day, datetime.time(), schedule.timezone)
    found = airings(schedule, start, start + datetime.timedelta(days=1))
    return [f"{a.planned.astimezone(schedule.timezone):%H:%M}" for a in found if a.broadcast == "ben-hai-dvc"]


def a_tuesday_to_come() -> datetime.date:
    """Of a past airing the week shows what became of it, and not from where it was moved."""
    first = datetime.date(datetime.datetime.now(datetime.UTC).year + 1, 12, 1)
    return first + datetime.timedelta(days=(1 - first.weekday()) % 7)


TUESDAY = a_tuesday_to_come()


def test_a_day_is_left_out_and_put_back(console: Console, station: Workspace) -> None:
    text = station.schedule_file.read_text("utf-8")
    left = editor.change(text, lambda data: schedule_edits.leave_out(data, "ben-hai-dvc", TUESDAY, TUESDAY))
    assert of_day(console.history.try_schedule(station.schedule_file, left), TUESDAY) == []
    back = editor.change(left, lambda data: schedule_edits.put_back(data, "ben-hai-dvc", TUESDAY))
    assert of_day(console.history.try_schedule(station.schedule_file, back), TUESDAY) == ["06:00", "17:00"]
    with pytest.raises(FormError):
        editor.change(back, lambda data: schedule_edits.put_back(data, "ben-hai-dvc", TUESDAY))


def test_once_more_and_not(console: Console, station: Workspace) -> None:
    wednesday = datetime.datetime.combine(TUESDAY + datetime.timedelta(days=1), datetime.time(16, 45))
    text = station.schedule_file.read_text("utf-8")
    more = editor.change(text, lambda data: schedule_edits.put_extra(data, "ben-hai-dvc", wednesday))
    assert of_day(console.history.try_schedule(station.schedule_file, more), wednesday.date()) == ["16:45"]
    day = wednesday.date()
    less = editor.change(more, lambda data: schedule_edits.leave_out(data, "ben-hai-dvc", day, day))
    assert of_day(console.history.try_schedule(station.schedule_file, less), day) == []  # it went on air all the same


def test_one_of_two_hours_moves_and_the_other_stays(log_in: LogIn, console: Console, station: Workspace) -> None:
    browser, before = log_in(Role.OPERATOR), station.schedule_file.read_text("utf-8")
    wednesday = TUESDAY + datetime.timedelta(days=1)
    browser.look(f"/week?day={TUESDAY}")
    moved = {"broadcast": "ben-hai-dvc", "first": f"{TUESDAY}", "from": "17:00", "day": f"{TUESDAY}", "hour": "16:45"}
    browser.submit("/week/move", **moved)
    schedule = console.files.plan().schedule
    assert schedule
    assert of_day(schedule, TUESDAY) == ["06:00", "16:45"]
    assert f"→ moved to 16:45 {TUESDAY:%d/%m}" in browser.look(f"/week?day={TUESDAY}")
    again = {"broadcast": "ben-hai-dvc", "first": f"{TUESDAY}", "from": "16:45", "day": f"{wednesday}", "hour": "17:30"}
    browser.submit("/week/move", **again)
    schedule = console.files.plan().schedule
    assert schedule
    assert of_day(schedule, TUESDAY) == ["06:00"]
    assert of_day(schedule, wednesday) == ["17:30"]
    page = browser.look(f"/week?day={TUESDAY}")
    assert "<s><strong>17:00</strong>" in page
    assert f"→ moved to 17:30 {wednesday:%d/%m}" in page
    assert f"← moved from 17:00 {TUESDAY:%d/%m}" in page
    browser.submit("/week/put-back", which=f"ben-hai-dvc {TUESDAY}")
    assert station.schedule_file.read_text("utf-8") == before


@pytest.mark.parametrize("path", ["/week/move", "/week/extra", "/week/broadcasts"])
def test_what_the_rules_forbid_is_refused_when_it_is_set(log_in: LogIn, station: Workspace, path: str) -> None:
    """Issue 15, fault 16: a green success, and then it was skipped."""
    browser, before = log_in(Role.OPERATOR), station.schedule_file.read_text("utf-8")
    browser.look("/week")
    after = TUESDAY + datetime.timedelta(days=1)
    fields = {"broadcast": "ben-hai-dvc", "first": str(TUESDAY), "from": "17:00", "day": str(after), "hour": "21:00"}
    fields |= {"campaign": "ben-hai/dich-vu-cong-truc-tuyen", "at": "21:00", "weeks": "1", "min": "10", "max": "15"}
    fields["from"] = "" if path == "/week/broadcasts" else "17:00"
    page = browser.submit(path, 422, **fields, on="thu")
    assert "outside the hours that the commune allows" in page
    assert station.schedule_file.read_text("utf-8") == before


def test_a_schedule_that_would_be_wrong_is_refused_with_its_line(console: Console, station: Workspace) -> None:
    text = station.schedule_file.read_text("utf-8")

    def break_it(data: object) -> None:
        schedule_edits.set_broadcast(data, {"id": "ben-hai-dvc", "on": ["khong-co"]})

    with pytest.raises(LoaError) as refused:
        console.history.try_schedule(station.schedule_file, editor.change(text, break_it))
    finding = refused.value.findings[0]
    assert finding.file == "schedule.yaml"
    assert finding.line


def test_a_new_reading_and_a_null_are_written_as_people_do() -> None:
    text = "station:\n  voice: null  # giọng\n"
    after = editor.change(text, lambda data: editor.put(data, ("station", "pronounce"), {"VNeID": "vi en i đi"}))
    assert after == "station:\n  voice: null  # giọng\n  pronounce: {VNeID: vi en i đi}\n"
