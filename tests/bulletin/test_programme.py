"""Programmes of items: from schedule.yaml to the MP3, its chapters, captions, languages and its mark."""

import re
import textwrap

import mutagen.id3
import pytest

from loa.app.build import build
from loa.article import SPOKEN_LABEL, radio_text
from loa.bulletin.manifest import Manifest
from loa.bulletin.programme import RELAYS, unpack
from loa.bulletin.synthetic import KEY, SOURCE_KEY, is_synthetic
from loa.campaign import load_commune
from loa.errors import ScheduleError
from loa.playout.recording import LoadedRecording
from loa.schedule.loader import load_schedule
from loa.store.approvals import BulletinFile, approved_copy, keep_copy, planned_recording
from loa.workspace import Workspace
from tests.sounds import make_mp3

HEAD = "timezone: Asia/Ho_Chi_Minh\noutputs: {n: {kind: null}}\nbroadcasts:\n"
MIXED = """\
- id: sang
  commune: ben-hai
  campaigns: [nuoc]
  at: ["06:00"]
  length: {min: 75s, max: 110s}
  on: [n]
  items:
    - {kind: recording, file: audio/quoc-ca.mp3, title: Quốc ca, length: 4s}
    - opening
    - {kind: recording, file: audio/bru.mp3, title: Bản tin tiếng Bru, language: bru, text: Mời bà con nghe. Xin cảm ơn., category: doi-song, received_from: Đài tỉnh}
    - {kind: article, category: hang-hoa}
    - {kind: music, file: bed}
    - closing
- id: cu
  commune: ben-hai
  campaigns: [dien]
  at: ["17:00"]
  length: {min: 1s, max: 110s}
  items: [audio/bru.mp3]
  on: [n]
- id: nguoi
  commune: ben-hai
  at: ["18:00"]
  length: {min: 1s, max: 60s}
  items: [{kind: recording, file: audio/bru.mp3, language: bru}, {kind: recording, file: audio/quoc-ca.mp3}]
  on: [n]
"""
RELAY = """\
- id: tiep-song
  commune: ben-hai
  at: ["06:00"]
  length: {min: 15m, max: 15m}
  items: [{kind: relay, url: "http://127.0.0.1:1/tinh.mp3", title: Đài tỉnh, from: "06:00", to: "06:15"}]
  on: [n]
"""


def scheduled(workspace: Workspace, text: str) -> Workspace:
    workspace.schedule_file.write_text(HEAD + textwrap.indent(text, "  "), "utf-8")
    return workspace


