"""Long work: progress, cancelling, and a console that was killed in between."""

import signal
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from loa.actions.emergency import write_emergency
from loa.actions.offices import Role
from loa.web.context import Console
from loa.web.jobs import Job, JobRunner, Jobs, process_of
from loa.workspace import Workspace
from tests.web.conftest import LogIn
from tests.web.rig import COMMUNE, SCHEDULE

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # workers outlive us


@pytest.fixture(autouse=True)
def small(station: Workspace) -> None:
    """One commune with a short text, read by espeak: some seconds of work."""
    for path in station.campaigns.iterdir():
        path.unlink()
    lines = "".join(
        f"      - Thôn số {n} làm vệ sinh đường làng vào sáng chủ nhật tuần thứ {n}.\n" for n in range(3, 23)
    )
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE + lines, "utf-8")
    station.schedule_file.write_text(SCHEDULE, "utf-8")


def until(jobs: Jobs, number: int, good: Callable[[Job], bool], runner: JobRunner | None = None) -> Job:
    """The job as soon as it is `good`: however slow the machine, it must get on within each minute and a half."""
    last, since = None, time.monotonic()
    while time.monotonic() - since < 90:
        if runner:
            runner.step()
        job = jobs.get(number)
        assert job
        if good(job):
            return job
        if job != last:
            last, since = job, time.monotonic()
        time.sleep(0.1)
    raise AssertionError(last)


@pytest.mark.long
def test_a_job_tells_how_far_it_is_survives_its_console_and_ends(console: Console, station: Workspace) -> None:
    jobs = console.jobs
    number = jobs.add("build", "Xã Bến Hải", {"communes": ["ben-hai"]}, "Lan")
    assert jobs.add("build", "Xã Bến Hải", {"communes": ["ben-hai"]}, "Ba") == number
    first = JobRunner(station, jobs)
    job = until(jobs, number, lambda job: job.done > 0, first)
    assert 0 < job.done <= job.total
    process = process_of(job)
    assert process
    process.kill()  # the power fails: worker and console are gone
    process.wait(5)
    second = JobRunner(station, jobs)
    job = until(jobs, number, lambda job: job.over, second)
    assert job.state == "done", job.message
    assert (station.bulletins / "ben-hai").is_dir()


def test_a_job_whose_console_was_restarted_goes_on_and_can_be_cancelled(console: Console, station: Workspace) -> None:
    jobs = console.jobs
    number = jobs.add("build", "Xã Bến Hải", {"communes": ["ben-hai"]}, "Lan")
    until(jobs, number, lambda job: job.done > 0, JobRunner(station, jobs))
    again = JobRunner(station, jobs)
    again.step()
    job = jobs.get(number)
    assert job
    assert job.state == "running"
    assert jobs.cancel(number)
    again.step()
    psutil.wait_procs([p for p in [process_of(job)] if p], timeout=5)
    assert process_of(job) is None
    assert not jobs.cancel(number)
    assert not list(station.bulletins.rglob("*.mp3"))


def test_work_that_cannot_be_done_says_why(console: Console, station: Workspace) -> None:
    number = console.jobs.add("chime", "Thử", {"output": "khong-co"}, "Lan")
    job = until(console.jobs, number, lambda job: job.over, JobRunner(station, console.jobs))
    assert job.state == "failed"
    assert "khong-co" in job.message


def test_what_is_urgent_or_short_does_not_wait_for_long_work(console: Console, station: Workspace) -> None:
    jobs, runner = console.jobs, JobRunner(station, console.jobs)
    articles = [{"communes": ["ben-hai"], "campaigns": [name]} for name in ("a", "b")]
    builds: list[dict[str, Any]] = [{"communes": ["ben-hai"]}, {"communes": []}, *articles]
    long = [jobs.add("build", "Xã Bến Hải", arguments, "Lan") for arguments in builds]
    message = {"stem": "ben-hai", "name": "khan-cap-1", "title": "Lũ", "text": "Nước lên nhanh.", "issuer": ""}
    quick = [jobs.add("emergency", "Lũ", message, "Lan"), jobs.add("chime", "Thử", {"output": "thu"}, "Lan")]
    other = jobs.add("chime", "Thử", {"output": "loa-xa"}, "Lan")  # eyes1, 24: it waited for the one before
    runner.step()
    states = [job.state for number in (*long, *quick, other) if (job := jobs.get(number))]
    assert states == ["running", "waiting", "running", "waiting", "running", "running", "running"]
    assert [jobs.cancel(number) for number in (*long, other)]
    for number in quick:
        job = until(jobs, number, lambda job: job.over, runner)
        assert job.state == "done", job.message
    assert (station.bulletins / "ben-hai" / "khan-cap-1.mp3").is_file()


