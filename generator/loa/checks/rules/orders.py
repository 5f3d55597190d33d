"""Orders turned round: a negative too many, or one too few, in what people are told to do."""

import re
from collections.abc import Iterator

from loa.checks.rules.law_dates import sentence_around
from loa.checks.text import Hit, Passage, warning
from loa.i18n import _

_NEGATIVE = re.compile(r"không|cấm|đừng|chớ|chẳng|chưa", re.I)
_DOUBLE = re.compile(
    r"(?<!\w)(?:(?:không|chẳng)\s+(?:được|nên|cần|phải|ai\s+được)\s+không|(?:đừng|chớ|chưa)\s+(?:nên\s+|được\s+)?không"
    r"|(?:nghiêm\s+)?cấm\s+(?:tuyệt\s+đối\s+)?không(?:\s+(?:được|cho|ai))?|không\s+được\s+(?:cấm|đừng|chớ)"
    r"|(?:tuyệt\s+đối\s+)?không\s+không|(?:tránh|nghiêm\s+cấm|hạn\s+chế)\s+không\s+(?:được|nên))(?!\w)",
    re.I,
)
_ALLOWED = re.compile(
    r"không\s+thể\s+không|không\s+phải\s+(?:là\s+)?không\s+(?:có|biết|thể|muốn|làm|được)|không\s+khỏi|"
    r"không\s+có\s+\w+\s+nào\s+không|(?:hay|hoặc)\s+không\s+không",
    re.I,
)
# What saves people, and what public order asks of them.
_MUST = (
    r"(?:khẩn\s+trương\s+|chủ\s+động\s+|kịp\s+thời\s+|nhanh\s+chóng\s+|nghiêm\s+túc\s+)?(?:"
    r"sơ\s+tán|di\s+dời|khóa\s+(?:van|bình)|ngắt\s+(?:cầu\s+dao|điện|aptomat|nguồn)|cúp\s+cầu\s+dao|rời\s+khỏi\s+(?:nhà|vùng|khu)"
    r"|tránh\s+xa|đội\s+mũ\s+bảo\s+hiểm|(?:mặc|mang)\s+áo\s+phao|đun\s+sôi|vào\s+bờ|neo\s+đậu|chằng\s+chống|gia\s+cố\s+nhà"
    r"|tiêm\s+(?:phòng|chủng|vắc)|ngủ\s+(?:trong\s+)?màn|diệt\s+(?:lăng\s+quăng|bọ\s+gậy|muỗi)|đậy\s+kín|rửa\s+tay|đeo\s+khẩu\s+trang"
    r"|gọi\s+(?:ngay\s+)?(?:số\s+)?(?:111|112|113|114|115)|(?:báo|trình\s+báo|thông\s+báo|khai\s+báo)\s+(?:ngay\s+)?(?:cho\s+|với\s+|đến\s+)?"
    r"(?:công\s+an|cơ\s+quan|chính\s+quyền|trạm\s+y\s+tế|thú\s+y|ubnd|ủy\s+ban|trưởng\s+(?:thôn|ấp|bản))"
    r"|(?:chấp\s+hành|tuân\s+thủ|thực\s+hiện)\s+(?:nghiêm\s+(?:túc\s+)?|đúng\s+|theo\s+)?(?:lệnh|hướng\s+dẫn|quy\s+định|yêu\s+cầu|sự\s+chỉ|các\s+"
    r"(?:biện\s+pháp|quy\s+định|hướng\s+dẫn))|(?:nâng\s+cao\s+)?cảnh\s+giác|giữ\s+bình\s+tĩnh|theo\s+dõi\s+(?:chặt\s+chẽ\s+|thường\s+xuyên\s+)?"
    r"(?:tin|diễn\s+biến|thông\s+tin|dự\s+báo)|đến\s+(?:ngay\s+)?(?:cơ\s+sở\s+y\s+tế|trạm\s+y\s+tế|bệnh\s+viện)"
    r"|(?:nộp|hoàn\s+thành|đóng)\s+[^.,;]{0,30}đúng\s+(?:hạn|thời\s+(?:gian|hạn)|quy\s+định)|(?:tham\s+gia|có\s+mặt|đến\s+dự|dự\s+họp)\s+"
    r"(?:đông\s+đủ|đầy\s+đủ|đúng\s+giờ)|(?:giữ\s+gìn|bảo\s+vệ)\s+(?:vệ\s+sinh|môi\s+trường|an\s+ninh)|treo\s+(?:cờ|Quốc\s+kỳ)"
    r"|mang\s+theo\s+(?:căn\s+cước|thẻ|giấy|sổ)|đi\s+(?:bầu\s+cử|bỏ\s+phiếu)"
    r"|dập\s+(?:tắt\s+)?(?:lửa|tắt)|tắt\s+(?:bếp|nguồn)|dự\s+trữ\s+(?:lương\s+thực|nước)|kiểm\s+tra\s+kỹ)"
)
_NOT_DONE = re.compile(
    rf"(?<!\w)(?P<no>(?:tuyệt\s+đối\s+)?không\s+được|(?:tuyệt\s+đối\s+)?không\s+nên|không\s+cần|tuyệt\s+đối\s+không|không|đừng|chớ|"
    rf"cấm|nghiêm\s+cấm)\s+(?:phải\s+)?(?P<must>{_MUST})(?!\w)",
    re.I,
)
# Who is told to do something.
_PEOPLE = (
    r"(?:bà\s+con|(?:toàn\s+thể\s+)?(?:người\s+dân|nhân\s+dân)|mọi\s+người|mọi\s+nhà|các\s+hộ(?:\s+(?:dân|gia\s+đình|chăn\s+nuôi))?|hộ\s+(?:dân|gia\s+đình)|"
    r"các\s+gia\s+đình|ngư\s+dân|(?:các\s+)?(?:tàu\s+thuyền|chủ\s+tàu|chủ\s+phương\s+tiện|chủ\s+cơ\s+sở|hộ\s+kinh\s+doanh)|"
    r"các\s+(?:bậc\s+)?phụ\s+huynh|các\s+em|trẻ\s+em|học\s+sinh|thanh\s+niên|quý\s+vị|các\s+(?:thôn|tổ\s+dân\s+phố|đơn\s+vị))"
    r"(?:\s+(?:và|,)\s+(?:bà\s+con|người\s+dân|nhân\s+dân|ngư\s+dân|các\s+hộ))?"
)
_ASKED = r"(?:(?:kính\s+)?(?:đề\s+nghị|mong)|yêu\s+cầu|khuyến\s+cáo|kêu\s+gọi|vận\s+động|nhắc|lưu\s+ý|hướng\s+dẫn)"
_ORDER_HEAD = re.compile(
    rf"(?:^|[.!?;:,]\s|\bthì\s|[-–+•]\s)\W*(?:{_ASKED}\s+)?(?:{_PEOPLE}(?:\s+(?:ven\s+biển|trong\s+\w+|trên\s+địa\s+bàn|toàn\s+\w+))?"
    r"(?:\s+(?:hãy|cần|nên|phải|nhớ|xin|tuyệt\s+đối))?|hãy|cần|xin)?\s*$",
    re.I,
)
_ORDER_ASKED = re.compile(rf"(?<!\w){_ASKED}\s+{_PEOPLE}[^.;:]{{0,40}}$", re.I)
_OBLIGED = re.compile(r"(?<!\w)(?<!không )(?:phải|cần|hãy)\s+$", re.I)
# Said of those who do not do it, or of what then happens.
_ABOUT = re.compile(
    r"(?<!\w)(?:nếu|vì|do|khi|mà|trường\s+hợp|hành\s+vi|cố\s+tình|lý\s+do|tội|xử\s+phạt|phạt|xử\s+lý|cưỡng\s+chế|nhắc\s+nhở|phê\s+bình|vẫn|"
    r"tại\s+sao|bị|để|còn|nào|những|đã|việc|lỗi|nhiều|một\s+số)(?!\w)",
    re.I,
)
_ORDERS = re.compile(
    rf"(?:{_ASKED}|(?<!\w)(?:hãy|ba\s+không|các\s+(?:thôn|đơn\s+vị|hộ)(?:(?!không|chưa)[^.;]){{0,30}}\sđược|(?<!không\s)(?<!được\s)(?<!đừng\s)(?<!chớ\s)(?<!cấm\s)(?<!tránh\s)để))(?!\w)",
    re.I,
)
_REACH = 48
"""How far, in letters, a negative reaches over the verbs of a list."""
_WEAK = frozenset({"không", "không cần"})

