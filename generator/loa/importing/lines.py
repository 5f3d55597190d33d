"""What a line of a document looks like: its words, letters and place, by which its part of the document is told.

The phrases follow Nghị định 30/2020/NĐ-CP, Phụ lục I: on the left the superior body, the issuer and the number; on the
right the state's name, its motto, place and day; below them kind and subject; at the end receivers and signature.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from loa.importing.blocks import Block, Paragraph
from loa.importing.casing import SURNAMES, is_capitals
from loa.importing.web_text import furniture, is_others, is_site, posted
from loa.importing.words import any_of
from loa.text import UPPER

KINDS = any_of("kinds")
KIND = re.compile(rf"(?P<kind>{KINDS})(?:\s*(?P<again>\(?lần (?:thứ )?\w+\)?))?\s*[:.]?$", re.IGNORECASE)
BEGINS = re.compile(rf"(?P<kind>{KINDS})\b", re.IGNORECASE)
ENDS = re.compile(rf"(?P<kind>{KINDS})\s*:?$", re.IGNORECASE)
ABOUT = re.compile(r"\(?(?:về việc|v/v|vv:?)\s*[:\s]+", re.IGNORECASE)
MOTTO = re.compile(
    r"cộng (?:hòa|hoà) xã hội(?: chủ(?: nghĩa(?: việt(?: nam)?)?)?)?\W*$|độc lập\s*[-–—]\s*tự do.*|"
    r"đảng cộng sản việt nam$|đoàn thanh niên cộng sản hồ chí minh$",
    re.IGNORECASE,
)
RULE = re.compile(r"[\W_o]{1,}$")
NUMBER = re.compile(
    r"số\s*[:.]?\s*(?P<number>[\d.…_\s]*(?:\s*[-/]\s*|(?<=\d) )[A-ZĐƯ][\w&.\-/Đ–()\s]{0,30})(?P<rest>.*)$",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?P<place>[^.:;]{2,40}?),?\s*ngày\s*(?P<day>[\d.…_ ]*)\s*tháng\s*(?P<month>[\d.…_ ]*)\s*"
    r"năm\s*(?P<year>[\d.…_ ]*)\.?$",
    re.IGNORECASE,
)
_DATED_SHORT = re.compile(
    rf"(?P<place>(?!(?:Từ|Đến|Trước|Sau|Hạn|Vào|Trong|Sáng|Chiều|Tối|Đợt|Hết|Lúc|Hồi|Kể|Thứ|Chủ|Ngày|Thời)\b)"
    rf"[{UPPER}][\w'’.]*(?:[ -]+[\w'’.]+){{0,5}}?)(?:,\s*(?:ngày\s*)?|\s+ngày\s*)"
    r"(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>\d{4})\.?$"
)
_NO_PLACE = re.compile(r"\b(?:trước|sau|từ|đến|vào|hết|tới|là|thứ \w+|chủ nhật|sáng|chiều|tối)$", re.IGNORECASE)
PLACE = re.compile(
    r"(?:xã|phường|thị trấn|đặc khu|tỉnh|huyện|quận|thị xã|thành phố|tp\.?|thôn|ấp|xóm|khu phố|khóm|bản|buôn|"
    r"tổ dân phố|khu vực|việt nam)\b",
    re.IGNORECASE,
)
BODY = re.compile(
    r"(?!(?:tổ chức|bản tin|đoàn viên|hội nghị|hội thi|hội viên|hội thảo|hội chợ|hội làng|ban hành|trường hợp|bộ luật"
    rf"|bản đồ|tổ trưởng|thuế suất)\b)(?:{any_of('bodies')})\b",
    re.IGNORECASE,
)
SPEAKS = re.compile(
    rf"\b(?:{KINDS}|tổ chức|mời|đề nghị|phát động|triển khai|mở|nhận|tuyển|cần|ra quân|tạm|ngừng)\b", re.IGNORECASE
)
INSIDE = re.compile(
    r"(?:ban thường trực|ban chấp hành|ban thường vụ|thường trực|ban quản trị|ban giám hiệu|ban giám đốc)$",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"(?:năm(?: học)?|tháng|quý|tuần|đợt|giai đoạn|lần thứ|khóa|nhiệm kỳ|vụ|học kỳ|trên địa bàn)\b",
    re.IGNORECASE,
)
_BEGINS_TEXT = re.compile(
    r"(?:kính gửi|căn cứ|thực hiện|theo |để |nhằm |kính thưa|kính mời|thưa |hiện nay|trong |ngày |vào |được sự|vừa qua"
    r"|thời gian|sáng|chiều|tối|do |từ |xét |nội dung|i+\.)",
    re.IGNORECASE,
)
_RECEIVERS = re.compile(r"nơi nhận\s*(?P<sign>[:.]?)\s*(?P<rest>$|[-+*•].*|như\b.*|.*)$", re.IGNORECASE)
_PAGE = re.compile(r"[-–—\s]*(?P<word>(?:trang|page)\s*)?\d{1,3}(?P<of>\s*/\s*\d{1,3})?[-–—\s]*$", re.IGNORECASE)
_COPIES = re.compile(
    r"[-+*•–]?\s*(?:lưu\s*[:.]?\s*(?:VT|VP|hồ sơ|HS|CA|[A-ZĐ]{2,})\b.*|như (?:trên|kính gửi|điều \d).{0,30})$",
    re.IGNORECASE,
)
_SIGNS = re.compile(
    r"(?:(?:TM|KT|TL|TUQ|T/M|K/T|T/L)\.?\s*|Q\.\s?)[A-ZĐUỦ]|"
    r"(?:PHÓ )?(?:CHỦ TỊCH|CHỦ NHIỆM|GIÁM ĐỐC|HIỆU TRƯỞNG|BÍ THƯ|CHÁNH VĂN PHÒNG|NGƯỜI (?:VIẾT|BIÊN SOẠN)|"
    r"(?:TỔ|ĐỘI|HỘI|CỤC|TRẠM|CHỈ HUY) TRƯỞNG|TRƯỞNG (?:BAN|TRẠM|CÔNG AN|PHÒNG|THÔN|ẤP|KHU PHỐ|XÓM|BẢN))\b|"
    r"(?:[A-ZĐÀ-Ỹ]+ ){0,4}(?:TRƯỞNG|PHÓ|GIÁM ĐỐC|CHỦ TỊCH|CHỦ NHIỆM|BÍ THƯ)$|"
    r"(?:Người viết|Người biên soạn|Người đưa tin|Người soạn)\s*:|\(?(?:[Đđ]ã ký|ĐÃ KÝ)\b.{0,20}$"
    r"|\(?(?:Ký,? ?(?:và )?(?:ghi rõ )?(?:họ tên|đóng dấu)|[Kk]ý tên).{0,30}$|(?:Người ký|Ký bởi|Thời gian ký)\s*:"
)
_ROLE = re.compile(
    r"(?:(?:quyền|phó) )?(?:chủ tịch|chủ nhiệm|giám đốc|hiệu trưởng|bí thư|tổ trưởng|đội trưởng|trạm trưởng"
    r"|trưởng (?:ban|trạm|công an|phòng|thôn|ấp|khu phố|xóm|bản|buôn|khóm))\b.{0,40}$",
    re.IGNORECASE,
)
_RANK = (
    r"(?:(?:bs|ths|ts|ks|cn|cki|ckii|y sĩ|bác sĩ|(?:đại|thượng|trung|thiếu) (?:tá|úy|uý)|thạc sĩ|tiến sĩ"
    r"|đồng chí|đ/c|ông|bà)\.?\s*)*"
)
_PERSON = re.compile(
    rf"(?i:{_RANK})[{UPPER}][\w'’]*(?: [{UPPER}][\w'’]*){{1,4}}(?:\s*\((?:Mr|Ms|Mrs|Anh|Chị|Cô)\.?\))?"
    rf"(?P<of>\s*[-–,]\s*[{UPPER}].{{3,50}})?$"
)
_CARD = re.compile(
    r"(?:đc|đt|dđ|sđt|tel|mobile|fax|e-?mail|website|địa chỉ|điện thoại|di động|hotline|chuyên viên|cán bộ|công chức"
    r"|văn phòng)\b",
    re.IGNORECASE,
)
"""What stands in the signature of a mail."""
_GREETS = re.compile(
    r"kính\s+(?:thưa|chào)|thưa\s+(?:toàn\s+thể|quý\s+vị|bà\s+con|các)|(?:chào|alo|a lô)\b", re.IGNORECASE
)
_THANKS = re.compile(
    r"(?:xin\s+)?(?:trân\s+trọng|cảm\s+ơn|cám\s+ơn)(?:\s+(?:cảm|cám)\s+ơn)?[\s./!,]*$|--+$", re.IGNORECASE
)
_ITEM = re.compile(r"\s*(?:[-+*•–▪●]|\d{1,2}(?:\.\d{1,2})*[.)/]|[a-zđ][.)]|[IVX]{1,4}[.)]|Điều \d+\b|Bước \d+\b)\s*")
_APPENDIX = re.compile(
    r"(?:phụ lục|danh sách|lịch|biểu|bảng|phụ biểu)\b|\((?:kèm theo|ban hành kèm theo|đính kèm)", re.IGNORECASE
)
_NOTE = re.compile(r"(?:ghi chú|lưu ý|chú ý|chú thích)\s*:\s*\S", re.IGNORECASE)
_OPEN = re.compile(
    r"(?:\b(?:và|của|về|trên|cho|tại|năm|với|trong|từ|đến|hoặc|ở|các|cấp|theo|để|do|đối với)|[,–-])$", re.IGNORECASE
)
PICTURES = "".join(map(chr, (0x20, 0x200D, 0xFE0F, *range(0x2190, 0x2C00), *range(0x1F000, 0x1FB00))))
"""Arrows, stars and small pictures, which people put around a headline."""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph or a table, and the signs of what it is."""

    block: Block
    text: str = ""  # of a paragraph: without pictures and brackets around it
    words: int = 0
    table: bool = False
    gap: bool = False  # an empty line stands above it
    set_apart: bool = False  # centred, or bold as a whole
    capitals: bool = False
    small: bool = False  # begins with a small letter
    stop: str = ""  # the sign with which it ends
    goes_on: bool = False  # cannot end here
    furniture: float = 0.0  # how surely it is no part of the text
    posted: date | None = None
    others: bool = False
    number: "re.Match[str] | None" = None
    dated: "re.Match[str] | None" = None
    motto: bool = False
    rule: bool = False
    about: bool = False
    kind: "re.Match[str] | None" = None
    begins_kind: bool = False
    body: bool = False
    place: bool = False
    inside: bool = False
    speaks: bool = False
    period: bool = False
    begins_text: bool = False
    receivers: bool = False
    copies: bool = False
    signs: bool = False
    role: bool = False
    person: bool = False
    card: bool = False
    surname: bool = False
    greets: bool = False
    thanks: bool = False
    item: bool = False
    appendix: bool = False
    note: bool = False

    @property
    def sentence(self) -> bool:
        """Whether it is running text."""
        return (self.words > 8 and self.stop in {".", "!", "?", ":", ";"}) or self.words > 40

    @property
    def names_body(self) -> bool:
        """Whether it names a body, and says nothing of it."""
        return (self.body or self.inside) and not self.speaks and self.words <= 16 and self.stop not in {".", ":", "!"}


