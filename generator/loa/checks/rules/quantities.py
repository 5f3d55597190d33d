"""Quantities that cannot be: shares, prices and changes that their numbers do not give, units wrong by a thousand."""

import re
from collections.abc import Iterator

from loa.checks.rules.sums import NUMBER, value
from loa.checks.text import Hit, Passage, warning
from loa.i18n import _

_DIGIT = re.compile(r"\d")
_MONEY = r"(?:nghìn|ngàn|triệu|tỷ)?\s*đồng(?!\w)|(?:triệu|tỷ|nghìn|ngàn)(?!\w)"
_SCALE = {"nghìn": 1e3, "ngàn": 1e3, "triệu": 1e6, "tỷ": 1e9}
_COUNT = re.compile(rf"(?<![\w.,/-])(?P<n>{NUMBER})\s+(?P<noun>[^\W\d_]+)(?!\w)", re.I)
_RATE = re.compile(
    r"(?:đạt|chiếm|bằng|tương\s+đương)\s+(?:tỷ\s+lệ\s+)?(?P<rate>\d{1,3}(?:,\d{1,2})?)\s*(?:%|phần\s+trăm)"
    r"(?P<of>\s+(?:so\s+với\s+)?(?:kế\s+hoạch|chỉ\s+tiêu|dự\s+toán|nhu\s+cầu))?",
    re.I,
)
_PLANNED = re.compile(r"(?<!\w)(?:cần|kế hoạch|chỉ tiêu|được giao|nhu cầu|dự kiến|theo lệnh|phải)(?!\w)", re.I)
_WHOLE = re.compile(
    r"(?<!\w)(?:tổng|tổng số|theo lệnh|được triệu tập|toàn|kế hoạch|chỉ tiêu|được giao|cần|danh sách|trong số"
    r"|có)(?!\w)[^.;\d]{0,50}$",
    re.I,
)
_SENTENCE = re.compile(r"[.;!?](?:\s|$)")


def rates(passage: Passage) -> Iterator[Hit]:
    """ "640 công dân, đến khám 512 công dân, đạt 90%": a share that part and whole before it do not give."""
    text = passage.masked
    for match in _RATE.finditer(text) if "%" in text or "phần trăm" in text else ():
        counts = list(_COUNT.finditer(text, max(0, match.start() - 260), match.start()))
        if len(counts) < 2:
            continue
        part = counts[-1]
        between = text[part.end() : match.start()]
        # Only the count right before the share is its part, and the one of the same thing before that its whole.
        if _SENTENCE.search(between) or len(between) > 30 or _DIGIT.search(between):
            continue
        wholes = [found for found in counts[:-1] if found["noun"].lower() == part["noun"].lower()]
        if len(wholes) != 1:
            continue
        whole = wholes[0]
        before = text[max(0, whole.start() - 60) : whole.start()]
        lead = text[whole.end() : part.start()]
        stops = _SENTENCE.findall(lead)
        if len(stops) > 1 or not _WHOLE.search(before) or (match["of"] and not _PLANNED.search(before)):
            continue
        all_, share, rate = value(whole["n"]), value(part["n"]), float(match["rate"].replace(",", "."))
        if all_ > share > 0 and abs(100 * share / all_ - rate) > 1.0:
            right = f"{100 * share / all_:.1f}".replace(".", ",")
            message = _("{part}/{whole} is {right} %, not {rate} %.").format(
                part=part["n"], whole=whole["n"], right=right, rate=match["rate"]
            )
            yield warning(*match.span(), "count.rate", message, _("Check the three numbers."))


_BY = rf"(?P<how>tăng|giảm)(?:\s+(?:thêm|được|khoảng))?\s+(?P<by>{NUMBER})\s*(?P<bu>%|phần\s+trăm|[^\W\d_]+)"
_FROM = (
    rf"từ\s+(?P<a>{NUMBER})\s*(?P<au>%|(?:nghìn|ngàn|triệu|tỷ)\s+đồng|[^\W\d_]+)?(?:\s+[^\W\d_]+){{0,4}}?\s*,?\s*"
    rf"(?P<to>lên|xuống(?:\s+còn)?|còn|đến)\s+(?P<b>{NUMBER})\s*(?P<bu2>%|(?:nghìn|ngàn|triệu|tỷ)\s+đồng|[^\W\d_]+)?"
)
_CHANGES = (
    re.compile(rf"(?<!\w){_BY}[^.;\d]{{0,40}}(?<!\w){_FROM}", re.I),
    re.compile(rf"(?<!\w){_FROM}[^.;\d]{{0,40}}(?<!\w){_BY}", re.I),
)


