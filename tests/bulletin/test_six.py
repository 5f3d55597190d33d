"""The six bulletins of the sample station, decoded by ffmpeg from the real MP3 and measured with pyloudnorm."""

import itertools
import shutil
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from generator.build import Report, build
from generator.bulletin import Manifest
from generator.bulletin.frames import RATE
from generator.bulletin.mastering import true_peak
from generator.speech import ffmpeg
from generator.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent
STATION = ("ben-hai", "hung-thinh", "mot-cua-2024", "nhat-quang", "ninh-binh-mau", "trung-son")
HOP = RATE // 200


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Report]:
    root = tmp_path_factory.mktemp("sáu xã")
    for name in ("campaigns", "templates", "audio/jingles"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "schedule.yaml", root)
    workspace = Workspace(root.resolve())
    return workspace, build(workspace, voice="espeak", jobs=2)


@pytest.fixture(scope="module", params=STATION)
def bulletin(built: tuple[Workspace, Report], request: pytest.FixtureRequest) -> tuple[Manifest, np.ndarray]:
    workspace, report = built
    (manifest,) = (manifest for manifest in report.made if manifest.commune == request.param)
    raw = ffmpeg.decode(workspace.bulletins / f"{manifest.id}.mp3", RATE)
    return manifest, np.frombuffer(raw, "<i2").astype(np.float32) / 32768


def test_it_lasts_ten_to_fifteen_minutes_as_its_record_says(bulletin) -> None:
    manifest, sound = bulletin
    assert 600 <= len(sound) / RATE <= 900
    assert len(sound) / RATE == pytest.approx(manifest.seconds, abs=0.001)


def test_it_is_as_loud_as_it_should_be_and_never_louder(bulletin) -> None:
    _manifest, sound = bulletin
    assert pyloudnorm.Meter(RATE).integrated_loudness(sound.astype(np.float64)) == pytest.approx(-16, abs=0.5)
    assert true_peak(sound) <= -1.5


def test_speech_runs_from_start_to_end_and_each_cue_with_it(bulletin) -> None:
    manifest, sound = bulletin
    level = 10 * np.log10((sound[: len(sound) // HOP * HOP].reshape(-1, HOP) ** 2).mean(axis=1) + 1e-12)
    heard = level > -50
    alone = [cue for cue in manifest.cues if cue.part != "opening"]
    for before, cue in itertools.pairwise(alone):
        if cue.start - before.end < 0.3 or cue.part != before.part:
            continue
        first = np.flatnonzero(heard[round((cue.start - 0.15) * 200) :])[0] / 200 - 0.15
        assert abs(first) < 0.05, cue.text
        gap = sound[round((before.end + 0.04) * RATE) : round((cue.start - 0.03) * RATE)]
        assert np.abs(gap).max() < 0.002, f"a click between two sentences at {before.end}"
    silent = max(len(list(run)) for on, run in itertools.groupby(heard) if not on) / 200
    assert silent < 1.5
    assert alone[-1].end > manifest.seconds - 12


def test_nothing_is_made_twice(built) -> None:
    workspace, report = built
    assert not report.failed
    again = build(workspace, voice="espeak")
    assert (len(again.made), len(again.unchanged), again.spoken) == (0, 6, 0)
