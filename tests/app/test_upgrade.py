"""A station of Loa 0.1 opened by this version: nothing is lost, approvals hold, and it goes on air as before.

tests/workspaces/station-0.1.tar.xz was made by that version (scripts/make_old_station.py).
"""

import contextlib
import datetime
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from loa import __version__
from loa.actions.offices import Role
from loa.app import upgrade
from loa.app.build import BuildReport, build
from loa.app.doctor import Health
from loa.automation import service
from loa.automation.station import Automation
from loa.bulletin import writer
from loa.bulletin.manifest import Manifest
from loa.clock import RealClock
from loa.errors import SchemaError
from loa.store.approvals import all_approvals, approved, find
from loa.store.asrun import outcome_of, rows
from loa.store.database import CONSOLE, STATION, Database
from loa.store.proof import verify
from loa.template_files import unchanged_copies
from loa.web.context import Console
from loa.workspace import Workspace
from tests.conftest import Loa

ALL = ["ben-hai/tiem-phong", "ben-hai/ve-sinh", "ben-hai/xin-loi"]
NEXT = datetime.datetime(2026, 1, 6, 9, 59, 30, tzinfo=datetime.UTC)
"""Half a minute before the next airing of ben-hai/ve-sinh, the day after the old program stopped."""


@pytest.fixture
def store(old_station: Workspace) -> Iterator[Database]:
    made = Database(old_station.database)
    yield made
    made.close()


def in_force(store: Database, workspace: Workspace) -> list[str]:
    """The bulletins whose file is approved as it lies there."""
    return [name for name in ALL if approved(store, name, find(workspace, name).sha256)]


# --- nothing is lost ---


def test_the_log_verifies_and_every_release_is_there(old_station: Workspace, loa: Loa) -> None:
    seal = old_station.seal.read_text("utf-8")
    done = loa("log", "verify", cwd=old_station.root)
    assert done.returncode == 0, done.stderr
    assert "7" in done.stdout
    assert old_station.seal.read_text("utf-8") == seal
    listed = json.loads(loa("approvals", "--format", "json", cwd=old_station.root).stdout)
    assert [(row["bulletin"], row["state"], row["by"]) for row in listed] == [
        (name, "released", "Chị Hoa") for name in ALL
    ]
    (row,) = json.loads(loa("log", "--from", "2026-01-01", "--format", "json", cwd=old_station.root).stdout)
    assert (row["airing"], row["outcome"]) == ("ve-sinh@2026-01-05T10:00:00Z", "aired")


def test_a_release_that_was_withdrawn_stays_so(store: Database) -> None:
    found = [(a.bulletin, a.withdrawn is not None) for a in all_approvals(store)]
    assert found.count(("ben-hai/ve-sinh", True)) == 1
    assert found.count(("ben-hai/ve-sinh", False)) == 1


def test_people_log_in_with_their_old_passwords_and_find_their_work(old_station: Workspace) -> None:
    console = Console.open(old_station)
    lan = console.accounts.check("lan", "một câu dài dễ nhớ")
    assert lan
    assert (lan.shown, lan.roles) == ("Chị Lan", {Role.OFFICER, Role.ADMIN})
    assert console.accounts.check("hoa", "một câu khác hẳn")
    assert not console.accounts.check("hoa", "một câu dài dễ nhớ")
    assert [row["action"] for row in console.audit.read()] == ["bulletin.signed", "campaign.saved"]
    assert [token["label"] for token in console.sessions.tokens_of(lan)] == ["máy khác"]
    undoable = console.history.undoable(old_station.schedule_file)
    assert undoable
    assert undoable["note"] == "đổi tên"
    (job,) = console.jobs.latest()
    assert (job.state, job.message) == ("done", "xong")
    bulletins = {bulletin.id: bulletin for bulletin in console.bulletins.all()}
    assert {bulletin.state for bulletin in bulletins.values()} == {"signed"}
    assert bulletins["ben-hai/tiem-phong"].returned == {
        **(bulletins["ben-hai/tiem-phong"].returned or {}),
        "note": "Sửa lại giờ tiêm.",
        "who": "Chị Hoa",
    }
    assert not console.first_run()
    console.close()


# --- looked at before, and refused backwards ---


def content(workspace: Workspace) -> dict[str, bytes]:
    ends = ("-shm", "-wal")  # SQLite's own, of whoever reads
    return {
        path.relative_to(workspace.root).as_posix(): path.read_bytes()
        for path in workspace.root.rglob("*")
        if path.is_file() and not path.name.endswith(ends)
    }


def told(workspace: Workspace) -> dict[str, tuple[Health, str]]:
    return {check.name: (check.health, check.detail) for check in upgrade.look(workspace)}


