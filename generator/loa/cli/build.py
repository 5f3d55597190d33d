"""`loa build`: from the campaigns to finished bulletins, with a progress bar."""

import os
import sys
from typing import TYPE_CHECKING

import click

from loa.app.build import BuildReport, build
from loa.bulletin.models import BulletinPlan
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.options import print_findings, progress_bar
from loa.formats import lasting
from loa.i18n import _, ngettext
from loa.priority import LONG_WORK, step_back
from loa.workspace import Workspace

if TYPE_CHECKING:
    from rich.progress import TaskID


@loa.command("build", help=_("Make articles, speech and bulletins; what has not changed is not made again."))
@click.argument("communes", nargs=-1)
@click.option("--voice", metavar="ENGINE[:VOICE]", help=_("Speak with this voice instead of each station's own."))
@click.option("--no-audio", is_flag=True, help=_("Only check that articles and scripts can be made."))
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default=True,
              help=_("How many sentences to speak at a time."))  # fmt: skip
@click.option("--lossless", is_flag=True, help=_("Also keep the master of each bulletin, as FLAC."))
@pass_station
def verb(
    station: CliContext, communes: tuple[str, ...], voice: str | None, no_audio: bool, jobs: int, lossless: bool
) -> None:
    """Exit code 1 where a bulletin could not be made."""
    step_back(LONG_WORK)
    report = build_with_bar(station.workspace, communes, voice=voice, audio=not no_audio, jobs=jobs, lossless=lossless)
    for line in articles_only(report) if no_audio else summary(report, station.workspace):
        click.echo(line)
    print_findings([*report.notices, *report.failed], stream=sys.stderr)
    if report.failed:
        sys.exit(1)


def build_with_bar(
    workspace: Workspace,
    communes: tuple[str, ...] = (),
    *,
    voice: str | None = None,
    audio: bool = True,
    jobs: int = os.cpu_count() or 1,
    lossless: bool = False,
) -> BuildReport:
    """`build`, showing which bulletin is being spoken and how far it is."""
    with progress_bar(counted=True) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(plan: BulletinPlan, done: int, total: int, _spoken: bool) -> None:
            if plan.id not in tasks:
                tasks[plan.id] = bar.add_task(plan.id)
            bar.update(tasks[plan.id], completed=done, total=total)

        return build(workspace, communes, voice=voice, audio=audio, jobs=jobs, lossless=lossless, progress=progress)


def summary(report: BuildReport, workspace: Workspace) -> list[str]:
    """What was made, where to listen to it, and what to do then: in lines for people."""
    lines = [
        _("{file}: {minutes} min, voice {voice}").format(
            file=workspace.relative(workspace.bulletins / f"{m.id}.mp3"), minutes=lasting(m.seconds), voice=m.speakers
        )
        for m in report.made
    ]
    made = ngettext("{n} bulletin made", "{n} bulletins made", len(report.made)).format(n=len(report.made))
    kept = ngettext("{n} unchanged", "{n} unchanged", len(report.unchanged)).format(n=len(report.unchanged))
    clips = _("{spoken} sentences spoken, {reused} from the cache").format(spoken=report.spoken, reused=report.reused)
    lines.append(f"{made}, {kept}; {clips}.")
    if not (report.made or report.unchanged or report.failed):
        lines.append(_("There is no commune yet: loa new commune NAME --province PROVINCE"))
    if report.made:
        next_step = _("Listen to it, then release it: loa approve {id} --by “FULL NAME”")
        lines.append(next_step.format(id=report.made[0].id))
    return lines


def articles_only(report: BuildReport) -> list[str]:
    """What `--no-audio` found."""
    reported = ngettext("{n} article can be made", "{n} articles can be made", report.articles).format(
        n=report.articles
    )
    return [f"{reported}."]
