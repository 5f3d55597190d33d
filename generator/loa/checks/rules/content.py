"""Rules on numbers of services: the same count told twice with two numbers, and totals that do not add up."""

import re
from collections.abc import Iterator

from loa.checks.text import Hit, Passage, Text, warning
from loa.i18n import _
from loa.text import UPPER

_NOUN = r"(?:dịch vụ công|dịch vụ|DVCTT|DVC|thủ tục hành chính|thủ tục|TTHC)"
_LEVEL = r"mức(?:\s+độ)?\s*0?[34]"
_COUNT = re.compile(
    rf"(?P<n>\d{{1,3}}(?:\.\d{{3}})+|\d{{1,5}})\s+{_NOUN}\s*(?:trực tuyến\s*)?"
    r"(?:(?:ở|đạt|cung cấp|thực hiện|thuộc)\s+)?"
    rf"(?P<label>{_LEVEL}(?:\s*(?:,|và|-)\s*(?:mức\s+độ\s*)?0?4)?|toàn trình|một phần)"
    rf"|(?P<label2>{_LEVEL}|toàn trình|một phần)\s*(?::|là|có)\s*(?P<n2>\d{{1,5}})\s+{_NOUN}",
    re.I,
)
# "… 60 dịch vụ công mức độ 3 và 53 dịch vụ …": two numbers with a few words, and perhaps a level, between them.
_TWO = (
    r"(?<![\d.])(?P<a>\d[\d.]{0,11})\s+[^.;\d]{3,60}(?:\d(?!\d)[^.;\d]{0,12})?"
    rf"(?:và|,)\s*(?:có\s+)?(?P<b>\d[\d.]{{0,11}})\s+{_NOUN}"
)
_TOTAL_FIRST = re.compile(
    rf"(?<![\d.])(?P<total>\d[\d.]{{0,11}})\s+{_NOUN}[^.;]{{0,40}}?(?:trong đó|gồm)[^.;\d]{{0,20}}{_TWO}", re.I
)
_TOTAL_LAST = re.compile(
    rf"{_TWO}[^.;\d]{{0,60}}(?:\d(?!\d)[^.;\d]{{0,12}})?tổng\s+(?:cộng"
    rf"|số)\D{{0,10}}(?<![\d.])(?P<total>\d[\d.]{{0,11}})",
    re.I,
)


# "1.260 lao động, trong đó 940 lao động phổ thông và 320 lao động đã qua đào tạo": any noun, two parts, no third.
_PART = r"(?P<{}>\d[\d.]{{0,11}})\s+(?P=noun)"
_ANY_TOTAL = re.compile(
    r"(?<![\d.,/])(?P<total>\d[\d.]{0,11})\s+(?P<noun>[^\W\d_]+(?:\s[^\W\d_]+)?)[^.;\d]{0,30}?"
    rf"(?:trong đó|gồm)(?:\s+có)?:?\s+{_PART.format('a')}[^.;\d]{{0,40}}?(?:và|,)\s+{_PART.format('b')}"
    r"(?![^.;]*\d\s+(?P=noun))",
    re.I,
)
_SPAN = re.compile(
    r"từ\s+(?P<low>\d[\d.,]{0,11})\s+đến\s+(?P<high>\d[\d.,]{0,11})\s*"
    r"(?:triệu|nghìn|tỷ|đồng|%|phần trăm|tuổi|người|hộ|kg|tấn|km|mét|độ)(?!\w)",
    re.I,
)
_BROKEN_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})*\.(?:\d{1,2}|\d{4,6})(?=\s*(?:đồng|đ)(?!\w))")


def amounts(passage: Passage) -> Iterator[Hit]:
    """ "từ 14 đến 7 triệu đồng": a span that begins above its end; "28.00 đồng": thousands with a digit too few."""
    for match in _BROKEN_THOUSANDS.finditer(passage.text):
        message = _("The digits of “{number}” are not in groups of three.").format(number=match.group())
        yield Hit(*match.span(), "count.digits", message, _("Check the number: 28.000 or 28,5."))
    for match in _SPAN.finditer(passage.text):
        low, high = (float(match[group].rstrip(".,").replace(".", "").replace(",", ".")) for group in ("low", "high"))
        if low > high:
            message = _("The span begins above its end: {low} to {high}.").format(low=match["low"], high=match["high"])
            yield Hit(*match.span(), "count.span", message, _("Check the two numbers."))


