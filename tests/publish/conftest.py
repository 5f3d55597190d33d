"""A published station with one bulletin, and a browser to look at it."""

import hashlib
import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import imageio_ffmpeg
import pytest

from loa import script as scripts
from loa.article import render
from loa.bulletin.manifest import Cue, Manifest
from loa.campaign import Commune, load_commune, load_communes
from loa.publish.site import publish
from loa.store.database import Database
from loa.workspace import Workspace
from tests.approving import sign_articles
from tests.conftest import ROOT

BASE = "https://benhai.example.vn/loa/"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample station with one bulletin, published; for looking at only."""
    root = tmp_path_factory.mktemp("đã đăng")
    for name in ("campaigns", "templates"):
        shutil.copytree(ROOT / name, root / name)
    (root / "schedule.yaml").touch()
    workspace = Workspace(root.resolve())
    _bulletin(workspace, load_commune(workspace, "trung-son"))
    store = Database(workspace.database)
    for commune in load_communes(workspace):
        sign_articles(workspace, store, commune)
    publish(workspace, store, base_url=BASE)
    store.close()
    return workspace


@pytest.fixture
def store(fresh: Workspace) -> Iterator[Database]:
    """The signatures of `fresh`."""
    opened = Database(fresh.database)
    yield opened
    opened.close()


@pytest.fixture
def public(built: Workspace) -> Path:
    return built.public


@pytest.fixture
def fresh(built: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the published station, to change."""
    shutil.copytree(built.root, tmp_path / "trạm")
    return Workspace((tmp_path / "trạm").resolve())


@pytest.fixture
def commune(built: Workspace) -> Commune:
    return load_commune(built, "trung-son")


@pytest.fixture
def bulletin(built: Workspace) -> Manifest:
    return Manifest.load(built.bulletins / "trung-son" / "dvc.json")


def _bulletin(station: Workspace, commune: Commune) -> None:
    """The article read twice, two sentences a second, as silence."""
    campaign = commune.campaigns[0]
    script = scripts.write(render(station, commune, campaign), commune)
    cues = [Cue(start=0.0, end=0.5, text="Xin chào.", spoken="xin chào", part="opening")]
    for reading in (1, 2):
        for sentence in script.sentences:
            start = cues[-1].end
            said = {"text": sentence.text, "spoken": sentence.reading.text, "part": campaign.id, "reading": reading}
            cues.append(Cue(start=start, end=start + 0.5, **said))
    folder = station.bulletins / "trung-son"
    folder.mkdir(parents=True)
    silence = f"anullsrc=r=16000:cl=mono:d={cues[-1].end}"
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([ffmpeg, "-v", "error", "-f", "lavfi", "-i", silence, "-b:a", "8k", folder / "dvc.mp3"], check=True)
    Manifest(
        id="trung-son/dvc", commune="trung-son", name="dvc", title=campaign.title, date=date(2023, 8, 8),
        campaigns=(campaign.id,), seconds=cues[-1].end, engine="test", voice="test", cues=tuple(cues),
        sha256=hashlib.sha256((folder / "dvc.mp3").read_bytes()).hexdigest(),
    ).save(folder / "dvc.json")  # fmt: skip


@pytest.fixture
def address(public: Path) -> Iterator[str]:
    """The published folder on the web."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002  the base class's name

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(public)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
