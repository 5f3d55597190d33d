"""The worked examples of docs/plugins.md do what they say, as packages and files of others."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from loa.normalizer import read, split_sentences, spoken
from loa.workspace import Workspace
from tests.conftest import ROOT, Loa

EXAMPLES = ROOT / "examples"
BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="the program that speaks in this example")
def test_an_engine_of_another_package_speaks(tmp_path: Path, loa: Loa) -> None:
    source = shutil.copytree(EXAMPLES / "engine-command", tmp_path / "source")
    subprocess.run([sys.executable, "-c", BUILD, tmp_path], cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    command = "espeak-ng -v vi -w /dev/stdout --stdin"
    env = {"PYTHONPATH": f"{installed}:{ROOT / 'generator'}", "LOA_COMMAND": command, "LOA_LANG": "en"}
    target = tmp_path / "cau.wav"
    said = loa("say", "Mai cúp nước.", "--voice", "command", "-o", target, env=env)
    assert said.returncode == 0, said.stderr
    assert target.stat().st_size > 10_000
    broken = loa("say", "Mai cúp nước.", "--voice", "command", "-o", target, env={**env, "LOA_COMMAND": "false"})
    assert broken.returncode
    assert "The program could not speak" in broken.stderr
    assert "Traceback" not in broken.stderr


def test_a_topic_of_two_files_is_a_topic(station: Workspace, loa: Loa) -> None:
    folder = station.templates / "articles"
    folder.mkdir(parents=True, exist_ok=True)
    for path in (EXAMPLES / "topic").iterdir():
        shutil.copy(path, folder)
    listed = loa("topic", cwd=station.root)
    assert "giai-the-thao" in listed.stdout, listed.stderr
    assert "mon:" in loa("topic", "giai-the-thao", cwd=station.root).stdout


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