def counts(text: Text) -> Iterator[Hit]:
    """Counts that contradict an earlier one, and totals that are not the sum of their parts."""
    seen: dict[str, tuple[int, int]] = {}
    for offset, passage in text.passages:
        if not any(digit in passage.text for digit in "0123456789"):
            continue
        for match in _COUNT.finditer(passage.text):
            group = "n" if match["n"] else "n2"
            number, label = _number(match[group]), _label(match["label"] or match["label2"])
            before, place = seen.setdefault(label, (number, offset + match.start(group)))
            if before != number:
                message = _("This count differs: {other} on line {line}.").format(
                    other=before, line=text.place(place)[0]
                )
                fix = _("Find out which is right, and write it in both places.")
                yield Hit(offset + match.start(group), offset + match.end(group), "count.differs", message, fix)
        for pattern in (_TOTAL_FIRST, _TOTAL_LAST, _ANY_TOTAL):
            for match in pattern.finditer(passage.text):
                total, first, second = (_number(match[group]) for group in ("total", "a", "b"))
                if total != first + second:
                    message = _("{total} is not {first} + {second}.").format(total=total, first=first, second=second)
                    span = (offset + match.start("total"), offset + match.end("total"))
                    yield Hit(*span, "count.sum", message, _("Check the three numbers."))


def _number(digits: str) -> int:
    return int(digits.replace(".", "") or 0)


def _label(words: str) -> str:
    """One key for "mức độ 3", "mức 03": the level's digits; the kinds as they are."""
    digits = re.findall(r"[34]", words)
    return " ".join(digits) or " ".join(words.lower().split())


