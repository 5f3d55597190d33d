"""What counts for a player is what its station signed for it, once, while it is valid; nobody else makes it speak."""

import contextlib
import datetime
import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import func, select

from loa.errors import PlayerError
from loa.fleet import server as server_module
from loa.fleet.fetching import Fetcher
from loa.fleet.joining import Identity, join
from loa.fleet.keys import Key
from loa.fleet.messages import Command, LiveSource, Plan, PlannedBroadcast, Release, Topics
from loa.fleet.player import Player
from loa.fleet.server import Door, PlayerServer
from loa.schedule import UTC
from loa.store import approvals, tables
from loa.store.approvals import approved_copy
from loa.workspace import Workspace
from tests.local import free_port, wait_for

NOW = datetime.datetime.now(UTC)
SOUND = b"no MP3, and nobody plays it" * 9000
RELEASE = Release(bulletin="ben-hai/tin", sha256=hashlib.sha256(SOUND).hexdigest(), size=len(SOUND), by="Hoa", at=NOW)


class Rig:
    """A player that has joined, whose thread does not run: messages are given to it by hand."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(folder)
        self.station = Key.of(folder / "other" / "station.key")
        own = Key.of(self.workspace.fleet / "player.key")
        self.topics = Topics(self.station.id, own.id)
        identity = Identity(
            name="dong",
            station=self.station.public,
            broker="mqtt://127.0.0.1:1",
            user="x",
            password="x",
            recordings="http://127.0.0.1:1",
        )
        (self.workspace.fleet / "identity.json").write_text(identity.model_dump_json(), "utf-8")
        self.workspace.player_file.write_text("outputs: {loa: {kind: 'null'}}\n", "utf-8")
        self.begin()

    def begin(self) -> None:
        """Start, or start again after the power was gone."""
        self.player = Player(self.workspace)
        self.player._step()

    def gets(self, topic: str, raw: bytes) -> None:
        self.player._inbox.put((topic, raw))
        self.player._step()

    def plan(self, number: int, *, at: str = "2026-12-24 17:00:00", key: Key | None = None, topic: str = "") -> bytes:
        broadcast = PlannedBroadcast(
            id="tin", commune="ben-hai", campaigns=("dvc",), moments=((at, None),), length=(1, 20), priority="normal"
        )
        plan = Plan(
            number=number,
            issued=NOW,
            name="dong",
            timezone="Asia/Ho_Chi_Minh",
            broadcasts=(broadcast,),
            releases=(RELEASE,),
        )
        return (key or self.station).sign(topic or self.topics.plan, plan.model_dump(mode="json"))

    def command(
        self, airing: str, *, seconds: float = 600, verb: str = "air", topic: str = "", to: tuple[str, ...] = ()
    ) -> bytes:
        now = datetime.datetime.now(UTC)
        request = {"airing": airing, "bulletin": "ben-hai/tin", "now": True} if verb == "air" else {"by": "Hoa"}
        expires = now + datetime.timedelta(seconds=seconds)
        command = Command(
            number=int(now.timestamp() * 10),
            at=now,
            expires=expires,
            verb=verb,
            request=request,
            release=RELEASE,
            to=to,
        )  # type: ignore[arg-type]
        return self.station.sign(topic or self.topics.command, command.model_dump(mode="json"))

    @property
    def schedule(self) -> str:
        return self.workspace.schedule_file.read_text("utf-8")

    @property
    def asked(self) -> int:
        store = self.player._store
        assert store is not None
        with store.read() as connection:
            return int(connection.execute(select(func.count()).select_from(tables.requests)).scalar_one())


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    if made.player._store:
        made.player._store.close()


def test_a_plan_counts_once_and_only_from_the_station(rig: Rig) -> None:
    stranger = Key.of(rig.workspace.root / "other" / "stranger.key")
    rig.gets(rig.topics.plan, rig.plan(8, key=stranger))
    rig.gets(rig.topics.plan, rig.plan(8, topic=Topics(rig.station.id, stranger.id).plan))
    rig.gets(rig.topics.plan, rig.plan(8, topic=rig.topics.command))
    rig.gets(rig.topics.plan, rig.plan(8).replace(b"17:00:00", b"03:15:00"))
    rig.gets(rig.topics.plan, b'{"body": "{}"')
    assert "2026-12-24" not in rig.schedule
    assert rig.player._refused == 5
    rig.gets(rig.topics.plan, rig.plan(8))
    assert "2026-12-24 17:00:00" in rig.schedule
    rig.gets(rig.topics.plan, rig.plan(7, at="2026-12-24 03:15:00"))
    rig.begin()
    rig.gets(rig.topics.plan, rig.plan(8, at="2026-12-24 03:15:00"))
    assert "03:15:00" not in rig.schedule
    kept = rig.workspace.fleet / "plan.json"
    kept.write_bytes(kept.read_bytes().replace(b"17:00:00", b"03:15:00"))  # a hand on the memory card
    rig.begin()
    assert "03:15:00" not in rig.schedule


def test_a_player_opens_live_sound_only_where_its_plan_says(rig: Rig) -> None:
    live = LiveSource(source="line:Radio", address="http://192.168.1.10:8000/song.mp3")
    broadcast = PlannedBroadcast(
        id="tin", commune="ben-hai", campaigns=("dvc",), length=(1, 20), priority="normal", live=(live,)
    )
    for number, broadcasts in ((8, (broadcast,)), (9, ())):
        plan = Plan(number=number, issued=NOW, name="dong", timezone="Asia/Ho_Chi_Minh", broadcasts=broadcasts)
        rig.gets(rig.topics.plan, rig.station.sign(rig.topics.plan, plan.model_dump(mode="json")))
        assert rig.player.address_of("line:Radio") == (live.address if broadcasts else None)
        assert rig.player.address_of("http://10.0.0.1/x") is None


def test_a_command_is_followed_once_while_it_is_valid(rig: Rig) -> None:
    copy = approved_copy(rig.workspace, RELEASE.sha256)
    raw = rig.command("e-1")
    rig.gets(rig.topics.command, raw)
    assert rig.asked == 0  # its sound is not there yet
    copy.parent.mkdir(parents=True)
    copy.write_bytes(SOUND)
    rig.gets(rig.topics.command, raw)
    rig.gets(rig.topics.command, raw)
    assert rig.asked == 1
    rig.begin()
    rig.gets(rig.topics.command, raw)
    rig.gets(rig.topics.command, rig.command("e-2", seconds=-1))
    rig.gets(rig.topics.command, rig.command("e-3").replace(b"e-3", b"e-4"))
    assert rig.asked == 1
    rig.gets(rig.topics.command, rig.command("", verb="stop"))
    assert rig.workspace.stop_file.exists()


def test_what_is_said_to_several_counts_for_those_that_it_names(rig: Rig) -> None:
    shared, me = rig.topics.shared, rig.player._key.id
    rig.gets(shared, rig.command("", verb="stop", topic=shared, to=("0" * 16,)))
    rig.gets(shared, rig.command("", verb="stop", topic=shared))
    rig.gets(shared, rig.command("", verb="stop", topic=rig.topics.command, to=(me,)))
    rig.gets(rig.topics.command, rig.command("", verb="stop", topic=shared, to=(me,)))
    assert not rig.workspace.stop_file.exists()
    rig.gets(shared, rig.command("", verb="stop", topic=shared, to=("0" * 16, me)))
    assert rig.workspace.stop_file.exists()


def test_a_release_that_the_plan_no_longer_holds_is_withdrawn(rig: Rig) -> None:
    rig.gets(rig.topics.plan, rig.plan(8))
    store = rig.player._store
    assert store is not None
    assert approvals.approved(store, RELEASE.bulletin, RELEASE.sha256)
    bare = Plan(number=9, issued=NOW, name="dong", timezone="Asia/Ho_Chi_Minh", revoked=True)
    rig.gets(rig.topics.plan, rig.station.sign(rig.topics.plan, bare.model_dump(mode="json")))
    assert approvals.approved(store, RELEASE.bulletin, RELEASE.sha256) is None
    assert "2026-12-24" not in rig.schedule
    rig.gets(rig.topics.command, rig.command("e-1"))
    assert rig.asked == 0
    assert not rig.player._pending


class Broken(BaseHTTPRequestHandler):
    """Sends half of what is wanted, then wrong bytes, then the right ones; `asked`: from where on."""

    asked: list[str] = []  # noqa: RUF012
    answers: list[bytes] = []  # noqa: RUF012

    def do_GET(self) -> None:
        start = self.headers.get("range", "")
        self.asked.append(start)
        body = self.answers.pop(0) if self.answers else SOUND[int(start[6:-1]) if start else 0 :]
        self.send_response(206 if start else 200)
        self.send_header("content-length", str(len(SOUND) if not start else len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None: ...


def test_a_recording_goes_on_where_it_broke_off_and_a_wrong_one_is_not_kept(tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", free_port()), Broken)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Broken.answers[:], Broken.asked[:] = [SOUND[:1000], b"x" * (len(SOUND) - 1000)], []
    workspace = Workspace(tmp_path)
    fetcher = Fetcher(workspace, f"http://127.0.0.1:{server.server_address[1]}", Key.of(tmp_path / "k"))
    fetcher.start()
    fetcher.want([RELEASE])
    try:
        wait_for(lambda: not fetcher.missing(), 60)
        assert Broken.asked == ["", "bytes=1000-", ""]
        assert fetcher.refused == 1
        assert approved_copy(workspace, RELEASE.sha256).read_bytes() == SOUND
    finally:
        fetcher.close()
        server.shutdown()
        server.server_close()


def test_strangers_at_the_players_port_neither_hold_the_station_nor_keep_players_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each had a thread of the station for as long as it sent a byte now and then, and forty of them kept all players out."""
    monkeypatch.setattr(server_module, "_WHOLE", 2.0)
    monkeypatch.setattr(server_module, "_CONNECTIONS", 30)
    station, key = Workspace(tmp_path / "xa"), Key.of(tmp_path / "key")
    copy = approved_copy(station, RELEASE.sha256)
    copy.parent.mkdir(parents=True)
    copy.write_bytes(SOUND)
    door = Door(station, dict, lambda _name, _public: {}, {key.id: key.public}.get)
    server = PlayerServer(door, "127.0.0.1", port := free_port())
    before = threading.active_count()
    server.start()
    halves = (
        b"POST /players/join HTTP/1.1\r\nhost: x\r\n",
        b"POST /players/join HTTP/1.1\r\ncontent-length: 4000\r\n\r\n{",
    )
    slow = []
    try:
        for number in range(120):
            slow.append(socket.create_connection(("127.0.0.1", port), 10))
            slow[-1].sendall(halves[number % 2])
        assert Fetcher(Workspace(tmp_path / "p"), f"http://127.0.0.1:{port}", key)._fetch(RELEASE)
        wait_for(lambda: threading.active_count() - before < 40)

        def all_gone() -> bool:
            for each in slow:
                with contextlib.suppress(OSError):
                    each.sendall(b"x")
            return threading.active_count() - before <= 1

        wait_for(all_gone, 30)
    finally:
        for each in slow:
            each.close()
        server.close()


