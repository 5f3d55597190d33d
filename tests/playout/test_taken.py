"""What the other side of a stream has taken: a peer that accepts everything and reads nothing is not an audience."""

import contextlib
import datetime
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from loa.bulletin.writer import id3
from loa.clock import RealClock
from loa.playout.outputs import not_ready, open_connection
from loa.playout.outputs.base import OutputConnection
from loa.playout.outputs.http import MAX_CONNECTIONS
from loa.playout.outputs.peer import PeerMeter
from loa.playout.outputs.shared_stream import Carrier
from loa.playout.recording import LoadedRecording
from loa.playout.session import Session
from loa.schedule.outputs import AnyOutput, Http, Icecast, Null
from loa.store.approvals import BulletinFile
from tests.local import free_port, wait_for
from tests.servers import DeafServer, IcecastServer
from tests.sounds import make_mp3


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOA_ICECAST_PASSWORD", "mat-khau")


def play(recording: LoadedRecording, root: Path, ahead: float, **outputs: AnyOutput) -> Session:
    planned = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=ahead)
    session = Session("tin@test", recording, outputs, planned, RealClock(), root)
    session.start()
    return session


def to_end(session: Session, seconds: float = 60) -> None:
    def over() -> bool:
        session.watch()
        return session.over

    wait_for(over, seconds)


@pytest.mark.usefixtures("password")
def test_a_server_that_never_reads_takes_nothing(programme: LoadedRecording, tmp_path: Path) -> None:
    """Its system acknowledges up to a minute of sound: that is not enough."""
    server = DeafServer()
    session = play(programme, tmp_path, 1.0, i=Icecast(kind="icecast", url=server.url("a.mp3")))
    (report,) = session.reports
    wait_for(lambda: report.failures, 10)
    assert "has taken no sound for" in report.failures[0]
    assert report.lost > 4
    wait_for(lambda: session.conditions["i"] == "sounding", 10)
    assert not session.sounding
    session.stop()
    server.close()
    assert (report.complete, report.taken, report.started) == (False, 0.0, None)


@pytest.mark.usefixtures("password")
def test_an_icecast_that_reads_takes_everything(
    programme: LoadedRecording, tmp_path: Path, icecast: IcecastServer
) -> None:
    session = play(programme, tmp_path, 1.0, i=Icecast(kind="icecast", url=icecast.url("a.mp3")), n=Null(kind="null"))
    to_end(session)
    taken, silent = session.reports
    assert taken.complete
    assert not taken.failures
    assert taken.taken == pytest.approx(programme.seconds, abs=0.3)
    assert silent.taken is None


