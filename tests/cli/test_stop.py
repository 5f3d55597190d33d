"""`loa stop`: one act, by a way that loads next to nothing, however it is typed and whatever answers it."""

import datetime
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from loa import stop_file
from loa.cli.stop import plain_stop
from loa.errors import RequestError
from loa.stop_file import CutAiring, StopAnswer, StopRequest
from loa.workspace import Workspace
from tests.conftest import Loa

CUT = (
    CutAiring("tin@2026-11-20T10:00:00Z", "ben-hai/tin", ("n",), sounded=True),
    CutAiring("air:khan@1", "ben-hai/khan", ("n", "m")),
)
HEAVY = {
    "click",
    "pydantic",
    "sqlalchemy",
    "jinja2",
    "apscheduler",
    "numpy",
    "structlog",
    "babel",
    "starlette",
    "fastapi",
}


class Obeys(threading.Thread):
    """A station that looks for a STOP four times a second, and tells what it cut."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(daemon=True)
        self.workspace, self.taken, self.over = workspace, list[StopRequest](), threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.25):
            taken = stop_file.take_stop(self.workspace)
            if taken:
                self.taken.append(taken.request)
                stop_file.answer_stop(self.workspace, StopAnswer(taken.request.by, taken.at, CUT))


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    """A station that was never on air."""
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "schedule.yaml").write_text("broadcasts: []\n", "utf-8")
    return Workspace(tmp_path)


@pytest.fixture
def obeying(empty: Workspace) -> Iterator[Obeys]:
    station = Obeys(empty)
    station.start()
    yield station
    station.over.set()
    station.join()


def test_loa_stop_is_obeyed_before_any_library_is_loaded(
    obeying: Obeys, loa: Loa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It took 0.7 s of processor time, 3.6 s on a busy machine, before it asked for silence."""
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    done = loa("stop", "--by", "Anh Nam", cwd=obeying.workspace.root)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "psutil" in loaded, "it shows what is loaded"
    assert not loaded & HEAVY
    assert done.returncode == 0
    assert obeying.taken == [StopRequest("Anh Nam")]
    assert done.stdout.splitlines() == [
        "Stopped.",
        "Cut: tin@2026-11-20T10:00:00Z on n.",
        "Cut: air:khan@1 on n, m.",
    ]
    assert "  loa air ben-hai/khan --on n --on m" in done.stderr


def test_the_short_way_and_the_parser_say_the_same(obeying: Obeys, loa: Loa) -> None:
    """`--workspace` behind the verb, abbreviations and mistakes are the parser's: it does the same act."""
    root = obeying.workspace.root
    short = loa("stop", "--by=Anh Nam", cwd=root)
    assert plain_stop(["stop", "--", "--by=Anh Nam"]) is None
    long = loa("stop", "--by", "X", "--by", "Anh Nam", "--", cwd=root)
    assert (long.returncode, long.stdout, long.stderr) == (short.returncode, short.stdout, short.stderr)
    assert obeying.taken == [StopRequest("Anh Nam")] * 2
    assert "--by" in loa("stop", "--by", "x" * 201, cwd=root).stderr
    assert len(obeying.taken) == 2


def test_where_no_station_is_on_air_nothing_is_left_that_would_silence_the_next_one(empty: Workspace, loa: Loa) -> None:
    done = loa("--workspace", str(empty.root), "stop")
    assert (done.returncode, done.stderr.strip()) == (1, "Nothing is on air here.")
    assert not empty.stop_file.exists()


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["stop"], (".", "")),
        (["stop", "--by", "Nam"], (".", "Nam")),
        (["--workspace", "a", "stop", "--by=stop"], ("a", "stop")),
        (["--workspace=a", "stop"], ("a", "")),
        (["--workspace", "stop"], None),
        (["--workspace"], None),
        (["stop", "--by"], None),
        (["stop", "now"], None),
        (["stop", "--workspace", "a"], None),
        (["air", "stop"], None),
        ([], None),
    ],
)
def test_what_the_short_way_takes(arguments: list[str], found: tuple[str, str] | None) -> None:
    assert plain_stop(arguments) == (found and (Path(found[0]), found[1]))


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff{",
        b"",
        b"[]",
        b"null",
        b'{"by": 5}',
        b'{"communes": "ben-hai"}',
        b'{"communes": [1]}',
        b'{"by": "a", "more": 1}',
        b'{"by": "' + b"x" * 300 + b'"}',
        b"[" * 100_000,
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_an_odd_stop_stops_everything(empty: Workspace, raw: bytes) -> None:
    empty.stop_file.parent.mkdir(exist_ok=True)
    empty.stop_file.write_bytes(raw)
    taken = stop_file.take_stop(empty)
    assert taken
    assert taken.request == StopRequest()
    assert stop_file.cut_by_file(empty) is None


def test_what_the_station_answers_is_read_as_it_was_written(empty: Workspace) -> None:
    at = datetime.datetime(2026, 11, 20, 10, tzinfo=datetime.UTC)
    for communes in (None, ("ben-hai", "hai-lang")):
        stop_file.answer_stop(empty, StopAnswer("Chị Lan “ơi”", at, CUT, communes))
        assert stop_file.cut_by_file(empty) == CUT
        assert stop_file.last_stop(empty) == stop_file.TakenStop(at, StopRequest("Chị Lan “ơi”", communes))


def test_a_name_that_is_none_is_refused() -> None:
    for name in ("x" * 201, "\ud800"):
        with pytest.raises(RequestError):
            StopRequest(name)
