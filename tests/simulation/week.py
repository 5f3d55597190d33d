"""The ordinary week of a commune on a simulated clock: 34 villages with 102 clusters, two wired networks of the communes of
before, the real station, its inbox and its log. Only the sound is simulated, and its files are written by hand.
"""

import datetime
import hashlib
import heapq
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mutagen.id3 import ID3, TXXX

from loa.actions.inbox_work import inbox_is_due, work_inbox
from loa.automation.intervals import Timing
from loa.automation.lanes import AtOnce
from loa.bulletin.manifest import Cue, Manifest, PartRecord
from loa.bulletin.programme import RELAYS, Credit, RelayPoint, pack
from loa.playout.recording import LoadedRecording
from loa.playout.relay import RelayReport
from loa.playout.talk_recording import Recorded
from loa.schedule import airings
from loa.store.approvals import find
from loa.store.database import Database
from loa.workspace import Workspace
from tests.approving import approve
from tests.conftest import ROOT
from tests.simulation.clock import ProcessClock, WorldClock
from tests.simulation.files import START, ZONE
from tests.simulation.processes import SimulatedAutomation
from tests.simulation.sound import SimulatedSession, Village
from tests.sounds import make_mp3

TIMING = Timing()
WIRED = ("day-gio-linh", "day-trung-hai")
"""The wired networks of the two communes of before."""
VILLAGES = tuple(f"thon-{number:02}" for number in range(1, 35))
STAGES = {"dot-1": VILLAGES[:12], "dot-2": VILLAGES[12:24], "dot-3": VILLAGES[24:]}
OWN = VILLAGES[32:]
"""Two villages that hear something else on Tuesday and Friday."""
PROVINCE = "http://dai-tinh.vn/am-thanh.mp3"


def clusters(villages: tuple[str, ...]) -> list[str]:
    """The three clusters of each village."""
    return [f"{village}-{letter}" for village in villages for letter in "abc"]


EVERYWHERE = (*WIRED, *clusters(VILLAGES))


def schedule_text() -> str:
    """schedule.yaml of the week."""
    lines = ["timezone: Asia/Ho_Chi_Minh", "language: vi", "outputs:"]
    lines += [f"  {name}: {{kind: 'null'}}" for name in EVERYWHERE]
    groups = {name: clusters(villages) for name, villages in STAGES.items()}
    groups["dot-1"].insert(0, WIRED[0])
    groups["dot-2"].insert(0, WIRED[1])
    after = {"dot-2": "dot-1", "dot-3": "dot-2", "dot-3-chung": "dot-2"}
    groups["dot-3-chung"] = clusters(tuple(village for village in STAGES["dot-3"] if village not in OWN))
    groups["hai-thon"] = clusters(OWN)
    for name, members in groups.items():
        follows = f", after: {after[name]}" if name in after else ""
        lines.append(f"  {name}: {{kind: group, outputs: [{', '.join(members)}]{follows}}}")
    return (
        "\n".join(lines)
        + f"""
rules:
  allowed: ["05:50-07:00", "16:30-19:00"]
  max_minutes: 45
  max_sessions_per_day: 3
  max_minutes_per_day: 45
fees: {{article: 60000, recording: 40000}}
broadcasts:
  - id: chuong-sang
    commune: ben-hai
    test: true
    at: ["05:55"]
    items: [{{kind: music, file: chime, length: 20s}}]
    length: {{max: 1m}}
    on: [dot-1, dot-2, dot-3]
  - id: tiep-song
    commune: ben-hai
    at: ["06:00"]
    items: [{{kind: relay, url: "{PROVINCE}", to: "06:15", title: Đài tỉnh, category: doi-song}}]
    length: {{max: 15m}}
    on: [dot-1, dot-2, dot-3]
  - id: tin-sang
    commune: ben-hai
    campaigns: [don-ve-sinh]
    at: ["06:15"]
    items:
      - opening
      - {{kind: recording, file: audio/bru.mp3, language: bru, title: Tin tiếng Bru, author: Hồ Văn Thương, category: doi-song}}
      - {{kind: article}}
      - {{kind: music, length: 45s}}
    length: {{max: 10m}}
    on: [dot-1, dot-2, dot-3]
  - id: bai-tuan
    commune: ben-hai
    campaigns: [sot-xuat-huyet]
    days: [tue, fri]
    at: ["17:00"]
    length: {{min: 10m, max: 15m}}
    on: [dot-1, dot-2, dot-3-chung]
  - id: hai-thon
    commune: ben-hai
    campaigns: [cap-nuoc]
    days: [tue, fri]
    at: ["17:00"]
    length: {{min: 10m, max: 15m}}
    on: [hai-thon]
  - id: noi-chuyen
    commune: ben-hai
    days: [wed]
    at: ["16:45"]
    items: [{{kind: microphone, title: Chủ tịch trả lời dân, speaker: ông An, to: "17:00", category: chu-truong}}]
    length: {{max: 15m}}
    on: [dot-1, dot-2, dot-3]
"""
    )


