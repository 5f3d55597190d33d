import datetime
import hashlib
import itertools
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import miniaudio
import mutagen.id3
import mutagen.mp3
import numpy as np
import pytest
import soundfile

from loa.audio import ffmpeg
from loa.audio.mp3 import RATE
from loa.bulletin.manifest import Manifest
from loa.bulletin.models import AudioItem, BulletinPlan, BulletinRequest, Style
from loa.bulletin.narration import Progress
from loa.bulletin.verify import quality_warnings
from loa.bulletin.writer import id3, made_before, make, unchanged
from loa.errors import BulletinError, SpeechError
from loa.tts import Engine
from loa.tts.engines.espeak import Espeak
from loa.workspace import Workspace
from tests.bulletin.scripts import ARTICLE, BRIDGE, CLOSING, OPENING, script
from tests.local import made_once
from tests.tts.voices import Beeper

JINGLES = Path(__file__).parent.parent.parent / "audio" / "jingles"
PLAN = BulletinPlan("trung-son", "dvc", "Dịch vụ công trực tuyến", ("dich-vu-cong",), 75, 110)


def workspace_in(folder: Path) -> Workspace:
    workspace = Workspace(folder / "Đài xã Bến Hải")
    shutil.copytree(JINGLES, workspace.jingles)
    return workspace


ORDER = BulletinRequest(PLAN, OPENING, (ARTICLE,), BRIDGE, CLOSING, date=datetime.date(2023, 8, 8))


def made(
    workspace: Workspace, engine: Engine | None = None, progress: Progress = lambda *_: None, **changes: Any
) -> Manifest:
    engine = engine or Espeak()
    return make(workspace, replace(ORDER, **changes), engine, engine.voices()[0], progress=progress)


def test_chapters_stand_in_the_file_in_the_order_of_time(tmp_path) -> None:
    """Players that take them as they come showed the longest name last, and c10 before c2."""
    names = ["Một bài có tên rất dài " * 3, "Ngắn", *(f"Bài {n}" for n in range(2, 13))]
    tag = id3("Tin", "xã Trung Sơn", datetime.date(2023, 8, 8), [(n, n + 1.0, name) for n, name in enumerate(names)])
    path = tmp_path / "a.mp3"
    path.write_bytes(tag + (b"\xff\xfb\x50\xc4" + bytes(204)) * 4)
    read = mutagen.id3.ID3(path)
    assert [str(c.sub_frames["TIT2"]) for c in read.getall("CHAP")] == names
    places = [tag.index(name.encode("utf-16-le")) for name in names]
    assert places == sorted(places)
    assert read["CTOC:toc"].child_element_ids == [f"c{n}" for n in range(len(names))]
    assert str(read["TPE1"]) == "xã Trung Sơn"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Manifest, np.ndarray]:
    """One bulletin spoken by eSpeak, and its sound as ffmpeg decodes it."""
    return made_once(tmp_path_factory, "finished", finished_in)


def finished_in(folder: Path) -> tuple[Workspace, Manifest, np.ndarray]:
    workspace = workspace_in(folder)
    manifest = made(workspace, commune="xã Trung Sơn")
    sound = np.frombuffer(ffmpeg.decode(workspace.bulletins / "trung-son/dvc.mp3", RATE, 3600), "<i2") / 32768
    return workspace, manifest, sound


def level(sound: np.ndarray) -> float:
    return 10 * float(np.log10((sound**2).mean() + 1e-12))


def at(sound: np.ndarray, start: float, end: float) -> np.ndarray:
    return sound[round(start * RATE) : round(end * RATE)]


def test_it_lasts_what_was_wanted_and_what_its_record_says(finished) -> None:
    _workspace, manifest, sound = finished
    assert PLAN.min_seconds <= manifest.seconds <= PLAN.max_seconds
    assert len(sound) / RATE == pytest.approx(manifest.seconds, abs=0.001)
    assert manifest.readings == 2


def test_the_summary_is_read_at_the_end_where_it_makes_a_second_reading_needless(tmp_path) -> None:
    workspace, engine = workspace_in(tmp_path), Beeper()
    once = made(workspace, engine, plan=replace(PLAN, min_seconds=0.0))
    brief = script("summary", "Xin nhắc lại những điều chính. Nộp hồ sơ qua mạng.")
    plan = replace(PLAN, min_seconds=once.seconds + 4.0)
    manifest = made(workspace, engine, plan=plan, summary=brief)
    assert (manifest.readings, manifest.sums_up, once.sums_up) == (1, True, False)
    assert plan.min_seconds <= manifest.seconds < once.seconds + 15
    assert [c.text for c in manifest.cues if c.part == "summary"] == [s.text for s in brief.sentences]
    assert [part.title for part in manifest.parts][-2:] == ["Những điều chính", "Kết thúc"]
    request = replace(ORDER, plan=plan, summary=brief)
    assert unchanged(workspace, request, engine, engine.voices()[0]) == manifest
    assert not unchanged(workspace, replace(request, summary=None), engine, engine.voices()[0])


