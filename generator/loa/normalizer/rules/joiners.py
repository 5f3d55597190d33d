"""Signs between two things: slashes, dashes, arrows, plus, less and more. What they join decides what is said."""

import re

from loa.normalizer.scanner import Rule, Scan
from loa.normalizer.tables import contexts, units, word_set

COMPARE = re.compile(r"(<=|>=|=<|=>|≤|≥|<|>)\s?(?=[+-]?\d|[A-Za-z](?!\w)|cấp \d|bậc \d|mức \d|BĐ ?\d)")
SLASH = re.compile(r"\s?/\s?")
ARROW = re.compile(r"[-=–]{1,3}>|→|⇒|➔|<=+|=>")
DASH = re.compile(r"-:-|[-–—‑−÷]+")
PLUS = re.compile(r"\+")
_CURRENCIES = frozenset("USD VND VNĐ EUR JPY CNY GBP".split())
_BASES = frozenset("lít gam mét oát vôn héc bai vuông khối".split())
_TIMES = frozenset("lần buổi tiết lượt kỳ phiên".split())
_ADDED = re.compile(r"\d{1,2}(?!\d)")
_COMPARED = {
    "<": "dưới",
    ">": "trên",
    "≥": "từ",
    "≤": "không quá",
    ">=": "từ",
    "<=": "không quá",
    "=>": "từ",
    "=<": "không quá",
}
_WEEKDAY = re.compile(r"(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật)\s?$")
_WEEKDAY_NEXT = re.compile(r"\s?(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|cn)(?!\w)")
_LUNAR_NEXT = re.compile(r"\s?(?:(?:mùng|mồng|ngày|rằm) )?(?:\d{1,2} )?tháng [^\W_]", re.IGNORECASE)
_SUM = re.compile(r"(?:\d|[a-z]|[²³)]) $")
_SUM_NEXT = re.compile(r" (?:[\d.,]+[a-z]?|[a-z])(?: ?[-+x×:] ?(?:[\d.,]+[a-z]?|[a-z]))* = ")
_DEVICE = re.compile(r"(?<!\w)(?:recloser|rec|máy cắt|mc|dcl|dao|dao cách ly|lbs|cầu dao|fco|boeing|airbus) \d{2,4}$")
_SCALES = frozenset("triệu tỷ tỉ nghìn ngàn vạn trăm đồng tr".split())
_DURATIONS = frozenset("giây phút giờ tiếng ngày tuần tháng năm tuổi".split())
_COUNTED_LEFT = re.compile(r"(?<![\w.,])([\d.,]+) ([^\W\d_]+) ?$")
_COUNTED_RIGHT = re.compile(r" ?([\d.,]*\d) ([^\W\d_]+)")
_ITEM = re.compile(
    r"(?<!\w)(?:vòng|bàn|tổ|ca|đợt|thôn|ấp|xóm|đội|tiết|bài|phần|lớp|khu|gói|hạng|nhóm|chốt|điểm) \d{1,2} $"
)
_ITS_AMOUNT = re.compile(
    r" \d[\d.,]* ?(?:câu|phút|hộ|người|suất|triệu|đồng|đ|học sinh|em|đội|tiết mục|điểm|con|cây|ca|trường hợp|khẩu|ha|xe"
    r"|cháu|HS)(?!\w)"
)
_COUNTED_CASES = re.compile(r"\d (?:ca|vụ|người|trường hợp|ổ dịch|hộ)(?: [^\W\d_]+){0,2} ?\($")
_DIFFERENCE = re.compile(r"(?:\d ?(?:đ|điểm|trận)|hiệu số|hs),? ?\(?$")
_LAND = frozenset("sào mẫu công lít mét tấn tạ kilo".split())
_SPANS = frozenset("giờ ngày tuần tháng quý năm lần đợt vụ kỳ".split())
_MEASURE = re.compile(r"\d+(?:[.,]\d+)?\s?(?:[-–/]\s?\d+(?:[.,]\d+)?\s?)?(?:%|°|‰|mmHg|mmol|mg|g/|ml|µg|IU)")
_MATCHES = re.compile(r"(?<!\w)(?:bảng|trận|gặp|vs|thi đấu|bán kết|tứ kết|chung kết|lượt)(?!\w)")
_SIDES = re.compile(r"(?:Thôn|Ấp|Xóm|Tổ|Khu phố|KP|Khóm|Đội|Lớp) ?\d{1,2}[A-Z]?\d? ?$")
_SIDE_NEXT = re.compile(r" ?(?:Thôn|Ấp|Xóm|Tổ|Khu phố|KP|Khóm|Đội|Lớp) ?\d")
_SCORES = re.compile(
    r"(?<!\w)(?:[Tt]ỷ số|[Tt]ỉ số|[Tt]hắng|[Tt]hua|hòa|[Ll]uân lưu|[Hh]iệp|[Ss]et|H[12]|chung cuộc)(?!\w)"
    r"|(?<!\w)(?:pen|penalty|dẫn)(?!\w)"
    r"|(?<!\w)(?:[Vv]án|[Ss]éc|[Gg]ame|[Tt]rận)(?: \w{1,3})?: ?\d{1,2} ?$"
)
_SETS = re.compile(r"(?:^|(?<=[,;(:] )|(?<=[(;])|(?<=[^\W\d] ))(\d{1,2}) ?[-–] ?(\d{1,2})(?=[,;.)]|$| [^\W\d])")
_SETS_NEXT = re.compile(r" ?[0-5] ?\(\d{1,2}[-–/]\d{1,2}[,;] ?\d{1,2}[-–/]\d{1,2}[,;)]")
_DREW = re.compile(r"(?<!\w)Hòa \d{1,2} ?$")
_POURED = re.compile(r" ?[\d.,]+ ?(?:kg|g|gr|gam|l|lít|ml|cc|gói|thìa|muỗng|viên|lạng|ký|chai|cốc|%|phần)(?!\w)")
_SCORED = re.compile(
    r"(?<!\w)(?!Mùng|Mồng|Ngày|Tháng|Khóa|Tổ |Thôn|Ấp|Lớp|Khối|Số|Tiết|Tuần|Bài|Điều)[A-ZĐ]\w+ \d{1,2} ?$"
)
_SCORED_NEXT = re.compile(r" ?\d{1,2} (?:ĐT |CLB |đội |U\d+ )?(?:[A-ZĐ]\w*[a-zà-ỹ]\w*|[A-ZĐ]{3,6}(?!\w))")
_PAIRED = re.compile(r"(?<!\w)[A-ZĐ]\w+ [-–] (?:[A-ZĐ][\w.]*\.? ){1,3}\d{1,2} ?$")
_PAIRED_NEXT = re.compile(r" ?\d{1,2}(?=[;,.)]|\s*$| \()")
_MATCHED = re.compile(r"(?:[Tt]rận|vòng|[Gg]iải|vs)(?!\w).*(?<![.;:] )(?<!\w)[A-ZĐ]\w+ \d{1,2} ?$")
_HEAD = "|".join(sorted(contexts("numbered"), key=len, reverse=True))
_NEXT = re.compile(
    rf"\s?(?:[+]?\d|(?:{_HEAD})\s?\d|(?-i:T[2-8]|CN)(?!\w)|chủ nhật|(?-i:[IVX]{{1,5}})(?!\w)|(?-i:[A-Z]{{1,3}})\d)",
    re.IGNORECASE,
)


