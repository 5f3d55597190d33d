"""Stations to measure on: the sample station, and one as large as a province would have."""

import datetime
import hashlib
import shutil
from pathlib import Path

import sqlalchemy as sa

from loa import script as scripts
from loa.article import render
from loa.bulletin.manifest import Cue, Manifest, Word
from loa.campaign import load_communes
from loa.campaign.authoring import commune_draft
from loa.reference import places
from loa.store.approvals import planned_recording
from loa.store.chain import GENESIS, chain_hash
from loa.store.database import Database, stamp
from loa.store.tables import approvals, logbook
from loa.workspace import Workspace
from tests.approving import approve
from tests.sounds import make_mp3

ROOT = Path(__file__).parent.parent
ROWS, COMMUNES, ZONES = 100_000, 500, 20
"""Rows of the log; communes, with one campaign, one broadcast and one bulletin each; outputs that share them."""
_SENTENCES, _WORDS = 90, 20
_START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
_DAYS = ("[mon, thu]", "[tue, fri]", "[wed, sat]", "[thu, sun]")
_OUTCOMES = ("aired", "aired", "aired", "aired-late", "missed", "cut")


def small_station(root: Path) -> Workspace:
    """The sample station."""
    for name in ("campaigns", "templates", "audio/jingles"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "schedule.yaml", root)
    return Workspace(root)


def large_station(root: Path) -> Workspace:
    """500 communes with campaign, broadcast and bulletin (four of five signed), and 100 000 rows of the log."""
    workspace = small_station(root)
    names = [f"xa-{number}" for number in range(COMMUNES - len(list(workspace.campaigns.iterdir())))]
    model = (workspace.campaigns / "ben-hai.yaml").read_text("utf-8")
    for name in names:
        (workspace.campaigns / f"{name}.yaml").write_text(model.replace("Bến Hải", f"Bến Hải {name[3:]}"), "utf-8")
    workspace.schedule_file.write_text(_schedule(names), "utf-8")
    store = Database(workspace.database)
    _bulletins(workspace, store, names)
    _log(store)
    store.close()
    return workspace


def _schedule(names: list[str]) -> str:
    """Each commune twice weekly; the communes of an output one after the other, through every day of the week."""
    lines = ["language: vi", "timezone: Asia/Ho_Chi_Minh", "outputs:"]
    lines += [f"  cum-{zone}: {{kind: null}}" for zone in range(ZONES)]
    lines.append("broadcasts:")
    for number, name in enumerate(names):
        hour = f"{5 + number // ZONES // 2:02}:{number // ZONES % 2 * 30:02}"
        lines.append(
            f"  - {{id: {name}-dvc, commune: {name}, campaigns: [dich-vu-cong-truc-tuyen], days: {_DAYS[number % 4]}, "
            f'at: ["{hour}"], length: {{min: 10m, max: 15m}}, on: [cum-{number % ZONES}]}}'
        )
    return "\n".join(lines) + "\n"


def _bulletins(workspace: Workspace, store: Database, names: list[str]) -> None:
    """Short sounds with records as long as those of a bulletin of twelve minutes."""
    sound = make_mp3(workspace.state / "model.mp3", 2.0).read_bytes()
    text = " ".join(["tuyên"] * _WORDS)
    words = tuple(Word(n * 0.3, n * 6, n * 6 + 5) for n in range(_WORDS))
    cues = tuple(
        Cue(start=n * 8.0, end=n * 8.0 + 7, text=text, spoken=text, part="dich-vu-cong-truc-tuyen", words=words)
        for n in range(_SENTENCES)
    )
    rows = []
    for number, name in enumerate(names):
        data = sound + name.encode()
        path = workspace.bulletins / name / f"{name}-dvc.mp3"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        id_, sha256 = f"{name}/{name}-dvc", hashlib.sha256(data).hexdigest()
        Manifest(
            id=id_, commune=name, name=f"{name}-dvc", title="", date=_START.date(), seconds=720.0, sha256=sha256,
            campaigns=("dich-vu-cong-truc-tuyen",), engine="espeak", voice="vi", cues=cues,
        ).save(path.with_suffix(".json"))  # fmt: skip
        if number % 5:
            rows.append({"bulletin": id_, "sha256": sha256, "by": "Lan", "at": stamp(_START)})
    with store.write() as connection:
        connection.execute(sa.insert(approvals), rows)


