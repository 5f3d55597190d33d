"""Captions of a bulletin: WebVTT with the time of every word, and SRT for players that know only that."""

import html
from collections.abc import Iterator, Sequence

from generator.article.filters import capital
from generator.bulletin.manifest import Cue

ESTIMATED = "Thời điểm của từng từ là ước lượng, vì bộ đọc không cho biết."
"""In Vietnamese, as the captions are."""


def webvtt(cues: Sequence[Cue]) -> str:
    """`cues` as WebVTT; words carry their times, so that a page can light them up as they are heard.

    Where presenters take turns, each cue says whose it is (`<v Nữ>`); where those times are no more than an estimate, a
    note says so.
    """
    blocks = (f"{i}\n{_stamp(c.start)} --> {_stamp(c.end)}\n{_speaker(c)}{_timed(c)}\n" for i, c in enumerate(cues, 1))
    note = f"NOTE {ESTIMATED}\n\n" if any(cue.estimated for cue in cues) else ""
    return f"WEBVTT\n\n{note}" + "\n".join(blocks)


def srt(cues: Sequence[Cue]) -> str:
    """`cues` as SubRip."""
    blocks = (
        f"{i}\n{_stamp(c.start, ',')} --> {_stamp(c.end, ',')}\n{' '.join(c.text.split())}\n"
        for i, c in enumerate(cues, 1)
    )
    return "\n".join(blocks)


def _speaker(cue: Cue) -> str:
    return f"<v {html.escape(capital(cue.presenter))}>" if cue.presenter else ""


def _timed(cue: Cue) -> str:
    """The text in one line, escaped, with `<time>` before each word after the first."""

    def pieces() -> Iterator[str]:
        position, last = 0, cue.start
        for number, word in enumerate(cue.words):
            # words that one written token gave ("2023") share its start: the token is lit once, at the first of them
            if number and word.start > position and last < word.at < cue.end:
                yield html.escape(cue.text[position : word.start], quote=False)
                yield f"<{_stamp(word.at)}>"
                position, last = word.start, word.at
        yield html.escape(cue.text[position:], quote=False)

    return " ".join("".join(pieces()).split())


def _stamp(seconds: float, point: str = ".") -> str:
    thousandths = round(seconds * 1000)
    whole, thousandths = divmod(thousandths, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{thousandths:03}"
