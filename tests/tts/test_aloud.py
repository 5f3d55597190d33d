import json
from pathlib import Path

import pytest
import soundfile

from loa.errors import SpeechError
from loa.tts.voices import PAUSE, aloud
from tests.tts.voices import SYLLABLE, Beeper


def test_sentences_are_said_one_after_another_with_a_pause() -> None:
    sound = aloud("Số 12. Xin chào!", Beeper(), "low")
    assert sound.seconds == pytest.approx(5 * SYLLABLE + PAUSE, abs=0.15)


def test_numbers_and_abbreviations_are_said_in_words() -> None:
    beeper = Beeper()
    aloud("UBND xã họp lúc 7h30.", beeper, "low")
    assert beeper.said[0].startswith("ủy ban nhân dân xã họp lúc bảy giờ ba mươi")


def test_nothing_to_say_is_an_error() -> None:
    with pytest.raises(SpeechError):
        aloud(" … ", Beeper(), "low")


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".flac"])
def test_loa_say_writes_a_sound_file(loa, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"câu một{suffix}"
    done = loa("say", "Xin chào bà con xã Trung Sơn.", "-o", path, "--voice", "espeak")
    assert done.returncode == 0, done.stderr
    samples, rate = soundfile.read(path)
    assert 1.0 < len(samples) / rate < 4.0
    assert abs(samples).max() > 0.05


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["xin chào", "-o", "a.txt"], ".wav"),
        (["xin chào", "-o", "none/a.wav"], "folder"),
        (["...", "-o", "a.wav"], "nothing to say"),
        (["xin chào", "-o", "a.wav", "--voice", "hal"], "espeak"),
        (["xin chào", "-o", "a.wav", "--voice", "espeak:hal"], "vi+f2"),
    ],
)
def test_loa_say_explains_what_it_cannot_do(loa, arguments: list[str], words: str) -> None:
    done = loa("say", *arguments, *([] if "--voice" in arguments else ["--voice", "espeak"]))
    assert done.returncode == 2
    assert words in done.stderr


def test_loa_voices_lists_every_engine_with_its_state(loa) -> None:
    rows = {row["engine"]: row for row in json.loads(loa("voices", "--format", "json").stdout)}
    assert rows["espeak"]["ready"]
    assert "vi+f2" in rows["espeak"]["voices"]
    assert all(row["ready"] or (row["reason"] and row["mend"]) for row in rows.values())
    text = loa("voices").stdout
    assert all(name in text for name in rows)
