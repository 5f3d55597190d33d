"""Templates by chance: see `fuzz_templates.py`, which runs in a process of its own, for an audit hook stays for ever."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(("seed", "templates"), [(1, 120), pytest.param(2, 3000, marks=pytest.mark.long)])
def test_no_template_opens_a_file_starts_a_process_or_opens_a_connection(seed: int, templates: int) -> None:
    command = [sys.executable, "-m", "tests.article.fuzz_templates", str(seed), str(templates)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=550)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "filled in" in done.stdout
