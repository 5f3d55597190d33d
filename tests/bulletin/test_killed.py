"""A build that is killed with -9 at any moment, and then run again, is complete and loses nothing that was finished.

A killed process stands for a power cut: every file is on the disk before it gets its name (`write_atomic`).
"""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from loa.bulletin.manifest import Manifest
from loa.bulletin.models import BulletinPlan, BulletinRequest
from loa.bulletin.segments import unpack
from loa.bulletin.writer import make, unchanged
from loa.files import remove_leftovers
from loa.tts.cache import load_clip
from loa.tts.engines.kokoro import Loa
from loa.workspace import Workspace
from tests.bulletin.scripts import BRIDGE, CLOSING, OPENING, script
from tests.local import made_once
from tests.tts.voices import Beeper

ROOT = Path(__file__).parent.parent.parent
ARTICLE = script("tin", "Mai cúp nước.", "Bà con trữ nước.")
ORDER = BulletinRequest(
    BulletinPlan("xa", "tin", "Tin", ("tin",), 0, 110), OPENING, (ARTICLE,), BRIDGE, CLOSING, commune="xã"
)
VOICES = {"beeper": (Beeper(), "low"), "other": (Beeper(), "high"), "loa": (Loa(), "nu")}
PROGRAM = """
import os, signal, sys
from pathlib import Path
from loa.bulletin.writer import make
from loa.workspace import Workspace
from tests.bulletin.test_killed import ORDER, VOICES

left = int(sys.argv[3])

def killed(event, _arguments):
    global left
    if event == "os.rename":
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(killed)
for _ in range(int(sys.argv[4])):
    make(Workspace(Path(sys.argv[1])), ORDER, *VOICES[sys.argv[2]], progress=lambda *row: print(row[2], flush=True))
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX signal")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    shutil.copytree(ROOT / "audio" / "jingles", tmp_path / "audio" / "jingles")
    return Workspace(tmp_path)


def start(workspace: Workspace, voice: str, killed_before_name: int = 0, times: int = 1) -> "subprocess.Popen[str]":
    """A build in a process of its own that dies just before it gives the n-th finished file its name."""
    command = [sys.executable, "-B", "-c", PROGRAM, str(workspace.root), voice, str(killed_before_name), str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(workspace: Workspace) -> set[Path]:
    """The clips and pieces in the cache, each of which must be whole."""
    clips, pieces = set(workspace.clips.rglob("[!.]*.flac")), set(workspace.clips.rglob("[!.]*.mp3"))
    assert all(load_clip(path) for path in clips)
    assert all(unpack(path.read_bytes(), path.stem) for path in pieces)
    return clips | pieces


def is_complete(workspace: Workspace, voice: str) -> None:
    remove_leftovers(workspace)
    manifest = make(workspace, ORDER, *VOICES[voice])
    assert unchanged(workspace, ORDER, *VOICES[voice]) == manifest
    assert not list(workspace.root.rglob("*.part"))
    assert {path.suffix for path in workspace.bulletins.rglob("tin*")} == {".mp3", ".json", ".vtt", ".srt", ".png"}


@pytest.mark.long
def test_before_whichever_file_it_dies_a_build_goes_on_from_there(workspace: Workspace) -> None:
    """Killed again and again, each time a little further on, until one run gets through."""
    kept: set[Path] = set()
    record = workspace.bulletins / "xa/tin.json"
    for number in (1, 2, 4, 7, 11, 16):
        build = start(workspace, "beeper", killed_before_name=number)
        build.communicate()
        assert kept <= finished(workspace), "a finished clip was lost"
        kept = finished(workspace)
        if record.exists():  # a record is only ever seen beside the sound it was made for
            Manifest.load(record)
            assert unchanged(workspace, ORDER, *VOICES["beeper"])
        if build.returncode == 0:
            break
        assert build.returncode == -signal.SIGKILL
    assert build.returncode == 0
    is_complete(workspace, "beeper")


@pytest.mark.parametrize("number", [1, 2, 4, 6, 7])
def test_the_files_of_a_bulletin_belong_together_whichever_of_them_is_the_last(
    workspace: Workspace, number: int, warm_clips: Path
) -> None:
    """Killed while the new bulletin takes the place of an old one: the record is true, or known not to be."""
    shutil.copytree(warm_clips, workspace.clips)
    old = make(workspace, ORDER, *VOICES["beeper"])
    build = start(workspace, "other", killed_before_name=number)
    build.communicate()
    assert build.returncode == (-signal.SIGKILL if number < 7 else 0)
    found = [unchanged(workspace, ORDER, *VOICES[name]) for name in ("beeper", "other")]
    assert found[0] in (old, None)
    assert (found[1] is not None) == (number == 7)
    is_complete(workspace, "other")


@pytest.fixture(scope="module")
def warm_clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All clips and pieces of both voices."""

    def make_clips(folder: Path) -> Path:
        workspace = Workspace(folder)
        shutil.copytree(ROOT / "audio" / "jingles", workspace.jingles)
        for name in ("beeper", "other"):
            make(workspace, ORDER, *VOICES[name])
        return workspace.clips

    return made_once(tmp_path_factory, "warm-clips", make_clips)


@pytest.mark.long
def test_the_neural_voice_says_no_finished_sentence_twice(workspace: Workspace) -> None:
    build = start(workspace, "loa", killed_before_name=6)
    build.communicate()
    assert build.returncode == -signal.SIGKILL
    spoken = len(list(workspace.clips.rglob("[!.]*.flac")))
    assert spoken >= 2
    again = start(workspace, "loa")
    made, errors = again.communicate()
    assert again.returncode == 0, errors
    assert made.split().count("True") == len({s.text for one in ORDER.scripts() for s in one.sentences}) - spoken
    is_complete(workspace, "loa")


def test_two_builds_at_once_in_one_station_do_not_mix(workspace: Workspace, warm_clips: Path) -> None:
    shutil.copytree(warm_clips, workspace.clips)
    builds = [start(workspace, voice, times=4) for voice in ("beeper", "other", "beeper", "other")]
    for build in builds:
        _said, errors = build.communicate()
        assert build.returncode == 0, errors
    found = [unchanged(workspace, ORDER, *VOICES[name]) for name in ("beeper", "other")]
    assert len([one for one in found if one]) == 1, "the last one's bulletin is whole"
    assert not list(workspace.root.rglob("*.part"))
