"""An airing while people use the console: start error and gaps, paced on a null output and heard on a sound card."""

import datetime
import http.client
import itertools
import json
import math
import os
import statistics
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

import numpy as np
import psutil

from benchmarks.bench_console import serving
from loa.actions.approvals import approve
from loa.store import approvals
from loa.store import asrun as book
from loa.store.database import Database
from loa.workspace import Workspace
from tests.servers import PulseAudio, Recorder
from tests.sounds import make_mp3

AIRINGS = int(os.environ.get("LOA_BENCH_WATCHED", "5"))
"""In each of the two runs, one every 20 s; 12 s of sound without a pause in each."""
WATCHERS, EDITORS = 50, 10
_EVERY, _SECONDS = 20, 12.0
_GAP = 0.005
"""Seconds of silence that count as a gap: the sound of the airing has none."""
UTC = datetime.UTC
NOTICE = """\
commune: {name: Bến Hải, kind: xã, province: Quảng Trị}
contact_desk: {name: UBND xã Bến Hải}
station: {voice: espeak}
campaigns:
  - {id: thong-bao, template: thong-bao, title: Vệ sinh đường làng, as_of: 2026-11-01, form: radio,
     body: [Sáng chủ nhật các thôn làm vệ sinh đường làng.]}
"""
SCHEDULE = """\
timezone: UTC
outputs: {{n: {{kind: null}}, s: {{kind: sound-card, device: Loa}}}}
broadcasts:
  - {{id: do, commune: ben-hai, campaigns: [thong-bao], days: [], also: [{moments}], length: {{min: 1s, max: 15s}},
     on: [n, s]}}
"""


