"""Work in a process of its own ends at its limits, does nothing but its work, and leaves no process behind."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from loa.errors import CampaignError, LimitError
from loa.limited import Limits, limits, parent, run_limited
from tests.limited import work

SMALL = Limits(seconds=0.5, megabytes=100, output=1_000_000)


def test_work_is_done_and_the_process_is_kept_for_the_next() -> None:
    assert run_limited(work.echo, {"a": [1, None, "ạ"]}, limits=SMALL) == {"a": [1, None, "ạ"]}
    assert run_limited(work.echo, b"\x00\xff" * 1000, limits=SMALL) == b"\x00\xff" * 1000
    first, second = (run_limited(work.number, limits=SMALL) for _ in range(2))
    assert first == second != os.getpid()


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (work.spin, "time"),
        (work.spin_without_python, "time"),
        (work.grow, "memory"),
        (work.grow_at_once, "memory"),
        (work.fail, "crash"),
        (work.die, "crash"),
        (work.be_killed, "crash"),
    ],
)
def test_work_beyond_a_limit_ends_with_a_plain_message(function: object, kind: str) -> None:
    before = {child.pid for child in psutil.Process().children()}
    with pytest.raises(LimitError) as error:
        run_limited(function, limits=SMALL, file="bai.docx")  # type: ignore[arg-type]
    (finding,) = error.value.findings
    assert error.value.kind == kind
    assert (finding.code, finding.file) == (f"limit.{kind}", "bai.docx")
    assert finding.message
    assert finding.fix
    assert {child.pid for child in psutil.Process().children()} <= before  # nothing is left of it
    assert run_limited(work.echo, 1, limits=SMALL) == 1


def test_work_that_only_waits_is_ended_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_WALL", (1.0, 1.0))
    with pytest.raises(LimitError) as error:
        run_limited(work.wait, limits=SMALL)
    assert error.value.kind == "time"


def test_an_answer_that_is_too_long_is_not_taken() -> None:
    assert len(run_limited(work.tell_much, 900_000, limits=SMALL)) == 900_000
    with pytest.raises(LimitError) as error:
        run_limited(work.tell_much, 2_000_000, limits=SMALL)
    assert error.value.kind == "output"


def test_our_own_errors_come_through_with_their_places() -> None:
    with pytest.raises(CampaignError) as error:
        run_limited(work.refuse, limits=SMALL)
    assert [(f.code, f.message, f.fix, f.line) for f in error.value.findings] == [("a.code", "what", "how", 3)]


def test_the_work_may_ask_and_an_error_of_the_answer_comes_through() -> None:
    assert run_limited(work.ask, "name", limits=SMALL, answer=str.upper) == "NAME"

    def fails(name: str) -> str:
        raise FileNotFoundError(name)

    with pytest.raises(FileNotFoundError):
        run_limited(work.ask, "name", limits=SMALL, answer=fails)


def test_what_a_library_prints_disturbs_nothing() -> None:
    assert run_limited(work.print_much, limits=SMALL) == "done"


@pytest.mark.parametrize("function", [work.start, work.shell, work.fork, work.unpickle, work.signal_parent])
def test_no_program_is_started_and_no_code_loaded(function: object) -> None:
    with pytest.raises(LimitError) as error:
        run_limited(function, limits=SMALL)  # type: ignore[arg-type]
    assert error.value.kind == "crash"


def test_no_file_of_the_station_is_read_written_listed_or_removed(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("secret", encoding="utf-8")
    for function, path in (
        (work.read, kept),
        (work.write, tmp_path / "new"),
        (work.look, tmp_path),
        (work.remove, kept),
    ):
        with pytest.raises(LimitError):
            run_limited(function, str(path), limits=SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_no_connection_is_opened() -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.5)
        with pytest.raises(LimitError):
            run_limited(work.connect, server.getsockname()[1], limits=SMALL)
        with pytest.raises(TimeoutError):
            server.accept()


def test_secrets_of_the_environment_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOA_ICECAST_PASSWORD", "secret")
    parent.close()
    assert run_limited(work.variable, "LOA_ICECAST_PASSWORD", limits=SMALL) is None


def test_a_process_that_ended_while_it_waited_is_replaced() -> None:
    first = run_limited(work.number, limits=SMALL)
    psutil.Process(first).kill()
    assert run_limited(work.number, limits=SMALL) != first


def test_many_calls_at_once_start_few_processes() -> None:
    numbers: list[int] = []
    threads = [
        threading.Thread(target=lambda: numbers.append(run_limited(work.number, limits=SMALL))) for _ in range(12)
    ]
    most = 0
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, len([c for c in psutil.Process().children() if "work:number" in " ".join(_command(c))]))
        time.sleep(0.02)
    assert len(numbers) == 12
    assert most <= parent.AT_ONCE


def _command(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def test_the_process_ends_with_the_one_that_started_it() -> None:
    code = (
        "from loa.limited import Limits, run_limited\nfrom tests.limited import work\nimport os, signal\n"
        "print(run_limited(work.number, limits=Limits(1, 100)), flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    number = int(done.stdout)
    until = time.monotonic() + 30
    while psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until, "it lives on"
        time.sleep(0.05)