def changes(passage: Passage) -> Iterator[Hit]:
    """ "giảm 24 hộ, từ 110 hộ còn 68 hộ": a change that its two ends do not give."""
    text = passage.masked
    if "từ" not in text.lower() or not _DIGIT.search(text):
        return
    for match in (found for pattern in _CHANGES for found in pattern.finditer(text)):
        first, last, by = (value(match[name]) for name in ("a", "b", "by"))
        units = {" ".join(unit.lower().split()) for unit in (match["au"], match["bu2"]) if unit}
        unit = " ".join(match["bu"].lower().split())
        if len(units) > 1 or not units or not first or first == last:
            continue
        if unit in {"%", "phần trăm"} and not units & {"%", "phần trăm"}:
            right, unit = 100 * abs(last - first) / first, "%"
            wrong = abs(right - by) > 1.0
        elif unit in units or units & {"%"}:
            right = abs(last - first)
            wrong = abs(right - by) > 0.01 * max(right, 1)
        else:
            continue
        up = match["how"].lower() == "tăng"
        if wrong or up != (last > first):
            message = _("From {first} to {last} it is {right}, not {given}: “{words}”.").format(
                first=match["a"], last=match["b"], right=_written(right), given=match["by"], words=match.group()
            )
            yield warning(*match.span(), "count.change", message, _("Check the three numbers."))


_RESULT = (
    r"(?:tổng(?:\s+(?:cộng|số\s+tiền|số|tiền|kinh\s+phí|giá\s+trị))?|thành\s+tiền|cộng|hết|là|nộp|đóng|trả|"
    r"thu(?:\s+được)?|=|cả\s+thảy)"
)
_PRICE = rf"(?P<p>{NUMBER})\s*(?P<pu>{_MONEY}|đ(?!\w))"
_TOTAL = rf"{_RESULT}\s*(?:là|:|khoảng|được)?\s*(?P<t>{NUMBER})\s*(?P<tu>{_MONEY}|đ(?!\w))"
_PRODUCTS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        # 25.000 đồng/kg, 120 kg là 3.500.000 đồng
        rf"(?<![\w.,]){_PRICE}\s*(?:/|(?:một|mỗi"
        rf"|1)\s+)\s*(?P<noun>[^\W\d_]+)(?!\w)[^.;\d]{{0,60}}(?<![\w.,/])(?P<n>\d[\d.]*)\s+(?P=noun)(?!\w)"
        rf"[^.;\d]{{0,50}}?(?<!\w){_TOTAL}",
        # 120 kg giống, giá 25.000 đồng/kg, tổng cộng 3.500.000 đồng
        rf"(?<![\w.,/])(?P<n>\d[\d.]*)\s+(?P<noun>[^\W\d_]+)(?!\w)[^.;\d]{{0,60}}(?<![\w.,]){_PRICE}\s*(?:/|(?:một"
        rf"|mỗi|1)\s+)\s*(?P=noun)(?!\w)"
        rf"[^.;\d]{{0,50}}?(?<!\w){_TOTAL}",
        # mỗi khẩu đóng 5.000 đồng, hộ 4 khẩu đóng 25.000 đồng
        rf"(?<!\w)(?:mỗi|một)\s+(?P<noun>[^\W\d_]+)(?!\w)[^.;\d]{{0,40}}(?<![\w.,]){_PRICE}(?!\s*/)[^.;\d]{{0,40}}"
        rf"(?<![\w.,/])(?P<n>\d[\d.]*)\s+(?P=noun)(?!\w)[^.;\d]{{0,40}}?(?<!\w){_TOTAL}",
        # 40 suất quà, mỗi suất 300.000 đồng, tổng trị giá 15 triệu đồng; 40 suất x 300.000 đồng = 15 triệu đồng
        rf"(?<![\w.,/])(?P<n>\d[\d.]*)\s*(?P<noun>[^\W\d_]+)?\s*[x×*]\s*(?:{NUMBER})?(?<!\d){_PRICE}(?:\s*/\s*[^\W\d_]+)?\s*{_TOTAL}",
    )
)
_NOT_ALL = re.compile(r"giảm|miễn|ưu đãi|hỗ trợ|chiết khấu|ngoài ra|thêm|khấu trừ|lũy tiến|thuế", re.I)


