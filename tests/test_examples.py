"""The worked examples of docs/plugins.md do what they say, as packages and files of others."""

import datetime
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml

from loa import plugins
from loa.app.doctor import Health, examine
from loa.article.topics import topics
from loa.clock import RealClock
from loa.errors import PluginError, ScheduleError, SpeechError
from loa.inbox.adapters import names, read_with
from loa.normalizer import read, split_sentences, spoken
from loa.playout.outputs import not_ready
from loa.playout.recording import LoadedRecording
from loa.playout.session import Session
from loa.schedule.loader import load_schedule, parse_schedule
from loa.schedule.output_plugins import called, kinds
from loa.store.approvals import BulletinFile
from loa.tts import Utterance
from loa.tts.voices import engine
from loa.workspace import Workspace
from tests.conftest import ROOT, Loa
from tests.local import free_port, wait_for
from tests.sounds import make_mp3

EXAMPLES = ROOT / "examples"
PACKAGES = sorted(path.parent for path in EXAMPLES.glob("*/pyproject.toml"))
BUILD = """
import os, sys
from hatchling.build import build_wheel
for folder in sys.argv[2:]:
    os.chdir(folder)
    build_wheel(sys.argv[1])
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All examples, built and unpacked as an installer unpacks them, and a package in which everything is broken."""
    place = tmp_path_factory.mktemp("examples")
    sources = [shutil.copytree(path, place / "source" / path.name) for path in PACKAGES]
    subprocess.run([sys.executable, "-c", BUILD, place, *sources], check=True, capture_output=True)
    for wheel in place.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(place / "installed")
    about = place / "installed" / "broken-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    points = {
        "loa.outputs": "x-gone = broken_outputs\nx-wrong = json:dumps\nx-raises = broken_outputs:Raises",
        "loa.inbox": "gone = no.such:thing",
        "loa.topics": "chu-de-hong = no_such_package\nchu-de-trong = json",
    }
    (about / "entry_points.txt").write_text("".join(f"[{group}]\n{lines}\n" for group, lines in points.items()))
    (place / "installed" / "broken_outputs.py").write_text("import no_such_module\n")
    return place / "installed"


@pytest.fixture
def installed(packages: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The examples where Python finds them, here and in processes."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(packages))
    monkeypatch.setenv("PYTHONPATH", str(packages), prepend=os.pathsep)
    yield packages
    for name in {name for name in sys.modules if name.startswith("loa_")} - before:
        del sys.modules[name]


@pytest.mark.usefixtures("installed")
@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="the program that speaks in this example")
def test_an_engine_of_another_package_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOA_COMMAND", "espeak-ng -v vi -w /dev/stdout --stdin")
    made = engine("command")
    assert made.state().ready
    sound = made.say(Utterance("mai cúp nước", "Mai cúp nước."), "default", 1.0)
    assert len(sound.samples) > 0.3 * sound.rate
    assert abs(sound.samples).max() > 0.05
    monkeypatch.setenv("LOA_COMMAND", "false")
    with pytest.raises(SpeechError, match="The program could not speak"):
        made.say(Utterance("mai cúp nước", "Mai cúp nước."), "default", 1.0)
    monkeypatch.delenv("LOA_COMMAND")
    assert "LOA_COMMAND" in made.state().reason


class Receiver:
    """A computer beside an amplifier: it takes what comes on a port, connection after connection."""

    def __init__(self) -> None:
        self.port, self.heard = free_port(), b""
        self._server = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                line, _address = self._server.accept()
            except OSError:
                return
            with line:
                while piece := line.recv(65536):
                    self.heard += piece

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)  # wakes the thread, which holds the port
        self._server.close()


@pytest.mark.usefixtures("installed")
def test_an_output_of_another_package_plays_and_broken_ones_silence_nobody_else(station: Workspace) -> None:
    receiver = Receiver()
    own = f"{{kind: x-pcm-tcp, address: 127.0.0.1, port: {receiver.port}}}"
    text = station.schedule_file.read_text("utf-8")
    broken = "hong: {kind: x-gone, anything: 5}, sai: {kind: x-wrong}, mat: {kind: x-not-there}"
    text = re.sub(r"(?s)^outputs:.*?(?=^\w)", f"outputs: {{ loa: {own}, {broken} }}\n", text, flags=re.MULTILINE)
    text = re.sub(r"(?s)^broadcasts:.*", "broadcasts: []\n", text, flags=re.MULTILINE)
    station.schedule_file.write_text(text, "utf-8")
    outputs = load_schedule(station).outputs
    assert list(outputs) == ["loa", "hong", "sai", "mat"], "a broken plug-in leaves the schedule in force"
    assert kinds().keys() >= {"sound-card", "x-pcm-tcp"}
    assert not kinds().keys() & {"x-gone", "x-wrong"}
    assert called("x-pcm-tcp") == "âm thanh không nén qua TCP"
    troubles = {name: not_ready(output, station.root) for name, output in outputs.items()}
    assert troubles.pop("loa") is None
    assert [str(text).partition(": ")[2] for text in troubles.values()] == [
        "it cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'.",
        "it is not a kind of output.",
        "it is not installed.",
    ]
    recording = LoadedRecording.load(BulletinFile("ben-hai/tin", make_mp3(station.root / "two.mp3", 2)))
    session = Session("x@1", recording, outputs, datetime.datetime.now(datetime.UTC), RealClock(), station.root)
    session.start()

    def sounded() -> bool:
        session.watch()
        return session.complete

    wait_for(sounded, 30)
    reports = {report.output: report for report in session.reports}
    session.stop()
    wait_for(lambda: session.over, 30)
    assert not reports["loa"].failures
    assert all("cannot be used" in reports[name].failures[0] for name in ("hong", "sai", "mat"))
    heard = np.frombuffer(receiver.heard, "<i2")
    sent = np.frombuffer(b"".join(chunk.tobytes() for chunk in recording.pcm(44100, 0.0, 0.0)), "<i2")
    assert len(heard) == len(sent) > 1.9 * 44100
    assert (heard == sent).mean() > 0.99
    receiver.close()
    assert "không nhận kết nối" in str(not_ready(outputs["loa"], station.root))