def _log(store: Database) -> None:
    rows, previous = [], GENESIS
    for number in range(1, ROWS + 1):
        planned = stamp(_START + datetime.timedelta(minutes=4 * number))
        name = f"xa-{number % 120}"
        row = {
            "seq": number, "at": planned, "kind": "airing", "airing": f"{name}@{number}", "broadcast": f"{name}-dvc",
            "commune": name, "output": f"cum-{number % ZONES}", "planned": planned, "started": planned,
            "ended": planned, "outcome": _OUTCOMES[number % 6], "reason": None, "bulletin": f"{name}/{name}-dvc",
            "sha256": "0" * 64, "details": "{}", "previous": previous,
        }  # fmt: skip
        previous = row["hash"] = chain_hash(row)
        rows.append(row)
    with store.write() as connection:
        connection.execute(sa.insert(logbook), rows)


_DAY = datetime.date(2026, 11, 1)
_MORE = """  - id: dinh-danh-dien-tu
    template: dinh-danh-dien-tu
    title: Tài khoản định danh điện tử VNeID
    as_of: 2026-11-01
    form: radio
    contact: {{name: Công an {unit}}}
  - id: phong-chong-lua-dao
    template: phong-chong-lua-dao
    title: Cảnh giác với lừa đảo qua điện thoại và mạng
    as_of: 2026-11-01
    form: radio
    contact: {{name: Công an {unit}}}
    hotlines: [{{who: Cảnh sát phản ứng nhanh, phone: "113"}}]
  - id: sot-xuat-huyet
    template: sot-xuat-huyet
    title: Chủ động phòng bệnh sốt xuất huyết
    as_of: 2026-11-01
    form: radio
    contact: {{name: Trạm Y tế {unit}}}
    hotlines: [{{who: Cấp cứu y tế, phone: "115"}}]
"""
_TOPICS = ("dich-vu-cong-truc-tuyen", "dinh-danh-dien-tu", "phong-chong-lua-dao", "sot-xuat-huyet")


def country(root: Path, communes: int) -> str:
    """A station of so many of today's communes, each with four campaigns, a cluster, and four broadcasts in a schedule
    of its own.

    Returns the name of one commune's file, "" where there is none.
    """
    (root / "campaigns").mkdir()
    (root / "schedules").mkdir()
    shutil.copytree(ROOT / "audio" / "jingles", root / "audio" / "jingles")
    units = [unit for province in places.provinces(_DAY) for unit in places.of_province(province.code, _DAY)]
    outputs, stem = ["outputs:"], ""
    for unit in units[:communes]:
        draft = commune_draft(unit, _DAY)
        stem = f"{draft.stem}-{unit.code}"
        more = _MORE.format(unit=f"{unit.kind} {unit.name}")
        (root / "campaigns" / f"{stem}.yaml").write_text(draft.text + more, "utf-8")
        outputs.append(f"  cum-{unit.code}: {{kind: null, commune: {stem}}}")
        broadcasts = (
            f"  - {{id: {stem}-{number}, campaigns: [{topic}], days: {_DAYS[number]}, "
            f'at: ["17:00"], on: [cum-{unit.code}]}}\n'
            for number, topic in enumerate(_TOPICS)
        )
        (root / "schedules" / f"{stem}.yaml").write_text("broadcasts:\n" + "".join(broadcasts), "utf-8")
    lists = outputs if communes else []
    (root / "schedule.yaml").write_text("\n".join(["language: vi", "timezone: Asia/Ho_Chi_Minh", *lists, ""]), "utf-8")
    return stem


def sign_country(root: Path) -> None:
    """A leader has signed every article of a `country`, each with a bulletin of its own that reads just its text."""
    workspace = Workspace(root)
    store = Database(workspace.database)
    for commune in load_communes(workspace):
        for campaign in commune.campaigns:
            lines = scripts.write(render(workspace, commune, campaign), commune).sentences
            cues = tuple(Cue(start=n, end=n + 1, text=s.text, spoken="", part=campaign.id) for n, s in enumerate(lines))
            path = workspace.bulletins / commune.stem / f"{campaign.id}.mp3"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(f"{commune.stem} {campaign.id}".encode() * 100)
            Manifest(
                id=f"{commune.stem}/{path.stem}", commune=commune.stem, name=path.stem, title=campaign.title,
                date=campaign.as_of, campaigns=(campaign.id,), seconds=len(cues), engine="test", voice="test",
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(), cues=cues,
            ).save(path.with_suffix(".json"))  # fmt: skip
            approve(workspace, store, planned_recording(workspace, f"{commune.stem}/{path.stem}"), "Chị Mai", _START)
    store.close()
