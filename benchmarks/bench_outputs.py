"""One airing on 150 RTP and 20 Icecast outputs: what it costs, and whether each of them gets every packet."""

import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from loa.audio.ffmpeg import executable
from loa.clock import RealClock
from loa.playout.recording import LoadedRecording
from loa.playout.session import Session
from loa.schedule.outputs import AnyOutput, Icecast, Rtp
from loa.store.approvals import BulletinFile
from tests.local import free_even_port, wait_for
from tests.rtp import Receivers, lost
from tests.servers import IcecastServer
from tests.sounds import make_mp3

RTP = int(os.environ.get("LOA_BENCH_RTP", "150"))
MOUNTS = int(os.environ.get("LOA_BENCH_MOUNTS", "20"))
SECONDS = float(os.environ.get("LOA_BENCH_SECONDS", "60"))
_REAL = ("L16", "L16", "L16", "PCMU", "MPA")
"""Those that a real ffmpeg receives."""


def run() -> list[str]:
    """Cores and memory of the sender with its encoder, while it plays; packets that are missing."""
    folder = Path(tempfile.mkdtemp(prefix="loa-bench-", dir="/tmp"))
    folder.chmod(0o755)  # icecast leaves root behind and must still get in
    os.environ["LOA_ICECAST_PASSWORD"] = "mat-khau"
    (folder / "icecast").mkdir(mode=0o755)
    icecast = IcecastServer(folder / "icecast")
    receivers = Receivers(RTP - len(_REAL))
    try:
        return _measured(folder, icecast, receivers)
    finally:
        receivers.close()
        icecast.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _measured(folder: Path, icecast: IcecastServer, receivers: Receivers) -> list[str]:
    make_mp3(folder / "a.mp3", SECONDS)
    codecs = ("L16", "L16", "PCMU")
    targets = [(port, codecs[number % 3]) for number, port in enumerate(receivers.ports)]
    first = free_even_port()
    real = [(first + 4 * number, codec) for number, codec in enumerate(_REAL)]
    job = {"rtp": [*real, *targets], "icecast": [icecast.url(f"m{number}.mp3") for number in range(MOUNTS)]}
    (folder / "job.json").write_text(json.dumps(job), "ascii")
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.bench_outputs", str(folder)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    sdps = [folder / ".loa" / "sdp" / f"r{number}.sdp" for number in range(len(real))]
    wait_for(lambda: all(sdp.exists() for sdp in sdps), 60)
    heard = [folder / f"{number}.wav" for number in range(len(real))]
    ffmpegs = [
        subprocess.Popen(
            [executable(), "-v", "quiet", "-nostdin", "-protocol_whitelist", "file,rtp,udp", "-i", str(sdp), str(wav)]
        )
        for sdp, wav in zip(sdps, heard, strict=True)
    ]
    wait_for(lambda: sum(map(bool, receivers.packets)) == len(targets), 60)
    time.sleep(12)
    sender = psutil.Process(process.pid)
    family = [sender, *sender.children()]
    before, began = sum(sum(one.cpu_times()[:2]) for one in family), time.monotonic()
    time.sleep(SECONDS * 0.6)
    cores = (sum(sum(one.cpu_times()[:2]) for one in family) - before) / (time.monotonic() - began)
    memory = sum(one.memory_full_info().pss for one in family) / 1e6
    report = json.loads(process.communicate(timeout=120)[0])
    for ffmpeg in ffmpegs:
        ffmpeg.terminate()
        ffmpeg.wait(20)
    missing = sum(lost(packets) for packets in receivers.packets)
    lengths = [
        wav.stat().st_size / 2 / (8_000 if codec == "PCMU" else 44_100) for wav, codec in zip(heard, _REAL, strict=True)
    ]
    failures = sorted(set(report["failures"]))
    return [
        f"outputs: {RTP} RTP and {MOUNTS} Icecast: {cores:.2f} cores (at most 1), {memory:.0f} MB (at most 300), "
        f"{len(family) - 1} encoders",
        f"outputs: {sum(map(len, receivers.packets))} packets counted at {len(targets)} receivers, {missing} missing",
        f"outputs: {report['complete']} of {RTP + MOUNTS} complete, {len(failures)} failures {failures[:3]}; first "
        f"sounds within {report['spread'] * 1000:.0f} ms",
        f"outputs: received by ffmpeg: {', '.join(f'{length:.1f}' for length in lengths)} s with the silence around",
    ]


def play(folder: Path) -> None:
    """The sender, in a process of its own: play the job in `folder`, and print what came of it."""
    job = json.loads((folder / "job.json").read_text("ascii"))
    outputs: dict[str, AnyOutput] = {
        f"r{number}": Rtp.model_construct(kind="rtp", address="127.0.0.1", port=port, codec=codec)
        for number, (port, codec) in enumerate(job["rtp"])
    }
    outputs |= {f"i{number}": Icecast(kind="icecast", url=url) for number, url in enumerate(job["icecast"])}
    recording = LoadedRecording.load(BulletinFile("bench/a", folder / "a.mp3"))
    planned = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=10)
    session = Session("bench@now", recording, outputs, planned, RealClock(), folder)
    session.start()
    while not session.over:
        session.watch()
        time.sleep(0.5)
    started = [report.started for report in session.reports if report.started]
    print(
        json.dumps(
            {
                "complete": sum(report.complete for report in session.reports),
                "failures": [failure for report in session.reports for failure in report.failures],
                "spread": (max(started) - min(started)).total_seconds(),
            }
        )
    )


if __name__ == "__main__":
    play(Path(sys.argv[1]))