def read_arrow(scan: Scan, match: re.Match[str]) -> int | None:
    """→ and => are "đến" between two hours, days or numbers, else a pause."""
    after = scan.after(match.end(), 24)
    if (
        scan.follows_quantity(match.start())
        and scan.kind in {"hour", "date", "number", "weekday"}
        and re.match(r"\s?[\dTC]", after)
        and _same_kind(scan, after)
    ):
        scan.say("đến", *match.span())
        return match.end()
    scan.pause(",")
    return match.end()


def read_compare(scan: Scan, match: re.Match[str]) -> int | None:
    """< 5 người: dưới; > 3.000 con: trên; ≥ 18 tuổi: từ; ≤ 3 %: không quá."""
    if scan.fresh and match[1] in {"=>", "<=", ">"} and not scan.said:
        return match.end()
    if match[1] == "=>" and " " in scan.left(match.start(), 1):
        scan.pause(",")
        return match.end()
    words = _COMPARED[match[1]]
    inside = re.match(r"[A-Za-z](?!\w) ?[<>≤≥]", scan.after(match.end(), 8)) or re.search(
        r"[<>≤≥] ?[A-Za-z] ?$", scan.left(match.start(), 6)
    )
    if inside:  # 80 < V ≤ 100
        words = {"<": "nhỏ hơn", ">": "lớn hơn", "≤": "nhỏ hơn hoặc bằng", "≥": "lớn hơn hoặc bằng"}.get(
            match[1], words
        )
    percent = _MEASURE.match(scan.after(match.end(), 24))
    if match[1] in {"≥", "≤", ">=", "<="} and (percent or scan.fresh):
        words = {"từ": "lớn hơn hoặc bằng", "không quá": "nhỏ hơn hoặc bằng"}[words]
    if scan.before(match.start()).last in {"trên", "dưới", "hơn", "từ"}:
        words = ""
    scan.say(words, *match.span())
    return match.end()