def looked_at(blocks: Sequence[Block]) -> list[Line]:
    """The lines of a document with their signs; empty ones are only a gap."""
    found: list[Line] = []
    gap = False
    site = False
    for number, block in enumerate(blocks):
        if isinstance(block, str) and not block.strip():
            gap = True
            continue
        line = _line(block, gap=gap)
        below = blocks[number + 1] if number + 1 < len(blocks) else ""
        counts = line.text.isdigit() and line.words == 1 and furniture(below) >= 3
        counts = counts or (line.text.isdigit() and bool(found) and found[-1].furniture >= 4 and not gap)
        alone = counts or (gap and isinstance(below, str) and not below.strip())
        if _is_page_number(block, alone=alone) or (site and line.place and line.words <= 12 and not line.speaks):
            line = replace(line, furniture=4.0)
        site = isinstance(block, str) and is_site(block)
        found.append(line)
        gap = False
    return found


def without_bracket(text: str) -> str:
    """The end of a subject without the bracket that opened before “V/v”; one that opens within it stays."""
    text = text.rstrip()
    return text[:-1].rstrip() if text.endswith(")") and text.count(")") > text.count("(") else text


def unbracketed(block: str) -> str:
    """A headline without signs around it, and without brackets around all of it."""
    return re.sub(r"^\[([^\[\]]+)\]$", r"\1", " ".join(block.split()).strip(PICTURES))


