"""The filters that templates have: how Vietnamese texts write numbers, dates and lists."""

from collections.abc import Iterable
from datetime import date

from loa.normalizer.numbers import Region, cardinal
from loa.normalizer.reader import read


def spell_address(address: str, region: Region = "bac") -> str:
    """An address as an announcer repeats it for somebody who writes it down: part by part, "viết liền không dấu"."""
    words = read(address, region=region).text.split()
    parts: list[list[str]] = [[]]
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "chấm" or (word in {"gạch", "a"} and following in {"chéo", "ngang", "dưới", "còng"}):
            parts.append([])
        parts[-1].append(word)
    slowly = ", ".join(" ".join(part) for part in parts if part)
    return f"{' '.join(words)}; xin nhắc lại, viết liền không dấu: {slowly}"


def count(number: int, noun: str = "") -> str:
    """`1250|count("dịch vụ")` → "1.250 dịch vụ"."""
    return f"{number:,}".replace(",", ".") + (f" {noun}" if noun else "")


def spell(value: int | str) -> str:
    """`60|spell` → "sáu mươi"; `portal.url|spell` → the address, then slowly once more ("viết liền không dấu").

    Raises ValueError for text that is no address and for numbers outside of 0 to 999 999 999 999.
    """
    if isinstance(value, str):
        if "." not in value or " " in value:
            raise ValueError(value)
        return spell_address(value)
    if not 0 <= value < 10**12:
        raise ValueError(value)
    return cardinal(value)


def day(value: date) -> str:
    """`ngày 8 tháng 8 năm 2023`; days and the months 1 and 2 get a zero in documents, not in articles."""
    return f"ngày {value.day} tháng {value.month} năm {value.year}"


def hour(time: str) -> str:
    """`07:30` → "7 giờ 30", `17:00` → "17 giờ"."""
    hours, minutes = time.split(":")
    return f"{int(hours)} giờ" + (f" {minutes}" if int(minutes) else "")


def weekday(value: date) -> str:
    """`thứ Hai` to `Chủ nhật`, as a sentence holds it."""
    return ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")[value.weekday()]


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
    "hour": hour,
    "link": link,
    "listing": listing,
    "spell": spell,
    "weekday": weekday,
}
