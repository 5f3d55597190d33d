"""`python -m generator.console.worker FOLDER NUMBER`: does one job, politely, and writes how far it is."""

import sys
import time
from pathlib import Path

from generator import build
from generator.bulletin import BulletinPlan
from generator.console import tables
from generator.console.chime import play_chime
from generator.console.emergency import make_message
from generator.console.jobs import Job, Jobs
from generator.console.polite import LONG_WORK, step_back
from generator.errors import LoaError
from generator.i18n import _, choose_language, set_language
from generator.publish import publish
from generator.workspace import Workspace

_EVERY = 0.3


class CancelledError(Exception):
    """Somebody cancelled the job."""


def main(folder: str, number: str) -> int:
    """Do the job; exit code 0 when it is done."""
    workspace = Workspace(Path(folder))
    set_language(choose_language("vi"))
    jobs = Jobs(tables.open_tables(workspace))
    job = jobs.get(int(number))
    if job is None or job.over:
        return 1
    if job.kind in {"build", "publish"}:
        step_back(LONG_WORK)
    try:
        message = do(workspace, jobs, job)
    except CancelledError:
        return 1
    except LoaError as error:
        text = " ".join(f"{f.message} {f.mend}".strip() for f in error.findings[:5])
        jobs.set(job.id, state="failed", message=text)
        return 1
    jobs.set(job.id, state="done", message=message)
    return 0


def do(workspace: Workspace, jobs: Jobs, job: Job) -> str:
    """One kind of work each. Raises LoaError, CancelledError; gives the last message."""
    match job.kind:
        case "chime":
            seconds = play_chime(workspace, job.arguments["output"])
            return _("{seconds:.0f} seconds of sound were taken. Was the chime heard?").format(seconds=seconds)
        case "publish":
            report = publish(workspace)
            return _("{made} made, {kept} unchanged.").format(made=len(report.written), kept=len(report.unchanged))
        case "emergency":
            made = make_message(workspace, **job.arguments)
            return _("Ready: {seconds:.0f} seconds.").format(seconds=made.seconds)
    return build_audio(workspace, jobs, job)


def build_audio(workspace: Workspace, jobs: Jobs, job: Job) -> str:
    """Make the audio of the communes named in the job."""
    last = 0.0

    def progress(plan: BulletinPlan, done: int, total: int, _spoken: bool) -> None:
        nonlocal last
        if time.monotonic() - last < _EVERY and done < total:
            return
        last = time.monotonic()
        if not jobs.set(job.id, done=done, total=total, message=plan.title or plan.id):
            raise CancelledError

    report = build.build(workspace, job.arguments["communes"], progress=progress)
    if report.failed:
        raise LoaError(report.failed)
    made, kept = len(report.made), len(report.unchanged)
    return _("{made} made, {kept} unchanged.").format(made=made, kept=kept)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
