"""Check the installation and the station: one check per item, each with how to correct a problem."""

import datetime
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from loa import __version__, plugins
from loa.app import backups
from loa.audio import ffmpeg
from loa.automation.disk import open_station_store
from loa.automation.fallbacks import apologies_missing
from loa.campaign import load_communes
from loa.errors import LoaError
from loa.formats import moment
from loa.i18n import _
from loa.playout.listening import input_names
from loa.playout.outputs import not_ready
from loa.playout.outputs.sound_card import device_names
from loa.schedule import Schedule, airings
from loa.schedule.loader import load_schedule
from loa.schedule.output_plugins import plugin
from loa.schedule.outputs import AnyOutput
from loa.store import approvals, asrun
from loa.store.alarms import open_alarms
from loa.store.database import CONSOLE, Database
from loa.store.lease import who_is_on_air
from loa.store.output_health import OutputHealth, output_health, state_name
from loa.template_files import topic_files
from loa.tts import all_engines
from loa.workspace import Workspace

P = ParamSpec("P")
T = TypeVar("T")
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
    """Yield all checks. Each stands on its own: one that fails, for whatever reason, does not hide the others."""
    yield Check("Loa", Health.GOOD, f"{__version__}, Python {platform.python_version()}, {platform.system()}")
    yield from _checked(_("disk"), _disk, workspace)
    yield from _checked("ffmpeg", _ffmpeg)
    yield from _engines()
    yield from _plugins()
    yield from _checked("campaigns/", _campaigns, workspace)
    yield from _checked("audio/jingles/", _jingles, workspace)
    yield from _checked(_("sound cards"), _sound_cards)
    schedule, trouble = _attempt("schedule.yaml", load_schedule, workspace)
    count = len(schedule.broadcasts) if schedule else 0
    yield trouble or Check("schedule.yaml", Health.GOOD, _("{n} broadcasts").format(n=count))
    yield from _checked(_("accounts"), _accounts, workspace)
    store, trouble = _attempt(_("database"), _open_store, workspace, schedule)
    try:
        if trouble or store:
            yield trouble or Check(_("database"), Health.GOOD, _("opened"))
        if schedule:
            yield from _outputs(workspace, schedule, store)
            yield from _checked(_("airings"), _airings, workspace, schedule, store)
            yield from _checked(_("backup"), _backups, workspace, schedule)
        if store:
            yield from _checked("loa run", _on_air, store)
            yield from _checked(_("clock"), _clock, store)
            yield from _checked(_("alarm"), _alarms, store, schedule)
        if schedule and store:
            yield from _checked(_("apology"), _apologies, workspace, schedule, store)
    finally:
        if store:
            store.close()


def _attempt(name: str, look: Callable[P, T], *given: P.args, **named: P.kwargs) -> tuple[T | None, Check | None]:
    """What `look` gives; where it fails, the check called `name` that says why."""
    try:
        return look(*given, **named), None
    except LoaError as error:
        return None, _failed(name, error)
    except Exception as error:  # noqa: BLE001  whatever is broken here, the other checks are still wanted
        fix = _("Check the disk and the permissions of the station's folder.") if isinstance(error, OSError) else ""
        return None, Check(name, Health.BAD, f"{type(error).__name__}: {error}", fix)


def _checked(name: str, look: Callable[P, Iterator[Check]], *given: P.args, **named: P.kwargs) -> Iterator[Check]:
    """The checks that `look` gives until it fails, and then one called `name` that says why."""
    found: list[Check] = []
    _nothing, trouble = _attempt(name, lambda: found.extend(look(*given, **named)))
    yield from found
    yield from filter(None, [trouble])


def _open_store(workspace: Workspace, schedule: Schedule | None) -> Database | None:
    """The station's database; without a schedule, which may name another one, only a file that is there."""
    if schedule:
        return open_station_store(workspace, schedule)
    return Database(workspace.database) if workspace.database.is_file() else None


