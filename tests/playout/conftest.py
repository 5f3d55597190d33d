"""Real servers and listeners for the players."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from loa.playout.recording import LoadedRecording
from loa.store.approvals import BulletinFile
from tests.servers import IcecastServer, PulseAudio
from tests.sounds import make_mp3


@pytest.fixture(scope="session")
def programme(tmp_path_factory: pytest.TempPathFactory) -> LoadedRecording:
    """Six seconds of sound that is different at every moment."""
    return LoadedRecording.load(BulletinFile("ben-hai/tin", make_mp3(tmp_path_factory.mktemp("sound") / "six.mp3", 6)))


@pytest.fixture
def pulse(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseAudio]:
    assert request.node.get_closest_marker("sound"), "a test of real sound is marked as one: it must run alone"
    folder = Path(tempfile.mkdtemp(prefix="loa-pulse-", dir="/tmp"))
    server = PulseAudio(folder)
    monkeypatch.setenv("PULSE_SERVER", server.environment["PULSE_SERVER"])
    yield server
    server.close()
    shutil.rmtree(folder)


@pytest.fixture
def icecast(monkeypatch: pytest.MonkeyPatch) -> Iterator[IcecastServer]:
    monkeypatch.setenv("LOA_ICECAST_PASSWORD", "mat-khau")
    folder = Path(tempfile.mkdtemp(prefix="loa-icecast-", dir="/tmp"))
    folder.chmod(0o755)  # icecast leaves root behind and must still get in
    server = IcecastServer(folder)
    yield server
    server.kill()
    shutil.rmtree(folder)
