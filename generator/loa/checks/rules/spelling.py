"""Spelling: syllables that Vietnamese does not have, slips of a letter or mark within known words, foreign words."""

import difflib
import re
from collections.abc import Iterator
from functools import cache, lru_cache

from loa.checks.text import Hit, Passage, advice, warning
from loa.checks.words import lexicon as syl
from loa.checks.words import real_words
from loa.checks.words.ngrams import model
from loa.i18n import _

_WORD = re.compile(r"[^\W\d_²³¹]+(?:['’][^\W\d_²³¹]+)?")
_SPELT = {"vneid": "VNeID", "ekyc": "eKYC"}  # names whose capitals are part of them
_CONFUSED_SPLIT = " → "


@cache
def _confusions() -> tuple[re.Pattern[str], dict[str, str]]:
    """The phrases that are always wrong, as one pattern, and what each was meant to be."""
    rows = dict(line.split(_CONFUSED_SPLIT) for line in syl._lines("confusions.txt"))
    pattern = "|".join(re.escape(wrong).replace(r"\ ", r"\s+") for wrong in sorted(rows, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.I), rows


@cache
def _foreign() -> dict[str, str]:
    """Foreign words: those that may stay ("" as the value), and those that Vietnamese has a word for."""
    rows = (line.partition(_CONFUSED_SPLIT) for line in syl._lines("foreign.txt"))
    return {word.lower(): better for word, _arrow, better in rows}


def spelling(passage: Passage) -> Iterator[Hit]:
    """All spelling hits of a paragraph; a span is told once."""
    text = passage.masked
    reported: list[tuple[int, int]] = []
    pattern, right = _confusions()
    for match in pattern.finditer(text):
        if _spans_two_words(text, match):
            continue
        reported.append(match.span())
        replacement = _like(match.group(), right[" ".join(match.group().lower().split())])
        message = _("Spelling: “{wrong}”.").format(wrong=match.group())
        yield Hit(
            *match.span(),
            "spelling.confused",
            message,
            _("Write “{right}”.").format(right=replacement),
            replacement=replacement,
        )
    words = [m for m in _WORD.finditer(text) if "ａ" not in m.group()]
    long = [m for m in words if len(m.group()) > 1]
    unmarked = [m for m in long if m.group().isascii() and m.group().islower()]
    if len(long) > 8 and len(unmarked) > 0.85 * len(long):
        start, end = words[0].start(), words[-1].end()
        message = _("This paragraph is written without Vietnamese marks.")
        yield warning(
            start, end, "spelling.unmarked", message, _("Write it with all marks; it cannot be read aloud like this.")
        )
        return
    line = real_words.Line(words, text)
    shouted = sum(m.group().isupper() for m in words) > 0.7 * len(words)
    for index, match in enumerate(words):
        if any(a < match.end() and match.start() < b for a, b in reported):
            continue
        hit = (
            _bound(words, index, text)
            or _word(words, index, text, shouted=shouted)
            or _pair(words, index, text)
            or real_words.slip(line, index)
        )
        if hit:
            reported.append((hit.start, hit.end))
            yield hit


# Names of bodies in which people write one capital too many (Nghị định 30/2020/NĐ-CP, Phụ lục II).
_CAPITALS = re.compile(
    r"(?<!\w)(?:(?:Mặt [Tt]rận )?(?P<tq>Tổ Quốc)|(?P<ub>[UỦ]y Ban [Nn]hân [Dd]ân|[UỦ]ỷ? ?ban Nhân Dân)|"
    r"(?P<hd>Hội Đồng [Nn]hân [Dd]ân|Hội đồng Nhân Dân))(?!\w)"
)


def capitals(passage: Passage) -> Iterator[Hit]:
    """ "Ủy Ban Nhân Dân", "Mặt trận Tổ Quốc": capitals that the name has not; not in a line of nothing but capitals."""
    if passage.heading or passage.text.istitle():
        return
    for match in _CAPITALS.finditer(passage.text):
        right = "Tổ quốc" if match["tq"] else "Ủy ban nhân dân" if match["ub"] else "Hội đồng nhân dân"
        span = match.span("tq") if match["tq"] else match.span()
        message = _("Spelling: “{wrong}”.").format(wrong=passage.text[slice(*span)])
        yield warning(*span, "spelling.capitals", message, _("Write “{right}”.").format(right=right), right)


def _spans_two_words(text: str, match: re.Match[str]) -> bool:
    """Whether the two ends of a confusion belong to the words around it: "gia công xuất khẩu"."""
    inside = match.group().split()
    before, after = _WORD.findall(text[: match.start()][-20:]), _WORD.findall(text[match.end() :][:20])
    return (
        len(inside) == 2
        and bool(before and after)
        and syl.is_pair(syl.normal(before[-1]), syl.normal(inside[0]))
        and syl.is_pair(syl.normal(inside[1]), syl.normal(after[0]))
    )


def _word(words: list[re.Match[str]], index: int, text: str, *, shouted: bool) -> Hit | None:
    """A single word that is no Vietnamese syllable."""
    match = words[index]
    word = match.group()
    lower = syl.normal(word)
    if len(word) == 1 or _beside_sign(text, match):
        return None
    if _foreign().get(lower):
        return _foreign_word(match, _foreign()[lower])
    if word != _SPELT.get(lower, word) and not word.isupper():
        message = _("Spelling: “{wrong}”.").format(wrong=word)
        fix = _("Write “{right}”.").format(right=_SPELT[lower])
        return Hit(*match.span(), "spelling.confused", message, fix, replacement=_SPELT[lower])
    if lower in syl.syllables():
        return None
    if word[1:] != word[1:].lower() and not shouted:  # VNeID, eKYC, UBND
        return None
    if lower in _foreign():
        return None
    first_of_sentence = match.start() == 0 or bool(
        re.search(r"[.!?:…]\s*[\"“(]?$", text[max(match.start() - 6, 0) : match.start()])
    )
    name = word[0].isupper() and not first_of_sentence and not shouted
    if word.isascii():
        return _ascii_word(words, index, text, name=name, shouted=shouted)
    better, sure = _meant(words, index, text)
    if (name and not sure) or (not better and (shouted or (first_of_sentence and word[0].isupper()))):
        return None
    if len(word) > 7 or re.search("[fjwz]", lower):
        return _unknown_foreign(match)
    message = _("“{word}” is no Vietnamese syllable.").format(word=word)
    if better:
        better = _like(word, better)
        return Hit(*match.span(), "spelling.syllable", message, _("Did you mean “{near}”?").format(near=better))
    return warning(*match.span(), "spelling.syllable", message, _("Check the spelling."))


def _bound(words: list[re.Match[str]], index: int, text: str) -> Hit | None:
    """A syllable that only a few words have, outside of them: "sẻ" for "sẽ", "đễ" for "để"."""
    match = words[index]
    lives = syl.bound().get(syl.normal(match.group()))
    if lives is None or match.group()[0].isupper():  # a capital: perhaps a name
        return None
    beside, meant = lives
    for other in (index - 1, index + 1):
        if 0 <= other < len(words) and _joined(words, min(index, other), text):
            neighbour = syl.normal(words[other].group())
            first, second = (neighbour, match.group()) if other < index else (match.group(), neighbour)
            if neighbour in beside or syl.is_pair(first, second):
                return None
    message = _("Spelling: “{wrong}”.").format(wrong=match.group())
    return Hit(
        *match.span(), "spelling.confused", message, _("Write “{right}”.").format(right=meant), replacement=meant
    )


def _all_without_marks(words: list[re.Match[str]], index: int) -> bool:
    """Whether a word stands among five that all lack marks: what a bank's form takes ("Ho va ten - Ung ho bao lu")."""
    start = end = index
    while start and words[start - 1].group().isascii():
        start -= 1
    while end + 1 < len(words) and words[end + 1].group().isascii():
        end += 1
    return end - start >= 4


def _ascii_word(words: list[re.Match[str]], index: int, text: str, *, name: bool, shouted: bool) -> Hit | None:
    match = words[index]
    word = match.group()
    near = _near_foreign(word.lower())
    if near:
        message = _("Spelling: “{wrong}”.").format(wrong=word)
        return Hit(
            *match.span(), "spelling.foreign", message, _("Write “{right}”.").format(right=near), replacement=near
        )
    better, sure = _meant(words, index, text)
    if better and syl.bare(better) == word.lower() and (sure or not name) and not _all_without_marks(words, index):
        better = _like(word, better)
        message = _("“{word}” lacks its Vietnamese marks.").format(word=word)
        return Hit(*match.span(), "spelling.marks", message, _("Did you mean “{near}”?").format(near=better))
    if name or word.isupper() or shouted or len(word) < 3 or re.fullmatch("[ivx]+", word):
        return None
    return _unknown_foreign(match)


def _unknown_foreign(match: re.Match[str]) -> Hit:
    message = _("“{word}” is a foreign word; many listeners will not know it.").format(word=match.group())
    fix = _("Say it in Vietnamese, or explain it.")
    word = match.group().lower()
    like_word = len(word) > 3 and not re.search(r"[^aeiouy]{5}|^[^aeiouy]{4}|^[^aeiouy]+$", word)
    return (advice if like_word else warning)(*match.span(), "word.foreign", message, fix)


def _foreign_word(match: re.Match[str], better: str) -> Hit:
    message = _("“{word}” is a foreign word; many listeners will not know it.").format(word=match.group())
    return advice(*match.span(), "word.foreign", message, _("Write “{right}”.").format(right=better))


def _pair(words: list[re.Match[str]], index: int, text: str) -> Hit | None:
    """Two syllables that are right each, and together one slip away from a word of the offices: "minh mạch"."""
    if index + 1 >= len(words) or not _joined(words, index, text):
        return None
    first, second = syl.normal(words[index].group()), syl.normal(words[index + 1].group())
    meant = _pair_meant(first, second)
    if meant is None:
        return None
    before = syl.normal(words[index - 1].group()) if index and _joined(words, index - 1, text) else ""
    after = syl.normal(words[index + 2].group()) if index + 2 < len(words) and _joined(words, index + 1, text) else ""
    certain = {(before, *meant.split()), (*meant.split(), after)} & syl.phrase_triples()
    if not certain and meant not in syl.office_lines():  # two syllables of a word of three tell nothing alone
        return None
    if not certain and syl.bare(meant) != syl.bare(f"{first} {second}"):  # a slip in a letter: the model knows better
        return None
    fits_before, fits_after = syl.is_pair(before, first), syl.is_pair(second, after)
    if (fits_before and fits_after) or (not certain and (fits_before or fits_after)):
        return None
    if words[index + 1].group()[0].isupper() and not words[index].group().isupper():
        return None  # a name
    start, end = words[index].start(), words[index + 1].end()
    wrong = text[start:end]
    message = _("“{wrong}” is no known word here.").format(wrong=wrong)
    right = " ".join(_like(a, b) for a, b in zip(wrong.split(), meant.split(), strict=True))
    return warning(start, end, "spelling.context", message, _("Did you mean “{near}”?").format(near=right))


@lru_cache(maxsize=200_000)
def _pair_meant(first: str, second: str) -> str | None:
    """The office word that `first second` is one slip away from; None when the pair is a word itself."""
    if first not in syl.syllables() or second not in syl.syllables() or syl.is_pair(first, second):
        return None
    common = _common()
    forward, backward = syl.office_words()
    if second not in common:
        for other in sorted(forward.get(first, ())):
            if _one_slip(second, other):
                return f"{first} {other}"
    if first not in common:
        for other in sorted(backward.get(second, ())):
            if _one_slip(first, other):
                return f"{other} {second}"
    return None


@cache
def _common() -> frozenset[str]:
    """Syllables that are words of their own so often that a pair with them tells nothing."""
    return frozenset(" ".join(syl._lines("common.txt")).split())


@lru_cache(maxsize=100_000)
def _one_slip(wrong: str, right: str) -> bool:
    """Whether one mark or one letter was mistyped: đinh/định, mạch/bạch, quát/quat."""
    if wrong == right:
        return False
    if syl.bare(wrong) == syl.bare(right):
        return True
    if abs(len(wrong) - len(right)) > 1:
        return False
    kept = sum(
        block.size for block in difflib.SequenceMatcher(None, wrong, right, autojunk=False).get_matching_blocks()
    )
    return kept >= max(len(wrong), len(right)) - 1 and min(len(wrong), len(right)) >= 3


def _meant(words: list[re.Match[str]], index: int, text: str) -> tuple[str | None, bool]:
    """What a wrong syllable was meant to be, by its neighbours; and whether it makes a word of the offices."""
    wrong = syl.normal(words[index].group())
    before = syl.normal(words[index - 1].group()) if index and _joined(words, index - 1, text) else ""
    after = syl.normal(words[index + 1].group()) if index + 1 < len(words) and _joined(words, index, text) else ""
    return _meant_between(before, wrong, after)


@lru_cache(maxsize=50_000)
def _meant_between(before: str, wrong: str, after: str) -> tuple[str | None, bool]:
    near = [s for s in syl.by_bare().get(syl.bare(wrong), ()) if s != wrong]
    near += [s for s in _neighbours(before, after) if s not in near and _one_slip(wrong, s)]
    words = syl.office_words()[0]
    office = [s for s in near if s in words.get(before, ()) or after in words.get(s, ())]
    known = office or [s for s in near if (before and syl.is_pair(before, s)) or (after and syl.is_pair(s, after))]
    if known:
        return known[0], bool(office)
    return (near[0] if len(near) == 1 and not wrong.isascii() else None), False


def _neighbours(before: str, after: str) -> list[str]:
    forward, backward = syl.office_words()
    return sorted(
        forward.get(before, frozenset()) | syl.pairs().get(before, frozenset()) | backward.get(after, frozenset())
    )


@lru_cache(maxsize=20_000)
def _near_foreign(word: str) -> str | None:
    if len(word) < 5 or word in syl.by_bare():
        return None
    near = difflib.get_close_matches(word, [w for w in _foreign() if len(w) >= 5], 1, 0.85)
    return (
        {"internet": "Internet", "facebook": "Facebook", "zalo": "Zalo", "vneid": "VNeID"}.get(near[0], near[0])
        if near
        else None
    )


def _beside_sign(text: str, match: re.Match[str]) -> bool:
    """Part of something that is no word: 3km, A4, và/hoặc is words, NĐ-CP is not."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return bool(re.match(r"[\d_@#&+]", before or " ") or re.match(r"[\d_@#&+]", after or " ")) or (
        ((before in "-/" and bool(before)) or (after in "-/" and bool(after))) and match.group().isupper()
    )


def _joined(words: list[re.Match[str]], index: int, text: str) -> bool:
    """Whether a word and the next one stand in one breath: spaces only between them."""
    return not text[words[index].end() : words[index + 1].start()].strip(" ")


def _like(model: str, word: str) -> str:
    """`word` with the capitals of `model`."""
    if model.isupper() and len(model) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


_LETTERS = r"[^\W\d_]"
_LETTER_RUN = re.compile(f"{_LETTERS}+")
_AGAIN = re.compile(  # a word, two, or a phrase with its number
    rf"(?<![\w-])({_LETTERS}{{2,}}|{_LETTERS}+ {_LETTERS}{{2,}}|(?:\d{{1,2}}[.)] )?{_LETTERS}+(?:,? {_LETTERS}+){{2,7}}"
    r") +\1(?![\w-])",
    re.I,
)
# Small words that are never doubled: an error, and safe to mend.
_NEVER = frozenset("của và là các những được cho trong với để tại theo này đã sẽ về bằng do khi trên phải".split())
# Words that may follow themselves: digits told one by one, and "all of them, always" ("nhà nhà", "chiều chiều").
_DOUBLES = frozenset(
    "không một hai ba bốn năm sáu bảy tám chín mười nhà người mình ngành đời ngàn hàng muôn ai đâu nơi chốn lớp thôn xã"
    " ngày tháng sáng trưa chiều tối đêm tuần mãi luôn rất từ dần thường lâu đều ngang đông tây nam bắc".split()
)


_SEEN = 5
"""How often a word must have been seen before another for the two to belong together (“dự bị bị hư hỏng”)."""


def repeated_words(passage: Passage) -> Iterator[Hit]:
    """One word or two, told again at once."""
    text = passage.masked
    for match in _AGAIN.finditer(text):
        word = syl.normal(match[1])
        message, fix = _("The word “{word}” stands here twice.").format(word=match[1]), _("Keep one.")
        if "," in word and re.search(
            r"[^\s.!?:;]\s*$", text[: match.start()]
        ):  # “… nhân dân, Ủy ban nhân dân, Ủy ban Mặt trận”
            continue
        if word in _NEVER:
            yield Hit(*match.span(), "spelling.twice", message, fix, replacement=match[1])
        elif " " in word or not (syl.is_pair(word, word) or word in _DOUBLES or _two_words(text, match, word)):
            # after “dịch vụ” a second “vụ” may begin a word that no list has: a person decides
            before = _LETTER_RUN.findall(text[: match.start()][-20:])
            sure = " " in word or not (before and syl.is_pair(syl.normal(before[-1]), word))
            yield warning(*match.span(), "spelling.twice", message, fix, replacement=match[1] if sure else None)


def _two_words(text: str, match: re.Match[str], word: str) -> bool:
    """Whether the second begins a word of its own: a name ("Tây Tây Bắc"), or "đại biểu biểu quyết"."""
    if match.group().istitle():
        return True
    before, after = _LETTER_RUN.findall(text[: match.start()][-20:]), _LETTER_RUN.findall(text[match.end() :][:20])
    joined = bool(before and after)
    if not joined or not syl.is_pair(syl.normal(before[-1]), word):
        return False
    first, following = syl.normal(before[-1]), syl.normal(after[0])
    often = model().pair(word, following) >= _SEEN and not model().triple(first, word, following)
    return syl.is_pair(word, following) or often
