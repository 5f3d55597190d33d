"""`loa spoken` as people and programs use it: through pipes, away from any workspace."""

import subprocess
import sys
from pathlib import Path

import pytest


def run(data: bytes, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "loa", "spoken", *arguments]
    return subprocess.run(command, input=data, capture_output=True, cwd=cwd, timeout=60, check=False)


def test_one_line_out_for_each_line_in_and_empty_ones_stay_empty(tmp_path: Path):
    done = run("UBND xã\r\n\r\n  \nngày 01/7/2025".encode(), cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.decode().splitlines() == [
        "ủy ban nhân dân xã",
        "",
        "",
        "ngày một tháng bảy năm hai nghìn không trăm hai mươi lăm",
    ]


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("bac", "một nghìn không trăm linh bốn hộ tháng tư hai mươi tư"),
        ("trung", "một nghìn không trăm lẻ bốn hộ tháng tư hai mươi bốn"),
        ("nam", "một ngàn không trăm lẻ bốn hộ tháng tư hai mươi bốn"),
    ],
)
def test_the_region_decides_the_number_words(region: str, words: str, tmp_path: Path):
    done = run("1.004 hộ, tháng 4: 24".encode(), "--region", region, cwd=tmp_path)
    assert done.stdout.decode().strip() == words


def test_bytes_that_are_no_text_do_not_stop_it(tmp_path: Path):
    done = run(b"\xef\xbb\xbfUBND\n\xff\xfe\x00abc\nHTX\n", cwd=tmp_path)
    assert done.returncode == 0
    lines = done.stdout.decode().split("\n")
    assert lines[0] == "ủy ban nhân dân"
    assert lines[2] == "hợp tác xã"


def test_each_line_is_answered_before_the_next_is_sent(tmp_path: Path):
    command = [sys.executable, "-m", "loa", "spoken"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text, words in (("HTX", "hợp tác xã"), ("TP", "thành phố")):
            process.stdin.write(f"{text}\n".encode())
            process.stdin.flush()
            assert process.stdout.readline().decode().strip() == words
        process.stdin.close()
        assert process.wait(30) == 0