COMMUNE = """\
commune: {name: Bến Hải, kind: xã, province: Quảng Trị, code: "19489"}
contact_desk: {name: UBND xã Bến Hải}
station: {call: Đài truyền thanh xã Bến Hải, voice: "espeak:vi"}
campaigns:
  - {id: don-ve-sinh, template: thong-bao, title: Dọn vệ sinh, as_of: 2026-11-29, category: du-an, author: Trần Thị Lan, body: [Dọn.]}
  - {id: sot-xuat-huyet, template: sot-xuat-huyet, title: Sốt xuất huyết, as_of: 2026-11-29, author: Trần Thị Lan}
  - {id: cap-nuoc, template: thong-bao, title: Cấp nước hai thôn, as_of: 2026-11-29, category: hang-hoa, author: Lê Văn Nam, body: [Nước.]}
"""
SENDER = "pctt@quangtri.gov.vn"
INBOX = f"""\
senders:
  - id: {SENDER}
    name: Ban Chỉ huy Phòng thủ dân sự tỉnh
    keys: [keys/pctt.pem]
    on: [{", ".join((*STAGES,))}]
    policy: {{emergency: automatic, priority: sign, normal: ask}}
    times: 2
    repeat: 30m
    set_by: Trần Văn Bình
"""


def part(kind: str, seconds: float, title: str = "", item: int | None = None, language: str = "vi") -> PartRecord:
    """A part of a bulletin; its place in the file is filled in by `write`."""
    return PartRecord(kind=kind, title=title, language=language, start=0, end=0, seconds=seconds, item=item)


def write(
    workspace: Workspace,
    name: str,
    parts: list[PartRecord],
    credits_: dict[int, Credit],
    relay: RelayPoint | None = None,
) -> None:
    """Write the bulletin `ben-hai/<name>` with its record, as a build would leave them."""
    path = workspace.bulletins / "ben-hai" / f"{name}.mp3"
    seconds = relay.hold if relay else sum(one.seconds for one in parts)
    make_mp3(path, seconds)
    if relay:
        tag = ID3()
        tag.add(TXXX(encoding=3, desc=RELAYS, text=[pack([relay])]))
        tag.save(path)
    placed, at = [], 0.0
    for one in parts:
        end = at + (relay.hold if relay else one.seconds)
        placed.append(one.model_copy(update={"start": at, "end": end}))
        at = end
    Manifest(
        id=f"ben-hai/{name}", commune="ben-hai", name=name, title=name, date=START.date(), campaigns=(name,),
        seconds=seconds, sha256=hashlib.sha256(path.read_bytes()).hexdigest(), engine="test", voice="test",
        cues=(Cue(start=0, end=seconds, text="x", spoken="x", part="opening"),), parts=tuple(placed), credits=credits_,
        emergency=False,
    ).save(path.with_suffix(".json"))  # fmt: skip