_DANGER = (
    r"vớt\s+củi|lội\s+(?:qua|suối)|(?:đi\s+)?qua\s+(?:ngầm|đập\s+tràn|suối|vùng|khu\s+vực\s+ngập|nơi\s+ngập)|(?:lại|đến|tới)\s+gần\s+(?:dây|nơi|khu|trạm|bờ|đê|cột)|"
    r"chạm\s+(?:tay\s+)?vào|ra\s+khơi|ra\s+(?:đường|ngoài)\s+khi|tắm\s+(?:sông|suối|ao|hồ)|uống\s+rượu|cung\s+cấp\s+(?:mã\s+)?(?:otp|mật\s+khẩu|thông\s+tin\s+cá\s+nhân)|"
    r"chuyển\s+tiền\s+cho|bấm\s+vào\s+(?:các\s+)?(?:đường\s+)?(?:link|liên\s+kết|dẫn)|truy\s+cập\s+(?:vào\s+)?(?:các\s+)?(?:đường\s+)?(?:link|liên\s+kết|dẫn)\s+lạ|"
    r"(?:nghe|làm)\s+theo\s+(?:lời\s+)?(?:kẻ|đối\s+tượng|người)\s+lạ|"
    r"đốt\s+(?:rơm|rác|nương|rừng|thực\s+bì)|ăn\s+tiết\s+canh|giết\s+mổ[^.,;]{0,30}(?:ốm|bệnh|chết)|vứt\s+xác|"
    r"(?:đổ|vứt|xả)\s+(?:rác|nước)\s[^.,;]{0,20}(?:bừa|ra\s+(?:đường|sông|kênh|môi))|ở\s+lại\s+(?:trên\s+)?(?:tàu|lồng|chòi|bè)|trú\s+(?:dưới\s+)?gốc\s+cây|"
    r"(?:sử\s+dụng|ăn|mua|bán)\s[^.,;]{0,30}chưa\s+(?:qua\s+kiểm\s+dịch|(?:được\s+)?nấu\s+chín|kiểm\s+dịch)|"
    r"sử\s+dụng\s+(?:chất\s+cấm|xung\s+điện|thuốc\s+nổ)|mua\s+bán[^.,;]{0,20}(?:pháo|vũ\s+khí)|đốt\s+pháo|lạng\s+lách|chở\s+quá\s+số|bán\s+chạy\s+(?:lợn|heo|gia)"
)
_DONE = re.compile(
    rf"(?<!\w)(?:{_ASKED}\s+{_PEOPLE}(?:\s+(?:hãy|cần|nên|phải|được|được\s+phép|nhớ))?|{_PEOPLE}\s+(?:hãy|cần|nên|phải|được\s+phép|nhớ))\s+(?P<act>{_DANGER})(?!\w)",
    re.I,
)
_SAFE = re.compile(
    r"\b(?:hạn\s+chế|tránh|chỉ|sau\s+khi|trở\s+lại|bình\s+thường|hết\s+lệnh|cẩn\s+thận|trước\s+khi|không|đúng\s+nơi|an\s+toàn)\b",
    re.I,
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
        before = _said_before(passage.text, match.start())
        told = _ORDER_HEAD.search(before) or _ORDER_ASKED.search(before) or _OBLIGED.search(before)
        no = " ".join(match["no"].lower().split())
        if not told or _ABOUT.search(before if no in _WEAK else before[before.rfind(",") + 1 :]):
            continue
        to_whom = re.search(rf"(?:{_ASKED}|{_PEOPLE})", before, re.I)
        if (
            no == "không" and not to_whom and not _OBLIGED.search(before) and (before.strip() or passage.item)
        ):  # told of others, or what is forbidden
            continue
        message = _("This forbids what people should do: “{words}”.").format(words=match.group())
        make = warning if no in _WEAK else Hit
        yield make(*match.span(), "order.turned", message, _("Check the negative."))
    for match in _DONE.finditer(passage.text):
        around, before = passage.text[match.start() : match.end() + 40], _said_before(passage.text, match.start())
        asks = "?" in sentence_around(passage.text, *match.span("act"))
        if not asks and not _SAFE.search(around) and not _ABOUT.search(before):
            message = _("This tells people to do what endangers them: “{words}”.").format(words=match["act"])
            yield Hit(*match.span(), "order.turned", message, _("Check whether a negative is missing."))


def _said_before(text: str, at: int) -> str:
    """What the sentence says before `at`."""
    before = text[max(0, at - 120) : at]
    return before[max(before.rfind(". "), before.rfind("; "), before.rfind("! ")) + 1 :]


# What is only ever said with a negative when people are told what to do.
_NEVER_TOLD = re.compile(
    r"(?<!\w)(?P<act>chủ\s+quan|lơ\s+là|để\s+xảy\s+ra\s+(?:tiêu\s+cực|sai\s+sót|cháy|dịch|tai\s+nạn|mất|tình\s+trạng)|để\s+ai\s+bị\s+bỏ\s+lại|"
    r"trông\s+chờ|ỷ\s+lại|hoang\s+mang|giấu\s+dịch|chen\s+lấn|xô\s+đẩy|thả\s+rông|bẻ\s+(?:hoa|cành)|(?:vứt|xả|đổ)\s+rác\s+(?:bừa|ra\s)|tự\s+ý\s|"
    rf"cho\s+trẻ\s+(?:em\s+|nhỏ\s+)?(?:chơi|đến|lại|tắm)\s+(?:gần|sông|ao|suối)|{_DANGER})(?!\w)",
    re.I,
)
_NEGATED = re.compile(
    r"(?<!\w)(?:không|chưa|cấm|đừng|chớ|chẳng|tránh|hạn\s+chế|ngăn|(?<!tiêm\s)phòng|chống|chấm\s+dứt|bỏ|thôi|nói\s+không|khắc\s+phục|"
    r"nhất\s+là|sau\s+khi|trước\s+khi|hết|tư\s+tưởng|tâm\s+lý)(?!\w)",
    re.I,
)
_PUNISHED = re.compile(
    r"(?<!\w)(?:hộ|người|ai|cơ\s+sở|tổ\s+chức|cá\s+nhân|trường\s+hợp|chủ\s+\w+)(?:\s+nào)?\s+(?:cố\s+tình\s+)?"
    r"(?P<act>chấp\s+hành|tuân\s+thủ|thực\s+hiện\s+(?:đúng|nghiêm|tốt)|đăng\s+ký|khai\s+báo|đội\s+mũ|nộp\s+đủ)(?P<rest>[^.;]{0,80}?)"
    r"(?<!\w)bị\s+(?:xử\s+lý|xử\s+phạt|phạt|nhắc\s+nhở|cưỡng\s+chế|lập\s+biên\s+bản)",
    re.I,
)


def negative_lost(passage: Passage) -> Iterator[Hit]:
    """ "Đề nghị bà con … và vớt củi khi nước lũ", "hộ nào chấp hành … bị xử lý": a negative must have been there."""
    for match in _NEVER_TOLD.finditer(passage.text):
        before = _said_before(passage.text, match.start())
        asked = [found.end() for found in _ORDERS.finditer(before)]
        if not asked:
            continue
        between = before[asked[-1] :]
        if not _NEGATED.search(between[-_REACH:]) and not _ABOUT.search(between) and len(between) < 110:
            message = _("This tells people to do what endangers them: “{words}”.").format(words=match["act"].strip())
            yield warning(*match.span(), "order.turned", message, _("Check whether a negative is missing."))
    for match in _PUNISHED.finditer(passage.text):
        if not _NEGATED.search(match["rest"]) and not re.search(r"(?:vi\s+phạm|sai|trái|thiếu)", match["rest"], re.I):
            message = _("Who does as told is punished here: “{words}”.").format(words=match.group())
            yield warning(*match.span(), "order.turned", message, _("Check whether a negative is missing."))
