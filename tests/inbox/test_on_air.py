"""A message's way from outside to the loudspeakers and its end, on a real station."""

import datetime
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy import update as update_

from loa.actions.inbox import (
    message_receipt,
    receive_message,
    refuse_message,
    sign_message,
    take_message,
)
from loa.actions.inbox_work import inbox_is_due, text_of, work_inbox
from loa.automation.intervals import Timing
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.errors import InboxError, RequestError
from loa.inbox import register
from loa.inbox.models import Message, parse_json
from loa.inbox.policy import load_policy
from loa.inbox.register import Entry
from loa.schedule import UTC
from loa.store.approvals import all_approvals
from loa.store.asrun import NewRow, append, rows
from loa.store.database import Database
from loa.store.proof import verify
from loa.store.tables import inbox
from loa.workspace import Workspace
from tests.inbox.conftest import write
from tests.inbox.senders import SENDER, Authority, cap, message
from tests.sounds import make_mp3


def now() -> datetime.datetime:
    return datetime.datetime.now(UTC)


@pytest.fixture
def store(station: Workspace) -> Iterator[Database]:
    made = Database(station.database)
    yield made
    made.close()


@pytest.fixture
def on_air(station: Workspace, store: Database) -> Iterator[Automation]:
    running = Automation(station, store, RealClock(), Timing())
    running.step()
    yield running
    running.close()


