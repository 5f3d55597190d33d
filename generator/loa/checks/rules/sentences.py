"""Rules on whole sentences: said twice, cut off, too long to be heard."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from loa.checks.text import Hit, Passage, Text, advice, warning
from loa.checks.words.lexicon import is_pair, normal, syllables
from loa.i18n import _
from loa.normalizer import split_sentences
from loa.text import LOWER

MAX_SYLLABLES = 45  # longer sentences are lost on a listener
_WORDS = re.compile(r"[^\W_]+")
_HANGING = frozenset(
    "và là của các những được cho trong với để tại theo do khi trên bằng hoặc từ về đến nhưng mà thì bởi vì"
    " nên như gồm một mỗi việc sự cùng cũng đã đang sẽ phải cần có thể qua giữa sau trước dưới".split()
)
_NEVER_LAST = frozenset("và là của các những hoặc với bởi nhưng thì vì gồm để do tại cho bằng".split())
_SMALL_START = re.compile(rf"(?<![\w.])(\w{{2,}})[.!?] +([{LOWER}]\w*)")
_ALIKE_WORDS = 12
# Words that end a sentence only after certain others: "trở về.", "như trên.", "làm theo.".
_ENDS_AFTER = {
    "về": "trở mang đi gửi tải đưa quay lấy phải kéo chở đem rước tràn chuyển nhận ra dội ùa tan",
    "trong": "bên phía ở từ vào",
    "theo": "kèm làm tiếp mang đi dõi học noi nghe chạy tuân đưa dắt cuốn kéo bám cùng giảm tăng thay đổi nối dài",
}
_OPEN_END = re.compile(r"[,–-]\s*$")
_CLOSED = re.compile(r"[.!?…:;][\"”’)\]\s]*$")
_ENDED = re.compile(r"[.!?…:;,–-][\"”’)\]\s]*$")
_LABEL = re.compile(r"[\W\d]*([^\W\d_][^:;.]{1,60}):\s")
_NUMBERED = re.compile(
    r"\s*(?:Điều|Chương|Mục|Phần|Phụ lục|Bảng|Biểu|Hình|Ảnh|Bài|Câu)\s+[\dIVX]+|"
    r"\s*(?:[IVX]{1,5}|\d{1,2}(?:\.\d{1,2})*)[.)]?\s"
)
_CAPTION = re.compile(
    r"\s*(?:Ảnh|Hình|Bảng|Biểu|Nguồn|Tin|Bài|Video|Chú thích)\b[^.]{0,3}[:.\d]|.*\b(?:Ảnh|Nguồn)\s*:\s*\S{1,30}\s*$",
    re.I,
)
_DEFINES = re.compile(r"(?:là|gồm|bao gồm|như sau)\s*:\s*$", re.I)


@lru_cache(maxsize=50_000)
def sentences_of(text: str) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    """Each sentence of a paragraph: where it stands, and its words in one form."""
    return tuple(
        (start, end, tuple(normal(word) for word in _WORDS.findall(text[start:end])))
        for start, end in split_sentences(text)
    )


@lru_cache(maxsize=50_000)
def _is_labelled(sentence: str) -> bool:
    """ "- Đơn vị chủ trì: Phòng Văn hóa - Xã hội.": a line of a plan, which stands under each of its tasks."""
    label = _LABEL.match(sentence)
    return label is not None and len(label[1].split()) <= 8 and len(sentence.split()) <= 60


def twice(text: Text) -> Iterator[Hit]:
    """A sentence of seven words or more that stands in the text a second time."""
    seen: dict[tuple[str, ...], int] = {}
    for offset, passage in text.passages:
        for start, end, words in sentences_of(passage.text):
            if len(words) < 7 or _is_labelled(passage.text[start:end]):
                continue
            first = seen.setdefault(words, offset + start)
            if first != offset + start:
                message = _("This sentence stands in the text twice (first on line {line}).").format(
                    line=text.place(first)[0]
                )
                yield Hit(offset + start, offset + end, "sentence.twice", message, _("Delete one of the two."))


@lru_cache(maxsize=50_000)
def _numbered_heading(body: str) -> bool:
    """ "Điều 5. Quyền của người dân": a heading with a number, which has no full stop."""
    return _NUMBERED.match(body) is not None and len(body.split()) <= 40 and not _ENDED.search(body.rstrip())


def alike(text: Text) -> Iterator[Hit]:
    """A sentence that says again, with a word or two changed, what an earlier one said."""
    seen: dict[tuple[str, ...], int] = {}
    places: list[tuple[int, tuple[str, ...]]] = []
    for offset, passage in text.passages:
        for start, end, words in sentences_of(passage.text):
            if len(words) < _ALIKE_WORDS or _is_labelled(passage.text[start:end]) or _numbered_heading(passage.text):
                continue
            runs = [words[i : i + 4] for i in range(len(words) - 3)]
            shared = Counter(seen[run] for run in runs if run in seen)
            best, count = shared.most_common(1)[0] if shared else (0, 0)
            if count >= 0.75 * len(runs) and words != places[best][1]:
                message = _("This sentence says nearly the same as the one on line {line}.")
                reported = message.format(line=text.place(places[best][0])[0])
                yield warning(offset + start, offset + end, "sentence.alike", reported, _("Delete one of the two."))
            for run in runs:
                seen.setdefault(run, len(places))
            places.append((offset + start, words))


def empty_parts(text: Text) -> Iterator[Hit]:
    """A heading that no text follows: the part that it promises is missing."""
    passages = text.passages
    for index, (offset, passage) in enumerate(passages):
        last = index + 1 == len(passages)
        if passage.heading and not (index == 0 and not last) and (last or passages[index + 1][1].heading):
            level, next_level = (_level(text, passages[i][0]) for i in (index, min(index + 1, len(passages) - 1)))
            if last or next_level <= level:
                message = _("This heading has no text below it.")
                yield Hit(
                    offset,
                    offset + len(passage.text),
                    "article.part-empty",
                    message,
                    _("Write the part, or delete the heading."),
                )


def _level(text: Text, offset: int) -> int:
    line = text.composed[text.composed.rfind("\n", 0, offset) + 1 :]
    return len(line) - len(line.lstrip("#"))


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
            message, fix = _("The sentence is cut off."), _("Write the end of it, or delete it.")
            yield Hit(offset + start, offset + end, "sentence.cut-off", message, fix)
        elif body.endswith(";") and following is None:
            message, fix = _("The list is cut off."), _("Write the end of it, or a full stop.")
            yield warning(offset + end - 1, offset + end, "sentence.cut-off", message, fix)
        elif passage.item and len(body) > 50 and not _ENDED.search(body) and _others_end(passages, index):
            if _heads(passage, following):
                continue
            message, fix = (
                _("This item ends without the sign that the others have."),
                _("Write the end of it, or the sign."),
            )
            yield warning(offset + end - 1, offset + end, "sentence.no-stop", message, fix)
        elif not _ENDED.search(body) and not passage.item and len(_WORDS.findall(body)) > 14 and not _title_like(body):
            if not _runs_on(passages, index):
                continue
            message = _("This paragraph ends without a full stop.")
            fix = _("Put a full stop, or write the end of the sentence.")
            yield warning(offset + end - 1, offset + end, "sentence.no-stop", message, fix)


_KINDS_OF_ITEM = tuple(map(re.compile, (r"\s*[-*+•–]", r"\s*\d{1,2}[.)]", r"\s*[a-zđ][.)]", r"\s*[IVX]{1,4}[.)]")))


def _heads(passage: Passage, following: Passage | None) -> bool:
    """Whether an item is the heading of items of another kind: "1. …" above "a) …"."""
    kind = next((kind for kind in _KINDS_OF_ITEM[1:] if kind.match(passage.text)), None)
    if kind is None or following is None or not following.item or len(passage.text.split()) > 30:
        return False
    return not kind.match(following.text)


def _runs_on(passages: tuple[tuple[int, Passage], ...], index: int) -> bool:
    """Whether paragraph `index` is running text, which ends with a sign: no headline, caption or row of a table."""
    body = passages[index][1].text
    if index == 0 or passages[index - 1][1].text.isupper():  # the title, or its second line
        return False
    if _numbered_heading(body) or _CAPTION.match(body) or "|" in body or "\t" in body or body.count(",") > 5:
        return False
    return len(_WORDS.findall(body)) > 24 or re.search(r"[.!?]\s", body) is not None


def _others_end(passages: tuple[tuple[int, Passage], ...], index: int) -> bool:
    """Whether the items right before and after item `index` end with a full stop or semicolon."""
    around = [passages[i][1] for i in (index - 1, index + 1) if 0 <= i < len(passages) and passages[i][1].item]
    return bool(around) and all(_ENDED.search(item.text.rstrip()) for item in around)


@lru_cache(maxsize=50_000)
def _is_cut(body: str, sentence: str, passage: Passage, following: Passage | None) -> bool:
    """Whether `body`, a paragraph that ends with `sentence`, breaks off."""
    words = [normal(word) for word in _WORDS.findall(body)]
    if _hangs_before_stop(sentence):
        return True
    if _CLOSED.search(body):
        return bool(_DEFINES.search(body)) and (following is None or following.heading)
    if re.match(r"(?:(?:kính\s+)?(?:thưa|gửi|chào|mời)|thân gửi)\b[^.;]{1,90},$", body, re.I):  # a greeting
        return False
    if _OPEN_END.search(body):
        legal = re.match(r"(?:Căn cứ|Xét|Theo|Thực hiện)\s", body)  # the preamble of a decision
        goes_on = following is not None and (following.item or passage.item or not following.text[:1].isupper())
        return not legal and not goes_on
    last = _WORDS.findall(body)[-1]
    if last[0].isupper() and not body.isupper():  # the name of a place: xã Hạ Bằng
        return False
    hanging = _NEVER_LAST if _is_headline(body, following) else _HANGING
    return words[-1] in hanging and len(words) > 3 and not body.isupper() and not is_pair(words[-2], words[-1])


def _is_headline(body: str, following: Passage | None) -> bool:
    """A short line without a stop that running text follows: "Những điều cử tri cần"."""
    return len(body.split()) <= 16 and following is not None and len(following.text.split()) > len(body.split())


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
            yield advice(start, end, "sentence.long", message, _("Make two or three sentences of it."))


def small_start(passage: Passage) -> Iterator[Hit]:
    """A sentence that begins with a small letter after a full stop."""
    for match in _SMALL_START.finditer(passage.masked):
        if normal(match[1]) in syllables():  # not after an abbreviation
            message = _("The sentence begins with a small letter.")
            replacement = match[2][0].upper() + match[2][1:]
            yield warning(
                *match.span(2),
                "sentence.small-start",
                message,
                _("Write “{right}”.").format(right=replacement),
                replacement,
            )


def _hangs_before_stop(sentence: str) -> bool:
    """ "… là." or "… của các.": a full stop after a word that asks for another one."""
    found = re.search(r"(\w{1,20})\s+(\w{1,20})\s*[.…]+\s*$", sentence[-80:])
    if not found:
        return False
    before, last = normal(found[1]), normal(found[2])
    if is_pair(before, last):
        return False
    if last == "đến":  # "gọi đến.", "dùng đến." are whole
        return before in ("điện", "quan", "ban", "liên")
    return last in _NEVER_LAST or (last in _ENDS_AFTER and before not in _ENDS_AFTER[last].split())


def _title_like(body: str) -> bool:
    """Titles and signatures have no full stop: capitals, or short lines."""
    return body.isupper() or sum(w[:1].isupper() for w in body.split()) > 0.5 * len(body.split())
