import json
import shutil
from pathlib import Path

import pytest

from loa.bulletin import recognition_check
from loa.bulletin.models import BulletinPlan, BulletinRequest
from loa.bulletin.recognition_check import findings, listen
from loa.bulletin.writer import make
from loa.errors import BulletinError, Severity
from loa.tts.cache import load_clip
from loa.tts.engines.espeak import Espeak
from loa.workspace import Workspace
from tests.bulletin.scripts import BRIDGE, CLOSING, OPENING, script

JINGLES = Path(__file__).parent.parent.parent / "audio" / "jingles"
PLAN = BulletinPlan("xa", "tin", "Tin", ("tin",), 0, 120)


@pytest.mark.parametrize(
    ("said", "understood", "expected"),
    [
        ("xin chào bà con", "xin chào bà con", ()),
        ("hòa bình", "hoà bình", ()),
        ("công ty lý do", "công ti lí do", ()),
        ("thủy lợi", "thụy lợi", ("thủy",)),
        ("một hai ba", "một ba", ("hai",)),
        ("một hai", "", ("một", "hai")),
    ],
)
def test_missed_words_are_those_that_were_not_understood(said, understood, expected):
    assert recognition_check.missed(said, understood) == expected


@pytest.fixture(scope="module")
def station(tmp_path_factory) -> tuple[Workspace, Path]:
    root = tmp_path_factory.mktemp("nghe")
    workspace = Workspace(root)
    (root / "campaigns").mkdir()
    (root / "schedule.yaml").write_text("timezone: Asia/Ho_Chi_Minh\nlanguage: en\n", encoding="utf-8")
    shutil.copytree(JINGLES, workspace.jingles)
    make(
        workspace,
        BulletinRequest(PLAN, OPENING, (script("tin", "Xin chào bà con."),), BRIDGE, CLOSING),
        Espeak(),
        "vi+f2",
    )
    return workspace, workspace.bulletins / "xa/tin.mp3"


def test_each_sentence_is_heard_once_and_remembered(station, monkeypatch):
    workspace, mp3 = station
    first = listen(workspace, mp3)
    assert [one.cue.spoken for one in first] == [
        "đây là đài truyền thanh xã", "kính mời bà con cùng nghe bản tin hôm nay", "xin chào bà con",
        "bản tin đến đây là hết", "xin cảm ơn bà con đã lắng nghe",
    ]  # fmt: skip
    assert all(0 <= one.share <= 1 for one in first)
    monkeypatch.setattr(recognition_check, "transcribe", lambda sound: pytest.fail("heard twice"))
    assert listen(workspace, mp3) == first


def test_it_is_an_opinion_and_never_an_error(station):
    workspace, mp3 = station
    found = list(findings(workspace, mp3, threshold=1.01))
    assert len(found) == 5
    assert {finding.severity for finding in found} == {Severity.INFO}


def test_a_bulletin_that_is_not_there_is_an_error(station):
    workspace, mp3 = station
    with pytest.raises(BulletinError):
        listen(workspace, mp3.with_name("keine.mp3"))


def test_loa_listen_shows_what_is_unclear_and_ends_well(station, loa):
    workspace, _mp3 = station
    done = loa("listen", "xa/tin", "--below", "1", "--format", "json", cwd=workspace.root)
    assert done.returncode == 0, done.stderr
    assert all(row["missed"] for row in json.loads(done.stdout))
    for path in workspace.clips.rglob("*.heard.json"):
        path.unlink()
    assert "sentences" in loa("listen", "xa/tin", cwd=workspace.root).stderr


def test_clips_of_the_cache_are_no_hearings(station):
    workspace, _mp3 = station
    assert all(load_clip(path) for path in workspace.clips.rglob("*.flac"))