def read_slash(scan: Scan, match: re.Match[str]) -> int | None:
    """ "một" between a quantity and a unit, else silent: và/hoặc, phút/lần, tấn/ha."""
    start, end = match.span()
    right = re.compile(r"(?:0?1 )?([^\W\d_]+[23²³]?)(?!\d)").match(scan.text, end)
    number = re.compile(r"(?!0?1 [^\W\d_])\d").match(scan.text, end)
    quantity = scan.follows_quantity(start) and scan.kind in {"number", "unit"}
    if quantity and match[0] == "/ " and right and right[1].lower() in word_set("units", "per right"):
        scan.say("một", start, right.start(1))
        scan.chain = right.end(1)
        return right.start(1)
    coded = scan.kind == "code" and scan.follows_quantity(start) and re.match(r"\d+(?![^\W_])", scan.after(end, 8))
    if (quantity and number) or coded:
        scan.say("trên", *match.span())
        return end
    if re.match(r"(?:19|20)\d\d(?!\d)", scan.after(end, 5)) and scan.kind == "roman" and scan.follows_quantity(start):
        scan.say("năm", *match.span())
        return end
    if re.match(r"(?:19|20)\d\d(?!\d)", scan.after(end, 5)) and scan.left(start, 6).lower().endswith(" tháng"):
        scan.say("năm", *match.span())
        return end
    pair = re.search(r"\d ([^\W\d_]+)$", scan.left(start, 24)) if number and match[0] == "/" else None
    if pair:
        alike = pair[1] in _TIMES or re.match(rf"[\d.,]+ {pair[1]}(?! ?/)", scan.after(end, 24))
        listed = re.search(rf"\d {pair[1]} ?/ ?[\d.,]+ {pair[1]}$", scan.left(start, 40))
        scan.say("trên" if (alike and not listed) or _over(scan.after(end, 24)) else "", *match.span())
        scan.pause(",")
        return end
    if (
        number
        and match[0] == "/"
        and re.search(r"\d[^\W\d_]*(?: [^\W\d_]+){2,4}$", scan.left(start, 40))
        and _over(scan.after(end, 24))
    ):
        scan.say("trên", *match.span())
        return end
    if right is None or (match[0].endswith(" ") and match[0].startswith("/")):
        scan.pause("," if match[0].endswith(" ") else "")
        return end
    one = re.search(r"([^\W\d_]+[23²³]?)$", scan.left(start, 24))
    if one and one[1] in _CURRENCIES and right[1] in _CURRENCIES and quantity:
        scan.say("một", *match.span())
        return end
    if one and one[1] in _CURRENCIES and right[1] in _CURRENCIES:
        scan.say("trên", *match.span())
        return end
    name, left = right[1], one[1].lower() if one else ""
    unit = units().get(name) if (len(name) > 1 or name in "gLlmsh") and name not in {"tr", "k"} else None
    known = unit is not None or name.lower() in word_set("units", "per right")
    counted = re.search(r"\d[^\W_]*(?: [^\W\d_]+){0,5}$", scan.left(start, 40))
    alone = re.search(r"\d ([^\W\d_]+)$", scan.left(start, 24)) and left in word_set("units", "per left")
    money = left in {"đồng", "đ", "triệu", "nghìn", "ngàn", "tỷ"} and name.islower()
    if scan.chain >= 0 and re.fullmatch(r" [^\W\d_]+", scan.text[scan.chain : start]) and name.lower() in _SPANS:
        scan.chain = start  # đồng/tổ chức/tháng
    per = (
        quantity
        or money
        or scan.chain == start
        or (alone and name.islower() and match[0] == "/")
        or (known and (left in word_set("units", "per left") or left in units() or counted))
    )
    if not per or (quantity and not known and name[0].isupper() and len(name) > 3):
        return end
    scan.say("một", start, right.start(1))
    scan.chain = right.end(1)
    if unit is not None:
        scan.say(unit, *right.span(1))
        return scan.measure(right.end(1), "unit")
    return right.start(1)


