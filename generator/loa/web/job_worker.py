"""`python -m loa.web.job_worker FOLDER NUMBER`: does one job, politely, and writes how far it is."""

import faulthandler
import sys
import time
import traceback
from pathlib import Path

from loa import __version__, formats
from loa.actions.emergency import write_emergency
from loa.actions.self_test import self_test
from loa.app import backups, build
from loa.app.publication import publish_signed
from loa.automation.schedule_watch import schedule_in_force
from loa.bulletin.models import BulletinPlan
from loa.errors import Finding, LoaError
from loa.files import write_atomic
from loa.formats import sentence
from loa.i18n import _, choose_language, set_language
from loa.priority import BACKUP, LONG_WORK, step_back
from loa.publish.site import PublishReport
from loa.schedule.loader import load_schedule
from loa.store.database import CONSOLE, Database
from loa.tts import downloads
from loa.web.jobs import CRASHED, Job, Jobs, crash_log
from loa.workspace import Workspace

_EVERY = 0.3
_PATIENCE = 120.0
"""Seconds for which a job that is over waits for a held database, to say so."""


class CancelledError(Exception):
    """Somebody cancelled the job."""


def main(folder: str, number: str) -> int:
    """Do the job; exit code 0: done, 1: it cannot be done or was cancelled, CRASHED: Loa itself failed."""
    faulthandler.enable()  # a crash below Python, too, leaves its trace
    workspace = Workspace(Path(folder))
    set_language(choose_language("vi"))
    jobs = Jobs(Database(workspace.console_database, CONSOLE, patience=_PATIENCE))
    job = jobs.get(int(number))
    if job is None or job.over:
        return 1
    if job.kind == "backup":
        step_back(BACKUP)
    elif job.kind in {"build", "publish", "upgrade"}:
        step_back(LONG_WORK)
    try:
        message = do(workspace, jobs, job)
    except CancelledError:
        return 1
    except LoaError as error:
        text = " ".join(f"{sentence(f.message) if f.fix else f.message} {f.fix}".strip() for f in error.findings[:5])
        jobs.set(job.id, state="failed", message=text)
        return 1
    except Exception as error:  # noqa: BLE001  the last resort: what failed is told, and the trace is kept
        traceback.print_exc()
        text = _("Loa itself failed: {problem}").format(problem=repr(error))
        file = workspace.relative(crash_log(workspace, job.id))
        jobs.set(job.id, state="failed", message=f"{text} " + _("Please send us the file {file}.").format(file=file))
        return CRASHED
    jobs.set(job.id, state="done", message=message)
    return 0


def do(workspace: Workspace, jobs: Jobs, job: Job) -> str:
    """One kind of work each. Raises LoaError, CancelledError; gives the last message."""
    match job.kind:
        case "chime":
            seconds = self_test(workspace, job.arguments["output"])
            return _("{seconds:.0f} seconds of sound were taken.").format(seconds=seconds)
        case "publish":
            return _published(publish_signed(workspace, schedule_in_force(workspace)[0]))
        case "backup":
            return _back_up(workspace)
        case "upgrade":
            build.build(workspace, audio=False)
            if workspace.public.is_dir():  # the version before published drafts, too
                publish_signed(workspace, schedule_in_force(workspace)[0])
            write_atomic(workspace.bulletins_version, __version__)
            return _("Done.")
        case "voice":
            return _fetch_voice(jobs, job)
        case "emergency":
            made = write_emergency(workspace, **job.arguments)
            return _("Ready: {seconds:.0f} seconds.").format(seconds=made.seconds)
    return build_audio(workspace, jobs, job)


def _published(report: PublishReport) -> str:
    """How much is public now."""
    public = sum(item.state != "unsigned" for item in report.articles)
    return _("{public} of {all} articles are public: those that are signed.").format(
        public=public, all=len(report.articles)
    )


def _back_up(workspace: Workspace) -> str:
    """To every place that is set. Raises LoaError with what went wrong."""
    settings = load_schedule(workspace).backup
    problems = backups.back_up(workspace, settings, settings.places)
    if problems:
        titles = backups.titles()
        raise LoaError([Finding("backup.failed", f"{titles[name]}: {text}") for name, text in problems.items()])
    return _("Done.")


def _fetch_voice(jobs: Jobs, job: Job) -> str:
    """Fetch a voice, or the rest of it. Raises SpeechError, WorkspaceError, CancelledError."""
    name = job.arguments["voice"]
    wanted, last = downloads.download(name), 0.0

    def progress(done: int, _all: int) -> None:
        nonlocal last
        if time.monotonic() - last < _EVERY:
            return
        last = time.monotonic()
        shown = f"{formats.size(done)} / {formats.size(wanted.bytes)}"
        if not jobs.progress(job.id, done // 1024, wanted.bytes // 1024, shown):
            raise CancelledError

    downloads.install(name, wanted, progress)
    return _("The voice is here: hear it under “Settings”, choose it in the commune.")


def build_audio(workspace: Workspace, jobs: Jobs, job: Job) -> str:
    """Make the audio of the communes named in the job."""
    last = 0.0

    def progress(plan: BulletinPlan, done: int, total: int, _spoken: bool) -> None:
        nonlocal last
        if time.monotonic() - last < _EVERY and done < total:
            return
        last = time.monotonic()
        if not jobs.progress(job.id, done, total, plan.title or plan.id):
            raise CancelledError

    wanted = job.arguments.get("campaigns", ())
    report = build.build(workspace, job.arguments["communes"], campaigns=wanted, progress=progress)
    if report.failed:
        raise LoaError(report.failed)
    made, kept = len(report.made), len(report.unchanged)
    return _("{made} made, {kept} unchanged.").format(made=made, kept=kept)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
