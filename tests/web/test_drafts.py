"""A text, its sound and its signature as one thing: sound by itself, and nothing reaches the leader before it is sent."""

from pathlib import Path

import pytest

from loa import sample
from loa.actions.offices import Role
from loa.web import job_worker
from loa.web.context import Console
from loa.workspace import Workspace
from tests.conftest import Loa
from tests.web.conftest import LogIn

TEXT = "Chiều nay 17 giờ 30, mời bà con họp tại nhà văn hoá thôn."


@pytest.fixture
def station(tmp_path: Path, loa: Loa) -> Workspace:
    """Two campaigns: one that came with the commune, and one that is in no programme."""
    made = sample.new_station(tmp_path / "Đài mới")
    loa("new", "commune", "Bến Hải", "--province", "Quảng Trị", cwd=made.root)
    file = made.campaigns / "ben-hai.yaml"
    file.write_text(file.read_text("utf-8").replace("voice: null", "voice: espeak"), "utf-8")
    return made


def work(console: Console) -> list[dict[str, object]]:
    """Do what waits, as the console's runner would; gives what each was asked to make."""
    done = []
    for job in console.jobs.living():
        console.jobs.set(job.id, state="done", message=job_worker.do(console.workspace, console.jobs, job))
        done.append(job.arguments)
    console.forget()
    return done


def test_sound_is_made_by_itself_and_the_leader_gets_what_was_sent(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    """Issue 15, fault 3: an article without a programme got no sound, or every draft went into the leader's queue."""
    officer, leader = log_in(Role.OFFICER, name="lan"), log_in(Role.LEADER, name="hoa")
    officer.look("/campaigns")
    officer.submit("/campaigns", commune="ben-hai", template="thong-bao", title="Họp thôn", as_of="2026-11-01")
    page = "/campaigns/ben-hai/hop-thon"
    mark = officer.look(page).split('name="mark" value="')[1].split('"')[0]
    fields = {"mark": mark, "template": "thong-bao", "title": "Họp thôn", "as_of": "2026-11-01", "form": "radio"}
    officer.submit(page, **fields, body=TEXT)
    assert work(console)[-1] == {"communes": ["ben-hai"], "campaigns": ["hop-thon"]}
    assert [p.stem for p in station.bulletins.glob("ben-hai/*.mp3")] == ["hop-thon"]  # and no other draft's

    assert console.bulletins.by_id()["ben-hai/hop-thon"].state == "draft"
    assert "Họp thôn" not in leader.look("/release")
    sha256 = console.bulletins.by_id()["ben-hai/hop-thon"].sha256
    leader.look("/release/ben-hai/hop-thon")
    leader.submit("/release/ben-hai/hop-thon/sign", 422, heard="1", sha256=sha256)

    officer.submit(f"{page}/send")
    assert "Họp thôn" in leader.look("/release")
    leader.submit("/release/ben-hai/hop-thon/sign", heard="1", sha256=sha256)
    assert console.bulletins.by_id()["ben-hai/hop-thon"].state == "signed"

    mark = officer.look(page).split('name="mark" value="')[1].split('"')[0]
    officer.submit(page, **{**fields, "mark": mark}, body=TEXT, notes="Chỉ để nhớ.")
    assert work(console) == []  # nothing is heard otherwise: the signature stands
    assert console.bulletins.by_id()["ben-hai/hop-thon"].state == "signed"
    mark = officer.look(page).split('name="mark" value="')[1].split('"')[0]
    officer.submit(page, **{**fields, "mark": mark}, body=TEXT.replace("17 giờ 30", "18 giờ"), notes="Chỉ để nhớ.")
    assert len(work(console)) == 1
    assert console.bulletins.by_id()["ben-hai/hop-thon"].state == "draft"
    assert "Họp thôn" not in leader.look("/release")

    officer.look("/week/new")  # planned: the bulletin of the programme takes the place of the loose one
    plan = {"campaign": "ben-hai/hop-thon", "days": ["tue"], "at": "17:00", "weeks": "1", "min": "1", "max": "15"}
    officer.submit("/week/broadcasts", **plan, on="tram-xa")
    assert [job.arguments for job in console.jobs.living()] == [{"communes": ["ben-hai"], "campaigns": ["hop-thon"]}]
    console.forget()
    assert [(b.id, b.state) for b in console.bulletins.all()] == [("ben-hai/ben-hai-hop-thon", "none")]
