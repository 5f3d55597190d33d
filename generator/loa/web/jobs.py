"""Long work: each job is a row and a process of its own, so that it can be cancelled and outlives a restart."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psutil
import sqlalchemy as sa

from loa.errors import StoreError
from loa.i18n import _
from loa.store.console_tables import jobs
from loa.store.database import Database, stamp
from loa.workspace import Workspace

_LOOK = 0.5
_AT_ONCE = 0.2
"""Seconds for which a note of progress waits for another writer."""
_KEPT = 20
"""Files of work that broke off."""
CRASHED = 70
"""The exit code of a worker that failed by a fault of Loa itself, and has said so."""
_CHIMES = 3
"""Loudspeakers that are tried at once: nobody at one waits until another, which is dead, has given up."""
ENGINE_ROOM = 700_000_000
"""Bytes of memory that must be free to speak beside other work: the offline voice takes most of them."""
_LIVING = ("waiting", "running")
OVER = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work. `state`: waiting, running, done, failed, cancelled; `message`: where it is, or why it failed."""

    id: int
    kind: str
    title: str
    arguments: dict[str, Any]
    who: str
    state: str
    done: int
    total: int
    message: str
    pid: int | None
    created: str
    ended: str | None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in OVER

    @property
    def state_name(self) -> str:
        """The state in the user's language."""
        names = {
            "waiting": _("waiting"),
            "running": _("at work"),
            "done": _("done"),
            "failed": _("failed"),
            "cancelled": _("cancelled"),
        }
        return names[self.state]


class Jobs:
    """The table of jobs. Every method but `progress` raises StoreError where the database does not answer."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, kind: str, title: str, arguments: dict[str, Any], who: str) -> int:
        """Put work in line; the same work that still waits is not put there twice."""
        text = json.dumps(arguments, sort_keys=True, ensure_ascii=False)
        same = sa.select(jobs.c.id).where(jobs.c.kind == kind, jobs.c.arguments == text, jobs.c.state.in_(_LIVING))
        with self.database.write() as connection:
            there = connection.execute(same).scalar()
            if there is not None:
                return int(there)
            row = {"kind": kind, "title": title[:200], "arguments": text, "who": who, "state": "waiting"}
            done = connection.execute(sa.insert(jobs).values(**row, created=stamp(datetime.now(UTC))))
            return int((done.inserted_primary_key or [0])[0])

    def again(self, kind: str, title: str, arguments: dict[str, Any], who: str) -> int:
        """As `add`, for work whose files have just changed: the same that has begun on the old ones is given up."""
        for job in self.living():
            if job.kind == kind and job.arguments == arguments and job.state == "running":
                self.cancel(job.id)
        return self.add(kind, title, arguments, who)

    def get(self, id_: int) -> Job | None:
        """One job."""
        found = self.database.rows(sa.select(jobs).where(jobs.c.id == id_))
        return _job(found[0]) if found else None

    def latest(self, limit: int = 10) -> list[Job]:
        """The newest jobs."""
        return [_job(row) for row in self.database.rows(sa.select(jobs).order_by(jobs.c.id.desc()).limit(limit))]

    def failed(self, who: str, since: datetime) -> list[Job]:
        """What `who` asked for since then and what failed, unless the same work was asked for again."""
        where = (jobs.c.who == who, jobs.c.created >= stamp(since))
        newest: dict[tuple[str, str], dict[str, Any]] = {}
        for row in self.database.rows(sa.select(jobs).where(*where).order_by(jobs.c.id)):
            newest[row["kind"], row["arguments"]] = row
        return [_job(row) for row in newest.values() if row["state"] == "failed"]

    def living(self) -> list[Job]:
        """Those that wait or are at work, the oldest first."""
        query = sa.select(jobs).where(jobs.c.state.in_(_LIVING)).order_by(jobs.c.id)
        return [_job(row) for row in self.database.rows(query)]

    def set(self, id_: int, **values: Any) -> bool:
        """Change a job that is not over; whether it was not."""
        if values.get("state") in OVER:
            values["ended"] = stamp(datetime.now(UTC))
        query = sa.update(jobs).where(jobs.c.id == id_, jobs.c.state.in_(_LIVING))
        with self.database.write() as connection:
            return connection.execute(query.values(**values)).rowcount > 0

    def progress(self, id_: int, done: int, total: int, message: str) -> bool:
        """Note how far a job is, if the database takes it at once; False where the job was cancelled."""
        query = sa.update(jobs).where(jobs.c.id == id_, jobs.c.state.in_(_LIVING))
        try:
            with self.database.write(_AT_ONCE) as connection:
                return connection.execute(query.values(done=done, total=total, message=message)).rowcount > 0
        except StoreError:
            return True

    def cancel(self, id_: int) -> bool:
        """Stop a job: the row first, then its process."""
        job = self.get(id_)
        if job is None or not self.set(id_, state="cancelled", message=""):
            return False
        process = process_of(job)
        if process:
            process.terminate()
        return True


class JobRunner:
    """Starts what waits, one job of each lane at a time, and notices processes that died."""

    def __init__(self, workspace: Workspace, jobs: Jobs) -> None:
        self.workspace, self.jobs = workspace, jobs
        self._stop = threading.Event()
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; what a stopped console left unfinished is taken up again."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No new work. What runs goes on by itself and is found again at the next start."""
        self._stop.set()
        if self._thread:
            self._thread.join(5)

    def _run(self) -> None:
        while not self._stop.wait(_LOOK):
            try:
                self.step()
            except StoreError:
                continue  # a held database or a full disk: the rows stay, and the next look tries again

    def step(self) -> None:
        """Look once."""
        for id_, child in list(self._children.items()):
            if (code := child.poll()) is not None:
                self._ended(id_, code)
                del self._children[id_]
        living = self.jobs.living()
        for job in living:
            if job.state == "running" and job.id not in self._children and process_of(job) is None:
                # it was started by a console that is no more: once again, from what is already in the cache
                self.jobs.set(job.id, state="waiting", pid=None)
        busy = {_lane(job) for job in living if job.state == "running"}
        for job in living:
            if job.state != "waiting" or _lane(job) in busy:
                continue
            if job.kind != "chime" or sum(lane.startswith("chime") for lane in busy) < _CHIMES:
                busy.add(_lane(job))
                self._start(job)

    def _ended(self, id_: int, code: int) -> None:
        """A worker of ours is gone. One that broke off says nothing itself: its file and the job's message do."""
        log = crash_log(self.workspace, id_)
        why = _why_it_ended(code)
        text = _("The work broke off: {reason}. What is known stands in the file {file}.")
        if self.jobs.set(id_, state="failed", message=text.format(reason=why, file=self.workspace.relative(log))):
            job = self.jobs.get(id_)
            _note(log, f"{job.kind} {job.title}: {why}\n" if job else f"{why}\n")
        elif code != CRASHED:
            log.unlink(missing_ok=True)

    def _start(self, job: Job) -> None:
        """Start its process and write down which one; where that could not be written, it is done now."""
        child = self._children.get(job.id)
        if child is None or child.poll() is not None:
            child = self._children[job.id] = self._spawn(job)
        self.jobs.set(job.id, state="running", pid=child.pid)

    def _spawn(self, job: Job) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "loa.web.job_worker", str(self.workspace.root), str(job.id)]
        with _opened(crash_log(self.workspace, job.id)) as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                process_group=None if sys.platform == "win32" else 0,  # Ctrl+C is not for it; see priority.py
            )