def _over(right: str) -> bool:
    """Whether an amount of something measured follows a slash: 20 cái/1.000m2, 60 câu/60 phút."""
    found = re.match(r"[\d.,]*\d ?([^\W\d_]+[23²³]?)(?!\w| ?/)", right)
    return found is not None and (found[1] in units() or found[1] in _DURATIONS or found[1] in _LAND)


def read_dash(scan: Scan, match: re.Match[str]) -> int | None:
    """A dash: "đến" between two quantities, nothing before an item or inside a word, a minus, else a pause."""
    start, end = match.span()
    after = scan.after(end, 24)
    if scan.kind == "roman" and scan.follows_quantity(start) and re.match(r"\s?(?:19|20)\d\d(?!\d)", after):
        scan.say("năm", *match.span())
        return end
    if _WEEKDAY.search(scan.left(start, 16).lower()) and _WEEKDAY_NEXT.match(after.lower()):
        scan.say("đến", *match.span())
        return end
    if re.search(r"tháng [^\W_]+\s?$", scan.left(start, 20)) and _LUNAR_NEXT.match(after):
        scan.say("đến", *match.span())
        return end
    if _MATCHES.search(scan.left(start).lower()) and _SIDES.search(scan.left(start, 24)) and _SIDE_NEXT.match(after):
        scan.say("gặp", *match.span())
        return end
    if (
        match[0] in "-–−"
        and scan.left(start, 1) == " "
        and after[:1] == " "
        and _SUM.search(scan.left(start, 12))
        and _SUM_NEXT.match(after)
    ):
        scan.say("trừ", *match.span())
        return end
    if (
        scan.kind == "number"
        and re.search(r"thứ \d{1,3} ?$", scan.left(start, 8))
        and re.match(r" ?(?:19|20)\d\d(?!\d)", after)
    ):
        scan.pause(",")
        return end  # lần thứ 97 - 2025
    if len(match[0]) == 1 and _counted_range(scan.left(start, 32).lower(), after.lower()):
        scan.say("đến", *match.span())
        return end
    joins = scan.follows_quantity(start) and (len(match[0]) == 1 or match[0] == "-:-")
    if joins and scan.kind == "number" and _ITEM.search(scan.left(start, 24).lower()) and _ITS_AMOUNT.match(after):
        scan.pause(",")  # Vòng 1 - 60 câu; Thôn 3 - 45 hộ
        scan.doubt("reading.ambiguous", start - 2, end + 2, "…, …", "… đến …", confidence=0.7)
        return end
    if joins and scan.kind in {"date", "hour"} and re.match(r"\s?(?:hết|đầu|cuối|giữa) ", after):
        scan.say("đến", *match.span())
        return end
    if joins and scan.kind != "phone" and _NEXT.match(after) and _same_kind(scan, after):
        small = re.match(r"\s?\d{1,2}(?!\d)", after)
        score = (
            scan.kind == "number"
            and small
            and (
                _SCORES.search(scan.left(start))
                or _MATCHED.search(scan.left(start))
                or (_DREW.search(scan.left(start, 8)) and not _POURED.match(after))
                or _SETS_NEXT.match(after)
                or _bracketed_score(scan, start, after)
                or _falls(scan, start, after)
                or (_PAIRED.search(scan.left(start)) and _PAIRED_NEXT.match(after))
                or (_SCORED.search(scan.left(start, 32)) and _SCORED_NEXT.match(after))
            )
            and re.search(r"(?<!\d)\d{1,2}\s?$", scan.left(start, 4))
        ) or _DEVICE.search(scan.left(start, 32).lower())
        scan.say("" if score else "đến", *match.span())
        if not score:
            _doubt_day(scan, start, end)
        return end
    if scan.left(start, 1) == "(" and (re.match(r"[\d.,]+\s?(?:đ|đồng|k|%|nghìn|triệu)", after) or _change(scan, end)):
        said = re.search(r"(?<!\w)(?:giảm|mất|lùi)(?!\w)", scan.left(start, 40))
        scan.say("" if said else "giảm", *match.span())  # 118.500đ/kg (-700đ)
        return end
    if _COUNTED_CASES.search(scan.left(start, 24)) and re.match(r"\d{1,4}\)", after):
        scan.say("giảm", *match.span())
        return end
    if _DIFFERENCE.search(scan.left(start, 10)) and re.match(r"\d{1,2}(?:[);,.]|$)", after):
        scan.say("trừ", *match.span())
        return end
    negative = len(match[0]) == 1 and after[:1].isdecimal() and not scan.left(start, 1).isalnum() and not scan.fresh
    if negative and scan.left(start, 1) != ")":
        falling = scan.before(start).last in {"giảm", "âm"}
        if re.search(r"(?<!\w)[A-Z]{3} $", scan.left(start, 5)) and re.match(r"[\d.,]+ ?%", after):
            scan.say("giảm", *match.span())  # VIC -0,8%
            return end
        if re.match(r"\d{1,3}(?:[.,]\d+)?\s?(?:°|độ|º|o|%)", after):
            scan.say("" if falling else "âm", *match.span())
            return end
    if scan.left(start, 1).isspace() or len(match[0]) > 1 or match[0] in "–—":
        scan.pause(",")
    return end