def products(passage: Passage) -> Iterator[Hit]:
    """ "120 kg, giá 25.000 đồng/kg, tổng cộng 3.500.000 đồng": quantity times price gives another sum."""
    text = passage.masked
    if text.count("đồng") + text.count("đ ") < 2 and "triệu" not in text:
        return
    for match in (found for pattern in _PRODUCTS for found in pattern.finditer(text)):
        if _NOT_ALL.search(match.group()):
            continue
        right = value(match["n"]) * value(match["p"]) * _scale(match["pu"])
        given = value(match["t"]) * _scale(match["tu"])
        if right and abs(right - given) > 0.005 * right:
            message = _("{many} times {price} is {right}, not {given}.").format(
                many=match["n"],
                price=f"{match['p']} {match['pu']}",
                right=_written(right),
                given=f"{match['t']} {match['tu']}",
            )
            yield warning(match.start("t"), match.end("tu"), "count.product", message, _("Check the three numbers."))


_FREE = re.compile(
    rf"(?<!\w)(?P<no>không\s+(?:thu|phải\s+(?:nộp|đóng|trả)|mất)(?:\s+(?:tiền|phí|lệ\s+phí|bất\s+kỳ\s+khoản))?"
    rf"|miễn\s+(?:phí|thu|đóng|nộp)|hoàn\s+toàn\s+miễn\s+phí)"
    rf"(?!\w)[^.;:\d]{{0,50}}?(?:[,;]\s*(?:và|nhưng|mà|chỉ|đồng\s+thời)?\s*|\s+(?:nhưng|mà|và|với|nộp|đóng)\s+)"
    rf"(?:(?:mỗi\s+)?(?:học\s+viên|người\s+(?:dân|học)|bà\s+con|phụ\s+huynh|hộ|người|gian|em"
    rf"|cháu)\s+)?(?:chỉ\s+|phải\s+"
    rf"|cần\s+|được\s+)*"
    rf"(?:nộp|đóng|trả|thu|giá|phí|lệ\s+phí|mức)(?!\w)[^.;:\d]{{0,30}}?(?P<t>{NUMBER})\s*(?:{_MONEY})",
    re.I,
)
_OTHERS = re.compile(
    r"(?<!\w)(?:khác|còn lại|ngoài|riêng|thì|trực tiếp|trường hợp|đối với|nếu|thay vì|trừ|hộ\s+\w+\s+(?:nộp"
    r"|đóng)|quá|vượt)(?!\w)",
    re.I,
)


def free_and_paid(passage: Passage) -> Iterator[Hit]:
    """ "không thu tiền rác, chỉ nộp 10.000 đồng": free of charge, and yet a sum."""
    text = passage.masked
    if not _DIGIT.search(text):
        return
    for match in _FREE.finditer(text):
        if not _OTHERS.search(match.group()):
            message = _("This is said to cost nothing, and a sum is asked for: “{words}”.").format(words=match.group())
            yield warning(*match.span(), "count.free", message, _("Check whether people pay."))


_USD = re.compile(rf"(?<![\w.,])(?:{NUMBER})\s*(?P<usd>USD|đô\s+la(?:\s+Mỹ)?|\$|euro|EUR)(?!\w)", re.I)
_DAILY = re.compile(
    r"/\s*(?:tháng|người|hộ|khẩu|năm|suất|học sinh|cháu|kg|m2|m²|m3|m³|ngày|công|sào|lít)|(?<!\w)(?:một"
    r"|mỗi)\s+(?:tháng|người|hộ|suất)"
    r"|đóng|nộp|lệ phí|học phí|mức lương|trợ cấp|hỗ trợ|phạt",
    re.I,
)
_FOREIGN_TRADE = re.compile(
    r"xuất khẩu|nhập khẩu|tỷ giá|nước ngoài|lao động tại|quốc tế|ODA|kim ngạch|thị trường|du học|visa", re.I
)


def currency(passage: Passage) -> Iterator[Hit]:
    """ "đóng 105.300 USD/tháng": a foreign currency in what people of the commune pay or get."""
    text = passage.masked
    for match in _USD.finditer(text):
        if _DAILY.search(text, max(0, match.start() - 80), match.end() + 20) and not _FOREIGN_TRADE.search(text):
            message = _("A foreign currency here is most likely a slip: “{words}”.").format(words=match.group())
            yield warning(*match.span(), "count.unit", message, _("Write “đồng” if it is meant."))


