"""How punctual the station is, beside cron and a timer that start ffplay; what it costs while nothing is on air."""

import datetime
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.rivals import first_sounds
from loa.actions.approvals import approve
from loa.store.approvals import find
from loa.store.asrun import rows
from loa.store.database import Database
from loa.workspace import Workspace
from tests.servers import PulseAudio, Recorder
from tests.sounds import make_mp3

AIRINGS = int(os.environ.get("LOA_BENCH_AIRINGS", "40"))
"""On the idle machine, and half as many with a core kept busy: 5 minutes; 200 for the published figure: 13 minutes."""
_EVERY = 2
"""Seconds between two airings: an airing's outputs are opened when the one before has ended, as in a full session."""
UTC = datetime.UTC


def run() -> list[str]:
    """First-sound error in milliseconds: median and 99 %; idle load and memory."""
    folder = Path(tempfile.mkdtemp(prefix="loa-bench-", dir="/tmp"))
    pulse_folder = folder / "pulse"
    pulse_folder.mkdir()
    pulse = PulseAudio(pulse_folder)
    os.environ["PULSE_SERVER"] = pulse.environment["PULSE_SERVER"]
    recorder = pulse.record()
    try:
        lines = _idle(folder / "idle")
        lines += _punctual(
            folder / "calm", recorder, AIRINGS, "machine otherwise idle", "median at most 20, 99 % at most 100"
        )
        busy = multiprocessing.get_context("spawn").Process(target=_burn, daemon=True)
        busy.start()
        try:
            lines += _punctual(folder / "busy", recorder, AIRINGS // 2, "one core kept busy", "99 % at most 250")
        finally:
            busy.kill()
            busy.join()
        sound = make_mp3(folder / "ffplay.mp3", 0.6)
        for rival, errors in first_sounds(folder, sound, recorder, pulse, min(AIRINGS, 20)).items():
            lines.append(f"on air: first sound, {rival}, {len(errors)} airings: {_figures(errors)}")
        return lines
    finally:
        pulse.close()
        shutil.rmtree(folder, ignore_errors=True)


def _station(root: Path, count: int) -> tuple[Workspace, list[datetime.datetime]]:
    workspace = Workspace(root)
    workspace.campaigns.mkdir(parents=True)
    (workspace.campaigns / "ben-hai.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
    make_mp3(workspace.bulletins / "ben-hai" / "tin.mp3", 0.6)
    store = Database(workspace.database)
    recording = find(workspace, "tin")
    approve(workspace, store, recording, recording.sha256, "bench", datetime.datetime.now(UTC))
    store.close()
    first = datetime.datetime.now(UTC).replace(microsecond=0) + datetime.timedelta(seconds=6)
    moments = [first + datetime.timedelta(seconds=_EVERY * n) for n in range(count)]
    extras = ", ".join(f'"{moment:%Y-%m-%d %H:%M:%S}"' for moment in moments)
    workspace.schedule_file.write_text(
        "timezone: UTC\noutputs: {n: {kind: null}, s: {kind: sound-card, device: Loa}}\nbroadcasts:\n"
        f"  - {{id: tin, commune: ben-hai, campaigns: [dvc], days: [], also: [{extras}], "
        "length: {min: 100ms, max: 1s}, on: [n, s]}\n",
        "utf-8",
    )
    return workspace, moments


def _punctual(root: Path, recorder: Recorder, airings: int, what: str, aim: str) -> list[str]:
    workspace, moments = _station(root, airings)
    heard: list[float] = []
    process = subprocess.Popen([sys.executable, "-m", "loa", "--workspace", str(root), "run", "--no-console"])
    try:
        for moment in moments:
            time.sleep(max(0.0, moment.timestamp() + 1.5 - time.time()))
            at = recorder.first_sound(moment.timestamp() - 0.7)
            heard.append(abs(at - moment.timestamp()) * 1000 if at else float("inf"))
            recorder.forget(moment.timestamp() + 0.9)
        time.sleep(1)
    finally:
        process.terminate()
        process.wait(20)
    store = Database(workspace.database)
    log = rows(store)
    store.close()
    null = [abs((r.started - r.planned).total_seconds()) * 1000 for r in log if r.started and r.planned]
    lines = []
    for output, errors in (("null", null), ("PulseAudio null sink", heard)):
        lines.append(f"on air: first sound, {output}, {what}, {len(errors)} airings: {_figures(errors)} ({aim})")
    return lines


def _figures(errors: list[float]) -> str:
    ordered = sorted(errors)
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"median {statistics.median(ordered):.1f} ms, 99 % {last:.1f} ms, worst {ordered[-1]:.1f} ms"


def _idle(root: Path) -> list[str]:
    _station(root, 1)
    (root / "schedule.yaml").write_text("outputs: {n: {kind: null}}\nbroadcasts: []\n", "utf-8")
    process = subprocess.Popen([sys.executable, "-m", "loa", "--workspace", str(root), "run", "--no-console"])
    try:
        time.sleep(6)
        seen = psutil.Process(process.pid)
        before, began = sum(seen.cpu_times()[:2]), time.monotonic()
        time.sleep(20)
        load = (sum(seen.cpu_times()[:2]) - before) / (time.monotonic() - began) * 100
        memory = seen.memory_info().rss / 1e6
    finally:
        process.terminate()
        process.wait(20)
    return [f"on air: idle: {load:.2f} % of a core (less than 1), {memory:.0f} MB (at most 120)"]


def _burn() -> None:
    while True:
        sum(range(10_000))