def test_an_upgrade_is_tried_on_copies_and_then_done(old_station: Workspace, loa: Loa) -> None:
    before = content(old_station)
    found = told(old_station)
    assert content(old_station) == before
    assert {health for health, _detail in found.values()} == {Health.GOOD}
    assert found["Loa"][1].startswith("0.1 used this station last")
    assert found[".loa/station.db"][1].startswith(f"its tables go from version 1 to {STATION.version}")
    assert found[".loa/console.db"][1].startswith(f"its tables go from version 1 to {CONSOLE.version}")
    assert found["log"][1] == "whole after the upgrade, too; 3 approvals stay valid"
    copies = len(unchanged_copies(old_station))
    assert copies
    assert found["templates/"][1].startswith(f"{copies} unchanged copies of templates make room")
    done = loa("upgrade", cwd=old_station.root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not unchanged_copies(old_station)
    assert len(list(old_station.state.glob("old-templates/**/*.*"))) == copies
    found = told(old_station)
    assert found[".loa/station.db"][1] == f"version {STATION.version} of its tables, as it should be"
    assert found["Loa"][1] == f"{__version__} used this station last, this is {__version__}"


def test_a_station_of_a_newer_version_is_refused_in_words_and_left_alone(old_station: Workspace, loa: Loa) -> None:
    """A downgrade: the older program must not write into what it cannot read."""
    upgrade.upgrade(old_station)
    with contextlib.closing(sqlite3.connect(old_station.database)) as later, later:
        later.execute("INSERT INTO schema_version VALUES (99, '2030-01-01T00:00:00.000000Z', '9.0.0')")
    before, words = content(old_station), "was written by a newer version of Loa (its tables have version 99"
    health, detail = told(old_station)[".loa/station.db"]
    assert (health, words in detail) == (Health.BAD, True)
    done = loa("upgrade", cwd=old_station.root)
    assert done.returncode == 1
    assert words in done.stdout
    with pytest.raises(SchemaError, match="newer version of Loa"):
        Database(old_station.database)
    assert content(old_station) == before


# --- it renders, builds and airs ---


def test_a_template_edited_by_hand_still_gets_its_facts(old_station: Workspace, loa: Loa) -> None:
    done = loa("article", "ben-hai", "tiem-phong", cwd=old_station.root)
    assert done.returncode == 0, done.stderr
    assert "Hồ sơ nộp tại https://dichvucong.quangtri.gov.vn/." in done.stdout
    assert "Bộ phận Một cửa của xã Bến Hải xin cảm ơn bà con." in done.stdout
    assert loa("build", "--no-audio", cwd=old_station.root).returncode == 0
    assert loa("publish", cwd=old_station.root).returncode == 0
    assert "xã Bến Hải" in (old_station.public / "ben-hai" / "tiem-phong" / "index.html").read_text("utf-8")


@pytest.mark.long
def test_a_build_makes_no_approved_bulletin_anew(old_station: Workspace, loa: Loa, store: Database) -> None:
    done = loa("build", cwd=old_station.root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("0 bulletins made, 3 unchanged")
    assert in_force(store, old_station) == ALL


def test_it_goes_on_air_with_what_the_version_before_built(old_station: Workspace) -> None:
    airing = "ve-sinh@2026-01-06T10:00:00Z"
    sha256 = find(old_station, "ben-hai/ve-sinh").sha256

    def over(station: Automation) -> bool:
        return outcome_of(station.store, airing) is not None

    # trusted: the days of this station lie before this version was released
    service.run(old_station, clock=RealClock(20, NEXT), until=over, limit=60, trust_clock=True)
    heard = [
        json.loads(line) for line in (old_station.state / "heard" / "loa-xa.jsonl").read_text("utf-8").splitlines()
    ]
    assert {note["sha256"] for note in heard if note["airing"] == airing} == {sha256}
    store = Database(old_station.database)
    found = {row.airing: row for row in rows(store)}
    assert found[airing].outcome == "aired"
    assert "ve-sinh@2026-01-05T10:00:00Z" in found
    assert verify(store, old_station.seal) == []
    store.close()


# --- a version that would make other sound of the same facts ---


@pytest.fixture
def reads_differently(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an upgrade that changed how things sound: no bulletin has the words that a build would give it."""
    monkeypatch.setattr(writer, "RULES", "of another version")


def changed(report: BuildReport) -> list[str]:
    assert not report.failed, report.failed
    return sorted(manifest.id for manifest in report.made)


def rewrite(workspace: Workspace, name: str, old: str, new: str) -> None:
    path = workspace.root / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.usefixtures("reads_differently")
def test_what_is_approved_stays_and_what_is_not_is_made_anew(old_station: Workspace, store: Database, loa: Loa) -> None:
    words = ("approve", "ben-hai/tiem-phong", "--withdraw", "--by", "Anh Nam")
    assert loa(*words, cwd=old_station.root).returncode == 0
    report = build(old_station)
    assert changed(report) == ["ben-hai/tiem-phong"]
    assert in_force(store, old_station) == ["ben-hai/ve-sinh", "ben-hai/xin-loi"]
    (notice,) = [notice for notice in report.notices if notice.code == "bulletin.approved"]
    assert notice.message.startswith("2 approved bulletins stay as they are")
    assert changed(build(old_station)) == []


FACTS, TEMPLATE = "campaigns/ben-hai.yaml", "templates/articles/phong-dich.md.j2"
BOTH = ["ben-hai/tiem-phong", "ben-hai/ve-sinh"]


def _nothing_that_is_said(workspace: Workspace) -> None:
    """Notes for staff, a fact that no text uses, and an unchanged copy of a template, which is retired."""
    rewrite(workspace, FACTS, "    form: radio", "    form: radio\n    notes: hỏi lại")
    rewrite(workspace, FACTS, "benhai.quangtri.gov.vn", "benhai.vn")
    (workspace.templates / "articles/thong-bao.md.j2").unlink(missing_ok=True)


EDITS: dict[str, tuple[Callable[[Workspace], None], list[str]]] = {
    "nothing that is said": (_nothing_that_is_said, []),
    "the article": (lambda w: rewrite(w, FACTS, "Sáng chủ nhật", "Sáng thứ bảy"), ["ben-hai/ve-sinh"]),
    "its title": (lambda w: rewrite(w, FACTS, "Tiêm phòng cho trẻ", "Tiêm phòng"), ["ben-hai/tiem-phong"]),
    "how a word is said": (
        lambda w: rewrite(w, FACTS, "station: {", "station: {pronounce: {xã: sã}, "),
        [*BOTH, "ben-hai/xin-loi"],
    ),
    "a template of its own": (lambda w: rewrite(w, TEMPLATE, "xin cảm ơn", "cảm ơn"), ["ben-hai/tiem-phong"]),
    "a template of its own is given up": (lambda w: (w.templates / "radio/opening.txt.j2").unlink(), BOTH),
    "the station's call": (
        lambda w: rewrite(w, FACTS, "station: {", "station: {call: Đài xã ta, "),
        ["ben-hai/xin-loi"],
    ),
    "a sound": (
        lambda w: _copied(w, "bed.flac", "chime.flac"),
        [*BOTH, "ben-hai/xin-loi"],
    ),
    "the length": (lambda w: rewrite(w, "schedule.yaml", "5s, max: 5m}, on: [loa-xa]}\n  -", "40s, max: 5m}, on: [loa-xa]}\n  -"), ["ben-hai/ve-sinh"]),
    "the voice": (
        lambda w: rewrite(w, FACTS, "voice: espeak", "voice: 'espeak:vi+m3'"),
        [*BOTH, "ben-hai/xin-loi"],
    ),
}  # fmt: skip


def _copied(workspace: Workspace, source: str, target: str) -> None:
    shutil.copy(workspace.jingles / source, workspace.jingles / target)


@pytest.mark.usefixtures("reads_differently")
@pytest.mark.parametrize("what", EDITS)
def test_an_approved_bulletin_is_made_anew_where_somebody_changed_what_it_says(
    old_station: Workspace, what: str
) -> None:
    """After the start of this version, which wrote down what each bulletin was made of (`upgrade`)."""
    build(old_station, audio=False)
    edit, made = EDITS[what]
    edit(old_station)
    assert changed(build(old_station)) == made


@pytest.mark.long
@pytest.mark.usefixtures("reads_differently")
@pytest.mark.parametrize(
    "what",
    [
        "nothing that is said",
        "the article",
        "how a word is said",
        "the length",
        "a template of its own is given up",
    ],
)
def test_so_it_is_where_the_edit_came_before_this_version_looked(old_station: Workspace, what: str) -> None:
    edit, made = EDITS[what]
    edit(old_station)
    assert changed(build(old_station)) == made


def test_the_console_lets_it_be_written_down_once_for_each_version(old_station: Workspace) -> None:
    console = Console.open(old_station)
    console.note_upgrade()
    console.note_upgrade()
    (job,) = console.jobs.living()
    assert job.kind == "upgrade"
    worker = [sys.executable, "-m", "loa.web.job_worker", str(old_station.root), str(job.id)]
    subprocess.run(worker, check=True, timeout=90)
    assert console.jobs.latest(1)[0].state == "done"
    assert old_station.bulletins_version.read_text("utf-8") == __version__
    for name in ALL:
        assert set(Manifest.load(old_station.bulletins / f"{name}.json").given) == {"facts", "reading", "sound"}
    console.note_upgrade()
    assert console.jobs.living() == []
    console.close()
