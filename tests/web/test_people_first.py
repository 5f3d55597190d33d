"""What people are told about loudspeakers, signatures and emergencies (issue 15, faults 11, 17, 18)."""

import datetime
import hashlib
import zoneinfo
from dataclasses import replace
from pathlib import Path

import pytest

from loa.actions.approvals import approve
from loa.actions.offices import Role
from loa.actions.receipts import Receipt, receipt_text
from loa.automation.intervals import Timing
from loa.bulletin.manifest import Cue, Manifest
from loa.clock import RealClock
from loa.errors import LoaError
from loa.store import approvals
from loa.store.alarms import Alarm, open_alarms
from loa.store.approvals import BulletinFile
from loa.store.database import stamp
from loa.store.lease import Lease
from loa.store.tables import outputs
from loa.web import job_worker
from loa.web.context import Console
from loa.workspace import Workspace
from tests.approving import as_emergency
from tests.raising import raise_alarm
from tests.web.conftest import LogIn
from tests.web.rig import COMMUNE

BULLETIN = "ben-hai/ve-sinh"
NOW = datetime.datetime(2026, 11, 28, 15, 36, tzinfo=datetime.UTC)
SCHEDULE = """\
timezone: Asia/Ho_Chi_Minh
outputs:
  thu: {kind: null, title: Loa trung tâm}
  loa-dong: {kind: icecast, url: "http://127.0.0.1:9/x.mp3", title: Loa thôn Đông, password_env: LOA_NO_SUCH_PASSWORD}
  ca-xa: {kind: group, outputs: [thu, loa-dong]}
broadcasts:
  - {id: ve-sinh, commune: ben-hai, campaigns: [don-ve-sinh], at: ["17:00"], length: {min: 5s, max: 15m}, on: [thu]}
"""


@pytest.fixture(autouse=True)
def small(station: Workspace) -> None:
    for path in station.campaigns.iterdir():
        path.unlink()
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    station.schedule_file.write_text(SCHEDULE, "utf-8")


def make(station: Workspace, said: str) -> str:
    """A bulletin that says `said`, as a build would leave it; gives the SHA-256 of its sound."""
    path = station.bulletins / f"{BULLETIN}.mp3"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(said.encode())
    path.with_suffix(".json").unlink(missing_ok=True)
    as_emergency(path)
    cue = Cue(start=0.5, end=4.0, text=said, spoken=said.lower(), part="don-ve-sinh")
    changes = {"emergency": False, "campaigns": ("don-ve-sinh",), "cues": (cue,)}
    Manifest.load(path.with_suffix(".json")).model_copy(update=changes).save(path.with_suffix(".json"))
    return hashlib.sha256(said.encode()).hexdigest()


def test_nobody_signs_unheard(log_in: LogIn, station: Workspace, console: Console) -> None:
    sha256 = make(station, "Sáng chủ nhật dọn đường.")
    leader = log_in(Role.LEADER)
    page = leader.look(f"/release/{BULLETIN}")
    assert 'data-once="4.0"' in page
    assert page.count("the text alone, read once: 0:0") == 1, "eyes1, 19: two lengths, and which is which"
    assert "one reading takes about" not in page
    assert "Hear the bulletin first" in leader.submit(f"/release/{BULLETIN}/sign", 422, sha256=sha256)
    assert not approvals.all_approvals(console.store)
    leader.submit(f"/release/{BULLETIN}/sign", sha256=sha256, heard="1")
    assert approvals.approved(console.store, BULLETIN, sha256)


