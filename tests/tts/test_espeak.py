import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from loa.errors import SpeechError
from loa.tts import Engine, Utterance
from loa.tts.engines.espeak import Espeak

ROOT = Path(__file__).parent.parent.parent
SENTENCE = Utterance("kính thưa bà con, ủy ban nhân dân xã xin thông báo.", "Kính thưa bà con, UBND xã xin thông báo.")


def test_it_speaks_vietnamese_at_an_announcers_pace():
    sound = Espeak().say(SENTENCE, "vi+f2", 1.0)
    assert isinstance(Espeak(), Engine)
    assert 3.0 < len(SENTENCE.words) / sound.seconds < 4.5
    assert 0.1 < np.abs(sound.samples).max() <= 1.0


def test_every_word_has_its_time():
    sound = Espeak().say(SENTENCE, "vi+f2", 1.0)
    assert len(sound.marks) == len(SENTENCE.words)
    assert list(sound.marks) == sorted(sound.marks)
    assert sound.marks[-1] < sound.seconds


def test_a_quicker_pace_is_shorter():
    slow, quick = (Espeak().say(SENTENCE, "vi", pace).seconds for pace in (0.92, 1.08))
    assert 1.1 < slow / quick < 1.25


def test_a_voice_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(SpeechError) as caught:
        Espeak().say(SENTENCE, "fr", 1.0)
    assert "vi+f2" in caught.value.findings[0].fix


def test_it_tells_its_version_and_all_its_voices_speak():
    assert Espeak().version[0].isdigit()
    assert all(Espeak().say(Utterance("xin chào", "Xin chào"), voice, 1.0).seconds > 0.3 for voice in Espeak().voices())


def test_the_wheel_speaks_where_debians_package_is_missing():
    program = (
        "import ctypes.util; ctypes.util.find_library = lambda name: None\n"
        "from loa.tts import Utterance; from loa.tts.engines.espeak import Espeak\n"
        "print(Espeak().state().ready, Espeak().say(Utterance('xin chào', ''), 'vi+f2', 1.0).seconds > 0.3)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


def test_where_there_is_neither_it_says_what_to_install():
    program = (
        "import ctypes.util, importlib.util; ctypes.util.find_library = lambda name: None\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *more: None if name == 'espeakng_loader' else found(name, *more)\n"
        "from loa.tts.engines.espeak import Espeak\n"
        "print(Espeak().state().ready, 'espeak-ng' in Espeak().state().fix, Espeak().version)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "none"]


def test_threads_that_ask_for_it_at_once_all_get_it():
    program = (
        "import os, threading; from loa.tts.engines.espeak import Espeak\n"
        "start, ready = threading.Barrier(6), []\n"
        "def ask():\n    start.wait()\n    ready.append(Espeak().state().ready)\n"
        "threads = [threading.Thread(target=ask, daemon=True) for _number in range(6)]\n"
        "[thread.start() for thread in threads]; [thread.join(30) for thread in threads]\n"
        "print(len(ready), flush=True); os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["6"]
