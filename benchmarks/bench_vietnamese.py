"""Reading aloud: exact matches and speed (CPU) beside `sea-g2p`, same lines, same run; linearity on hostile input.

`data/readings-<round>-<kind>.tsv.xz`: lines of real texts, written down by people who had not seen the reader: id,
source (address), written, spoken, other accepted readings (separated by |). What was read at first sight stands in
docs/normalizer.md; here is what is read today.
"""

import lzma
import time
from collections.abc import Callable
from pathlib import Path

from loa.normalizer import read, spoken
from tests.normalizer.score import failures, fold, load

DATA = Path(__file__).parent / "data"
TESTS = Path(__file__).parent.parent / "tests" / "normalizer"
HOSTILE = {
    "1/1/1/…": "1/",
    "(((((": "(",
    "one long word": "a",
    "ONE LONG WORD": "A",
    "one long number": "1",
    "1.1.1.": "1.",
    "1-1-1-": "1-",
    "A-A-A-": "A-",
    "a.a.a.": "a.",
    "0912 0912": "0912 ",
    "ngày 1, ngày 1, ": "ngày 1, ",
    "https://a.https://a.": "https://a.",
    "combining marks": "e\u0301",
    "marks on one letter": "\u0301",
    "Km1+Km1+": "Km1+",
}


def run() -> list[str]:
    """Printable lines."""
    files = sorted([*TESTS.glob("cases/*.tsv"), *TESTS.glob("fresh/*.tsv")])
    cases = sum(failures(path)[1] for path in files)
    text = "\n".join(line for path in files for _, line, _ in load(path))
    article = (
        "Thực hiện Nghị định số 42/2022/NĐ-CP của Chính phủ, Ủy ban nhân dân xã thông báo: từ ngày 01/7/2025, "
        "bà con nộp hồ sơ 24/24 giờ tại https://dichvucong.gov.vn bằng điện thoại hoặc máy tính có kết nối Internet. "
    )
    lines = [
        _row("loa", spoken, files, cases, text),
        f"loa, 1 MB of running text: {_speed(lambda t: read(t), _megabyte(article)):,.0f} characters/s",
        f"loa, 1 MB of the cases in one text: {_speed(lambda t: read(t), _megabyte(text)):,.0f} characters/s",
    ]
    for path in sorted(DATA.glob("readings-*.tsv.xz")):
        missed, total = first_sight(path)
        name = path.name.removesuffix(".tsv.xz")
        lines.append(f"{name}: {total - len(missed)}/{total} = {100 * (1 - len(missed) / total):.1f} % today")
    other = _sea_g2p()
    lines.append(_row("sea-g2p", other, files, cases, text) if other else "sea-g2p: not installed (extra: bench)")
    for name, unit in HOSTILE.items():
        short, long = (_seconds(lambda t: read(t), (unit * n)[:n]) for n in (125_000, 500_000))
        lines.append(
            f"hostile {name}: {500_000 / long:,.0f} characters/s; 4 × the text takes {long / short:.1f} × the time"
        )
    return lines


def first_sight(path: Path) -> tuple[list[tuple[str, str]], int]:
    """The lines of a table that are not read as accepted, each with what is read; and how many lines there are."""
    wrong, total = [], 0
    for line in lzma.decompress(path.read_bytes()).decode().splitlines()[1:]:
        _id, _source, written, said, *also = line.split("\t")
        total += 1
        got = fold(spoken(written))
        if got not in {fold(reading) for reading in (said, *"|".join(also).split("|"))}:
            wrong.append((written, got))
    return wrong, total


def _row(name: str, reader: Callable[[str], str], files: list[Path], cases: int, text: str) -> str:
    wrong = sum(len(failures(path, reader)[0]) for path in files)
    lines = text.splitlines()
    started = time.process_time()
    for line in lines:
        reader(line)
    speed = len(text) / (time.process_time() - started)
    rate = 100 * (1 - wrong / cases)
    return f"{name}: {cases - wrong}/{cases} cases = {rate:.1f} %, {speed:,.0f} characters/s line by line"


def _sea_g2p() -> Callable[[str], str] | None:
    try:
        from sea_g2p import Normalizer
    except ImportError:
        return None
    normalizer = Normalizer(lang="vi")
    return lambda text: fold(normalizer.normalize(text).replace("<en>", " ").replace("</en>", " "))


def _megabyte(text: str) -> str:
    return (text * (1_000_000 // len(text) + 1))[:1_000_000]


def _seconds(action: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    action(text)
    return time.process_time() - started


def _speed(action: Callable[[str], object], text: str) -> float:
    return len(text) / _seconds(action, text)