_NAME = rf"(?-i:[{UPPER}])\w*(?:\s+(?-i:[{UPPER}])\w*)*"
_TIMES = r"(?:0?\d+|một|hai|ba|bốn|năm)\s+(?:lần|buổi)"
_HEAD = r"(?:(?<=^)|(?<=[.!?;:]\s)|(?<=[\n(\[]))"
_NOTE = re.compile(
    r"(?:lưu ý|ghi chú|chú ý|nhắc)\s*:?\s*(?:đ/c|đồng chí|anh|chị|cán bộ|phát thanh viên|người đọc|bộ phận)[^.\n]*"
    rf"|(?:đ/c|đồng chí)\s+{_NAME}\s+"
    r"(?:đọc|phát\s+(?:bài|tin|lại|trên|lúc|vào|\d)|đăng\s+(?:bài|tin|lên)|chỉnh\s+sửa|sửa\s+(?:bài|tin|lại)|xem\s+lại|"
    r"duyệt\s+(?:bài|tin)|thu\s+âm|ghi\s+âm|phụ\s+trách\s+(?:đọc|phát|bài|tin|loa|đăng))[^.\n]*"
    rf"|{_HEAD}(?:đọc|phát(?:\s+(?:thanh|sóng|loa))?)\s+(?:mỗi\s+)?(?:ngày|tuần|tháng)?\s*{_TIMES}"
    r"(?:\s*/\s*|\s+(?:mỗi|một|trong|trên)\s+)(?:ngày|tuần|tháng)[^.\n]*"
    rf"|{_HEAD}(?:thời gian phát|lịch phát)\s*:?\s*(?:mỗi\s+lần\s+)?(?:từ\s+)?\d+[^.\n]*"
    rf"|{_HEAD}(?:thời lượng|mỗi lần)\s*:?\s*(?:phát\s+)?(?:từ\s+)?\d+(?:\s*(?:-|–|đến)\s*\d+)?\s*phút[^.\n]*"
    r"|(?:giao|nhờ|đề nghị)\s+(?:đ/c|đồng chí)\s+(?-i:[A-ZĐ])\w*[^.\n]{0,30}?"
    r"(?:đọc\s+(?:bài|tin|lại|trên)|phát\s+(?:bài|tin|lại|trên)|đăng\s+(?:bài|tin|lên)|thu âm|biên tập)[^.\n]*"
    rf"|{_HEAD}(?:mỗi|một|1|01)\s+tuần\s+(?:phát|đọc)\s+[^.\n]*"
    rf"|{_HEAD}tuần\s+(?:phát|đọc)\s+(?:0?\d|một|hai|ba)\s+(?:lần|buổi)[^.\n]*"
    r"|\(\s*(?:đọc\s+(?:\d|hai|ba|chậm|lại|kỹ|to|rõ|mỗi|nhấn)|phát\s+(?:\d+|hai|ba|lại)\s+lần"
    r"|nghỉ\s+\d+\s*(?:giây|phút|s\b)|"
    r"(?:chèn\s+|cắt\s+|nền\s+)?nhạc(?:\s+(?:nền|hiệu|cắt|dạo|chèn))?\s*\)|chèn\s|ngừng\s+(?:\d|một"
    r"|đọc))[^)\n]{0,60}\)?"
    r"|[(\[][^)\]\n]{0,40}(?:nhờ\s+(?:\w+\s+){0,3}(?:sửa|xem|hỏi|kiểm|đọc)|hỏi lại|sửa lại|"
    r"kiểm tra lại số|chờ số liệu|chưa chắc)"
    r"[^)\]\n]{0,80}[)\]]"
    r"|[(\[]\s*(?:lưu ý\s+|nhờ\s+)?(?:anh|chị|em|cô|chú|bác|sếp|đ/c|đồng chí|ban biên tập|văn phòng"
    r"|bạn)\s+(?:(?-i:[A-ZĐ])\w*\s+){0,3}"
    r"(?:ơi,?\s+)?(?:xem|sửa|bổ sung|thêm|dán|chèn|điền|hỏi|kiểm|rà|duyệt|gửi|cập nhật|xác nhận|chỉnh|bỏ|xóa"
    r"|đổi|thay|ghi|"
    r"viết|soạn|đọc|đánh|gõ|in|chụp|đăng|cho (?:số|xin)|giúp|lấy)(?!\w)[^)\]\n]{0,100}[)\]]"
    r"|[(\[][^)\]\n]{0,60}(?:rồi (?:hãy )?(?:đọc|đăng|phát|in|gửi)|xem lại (?:số|chỗ|đoạn|ngày|giờ|tên|câu)|chưa có số|"
    r"chờ (?:duyệt|ý kiến|xác nhận|chị|anh)|(?:bổ sung|điền|cập nhật|dán|chèn) (?:thêm |sau|vào (?:đây|chỗ))"
    r"|sửa (?:sau|chỗ này|giúp))"
    r"[^)\]\n]{0,60}[)\]]"
    r"|(?:người|cán bộ)\s+(?:đọc|phát thanh|biên tập|soạn|đánh máy)\s*:[^\n]*",
    re.I,
)
_CITIZEN = re.compile(r"(?<![\d.])0\d{2}[ .]?\d{3}[ .]?\d{3}[ .]?\d{3}(?![\d.]*\d)")
_OLD_ID = re.compile(r"(?:CMND|CMTND|chứng minh(?:\s+nhân dân|\s+thư)?)\D{0,12}(\d{9})(?!\d)", re.I)
# Mobile prefixes of the ten-digit plan (Bộ TTTT, 2018): 03x, 05x, 07x, 08x, 09x.
_PREFIX = r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)"
_MOBILE = re.compile(
    rf"(?<![\d.])(?:\+84|0)(?:{_PREFIX[1:]})[ .-]?\d{{3}}[ .-]?\d{{2}}[ .-]?\d{{2}}(?!\d)"
    rf"|(?<![\d.]){_PREFIX}\d[ .-]\d{{3}}[ .-]\d{{3}}(?!\d)"
)
_ACCOUNT = re.compile(r"(?:số tài khoản|STK|TK)\D{0,20}(\d{8,16})(?!\d)", re.I)


def staff_notes(passage: Passage) -> Iterator[Hit]:
    """A note for colleagues within the text itself."""
    for match in _NOTE.finditer(passage.text):
        message = _("This is a note for staff; it must not be published or spoken.")
        fix = _("Delete it here; write it under “notes:” of the campaign.")
        yield Hit(*match.span(), "note.staff", message, fix)


def personal(passage: Passage) -> Iterator[Hit]:
    """Identity numbers, private telephones, bank accounts."""
    text = passage.masked
    if sum(c.isdigit() for c in text) < 8:
        return
    identity = [match.span() for match in _CITIZEN.finditer(text)] + [m.span(1) for m in _OLD_ID.finditer(text)]
    for span in identity:
        message = _("This looks like a citizen's identity number.")
        yield Hit(*span, "personal.id", message, _("Delete it: personal data is not broadcast."))
    for match in _ACCOUNT.finditer(text):
        message = _("This looks like a bank account.")
        fix = _("Make sure that it is the office's, and that people shall hear it.")
        yield warning(*match.span(1), "personal.account", message, fix)
    for match in _MOBILE.finditer(text):
        if not any(start <= match.start() < end for start, end in identity):
            message = _("This looks like somebody's private mobile number.")
            fix = _("Give the office's number, or make sure that its owner agrees.")
            yield warning(*match.span(), "personal.mobile", message, fix)
