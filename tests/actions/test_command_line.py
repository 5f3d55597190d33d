"""`loa air`, `loa approve` and `loa stop` where no station runs: odd values of every option, and files that change."""

from collections.abc import Callable

import pytest

from loa import cli
from loa.store import approvals
from loa.store.asrun import rows
from loa.store.database import Database
from loa.workspace import Workspace
from tests.local import wait_for

from .test_requests import NOW

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    released: Workspace, plan: Callable[..., str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """`loa ARGUMENTS` in this process: exit code, stdout, stderr."""
    plan(NOW)
    monkeypatch.chdir(released.root)
    monkeypatch.setenv("LOA_LANG", "en")

    def go(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return go


ODD = {
    "--pause": ["abc", "", " ", "30", "-5s", "5 parsecs", "1e400s", "9" * 400 + "s", "25h", "3d", "\udcff", "30s 1"],
    "--times": ["0", "21", "-1", "1.5", "x", "", "9" * 400, "\udcff"],
    "--by": ["x" * 201, "\udcff"],
    "--on": ["", "nowhere", "n,m", "../n", "n" * 5000, "\udcff", "-n"],
}
BULLETINS = ["", " ", "nowhere", "..", "/", "*", "x" * 5000, "x" * 5000 + ".mp3", "a\0b.mp3", "\udcff", "\udcff.mp3"]


@pytest.mark.parametrize(("option", "value"), [(option, value) for option, values in ODD.items() for value in values])
def test_an_odd_value_is_told_with_its_option_and_nothing_happens(
    run: Run, released: Workspace, store: Database, option: str, value: str
) -> None:
    before = rows(store, kinds=None)
    code, out, errors = run("air", "tin", "--on", "n", "--now", f"{option}={value}")
    assert (code, out) == (1 if "no output" in errors else 2, "")
    assert option in errors
    assert "itself failed" not in errors
    assert len(errors.splitlines()) <= 4
    assert rows(store, kinds=None) == before
    assert not list(released.state.glob("loa-crash-*"))


@pytest.mark.parametrize("bulletin", BULLETINS)
def test_an_odd_bulletin_is_told_and_nothing_happens(
    run: Run, released: Workspace, store: Database, bulletin: str
) -> None:
    before = rows(store, kinds=None)
    for verb in (("air", "--on", "n"), ("approve", "--by", "Lan")):
        code, out, errors = run(*verb, "--", bulletin)
        assert (code, out) == (2, "")
        assert "bulletin" in errors
        assert "itself failed" not in errors
    assert rows(store, kinds=None) == before


def test_all_odd_values_are_told_at_once(run: Run) -> None:
    code, _out, errors = run("air", "tin", "--on", "nowhere", "--pause", "abc", "--by", "x" * 300)
    assert code == 2
    assert all(option in errors for option in ("--on", "--pause", "--by"))


def test_a_person_without_a_name_on_this_computer_can_stop_and_play(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("No username set in the environment")

    monkeypatch.setattr("getpass.getuser", nobody)
    code, out, told = run("air", "tin", "--on", "n")
    assert (code, out) == (0, "ben-hai/tin: aired\n")
    assert "On air on n." in told
    assert run("stop") == (1, "", "Nothing is on air here.\n")


def test_a_schedule_that_was_never_right_keeps_nobody_from_stopping(run: Run, released: Workspace) -> None:
    """Another process may be on air here for one airing."""
    released.schedule_file.write_text("outputs: [", "utf-8")
    assert run("stop") == (1, "", "Nothing is on air here.\n")


def test_what_is_approved_is_what_was_hashed_first(
    run: Run, released: Workspace, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody replaces the sound between the moment when `loa approve` looked at it and the approval itself."""
    path = released.bulletins / "ben-hai" / "tin.mp3"
    path.write_bytes(b"what was shown")
    read = approvals.BulletinFile.read

    def replaced_after(recording: approvals.BulletinFile) -> bytes:
        data = read(recording)
        path.write_bytes(b"another sound")
        return data

    monkeypatch.setattr(approvals.BulletinFile, "read", replaced_after)
    before = approvals.all_approvals(store)
    code, out, errors = run("approve", "tin", "--by", "Lan")
    assert (code, out) == (2, "")
    assert "made again" in errors
    assert approvals.all_approvals(store) == before


def test_an_emergency_of_the_command_line_is_approved_and_played_as_it_was(
    run: Run, released: Workspace, store: Database
) -> None:
    path = released.bulletins / "ben-hai" / "khan.mp3"
    path.write_bytes((released.bulletins / "ben-hai" / "tin.mp3").read_bytes())
    assert run("air", "khan", "--on", "n", "--now", "--by", "Lan", "--times", "2", "--pause", "0s")[:2] == (
        0,
        "ben-hai/khan: aired\n",
    )
    assert approvals.approved(store, "ben-hai/khan", approvals.BulletinFile("ben-hai/khan", path).sha256)
    wait_for(lambda: [row.outcome for row in rows(store)] == ["aired"])
