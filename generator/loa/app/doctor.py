"""Check the installation and the station: one check per item, each with how to correct a problem."""

import datetime
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from loa import __version__
from loa.audio import ffmpeg
from loa.automation.fallbacks import apologies_missing
from loa.automation.service import open_station_store
from loa.campaign import load_communes
from loa.errors import LoaError
from loa.i18n import _
from loa.playout.outputs import not_ready
from loa.playout.outputs.sound_card import device_names
from loa.schedule import Schedule, airings
from loa.schedule.loader import load_schedule
from loa.store import approvals, asrun
from loa.store.alarms import open_alarms
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.store.output_health import output_health, state_name
from loa.tts import all_engines
from loa.workspace import Workspace

LITTLE_DISK = 2_000_000_000
"""Free bytes below which there is a warning: about a month of clips and bulletins."""
SOON = datetime.timedelta(days=2)
"""Airings within this time should have an approved bulletin."""


class Health(StrEnum):
    """The result of a check. `BAD` makes `loa doctor` exit with 1; `WEAK` is a warning."""

    GOOD = "good"
    WEAK = "weak"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One item that was checked."""

    name: str
    health: Health
    detail: str
    fix: str = ""


def examine(workspace: Workspace) -> Iterator[Check]:
    """Yield all checks. Problems that are found do not raise exceptions."""
    yield Check("Loa", Health.GOOD, f"{__version__}, Python {platform.python_version()}, {platform.system()}")
    yield _disk(workspace)
    yield _ffmpeg()
    yield from _engines()
    yield _campaigns(workspace)
    try:
        schedule = load_schedule(workspace)
    except LoaError as error:
        yield _failed("schedule.yaml", error)
        return
    yield Check("schedule.yaml", Health.GOOD, _("{n} broadcasts").format(n=len(schedule.broadcasts)))
    try:
        store = open_station_store(workspace, schedule)
    except LoaError as error:
        yield _failed(_("database"), error)
        return
    try:
        yield from _outputs(workspace, schedule, store)
        yield from _on_air(workspace, schedule, store)
    finally:
        store.close()


def _disk(workspace: Workspace) -> Check:
    free = shutil.disk_usage(workspace.root).free
    health = Health.GOOD if free > LITTLE_DISK else Health.WEAK
    return Check(_("disk"), health, _("{gb:.1f} GB free").format(gb=free / 1e9), _("Free some space."))


def _ffmpeg() -> Check:
    try:
        return Check("ffmpeg", Health.GOOD, ffmpeg.executable())
    except LoaError as error:
        return _failed("ffmpeg", error)


def _engines() -> Iterator[Check]:
    states = [(engine.name, engine.state()) for engine in all_engines()]
    worst = Health.WEAK if any(state.ready for _name, state in states) else Health.BAD
    for name, state in states:
        title = _("voice {engine}").format(engine=name)
        yield Check(title, Health.GOOD if state.ready else worst, state.reason or _("ready"), state.fix)


def _campaigns(workspace: Workspace) -> Check:
    try:
        communes = load_communes(workspace)
    except LoaError as error:
        return _failed("campaigns/", error)
    return Check("campaigns/", Health.GOOD, _("{n} communes").format(n=len(communes)))


def _outputs(workspace: Workspace, schedule: Schedule, store: Database) -> Iterator[Check]:
    """Report the outputs' health from the station on air; without one, test the outputs from here.

    (A password may be set only for the service; that must not look like a problem.) An output that no broadcast uses
    is only a warning.
    """
    cards = device_names()
    yield Check(_("sound cards"), Health.GOOD if cards else Health.WEAK, ", ".join(cards) or _("none"))
    fix, used = _("Mend it, or change the output in schedule.yaml."), schedule.in_use()
    said = {health.output: health for health in output_health(store) if health.state != "unknown"}
    for name, output in schedule.outputs.items():
        trouble = Health.BAD if name in used else Health.WEAK
        title = _("output {name}").format(name=name)
        health = said.get(name)
        if health is None:
            problem = not_ready(output, workspace.root)
            if problem:
                yield Check(title, trouble, problem, fix)
            continue
        since = f"{health.since.astimezone(schedule.timezone):%d/%m/%Y %H:%M}"
        detail = _("{state} since {since}").format(state=state_name(health.state), since=since)
        if health.state in ("failing", "dead"):
            yield Check(title, trouble, f"{detail}: {health.error}" if health.error else detail, fix)
        else:
            yield Check(title, Health.GOOD, detail)


def _on_air(workspace: Workspace, schedule: Schedule, store: Database) -> Iterator[Check]:
    now = datetime.datetime.now(datetime.UTC)
    holder = who_is_on_air(store)
    yield Check(
        "loa run",
        Health.GOOD if holder else Health.WEAK,
        _("on air, process {pid}").format(pid=holder["pid"]) if holder else _("not running"),
        _("Start it: loa run"),
    )
    newest = asrun.newest(store)
    if newest and newest > now + datetime.timedelta(minutes=5):
        yield Check(_("clock"), Health.BAD, _("earlier than the newest row of the log"), _("Set the computer's clock."))
    for airing in airings(schedule, now, now + SOON):
        recording = approvals.planned_recording(workspace, airing.bulletin)
        made = recording.path.is_file()
        if not made or not approvals.approved(store, airing.bulletin, recording.sha256):
            detail = _("its bulletin is not released") if made else _("its bulletin is not made")
            fix = "loa approve" if made else "loa build"
            yield Check(airing.id, Health.BAD, detail, f"{fix} {airing.bulletin if made else airing.commune}")
    for commune, missing in apologies_missing(workspace, store, schedule).items():
        yield Check(_("apology of {commune}").format(commune=commune), Health.WEAK, missing.message, missing.fix)
    for alarm in open_alarms(store):
        when = alarm.at.astimezone(schedule.timezone)
        yield Check(_("alarm"), Health.BAD, f"{when:%d/%m/%Y %H:%M} {alarm.message}", _("Clear it in the console."))


def _failed(name: str, error: LoaError) -> Check:
    first = error.findings[0]
    more = len(error.findings) - 1
    detail = f"{first.place}: {first.message}" if first.place else first.message
    return Check(name, Health.BAD, detail + (f" (+{more})" if more else ""), first.fix)
