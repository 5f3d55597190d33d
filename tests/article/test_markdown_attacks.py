"""Markdown that takes long: for twice as many brackets Python-Markdown needs four times as long."""

import contextlib
import time

import pytest

from loa.article import html
from loa.article.html import to_html
from loa.article.markup import plain
from loa.errors import LimitError
from loa.limited import Limits

HOSTILE = {
    "brackets": "[",
    "images": "![",
    "links": "[a](",
    "references": "![a][b] ",
    "titles": '[a](b "',
    "tags": "<a ",
    "comments": "<!--",
    "addresses": "<http://a",
}


@pytest.mark.parametrize("kind", ["links", "addresses"])
def test_hostile_markdown_is_converted_or_refused_within_its_time(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in this process: its time is the pages' and the loudspeakers'."""
    monkeypatch.setattr(html, "LIMITS", Limits(seconds=0.3, megabytes=200))
    begun = time.process_time()
    with contextlib.suppress(LimitError):
        to_html(HOSTILE[kind] * 4000)
    assert time.process_time() - begun < 0.3


def test_forty_thousand_brackets_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Earlier 4 000 held a page for 2.7 s, and ten times as many for minutes."""
    monkeypatch.setattr(html, "LIMITS", Limits(seconds=0.3, megabytes=200))
    with pytest.raises(LimitError, match="too long to read"):
        to_html("[" * 40_000)


def test_brackets_up_to_the_bound_are_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "run_limited", lambda *_given, **_more: pytest.fail("in another process"))
    begun = time.thread_time()
    for kind in HOSTILE.values():
        to_html(kind * (200 // kind.count("[") if "[" in kind else 200))
    assert time.thread_time() - begun < 1


def test_many_links_are_the_same_in_either_process() -> None:
    text = "\n\n".join(f"Đoạn {number}: [trang](https://vi.du/{number}), **đậm**." for number in range(250))
    assert to_html(text) == html.converted(text)
    assert to_html(text).count("<a href=") == 250


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_heard_of_hostile_markdown_is_found_in_time(kind: str) -> None:
    """A text of the largest size that a file may have; earlier the time grew with its square."""
    begun = time.thread_time()
    plain(HOSTILE[kind] * (100_000 // len(HOSTILE[kind])))
    assert time.thread_time() - begun < 2
