"""The demonstration: copy the sample station, build it, approve everything, and air one bulletin by the schedule."""

import datetime
import io
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

from loa import article as articles
from loa import ending, sample, yamlfile
from loa import script as scripts
from loa.actions.approvals import approve
from loa.app import build
from loa.app.publication import publish_signed
from loa.article import html
from loa.automation import service
from loa.automation.disk import open_station_store
from loa.automation.station import Automation
from loa.bulletin.manifest import Manifest
from loa.bulletin.models import APOLOGY
from loa.campaign import Commune, load_commune, load_communes
from loa.clock import RealClock
from loa.errors import Finding, WorkspaceError
from loa.files import private_file, write_atomic
from loa.i18n import _
from loa.schedule import Airing, airings
from loa.schedule.loader import load_schedule
from loa.store import approvals, asrun
from loa.tts import all_engines, choose
from loa.tts.voices import aloud
from loa.workspace import Workspace

AIRED = "ben-hai"
"""The commune whose broadcast has no last day, so that there is always an airing to show."""
SPEED = 60.0
"""How many times faster than real time the airing is shown: 12 minutes in 12 seconds."""
OFFLINE, QUICK = "loa", "espeak"
"""The best voice that needs no Internet, which speaks a sample; the one that speaks six bulletins within a minute."""
_SAMPLE_WORDS = 60
"""Spoken syllables of the sample: 12 to 18 seconds. A whole bulletin in this voice takes minutes."""
_LEAD = datetime.timedelta(seconds=4 * SPEED)
_ENOUGH = datetime.timedelta(minutes=17)
"""The airing is planned in the past, with a clock that starts there, so that no log row has a time in the future."""
Make = Callable[[Workspace, tuple[str, ...], str | None], build.BuildReport]
"""Builds communes in a voice; the command line adds a progress bar."""


@dataclass(frozen=True, slots=True)
class DemoRow:
    """A row of the result table. `words`: syllables of the article; `next_airing`: None if none is planned."""

    commune: Commune
    words: int
    manifest: Manifest
    next_airing: Airing | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The result of the demonstration, with the log rows of its airing. `sample`: the offline voice, if it is ready."""

    workspace: Workspace
    lines: tuple[DemoRow, ...]
    airing: Airing
    log: tuple[asrun.Row, ...]
    report: build.BuildReport
    sample: Path | None


def prepare(folder: Path) -> Workspace:
    """Create a fresh copy of the sample station in `folder`; clips of an earlier demonstration are kept.

    Raises WorkspaceError if `folder` is not empty and is not a demonstration.
    """
    folder = folder.resolve()
    mark = folder / ".loa" / "demo"
    if folder.exists() and any(folder.iterdir()) and not mark.is_file():
        raise WorkspaceError(
            Finding(
                "demo.folder",
                _("This folder is not empty, and it is not a demonstration of Loa."),
                _("Name another folder: loa demo FOLDER"),
                file=str(folder),
            )
        )
    for old in (".loa", "templates"):
        shutil.rmtree(folder / old, ignore_errors=True)
    workspace = sample.copy(folder)
    private_file(mark)
    return workspace


def run(
    workspace: Workspace,
    make: Make,
    progress: Callable[[float], None],
) -> Shown:
    """Build with `make`, approve all bulletins, air one `SPEED` times faster than real time (`progress`: 0 to 1).

    Raises LoaError if a step fails.
    """
    with ThreadPoolExecutor(1, "sample") as beside:
        spoken = beside.submit(_speak_sample, workspace)
        report = _build(workspace, make)
        heard = spoken.result()
    schedule, communes = load_schedule(workspace), load_communes(workspace)
    coming = airings(schedule, _now(), _now() + datetime.timedelta(days=60))
    store = open_station_store(workspace, schedule)
    try:
        airing = _plan_now(workspace, (_now() - _ENOUGH).replace(second=0, microsecond=0))
        for recording in approvals.recordings(workspace):
            moment = airing.planned - _LEAD
            approve(workspace, store, recording, recording.sha256, _("the demonstration"), moment)
        _air(workspace, airing, progress)
        log = tuple(row for row in asrun.rows(store) if row.airing == airing.id)
    finally:
        store.close()
        sample.copy(workspace.root, ("schedule.yaml",))
    publish_signed(workspace, schedule)
    lines = tuple(_line(workspace, commune, coming) for commune in communes)
    return Shown(workspace, lines, airing, log, report, heard)


def _build(workspace: Workspace, make: Make) -> build.BuildReport:
    """Build all bulletins with the quick voice, else with each station's own; the one to be aired first and by itself,
    so that there is something to listen to within seconds.
    """
    voice = QUICK if _ready(QUICK) else None
    report = make(workspace, (AIRED,), voice)
    report.add(make(workspace, tuple(c.stem for c in load_communes(workspace) if c.stem != AIRED), voice))
    if report.failed:
        raise WorkspaceError(report.failed)
    return report


def _ready(name: str) -> bool:
    return any(engine.name == name and engine.state().ready for engine in all_engines())


def _speak_sample(workspace: Workspace) -> Path | None:
    """Speak how the aired article begins with the offline voice; None where that is not installed."""
    if not _ready(OFFLINE):
        return None
    import soundfile  # it brings numpy: only where a sound is written

    commune = load_commune(workspace, AIRED)
    sound = aloud(beginning(workspace, commune), *choose(OFFLINE), region=commune.station.region)
    file = io.BytesIO()
    soundfile.write(file, sound.samples, sound.rate, format="MP3")
    path = workspace.root / "giong-loa.mp3"
    write_atomic(path, file.getvalue())
    return path


def beginning(workspace: Workspace, commune: Commune) -> str:
    """Return the first sentences of the commune's first article, about as many as are spoken in 15 seconds."""
    said: list[str] = []
    left = _SAMPLE_WORDS
    for sentence in scripts.write(articles.render(workspace, commune, commune.campaigns[0]), commune).sentences:
        left -= len(sentence.reading.words)
        if said and left < 0:
            break
        said.append(sentence.text)
    return "\n".join(said)