def _bracketed_score(scan: Scan, start: int, after: str) -> bool:
    """Thôn 3 - Thôn 7 (2-1): a score behind two sides."""
    if not re.search(r"\(\d{1,2}$", scan.left(start, 3)) or not re.match(r"\d{1,2}[,;)]", after):
        return False
    return _MATCHES.search(scan.left(start).lower()) is not None or scan.subject_topics().get("thể thao", 0) > 0


def _falls(scan: Scan, start: int, after: str) -> bool:
    """25-21, 19-25: the points of sets, since no range falls: these two or those beside them in the list."""
    text = f"{scan.left(start, 16)}-{re.sub(r'[^ ,;]*$', '', after[:16]) if len(after) > 16 else after}".replace(
        "- ", "-"
    )
    pairs = [(int(one), int(two)) for one, two in _SETS.findall(text)]
    lowest = 0 if scan.subject_topics().get("thể thao", 0) else 12
    return any(40 > one > two > lowest for one, two in pairs) and (
        lowest == 0 or all(one > 10 or two > 10 for one, two in pairs)
    )


def _counted_range(left: str, right: str) -> bool:
    """800 triệu - 1 tỷ, 30 phút - 1 giờ, 10 người - 15 người: a range of two amounts, each with its own word."""
    one, two = _COUNTED_LEFT.search(left), _COUNTED_RIGHT.match(right)
    if one is None or two is None:
        return False
    rising = one[1] != two[1] and not (one[1].isdecimal() and two[1].isdecimal() and int(one[1]) >= int(two[1]))
    return (one[2] == two[2] and rising and one[2] not in contexts("numbered") - _DURATIONS) or any(
        one[2] in words and two[2] in words and one[2] != two[2] for words in (_SCALES, _DURATIONS)
    )


