"""Captions: what a bulletin says when, as WebVTT for pages and SubRip for video programs."""

import html
from collections.abc import Iterator, Sequence

from loa.article.filters import capital
from loa.bulletin import synthetic
from loa.bulletin.manifest import Cue

ESTIMATED = "Thời điểm của từng từ là ước lượng, vì bộ đọc không cho biết."
"""The note is Vietnamese, like the captions."""


def webvtt(cues: Sequence[Cue], speakers: str = "") -> str:
    """Return `cues` as WebVTT, with the time of each word, so that a page can highlight words while they are heard.

    If presenters take turns, each cue names its presenter (`<v Nữ>`). If word times are estimated, a note says so; if a
    machine speaks, another one names engine and voices (`speakers`).
    """
    blocks = (f"{i}\n{_stamp(c.start)} --> {_stamp(c.end)}\n{_speaker(c)}{_timed(c)}\n" for i, c in enumerate(cues, 1))
    marked = speakers and any(cue.spoken for cue in cues)
    notes = [synthetic.comment(speakers)] if marked else []
    notes += [ESTIMATED] if any(cue.estimated for cue in cues) else []
    return "WEBVTT\n\n" + "".join(f"NOTE {note}\n\n" for note in notes) + "\n".join(blocks)


def srt(cues: Sequence[Cue]) -> str:
    """Return `cues` as SubRip."""
    blocks = (
        f"{i}\n{_stamp(c.start, ',')} --> {_stamp(c.end, ',')}\n{' '.join(c.text.split())}\n"
        for i, c in enumerate(cues, 1)
    )
    return "\n".join(blocks)


def _speaker(cue: Cue) -> str:
    return f"<v {html.escape(capital(cue.presenter))}>" if cue.presenter else ""


def _timed(cue: Cue) -> str:
    """Return the text on one line, escaped, with `<time>` before each word after the first."""

    def pieces() -> Iterator[str]:
        position, last = 0, cue.start
        for number, word in enumerate(cue.words):
            # several spoken words of one written token ("2023") share its start: mark only the first one
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
