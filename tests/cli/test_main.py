import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.conftest import Loa


def test_help_is_vietnamese_unless_english_is_asked_for(loa: Loa) -> None:
    assert "Tùy chọn" in loa("--help", env={"LOA_LANG": "vi"}).stdout
    assert "Options" in loa("--help", env={"LOA_LANG": "en"}).stdout


def test_the_language_of_the_workspace_is_used(loa: Loa, tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "schedule.yaml").write_text("language: vi\n", encoding="utf-8")
    assert "Tùy chọn" in loa("--help", env={"LOA_LANG": "", "LANG": "C"}).stdout


def test_a_wrong_verb_is_exit_code_2_on_stderr(loa: Loa) -> None:
    done = loa("phat-song")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "phat-song" in done.stderr


def test_a_reader_that_closes_the_pipe_is_no_error(tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m loa --help | head -c 1'
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_a_failure_of_ours_is_kept_in_a_file_and_shown_without_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from loa import cli
    from loa.cli import app

    def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError("secret detail")

    (tmp_path / "campaigns").mkdir()
    (tmp_path / "schedule.yaml").write_text("language: en\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOA_LANG", "en")
    monkeypatch.setattr(app.loa, "main", broken)
    with pytest.raises(SystemExit) as ended:
        cli.main([])
    shown = capsys.readouterr().err
    assert ended.value.code == 2
    assert "secret detail" not in shown
    reports = list((tmp_path / ".loa").glob("loa-crash-*.txt"))
    assert len(reports) == 1
    assert "secret detail" in reports[0].read_text(encoding="utf-8")
    assert str(reports[0]) in shown
    monkeypatch.chdir(tmp_path.parent)  # no station, and a home where nothing can be written
    monkeypatch.setenv("HOME", "/dev/null/nowhere")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SystemExit):
        cli.main([])
    assert "secret detail" in next(tmp_path.glob("loa-crash-*.txt")).read_text(encoding="utf-8")


@pytest.mark.skipif(os.name != "posix", reason="the shell's way to close a stream")
def test_ctrl_c_while_loading_and_a_closed_input_end_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "psutil.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)", "utf-8")
    load = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "  # a shell's background ignores it
    )
    load += f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from loa.__main__ import main; main()"
    stopped = subprocess.run([sys.executable, "-c", load], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (stopped.returncode, stopped.stderr) == (130, "")
    (tmp_path / "psutil.py").unlink()
    closed = subprocess.run(
        f'"{sys.executable}" -m loa spoken <&-', shell=True, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (closed.returncode, closed.stderr) == (0, "")


def test_every_verb_is_found_and_every_module_of_verbs_is_listed() -> None:
    import importlib
    import pkgutil

    import loa.cli
    from loa.cli.app import MODULES
    from loa.cli.app import loa as group

    for module in pkgutil.iter_modules(loa.cli.__path__):
        importlib.import_module(f"loa.cli.{module.name}")
    assert set(group.commands) == set(MODULES)


def test_a_verb_misspelt_is_told_with_the_nearest(loa: Loa, tmp_path: Path) -> None:
    done = loa("chek", cwd=tmp_path)
    assert done.returncode == 2
    assert "“check”" in done.stderr