def test_it_has_a_broadcasters_level(finished) -> None:
    _workspace, manifest, _sound = finished
    assert manifest.proof is not None
    assert -16.5 <= manifest.proof.loudness_lufs <= -15.5
    assert manifest.proof.true_peak_dbtp <= -1.5
    assert manifest.proof.clipped_samples == 0
    assert manifest.proof.longest_silence < 1.5
    assert quality_warnings(manifest) == ()


def test_each_cue_starts_with_its_sound_and_ends_with_it(finished) -> None:
    _workspace, manifest, sound = finished
    alone = [cue for cue in manifest.cues if cue.part != "opening"]  # the opening has music under it
    assert len(alone) == 2 * len(ARTICLE.sentences) + 3
    for cue in alone:
        assert level(at(sound, cue.start - 0.1, cue.start - 0.02)) < -60, cue
        assert level(at(sound, cue.start, cue.start + 0.05)) > -50, cue
        assert level(at(sound, cue.end - 0.1, cue.end)) > -50, cue
        assert level(at(sound, cue.end + 0.03, cue.end + 0.1)) < -60, cue


def test_joints_are_silent(finished) -> None:
    """Between two sentences the sound rests at zero: no step, so no click."""
    _workspace, manifest, sound = finished
    alone = [cue for cue in manifest.cues if cue.part not in ("opening", "bridge")]
    for before, after in itertools.pairwise(alone):
        gap = at(sound, before.end + 0.03, after.start - 0.03)
        if after.start - before.end < 2:
            assert np.abs(gap).max() < 0.001, (before, after)


def test_speech_and_jingle_run_from_start_to_end(finished) -> None:
    _workspace, manifest, sound = finished
    seconds = [level(at(sound, s, s + 2.0)) for s in np.arange(0, manifest.seconds - 2, 2.0)]
    assert min(seconds) > -40
    cues = [cue for cue in manifest.cues if cue.reading == 1 and cue.part == "dich-vu-cong"]
    assert [cue.text for cue in cues] == [sentence.text for sentence in ARTICLE.sentences]


def test_every_word_has_its_place_and_time(finished) -> None:
    _workspace, manifest, _sound = finished
    for cue in manifest.cues:
        assert [cue.text[word.start : word.end].lower() for word in cue.words] == cue.spoken.split()
        times = [word.at for word in cue.words]
        assert times == sorted(times)
        assert cue.start <= times[0] < cue.start + 0.1
        assert times[-1] < cue.end


def test_captions_say_the_same_as_the_record(finished) -> None:
    workspace, manifest, _sound = finished
    vtt = (workspace.bulletins / "trung-son/dvc.vtt").read_text("utf-8")
    assert vtt.startswith("WEBVTT\n")
    assert vtt.count("-->") == len(manifest.cues)
    assert "Kính <" in vtt
    assert (workspace.bulletins / "trung-son/dvc.srt").read_text("utf-8").count("-->") == len(manifest.cues)


def test_every_decoder_and_player_hears_the_same(finished) -> None:
    workspace, manifest, sound = finished
    path = workspace.bulletins / "trung-son/dvc.mp3"
    other = np.array(miniaudio.decode_file(str(path), nchannels=1, sample_rate=RATE).samples) / 32768
    assert len(other) == len(sound)
    assert level(other - sound) < -65
    assert np.abs(other - sound).max() < 0.03  # a peak: decoders clip and round in their own ways
    info = mutagen.mp3.MP3(path).info
    assert info.length == pytest.approx(manifest.seconds, abs=0.001)
    assert (info.bitrate, info.channels, info.bitrate_mode) == (64_000, 1, mutagen.mp3.BitrateMode.CBR)