@pytest.mark.parametrize("queue_known", [True, False])
def test_a_peer_that_stops_reading_is_noticed_when_its_buffer_is_full(
    queue_known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Linux by what is not acknowledged, elsewhere by the send that blocks."""
    if not queue_known:
        monkeypatch.setattr("loa.playout.outputs.peer._queued", lambda _connection: None)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
        ours = socket.create_connection(server.getsockname())
        theirs, _address = server.accept()
    meter, stop = PeerMeter(ours, 0.0), threading.Event()

    def send() -> None:
        with contextlib.suppress(OSError):
            while not stop.wait(0.01):
                meter.offer(1_000)
                ours.sendall(bytes(1_000))
                meter.sent(1_000)

    threading.Thread(target=send, daemon=True).start()
    for tick in range(12):  # three seconds of its clock
        theirs.recv(100_000)
        time.sleep(0.02)
        meter.look(tick / 4)
    assert meter.idle_for(11 / 4) == 0
    read = meter.taken

    def full() -> bool:
        before = meter.taken
        time.sleep(0.3)
        meter.look(3.0)
        return meter.taken == before

    wait_for(full, 20)
    for tick in range(40):
        meter.look(3.0 + tick / 4)
    assert meter.idle_for(3.0 + 39 / 4) > 6
    assert meter.taken < meter.offered
    assert meter.taken >= read
    stop.set()
    for one in (ours, theirs):
        one.close()


@contextlib.contextmanager
def listening(url: str, path: Path) -> Iterator[None]:
    retry = ["curl", "-s", "--retry", "9", "--retry-delay", "1", "--retry-all-errors", "-f", "-o", str(path), url]
    listener = subprocess.Popen(retry)
    try:
        yield
    finally:
        listener.kill()
        listener.wait()


@pytest.mark.parametrize("somebody", [True, False])
def test_a_stream_that_no_loudspeaker_pulls_is_not_taken(
    programme: LoadedRecording, tmp_path: Path, somebody: bool
) -> None:
    port = free_port()
    session = play(programme, tmp_path, 3.0, h=Http(kind="http", port=port, host="127.0.0.1"))
    with listening(f"http://127.0.0.1:{port}/h.mp3", tmp_path / "h.mp3") if somebody else contextlib.nullcontext():
        to_end(session)
    (report,) = session.reports
    assert report.complete == somebody
    assert report.taken == pytest.approx(programme.seconds if somebody else 0.0, abs=0.6)


def test_idle_connections_do_not_starve_the_station(programme: LoadedRecording, tmp_path: Path) -> None:
    """1 024 of them used up the file handles of the process: no database, no sound."""
    port = free_port()
    session = play(programme, tmp_path, 3600, h=Http(kind="http", port=port, host="127.0.0.1"))
    wait_for(lambda: session.conditions["h"] == "ready")
    before = len(list(Path("/proc/self/fd").iterdir()))
    with contextlib.ExitStack() as stack:  # what stayed open would fail the next test
        stack.callback(session.stop)
        idle = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(MAX_CONNECTIONS + 60)]
        with listening(f"http://127.0.0.1:{port}/h.mp3", tmp_path / "h.mp3"):
            wait_for(lambda: (tmp_path / "h.mp3").exists() and (tmp_path / "h.mp3").stat().st_size > 0, 60)
        ours = len(list(Path("/proc/self/fd").iterdir())) - before - len(idle)
        assert ours <= MAX_CONNECTIONS + 20
        idle[0].settimeout(60)
        assert idle[0].recv(1) == b"", "the oldest one made room"


def test_a_recording_knows_its_title_and_commune_from_its_tag(tmp_path: Path) -> None:
    path = make_mp3(tmp_path / "a.mp3", 1)
    plain = LoadedRecording.load(BulletinFile("ben-hai/tin", path))
    assert (plain.title, plain.station) == ("", "")
    named = id3("Phòng, chống sốt xuất huyết", "xã Bến Hải", datetime.date(2026, 11, 1), [])
    path.write_bytes(named + path.read_bytes())
    loaded = LoadedRecording.load(BulletinFile("ben-hai/tin", path))
    assert (loaded.title, loaded.station) == ("Phòng, chống sốt xuất huyết", "xã Bến Hải")


@pytest.mark.usefixtures("password")
def test_title_and_commune_are_shown_by_the_server(
    programme: LoadedRecording, tmp_path: Path, icecast: IcecastServer
) -> None:
    title, station = "Phòng, chống sốt xuất huyết", "xã Bến Hải"
    at = OutputConnection("i", "tin@x", "0" * 64, RealClock(), threading.Event(), tmp_path, title, station)
    player = open_connection(Icecast(kind="icecast", url=icecast.url("a.mp3")), at, Carrier(programme, at.clock))
    waiting = threading.Thread(target=player.begin, args=(lambda: 3600.0, 0.0))  # silence until the start
    waiting.start()
    wait_for(lambda: '"title"' in icecast.status().decode())
    request = urllib.request.Request(icecast.url("a.mp3"), headers={"Icy-MetaData": "1"})
    with urllib.request.urlopen(request, timeout=9) as answer:
        assert answer.headers["icy-name"].encode("latin-1").decode() == station
        answer.read(int(answer.headers["icy-metaint"]))
        shown = answer.read(answer.read(1)[0] * 16)
    at.stop.set()
    waiting.join()
    assert shown.rstrip(b"\0").decode() == f"StreamTitle='{title}';"
    player.close()


@pytest.mark.parametrize(
    ("password", "problem"), [("mat-khau", None), ("sai", "refuses the user name or the password")]
)
def test_a_wrong_password_is_told_before_the_hour(
    password: str, problem: str | None, tmp_path: Path, icecast: IcecastServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOA_ICECAST_PASSWORD", password)
    found = not_ready(Icecast(kind="icecast", url=icecast.url("a.mp3")), tmp_path)
    assert (found is None) if problem is None else problem in (found or "")
    assert b"a.mp3" not in icecast.status(), "nobody was on the mount for it"


@pytest.mark.usefixtures("password")
def test_a_refused_password_is_not_tried_again_every_few_seconds(
    programme: LoadedRecording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, icecast: IcecastServer
) -> None:
    """Servers lock out who does so; a server that was only restarting is tried again soon."""
    monkeypatch.setenv("LOA_ICECAST_PASSWORD", "sai")
    session = play(programme, tmp_path, 3600, i=Icecast(kind="icecast", url=icecast.url("a.mp3")))
    wait_for(lambda: session.reports[0].failures)
    time.sleep(2.5)
    session.stop()
    assert len(session.reports[0].failures) == 1