def _line(block: Block, *, gap: bool) -> Line:
    if not isinstance(block, str):
        return Line(block, table=True, gap=gap, furniture=furniture(block))
    text = unbracketed(block)
    words = text.split()
    number = NUMBER.match(text)
    person = _PERSON.match(text) if len(words) < 14 and not BODY.match(text) and not text.isupper() else None
    if (
        person
        and person["of"]
        and not (BODY.match(person["of"].lstrip(" -–,")) or _ROLE.match(person["of"].lstrip(" -–,")))
    ):
        person = None
    return Line(
        block,
        text,
        len(words),
        gap=gap,
        set_apart=isinstance(block, Paragraph) and (block.bold or block.centred),
        capitals=is_capitals(text),
        small=text[:1].islower(),
        stop=text.rstrip(" \"”')/")[-1:] if text[-1:] in ".:;!?,\"”')/" else "",
        goes_on=bool(_OPEN.search(text)),
        furniture=furniture(block),
        posted=posted(text),
        others=is_others(text),
        number=number if len(words) <= 14 else None,
        dated=dated(text),
        motto=bool(MOTTO.match(text)),
        rule=bool(RULE.match(text)),
        about=bool(ABOUT.match(text)),
        kind=KIND.match(text),
        begins_kind=bool(BEGINS.match(text)),
        body=bool(BODY.match(text)),
        place=bool(PLACE.match(text)),
        inside=bool(INSIDE.match(text)),
        speaks=bool(SPEAKS.search(text)),
        period=bool(_PERIOD.match(text)),
        begins_text=bool(_BEGINS_TEXT.match(text)),
        receivers=_names_receivers(text),
        copies=bool(_COPIES.match(text)),
        signs=bool(_SIGNS.match(text)) and len(words) <= 10 and text[-1] not in ".;,",
        role=bool(_ROLE.match(text)) and len(words) <= 10,
        person=bool(person),
        card=bool(_CARD.match(text)) and len(words) < 20,
        surname=bool(person) and any(word.lower() in SURNAMES for word in words[:3]),
        greets=bool(_GREETS.match(text)),
        thanks=bool(_THANKS.match(text)),
        item=bool(_ITEM.match(text)),
        appendix=bool(_APPENDIX.match(text)) and not text.startswith("-"),
        note=bool(_NOTE.match(text)),
    )