def write_station(folder: Path, certificate: str) -> Workspace:
    """All files of the station."""
    workspace = Workspace(folder)
    workspace.campaigns.mkdir(parents=True)
    (workspace.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    make_mp3(folder / "audio" / "bru.mp3", 3)
    shutil.copytree(ROOT / "audio" / "jingles", workspace.jingles)
    workspace.schedule_file.write_text(schedule_text(), "utf-8")
    workspace.inbox_file.write_text(INBOX, "utf-8")
    (folder / "keys").mkdir()
    (folder / "keys" / "pctt.pem").write_text(certificate)
    write(workspace, "chuong-sang", [part("music", 20, "chime", 0)], {})
    relay = RelayPoint(PROVINCE, "Đài tỉnh", "vi", 0.0, 30.0, 900.0, ends="06:15:00")
    write(workspace, "tiep-song", [part("relay", 900, "Đài tỉnh", 0)], {0: Credit(category="doi-song")}, relay)
    write(
        workspace,
        "tin-sang",
        [
            part("opening", 15),
            part("recording", 180, "Tin tiếng Bru", 1, "bru"),
            part("article", 240, "Dọn vệ sinh", 2),
            part("music", 45, "bed", 3),
        ],
        {
            1: Credit("audio/bru.mp3", "doi-song", "Hồ Văn Thương"),
            2: Credit("don-ve-sinh", "du-an", "Trần Thị Lan"),
        },
    )
    for name, campaign, title, category, author, seconds in (
        ("bai-tuan", "sot-xuat-huyet", "Sốt xuất huyết", "khan-cap", "Trần Thị Lan", 720),
        ("hai-thon", "cap-nuoc", "Cấp nước hai thôn", "hang-hoa", "Lê Văn Nam", 600),
    ):
        parts = [part("opening", 30), part("article", seconds, title, 0), part("closing", 30)]
        write(workspace, name, parts, {0: Credit(campaign, category, author)})
    return workspace


@dataclass(frozen=True)
class Spoken:
    """What is left of a speaker in the simulation: what was recorded."""

    seconds: float
    broke: str = ""

    def recorded(self) -> Recorded:
        """As the microphone."""
        return Recorded(hashlib.sha256(b"what was said").hexdigest(), self.seconds)


class WeekSession(SimulatedSession):
    """With what a relay tells: the far station is heard from its first second on. Who speaks does so for as long as the
    recording of the talk is said to last, without the chime.
    """

    @property
    def talk(self) -> Spoken | None:  # type: ignore[override]  # the simulation's own has none
        """What was said until now."""
        return Spoken(round(self.position, 1)) if self._programme.talk else None

    @talk.setter
    def talk(self, _value: None) -> None:
        """The constructor sets none."""

    @property
    def relays(self) -> tuple[RelayReport, ...]:  # type: ignore[override]  # the simulation's own has none
        """Of the relays of the programme."""
        points = self._programme.relays
        return tuple(RelayReport(p.source, p.title, heard=round(self.position, 1), first=0.0) for p in points)

    @relays.setter
    def relays(self, _value: tuple[RelayReport, ...]) -> None:
        """The constructor sets none."""


@dataclass
class Week:
    """The station; `at` has something done at an hour by the commune's clocks, and `run` makes the days."""

    workspace: Workspace
    store: Database
    clock: WorldClock
    village: Village
    station: SimulatedAutomation
    _moments: list[float] = field(default_factory=list)
    _acts: list[tuple[float, int, Callable[[], object]]] = field(default_factory=list)

    @property
    def now(self) -> datetime.datetime:
        """What the clocks show."""
        return self.clock.wall

    def at(self, moment: str, act: Callable[[], object]) -> None:
        """Do `act` at `moment` (`2026-12-03 22:10`)."""
        real = self.real(datetime.datetime.fromisoformat(moment).replace(tzinfo=ZONE))
        heapq.heappush(self._acts, (real, len(self._acts), act))

    def real(self, moment: datetime.datetime) -> float:
        """Seconds from Monday, midnight."""
        return (moment - self.clock.start).total_seconds()

    def often(self, since: str, until: str, every: float = 5.0) -> None:
        """Look as often as `loa run` does, or nearly, between two moments."""
        first, last = (self.real(datetime.datetime.fromisoformat(m).replace(tzinfo=ZONE)) for m in (since, until))
        self._moments += [first + number * every for number in range(int((last - first) / every) + 1)]

    def run(self, days: int) -> None:
        """Let the days go by."""
        end = days * 86_400.0
        until = self.clock.start + datetime.timedelta(days=days)
        for airing in airings(self.station.schedule_watch.schedule, self.clock.start, until, with_skipped=True):
            planned = self.real(airing.planned)
            self._moments += [planned + shift for shift in (-TIMING.claim, -TIMING.open, 0.001, 1.0, 601.0)]
        heapq.heapify(self._moments)
        while self.clock.real < end:
            times = [end, self.clock.real + 900.0]
            while self._moments and self._moments[0] <= self.clock.real:
                heapq.heappop(self._moments)
            times += self._moments[:1] + [act[0] for act in self._acts[:1]]
            times += [m + 0.001 for s in self.station.sessions if (m := s.next_event()) is not None]
            self.clock.real = max(self.clock.real + 0.001, min(times))
            while self._acts and self._acts[0][0] <= self.clock.real:
                heapq.heappop(self._acts)[2]()
            self._look()

    def _look(self) -> None:
        self.station.sessions[:] = [s for s in self.station.sessions if not s.stopped]
        for session in self.station.sessions:
            session.advance()
        if inbox_is_due(self.workspace, self.store, self.now):
            work_inbox(self.workspace, self.store, self.now)
        self.station.step()


@contextmanager
def week(folder: Path, certificate: str) -> Iterator[Week]:
    """The station on Monday at midnight, with everything signed."""
    workspace = write_station(folder, certificate)
    store = Database(workspace.database)
    clock = WorldClock(START)
    clock.synchronised = True
    for name in ("chuong-sang", "tiep-song", "tin-sang", "bai-tuan", "hai-thon"):
        approve(workspace, store, find(workspace, name), "Chủ tịch Nguyễn Văn An", clock.wall)
    station = SimulatedAutomation(workspace, store, ProcessClock(clock), TIMING, lanes=AtOnce)
    village = Village(clock)

    def open_session(
        airing: str, programme: LoadedRecording, outputs: tuple[str, ...], planned: datetime.datetime, offset: float
    ) -> WeekSession:
        return WeekSession(village, 1, airing, programme, outputs, planned, offset)

    station.open_session, station.sessions = open_session, []
    yield Week(workspace, store, clock, village, station)
    station.close()
    store.close()
