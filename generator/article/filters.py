"""The filters that templates have: how Vietnamese texts write numbers, dates and lists."""

from collections.abc import Iterable
from datetime import date

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu", "tỷ")


def count(number: int, noun: str = "") -> str:
    """`1250|count("dịch vụ")` → "1.250 dịch vụ"."""
    return f"{number:,}".replace(",", ".") + (f" {noun}" if noun else "")


def spell(number: int) -> str:
    """`60|spell` → "sáu mươi", for whole numbers from 0 to 999 999 999 999. Raises ValueError outside of that."""
    if not 0 <= number < 10**12:
        raise ValueError(number)
    if number == 0:
        return _DIGITS[0]
    groups = []
    rest = number
    while rest:
        rest, group = divmod(rest, 1000)
        groups.append(group)
    top = len(groups) - 1
    words = [
        f"{_group(group, full=index < top)} {_GROUPS[index]}".strip() for index, group in enumerate(groups) if group
    ]
    return " ".join(reversed(words))


def _group(number: int, *, full: bool) -> str:
    """A group of three digits; `full`: hundreds are said even when they are zero."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens > 1:
        words += [_DIGITS[tens], "mươi"]
    elif tens == 1:
        words += ["mười"]
    elif ones and words:
        words += ["linh"]
    if ones:
        after_tens = {1: "mốt", 4: "tư", 5: "lăm"} if tens > 1 else {5: "lăm"} if tens else {}
        words.append(after_tens.get(ones, _DIGITS[ones]))
    return " ".join(words)


def day(value: date) -> str:
    """`ngày 8 tháng 8 năm 2023`; days and the months 1 and 2 get a zero in documents, not in articles."""
    return f"ngày {value.day} tháng {value.month} năm {value.year}"


def listing(items: Iterable[str], last: str = "và") -> str:
    """`["a", "b", "c"]` → "a, b và c"."""
    *head, tail = [str(item) for item in items] or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def host(url: str) -> str:
    """`https://dichvucong.gov.vn/` → "dichvucong.gov.vn", which is what people type."""
    return url.partition("://")[2].rstrip("/") if "://" in url else url.rstrip("/")


def link(url: str) -> str:
    """A Markdown link whose text is what people type; the microphone hears that text."""
    return f"[{host(url)}]({url if '://' in url else f'https://{url}'})"


def capital(text: str) -> str:
    """`xã Trung Sơn` → "Xã Trung Sơn", at the start of a sentence; the rest stays."""
    return text[:1].upper() + text[1:]


FILTERS = {
    "capital": capital,
    "count": count,
    "day": day,
    "host": host,
    "link": link,
    "listing": listing,
    "spell": spell,
}
