"""`python -m loa.web.worker FOLDER NUMBER`: does one job, politely, and writes how far it is."""

import array
import sys
import threading
import time
from pathlib import Path

from loa.app import build
from loa.audio import ffmpeg
from loa.bulletin.jingles import jingle
from loa.bulletin.models import BulletinPlan
from loa.clock import RealClock
from loa.errors import Finding, LoaError, PlayoutError
from loa.i18n import _, choose_language, set_language
from loa.playout.outputs import open_connection
from loa.playout.outputs.base import OutputConnection
from loa.publish.site import publish
from loa.schedule.loader import load_schedule
from loa.store import console_tables
from loa.web.emergency import make_message
from loa.web.jobs import Job, Jobs
from loa.web.priority import LONG_WORK, step_back
from loa.workspace import Workspace

LONGEST = 20.0
_CHUNK = 0.02


def play_chime(workspace: Workspace, output: str) -> float:
    """Play the chime on `output`; how many seconds of sound it took. Raises LoaError."""
    chosen = load_schedule(workspace).outputs.get(output)
    if chosen is None:
        raise PlayoutError(Finding("output.unknown", _("There is no output “{name}”.").format(name=output)))
    line = OutputConnection(output, f"chime@{output}", "", RealClock(), threading.Event(), workspace.root)
    player = open_connection(chosen, line)
    try:
        path = jingle(workspace, "chime")
        samples = array.array("h", ffmpeg.decode(path, player.rate, LONGEST, cut=True))
        step = int(player.rate * _CHUNK)
        player.begin(lambda: 0.0, 0.0)
        for start in range(0, len(samples), step):
            player.write(_at_volume(samples[start : start + step], chosen.volume))
        player.finish()
        return len(samples) / player.rate
    finally:
        player.close()


def _at_volume(samples: "array.array[int]", volume: int) -> "array.array[int]":
    return array.array("h", (max(-32768, min(32767, sample * volume // 100)) for sample in samples))


_EVERY = 0.3


class CancelledError(Exception):
    """Somebody cancelled the job."""


def main(folder: str, number: str) -> int:
    """Do the job; exit code 0 when it is done."""
    workspace = Workspace(Path(folder))
    set_language(choose_language("vi"))
    jobs = Jobs(console_tables.open_tables(workspace))
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
        text = " ".join(f"{f.message} {f.fix}".strip() for f in error.findings[:5])
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
