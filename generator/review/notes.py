"""Rules on what is for colleagues or nobody: staff notes, and data of a person that a loudspeaker should not tell."""

import re
from collections.abc import Iterator

from generator.i18n import _
from generator.review.hits import Hit, warning
from generator.review.text import UPPER, Passage

_NAME = rf"(?-i:[{UPPER}])\w*(?:\s+(?-i:[{UPPER}])\w*)*"
_TIMES = r"(?:0?\d+|một|hai|ba|bốn|năm)\s+(?:lần|buổi)"
_NOTE = re.compile(
    r"(?:lưu ý|ghi chú|chú ý|nhắc)\s*:?\s*(?:đ/c|đồng chí|anh|chị|cán bộ|phát thanh viên|người đọc|bộ phận)[^.\n]*"
    rf"|(?:đ/c|đồng chí)\s+{_NAME}\s+"
    r"(?:đọc|phát|phụ trách|đăng|chỉnh sửa|sửa|xem lại|duyệt|thu âm|ghi âm|gửi)[^.\n]*"
    rf"|(?:đọc|phát(?:\s+(?:thanh|sóng|loa))?)\s+(?:mỗi\s+)?(?:ngày|tuần|tháng)?\s*{_TIMES}"
    r"(?:\s*/\s*|\s+(?:mỗi|một|trong|trên)\s+)(?:ngày|tuần|tháng)[^.\n]*"
    r"|(?:thời gian phát|lịch phát)\s*:?\s*(?:mỗi\s+lần\s+)?(?:từ\s+)?\d+[^.\n]*"
    r"|(?:thời lượng|mỗi lần)\s*:?\s*(?:phát\s+)?(?:từ\s+)?\d+(?:\s*(?:-|–|đến)\s*\d+)?\s*phút[^.\n]*"
    r"|(?:giao|nhờ|đề nghị)\s+(?:đ/c|đồng chí)\s+(?-i:[A-ZĐ])\w*[^.\n]*?(?:đọc|phát|đăng|thu âm|biên tập)[^.\n]*"
    r"|(?:mỗi|một|1|01)\s+tuần\s+(?:phát|đọc)\s+[^.\n]*|tuần\s+(?:phát|đọc)\s+(?:0?\d|một|hai|ba)\s+(?:lần|buổi)[^.\n]*"
    r"|\(\s*(?:đọc|phát|nghỉ|nhạc|chèn|ngừng)[^)\n]{0,60}\)"
    r"|[(\[][^)\]\n]{0,40}(?:nhờ|hỏi lại|sửa lại|xem lại|xác nhận lại|kiểm tra lại số|chờ số liệu|chưa chắc)"
    r"[^)\]\n]{0,80}[)\]]"
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
        mend = _("Delete it here; write it under “notes:” of the campaign.")
        yield Hit(*match.span(), "note.staff", message, mend)


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
        mend = _("Make sure that it is the office's, and that people shall hear it.")
        yield warning(*match.span(1), "personal.account", message, mend)
    for match in _MOBILE.finditer(text):
        if not any(start <= match.start() < end for start, end in identity):
            message = _("This looks like somebody's private mobile number.")
            mend = _("Give the office's number, or make sure that its owner agrees.")
            yield warning(*match.span(), "personal.mobile", message, mend)
