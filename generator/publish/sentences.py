"""The page's text, sentence by sentence: which part of it is heard in which caption."""

import html
import re
from collections.abc import Mapping, Sequence

from generator.article.output import to_html
from generator.script import Sentence

_FIRST = 0xF0000  # a private plane: one character marks where each sentence begins, and tells which one it is
_MARK = re.compile("[\U000f0000-\U000ffffd]")
_PIECE = re.compile(r"(<[^>]+>)")
_BLOCK = re.compile(r"</?(?:p|li|ul|ol|h[1-6]|blockquote|t[dhr]|table)\b")


def marked_html(markdown: str, sentences: Sequence[Sentence], cues: Mapping[int, Sequence[int]]) -> str:
    """`markdown` as HTML; the text of sentence i is in `<span data-cues="…">` with the numbers of its captions.

    `cues`: for the index of a sentence the captions in which it is heard. Sentences without any get no span.
    """
    pieces, position = [], 0
    for index, sentence in enumerate(sentences):
        if sentence.start is not None and sentence.start >= position and index in cues:
            pieces += [markdown[position : sentence.start], chr(_FIRST + index)]
            position = sentence.start
    made = to_html("".join([*pieces, markdown[position:]]))
    return _spans(made, cues) if cues else made


def _spans(made: str, cues: Mapping[int, Sequence[int]]) -> str:
    """Marks become spans around each run of text; a span never crosses a tag, so the HTML stays well formed."""
    out, current = [], None
    for piece in _PIECE.split(made):
        if piece.startswith("<"):
            if _BLOCK.match(piece):
                current = None
            out.append(piece)
            continue
        position = 0
        for mark in [*_MARK.finditer(piece), None]:
            text = piece[position : mark.start() if mark else len(piece)]
            if text.strip() and current is not None:
                numbers = " ".join(map(str, cues[current]))
                text = f'<span data-cues="{html.escape(numbers)}">{text}</span>'
            out.append(text)
            if mark:
                current, position = ord(mark.group()) - _FIRST, mark.end()
    return "".join(out)
