"""The six bulletins and six apologies of the sample station, decoded by ffmpeg from the real MP3 and measured with pyloudnorm."""

import itertools
import shutil
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from loa.app.build import build
from loa.audio import ffmpeg
from loa.audio.mastering import true_peak
from loa.audio.mp3 import RATE
from loa.bulletin.manifest import Manifest
from loa.bulletin.models import APOLOGY
from loa.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent
HOP = RATE // 200


@pytest.mark.long
def test_the_six_sample_bulletins_are_what_a_station_would_air(tmp_path: Path) -> None:
    """One test, so that they are built once whatever the number of workers."""
    for name in ("campaigns", "audio/jingles"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "schedule.yaml", tmp_path)
    workspace = Workspace(tmp_path.resolve())
    report = build(workspace, voice="espeak", jobs=2)
    assert not report.failed
    sorry = {manifest.commune for manifest in report.made if manifest.name == APOLOGY}
    assert len({manifest.commune for manifest in report.made}) == len(sorry) == 6
    assert [finding.code for finding in report.notices] == []
    for manifest in report.made:
        raw = ffmpeg.decode(workspace.bulletins / f"{manifest.id}.mp3", RATE, 3600)
        sound = np.frombuffer(raw, "<i2").astype(np.float32) / 32768
        if manifest.name == APOLOGY:
            assert 15 <= len(sound) / RATE <= 60
        else:
            assert 600 <= len(sound) / RATE <= 900
        assert len(sound) / RATE == pytest.approx(manifest.seconds, abs=0.001)
        is_as_loud_as_it_should_be(sound)
        speaks_from_start_to_end_as_its_cues_say(manifest, sound)
    again = build(workspace, voice="espeak")
    assert (len(again.made), len(again.unchanged), again.spoken) == (0, 12, 0)


def is_as_loud_as_it_should_be(sound: np.ndarray) -> None:
    assert pyloudnorm.Meter(RATE).integrated_loudness(sound.astype(np.float64)) == pytest.approx(-16, abs=0.5)
    assert true_peak(sound) <= -1.5


def speaks_from_start_to_end_as_its_cues_say(manifest: Manifest, sound: np.ndarray) -> None:
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