_A = rf"(?P<v>{NUMBER})(?:\s*(?:đến|[-–])\s*(?P<v2>{NUMBER}))?"
_BIG = r"(?P<u>{u})(?!\w)"
_BEAST = r"(?:con\s+)?(?:trâu|bò|bê|nghé|lợn|heo|dê|gà|vịt|ngan|cá|chó)"


def _range(before: str, units: str, low: float, high: float, behind: str = "") -> tuple[re.Pattern[str], float, float]:
    return re.compile(rf"{before}(?<![\w.,]){_A}\s*{_BIG.format(u=units)}{behind}", re.I), low, high


_SENSIBLE = (
    # What one animal eats or weighs, one person eats or drinks, in tonnes.
    _range(rf"(?:mỗi|một|1)\s+{_BEAST}(?!\w)[^.;\d]{{0,50}}", "tấn", 0.0, 0.0, r"[^.;]{0,25}(?:ngày|/ngày|bữa)"),
    _range(
        r"(?:mỗi|một|1)\s+(?:người|khẩu|em|cháu|suất|phần)(?!\w)[^.;\d]{0,30}",
        "tấn",
        0.0,
        0.0,
        r"[^.;]{0,15}(?:gạo|quà|muối|mì|ngày|/ngày)",
    ),
    _range(r"(?:bình\s+(?:chữa\s+cháy|ga|gas|xịt)|xách\s+tay)[^.;\d]{0,40}", "tấn", 0.0, 0.0),
    _range(
        r"(?:đường\s+băng|băng\s+cản\s+lửa|mặt\s+đường|lòng\s+mương|kênh)[^.;\d]{0,30}rộng[^.;\d]{0,12}", "cm", 30, 1e4
    ),
    _range(r"(?<!\w)", r"(?:đồng|đ)\s*/\s*kWh", 500, 10_000),
    _range(r"(?<!\w)", r"(?:đồng|đ)\s*/\s*(?:m3|m³|mét\s+khối|khối)", 500, 3_000_000),
    _range(r"(?<!\w)", r"(?:đồng|đ)\s*/\s*kg", 200, 5_000_000),
    _range(r"(?<!\w)", r"triệu\s+đồng\s*/\s*(?:kg|kWh|m3|m³|lít)", 0.0, 60.0),
    _range(r"(?<!\w)", r"tỷ\s+đồng\s*/\s*(?:kg|kWh|m3|m³|lít|người|hộ|suất|tháng|học\s+sinh)", 0.0, 2.0),
    _range(r"nhiệt\s+độ[^.;\d]{0,40}", r"(?:độ(?:\s*C)?|°\s?C|oC)", -10, 46),
    _range(r"(?:lượng\s+mưa|mưa)[^.;\d]{0,40}", r"(?:mm|mi-?li-?mét)", 1, 2_500),
    _range(r"(?:lượng\s+mưa|mưa)[^.;\d]{0,40}", r"(?:cm|m|mét|km)(?!m|\s*nước)", 0.0, 0.0),
    _range(r"(?:bão|gió|giật)[^.;\d]{0,25}cấp\s+", r"(?=)", 1, 17),
    _range(r"(?:tốc\s+độ|vận\s+tốc)[^.;\d]{0,40}", r"km\s*/\s*(?:h|giờ)", 1, 400),
    _range(r"(?<!\w)(?:phạt|xử\s+phạt)[^.;\d]{0,30}", r"tỷ\s+đồng", 0.0, 5.0),
)
_UNITED = re.compile(r"bình|xách|rộng|mỗi|một|1|/|nhiệt|mưa|bão|gió|giật|tốc|phạt", re.I)


def magnitudes(passage: Passage) -> Iterator[Hit]:
    """ "mỗi con trâu ăn 5 tấn rơm một ngày", "3.000.000 đồng/kWh": a unit wrong by a thousand."""
    text = passage.masked
    if not _DIGIT.search(text) or not _UNITED.search(text):
        return
    for pattern, low, high in _SENSIBLE:
        for match in pattern.finditer(text):
            values = [value(match[name]) for name in ("v", "v2") if match[name]]
            if not all(low <= found <= high for found in values):
                message = _("So much cannot be: “{words}”.").format(words=match.group().strip())
                yield warning(match.start("v"), match.end(), "count.unit", message, _("Check the number and its unit."))


def _scale(unit: str) -> float:
    return _SCALE.get(unit.split()[0].lower(), 1.0)


def _written(number: float) -> str:
    return f"{number:,.10g}".replace(",", " ").replace(".", ",").replace(" ", ".")