def _lane(job: Job) -> str:
    """What it waits for: an emergency and a chime wait for no long work, of which there may be minutes; one article
    does not wait for the sound of whole communes, where memory allows.
    """
    one_article = job.kind == "build" and len(job.arguments.get("campaigns", ())) == 1
    if one_article and psutil.virtual_memory().available > ENGINE_ROOM:
        return "article"
    if job.kind == "chime":
        return f"chime {job.arguments.get('output')}"
    return "emergency" if job.kind == "emergency" else "long"


def crash_log(workspace: Workspace, id_: int) -> Path:
    """Where a job's worker writes what nobody else would see; kept where the work broke off."""
    return workspace.logs / f"job-{id_}.log"


@contextmanager
def _opened(log: Path) -> Iterator[IO[bytes] | int]:
    """`log` for a worker to write to, the oldest such files removed. A folder that may not be written costs only it."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        for old in sorted(log.parent.glob("job-*.log"), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            old.unlink()
        file = log.open("wb")
    except OSError:
        yield subprocess.DEVNULL
        return
    with file:
        yield file


def _note(log: Path, text: str) -> None:
    with suppress(OSError), log.open("a", encoding="utf-8") as file:
        file.write(text)


def _why_it_ended(code: int) -> str:
    """What the exit code of a worker means, in words."""
    if code >= 0:
        return _("it ended with the code {code}").format(code=code)
    name = signal.Signals(-code).name if -code in {int(known) for known in signal.Signals} else str(-code)
    if name == "SIGKILL":
        return _("it was killed ({signal}), perhaps because the memory was full").format(signal=name)
    return _("it was killed ({signal})").format(signal=name)


def process_of(job: Job) -> psutil.Process | None:
    """The living process of a job; a stranger that got its number is none."""
    if not job.pid:
        return None
    try:
        process = psutil.Process(job.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            process.wait(0)
            return None
        command = process.cmdline()
    except (psutil.Error, OSError):
        return None
    mine = bool(command) and command[-1] == str(job.id) and any("worker" in part for part in command)
    return process if mine or not command else None


def _job(row: dict[str, Any]) -> Job:
    return Job(**{**row, "arguments": json.loads(row["arguments"])})
