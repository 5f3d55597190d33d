"""The worked examples of docs/plugins.md do what they say, as packages and files of others."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from loa.article.topics import topics
from loa.errors import SpeechError
from loa.normalizer import read, split_sentences, spoken
from loa.tts import Utterance
from loa.tts.voices import engine
from loa.workspace import Workspace
from tests.conftest import ROOT

EXAMPLES = ROOT / "examples"
BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="the program that speaks in this example")
def test_an_engine_of_another_package_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = shutil.copytree(EXAMPLES / "engine-command", tmp_path / "source")
    subprocess.run([sys.executable, "-c", BUILD, tmp_path], cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))
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


def test_a_topic_of_two_files_is_a_topic(station: Workspace) -> None:
    folder = station.templates / "articles"
    folder.mkdir(parents=True, exist_ok=True)
    for path in (EXAMPLES / "topic").iterdir():
        shutil.copy(path, folder)
    assert topics(station)["giai-the-thao"] == "Giải thể thao"


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
