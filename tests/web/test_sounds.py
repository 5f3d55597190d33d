"""What lies under audio/bulletins, and what is remembered of it."""

import hashlib
from collections.abc import Iterator

import pytest

from loa.actions.offices import Role
from loa.bulletin.manifest import Cue, Manifest
from loa.store.approvals import all_approvals
from loa.store.database import CONSOLE, Database
from loa.web.context import Console
from loa.web.views import bulletins
from loa.web.views.bulletins import BuiltBulletins
from loa.workspace import Workspace
from tests.web.conftest import LogIn


@pytest.fixture
def database(station: Workspace) -> Iterator[Database]:
    made = Database(station.console_database, CONSOLE)
    yield made
    made.close()


def put(station: Workspace, id_: str, data: bytes, *, said: bytes | None = None) -> None:
    """An MP3 with its record; `said`: the record is of another sound."""
    path = station.bulletins / f"{id_}.mp3"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    commune, _slash, name = id_.partition("/")
    cue = Cue(start=0, end=1, text="Kính chào", spoken="kính chào", part="opening")
    Manifest(
        id=id_, commune=commune, name=name, title="Tin", date="2026-11-01", campaigns=("dvc",), seconds=1.0,
        sha256=hashlib.sha256(said or data).hexdigest(), engine="espeak", voice="vi", cues=(cue,),
    ).save(path.with_suffix(".json"))  # fmt: skip


def test_a_sound_and_its_record_are_known_until_one_of_them_changes(station: Workspace, database: Database) -> None:
    known = BuiltBulletins(station, database)
    assert not known.lying()
    put(station, "ben-hai/tin", b"mot")
    first = known.lying()["ben-hai/tin"]
    assert first.sha256 == hashlib.sha256(b"mot").hexdigest()
    assert first.manifest
    assert first.manifest.title == "Tin"
    assert not first.manifest.cues
    assert known.lying()["ben-hai/tin"] is first
    put(station, "ben-hai/tin", b"hai hai")
    assert known.lying()["ben-hai/tin"].sha256 == hashlib.sha256(b"hai hai").hexdigest()
    (station.bulletins / "ben-hai" / "tin.mp3").unlink()
    assert not known.lying()


def test_a_record_of_another_sound_counts_for_nothing(station: Workspace, database: Database) -> None:
    put(station, "ben-hai/tin", b"mot", said=b"khac")
    assert BuiltBulletins(station, database).lying()["ben-hai/tin"].manifest is None


def test_nothing_is_hashed_again_after_a_restart(
    station: Workspace, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(station, "ben-hai/tin", b"mot")
    before = BuiltBulletins(station, database).lying()
    monkeypatch.setattr(bulletins, "_read", None)
    assert BuiltBulletins(station, database).lying() == before


def test_a_sound_that_was_made_anew_a_moment_ago_is_not_signed_unheard(
    station: Workspace, log_in: LogIn, console: Console
) -> None:
    put(station, "ben-hai/tin", b"mot")
    leader = log_in(Role.LEADER)
    page = leader.look("/release/ben-hai/tin")
    heard = hashlib.sha256(b"mot").hexdigest()
    assert heard in page
    put(station, "ben-hai/tin", b"hai hai")
    leader.submit("/release/ben-hai/tin/sign", 422, sha256=heard, heard="1")
    assert not all_approvals(console.store)
    leader.submit("/release/ben-hai/tin/sign", heard="1", sha256=hashlib.sha256(b"hai hai").hexdigest())
    assert "Signed by" in leader.look("/release/ben-hai/tin")
    assert [a.bulletin for a in all_approvals(console.store)] == ["ben-hai/tin"]