def test_after_a_return_the_leader_sees_the_own_reason_and_what_changed(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    leader = log_in(Role.LEADER)
    sha256 = make(station, "Sáng chủ nhật dọn đường.")
    leader.submit(f"/release/{BULLETIN}/return", sha256=sha256, note="Ghi rõ giờ tập trung.")
    assert "Ghi rõ giờ tập trung." in leader.look(f"/release/{BULLETIN}")
    again = make(station, "Sáng chủ nhật, lúc 6 giờ, dọn đường.")
    console.forget()
    page = leader.look(f"/release/{BULLETIN}")
    assert "Ghi rõ giờ tập trung." in page.split('id="sent-back"')[1]
    assert "lúc 6 giờ" in page.split('id="sent-back"')[1].split("<ins>")[1].split("</ins>")[0]
    leader.submit(f"/release/{BULLETIN}/sign", sha256=again, heard="1")
    assert "sent-back" not in leader.look(f"/release/{BULLETIN}")  # what was signed has been settled


def test_a_self_test_of_a_dead_loudspeaker_says_so_and_is_a_task(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    operator = log_in(Role.OPERATOR)
    operator.look("/")
    page = operator.submit("/chime", output="loa-dong")
    assert "Listen at the loudspeaker" not in page
    (job,) = console.jobs.latest()
    with pytest.raises(LoaError) as why:  # what the worker's process does, which writes this down
        job_worker.do(station, console.jobs, job)
    console.jobs.set(job.id, state="failed", message=str(why.value))
    assert "This loudspeaker takes no sound" in operator.look(f"/jobs/{job.id}")
    assert "Not done: Self-test: Loa thôn Đông" in operator.look("/")
    assert "Not done" not in log_in(Role.LEADER).look("/")  # who asked is told


def test_a_dead_loudspeaker_is_a_task_of_the_operator(log_in: LogIn, console: Console) -> None:
    now = stamp(datetime.datetime.now(datetime.UTC))
    with console.store.write() as connection:
        row = {"output": "loa-dong", "place": 1, "state": "dead", "since": now, "error": "không trả lời"}
        connection.execute(outputs.insert().values(row))
    Lease(console.store, RealClock(), heartbeat=Timing().heartbeat, stale=Timing().stale).keep(None)
    for event in ("output:loa-dong@2026-11-28T15:34:00", "dvc@2026-11-28T15:36:00Z output loa-dong"):
        raise_alarm(console.store, Alarm(event, "output", "the output loa-dong does not work", NOW), ())
    task = "Loa thôn Đông does not work"
    operator = log_in(Role.OPERATOR)
    page = operator.look("/")
    assert f'<a href="/settings/outputs/loa-dong">{task}</a>' in page, "it leads to where it is mended"
    assert page.count('role="alert"') == 1, "eyes1, 22: one box for a loudspeaker"
    assert page.index('id="stop"') < page.index('role="alert"'), "STOP stays where it is"
    assert page.count("Không trả lời. Check whether that computer or device is on") == 1, "eyes1, 23: in the box"
    assert page.count("Check whether that computer or device is on") == 2, "and beside the loudspeaker"
    assert "Không trả lời." in operator.look("/settings/outputs/loa-dong").split('id="trouble"')[1]
    assert task in log_in(Role.ADMIN).look("/")
    assert task not in log_in(Role.EDITOR).look("/")
    events = [alarm.event for alarm in open_alarms(console.store)]
    assert 'role="alert"' not in operator.submit("/alarms/clear", event=events), "one press has seen all of the box"
    assert open_alarms(console.store) == []


def test_who_tried_a_loudspeaker_says_whether_the_chime_was_heard(log_in: LogIn, console: Console) -> None:
    """eyes1, 25: it asked without a way to answer, and asked for what makes no sound, too."""
    operator = log_in(Role.OPERATOR)
    operator.look("/")
    asks = {}
    for name in ("loa-dong", "thu"):
        operator.submit("/chime", output=name)
        job = console.jobs.latest()[0]
        console.jobs.set(job.id, state="done", message="3 seconds of sound were taken.")
        asks[name] = 'action="/chime/heard"' in operator.look(f"/jobs/{job.id}")
    assert asks == {"loa-dong": True, "thu": False}
    assert "works: you heard the chime" in operator.submit("/chime/heard", output="loa-dong", heard="1")
    page = operator.submit("/chime/heard", output="loa-dong", heard="")
    assert "the chime was not heard. Check whether that computer" in page
    assert 'action="/settings/outputs/loa-dong"' in page


def test_what_sounds_is_told_by_names_and_never_as_playing_where_it_is_silent() -> None:
    """eyes1, 21: “Đang phát trên tram-xa, … tram-xa không có tiếng: … (failed to init device)”."""
    names = {"tram-xa": "Loa trạm", "dong": "Loa thôn Đông"}
    silent = (("tram-xa", "the sound card cannot be opened"),)
    found = Receipt(1, "a", "b/c", ("tram-xa", "dong"), "Lan", NOW, "sounding", silent=silent)
    assert receipt_text(found, names.__getitem__) == "On air on Loa thôn Đông. NO sound on Loa trạm."
    assert receipt_text(replace(found, outputs=("tram-xa",)), str) == "It plays, and nobody hears it."


def test_an_emergency_names_its_issuer_and_goes_to_every_loudspeaker(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    duty = log_in(Role.DUTY)
    assert 'value="Ủy ban nhân dân xã Bến Hải"' in duty.look("/emergency")
    sent = {
        "commune": "ben-hai",
        "text": "Nước lên nhanh. Bà con sơ tán ngay.",
        "issuer": "Ban Chỉ huy phòng thủ dân sự",
    }
    duty.submit("/emergency", **sent)
    (job,) = console.jobs.latest()
    assert job.arguments["issuer"] == "Ban Chỉ huy phòng thủ dân sự"  # tests/web/test_days.py hears it
    id_ = f"ben-hai/{job.arguments['name']}"
    path = station.bulletins / f"{id_}.mp3"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    as_emergency(path)
    cue = Cue(start=0.5, end=4.0, text="Nước lên nhanh.", spoken="", part=path.stem)
    Manifest.load(path.with_suffix(".json")).model_copy(update={"cues": (cue,)}).save(path.with_suffix(".json"))
    console.forget()
    page = duty.look(f"/emergency/{id_}")
    ticked = [name for name in ("thu", "loa-dong", "ca-xa") if f'value="{name}" checked' in page]
    assert ticked == ["thu", "loa-dong"]  # all, and none twice by its group
    listed = duty.look("/emergency")
    assert f'href="/emergency/{id_}"' in listed  # made just now, and not released yet
    assert "Nước lên nhanh." in duty.look(f"/emergency?again={id_}")


def test_an_old_emergency_is_written_again_and_not_replayed(log_in: LogIn, station: Workspace) -> None:
    path: Path = station.bulletins / "ben-hai" / "khan-cap-20250101-080000.mp3"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    as_emergency(path)
    page = log_in(Role.DUTY).look("/emergency")
    assert 'href="/emergency?again=ben-hai/khan-cap-20250101-080000"' in page
    assert 'href="/emergency/ben-hai/khan-cap-20250101-080000"' not in page


def test_each_row_of_today_can_be_left_out_moved_and_signed(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    """The timeline: skipping an airing of today is one press, and one to take it back."""
    zone = f"Etc/GMT{datetime.datetime.now(datetime.UTC).hour - 12:+d}"  # where it is noon now, whenever this runs
    station.schedule_file.write_text(SCHEDULE.replace("Asia/Ho_Chi_Minh", zone), "utf-8")
    make(station, "Sáng chủ nhật dọn đường.")
    day = console.files.now().date()
    browser = log_in(Role.OPERATOR, Role.LEADER)
    page = browser.look("/")
    assert f'href="/release/{BULLETIN}#hear">Hear and sign' in page
    assert f"/week/move?broadcast=ve-sinh&amp;first={day}&amp;from=17:00" in page
    page = browser.submit("/week/leave-out", which=f"ve-sinh {day}", back="/")
    assert '<s><strong class="num">17:00</strong>' in page
    assert "Air after all" in page
    browser.submit("/week/put-back", which=f"ve-sinh {day}", back="/")
    assert "<s>" not in browser.look("/")


def test_a_corrected_figure_that_does_not_reach_the_air_is_told_to_all_whom_it_concerns(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    """Issue 15, fault 4: nobody was told, and while it could still begin late the pages said “no record”."""
    now = datetime.datetime.now(datetime.UTC)
    zone = f"Etc/GMT{now.hour - 12:+d}"  # where it is noon now, whenever this runs
    schedule = SCHEDULE.replace("Asia/Ho_Chi_Minh", zone)
    station.schedule_file.write_text(schedule, "utf-8")
    approve(
        console.workspace,
        console.store,
        BulletinFile(BULLETIN, station.bulletins / f"{BULLETIN}.mp3"),
        make(station, "Họp lúc 7 giờ."),
        "Chị Mai",
        now,
    )
    officer = log_in(Role.OFFICER)
    assert "signed again" not in officer.look("/")
    make(station, "Họp lúc 8 giờ.")
    console.forget()
    for browser in (officer, log_in(Role.OPERATOR)):
        page = browser.look("/")
        assert "Changed since it was signed, not aired at 17:00 unless it is signed again" in page
        assert "changed and not signed again: it is not aired" in page
        assert "changed and not signed again: it is not aired" in browser.look("/week")
    assert "Hear and sign" in log_in(Role.LEADER).look("/")

    station.schedule_file.write_text(schedule.replace("on: [thu]}", "late: {fallback: last-good}, on: [thu]}"), "utf-8")
    console.files.forget()
    console.forget()
    page = officer.look("/")
    assert "what was signed last is aired" in page
    assert "not aired at 17:00" not in page

    began = (now - datetime.timedelta(minutes=2)).astimezone(zoneinfo.ZoneInfo(zone))
    station.schedule_file.write_text(schedule.replace("17:00", f"{began:%H:%M}"), "utf-8")
    console.files.forget()
    console.forget()
    for path in ("/", "/week"):
        assert "it may still begin within" in officer.look(path)