def _change(scan: Scan, end: int) -> bool:
    """Whether a bracket holds only by how much the price before it has changed: 112.500 đ/kg (+500)."""
    return (
        re.match(r"[\d.,]+\)", scan.after(end, 12)) is not None
        and re.search(r"\d{3}\s?(?:đ|đồng|USD|nghìn|triệu|điểm)(?:/\w+)? ?\($", scan.left(end - 1, 24)) is not None
    )


def _doubt_day(scan: Scan, start: int, end: int) -> None:
    """10-12 with nothing counted after it could be the tenth of December too."""
    left = re.search(r"(?<![\d.,])(\d{1,2})$", scan.left(start, 4))
    right = re.match(r"(\d{1,2})(?=[;,.)]?(?:\s|$))(?! [^\W\d_])", scan.after(end, 8))
    counted = left is not None and scan.before(start - len(left[1])).ends("item")
    if left and right and not counted and 1 <= int(left[1]) <= 31 and 1 <= int(right[1]) <= 12:
        scan.doubt("reading.ambiguous", start - len(left[1]), end + len(right[1]), "… đến …", "ngày … tháng …")


def _same_kind(scan: Scan, after: str) -> bool:
    """Whether what follows a dash is of the kind that stands before it."""
    after = after.lstrip()
    clock = re.match(r"\d{1,2}\s?(?:h|H|g|giờ|:\d\d)", after)
    date = re.match(r"\d{1,2}[/.-]\d{1,2}", after)
    match scan.kind:
        case "hour":
            return clock is not None or re.match(r"\d{1,2}(?!\d)", after) is not None
        case "date":
            if clock:
                return "ngày" in after or re.match(r"\d{1,2}\s?(?:h|g|giờ)\d{0,2} \d{1,2}/\d", after) is not None
            return (
                date is not None
                or re.match(r"M\d", after) is not None
                or re.match(r"(?:ngày|tháng|năm|quý|sáng|chiều|tối)\s?\d|\d{4}(?!\d)", after.lower()) is not None
            )
        case "weekday":
            return re.match(r"T\d|CN|thứ|chủ nhật|\d", after, re.IGNORECASE) is not None
        case "roman":
            return re.match(r"[IVX]+", after) is not None
        case "km":
            return re.match(r"(?:km|k)?\s?\d", after, re.IGNORECASE) is not None
        case "code":
            alike = re.match(r"([A-ZĐ]{2,4})\d", after)  # BĐ1-BĐ2
            if alike:
                return re.search(rf"(?<!\w){alike[1]} ?\d+\s?$", scan.left(scan.measured, 10)) is not None
            return re.match(r"[A-ZK]\s?\d|\d{1,2}[A-ZĐ]\d?(?!\w)", after) is not None
        case "electric":
            return re.match(r"\d+(?:,\d+)?\s?[kK]V(?!A)", after) is not None
        case "number" | "unit":
            minutes = re.search(r"(?:'|phút)\s?$", scan.left(scan.measured, 6)) is not None
            minutes = minutes or (clock is not None and int(clock[0][:2].strip("hHg :")) > 24)
            minutes = minutes or re.search(r"\d,\d\s?$", scan.left(scan.measured, 6)) is not None  # 1,5 - 2h
            if _unlike(scan.left(scan.measured, 12), after):
                return False
            if after[:1] in "IVX" or (clock and not minutes and re.match(r"\d{1,2}(?:[hHg:]\d|h)", after)):
                return False
            if after[0] in "0123456789+":
                return True
            head = re.match(r"([^\W\d_]+)\s?\d", after)
            return head is not None and head[1].lower() in scan.before(scan.measured).words[-3:]
    return False


