"""When each word is heard in the finished MP3, beside what the captions say."""

import datetime
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import soxr
from scipy import signal

from loa.audio import ffmpeg
from loa.audio.mp3 import RATE
from loa.audio.samples import Sound
from loa.bulletin import captions
from loa.bulletin.manifest import Cue, Manifest
from loa.bulletin.models import BulletinPlan, BulletinRequest
from loa.bulletin.narration import Narrator, lines
from loa.bulletin.rundown import Slot, join
from loa.bulletin.writer import as_mp3, make
from loa.files import write_atomic
from loa.tts import Engine, Utterance, cast
from loa.tts.engines.espeak import Espeak
from loa.tts.engines.kokoro import Loa
from loa.workspace import Workspace
from tests.bulletin.scripts import BRIDGE, CLOSING, OPENING, script
from tests.local import made_once
from tests.tts.voices import Beeper

JINGLES = Path(__file__).parent.parent.parent / "audio" / "jingles"
ARTICLE = script(
    "tin",
    "Kính thưa bà con, ủy ban nhân dân xã xin thông báo: mai cúp nước, nay phải lo trữ nước.",
    "Mọi nhà làm theo từng bước, ngày nghỉ, ngày lễ cũng vậy; ai cần thì gọi, mọi người cùng làm.",
)
CLOSE = 0.05
"""Seconds that a word may be off."""
REACH = round(0.15 * RATE)


class Keeping:
    """An engine that keeps every sound it gave, as it gave it, by its text."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.given: dict[str, Sound] = {}

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:
        self.given[utterance.text] = self._engine.say(utterance, voice, pace)
        return self.given[utterance.text]


Heard = tuple[tuple[Cue, ...], dict[str, Sound], np.ndarray]


@pytest.fixture(
    scope="module",
    params=[(Loa, "nu", 1.08), pytest.param((Loa, "nam", 0.92), marks=pytest.mark.long), (Espeak, "vi+f2", 1.0)],
    ids=["loa:nu, quicker", "loa:nam, slower", "espeak"],
)
def heard(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """The article as a programme's cues, the sounds that the engine gave, and the MP3 as ffmpeg decodes it."""
    make_engine, voice, pace = request.param
    name = f"word-times-{voice}"
    return made_once(tmp_path_factory, name, lambda folder: spoken(folder, make_engine(), voice, pace))


def spoken(folder: Path, speaker: Engine, voice: str, pace: float) -> Heard:
    workspace, engine = Workspace(folder), Keeping(speaker)
    narrator = Narrator(workspace, cast(engine, voice, ()), "horn", pace)  # type: ignore[arg-type]  # by __getattr__
    narrator.prepare(lines([ARTICLE]), jobs=2)
    programme = join(Slot(narrator.segment(ARTICLE, s), s.pause, "tin", sentences=(s,)) for s in ARTICLE.sentences)
    order = BulletinRequest(BulletinPlan("xa", "tin", "Tin", ("tin",), 0, 60), OPENING, (ARTICLE,), BRIDGE, CLOSING)
    mp3 = workspace.bulletins / "tin.mp3"
    write_atomic(mp3, as_mp3(order, programme, datetime.date(2026, 11, 1)))
    return programme.cues, engine.given, np.frombuffer(ffmpeg.decode(mp3, RATE, 3600), "<i2") / 32768


def test_every_word_lies_in_the_mp3_where_the_captions_say(heard: Heard) -> None:
    """The word as the engine gave it is looked for in the finished sound, after trimming, mastering, coding, joining."""
    cues, sounds, sound = heard
    off = []
    for cue, sentence in zip(cues, ARTICLE.sentences, strict=True):
        given = sounds[sentence.reading.phrased]
        raw = soxr.resample(given.samples, given.rate, RATE)
        for word, mark in list(zip(cue.words, given.marks, strict=True))[1:]:
            spoken = raw[round(mark * RATE) :][: round(0.4 * RATE)]
            around = sound[round(word.at * RATE) - REACH :][: len(spoken) + 2 * REACH]
            power = np.convolve(around**2, np.ones(len(spoken)), "valid")
            likeness = signal.correlate(around, spoken, "valid") / np.sqrt(power + 1e-6)
            off.append((int(np.argmax(likeness)) - REACH) / RATE)
    assert len(off) > 35
    assert max(map(abs, off)) < CLOSE


def test_after_a_pause_the_sound_begins_with_the_word(heard: Heard) -> None:
    """Words that begin with a vowel or a nasal, which are heard from their first moment."""
    cues, _sounds, sound = heard
    level = 10 * np.log10(np.convolve(sound**2, np.ones(120) / 120, "same") + 1e-9)
    checked = 0
    for cue in cues:
        for found in re.finditer(r"(^|[,;:] )(?=ủy|mai|nay|ngày|ai|mọi)", cue.text.lower()):
            (word,) = (word for word in cue.words if word.start == found.end())
            here = round(word.at * RATE)
            loud = level[here : here + 2 * REACH].max() - 30
            quiet = here - REACH + int(np.argmin(level[here - REACH : here + REACH]))
            onset = quiet + int(np.argmax(level[quiet:] > loud))
            assert abs(onset - here) / RATE < CLOSE, cue.text[word.start : word.end]
            checked += 1
    assert checked == 8


def test_captions_of_both_kinds_say_those_times(heard: Heard) -> None:
    cues, _sounds, _sound = heard
    vtt, srt = captions.webvtt(cues), captions.srt(cues)
    assert "NOTE" not in vtt
    for written in (vtt, srt.replace(",", ".")):
        starts = [seconds(stamp) for stamp in re.findall(r"([\d:.]+) -->", written)]
        assert starts == pytest.approx([cue.start for cue in cues], abs=0.0006)
    stamps = [seconds(stamp) for stamp in re.findall(r"<([\d:.]+)>", vtt)]
    lit = [word.at for cue in cues for before, word in zip(cue.words, cue.words[1:], strict=False)
           if word.start > before.start]  # fmt: skip
    assert stamps == pytest.approx(lit, abs=0.0006)


def test_times_that_are_only_estimated_say_so(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    shutil.copytree(JINGLES, workspace.jingles)
    order = BulletinRequest(BulletinPlan("xa", "tin", "Tin", ("tin",), 0, 120), OPENING, (ARTICLE,), BRIDGE, CLOSING)
    manifest = make(workspace, order, Beeper(marked=False), "low")
    assert all(cue.estimated for cue in manifest.cues)
    assert "\nNOTE Thời điểm của từng từ là ước lượng" in (workspace.bulletins / "xa/tin.vtt").read_text("utf-8")
    assert manifest == Manifest.load(workspace.bulletins / "xa/tin.json")


def seconds(stamp: str) -> float:
    hours, minutes, rest = stamp.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)
