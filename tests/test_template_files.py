"""A station keeps only the templates that it changed; a station of 0.1, which holds a copy of each, goes on as it was."""

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from loa import template_files
from loa.app.build import build
from loa.article import radio_text, render, template_name
from loa.article.templates import asked_for, fill
from loa.campaign import load_commune
from loa.errors import TemplateError
from loa.schedule import UTC
from loa.store import approvals
from loa.store.database import Database
from loa.template_files import locate, packaged, retire_copies, topics
from loa.workspace import Workspace
from tests.approving import approve
from tests.conftest import Loa

OPENING, NOTICE = "radio/opening.txt.j2", "articles/thong-bao.md.j2"
COMMUNE = """\
commune: {name: Bến Hải, province: Quảng Trị}
campaigns:
  - {id: nuoc, template: thong-bao, title: Cúp nước, as_of: 2026-11-01, body: [Mai cúp nước.]}
"""
OLD = "Lời mở đầu của một phiên bản trước.\n"


@pytest.fixture
def of_01(tmp_path: Path) -> Workspace:
    """A station as version 0.1 made it: with a copy of every template."""
    root = tmp_path / "Đài cũ"
    (root / "campaigns").mkdir(parents=True)
    (root / "campaigns" / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    (root / "schedule.yaml").write_text("timezone: Asia/Ho_Chi_Minh\noutputs: {}\nbroadcasts: []\n", "utf-8")
    shutil.copytree(packaged(), root / "templates")
    shutil.copytree(packaged().parent / "audio" / "jingles", root / "audio" / "jingles")
    return Workspace(root)


@pytest.fixture
def once_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """As if an earlier version had shipped OLD as the opening."""
    table = tmp_path / "released.txt"
    shipped = f"{template_files.sha256(OLD.encode())} {OPENING}\n"
    table.write_text(template_files.RELEASED.read_text("utf-8") + shipped, "utf-8")
    monkeypatch.setattr(template_files, "RELEASED", table)
    template_files.released.cache_clear()
    yield
    template_files.released.cache_clear()


def moved(workspace: Workspace) -> list[str]:
    folder = workspace.state / template_files.OLD_TEMPLATES
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_table_knows_every_template_that_is_shipped() -> None:
    """A line that fails here is appended to released-templates.txt, below the version that will ship it."""
    shipped = {p.relative_to(packaged()).as_posix(): p.read_bytes() for p in packaged().rglob("*") if p.is_file()}
    missing = [
        f"{template_files.sha256(raw)} {name}"
        for name, raw in shipped.items()
        if template_files.sha256(raw) not in template_files.released().get(name, ())
    ]
    assert not missing, "\n".join(missing)


def test_a_new_station_has_no_templates_of_its_own_and_yet_all(loa: Loa, tmp_path: Path) -> None:
    root = tmp_path / "Đài mới"
    assert loa("new", "station", root).returncode == 0
    assert [path.name for path in (root / "templates").rglob("*")] == ["doc-truoc.txt"]
    listed = loa("template", cwd=root).stdout.split("\n")
    assert {OPENING, NOTICE, "page/style.css", "radio/apology.txt.j2"} <= set(listed)
    assert {"cup-dien", "dich-vu-cong-truc-tuyen", "dinh-danh-dien-tu", "thong-bao"} <= set(topics(Workspace(root)))
    assert "body" in asked_for(Workspace(root))["thong-bao"]


@pytest.mark.parametrize("asked", ["opening", OPENING, "templates\\radio\\opening.txt.j2", "radio/opening"])
def test_a_template_is_copied_into_the_station_and_then_its_words_are_used(
    loa: Loa, station: Workspace, asked: str
) -> None:
    done = loa("template", asked, cwd=station.root)
    assert (done.returncode, done.stdout.strip()) == (0, f"templates/{OPENING}")
    own = station.templates / OPENING
    assert own.read_bytes() == (packaged() / OPENING).read_bytes()
    own.write_text("Đây là lời của trạm.\n", "utf-8")
    commune = load_commune(station, "ben-hai")
    assert radio_text(station, commune, "opening", commune.campaigns).source == "Đây là lời của trạm.\n"
    assert f"{OPENING}  (the station’s own)" in loa("template", cwd=station.root).stdout
    again = loa("template", asked, cwd=station.root)
    assert again.returncode == 2
    assert "has changed this template already" in again.stderr
    assert own.read_text("utf-8") == "Đây là lời của trạm.\n"


def test_a_name_that_no_template_has_is_answered_with_those_there_are(loa: Loa, station: Workspace) -> None:
    done = loa("template", "mo-dau", cwd=station.root)
    assert done.returncode == 2
    assert "opening" in done.stderr


def test_a_template_that_comes_or_goes_while_loa_runs_is_seen(station: Workspace) -> None:
    commune = load_commune(station, "ben-hai")
    first = render(station, commune, commune.campaigns[0]).source
    own = station.templates / template_name(commune.campaigns[0])
    own.write_text("Của trạm", "utf-8")
    assert render(station, commune, commune.campaigns[0]).source == "Của trạm"
    own.unlink()
    assert render(station, commune, commune.campaigns[0]).source == first


def test_a_fault_in_a_template_of_the_package_tells_how_to_get_at_it(station: Workspace) -> None:
    with pytest.raises(TemplateError) as error:
        fill(station, NOTICE, {})
    (finding,) = error.value.findings
    assert Path(finding.file or "") == packaged() / NOTICE
    assert "loa template thong-bao" in finding.fix


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_copy_that_nobody_changed_makes_room_for_the_package(
    of_01: Workspace, once_shipped: None, ending: str
) -> None:
    own, changed = of_01.templates / OPENING, of_01.templates / NOTICE
    own.write_bytes(OLD.replace("\n", ending).encode())
    changed.write_text("Đã sửa", "utf-8")
    assert locate(of_01, OPENING) == packaged() / OPENING, "at once, whatever is moved later"
    assert locate(of_01, NOTICE) == changed
    (note,) = retire_copies(of_01)
    assert (note.code, note.severity) == ("template.retired", "info")
    assert [path for path in of_01.templates.rglob("*") if path.is_file()] == [changed]
    assert (of_01.state / template_files.OLD_TEMPLATES / OPENING).read_bytes() == OLD.replace("\n", ending).encode()


@pytest.mark.long
def test_copies_are_moved_once_and_one_that_somebody_asked_for_stays(loa: Loa, of_01: Workspace) -> None:
    first = loa("build", "--no-audio", cwd=of_01.root)
    assert first.returncode == 0, first.stderr
    assert "moved to .loa/old-templates/" in first.stderr
    assert len(moved(of_01)) == len(template_files.released())
    assert loa("template", "opening", cwd=of_01.root).returncode == 0
    assert "moved" not in loa("build", "--no-audio", cwd=of_01.root).stderr
    assert (of_01.templates / OPENING).is_file()


def test_a_template_asked_for_right_after_the_upgrade_stays(loa: Loa, of_01: Workspace) -> None:
    assert loa("template", "opening", cwd=of_01.root).returncode == 0
    assert loa("build", "--no-audio", cwd=of_01.root).returncode == 0
    assert (of_01.templates / OPENING).is_file()


def test_a_file_that_cannot_be_moved_stops_nothing(of_01: Workspace) -> None:
    of_01.state.write_text("a file where the folder should be", "utf-8")
    assert retire_copies(of_01) == ()
    assert (of_01.templates / OPENING).is_file()


def test_the_source_tree_keeps_its_templates() -> None:
    assert retire_copies(Workspace(packaged().parent)) == ()
    assert (packaged() / OPENING).is_file()


def test_an_approved_bulletin_stays_approved_when_its_templates_come_from_the_package(of_01: Workspace) -> None:
    before = of_01.templates / OPENING  # as 0.1 built it: from the station's own copies
    assert before.is_file()
    (of_01.state).mkdir()
    (of_01.state / "templates-version").write_text(template_files.__version__, "utf-8")
    (made,) = build(of_01, voice="espeak").made
    store = Database(of_01.database)
    approve(of_01, store, approvals.find(of_01, made.id), "Chị Hoa", datetime.datetime(2026, 11, 1, tzinfo=UTC))
    (of_01.state / "templates-version").unlink()
    report = build(of_01, voice="espeak")
    assert moved(of_01), "the copies have been retired"
    assert (report.unchanged, report.made) == ([made.id], [])
    assert approvals.approved(store, made.id, made.sha256)
    assert set(made.inputs) >= {f"templates/{OPENING}", f"templates/{NOTICE}"}
    store.close()
