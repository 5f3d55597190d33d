"""A commune's page for residents: hear again, write, be answered; off until somebody switches it on."""

import pytest

from loa.actions.offices import Role
from loa.app.report_files import tables
from loa.app.reports import report
from loa.feedback import book
from loa.store.approvals import BulletinFile
from loa.web.context import Console
from loa.web.lanes import Pace
from loa.web.routes.residents import listening
from loa.workspace import Workspace
from tests.approving import approve
from tests.sounds import make_mp3
from tests.web.conftest import LogIn

TEXT = "Loa thôn Bắc rè suốt cả tuần nay."


@pytest.fixture
def open_form(station: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    text = station.schedule_file.read_text("utf-8")
    station.schedule_file.write_text(f"{text}\nfeedback: {{communes: [ben-hai]}}\n", "utf-8")
    monkeypatch.setattr(listening, "_pace", Pace(5 / 3600, 5))
    return station


def test_nobody_may_write_until_it_is_switched_on(log_in: LogIn) -> None:
    stranger = log_in()
    page = stranger.look("/nghe/ben-hai")
    assert "gop-y" not in page
    assert (
        stranger.post("/nghe/ben-hai/gop-y", data={"csrf": stranger.cookies["loa_visitor"], "text": TEXT}).status_code
        == 404
    )
    stranger.look("/nghe/khong-co", 404)


def test_from_a_resident_to_the_published_answer(open_form: Workspace, console: Console, log_in: LogIn) -> None:
    stranger = log_in()
    stranger.look("/nghe/ben-hai")
    page = stranger.submit("/nghe/ben-hai/gop-y", 422, text="ngắn", kind="complaint", name="Bà Năm")
    assert "Bà Năm" in page, "what was typed is still there"
    page = stranger.submit("/nghe/ben-hai/gop-y", text=TEXT, kind="complaint", name="Bà Năm", contact="0912")
    assert "Thank you" in page
    assert "Bà Năm" not in stranger.look("/nghe/ben-hai")
    elsewhere = log_in(Role.OFFICER, communes=frozenset({"gio-linh"}))
    assert TEXT not in elsewhere.look("/feedback")
    officer, leader = log_in(Role.OFFICER, communes=frozenset({"ben-hai"})), log_in(Role.LEADER)
    assert TEXT in officer.look("/feedback")
    (piece,) = book.pieces(console.store)
    number = piece.number
    assert elsewhere.post(f"/feedback/{number}/answer", data={"csrf": elsewhere.csrf}).status_code == 404
    officer.submit(f"/feedback/{number}/answer", shown="Loa thôn Bắc bị rè.", answer="Đã sửa ngày 27/11.")
    assert "Đã sửa" not in stranger.look("/nghe/ben-hai"), "nobody has signed it"
    assert officer.post(f"/feedback/{number}/sign", data={"csrf": officer.csrf, "answer": "x"}).status_code == 403
    leader.look("/feedback")
    leader.submit(f"/feedback/{number}/sign", answer="Đã sửa ngày 27/11.")
    page = stranger.look("/nghe/ben-hai")
    assert "Loa thôn Bắc bị rè." in page
    assert "Đã sửa ngày 27/11." in page
    assert "0912" not in page
    schedule = console.files.plan().schedule
    assert schedule
    day = piece.received.astimezone(schedule.timezone).date()
    found = report(open_form, schedule, console.store, day, day)
    (table,) = [table for table in tables(found) if table.name == "feedback"]
    assert table.rows[0][3:7] == ("complaint", "answered publicly", "Loa thôn Bắc bị rè.", "Đã sửa ngày 27/11.")
    assert found.as_json()["feedback"][0]["kind"] == "complaint"
    leader.look("/feedback")
    leader.submit(f"/feedback/{number}/erase")
    assert "Đã sửa" not in stranger.look("/nghe/ben-hai")


def test_programs_are_thrown_away_and_floods_refused(open_form: Workspace, console: Console, log_in: LogIn) -> None:
    stranger = log_in()
    stranger.look("/nghe/ben-hai")
    stranger.submit("/nghe/ben-hai/gop-y", text=TEXT, website="http://spam.test")
    assert book.pieces(console.store) == []
    for _piece in range(5):
        stranger.submit("/nghe/ben-hai/gop-y", text=TEXT)
    assert "Too much" in stranger.submit("/nghe/ben-hai/gop-y", 422, text=TEXT)
    assert len(book.pieces(console.store)) == 5
    forged = stranger.post("/nghe/ben-hai/gop-y", data={"csrf": "x", "text": TEXT})
    assert forged.status_code == 403


def test_only_what_is_signed_is_heard_again(station: Workspace, console: Console, log_in: LogIn) -> None:
    path = make_mp3(station.bulletins / "ben-hai" / "tin-moi.mp3", 1)
    console.forget()
    stranger = log_in()
    assert "tin-moi" not in stranger.look("/nghe/ben-hai")
    recording = BulletinFile("ben-hai/tin-moi", path)
    assert stranger.get(f"/nghe/ben-hai/{recording.sha256}.mp3").status_code == 404
    approve(station, console.store, recording, "Chị Hoa", listening.now())
    console.forget()
    assert "tin-moi" in stranger.look("/nghe/ben-hai")
    assert stranger.get(f"/nghe/ben-hai/{recording.sha256}.mp3").content == path.read_bytes()
    assert stranger.get(f"/nghe/gio-linh/{recording.sha256}.mp3").status_code == 404