def test_pages_and_the_public_feed_are_written(console: Console, station: Workspace, log_in: LogIn) -> None:
    stranger = log_in()
    with station.schedule_file.open("a", encoding="utf-8") as schedule:
        schedule.write('\npublish: {address: "https://benhai.example.vn/loa"}\n')
    assert stranger.get("/feed/ben-hai.xml").status_code == 404
    number = console.jobs.add("publish", "Trang", {}, "Lan")
    job = until(console.jobs, number, lambda job: job.over, JobRunner(station, console.jobs))
    assert job.state == "done", job.message
    assert "<rss" in stranger.get("/feed/ben-hai.xml").text
    assert stranger.get("/feed/..%2f..%2fschedule.xml").status_code == 404


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV], ids=lambda how: how.name)
def test_work_that_is_killed_says_so_and_leaves_a_file(
    console: Console, station: Workspace, how: signal.Signals
) -> None:
    number = console.jobs.add("build", "Xã Bến Hải", {"communes": ["ben-hai"]}, "Lan")
    runner = JobRunner(station, console.jobs)
    job = until(console.jobs, number, lambda job: job.done > 0, runner)
    process = process_of(job)
    assert process
    process.send_signal(how)
    job = until(console.jobs, number, lambda job: job.over, runner)
    file = station.root / ".loa" / "logs" / f"job-{number}.log"
    assert job.state == "failed"
    assert how.name in job.message
    assert f".loa/logs/{file.name}" in job.message
    text = file.read_text("utf-8")
    assert how.name in text
    assert "Xã Bến Hải" in text
    if how == signal.SIGSEGV:
        assert "Current thread" in text, "where it was in its own code"


def test_work_that_fails_by_a_fault_of_ours_says_so_and_keeps_the_trace(console: Console, station: Workspace) -> None:
    number = console.jobs.add("emergency", "Tin khẩn", {"stem": "ben-hai", "no-such-argument": 1}, "Lan")
    job = until(console.jobs, number, lambda job: job.over, runner := JobRunner(station, console.jobs))
    runner.step()
    assert job.state == "failed"
    assert "no-such-argument" in job.message
    assert f".loa/logs/job-{number}.log" in job.message
    text = (station.root / ".loa" / "logs" / f"job-{number}.log").read_text("utf-8")
    assert "Traceback" in text
    assert "no-such-argument" in text


def test_a_worker_that_cannot_even_begin_leaves_a_file(
    console: Console, station: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setattr("sys.executable", "/bin/false")
    number = console.jobs.add("chime", "Thử", {"output": "thu"}, "Lan")
    job = until(console.jobs, number, lambda job: job.over, JobRunner(station, console.jobs))
    assert job.state == "failed"
    assert "code 1" in job.message
    assert (station.root / ".loa" / "logs" / f"job-{number}.log").exists()


def test_work_that_went_well_or_was_cancelled_leaves_no_file_and_old_files_go(
    console: Console, station: Workspace
) -> None:
    logs = station.root / ".loa" / "logs"
    logs.mkdir(parents=True)
    for old in range(1000, 1030):
        (logs / f"job-{old}.log").touch()
    runner = JobRunner(station, console.jobs)
    good = console.jobs.add("chime", "Thử", {"output": "thu"}, "Lan")
    until(console.jobs, good, lambda job: job.over, runner)
    wrong = console.jobs.add("chime", "Thử", {"output": "khong-co"}, "Lan")
    until(console.jobs, wrong, lambda job: job.over, runner)
    cancelled = console.jobs.add("build", "Xã Bến Hải", {"communes": ["ben-hai"]}, "Lan")
    until(console.jobs, cancelled, lambda job: job.state == "running", runner)
    console.jobs.cancel(cancelled)
    for _look in range(100):
        runner.step()
        if not any((logs / f"job-{number}.log").exists() for number in (good, wrong, cancelled)):
            break
        time.sleep(0.1)
    else:
        pytest.fail("a file was left")
    assert len(list(logs.glob("job-*.log"))) <= 20


def test_what_is_typed_of_an_emergency_message_is_spoken_at_once_and_found(
    console: Console, station: Workspace, log_in: LogIn
) -> None:
    browser = log_in(Role.DUTY)
    typed = {"commune": "ben-hai", "issuer": "", "text": "Nước lên nhanh. Bà con ra kh"}
    browser.submit("/emergency/ahead", 204, **typed)
    deadline = time.monotonic() + 90
    while console.ahead.busy and time.monotonic() < deadline:
        time.sleep(0.05)
    spoken = set(station.clips.rglob("*.flac"))
    assert len(spoken) == 4, "three are fixed words"
    write_emergency(station, "ben-hai", "khan-cap-1", "Lũ", "Nước lên nhanh.")
    assert set(station.clips.rglob("*.flac")) == spoken
    browser.submit("/emergency/ahead", 204, **typed | {"commune": "khong-co"})
    assert not console.ahead.busy