@pytest.mark.usefixtures("installed")
def test_a_misspelt_key_of_a_plug_ins_output_is_told(station: Workspace) -> None:
    text = "timezone: Asia/Ho_Chi_Minh\noutputs:\n  loa: {kind: x-pcm-tcp, adress: 192.168.1.30}\nbroadcasts: []\n"
    with pytest.raises(ScheduleError, match="“adress” is not known here") as caught:
        parse_schedule(text, station)
    assert "address" in caught.value.findings[0].fix


def test_a_message_of_another_package_is_read(installed: Path) -> None:
    assert names() == ["gone", "vendor"]
    message = {"id": 7, "created": "2026-11-28 08:00", "title": "Tiêm vắc xin", "text": "Mời bà con.", "wards": [19489]}
    assert read_with("vendor", json.dumps(message).encode()).id == "vendor-7"
    assert plugins.origin(plugins.INBOX, "vendor") == "loa-inbox-vendor 0.1"


@pytest.mark.usefixtures("installed")
def test_a_topic_of_another_package_is_a_topic_and_the_stations_own_goes_before_it(
    station: Workspace, loa: Loa
) -> None:
    assert topics(station)["giai-the-thao"] == "Giải thể thao"
    file = station.campaigns / "ben-hai.yaml"
    data = yaml.safe_load(file.read_text("utf-8"))
    facts = {"mon": "giải bóng chuyền", "ngay": "2026-12-20", "gio": "07:30", "san": ["sân vận động xã"]}
    entry = {"id": "giai", "template": "giai-the-thao", "title": "Giải", "as_of": "2026-11-01", "facts": facts}
    data["campaigns"].append(entry)
    file.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    made = loa("article", "ben-hai", "giai", cwd=station.root)
    assert "Giải bóng chuyền khai mạc" in made.stdout, made.stderr
    own = station.templates / "articles" / "giai-the-thao.md.j2"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("# {{ title }}\n\nGiải của xã: {{ facts.mon }}.\n", "utf-8")
    assert "Giải của xã" in loa("article", "ben-hai", "giai", cwd=station.root).stdout


def test_a_topic_of_two_files_is_a_topic(station: Workspace) -> None:
    folder = station.templates / "articles"
    folder.mkdir(parents=True, exist_ok=True)
    for path in (EXAMPLES / "topic").glob("giai-the-thao.*"):
        shutil.copy(path, folder)
    assert topics(station)["giai-the-thao"] == "Giải thể thao"


@pytest.mark.usefixtures("installed")
def test_the_doctor_names_every_plug_in_with_what_is_wrong(station: Workspace) -> None:
    found = {check.name: check for check in examine(station) if check.name.startswith("plug-in")}
    good = {name.removeprefix("plug-in ") for name, check in found.items() if check.health is Health.GOOD}
    assert good == {"x-pcm-tcp", "vendor", "giai-the-thao"}
    for name in ("x-gone", "x-wrong", "gone", "chu-de-hong", "chu-de-trong"):
        check = found[f"plug-in {name}"]
        assert name in check.detail
        assert check.fix == "Install the package broken 1 again or a version that fits, or remove it."
    with pytest.raises(PluginError, match="is not installed"):
        plugins.load(plugins.OUTPUTS, "x-not-there")


def test_what_the_guide_says_of_the_reader_is_so() -> None:
    text = re.sub(r"  +#", "  #", (ROOT / "docs" / "plugins.md").read_text("utf-8"))
    sentence = "UBND xã họp lúc 8h00."
    assert f'spoken("{sentence}")  # "{spoken(sentence)}"' in text
    assert f"  # {read(sentence, region='nam').words[0]!r}" in text
    assert f"  # {split_sentences('Mai cúp nước. Hỏi UBND xã.')}: half-open" in text


def test_the_guides_own_copy_of_the_topic_is_the_example() -> None:
    guide = (ROOT / "docs" / "huong-dan.md").read_text("utf-8")
    assert (EXAMPLES / "topic" / "giai-the-thao.md.j2").read_text("utf-8").strip() in guide
    shown = re.sub(r" +# .*", "", guide)
    assert (EXAMPLES / "topic" / "giai-the-thao.yaml").read_text("utf-8").strip() in shown