def test_only_who_knows_the_code_joins_and_only_players_fetch(tmp_path: Path) -> None:
    station = Workspace(tmp_path / "xa")
    copy = approved_copy(station, RELEASE.sha256)
    copy.parent.mkdir(parents=True)
    copy.write_bytes(SOUND)
    codes, keys = {"dong": "ABCD2345"}, dict[str, str]()
    told = {"name": "dong", "station": "00" * 32, "broker": None, "broker_port": 1883, "user": "u", "password": "p"}

    def enrol(_name: str, public: str) -> dict[str, object]:
        codes.clear()
        keys[Key.of(tmp_path / "p" / ".loa" / "players" / "player.key").id] = public
        return told

    server = PlayerServer(Door(station, lambda: codes, enrol, keys.get), "127.0.0.1", port := free_port())
    server.start()
    try:
        player = Workspace(tmp_path / "p")
        with pytest.raises(PlayerError, match=r"code|mã"):
            join(player, f"127.0.0.1:{port}", "ABCD-2346")
        assert not (player.fleet / "identity.json").exists()
        assert join(player, f"127.0.0.1:{port}", "abcd-2345").broker == "mqtt://127.0.0.1:1883"
        with pytest.raises(PlayerError):
            join(Workspace(tmp_path / "q"), f"127.0.0.1:{port}", "ABCD2345")  # once
        for key, gets in ((Key.of(tmp_path / "stranger"), False), (Key.of(player.fleet / "player.key"), True)):
            fetcher = Fetcher(player, f"http://127.0.0.1:{port}", key)
            if gets:
                assert fetcher._fetch(RELEASE)
            else:
                with pytest.raises(OSError, match="403"):
                    fetcher._fetch(RELEASE)
    finally:
        server.close()
