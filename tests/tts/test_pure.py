"""The same key gives the same bytes, whatever was spoken before: else two computers would make two bulletins of a text."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from loa.tts import Utterance
from loa.tts.cache import Voice as ClipVoice
from loa.tts.cache import clip_path, digest, speak
from loa.tts.voices import engine
from loa.workspace import Workspace

_ONE = Utterance("kính thưa bà con", "Kính thưa bà con")
_OTHERS = (Utterance("xin mời bà con đón nghe.", "Xin mời bà con đón nghe."), Utterance("tin", "Tin"))


def _bytes(workspace: Workspace, voice: ClipVoice, utterance: Utterance) -> str:
    path = speak(workspace, utterance, voice).path
    made = path.read_bytes()
    path.unlink()
    return digest(made.hex())


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.mark.parametrize("name", ["espeak", pytest.param("loa", marks=pytest.mark.long)])
def test_a_clip_does_not_depend_on_what_was_spoken_before(workspace: Workspace, name: str) -> None:
    """eSpeak gave another sound at each of three equal calls."""
    spoken = engine(name)
    assert spoken.state().ready
    first, *more = spoken.voices()
    voice, other = ClipVoice(spoken, first), ClipVoice(spoken, (more or [first])[0], 1.05)
    found = [_bytes(workspace, voice, _ONE)]
    for before in _OTHERS:
        _bytes(workspace, other, before)
        found.append(_bytes(workspace, voice, _ONE))
    with ThreadPoolExecutor(3) as pool:  # as `loa build --jobs 3` does
        beside = [pool.submit(spoken.say, utterance, first, 1.0) for utterance in (*_OTHERS, _ONE)]
        sounds = [one.result() for one in beside]
    assert len(set(found)) == 1
    assert sounds[-1].samples.tobytes() == spoken.say(_ONE, first, 1.0).samples.tobytes()
    assert not clip_path(workspace, voice.key(_ONE)).exists()
