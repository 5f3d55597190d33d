"""What somebody sees who makes a bulletin by hand."""

import json

import pytest

from loa.workspace import Workspace
from tests.conftest import Loa

ESPEAK = ("--voice", "espeak")


def test_loa_build_says_where_to_listen_and_what_comes_then(loa: Loa, small_station: Workspace) -> None:
    done = loa("build", *ESPEAK, cwd=small_station.campaigns)
    assert done.returncode == 0, done.stderr
    made, _other, count, then = done.stdout.splitlines()
    file, _colon, reported = made.partition(": ")
    assert (small_station.root / file).is_file()
    assert reported.endswith("espeak:vi+f2 + vi+m3")
    assert count.startswith("2 bulletins made, 0 unchanged;")
    assert "loa approve ben-hai/nuoc --by" in then
    assert not done.stderr
    again = loa("build", *ESPEAK, cwd=small_station.root)
    assert again.stdout.startswith("0 bulletins made, 2 unchanged")
    assert "approve" not in again.stdout


def test_a_station_without_communes_is_told_how_to_begin(loa: Loa, small_station: Workspace) -> None:
    (small_station.campaigns / "ben-hai.yaml").unlink()
    assert "loa new commune" in loa("build", cwd=small_station.root).stdout


def test_a_voice_that_is_not_there_is_told_once_and_before_anything_is_made(loa: Loa, small_station: Workspace) -> None:
    done = loa("build", "--voice", "espeak:bà", cwd=small_station.root)
    assert done.returncode == 2
    assert done.stderr.count("“bà”") == 1
    assert not small_station.bulletins.exists()


def test_without_audio_it_tells_what_could_be_made(loa: Loa, small_station: Workspace) -> None:
    done = loa("build", "--no-audio", cwd=small_station.root)
    assert (done.returncode, done.stdout) == (0, "2 articles can be made.\n")
    assert not small_station.bulletins.exists()


@pytest.mark.long
def test_what_cannot_be_made_is_told_and_the_rest_is_made(loa: Loa, small_station: Workspace) -> None:
    file = small_station.campaigns / "ben-hai.yaml"
    file.write_text(
        file.read_text("utf-8").replace("Mai cúp điện.", "Mai cúp điện. " + "Bà con nhớ nhé. " * 1000), "utf-8"
    )
    done = loa("build", *ESPEAK, cwd=small_station.root)
    assert done.returncode == 1
    assert "1 bulletin made" in done.stdout
    assert "audio/bulletins/ben-hai/dien.mp3: error: “Cúp điện” lasts" in done.stderr
    assert "more than its longest 15:00" in done.stderr
    assert "Leave out about" in done.stderr


def test_loa_check_knows_which_sounds_the_schedule_asks_for_in_vain(loa: Loa, small_station: Workspace) -> None:
    small_station.schedule_file.write_text(
        """\
timezone: Asia/Ho_Chi_Minh
outputs: {o: {kind: "null"}}
broadcasts:
  - {id: a, commune: ben-hai, campaigns: [nuoc], days: [t3], at: ["17:00"], length: {min: 1m, max: 9m}, on: [o],
     items: [audio/jingles/dan.flac, "Lời chúc.mp3"], sound: {music: hat-xam}}
""",
        "utf-8",
    )
    file = small_station.campaigns / "ben-hai.yaml"
    file.write_text(file.read_text("utf-8").replace("voices:", "jingle: kèn, voices:"), "utf-8")
    found = json.loads(loa("check", "--format", "json", cwd=small_station.root).stdout)
    assert [row["quote"] for row in found if row["code"].startswith("bulletin.")] == ["kèn", "hat-xam", "Lời chúc.mp3"]
