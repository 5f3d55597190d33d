"""A bulletin from cached clips, beside pydub's join + normalise + ffmpeg; engine calls of 100 communes."""

import datetime
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from loa.bulletin.models import BulletinPlan, BulletinRequest
from loa.bulletin.writer import make
from loa.files import write_atomic
from loa.script import Script
from loa.tts import Utterance, cast
from loa.tts.cache import Voice, speak
from loa.tts.engines.espeak import Espeak
from loa.workspace import Workspace
from tests.bulletin.scripts import BRIDGE, CLOSING, OPENING, script

ROOT = Path(__file__).parent.parent
WORDS = (
    "Ủy ban nhân dân xã thông báo đến toàn thể bà con về việc nộp hồ sơ trực tuyến trên cổng dịch vụ công quốc gia, "
    "mọi thắc mắc xin liên hệ bộ phận một cửa của xã để được hướng dẫn kịp thời và đầy đủ"
).split()
PLAN = BulletinPlan("xa", "tin", "Tin", ("tin",), 600, 900)


def _article(sentences: int = 44) -> Script:
    """Sentences of 16 to 32 words, all different."""
    texts = (
        " ".join(WORDS[(i * 7 + k) % len(WORDS)] for k in range(16 + i % 17)).capitalize() for i in range(sentences)
    )
    return script("tin", *(f"{text}." for text in texts))


ORDER = BulletinRequest(PLAN, OPENING, (_article(),), BRIDGE, CLOSING)


def run() -> list[str]:
    """The lines to print."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        shutil.copytree(ROOT / "audio" / "jingles", workspace.jingles)
        start = time.perf_counter()
        manifest = make(workspace, ORDER, Espeak(), "vi+f2", jobs=2)
        first = time.perf_counter() - start
        ours, ours_memory = _measured("join", workspace)
        again, _memory = _measured("make", workspace)
        pydub, pydub_memory = _measured("pydub", workspace)
    return [
        f"bulletin of {manifest.seconds:.0f} s, {len(manifest.cues)} sentences, all new (eSpeak): {first:.1f} s",
        f"from cached clips, written: {ours * 1000:.0f} ms, peak {ours_memory} MB; with its proof {again:.2f} s",
        f"pydub join + normalise + ffmpeg: {pydub:.2f} s, peak {pydub_memory} MB",
        f"{pydub / ours:.0f} times faster (wanted: 100), {ours_memory} MB (wanted: at most 60), "
        f"{ours_memory / pydub_memory:.0%} of pydub's memory",
        *_hundred_communes(),
    ]


def _hundred_communes() -> list[str]:
    """How often an engine is asked when 100 communes say the same template with their own names."""
    from tests.tts.voices import Beeper  # brings numpy, which joining does without

    names = [f"xã số {n}" for n in range(100)]
    shared, own = ["Bà con chú ý."] * 3 + ["Hồ sơ nộp trực tuyến."], "Ủy ban nhân dân {} thông báo."
    beeper = Beeper()
    with tempfile.TemporaryDirectory() as folder:
        said = [Utterance(text, text) for name in names for text in (*shared, own.format(name))]
        for utterance in said:
            speak(Workspace(Path(folder)), utterance, Voice(beeper, "low"))
    unique = len({utterance.text for utterance in said})
    return [f"100 communes, {len(said)} sentences, {unique} different: {len(beeper.said)} engine calls"]


def _measured(what: str, workspace: Workspace) -> tuple[float, int]:
    """Seconds (best of three) and peak memory (MB) of `what` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bench_bulletin", what, str(workspace.root)]
    rows = [subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split() for _ in "123"]
    return min(float(row[0]) for row in rows), min(int(row[1]) for row in rows)


def _join(workspace: Workspace) -> None:
    from loa.bulletin.narration import Narrator
    from loa.bulletin.rundown import join, rundown
    from loa.bulletin.writer import as_mp3, srt, webvtt

    heard = rundown(ORDER, Narrator(workspace, cast(Espeak(), "vi+f2", ()), "horn"), lambda *_: None, 1)
    programme = join(heard.slots)
    for suffix, content in (
        (".mp3", as_mp3(ORDER, programme, datetime.date(2023, 8, 8))),
        (".vtt", webvtt(programme.cues)),
        (".srt", srt(programme.cues)),
    ):
        write_atomic(workspace.root / f"joined{suffix}", content)


def _make(workspace: Workspace) -> None:
    make(workspace, replace(ORDER, commune=str(time.time())), Espeak(), "vi+f2")


def _pydub(workspace: Workspace) -> None:
    import warnings

    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.effects import normalize

    clips = [AudioSegment.from_file(path) for path in sorted(workspace.clips.rglob("*.flac"))]
    joined = AudioSegment.silent(300, 24_000)
    for clip in (*clips, *clips):
        joined = joined + clip + AudioSegment.silent(700, 24_000)
    normalize(joined).export(workspace.root / "pydub.mp3", format="mp3", bitrate="64k")


def _peak_memory() -> int:
    """MB that this process ever held (Linux; `getrusage` would count the parent's memory too)."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    task, place = {"join": _join, "make": _make, "pydub": _pydub}[sys.argv[1]], Workspace(Path(sys.argv[2]))
    begin = time.perf_counter()
    task(place)
    print(time.perf_counter() - begin, _peak_memory())
