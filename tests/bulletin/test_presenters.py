"""Two presenters, heard in the finished MP3: whose voice it is, is measured by its pitch."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from loa.app import build
from loa.audio import ffmpeg
from loa.audio.mp3 import RATE
from loa.bulletin.manifest import Manifest
from loa.bulletin.models import BulletinPlan, BulletinRequest
from loa.bulletin.recognition_check import findings
from loa.bulletin.writer import made_before, make, unchanged
from loa.campaign import load_commune
from loa.script import Script
from loa.tts import Engine
from loa.tts.engines.espeak import Espeak
from loa.tts.engines.kokoro import Loa
from loa.workspace import Workspace
from tests.bulletin.scripts import BRIDGE, CLOSING, OPENING, script
from tests.tts.voices import Beeper

JINGLES = Path(__file__).parent.parent.parent / "audio" / "jingles"
ARTICLE = script(
    "tin", "Mai xã ta cúp nước cả ngày.", "Bà con nhớ trữ nước từ tối nay.", "Mọi người báo cho nhau biết."
)


def taken_in_turn(one: Script, *presenters: str) -> Script:
    turns = (replace(s, presenter=presenters[i % len(presenters)]) for i, s in enumerate(one.sentences))
    return replace(one, sentences=tuple(turns))


def order(*presenters: str) -> BulletinRequest:
    frame = (taken_in_turn(one, *presenters[:1] or ("",)) for one in (OPENING, BRIDGE, CLOSING))
    opening, bridge, closing = frame
    article = taken_in_turn(ARTICLE, *presenters or ("",))
    return BulletinRequest(BulletinPlan("xa", "tin", "Tin", ("tin",), 0, 120), opening, (article,), bridge, closing)


@pytest.fixture
def station(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path)
    shutil.copytree(JINGLES, workspace.jingles)
    return workspace


def pitch(sound: np.ndarray) -> float:
    """The median pitch in Hz of the voiced stretches, by autocorrelation."""
    found = []
    for start in range(0, len(sound) - 960, 480):
        part = sound[start : start + 960] * np.hanning(960)
        if (part**2).mean() < 1e-3:
            continue
        echo = np.correlate(part, part, "full")[959:]
        lag = RATE // 350 + int(np.argmax(echo[RATE // 350 : RATE // 70]))
        if echo[lag] > 0.5 * echo[0]:
            found.append(RATE / lag)
    return float(np.median(found))


@pytest.mark.parametrize(
    ("engine", "woman", "man"),
    [
        pytest.param(Espeak(), "vi+f2", "vi+m3", id="espeak"),
        pytest.param(Loa(), "nu", "nam", id="loa", marks=pytest.mark.long),
    ],
)
def test_a_woman_and_a_man_are_heard_in_turn(station: Workspace, engine: Engine, woman: str, man: str) -> None:
    manifest = make(station, order("nữ", "nam"), engine, woman, jobs=2)
    assert (manifest.voice, manifest.presenters) == (woman, {"nữ": woman, "nam": man})
    assert manifest.speakers == f"{engine.name}:{woman} + {man}"
    said = [cue for cue in manifest.cues if cue.part == "tin"]
    assert [manifest.voice_of(cue) for cue in said] == [woman, man, woman]
    assert {manifest.voice_of(cue) for cue in manifest.cues if cue.part != "tin"} == {woman}
    sound = np.frombuffer(ffmpeg.decode(station.bulletins / "xa/tin.mp3", RATE, 3600), "<i2") / 32768
    high, low, high_again = (pitch(sound[round(cue.start * RATE) : round(cue.end * RATE)]) for cue in said)
    assert low < 0.85 * min(high, high_again)
    assert manifest.proof
    assert -16.5 <= manifest.proof.loudness_lufs <= -15.5


def test_captions_say_who_speaks(station: Workspace) -> None:
    make(station, order("nam", "nữ"), Beeper(), "high")
    vtt = (station.bulletins / "xa/tin.vtt").read_text("utf-8")
    assert "\n<v Nam>Đây <" in vtt
    assert "\n<v Nữ>Bà <" in vtt
    assert "<v" not in (station.bulletins / "xa/tin.srt").read_text("utf-8")
    make(station, order(), Beeper(), "high")
    assert "<v" not in (station.bulletins / "xa/tin.vtt").read_text("utf-8")


def test_other_presenters_make_another_bulletin_and_the_same_ones_do_not(station: Workspace) -> None:
    engine = Espeak()
    first = make(station, order("nữ", "nam"), engine, "vi+f2", jobs=2)
    assert made_before(station, order("nữ", "nam"), "espeak") == first
    assert made_before(station, order("nữ", "nam"), "espeak:vi+m3") == first, (
        "the woman begins, whoever is first choice"
    )
    assert made_before(station, order("nữ", "nam"), "espeak:nữ") == first
    assert made_before(station, order("nam", "nữ"), "espeak") is None
    assert made_before(station, order(), "espeak") is None
    assert unchanged(station, order("nữ", "nam"), engine, "vi-vn-x-south+f2") is None
    clips = set(station.clips.rglob("*.flac"))
    other = make(station, order("nam", "nữ"), engine, "vi+f2", jobs=2)
    assert other.sha256 != first.sha256
    assert make(station, order("nữ", "nam"), engine, "vi+f2").sha256 == first.sha256, "its clips were kept"
    assert clips < set(station.clips.rglob("*.flac"))


def test_a_record_of_before_there_were_presenters_is_still_good(station: Workspace) -> None:
    record = station.bulletins / "xa/tin.json"
    make(station, order(), Beeper(), "high")
    record.write_text(
        record.read_text("utf-8").replace(' "presenters": {},\n', "").replace('   "presenter": "",\n', ""), "utf-8"
    )
    assert "presenter" not in record.read_text("utf-8")
    assert unchanged(station, order(), Beeper(), "high") == Manifest.load(record)


def test_the_same_words_in_another_voice_are_heard_apart(station: Workspace) -> None:
    twice = script("tin", "Mai cúp nước.", "Mai cúp nước.")
    make(station, replace(order("nữ", "nam"), items=(taken_in_turn(twice, "nữ", "nam"),)), Espeak(), "vi+f2")
    found = [f.quote for f in findings(station, station.bulletins / "xa/tin.mp3", threshold=1.01)]
    assert found.count("Mai cúp nước.") == 2


def test_the_host_of_the_first_article_with_presenters_opens_the_bulletin(station: Workspace, tmp_path: Path) -> None:
    shutil.copytree(JINGLES.parent.parent / "campaigns", tmp_path / "campaigns")
    file = tmp_path / "campaigns" / "ben-hai.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("  - id:", "  - voices: [nam, nữ]\n    id:"), "utf-8")
    commune = load_commune(station, "ben-hai")
    plan = BulletinPlan("ben-hai", "tin", "Tin", (commune.campaigns[0].id,), 0, 900)
    made = build._request(station, commune, plan, build._Files(station))
    assert made.presenters() == ("nam", "nữ")
    assert {s.presenter for one in (made.opening, made.bridge, made.closing) for s in one.sentences} == {"nam"}
