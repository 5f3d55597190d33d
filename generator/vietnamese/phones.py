"""Telephone numbers, short codes and other numbers that are said digit by digit."""

import re

from generator.vietnamese.letters import spell
from generator.vietnamese.numbers import digit_by_digit
from generator.vietnamese.scan import Rule, Scan

GROUPED = re.compile(
    r"(?:\(?\+84\)?[ .-]?|\(?0)\d{1,4}\)?(?:[ .–-]{0,2}\d{2,4}){1,4}(?![\d/])|\d{3}[. -]\d{3}[. -]\d{3}(?=\s?\(zalo)"
)
SERVICE = re.compile(
    r"1[89]00[ .-]?(?:\d{4}|\d{6})(?![\d.,])|1[89]00[ .-]\d{2,4}(?:[ .-]?\d{2,4})?(?!\d)|1[89]00\d{2,6}(?!\d)"
)
LONG = re.compile(r"\d{9,30}(?![\d/])|0\d{4,30}(?![\d/,])")
SHORT = re.compile(r"\d{2,8}(?![\d/.,-]\d|\d|%)")
PLATE = re.compile(r"\d{2}[A-ZĐ]{1,2}\d?[ .-]{0,3}\d{3}[. ]?\d{1,2}(?!\d)")
_CALL = re.compile(
    r"(?:gọi|tổng đài|đường dây nóng|đường dây|hotline|số máy|điện thoại|sđt|đt|nóng|zalo|phone|tel|fax|cảnh sát|cứu hỏa|cứu thương|cấp cứu|"
    r"đầu số|tin nhắn|nhắn tin đến|gửi|khẩn cấp|bấm|máy nhánh|nhánh|bấm số|liên hệ|số điện thoại|báo cháy|số)[ :.,(]*(?:ngay |đến |tới |vào |cho |qua |theo |số |là |phím |các |khẩn cấp |miễn phí )*[:( ]*$"
)
_LIST = re.compile(r"(?:\b11[1-5]\b|\b1022\b|\b1[89]00\d{4,6}\b)(?:,| hoặc| và|/| -|;) ?$")
_CODE = re.compile(
    r"(?:mã số thuế|mst|mã số|mã hồ sơ|mã định danh|mã bưu chính|mã vùng|mã|cccd|cmnd|căn cước|chứng minh nhân dân|chứng minh thư|tài khoản|stk|thẻ bhyt|thẻ|seri|sê ri|"
    r"số hiệu|số giấy|mật khẩu|hộ chiếu|otp|đuôi|biển số|biển kiểm soát|số khung|số máy|id|số sổ|phát hành|định danh|hiệu|tk)(?: (?:công dân|số|cá nhân|là|bhxh|bhyt|:))*[ :]*$"
)
_EMERGENCY = frozenset({"111", "112", "113", "114", "115", "1022", "1080", "108", "116", "117", "118", "119"})


def read_phone(scan: Scan, match: re.Match[str]) -> int | None:
    """0233.3825.119, (024) 3825 119, +84 912 345 678."""
    digits = re.sub(r"\D", "", match[0])
    if not 8 <= len(digits) <= 12 or (len(digits) < 9 and not _CALL.search(scan.before(match.start()))):
        return None
    if match[0].startswith("0") and re.match(r"0\d\.\d{3}\.\d{3}(?!\d)", match[0]) and len(digits) < 10:
        return None
    words = digit_by_digit(digits)
    scan.say("cộng " + words if "+" in match[0] else words, *match.span())
    return match.end()


def read_service(scan: Scan, match: re.Match[str]) -> int | None:
    """18001096, 1900 6888."""
    digits = re.sub(r"\D", "", match[0])
    if len(digits) < 6:
        return None
    if len(digits) < 8 and not _CALL.search(scan.before(match.start())):
        return None
    scan.say(digit_by_digit(digits), *match.span())
    return match.end()


def read_long(scan: Scan, match: re.Match[str]) -> int | None:
    """Identity numbers, accounts: nine digits and more without a separator, or a leading zero and many digits."""
    for start in range(match.start(), match.end(), 512):
        part = scan.text[start : min(start + 512, match.end())]
        scan.say(digit_by_digit(part), start, start + len(part))
    return match.end()


def read_short(scan: Scan, match: re.Match[str]) -> int | None:
    """113 after "gọi"; numbers of accounts, codes and cards."""
    digits, before, after = match[0], scan.before(match.start()), scan.after(match.end(), 12)
    called = _CALL.search(before) is not None or _LIST.search(before) is not None
    if (
        (digits in _EMERGENCY and called)
        or (
            called
            and 3 <= len(digits) <= 8
            and re.search(
                r"(?:đài|nóng|hotline|điện thoại|sđt|đt|máy|đầu số|nhánh|phím|zalo|tin nhắn|gửi)[ :.,(]*(?:số |là |tới |đến |phím )*[ :(]*$",
                before,
            )
        )
        or (len(digits) >= 3 and _CODE.search(before))
    ):
        if re.match(r" (?:người|hộ|lượt|tin|cuộc|bản|trường|đồng|học|máy|ngày|tháng)", after):
            return None
        scan.say(digit_by_digit(digits), *match.span())
        return match.end()
    return None


def read_plate(scan: Scan, match: re.Match[str]) -> int | None:
    """Number plates: 74A-123.45."""
    scan.say(spell(match[0]), *match.span())
    return match.end()


RULES: tuple[Rule, ...] = (
    (PLATE, read_plate),
    (GROUPED, read_phone),
    (SERVICE, read_service),
    (LONG, read_long),
    (SHORT, read_short),
)