def run() -> list[str]:
    """Start error and longest gap with nobody and with sixty people at the console; the load on the machine."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        pulse_folder = Path(folder) / "pulse"
        pulse_folder.mkdir()
        pulse = PulseAudio(pulse_folder)
        try:
            for people in (False, True):
                lines += _airings(Path(folder) / f"people-{people}", pulse, people)
        finally:
            pulse.close()
    return lines


def _airings(root: Path, pulse: PulseAudio, people: bool) -> list[str]:
    workspace = Workspace(root)
    workspace.campaigns.mkdir(parents=True)
    (workspace.campaigns / "ben-hai.yaml").write_text(NOTICE, "utf-8")
    (root / "templates").symlink_to(Path(__file__).parent.parent / "templates")
    make_mp3(workspace.bulletins / "ben-hai" / "do.mp3", _SECONDS)
    store = Database(workspace.database)
    recording = approvals.find(workspace, "do")
    approve(workspace, store, recording, recording.sha256, "bench", datetime.datetime.now(UTC))
    first = datetime.datetime.now(UTC).replace(microsecond=0) + datetime.timedelta(seconds=40)
    moments = [first + datetime.timedelta(seconds=_EVERY * n) for n in range(AIRINGS)]
    also = ", ".join(f'"{moment:%Y-%m-%d %H:%M:%S}"' for moment in moments)
    workspace.schedule_file.write_text(SCHEDULE.format(moments=also), "utf-8")
    recorder, stop = pulse.record(), threading.Event()
    with serving(workspace, {"PULSE_SERVER": pulse.environment["PULSE_SERVER"]}) as (port, cookie, _first):
        verbs = [_watch] * WATCHERS + [_edit] * EDITORS if people else []
        threads = [threading.Thread(target=verb, args=(port, cookie, stop)) for verb in verbs]
        for thread in threads:
            thread.start()
        time.sleep(max(0.0, moments[0].timestamp() - time.time()))
        psutil.cpu_percent()
        time.sleep(max(0.0, moments[-1].timestamp() + _SECONDS + 3 - time.time()))
        load, beside = psutil.cpu_percent(), _niced(workspace)
        stop.set()
        for thread in threads:
            thread.join()
    rows = book.rows(store, first - datetime.timedelta(minutes=1))
    store.close()
    starts, gaps = zip(*(_heard(recorder, moment.timestamp()) for moment in moments), strict=True)
    null = [abs((r.started - r.planned).total_seconds()) * 1000 for r in rows if r.started and r.planned]
    who = f"{WATCHERS} watch and {EDITORS} edit" if people else "nobody at the console"
    outcomes = ", ".join(sorted({r.outcome or "?" for r in rows}))
    head = f"watched: {who}, {AIRINGS} airings ({outcomes}), console at nice {beside}, processor {load:.0f} % busy:"
    return [
        f"{head} first sound, null: {_figures(null)}; PulseAudio null sink: {_figures(list(starts))} (20 and 100 ms)",
        f"  longest gap in what the sink played {max(gaps) * 1000:.0f} ms (<= 50); "
        f"null: a second of sound at most {_late(workspace) * 1000:.0f} ms late (fed 200 ms ahead)",
    ]


def _figures(errors: list[float]) -> str:
    return f"median {statistics.median(errors):.1f} ms, worst {max(errors):.1f} ms" if errors else "none"


def _heard(recorder: Recorder, moment: float) -> tuple[float, float]:
    """How many milliseconds the first sound was off; the longest silence in seconds between first and last sound."""
    at = recorder.first_sound(moment - 3.0)
    if at is None:
        return math.inf, math.inf
    chunks = [data for when, data in recorder.chunks() if moment - 3.0 < when < moment + _SECONDS + 3.0]
    loud = np.flatnonzero(np.abs(np.frombuffer(b"".join(chunks), dtype="<i2").astype(int)) > 60)
    silent = np.diff(loud) / recorder.rate
    return abs(at - moment) * 1000, float(silent[silent > _GAP].max(initial=0.0))


def _late(workspace: Workspace) -> float:
    """By how many seconds the null output was ever late with a second of sound."""
    lines = (workspace.state / "heard" / "n.jsonl").read_text("utf-8").splitlines()
    notes = [note for note in map(json.loads, lines) if note["what"] == "second"]
    moments = [datetime.datetime.fromisoformat(note["at"]).timestamp() for note in notes]
    return max((b - a - 1.0 for a, b in itertools.pairwise(moments) if b - a < 3), default=0.0)


def _niced(workspace: Workspace) -> int:
    """The priority of the console of this station."""
    found = [p for p in psutil.process_iter(["cmdline"]) if str(workspace.root) in (p.info["cmdline"] or [])]
    return int(next(p for p in found if "console" in p.info["cmdline"]).nice())


def _watch(port: int, cookie: str, stop: threading.Event) -> None:
    """Today in a browser: its events, and its parts whenever more than a position changed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/today/events", headers={"cookie": cookie})
    answer = connection.getresponse()
    stamp = ""
    while not stop.is_set():
        try:
            line = answer.readline()
        except TimeoutError:
            continue
        if line.startswith(b"data: ") and (now := json.loads(line[6:])["stamp"]) != stamp:
            stamp = now
            _ask(port, "GET", "/today/part", cookie)
    connection.close()


def _edit(port: int, cookie: str, stop: threading.Event) -> None:
    """An officer at a campaign's form: the preview follows the typing, every two seconds."""
    page = _ask(port, "GET", "/campaigns/ben-hai/thong-bao", cookie)
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    body = urllib.parse.urlencode({"csrf": csrf, "title": "Thông báo", "template": "thong-bao", "as_of": "2026-11-01"})
    while not stop.wait(2.0):
        _ask(port, "POST", "/campaigns/ben-hai/thong-bao/preview", cookie, body)


def _ask(port: int, method: str, path: str, cookie: str, body: str | None = None) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"cookie": cookie} | ({"content-type": "application/x-www-form-urlencoded"} if body else {})
    connection.request(method, path, body, headers)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


if __name__ == "__main__":
    print("\n".join(run()))