def until(station: Automation, condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        station.step()
        time.sleep(0.05)


def entry(store: Database, id_: str) -> Entry:
    found = register.find(store, SENDER, id_)
    assert found
    return found


def log(store: Database) -> list[str]:
    return [str(row.details["act"]) for row in rows(store, kinds=("inbox",))]


def test_an_alert_starts_by_itself_is_replaced_and_taken_back(
    station: Workspace, store: Database, on_air: Automation, authority: Authority
) -> None:
    write(station, repeat="2m")
    begin = now() - datetime.timedelta(minutes=3)
    receive_message(station, store, authority.sign_xml(cap("a", now=begin)), begin)
    assert entry(store, "a").state == "received"
    assert inbox_is_due(station, store, begin)
    assert work_inbox(station, store, begin) == 1
    first = entry(store, "a")
    assert first.state == "on-air"
    (approval,) = all_approvals(store)
    assert "policy for Ban Chỉ huy" in approval.by
    assert "Trần Văn Bình" in approval.by
    (airing,) = first.work[0].airings
    until(on_air, lambda: airing in on_air.controller.live and on_air.controller.live[airing].session)
    until(on_air, lambda: on_air.controller.live[airing].session.started_at)  # type: ignore[union-attr]
    assert message_receipt(store, first).airings == ((airing, None),)

    # Its time to be said again comes while the first one sounds: it waits for that.
    work_inbox(station, store, begin + datetime.timedelta(minutes=2, seconds=1))
    assert entry(store, "a").work[0].airings == (airing,)

    update = cap("b", kind="Update", references=f"{SENDER},a,x", now=begin, text="Nước lên trên mức lịch sử.")
    receive_message(station, store, authority.sign_xml(update), begin)
    assert entry(store, "a").state == "on-air", "what is replaced sounds until the new one is there"
    work_inbox(station, store, begin)
    assert entry(store, "a").state == "ended"
    until(on_air, lambda: any(row.airing == airing for row in rows(store)))
    (row,) = (row for row in rows(store) if row.airing == airing)
    assert (row.outcome, "replaced by message b" in (row.reason or "")) == ("cut", True), row.reason

    # Said again after two minutes, as an airing of its own, once; where the power went between two writes, too.
    began = entry(store, "b").work
    first_b = began[0].airings[0]
    append(store, NewRow(airing=first_b, outcome="aired", started=now(), planned=now()), now())
    on_air.controller.live.pop(first_b, None)
    for _twice in range(2):
        work_inbox(station, store, begin + datetime.timedelta(minutes=2, seconds=1))
    second = entry(store, "b").work[0].airings
    assert len(second) == 2
    with store.write() as connection:
        connection.execute(update_(inbox).values(work=register._dump(began)).where(inbox.c.identifier == "b"))
    work_inbox(station, store, begin + datetime.timedelta(minutes=2, seconds=1))
    assert entry(store, "b").work[0].airings == second, "the same id: the station plays it once"

    cancel = cap("c", kind="Cancel", references=f"{SENDER},b,x", now=begin)
    cancel = cancel.replace("Nước sông Bến Hải lên trên báo động ba.".encode(), b"").replace(
        "<instruction>Rời ngay chỗ thấp.</instruction>".encode(), b""
    )
    receive_message(station, store, authority.sign_xml(cancel), begin)
    assert entry(store, "b").state == "ended"
    until(on_air, lambda: any(row.airing == second[1] for row in rows(store)))
    assert [row.outcome for row in rows(store) if row.airing == second[1]] == ["cut"]
    assert log(store) == ["received", "released", "received", "released", "ended", "received", "ended"]
    assert not inbox_is_due(station, store, now())
    assert verify(store, station.seal) == []

    # What a cancel says is said, and not again and again through the night.
    receive_message(station, store, authority.sign_xml(cap("e", now=begin)), begin)
    clear = cap("f", kind="Cancel", references=f"{SENDER},e,x", now=begin, text="Nước đã rút.")
    receive_message(station, store, authority.sign_xml(clear), begin)
    work_inbox(station, store, begin)
    (piece,) = entry(store, "f").work
    assert (len(piece.airings), piece.next_at) == (1, None)

    # What was taken back does not come back, in whatever order messages arrive.
    with pytest.raises(InboxError, match="id"):
        receive_message(station, store, authority.sign_xml(cap("a", now=begin, text="Khác hẳn trước.")), begin)
    early = cap("d", kind="Cancel", references=f"{SENDER},late,x", now=begin + datetime.timedelta(seconds=5))
    receive_message(station, store, authority.sign_xml(early), begin)
    with pytest.raises(InboxError, match="replaced"):
        receive_message(station, store, authority.sign_xml(cap("late", now=begin)), begin)


def test_the_same_message_again_is_the_same_message(station: Workspace, store: Database, authority: Authority) -> None:
    begin = now()
    raw = authority.sign_json(message(now=begin, priority="priority"))
    first = receive_message(station, store, raw, begin)
    assert receive_message(station, store, raw, begin).number == first.number
    again = authority.sign_json(json.dumps(message(now=begin, priority="priority"), indent=2).encode())
    assert receive_message(station, store, again, begin).number == first.number, "written in another way"
    with pytest.raises(InboxError, match="id"):
        receive_message(station, store, authority.sign_json(message(now=begin, title="Tin khác")), begin)
    assert log(store) == ["received"]
    assert [refusal.identifier for refusal in register.refusals(store)] == ["tin-01"]


@pytest.mark.long
def test_a_message_waits_for_one_signature(
    station: Workspace, store: Database, on_air: Automation, authority: Authority
) -> None:
    """On the inbox's page; or, it is a bulletin as any other, on the page "Release"."""
    begin = now()
    raw = authority.sign_json(message(now=begin, priority="priority", title="Thử loa", text="Đang thử."))
    number = receive_message(station, store, raw, begin).number
    work_inbox(station, store, begin)
    found = entry(store, "tin-01")
    assert found.state == "waiting"
    assert all_approvals(store) == []
    assert not inbox_is_due(station, store, begin)
    (piece,) = found.work
    with pytest.raises(RequestError):
        sign_message(station, store, number, ["0" * 64], "Chị Hoa", begin)
    with store.write() as connection:  # a second one with the same sound: it costs time to make
        row = dict(connection.execute(select(inbox)).mappings().one())
        del row["number"]
        twin = Message.model_validate_json(row["message"]).model_copy(update={"id": "tin-02"})
        connection.execute(insert(inbox).values({**row, "identifier": "tin-02", "message": twin.model_dump_json()}))
    sign_message(station, store, number, [piece.sha256], "Chị Hoa", begin)
    assert [(a.by, a.sha256) for a in all_approvals(store)] == [("Chị Hoa", piece.sha256)]
    with pytest.raises(RequestError):
        sign_message(station, store, number, [piece.sha256], "Chị Hoa", begin)
    refuse_message(station, store, number, "Chị Hoa", "nhầm xã", begin)
    assert entry(store, "tin-01").state == "refused"
    assert inbox_is_due(station, store, begin), "its bulletin is signed"
    work_inbox(station, store, begin)
    assert entry(store, "tin-02").state == "on-air"


@pytest.mark.long
def test_a_person_decides_whether_a_recording_is_made(
    station: Workspace, store: Database, authority: Authority, tmp_path: object
) -> None:
    import base64

    begin = now()
    sound = base64.b64encode(make_mp3(station.root / "x.mp3", 2).read_bytes()).decode()
    raw = message(now=begin, priority="normal", text="", audio={"type": "audio/mpeg", "data": sound})
    number = receive_message(station, store, authority.sign_json(raw), begin).number
    work_inbox(station, store, begin)
    (piece,) = entry(store, "tin-01").work
    assert (entry(store, "tin-01").state, piece.bulletin) == ("waiting", "")
    assert (station.root / piece.sound).is_file()
    take_message(station, store, number, "Anh Nam", begin)
    work_inbox(station, store, begin)
    (piece,) = entry(store, "tin-01").work
    assert piece.bulletin == f"ben-hai/tin-den-{number}-1"
    assert (station.bulletins / f"{piece.bulletin}.mp3").is_file()


@pytest.mark.long
def test_what_nobody_heard_in_time_is_refused(station: Workspace, store: Database, authority: Authority) -> None:
    """No station is on air: an automatic message waits for one, and not longer than it is worth something."""
    begin = now()
    receive_message(station, store, authority.sign_json(message(now=begin)), begin)
    work_inbox(station, store, begin)
    assert entry(store, "tin-01").work[0].airings == ()
    work_inbox(station, store, begin + datetime.timedelta(hours=3))
    work_inbox(station, store, begin + datetime.timedelta(hours=3))
    found = entry(store, "tin-01")
    assert found.state == "refused"
    assert "expired" in found.reason


def test_a_test_of_the_line_and_a_drill(station: Workspace, store: Database, authority: Authority) -> None:
    begin = now()
    tested = receive_message(station, store, authority.sign_json(message("t", now=begin, test=True)), begin)
    assert (tested.state, inbox_is_due(station, store, begin)) == ("ended", False)
    drill = parse_json(json.dumps(message("d", now=begin, exercise=True, hazard="lu", issuer="UBND xã Bến Hải")))
    said = text_of(drill, drill.infos[0], load_policy(station).sender(SENDER), begin.tzinfo or UTC).split("\n\n")
    assert said[:2] == ["Đây là diễn tập."] * 2
    assert said[2:4] == ["Lũ lớn trên sông Bến Hải.", "Xin nhắc lại. Lũ lớn trên sông Bến Hải."]
    assert said[4].startswith("UBND xã Bến Hải thông báo lúc ")
    assert "không có nguy hiểm thật" in said[-1]


def test_a_watched_folder_takes_and_refuses(station: Workspace, store: Database, authority: Authority) -> None:
    begin = now()
    station.inbox.mkdir()
    (station.inbox / "good.json").write_bytes(authority.sign_json(message(now=begin, priority="normal")))
    (station.inbox / "forged.xml").write_bytes(cap(now=begin))
    (station.inbox / "half.xml.part").write_bytes(b"<al")
    work_inbox(station, store, begin)
    assert [path.name for path in station.inbox.iterdir() if path.is_file()] == ["half.xml.part"]
    (taken,) = (station.inbox / "taken").iterdir()
    assert taken.name.endswith("good.json")
    (why,) = (station.inbox / "refused").glob("*.txt")
    assert "forged" in why.read_text("utf-8")
    assert entry(store, "tin-01").state == "waiting"
    assert any(row.details.get("event", "").startswith("inbox:forged@") for row in rows(store, kinds=("alarm",)))


KILLED = """
import os, signal, sys, datetime, contextlib
from pathlib import Path
from loa.actions.inbox import receive_message
from loa.store.database import Database
from loa.workspace import Workspace
left = int(sys.argv[3])
write = Database.write
@contextlib.contextmanager
def deadly(self, *arguments, **more):
    global left
    with write(self, *arguments, **more) as connection:
        yield connection
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
Database.write = deadly
workspace = Workspace(Path(sys.argv[1]))
raw, now = Path(sys.argv[2]).read_bytes(), datetime.datetime.now(datetime.UTC)
receive_message(workspace, Database(workspace.database), raw, now)
"""


@pytest.mark.long
@pytest.mark.parametrize("writes", [1, 2, 3, 4])
def test_killed_after_any_write_what_was_taken_back_falls_silent_all_the_same(
    station: Workspace, store: Database, on_air: Automation, authority: Authority, tmp_path: Path, writes: int
) -> None:
    """It sounded on, and was said again: "ended" stood in one transaction, the request for silence in the next."""
    write(station, repeat="2m")
    receive_message(station, store, authority.sign_xml(cap("a", now=now())), now())
    work_inbox(station, store, now())
    (airing,) = entry(store, "a").work[0].airings
    until(on_air, lambda: airing in on_air.controller.live and on_air.controller.live[airing].session)
    cancel = cap("c", kind="Cancel", references=f"{SENDER},a,x", now=now())
    cancel = cancel.replace("Nước sông Bến Hải lên trên báo động ba.".encode(), b"")
    path = tmp_path / "cancel.xml"
    path.write_bytes(authority.sign_xml(cancel.replace("<instruction>Rời ngay chỗ thấp.</instruction>".encode(), b"")))
    command = [sys.executable, "-c", KILLED, str(station.root), str(path), str(writes)]
    killed = subprocess.run(command, check=False)
    assert killed.returncode == -9 or writes == 4
    if inbox_is_due(station, store, now()):
        work_inbox(station, store, now())
    until(on_air, lambda: any(row.airing == airing for row in rows(store)))
    (row,) = [row for row in rows(store) if row.airing == airing]
    assert (row.outcome, entry(store, "a").state) == ("cut", "ended")
    assert not inbox_is_due(station, store, now() + datetime.timedelta(minutes=3))
