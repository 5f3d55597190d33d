import datetime
from dataclasses import replace

import yaml

from loa.app import build
from loa.bulletin.manifest import Manifest
from loa.bulletin.models import APOLOGY, AudioItem, BulletinPlan, BulletinRequest
from loa.schedule.loader import load_schedule
from loa.workspace import Workspace
from tests.bulletin.scripts import ARTICLE, BRIDGE, CLOSING, OPENING, script

PLAN = BulletinPlan("xa", "tin", "", ("a",), 0, 900)


def test_a_bulletin_without_a_title_is_called_after_its_items(tmp_path):
    order = BulletinRequest(PLAN, OPENING, (ARTICLE, script("tiem-phong", "Mai tiêm phòng."), ARTICLE), BRIDGE, CLOSING)
    assert order.title == "dich-vu-cong; tiem-phong"
    assert replace(order, plan=replace(PLAN, title="Bản tin sáng")).title == "Bản tin sáng"
    assert (
        BulletinRequest(PLAN, OPENING, (AudioItem(tmp_path / "a.mp3", "Lời chúc"),), BRIDGE, CLOSING).title
        == "Lời chúc"
    )


def test_what_the_schedule_says_of_the_sound_is_heard(station: Workspace, monkeypatch):
    text = station.schedule_file.read_text("utf-8")
    data = yaml.load(text, yaml.BaseLoader)
    wanted = next(b for b in data["broadcasts"] if b["commune"] == "trung-son")
    wanted |= {
        "items": ["audio/jingles/dan.flac"],
        "sound": {"preset": "studio", "music": None, "time_signal": True},
        "length": {"min": "1m", "max": "15m"},
    }
    station.schedule_file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    article = station.templates / "articles" / "dich-vu-cong-truc-tuyen.md.j2"  # a short one, to be spoken and mastered
    article.write_text("Mời bà con nộp hồ sơ trực tuyến.\n", encoding="utf-8")
    (plan,) = (plan for plan in load_schedule(station).plans() if plan.commune == "trung-son")
    assert plan.recordings == ("audio/jingles/dan.flac",)
    report = build.build(station, ["trung-son"], voice="espeak", jobs=2)
    manifest, sorry = report.made
    assert (sorry.name, sorry.preset) == (APOLOGY, "horn"), "the apology is not part of this broadcast"
    assert manifest.preset == "studio"
    assert manifest.title
    assert manifest.date == datetime.date(2023, 8, 8)
    assert manifest == Manifest.load(station.bulletins / f"{manifest.id}.json")
    assert not report.failed
    first = min(cue.start for cue in manifest.cues)
    assert first > 9, "five pips, a long one and the jingle come before the first word"