def _names_receivers(text: str) -> bool:
    """Whether the list of receivers begins: nothing stands beside its heading, or a receiver, or who signs."""
    found = _RECEIVERS.match(text)
    if not found:
        return False
    rest = found["rest"]
    listed = ";" in rest and bool(re.search(r"\blưu\b", rest, re.IGNORECASE))
    return (
        not rest
        or listed
        or rest[0] in "-+*•"
        or rest.lower().startswith("như ")
        or (rest.isupper() and bool(found["sign"]))
    )


def _is_page_number(block: Block, *, alone: bool) -> bool:
    """Whether a line is the number of a page. `alone`: with empty lines around it; else it may be a cell's number."""
    found = _PAGE.match(block) if isinstance(block, str) else None
    return (
        bool(found)
        and isinstance(block, str)
        and (alone or bool(found["word"] if found else "") or block.strip()[0] in "-–—")
    )


def dated(line: str) -> "re.Match[str] | None":
    """A line of a place and a day, as it stands in a letterhead or above a signature."""
    found = _DATED.match(line) or _DATED_SHORT.match(line)
    return found if found and len(line.split()) <= 14 and not _NO_PLACE.search(found["place"]) else None


def day_of(found: "re.Match[str]") -> date | None:
    """The day of such a line; None where it is left open for the pen."""
    try:
        day, month, year = (int(re.sub(r"\D", "", found[name])) for name in ("day", "month", "year"))
        return date(year, month, day)
    except ValueError:
        return None