def _disk(workspace: Workspace) -> Iterator[Check]:
    free = shutil.disk_usage(workspace.root).free
    health = Health.GOOD if free > LITTLE_DISK else Health.WEAK
    yield Check(_("disk"), health, _("{gb:.1f} GB free").format(gb=free / 1e9), _("Free some space."))


def _ffmpeg() -> Iterator[Check]:
    yield Check("ffmpeg", Health.GOOD, ffmpeg.executable())


def _engines() -> Iterator[Check]:
    titles = [_("voice {engine}").format(engine=engine.name) for engine in all_engines()]
    states = [_attempt(title, engine.state) for title, engine in zip(titles, all_engines(), strict=True)]
    worst = Health.WEAK if any(state and state.ready for state, _trouble in states) else Health.BAD
    for title, (state, trouble) in zip(titles, states, strict=True):
        if state:
            yield Check(title, Health.GOOD if state.ready else worst, state.reason or _("ready"), state.fix)
        yield from filter(None, [trouble])


def _plugins() -> Iterator[Check]:
    """What other packages bring; their engines stand among the engines."""
    looks: tuple[tuple[str, Callable[[str], object]], ...] = (
        (plugins.OUTPUTS, plugin),
        (plugins.INBOX, partial(plugins.load, plugins.INBOX)),
        (plugins.TOPICS, topic_files),
    )
    for group, look in looks:
        for name in plugins.found(group):
            title = _("plug-in {name}").format(name=name)
            _nothing, trouble = _attempt(title, look, name)
            yield trouble or Check(title, Health.GOOD, plugins.origin(group, name))


def _campaigns(workspace: Workspace) -> Iterator[Check]:
    yield from _folder("campaigns/", workspace.campaigns)
    if workspace.campaigns.is_dir():
        communes = load_communes(workspace)
        yield Check("campaigns/", Health.GOOD, _("{n} communes").format(n=len(communes)))


def _jingles(workspace: Workspace) -> Iterator[Check]:
    yield from _folder("audio/jingles/", workspace.jingles)


def _folder(name: str, folder: Path) -> Iterator[Check]:
    if not folder.is_dir():
        yield Check(name, Health.BAD, _("The folder is missing."), _("Put back the last backup: loa restore FILE"))


def _sound_cards() -> Iterator[Check]:
    cards = device_names()
    yield Check(_("sound cards"), Health.GOOD if cards else Health.WEAK, ", ".join(cards) or _("none"))
    yield Check(_("recording devices"), Health.GOOD, ", ".join(input_names()) or _("none"))


def _accounts(workspace: Workspace) -> Iterator[Check]:
    """The console's database, if there is one."""
    if workspace.console_database.is_file():
        Database(workspace.console_database, CONSOLE).close()
        yield Check(_("accounts"), Health.GOOD, workspace.relative(workspace.console_database))
    if workspace.first_run_code.is_file():
        code, address = workspace.first_run_code.read_text("utf-8").split()
        fix = _("Open {address} in a browser and type this one-time code: {code}").format(address=address, code=code)
        yield Check(_("accounts"), Health.WEAK, _("Nobody can log in yet."), fix)


def _outputs(workspace: Workspace, schedule: Schedule, store: Database | None) -> Iterator[Check]:
    """Report the outputs' health from the station on air; without one, test the outputs from here.

    (A password may be set only for the service; that must not look like a problem.) An output that no broadcast uses
    is only a warning.
    """
    found, _trouble = _attempt("", output_health, store) if store else (None, None)
    reported = {health.output: health for health in found or () if health.state != "unknown"}
    for name, output in schedule.outputs.items():
        title, trouble = _("output {name}").format(name=name), Health.BAD if name in schedule.in_use() else Health.WEAK
        yield from _checked(title, _output, title, trouble, output, reported.get(name), workspace, schedule)


def _output(
    title: str,
    trouble: Health,
    output: AnyOutput,
    health: OutputHealth | None,
    workspace: Workspace,
    schedule: Schedule,
) -> Iterator[Check]:
    fix = _("Mend it, or change the output in schedule.yaml.")
    if health is None:
        problem = not_ready(output, workspace.root)
        if problem:
            yield Check(title, trouble, problem, fix)
        return
    since = f"{health.since.astimezone(schedule.timezone):%d/%m/%Y %H:%M}"
    detail = _("{state} since {since}").format(state=state_name(health.state), since=since)
    if health.state in ("failing", "dead"):
        yield Check(title, trouble, f"{detail}: {health.error}" if health.error else detail, fix)
    else:
        yield Check(title, Health.GOOD, detail)


