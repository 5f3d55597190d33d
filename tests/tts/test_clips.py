import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from loa.errors import SpeechError
from loa.tts import Utterance
from loa.tts.cache import Clip, Voice, digest, load_clip, speak
from loa.workspace import Workspace
from tests.tts.voices import RATE, SYLLABLE, Beeper, speak_each

ROOT = Path(__file__).parent.parent.parent


def said(text: str) -> Utterance:
    return Utterance(text, text.capitalize())


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "Đài xã")


def test_a_sentence_is_spoken_once_however_often_it_is_said(workspace: Workspace) -> None:
    beeper = Beeper()
    utterances = [said(text) for text in ("một hai", "ba", "một hai", "một hai")]
    clips = speak_each(workspace, utterances, Voice(beeper, "low"))
    assert beeper.said == ["một hai", "ba"]
    assert {clip.path for clip in clips} == {clips[0].path, clips[1].path}
    assert clips[0].path == clips[2].path == clips[3].path
    again = speak_each(workspace, utterances, Voice(beeper, "low"))
    assert beeper.said == ["một hai", "ba"]
    assert [clip.made for clip in clips + again] == [True, True, False, False] + [False] * 4


def test_a_clip_holds_what_is_heard_and_no_silence_around_it(workspace: Workspace) -> None:
    clip = speak(workspace, said("một hai ba"), Voice(Beeper(), "low"))
    sound = clip.sound()
    assert sound.rate == RATE
    assert clip.seconds == pytest.approx(3 * SYLLABLE, abs=0.06)
    assert sound.marks == pytest.approx([0.01 + i * SYLLABLE for i in range(3)], abs=0.011)


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:-20],
        lambda raw: b"not sound at all",
        lambda raw: raw[: len(raw) // 2] + bytes(40) + raw[len(raw) // 2 + 40 :],
    ],
    ids=["empty", "half", "end missing", "foreign", "overwritten"],
)
def test_a_damaged_clip_is_spoken_again(workspace: Workspace, damage) -> None:
    beeper = Beeper()
    clip = speak(workspace, said("một hai ba bốn"), Voice(beeper, "low"))
    whole = clip.path.read_bytes()
    clip.path.write_bytes(damage(whole))
    again = speak(workspace, said("một hai ba bốn"), Voice(beeper, "low"))
    assert again.made
    assert clip.path.read_bytes() == whole


def test_a_clip_under_the_name_of_another_is_not_taken_for_it(workspace: Workspace) -> None:
    voice = Voice(Beeper(), "low")
    one, two = speak(workspace, said("một"), voice), speak(workspace, said("hai hai"), voice)
    two.path.write_bytes(one.path.read_bytes())
    assert load_clip(two.path) is None
    assert speak(workspace, said("hai hai"), voice).seconds == pytest.approx(2 * SYLLABLE, abs=0.06)


def test_everything_that_changes_the_sound_changes_the_key() -> None:
    voice, utterance = Voice(Beeper(), "low"), said("một hai")
    others = [
        (replace(voice, name="high"), utterance),
        (replace(voice, pace=1.05), utterance),
        (replace(voice, engine=Beeper(version="2")), utterance),
        (replace(voice, engine=Beeper(name="other")), utterance),
        (replace(voice, engine=Beeper(text_style="written")), utterance),
        (voice, replace(utterance, region="nam")),
        (voice, replace(utterance, text="một hai ba")),
    ]
    assert len({voice.key(utterance), *(v.key(u) for v, u in others)}) == len(others) + 1
    assert voice.key(utterance) == voice.key(replace(utterance, written="khác"))


def test_parts_of_a_key_do_not_run_together() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("a", "") != digest("a")


def test_what_was_spoken_before_an_engine_failed_is_kept(workspace: Workspace) -> None:
    utterances = [said(text) for text in ("một", "hai", "hỏng", "ba")]
    failing = Voice(Beeper(fails_on="hỏng"), "low")
    with pytest.raises(SpeechError):
        speak_each(workspace, utterances, failing)
    replacement = Beeper()
    speak_each(workspace, utterances, Voice(replacement, "low"))
    assert replacement.said == ["hỏng", "ba"]


def test_a_sentence_of_silence_is_an_error_not_a_clip(workspace: Workspace) -> None:
    with pytest.raises(SpeechError) as caught:
        speak(workspace, Utterance("", "..."), Voice(Beeper(), "low"))
    assert caught.value.findings[0].code == "speech.empty"
    assert not list(workspace.root.rglob("*.flac"))


def test_builds_side_by_side_share_one_cache(workspace: Workspace) -> None:
    program = (
        "import sys; from pathlib import Path; from loa.workspace import Workspace\n"
        "from loa.tts import Utterance; from loa.tts.cache import Voice, speak\n"
        "from tests.tts.voices import Beeper\n"
        "texts = [f'câu số {n % 10}' for n in range(40)]\n"
        "workspace, voice = Workspace(Path(sys.argv[1])), Voice(Beeper(), 'low')\n"
        "clips = [speak(workspace, Utterance(t, t), voice) for t in texts]\n"
        "assert all(clip.sound() for clip in clips)\n"
    )
    command = [sys.executable, "-c", program, str(workspace.root)]
    builds = [subprocess.Popen(command) for _ in range(3)]
    assert [build.wait(120) for build in builds] == [0, 0, 0]
    assert len(list(workspace.clips.rglob("*.flac"))) == 10
    assert not list(workspace.clips.rglob("*.part"))


def test_a_clip_that_vanished_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SpeechError) as caught:
        Clip("0" * 64, tmp_path / "none.flac", 1.0, made=False).sound()
    assert caught.value.findings[0].fix