def _plan_now(workspace: Workspace, moment: datetime.datetime) -> Airing:
    """Write a schedule with one airing at `moment` and without rules; `run` restores the schedule afterwards."""
    data = yamlfile.load(workspace.schedule_file, workspace.schedule_file.name).data
    broadcast = next(b for b in data["broadcasts"] if b["commune"] == AIRED)
    zone = load_schedule(workspace).timezone
    added = {**broadcast, "days": None, "at": [], "also": [f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"]}
    changed = {**data, "rules": {}, "broadcasts": [added]}
    write_atomic(workspace.schedule_file, yaml.safe_dump(changed, allow_unicode=True))
    return airings(load_schedule(workspace), moment, moment + datetime.timedelta(seconds=1))[0]


def _air(workspace: Workspace, airing: Airing, progress: Callable[[float], None]) -> None:
    def shown(station: Automation) -> None:
        progress((station.clock.now() - airing.planned).total_seconds() / (airing.minutes * 60))

    with ending.when_asked() as stop:
        service.run(
            workspace,
            clock=RealClock(SPEED, airing.planned - _LEAD),
            until=lambda station: asrun.outcome_of(station.store, airing.id) is not None,
            limit=120,
            progress=shown,
            stop=stop,
        )


def _line(workspace: Workspace, commune: Commune, coming: tuple[Airing, ...]) -> DemoRow:
    article = articles.render(workspace, commune, commune.campaigns[0])
    manifest = Manifest.load(bulletin_of(workspace, commune.stem))
    first = next((airing for airing in coming if airing.commune == commune.stem), None)
    return DemoRow(commune, len(html.to_text(article).split()), manifest, first)


def bulletin_of(workspace: Workspace, stem: str) -> Path:
    """Return the manifest of the commune's bulletin (each sample commune has one), not of its apology."""
    return next(path for path in (workspace.bulletins / stem).glob("*.json") if path.stem != APOLOGY)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
