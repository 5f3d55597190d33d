import os
import threading
from pathlib import Path

import pytest

from loa.file_cache import FileCache, mark_of, marks_in


@pytest.fixture
def reads() -> list[str]:
    return []


def cache_of(folder: Path, reads: list[str], most: int | None = None) -> FileCache[str, str]:
    def read(name: str) -> str:
        reads.append(name)
        return (folder / name).read_text("utf-8")

    return FileCache(read, most=most)


def test_a_file_is_read_again_when_its_age_or_its_size_changes(tmp_path: Path, reads: list[str]) -> None:
    file, cache = tmp_path / "a", cache_of(tmp_path, reads)
    file.write_text("1", "utf-8")
    os.utime(file, ns=(10**18, 10**18))
    assert [cache.get("a", mark_of(file)) for _time in range(3)] == ["1"] * 3
    file.write_text("22", "utf-8")
    os.utime(file, ns=(10**18, 10**18))  # a clock that was set back gives the same age again
    assert cache.get("a", mark_of(file)) == "22"
    file.write_text("33", "utf-8")
    os.utime(file, ns=(10**18, 10**18 + 1))
    assert cache.get("a", mark_of(file)) == "33"
    assert reads == ["a", "a", "a"]


def test_a_folder_is_followed(tmp_path: Path, reads: list[str]) -> None:
    cache = cache_of(tmp_path, reads)
    for name in ("b", "a", "c.txt"):
        (tmp_path / name).write_text(name, "utf-8")
    wanted = lambda name: not name.endswith(".txt")  # noqa: E731
    assert list(marks_in(tmp_path, wanted)) == ["a", "b"]
    assert cache.follow(marks_in(tmp_path, wanted)) == ({"a": "a", "b": "b"}, ["a", "b"], [])
    (tmp_path / "a").unlink()
    (tmp_path / "b").write_text("longer", "utf-8")
    assert cache.follow(marks_in(tmp_path, wanted)) == ({"b": "longer"}, ["b"], ["a"])
    listed = marks_in(tmp_path, wanted) | {"d": "1:1"}  # it went away since it was listed
    assert cache.follow(listed) == ({"b": "longer"}, [], [])
    assert reads == ["a", "b", "b", "d"]
    assert cache.follow(marks_in(tmp_path / "none")) == ({}, [], ["b"])
    assert mark_of(tmp_path / "none") == ""


def test_only_so_many_are_kept_the_newest_ones(tmp_path: Path, reads: list[str]) -> None:
    cache = cache_of(tmp_path, reads, most=2)
    for name in "abc":
        (tmp_path / name).write_text(name, "utf-8")
    for name in "abcbca":
        cache.get(name, mark_of(tmp_path / name))
    assert "".join(reads) == "abca"


def test_what_an_earlier_process_knew_is_not_read(tmp_path: Path, reads: list[str]) -> None:
    (tmp_path / "a").write_text("a", "utf-8")
    cache: FileCache[str, str] = FileCache(
        lambda name: reads.append(name) or name, known={"a": (marks_in(tmp_path)["a"], "?")}
    )
    assert cache.follow(marks_in(tmp_path)) == ({"a": "?"}, [], [])


def test_threads_get_what_there_is(tmp_path: Path, reads: list[str]) -> None:
    cache, got = cache_of(tmp_path, reads, most=1), []
    for name in "ab":
        (tmp_path / name).write_text(name, "utf-8")

    def work(name: str) -> None:
        got.extend(cache.get(name, mark_of(tmp_path / name)) == name for _time in range(200))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [True] * 800
