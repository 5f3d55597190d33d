import datetime
from pathlib import Path

import pytest

from loa.actions.approvals import withdraw
from loa.errors import ApprovalError
from loa.store.approvals import approved, find, last_approved, states
from loa.store.asrun import rows
from loa.store.database import Database
from loa.workspace import Workspace
from tests.approving import approve

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for name in ("ben-hai/tin", "ben-hai/chung", "trung-son/chung"):
        path = tmp_path / "audio" / "bulletins" / f"{name}.mp3"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return Workspace(tmp_path)


@pytest.fixture
def store(workspace: Workspace) -> Database:
    return Database(workspace.database)


def test_a_bulletin_is_found_by_id_unique_name_or_path(workspace: Workspace) -> None:
    path = workspace.bulletins / "ben-hai" / "tin.mp3"
    assert {find(workspace, text).id for text in ("ben-hai/tin", "tin", str(path))} == {"ben-hai/tin"}


@pytest.mark.parametrize(("name", "code"), [("chung", "bulletin.ambiguous"), ("tim", "bulletin.unknown")])
def test_what_could_be_two_or_none_is_refused(workspace: Workspace, name: str, code: str) -> None:
    with pytest.raises(ApprovalError) as caught:
        find(workspace, name)
    assert caught.value.findings[0].code == code


def test_a_release_is_bound_to_the_bytes_and_stands_in_the_log(workspace: Workspace, store: Database) -> None:
    recording = find(workspace, "tin")
    made = approve(workspace, store, recording, "Chị Hoa", NOW)
    assert approved(store, "ben-hai/tin", recording.sha256) == made
    recording.path.write_bytes(b"something else")
    assert approved(store, "ben-hai/tin", recording.sha256) is None
    assert [(r.kind, r.bulletin, r.sha256) for r in rows(store, kinds=None)] == [
        ("approval", "ben-hai/tin", made.sha256)
    ]


def test_a_release_does_not_pass_to_another_bulletin_with_the_same_bytes(workspace: Workspace, store: Database) -> None:
    approve(workspace, store, find(workspace, "tin"), "Chị Hoa", NOW)
    assert approved(store, "ben-hai/chung", find(workspace, "tin").sha256) is None


def test_what_was_released_is_kept_when_a_build_replaces_it(workspace: Workspace, store: Database) -> None:
    recording = find(workspace, "tin")
    old = recording.read()
    approve(workspace, store, recording, "Chị Hoa", NOW)
    recording.path.write_bytes(b"new build")
    found = last_approved(workspace, store, "ben-hai/tin")
    assert found
    assert found[1].read() == old


def test_a_kept_copy_that_was_changed_is_not_good(workspace: Workspace, store: Database) -> None:
    approve(workspace, store, find(workspace, "tin"), "Chị Hoa", NOW)
    (copy,) = (workspace.state / "released").glob("*.mp3")
    copy.write_bytes(b"tampered")
    assert last_approved(workspace, store, "ben-hai/tin") is None


def test_a_release_can_be_withdrawn(workspace: Workspace, store: Database) -> None:
    recording = find(workspace, "tin")
    approve(workspace, store, recording, "Chị Hoa", NOW)
    assert len(withdraw(workspace, store, "ben-hai/tin", "Anh Nam", NOW)) == 1
    assert approved(store, "ben-hai/tin", recording.sha256) is None
    assert last_approved(workspace, store, "ben-hai/tin") is None


def test_nobody_cannot_release(workspace: Workspace, store: Database) -> None:
    with pytest.raises(ApprovalError):
        approve(workspace, store, find(workspace, "tin"), "  ", NOW)


def test_the_state_of_every_bulletin(workspace: Workspace, store: Database) -> None:
    for name in ("ben-hai/tin", "ben-hai/chung"):
        approve(workspace, store, find(workspace, name), "Chị Hoa", NOW)
    find(workspace, "tin").path.write_bytes(b"new")
    assert {s.bulletin: s.state for s in states(workspace, store)} == {
        "ben-hai/chung": "released",
        "ben-hai/tin": "changed",
        "trung-son/chung": "waiting",
    }