def test_its_tag_names_title_commune_date_and_chapters(finished) -> None:
    workspace, manifest, _sound = finished
    tag = mutagen.id3.ID3(workspace.bulletins / "trung-son/dvc.mp3")
    assert (str(tag["TIT2"]), str(tag["TPE1"]), str(tag["TDRC"])) == (PLAN.title, "xã Trung Sơn", "2023-08-08")
    chapters = sorted(tag.getall("CHAP"), key=lambda chapter: chapter.start_time)
    assert [str(c.sub_frames["TIT2"]) for c in chapters] == [
        "Mở đầu", "dich-vu-cong", "Đọc lại", "dich-vu-cong", "Kết thúc",
    ]  # fmt: skip
    assert chapters[0].start_time == 0
    assert chapters[-1].end_time == round(manifest.seconds * 1000)
    assert all(a.end_time == b.start_time for a, b in itertools.pairwise(chapters))


def test_the_record_binds_the_sound(finished) -> None:
    workspace, manifest, _sound = finished
    path = workspace.bulletins / "trung-son/dvc.mp3"
    assert manifest.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert Manifest.load(path.with_suffix(".json")) == manifest
    assert manifest.engine == "espeak"


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A station whose beeper has spoken all of it once, so that each test makes only what it changes."""

    def make_warm(folder: Path) -> Workspace:
        workspace = workspace_in(folder)
        made(workspace, Beeper())
        return workspace

    return made_once(tmp_path_factory, "warm", make_warm)


@pytest.fixture
def workspace(warm: Workspace, tmp_path: Path) -> Workspace:
    workspace = workspace_in(tmp_path)
    shutil.copytree(warm.clips, workspace.clips)
    return workspace


def test_nothing_is_made_again_when_nothing_changed(workspace: Workspace) -> None:
    beeper = Beeper()
    first = made(workspace, beeper)
    files = {path: path.stat().st_mtime_ns for path in workspace.bulletins.rglob("*.*")}
    assert made(workspace, beeper) == first
    assert {path: path.stat().st_mtime_ns for path in workspace.bulletins.rglob("*.*")} == files
    assert not beeper.said


def test_another_voice_is_noticed_but_need_not_matter(workspace: Workspace) -> None:
    first = made(workspace, Beeper())
    other = Beeper(version="2")
    assert unchanged(workspace, ORDER, other, "low") is None
    assert unchanged(workspace, ORDER, Beeper(), "high") is None
    assert made_before(workspace, ORDER) == first  # the beeper is no engine of this installation: it cannot come back
    assert made_before(workspace, replace(ORDER, commune="khác")) is None


def test_a_better_version_of_its_own_engine_is_taken(workspace: Workspace) -> None:
    manifest = made(workspace, Espeak())
    assert made_before(workspace, ORDER) == manifest
    assert made_before(workspace, ORDER, "espeak") == manifest
    assert made_before(workspace, ORDER, "espeak:vi+f2") == manifest
    assert made_before(workspace, ORDER, "espeak:vi") is None
    assert made_before(workspace, ORDER, "loa") is None
    manifest.model_copy(update={"engine_version": "1"}).save(workspace.bulletins / "trung-son/dvc.json")
    assert made_before(workspace, ORDER) is None


def test_many_jobs_make_the_same_bulletin_as_one(workspace: Workspace, tmp_path: Path) -> None:
    shutil.rmtree(workspace.clips)
    beeper = Beeper()
    reported: list[tuple[int, int, bool]] = []
    manifest = make(workspace, ORDER, beeper, "low", jobs=4, progress=lambda *row: reported.append(row))
    assert len(beeper.said) == len(set(beeper.said)) == sum(new for _done, _all, new in reported)
    assert [row[0] for row in reported] == sorted(row[0] for row in reported)
    assert reported[-1][0] == reported[-1][1]
    assert manifest == made(workspace_in(tmp_path / "one"), Beeper())


def test_only_a_changed_sentence_is_spoken_again(workspace: Workspace) -> None:
    beeper = Beeper()
    made(workspace, beeper)
    beeper.said.clear()
    sentences = (*ARTICLE.sentences[:-1], script("x", "Bộ phận một cửa mở cửa cả sáng thứ bảy.").sentences[0])
    seen: list[bool] = []
    changed = replace(ARTICLE, sentences=sentences)
    made(workspace, beeper, items=(changed,), progress=lambda done, total, new: seen.append(new))
    assert beeper.said == ["bộ phận một cửa mở cửa cả sáng thứ bảy."]
    assert sum(seen) == 1


@pytest.mark.parametrize("suffix", [".mp3", ".vtt", ".json"])
@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_a_lost_or_cut_file_is_made_again(workspace: Workspace, suffix: str, damage: str) -> None:
    beeper = Beeper()
    first = made(workspace, beeper)
    path = (workspace.bulletins / "trung-son/dvc").with_suffix(suffix)
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[: len(whole) // 2])
    beeper.said.clear()
    assert made(workspace, beeper) == first
    assert beeper.said == []
    assert path.read_bytes() == whole


def test_damaged_pieces_in_the_cache_are_made_again(workspace: Workspace) -> None:
    beeper = Beeper()
    first = made(workspace, beeper)
    for path in workspace.clips.rglob("*.mp3"):
        path.write_bytes(path.read_bytes()[:-1])
    shutil.rmtree(workspace.bulletins)
    assert made(workspace, beeper) == first


@pytest.mark.parametrize(
    "change",
    [
        {"style": Style(jingle="dan")},
        {"style": Style(preset="studio")},
        {"style": Style(music=None)},
        {"style": Style(time_signal=True)},
        {"commune": "xã khác"},
        {"date": datetime.date(2023, 8, 9)},
        {"plan": replace(PLAN, title="Tên khác")},
        {"closing": script("closing", "Xin chào tạm biệt.")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_heard_or_written_differently_is_made_again(workspace: Workspace, change) -> None:
    assert made(workspace, Beeper()).sha256 != made(workspace, Beeper(), **change).sha256


def test_the_lossless_master_is_the_same_programme(workspace: Workspace) -> None:
    mp3 = workspace.bulletins / "trung-son/dvc.mp3"
    manifest = make(workspace, ORDER, Beeper(), "low", lossless=True)
    master, rate = soundfile.read(mp3.with_suffix(".flac"), dtype="float32")
    heard = np.frombuffer(ffmpeg.decode(mp3, RATE, 3600), "<i2") / 32768
    assert rate == RATE
    assert len(master) == len(heard)
    assert np.corrcoef(master, heard)[0, 1] > 0.97
    assert level(heard - master) < level(heard) - 12
    made(workspace, Beeper(), commune="xã khác")
    assert not mp3.with_suffix(".flac").exists(), "the master of an earlier sound is no master of this one"
    assert manifest.sha256 == made(workspace, Beeper()).sha256


def test_without_marks_words_share_the_sentence(workspace: Workspace) -> None:
    manifest = made(workspace, Beeper(marked=False, version="2"))
    for cue in manifest.cues:
        assert cue.start == cue.words[0].at
        assert all(a.at < b.at < cue.end for a, b in itertools.pairwise(cue.words))


def test_it_says_by_how_much_it_is_too_long_or_cannot_be_filled(workspace: Workspace) -> None:
    with pytest.raises(BulletinError) as caught:
        made(workspace, Beeper(), plan=replace(PLAN, min_seconds=10, max_seconds=30))
    (finding,) = caught.value.findings
    assert finding.code == "bulletin.too-long"
    assert "0:30" in finding.message
    assert "syllables" in finding.fix
    assert not workspace.bulletins.exists()


def test_an_engine_that_fails_leaves_the_old_bulletin_and_all_finished_clips(workspace: Workspace) -> None:
    first = made(workspace, Beeper())
    changed = replace(ARTICLE, sentences=(*ARTICLE.sentences, *script("x", "Câu mới.", "Câu hỏng.").sentences))
    with pytest.raises(SpeechError):
        made(workspace, Beeper(fails_on="hỏng"), items=(changed,))
    assert Manifest.load(workspace.bulletins / "trung-son/dvc.json") == first
    beeper = Beeper()
    made(workspace, beeper, items=(changed,))
    assert beeper.said == ["câu hỏng."]


def test_a_missing_jingle_is_answered_with_those_there_are(workspace: Workspace) -> None:
    with pytest.raises(BulletinError) as caught:
        made(workspace, Beeper(), style=Style(jingle="kèn"))
    assert "chime" in caught.value.findings[0].fix


def test_a_recording_is_an_item_like_any_other(workspace: Workspace) -> None:
    song = AudioItem(workspace.jingles / "dan.flac", "Dân ca")
    manifest = made(workspace, Beeper(), items=(ARTICLE, song), plan=replace(PLAN, min_seconds=0))
    raw = json.loads((workspace.bulletins / "trung-son/dvc.json").read_text("utf-8"))
    assert raw["readings"] == 1
    assert manifest.proof is not None
    assert -16.5 <= manifest.proof.loudness_lufs <= -15.5
    broken = workspace.root / "hỏng.mp3"
    broken.write_bytes(b"no sound")
    with pytest.raises(BulletinError):
        made(workspace, Beeper(), items=(AudioItem(broken, "Hỏng"),))
