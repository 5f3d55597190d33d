"""The station in figures for Prometheus, in its text format, version 0.0.4.

prometheus.io/docs/instrumenting/exposition_formats
"""

import datetime
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import psutil

from loa import __version__
from loa.errors import StoreError
from loa.store.asrun import OUTCOMES, end_of_log
from loa.store.database import Database
from loa.web.context import Console
from loa.web.views.now import StationState

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_UP = {"good": 1, "warn": 0, "bad": 0}
"""By the tone of a loudspeaker; one that was never on air has none."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure, or one for each set of labels. `help` says what it is, for whoever reads the list."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    values: Mapping[tuple[tuple[str, str], ...], float]

    def lines(self) -> Iterator[str]:
        """As the text format wants them."""
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} {self.kind}"
        for labels, value in self.values.items():
            held = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
            yield f"{self.name}{{{held}}} {value:.15g}" if held else f"{self.name} {value:.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def as_text(console: Console) -> str:
    """All figures that whoever asks may see: of the communes for which the person works."""
    return "".join(f"{line}\n" for metric in _metrics(console) for line in metric.lines())


def _metrics(console: Console) -> Iterator[Metric]:
    moment = console.monitor.now()
    yield _one("loa_info", "The version of Loa.", 1, version=__version__)
    yield _one("loa_running", "Whether a station (loa run) is on air with this schedule.", moment.running)
    yield _one(
        "loa_database_held",
        "Whether the database cannot be read now; the rest is as it was seen last.",
        bool(moment.held),
    )
    problems = console.files.plan().findings
    yield _one("loa_schedule_problems", "What is wrong in the files of the schedule.", len(problems))
    yield _one("loa_playing", "Airings that sound now.", len(moment.playing))
    yield _one("loa_alarms", "Alarms that nobody has cleared.", len(moment.alarms))
    yield from _of_outputs(moment)
    yield _by("loa_airings_today", "Airings of today, by outcome; to come: planned.", "outcome", _today(moment))
    states = Counter[str](bulletin.state for bulletin in console.bulletins.all())
    yield _by("loa_bulletins", "Bulletins, by what is signed of them.", "state", states)
    jobs = Counter[str](job.state for job in moment.jobs)
    yield _by("loa_jobs", "Work that waits or is being done.", "state", {"waiting": 0, "running": 0, **jobs})
    yield from _of_log(console.store)
    with suppress(OSError):
        free = shutil.disk_usage(console.workspace.root).free
        yield _one("loa_disk_free_bytes", "Free space on the disk of the station's folder.", free)
    process = psutil.Process()
    yield _one("process_resident_memory_bytes", "Memory of the console.", process.memory_info().rss)
    yield _one("process_start_time_seconds", "When the console was started.", process.create_time())


def _of_outputs(moment: StationState) -> Iterator[Metric]:
    seen = {s.name: s for s in moment.loudspeakers if s.health}
    up = {name: _UP[speaker.tone] for name, speaker in seen.items() if speaker.tone in _UP}
    yield _by("loa_output_up", "Whether a loudspeaker takes sound: 1, or 0 in trouble.", "output", up)
    sounds = {n: s.health.last_sound_at for n, s in seen.items() if s.health}
    last = {name: _seconds(at) for name, at in sounds.items() if at}
    yield _by("loa_output_last_sound_timestamp_seconds", "When it took sound last.", "output", last)


def _today(moment: StationState) -> Mapping[str, int]:
    found = Counter(slot.outcome or ("skipped" if slot.airing.skipped else "planned") for slot in moment.today)
    return {**dict.fromkeys((*OUTCOMES, "planned"), 0), **found}


def _of_log(store: Database) -> Iterator[Metric]:
    with suppress(StoreError):
        end = end_of_log(store)
        rows = end[0] if end else 0
        yield Metric("loa_log_rows_total", "counter", "Rows of the log.", {(): rows})


def _one(name: str, about: str, value: float, **labels: str) -> Metric:
    return Metric(name, "gauge", about, {tuple(labels.items()): value})


def _by(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    return Metric(name, "gauge", about, {((label, key),): value for key, value in values.items()})


def _seconds(at: datetime.datetime) -> float:
    return at.timestamp()