def record(workspace: Workspace, name: str) -> tuple[Manifest, mutagen.id3.ID3, str]:
    """The record of a bulletin of ben-hai, the tag of its MP3, and its captions."""
    mp3 = workspace.bulletins / "ben-hai" / f"{name}.mp3"
    return Manifest.load(mp3.with_suffix(".json")), mutagen.id3.ID3(mp3), mp3.with_suffix(".vtt").read_text("utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A station whose schedule has a mixed programme, one of the earlier kind, recordings of people, and a relay."""
    from tests.bulletin import conftest

    workspace = conftest.small_station.__wrapped__(tmp_path_factory.mktemp("items"))
    make_mp3(workspace.root / "audio" / "quoc-ca.mp3", 9)
    make_mp3(workspace.root / "audio" / "bru.mp3", 6, tone=500)
    report = build(scheduled(workspace, MIXED + RELAY), voice="espeak")
    assert report.failed == []
    return workspace


def test_a_programme_is_heard_in_its_order_and_fits_its_length(made: Workspace) -> None:
    manifest, tag, captions = record(made, "sang")
    kinds = [(part.kind, part.language) for part in manifest.parts]
    assert kinds == [
        ("recording", "vi"), ("opening", "vi"), ("recording", "bru"), ("article", "vi"), ("music", "vi"), ("closing", "vi")
    ]  # fmt: skip
    assert 75 <= manifest.seconds <= 76
    lengths = [part.end - part.start for part in manifest.parts]
    assert lengths[0] == pytest.approx(4.3, abs=0.1)  # with the silence before it
    assert lengths[2] == pytest.approx(6, abs=0.3)
    assert manifest.languages["bru"] == pytest.approx(6, abs=0.3)
    assert [str(c.sub_frames["TIT2"]) for c in tag.getall("CHAP")][::2] == ["Quốc ca", "Bản tin tiếng Bru", "bed"]
    assert "Mời bà con nghe." in captions
    said = " ".join(cue.text for cue in manifest.cues)
    assert "gồm ba nội dung: Quốc ca; Bản tin tiếng Bru; Cúp nước." in said
    assert str(tag["TLAN"]) == "viebru"


def test_a_station_may_say_that_a_machine_reads(made: Workspace) -> None:
    """A switch: the law does not clearly ask for it; files are marked in any case."""
    commune = load_commune(made, "ben-hai")
    plain = radio_text(made, commune, "opening", commune.campaigns).markdown
    labelled = commune.model_copy(update={"station": commune.station.model_copy(update={"spoken_label": True})})
    assert radio_text(made, labelled, "opening", commune.campaigns).markdown == f"{plain.rstrip()}\n\n{SPOKEN_LABEL}\n"
    assert SPOKEN_LABEL not in radio_text(made, labelled, "closing", commune.campaigns).markdown


def test_paths_alone_follow_the_articles_as_they_did(made: Workspace) -> None:
    kinds = [part.kind for part in record(made, "cu")[0].parts]
    assert kinds == ["opening", "article", "recording", "closing"]


def test_synthetic_speech_is_marked_for_programs_and_recordings_of_people_are_not(made: Workspace) -> None:
    for name, marked in (("sang", True), ("cu", True), ("nguoi", False)):
        manifest, tag, captions = record(made, name)
        assert (f"TXXX:{KEY}" in tag, is_synthetic(manifest), "NOTE Giọng đọc" in captions) == (marked,) * 3
        assert bool(manifest.synthetic) == marked
    _manifest, tag, _captions = record(made, "sang")
    assert str(tag[f"TXXX:{KEY}"]).startswith("espeak:")
    assert str(tag[f"TXXX:{SOURCE_KEY}"]).endswith("/compositeWithTrainedAlgorithmicMedia")
    assert "máy tính" in str(tag.getall("COMM")[0])


def test_what_reports_say_of_items_stands_in_the_record_and_changes_no_sound(made: Workspace) -> None:
    """Issue 16, item 8: a category that is typed after the approval reaches the copy that is aired, too."""
    before = record(made, "sang")[0]
    found = {content.name: content for content in before.contents if content.name}
    bru, article = found["audio/bru.mp3"], found["nuoc"]
    assert (bru.category, bru.source, bru.received_from, bru.language) == ("doi-song", "received", "Đài tỉnh", "bru")
    assert (article.kind, article.category, article.source) == ("article", "hang-hoa", "own")
    assert [c.category for c in record(made, "tiep-song")[0].contents] == [""]
    recording = planned_recording(made, "ben-hai/sang")
    keep_copy(made, recording, before.sha256, recording.read())
    try:
        scheduled(made, MIXED.replace("doi-song", "guong-tot") + RELAY)
        build(made, voice="espeak")
    finally:
        scheduled(made, MIXED + RELAY)
    after = record(made, "sang")[0]
    assert after.sha256 == before.sha256
    copy = LoadedRecording.load(BulletinFile("ben-hai/sang", approved_copy(made, before.sha256)))
    assert [c.category for c in copy.contents if c.name == "audio/bru.mp3"] == ["guong-tot"]


def test_the_approved_file_names_its_relays_and_holds_the_music_that_bridges_gaps(made: Workspace) -> None:
    manifest, tag, _captions = record(made, "tiep-song")
    (relay,) = unpack(str(tag[f"TXXX:{RELAYS}"]))
    assert (relay.source, relay.title, relay.ends) == ("http://127.0.0.1:1/tinh.mp3", "Đài tỉnh", "06:15:00")
    assert relay.seconds == pytest.approx(900, abs=0.01)
    assert manifest.seconds < 25
    assert manifest.on_air == pytest.approx(900, abs=0.01)


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ("{kind: relay, url: 'http://a.vn/x'}", "value.wrong"),  # no end
        ("{kind: relay, to: '06:15'}", "value.wrong"),  # no source
        ("{kind: relay, url: 'ftp://a.vn/x', length: 5m}", "value.letters"),
        ("{kind: relay, url: 'http://a.vn/x', to: '03:15'}", "relay.hours"),
        ("{kind: relay, url: 'http://a.vn/x', lenght: 5m}", "key.unknown"),
        ("{kind: song, file: a.mp3}", "value.choice"),
        ("{file: a.mp3}", "key.missing"),
        ("{kind: recording, file: a.mp3, language: xx}", "value.wrong"),
        ("{kind: recording, file: ../a.mp3}", "value.wrong"),
        ("{kind: recording, file: a.mp3, category: khac}", "value.choice"),
        ("{kind: article, campaign: khac}", "campaign.unknown"),
        ("{kind: music, file: bed, length: 5}", "value.wrong"),
        ("{kind: microphone}", "programme.talk"),  # beside another item
    ],
)
def test_a_wrong_item_is_named_with_its_line(small_station: Workspace, item: str, code: str) -> None:
    text = RELAY.replace("length: {min: 15m, max: 15m}", "campaigns: [nuoc]\n  length: {min: 15m, max: 15m}")
    lines = text.splitlines()
    lines[5] = f"  items: [{{kind: article}}, {item}]"
    with pytest.raises(ScheduleError) as caught:
        load_schedule(scheduled(small_station, "\n".join(lines) + "\n"))
    found = {(finding.code, finding.line) for finding in caught.value.findings}
    assert found == {(code, 9)}, caught.value.findings


def test_a_misspelt_key_of_an_item_gets_the_right_one(small_station: Workspace) -> None:
    text = RELAY.replace("to: ", "too: ")
    with pytest.raises(ScheduleError) as caught:
        load_schedule(scheduled(small_station, text))
    assert any("to" in (finding.fix or "") for finding in caught.value.findings)


def test_a_player_relays_what_it_can_reach_itself(small_station: Workspace) -> None:
    text = (HEAD + textwrap.indent(RELAY, "  ")).replace("{n: {kind: null}}", "{n: {kind: player}}")
    url = re.search(r"url: [^,}]+", text)
    assert url
    for source, refused in ((url[0], False), ("line: Radio", True), (f"line: Radio, players{url[0][3:]}", False)):
        small_station.schedule_file.write_text(text.replace(url[0], source), "utf-8")
        if refused:
            with pytest.raises(ScheduleError) as caught:
                load_schedule(small_station)
            assert {finding.code for finding in caught.value.findings} == {"relay.player"}
        else:
            assert load_schedule(small_station).remote_players()
