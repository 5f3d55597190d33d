"""Orders that say the opposite of what is meant: double negatives, and negatives where an order must not have one."""

import re
from collections.abc import Iterator

from loa.checks.text import Hit, Passage, warning
from loa.i18n import _

_NEGATIVE = re.compile(r"không|cấm|đừng|chớ|chẳng|chưa", re.I)
_DOUBLE = re.compile(
    r"(?<!\w)(?:(?:không|chẳng)\s+(?:được|nên|cần|phải|ai\s+được)\s+không|(?:đừng|chớ|chưa)\s+(?:nên\s+|được\s+)?không"
    r"|(?:nghiêm\s+)?cấm\s+(?:tuyệt\s+đối\s+)?không(?:\s+được|\s+cho)?|không\s+được\s+(?:cấm|đừng|chớ)"
    r"|không\s+không|không\s+được\s+không)(?!\w)",
    re.I,
)
_ALLOWED = re.compile(r"không\s+(?:thể|phải\s+là)\s+không|không\s+khỏi|không\s+có\s+\w+\s+nào\s+không", re.I)
_MUST = (
    r"sơ\s+tán|di\s+dời|khóa\s+(?:van|bình)|ngắt\s+(?:cầu\s+dao|điện|aptomat)|cúp\s+cầu\s+dao|rời\s+khỏi\s+(?:nhà|vùng|khu)"
    r"|tránh\s+xa|đội\s+mũ\s+bảo\s+hiểm|mặc\s+áo\s+phao|đun\s+sôi|vào\s+bờ|neo\s+đậu|chằng\s+chống|tiêm\s+phòng"
    r"|gọi\s+(?:ngay\s+)?(?:111|112|113|114|115)|báo\s+(?:ngay\s+)?(?:cho\s+)?(?:công\s+an|cơ\s+quan|chính\s+quyền)"
)
_NOT_DONE = re.compile(
    rf"(?P<no>không\s+được|không\s+nên|không|đừng|chớ|cấm|nghiêm\s+cấm)\s+(?P<must>{_MUST})(?!\w)", re.I
)
# Said of those who do not do it, not to them.
_ABOUT = re.compile(
    r"(?:nếu|vì|do|khi|mà|hộ|người|trường\s+hợp|ai|hành\s+vi|những|các|cố\s+tình|lý\s+do|còn|tội|xe|phạt|xử\s+phạt|nào|vẫn|"
    r"đã|bị|để|tại\s+sao|hay|hoặc)\s+(?:\w+\s+){0,3}$",
    re.I,
)
_FORBIDDEN = (
    r"vớt\s+củi|lội\s+qua|đi\s+qua\s+(?:ngầm|đập|suối|vùng|khu\s+vực\s+ngập)|(?:lại|đến)\s+gần\s+(?:dây|nơi|khu|trạm|bờ|đê)|chạm\s+vào"
    r"|ra\s+khơi|tắm\s+(?:sông|suối|ao|hồ)|uống\s+rượu|cung\s+cấp\s+(?:mã\s+)?otp|chuyển\s+tiền\s+cho|bấm\s+vào\s+(?:đường\s+)?(?:link|liên\s+kết)"
    r"|đốt\s+(?:rơm|rác|nương)|ăn\s+tiết\s+canh|giết\s+mổ\s+(?:lợn|gia\s+cầm|heo)\s+(?:ốm|bệnh|chết)"
)
_DONE = re.compile(
    rf"(?:bà\s+con|người\s+dân|nhân\s+dân|mọi\s+người|các\s+hộ|ngư\s+dân|tàu\s+thuyền)\s+"
    rf"(?:hãy|cần|nên|phải|được|được\s+phép|nhớ)\s+(?P<act>{_FORBIDDEN})(?!\w)",
    re.I,
)
_SAFE = re.compile(
    r"\b(?:hạn\s+chế|tránh|chỉ|sau\s+khi|trở\s+lại|bình\s+thường|hết\s+lệnh|cẩn\s+thận|trước\s+khi)\b", re.I
)


def double_negatives(passage: Passage) -> Iterator[Hit]:
    """ "không được không sơ tán", "cấm không được đổ rác": two negatives, which say the opposite."""
    if not _NEGATIVE.search(passage.text):
        return
    for match in _DOUBLE.finditer(passage.text):
        if _ALLOWED.match(passage.text, match.start()):
            continue
        message = _("Two negatives in one order say the opposite.")
        yield Hit(*match.span(), "order.double-negative", message, _("Keep one of them, and read the order again."))


def turned_round(passage: Passage) -> Iterator[Hit]:
    """ "Bà con không sơ tán", "bà con hãy lội qua suối": an order that sends people into danger."""
    for match in _NOT_DONE.finditer(passage.text) if _NEGATIVE.search(passage.text) else ():
        if _ABOUT.search(passage.text[max(0, match.start() - 40) : match.start()]):
            continue
        certain = match["no"].lower() in {"không được", "cấm", "nghiêm cấm", "đừng", "chớ", "không nên"}
        message = _("This forbids what people should do: “{words}”.").format(words=match.group())
        make = Hit if certain else warning
        yield make(*match.span(), "order.turned", message, _("Check the negative."))
    for match in _DONE.finditer(passage.text):
        if not _SAFE.search(passage.text[match.start() : match.end() + 40]):
            message = _("This tells people to do what endangers them: “{words}”.").format(words=match["act"])
            yield Hit(*match.span(), "order.turned", message, _("Check whether a negative is missing."))