def _unlike(left: str, right: str) -> bool:
    """Whether two quantities cannot be one range: 1,8L - 700W."""
    one, two = re.search(r"([^\W\d_]+)\s?$", left), re.match(r"[\d.,]+\s?([^\W\d_]+)", right)
    names = [units().get(found[1], "").rsplit(" ", 1)[-1] for found in (one, two) if found]
    return len(names) == 2 and names[0] != names[1] and set(names) <= _BASES


def read_plus(scan: Scan, match: re.Match[str]) -> int | None:
    """Before an item nothing; between numbers of a sum "cộng"; before a measure nothing; else "và"."""
    start, end = match.span()
    after = scan.after(end, 12)
    left = scan.left(start, 24)
    if scan.fresh or not scan.said or re.search(r"[;:.]\s?$", left):
        return end
    if re.search(r"(?:GMT|UTC)\s?$", left):
        scan.say("cộng", start, end)
        return end
    if scan.kind == "km" and scan.follows_quantity(start) and after[:1].isdecimal():
        scan.say("cộng", start, end)
        return end
    if (re.search(r"=[^=;.]{0,40}$", scan.left(start)) or _SUM_NEXT.match(after)) and after.strip()[:1].isalnum():
        scan.say("cộng", start, end)
        return end
    if scan.follows_quantity(start) and re.search(r"(?<!\d)(?:45|90)$|phút \d{2,3}$", left) and _ADDED.match(after):
        scan.say("cộng", start, end)  # phút 90+4
        return end
    if scan.left(start, 1) == "(" and _change(scan, end):
        scan.say("tăng", start, end)
        return end
    if _COUNTED_CASES.search(left) and re.match(r"\d{1,4}\)", after):
        scan.say("tăng", start, end)  # 45 ca mắc (+12)
        return end
    if _DIFFERENCE.search(left) and re.match(r"\d{1,2}(?:[);,.]|$)", after):
        scan.say("cộng", start, end)  # 7đ (+5): goals scored and let in
        return end
    if re.search(r"(?<!\w)[A-Z]{3,}$", left) and after[:1].isdecimal():  # ASEAN+3
        scan.say("cộng", start, end)
        return end
    if after.startswith("TE"):  # NPK 20-20-15+TE: with trace elements
        scan.say("cộng", start, end)
        return end
    if scan.follows_quantity(start):
        money = re.search(r"(?:đ|đồng|%)\s?$|\d,\d+\s?$", left)
        if (
            not after.strip()[:1].isalnum()
            or (left[-1:].isdecimal() and re.match(r"\s[^\W\d]", after))
            or (money and not re.match(r"\s?\d", after))
            or re.match(r"\s?\d+ ?=", after)
            or (money and "," in left)
        ):
            scan.say("cộng", start, end)
        else:
            scan.say("và", start, end)
        return end
    if re.search(r"(?<![^\W_])[A-Z]B?$", left) and not after[:1].strip(" ,;.)"):
        scan.say("dương" if "máu" in scan.before(start).words else "cộng", start, end)
        return end
    if after[:1].isdecimal():
        falling = scan.before(start).last in {
            "tăng",
            "thêm",
            "mực",
            "mức",
            "nước",
            "độ",
            "đạt",
            "trữ",
            "quản",
        } or re.match(r"\d+(?:,\d+)?\s?(?:m|cm|°)", after)
        scan.say("" if falling or not re.match(r"[\d.,]+\s?(?:đ|%|VN|tr|k)", after) else "tăng", start, end)
        return end
    scan.say("và" if after.strip()[:1].isalnum() else "", start, end)
    return end


RULES: tuple[Rule, ...] = (
    (COMPARE, read_compare),
    (ARROW, read_arrow),
    (SLASH, read_slash),
    (DASH, read_dash),
    (PLUS, read_plus),
)
