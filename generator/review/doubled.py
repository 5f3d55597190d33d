"""A word told twice in a row, where Vietnamese has no such doubling ("xa xa", "ngày ngày")."""

import re
from collections.abc import Iterator

from generator.i18n import _
from generator.review import syllables as syl
from generator.review.hits import Hit, warning
from generator.review.text import Passage

_LETTERS = r"[^\W\d_]"
_WORD = re.compile(f"{_LETTERS}+")
_AGAIN = re.compile(rf"(?<![\w-])({_LETTERS}{{2,}}(?: {_LETTERS}{{2,}})?) +\1(?![\w-])", re.I)
# Small words that are never doubled: an error, and safe to mend.
_NEVER = frozenset("của và là các những được cho trong với để tại theo này đã sẽ về bằng do khi trên phải".split())
# Words that may follow themselves: digits told one by one, and "all of them, always" ("nhà nhà", "chiều chiều").
_DOUBLES = frozenset(
    "không một hai ba bốn năm sáu bảy tám chín mười nhà người mình ngành đời ngàn hàng muôn ai đâu nơi chốn lớp thôn xã"
    " ngày tháng sáng trưa chiều tối đêm tuần mãi luôn rất từ dần thường lâu đều ngang".split()
)


def words(passage: Passage) -> Iterator[Hit]:
    """One word or two, told again at once."""
    text = passage.masked
    for match in _AGAIN.finditer(text):
        word = syl.normal(match[1])
        message, mend = _("The word “{word}” stands here twice.").format(word=match[1]), _("Keep one.")
        if word in _NEVER:
            yield Hit(*match.span(), "spelling.twice", message, mend, mended=match[1])
        elif " " in word or not (syl.is_pair(word, word) or word in _DOUBLES or _two_words(text, match, word)):
            yield warning(*match.span(), "spelling.twice", message, mend, mended=match[1])


def _two_words(text: str, match: re.Match[str], word: str) -> bool:
    """Whether the second begins a word of its own: a name ("Tây Tây Bắc"), or "đại biểu biểu quyết"."""
    if match.group().istitle():
        return True
    before, after = _WORD.findall(text[: match.start()][-20:]), _WORD.findall(text[match.end() :][:20])
    joined = bool(before and after)
    return joined and syl.is_pair(syl.normal(before[-1]), word) and syl.is_pair(word, syl.normal(after[0]))
