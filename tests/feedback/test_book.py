"""Feedback of residents in the register: answered, signed, erased beside a log that holds none of its words."""

import datetime
from pathlib import Path

import pytest

from loa.errors import RequestError
from loa.feedback import book
from loa.schedule import UTC
from loa.store.asrun import rows
from loa.store.database import Database
from loa.store.proof import verify
from loa.workspace import Workspace

NOW = datetime.datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
TEXT = "Loa thôn Bắc rè suốt tuần, gọi 0912 345 678 cho tôi."


@pytest.fixture
def store(tmp_path: Path) -> Database:
    return Database(Workspace(tmp_path).database)


def send(store: Database, text: str = TEXT, now: datetime.datetime = NOW) -> book.Piece:
    workspace = Workspace(store_root(store))
    book.receive(workspace, store, "ben-hai", "complaint", text, now, name="Bà Năm", contact="0912345678")
    return book.pieces(store)[0]


def store_root(store: Database) -> Path:
    return ROOT[id(store)]


ROOT: dict[int, Path] = {}


@pytest.fixture(autouse=True)
def root(store: Database, tmp_path: Path) -> None:
    ROOT[id(store)] = tmp_path


def test_what_was_erased_is_nowhere_and_the_log_still_holds(store: Database, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    piece = send(store)
    book.answer(workspace, store, piece.number, "Loa thôn Bắc bị rè.", "Đã sửa ngày 27/11.", "Cán", NOW)
    with pytest.raises(RequestError, match="changed"):
        book.sign(workspace, store, piece.number, "Khác.", "Lãnh", NOW)
    book.sign(workspace, store, piece.number, "Đã sửa ngày 27/11.", "Lãnh", NOW)
    (public,) = book.pieces(store, states=("published",))
    assert (public.shown, public.signed_by) == ("Loa thôn Bắc bị rè.", "Lãnh")
    book.erase(workspace, store, piece.number, "Lãnh", NOW)
    (left,) = book.pieces(store)
    assert left.erased
    assert (left.text, left.name, left.contact, left.shown, left.answer) == ("", "", "", "", "")
    log = [row.details["act"] for row in rows(store, kinds=("feedback",))]
    assert log == ["received", "answered", "published", "erased"]
    assert verify(store, workspace.seal) == []
    store.close()
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"0912345678" not in everything
    assert "thôn Bắc".encode() not in everything, "SQLite overwrites what is deleted"


def test_what_is_old_is_erased_by_itself(store: Database, tmp_path: Path) -> None:
    send(store, now=NOW - datetime.timedelta(days=400))
    send(store, "Xin phát lại bài về nước sạch.")
    assert book.forget_before(Workspace(tmp_path), store, NOW - datetime.timedelta(days=365), NOW) == 1
    assert [piece.erased for piece in book.pieces(store)] == [False, True]
    assert book.forget_before(Workspace(tmp_path), store, NOW - datetime.timedelta(days=365), NOW) == 0


def test_nonsense_and_floods_are_refused(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("ngắn", "x" * (book.LONGEST + 1)):
        with pytest.raises(RequestError):
            send(store, text)
    monkeypatch.setattr(book, "MOST_A_DAY", 2)
    send(store)
    send(store)
    with pytest.raises(RequestError, match="tomorrow"):
        send(store)
