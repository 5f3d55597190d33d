"""Rules on whole sentences: said twice, cut off, too long to be heard."""

import re
from collections.abc import Iterator
from functools import lru_cache

from generator.i18n import _
from generator.review.hits import Hit, warning
from generator.review.syllables import is_pair, normal
from generator.review.text import LOWER, Passage, Text
from generator.vietnamese import split_sentences

MAX_SYLLABLES = 45  # longer sentences are lost on a listener
_WORDS = re.compile(r"[^\W_]+")
_HANGING = frozenset(
    "và là của các những được cho trong với để tại theo do khi trên bằng hoặc từ về đến nhưng mà thì bởi vì"
    " nên như gồm một mỗi việc sự cùng cũng đã đang sẽ phải cần có thể qua giữa sau trước dưới".split()
)
_NEVER_LAST = frozenset("và là của các những hoặc với bởi nhưng thì vì gồm để do tại theo".split())
_OPEN_END = re.compile(r"[,–-]\s*$")
_CLOSED = re.compile(r"[.!?…:;][\"”’)\]\s]*$")
_ENDED = re.compile(r"[.!?…:;,–-][\"”’)\]\s]*$")
_DEFINES = re.compile(r"(?:là|gồm|bao gồm|như sau)\s*:\s*$", re.I)


@lru_cache(maxsize=50_000)
def sentences_of(text: str) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    """Each sentence of a paragraph: where it stands, and its words in one form."""
    return tuple(
        (start, end, tuple(normal(word) for word in _WORDS.findall(text[start:end])))
        for start, end in split_sentences(text)
    )


def twice(text: Text) -> Iterator[Hit]:
    """A sentence of eight words or more that stands in the text a second time."""
    seen: dict[tuple[str, ...], int] = {}
    for offset, passage in text.passages:
        for start, end, words in sentences_of(passage.text):
            if len(words) < 8:
                continue
            first = seen.setdefault(words, offset + start)
            if first != offset + start:
                message = _("This sentence stands in the text twice (first on line {line}).").format(
                    line=text.place(first)[0]
                )
                yield Hit(offset + start, offset + end, "sentence.twice", message, _("Delete one of the two."))


def cut_off(text: Text) -> Iterator[Hit]:
    """A paragraph that stops in the middle of a sentence."""
    passages = text.passages
    for index, (offset, passage) in enumerate(passages):
        body = passage.text.rstrip()
        if passage.heading or not _WORDS.search(body):
            continue
        following = passages[index + 1][1] if index + 1 < len(passages) else None
        start, end, _last = sentences_of(body)[-1]
        if _is_cut(body, body[start:end], passage, following):
            message, mend = _("The sentence is cut off."), _("Write the end of it, or delete it.")
            yield Hit(offset + start, offset + end, "sentence.cut-off", message, mend)
        elif body.endswith(";") and following is None:
            message, mend = _("The list is cut off."), _("Write the end of it, or a full stop.")
            yield warning(offset + end - 1, offset + end, "sentence.cut-off", message, mend)
        elif not _ENDED.search(body) and not passage.item and len(_WORDS.findall(body)) > 14 and not _title_like(body):
            if index and passages[index - 1][1].text.isupper():
                continue  # the second line of a title
            message = _("This paragraph ends without a full stop.")
            mend = _("Put a full stop, or write the end of the sentence.")
            yield warning(offset + end - 1, offset + end, "sentence.no-stop", message, mend)


@lru_cache(maxsize=50_000)
def _is_cut(body: str, sentence: str, passage: Passage, following: Passage | None) -> bool:
    """Whether `body`, a paragraph that ends with `sentence`, breaks off."""
    words = [normal(word) for word in _WORDS.findall(body)]
    if _hangs_before_stop(sentence):
        return True
    if _CLOSED.search(body):
        return bool(_DEFINES.search(body)) and (following is None or following.heading)
    if _OPEN_END.search(body):
        legal = re.match(r"(?:Căn cứ|Xét|Theo|Thực hiện)\s", body)  # the preamble of a decision
        goes_on = following is not None and (following.item or passage.item or not following.text[:1].isupper())
        return not legal and not goes_on
    return words[-1] in _HANGING and len(words) > 3 and not body.isupper() and not is_pair(words[-2], words[-1])


def too_long(passage: Passage) -> Iterator[Hit]:
    """A sentence of more syllables than a listener can hold."""
    if len(passage.text) < 150:
        return
    for start, end, _found in sentences_of(passage.text):
        many = len(_WORDS.findall(passage.masked[start:end]))
        if many > MAX_SYLLABLES and not re.search(r";|:\s", passage.text[start : end - 2]):
            message = _("A sentence of {many} syllables; a listener follows {limit} at most.").format(
                many=many, limit=MAX_SYLLABLES
            )
            yield warning(start, end, "sentence.long", message, _("Make two or three sentences of it."))


def small_start(passage: Passage) -> Iterator[Hit]:
    """A sentence that begins with a small letter after a full stop."""
    for start, end, _found in sentences_of(passage.text)[1:]:
        first = passage.masked[start:end][:1]
        if (
            first.islower()
            and re.search(rf"[{LOWER}]{{2}}[.!?]\s+$", passage.text[:start])
            and not re.search(r"v\.v\.?\s+$", passage.text[:start])
        ):
            word = re.match(r"\w+", passage.text[start:end])
            if word:
                message = _("The sentence begins with a small letter.")
                mended = word.group()[0].upper() + word.group()[1:]
                yield warning(
                    start,
                    start + word.end(),
                    "sentence.small-start",
                    message,
                    _("Write “{right}”.").format(right=mended),
                    mended,
                )


def _hangs_before_stop(sentence: str) -> bool:
    """ "… là." or "… của các.": a full stop after a word that asks for another one."""
    found = re.search(r"(\w+)\s+(\w+)\s*[.…]+\s*$", sentence)
    return (
        bool(found)
        and found is not None
        and found[2].lower() in _NEVER_LAST
        and not is_pair(normal(found[1]), normal(found[2]))
    )


def _title_like(body: str) -> bool:
    """Titles and signatures have no full stop: capitals, or short lines."""
    return body.isupper() or sum(w[:1].isupper() for w in body.split()) > 0.5 * len(body.split())