def _on_air(store: Database) -> Iterator[Check]:
    holder = who_is_on_air(store)
    yield Check(
        "loa run",
        Health.GOOD if holder else Health.WEAK,
        _("on air, process {pid}").format(pid=holder["pid"]) if holder else _("not running"),
        _("Start it: loa run"),
    )


def _clock(store: Database) -> Iterator[Check]:
    newest = asrun.newest(store)
    if newest and newest > datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=5):
        yield Check(_("clock"), Health.BAD, _("earlier than the newest row of the log"), _("Set the computer's clock."))


def _airings(workspace: Workspace, schedule: Schedule, store: Database | None) -> Iterator[Check]:
    """The airings to come whose bulletin is missing or not approved; without the database only what is missing."""
    now = datetime.datetime.now(datetime.UTC)
    spoken = {b.id for b in schedule.broadcasts if b.talk and not b.talk.instead}
    for airing in airings(schedule, now, now + SOON):
        if airing.broadcast in spoken:
            continue  # nothing is made beforehand
        recording = (
            approvals.current(workspace, store, airing.bulletin)
            if store
            else approvals.planned_recording(workspace, airing.bulletin)
        )
        made = recording.path.is_file()
        if not made or (store and not approvals.approved(store, airing.bulletin, recording.sha256)):
            detail = _("its bulletin is not released") if made else _("its bulletin is not made")
            fix = "loa approve" if made else "loa build"
            yield Check(airing.id, Health.BAD, detail, f"{fix} {airing.bulletin if made else airing.commune}")


def _apologies(workspace: Workspace, schedule: Schedule, store: Database) -> Iterator[Check]:
    for commune, missing in apologies_missing(workspace, store, schedule).items():
        yield Check(_("apology of {commune}").format(commune=commune), Health.WEAK, missing.message, missing.fix)


def _backups(workspace: Workspace, schedule: Schedule) -> Iterator[Check]:
    """The automatic backups: where, and how old the last good one is."""
    settings, name = schedule.backup, _("backup")
    if not settings.places:
        fix = _("Name a place in the console: Settings, Automatic backup.")
        yield Check(name, Health.WEAK, _("no place for automatic backups is set"), fix)
        return
    now = datetime.datetime.now(schedule.timezone)
    states = backups.place_states(workspace)
    old = backups.overdue(states, settings, now)
    for place in settings.places:
        state = states.get(place)
        title = backups.titles()[place]
        if place in old:
            yield Check(name, Health.BAD, old[place], _("Correct it, then: loa backup"))
        elif state is None or state.good is None:
            yield Check(name, Health.WEAK, f"{title}: {_('none yet')}", _("Make one now: loa backup"))
        else:
            last = _("the last good one on {moment}").format(moment=moment(state.good, schedule.timezone))
            health = Health.WEAK if state.problem else Health.GOOD
            yield Check(name, health, f"{title}: {last}" + (f"; {state.problem}" if state.problem else ""))


def _alarms(store: Database, schedule: Schedule | None) -> Iterator[Check]:
    for alarm in open_alarms(store):
        when = alarm.at.astimezone(schedule.timezone if schedule else None)
        fix = _("Clear it in the console.")
        if alarm.kind == "clock":
            fix = _("Look at a watch. If the computer's clock is right: loa clock --right")
        yield Check(_("alarm"), Health.BAD, f"{when:%d/%m/%Y %H:%M} {alarm.message}", fix)


def _failed(name: str, error: LoaError) -> Check:
    first = error.findings[0]
    more = len(error.findings) - 1
    detail = f"{first.place}: {first.message}" if first.place else first.message
    return Check(name, Health.BAD, detail + (f" (+{more})" if more else ""), first.fix)
