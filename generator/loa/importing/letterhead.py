"""The frame of an official document: who issued it, its kind, number, day and subject, and who signed and received it.

The layout follows Nghị định 30/2020/NĐ-CP, Phụ lục I: on the left the superior body, the issuer and the number; on the
right the state's name, its motto, place and day; below them kind and subject; at the end receivers and signature.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from loa.importing.blocks import Block
from loa.importing.casing import from_capitals, is_capitals
from loa.importing.words import any_of

KINDS = any_of("kinds")
KIND = re.compile(rf"(?P<kind>{KINDS})(?:\s*(?P<again>\(?lần (?:thứ )?\w+\)?))?\s*[:.]?$", re.IGNORECASE)
_BEGINS = re.compile(rf"(?P<kind>{KINDS})\b", re.IGNORECASE)
_ENDS = re.compile(rf"(?P<kind>{KINDS})\s*:?$", re.IGNORECASE)
ABOUT = re.compile(r"\(?(?:về việc|v/v|vv:?)\s*[:\s]+", re.IGNORECASE)
_MOTTO = re.compile(
    r"cộng (?:hòa|hoà) xã hội(?: chủ(?: nghĩa(?: việt(?: nam)?)?)?)?\W*$|độc lập\s*[-–—]\s*tự do.*|"
    r"đảng cộng sản việt nam$|đoàn thanh niên cộng sản hồ chí minh$",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\W_o]{1,}$")
_NUMBER = re.compile(
    r"số\s*[:.]?\s*(?P<number>[\d.…_\s]*(?:\s*[-/]\s*|(?<=\d) )[A-ZĐƯ][\w&.\-/Đ–()\s]{0,30})(?P<rest>.*)$",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?P<place>[^.:;]{2,40}?),?\s*ngày\s*(?P<day>[\d.…_ ]*)\s*tháng\s*(?P<month>[\d.…_ ]*)\s*"
    r"năm\s*(?P<year>[\d.…_ ]*)\.?$",
    re.IGNORECASE,
)
_DATED_SHORT = re.compile(
    r"(?!(?:từ|đến|trước|sau|hạn|vào|trong|sáng|chiều|tối|đợt|hết|lúc|hồi|kể)\b)"
    r"(?P<place>[^.:;,/]{2,40}?)(?<!trước)(?<!sau)(?<!từ)(?<!đến)(?<!vào)(?<!hết)(?<!tới)(?<!là)(?<!\s),?\s*"
    r"ngày\s*(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>\d{4})\.?$",
    re.IGNORECASE,
)
_SPLIT = (
    re.compile(r"\s+(?=CỘNG H(?:ÒA|OÀ) XÃ HỘI CHỦ NGHĨA)"),
    re.compile(r"\s+(?=ĐẢNG CỘNG SẢN VIỆT NAM)"),
    re.compile(r"\s+(?=Độc lập\s*[-–—]\s*Tự do)"),
)
_NUMBER_AND_DAY = re.compile(
    r"(số\s*[:.]?\s*[\d.…_]*\s*[/-]\s*[\w&/.\-–]+)\s+(\S.{1,40},?\s*ngày\s.{0,12}tháng\s.{0,12}năm.{0,8})$",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?:xã|phường|thị trấn|đặc khu|tỉnh|huyện|quận|thị xã|thành phố|tp\.?|thôn|ấp|xóm|khu phố|khóm|bản|buôn|"
    r"tổ dân phố|khu vực|việt nam)\b",
    re.IGNORECASE,
)
BODY = re.compile(rf"(?:{any_of('bodies')})\b", re.IGNORECASE)
_SPEAKS = re.compile(rf"\b(?:{KINDS}|tổ chức|mời|đề nghị|phát động|triển khai|mở|nhận|tuyển)\b", re.IGNORECASE)
_INSIDE = re.compile(
    r"(?:ban thường trực|ban chấp hành|ban thường vụ|thường trực|ban quản trị|ban giám hiệu|ban giám đốc)$",
    re.IGNORECASE,
)
_HALF_A_BODY = re.compile(
    r"(?:ban (?:chỉ huy|chỉ đạo|quản lý|quản trị|tổ chức|đại diện)|hợp tác xã|hội đồng|trung tâm|tổ|đội|trạm"
    r"|văn phòng|ủy ban|uỷ ban)",
    re.IGNORECASE,
)
"""What names no body by itself: the line below it goes on."""
_PERIOD = re.compile(
    r"(?:năm(?: học)?|tháng|quý|tuần|đợt|giai đoạn|lần thứ|khóa|nhiệm kỳ|vụ|từ ngày|ngày|học kỳ|trên địa bàn|tại)\b",
    re.IGNORECASE,
)
_TITLE_ENDS = re.compile(
    r"(?:kính gửi|căn cứ|thực hiện|theo |để |nhằm |kính thưa|kính mời|thưa |hiện nay|trong |ngày |vào |\d+\.|[-+•]|"
    r"i+\.|được sự|vừa qua|thời gian|sáng|chiều|tối)",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"[Nn]ơi nhận\s*:?|NƠI NHẬN\s*:?|(?:(?:TM|KT|TL|TUQ|T/M|K/T|T/L)\.?\s*|Q\.\s?)[A-ZĐUỦ]|"
    r"(?:PHÓ )?(?:CHỦ TỊCH|CHỦ NHIỆM|GIÁM ĐỐC|HIỆU TRƯỞNG|BÍ THƯ|CHÁNH VĂN PHÒNG|NGƯỜI (?:VIẾT|BIÊN SOẠN)|"
    r"(?:TỔ|ĐỘI|HỘI|CỤC|TRẠM|CHỈ HUY) TRƯỞNG|TRƯỞNG (?:BAN|TRẠM|CÔNG AN|PHÒNG|THÔN|ẤP|KHU PHỐ|XÓM|BẢN))\b|"
    r"(?:[A-ZĐÀ-Ỹ]+ ){0,4}(?:TRƯỞNG|PHÓ|GIÁM ĐỐC|CHỦ TỊCH|CHỦ NHIỆM|BÍ THƯ)$|"
    r"(?:Người viết|Người biên soạn|Người đưa tin|Người soạn)\s*:|\(?(?:[Đđ]ã ký|ĐÃ KÝ)\)?$"
)
_GOES_ON = re.compile(
    r"(?:của|cho|đối với|tại|về|tháng|tuần|quý|năm|ngày|dành cho|gửi|nhân|trên|trong|phục vụ|từ|các)\b", re.IGNORECASE
)
"""With what a subject begins that is no title without the kind above it."""
_ASIDE = re.compile(
    r"\((?:phát thanh|phát sóng|phát ngày|kèm theo|ban hành|đính kèm|thời gian phát|dự thảo|bài tuyên truyền|"
    r"áp dụng từ)\b",
    re.IGNORECASE,
)
"""What stands in brackets below a title and is no part of it."""
_INVITES = re.compile(r".*\b(?:kính mời|mời)\b", re.IGNORECASE)
_INVITED = re.compile(r"(?:đến |tới |về )?(?:tham )?dự\s*:?\s*(?P<what>.{8,})$", re.IGNORECASE)
_APPENDIX = re.compile(
    r"(?:phụ lục|danh sách|lịch|biểu|bảng|phụ biểu)\b|\((?:kèm theo|ban hành kèm theo|đính kèm)", re.IGNORECASE
)


SIGNS = "".join(map(chr, (0x20, 0x200D, 0xFE0F, *range(0x2190, 0x2C00), *range(0x1F000, 0x1FB00))))
"""Arrows, stars and small pictures, which people put around a headline."""


@dataclass(slots=True)
class Frame:
    """A document without its frame: `blocks`, what the frame told, and the lines that were left out of it."""

    blocks: list[Block]
    title: str = ""
    kind: str | None = None
    issuer: str | None = None
    number: str | None = None
    issued: date | None = None
    left_out: list[str] = field(default_factory=list)


def split_columns(lines: Sequence[Block]) -> Iterator[Block]:
    """The two columns of a letterhead, where a line of the first ones holds both, as lines of their own."""
    torn = False
    for number, line in enumerate(lines):
        if not isinstance(line, str) or number > 18:
            yield line
            continue
        if torn and line.strip().lower() in {"nam", "việt nam", "nghĩa việt nam", "chủ nghĩa việt nam"}:
            torn = False
            continue
        if re.match(r"cộng (?:hòa|hoà) xã hội", line.strip(), re.IGNORECASE):
            torn = bool(_MOTTO.match(line.strip())) and not line.strip().lower().endswith("việt nam")
        both = _NUMBER_AND_DAY.match(line.strip())
        pieces = list(both.groups()) if both else [line]
        for pattern in _SPLIT:
            pieces = [part for piece in pieces for part in pattern.split(piece)]
        if len(pieces) > 1 or _MOTTO.search(line) or _NUMBER.match(line.strip()):
            pieces = [part for piece in pieces for part in re.split(r"\t+|\s{3,}", piece.strip())]
        yield from (piece.strip() for piece in pieces if piece.strip())


def take_apart(blocks: Sequence[Block], running: str) -> Frame:
    """The document without its letterhead, title and foot. `running`: all of its text, for the names in capitals."""
    lines = list(split_columns(blocks))
    frame = Frame([])
    start = _head(lines, frame, running)
    start = _title(lines, start, frame, running)
    frame.blocks = _without_foot(lines[start:], frame)
    return frame


def _head(lines: Sequence[Block], frame: Frame, running: str) -> int:
    """Read the letterhead; where the text after it starts."""
    zone = _zone(lines)
    bodies: list[str] = []
    subject = ""
    n = 0
    while n < zone:
        line = str(lines[n]).strip()
        number, dated = _NUMBER.match(line), _dated(line)
        about = ABOUT.match(line)
        if number:
            if any(c.isdigit() for c in number["number"].split("/")[0].split("-")[0]):
                frame.number = re.sub(r"\s*([/-])\s*", r"\1", number["number"]).strip(" .-–")
        elif dated:
            frame.issued = _day(dated)
        elif about:
            subject = line[about.end() :].rstrip(" )")
            while n + 1 < zone and _plain_line(lines[n + 1]) and _continues(str(lines[n + 1])):
                n += 1
                frame.left_out.append(line)
                line = str(lines[n]).strip()
                subject += f" {line.rstrip(' )')}"
        elif not _MOTTO.match(line) and not _RULE.match(line):
            bodies.append(line)
        frame.left_out.append(line)
        n += 1
    if bodies:
        frame.issuer = issuer_of(bodies, running)
    if subject:
        frame.title = f"Về việc {subject}"
    return zone


def _plain_line(block: Block) -> bool:
    return isinstance(block, str) and not (_MOTTO.match(block) or _NUMBER.match(block) or _dated(block))


def _zone(lines: Sequence[Block]) -> int:
    """How many of the first lines are the letterhead."""
    runs = next(
        (
            n
            for n, line in enumerate(lines[:16])
            if not isinstance(line, str) or (_is_running(line) and not KIND.match(line))
        ),
        16,
    )  # a day below running text or a table is that of a foot
    marks = [
        n
        for n, line in enumerate(lines[:runs])
        if isinstance(line, str) and (_MOTTO.match(line) or _number_line(line) or (n < 12 and _dated(line)))
    ]
    kind = next((n for n, line in enumerate(lines[:18]) if isinstance(line, str) and KIND.match(line)), None)
    first = lines[0] if lines else ""
    if not marks:
        agency = (
            isinstance(first, str)
            and bool(BODY.match(first))
            and len(first.split()) <= 14
            and not first.endswith((".", ":"))
        )
        if not agency or not isinstance(first, str):
            return 0
        end = 1
        while end < len(lines) and isinstance(lines[end], str) and _agency_line(str(lines[end]), is_capitals(first)):
            end += 1
        following = lines[end] if end < len(lines) else ""
        told = isinstance(following, str) and (
            KIND.match(following)
            or (is_capitals(following) and is_capitals(first))
            or (_BEGINS.match(following) and len(first.split()) <= 8 and not _SPEAKS.search(first))
        )
        return end if told and (kind is None or kind >= end) else 0
    if kind is not None and kind < marks[0] and not _bodies_before(lines, marks[0]):
        return 0  # a day or number that stands in the text below the title
    last = max((n for n in marks if kind is None or n < kind), default=-1)
    if kind is not None and all(_short(line) for line in lines[:kind]):
        return kind
    end = last + 1
    while end < len(lines) and isinstance(lines[end], str) and _in_head(str(lines[end])):
        end += 1
    return end


def _short(line: Block) -> bool:
    """Whether a line above the kind may belong to the letterhead."""
    return isinstance(line, str) and len(line.split()) <= 16 and not line.rstrip().endswith((".", ";", "!"))


def _bodies_before(lines: Sequence[Block], end: int) -> bool:
    return any(isinstance(line, str) and BODY.match(line) for line in lines[:end])


def _number_line(line: str) -> bool:
    found = _NUMBER.match(line.strip())
    return bool(found) and len(line.split()) <= 14


def _in_head(line: str) -> bool:
    """What may stand below the last sure mark of a letterhead."""
    return bool(
        _RULE.match(line)
        or ABOUT.match(line)
        or _INSIDE.match(line)
        or (is_capitals(line) and _PLACE.match(line) and len(line.split()) <= 6)
    )


def _agency_line(line: str, capitals: bool) -> bool:
    if KIND.match(line) or line.endswith((".", ":", ";", "!")) or len(line.split()) > 12:
        return False
    if _RULE.match(line):
        return True
    if capitals and not is_capitals(line):
        return False
    return bool(BODY.match(line) or _PLACE.match(line)) and not _BEGINS.match(line)


def _dated(line: str) -> "re.Match[str] | None":
    """The line of a place and a day, as it stands in a letterhead."""
    found = _DATED.match(line) or _DATED_SHORT.match(line)
    return found if found and len(line.split()) <= 14 else None


def _day(found: "re.Match[str]") -> date | None:
    try:
        day, month, year = (int(re.sub(r"\D", "", found[name])) for name in ("day", "month", "year"))
        return date(year, month, day)
    except ValueError:
        return None


def issuer_of(bodies: Sequence[str], running: str) -> str:
    """The body that issues, of the lines above the number: the last one; its place may stand with its superior."""
    names: list[str] = []
    for line in bodies:
        line = line.strip(" .*-–—_:")
        if not line:
            continue
        if names and _INSIDE.match(line):
            names[-1] = f"{line} {names[-1]}"
        elif names and (
            _HALF_A_BODY.fullmatch(names[-1])
            or not _is_body(line)
            or (_PLACE.match(line) and not _has_place(names[-1]))
        ):
            names[-1] = f"{names[-1]} {line}"
        else:
            names.append(line)
    if not names:
        return ""
    issuer = names[-1]
    if len(names) > 1 and not _has_place(issuer):
        place = re.search(r"\b(?:xã(?!\s+hội\b)|phường|thị trấn|đặc khu)\s.+$", names[-2], re.IGNORECASE)
        name = place.group().split(" ", 1)[1] if place else ""
        issuer = f"{issuer} {place.group()}" if place and name.lower() not in issuer.lower() else issuer
    around = "\n".join([running, *(from_capitals(name) for name in names[:-1])])  # they name the place, too
    return from_capitals(issuer, around) if is_capitals(issuer) else issuer


def _is_body(line: str) -> bool:
    """Whether a line begins the name of a body; a word alone ends the line above it (“… và Môi / trường”)."""
    return bool(BODY.match(line)) and (len(line.split()) > 1 or (line.isupper() and len(line) < 6))


def _has_place(name: str) -> bool:
    return bool(
        re.search(r"\b(?:xã|phường|thị trấn|đặc khu|tỉnh|huyện|quận|thành phố|tp\.?)\s+\S", name, re.IGNORECASE)
    )


def _title(lines: Sequence[Block], start: int, frame: Frame, running: str) -> int:
    """Read the kind and the title below the letterhead; where the text after them starts."""
    n = start
    while n < len(lines) and isinstance(lines[n], str) and (_RULE.match(str(lines[n])) or not str(lines[n]).strip()):
        n += 1
    if n >= len(lines) or not isinstance(lines[n], str):
        frame.title = _proper_title(frame.title, running)
        return n
    line = _unbracketed(lines[n])
    kind = KIND.match(line)
    if not kind:
        return _bare_title(lines, n, frame, running)
    frame.kind = kind["kind"].lower()
    n += 1
    while n < len(lines) and isinstance(lines[n], str) and _RULE.match(str(lines[n])):
        n += 1
    parts: list[str] = []
    while n < len(lines) and isinstance(lines[n], str):
        text = str(lines[n]).strip()
        if _RULE.match(text):
            n += 1
            if parts:
                break
            continue
        alone = not parts and n == len(lines) - 1 and not (is_capitals(text) or ABOUT.match(text))
        if alone or not _is_subject(text, parts):
            break
        parts.append(text)
        n += 1
    if frame.kind in {"giấy mời", "thư mời"} and parts and _INVITES.match(parts[0]):
        n -= len(parts)
        parts = []
        invited = next(
            (found for text in lines[n : n + 6] if isinstance(text, str) and (found := _INVITED.match(text))), None
        )
        if invited:
            what = invited["what"].rstrip(" .;:,")
            frame.title = f"{frame.kind} dự {what if _named_first(what) else what[:1].lower() + what[1:]}"
    frame.left_out += [part for part in parts[1:] if _ASIDE.match(part)]
    subject = _whole([part for at, part in enumerate(parts) if at == 0 or not _ASIDE.match(part)], running)
    about = ABOUT.match(subject)
    if not subject:
        frame.title = frame.title or (f"{frame.kind} của {frame.issuer}" if frame.issuer else frame.kind)
        frame.left_out.append(line)
    elif about:
        frame.title = f"{frame.kind} về việc {_cased(subject[about.end() :].rstrip(' )'), running, start=False)}"
    elif frame.kind in {"lời kêu gọi", "thư kêu gọi"}:  # its subject goes on with the words of the kind
        subject = _cased(subject, running, start=False)
        frame.title = f"{frame.kind} {subject if _named_first(subject) else subject[:1].lower() + subject[1:]}"
    elif _GOES_ON.match(subject):
        subject = _cased(subject, running)
        frame.title = f"{frame.kind} {subject[:1].lower() + subject[1:]}"
    else:
        frame.title = _cased(subject, running)
        frame.left_out.append(line)
    frame.title = _proper_title(frame.title, running)
    return n


def _whole(parts: Sequence[str], running: str) -> str:
    """The lines of a subject as one; where only some are in capitals, these are written as names and words are."""
    if all(map(str.isupper, parts)) or not any(map(is_capitals, parts)):
        return " ".join(parts).strip()
    runs: list[str] = []
    for number, part in enumerate(parts):
        if number and part.isupper() and parts[number - 1].isupper():
            runs[-1] += f" {part}"
        else:
            runs.append(part)
    return " ".join(_cased(run, running, start=not n) for n, run in enumerate(runs)).strip()


def _is_subject(text: str, parts: Sequence[str]) -> bool:
    """Whether a line below the kind, or below the first line of the subject, belongs to the subject."""
    words = len(text.split())
    if text.lower().startswith("kính gửi") or text.endswith((":", ";")) or words > 45:
        return False
    if not parts:
        if ABOUT.match(text) or is_capitals(text):
            return True
        return not (text.endswith(".") and words > 15) and not (_TITLE_ENDS.match(text) and words > 12)
    if ABOUT.match(text):
        return not ABOUT.match(parts[0])
    if is_capitals(text) or text.isupper():
        return is_capitals(parts[-1])
    if _PERIOD.match(text) and words < 13 and not text.endswith((".", ",")):  # “Năm học 2026 - 2027”
        return True
    return (text[:1].islower() and not text.endswith(".")) or (
        text.startswith("(") and words < 15 and text.endswith(")")
    )


def _unbracketed(block: Block) -> str:
    """A headline without signs around it, and without brackets around all of it."""
    line = str(block).strip().strip(SIGNS)
    return re.sub(r"^\[([^\[\]]+)\]$", r"\1", line)


def _bare_title(lines: Sequence[Block], n: int, frame: Frame, running: str) -> int:
    """A title that stands without a kind of document alone on its line."""
    line = _unbracketed(lines[n])
    mixed = _BEGINS.match(line)
    if mixed and mixed["kind"].isupper() and line[mixed.end() :].strip() and not is_capitals(line[mixed.end() :]):
        line = mixed["kind"].capitalize() + line[mixed.end() :]
    if frame.title:  # a letter: its subject stands below its number
        frame.title = _proper_title(frame.title, running)
        frame.kind = frame.kind or "công văn"
        return n
    parts = [line]
    n += 1
    while is_capitals(line) and n < len(lines) and isinstance(lines[n], str):
        text = str(lines[n]).strip()
        goes_on = (
            is_capitals(text) and len(text.split()) <= 25 and not text.endswith((":", ";")) and not _SIGNED.match(text)
        )
        if not goes_on and not (ABOUT.match(text) and (_BEGINS.match(line) or _ENDS.search(line))):
            break
        parts.append(text)
        n += 1
        if not goes_on:
            break
    begins = _BEGINS.match(line)
    ends = _ENDS.search(parts[0])
    if ends and len(parts) == 2 and (about := ABOUT.match(parts[1])):
        frame.kind = ends["kind"].lower()
        subject = parts[1][about.end() :].rstrip(" )")
        frame.title = _proper_title(f"{_cased(parts[0], running)} về việc {subject}", running)
        return n
    whole = " ".join(parts)
    if begins and (about := ABOUT.match(whole[begins.end() :].lstrip(" :"))):
        subject = whole[begins.end() :].lstrip(" :")[about.end() :].rstrip(" )")
        frame.kind = begins["kind"].lower()
        frame.title = _proper_title(f"{frame.kind} về việc {_cased(subject, running, start=False)}", running)
        return n
    frame.kind = begins["kind"].lower() if begins else None
    frame.title = _proper_title(" ".join(_cased(part, running, start=not i) for i, part in enumerate(parts)), running)
    return n


def _cased(text: str, running: str, *, start: bool = True) -> str:
    made = from_capitals(text, running) if is_capitals(text) else text
    if not start and is_capitals(text) and not re.match(r"[A-ZĐ]{2}", made) and not _named_first(made):
        made = made[:1].lower() + made[1:]
    return made


def _named_first(made: str) -> bool:
    """Whether a line begins with a name, whose capital stays inside of a sentence."""
    second = made.split(" ", 2)[1:2]
    return bool(BODY.match(made)) and bool(second) and second[0][:1].isupper()


def _proper_title(title: str, running: str) -> str:
    """A title as it stands in a list: a capital at its start, no full stop."""
    title = re.sub(r"^[^\w(\[“\"'‘]+", "", " ".join(title.split())).rstrip(" .:;," + SIGNS)
    title = re.sub(r"(?<=\w\s)\s*(?:cụ thể )?như sau$", "", title).rstrip(" ,")
    if is_capitals(title):
        title = from_capitals(title, running)
    return title[:1].upper() + title[1:]


def _continues(line: str) -> bool:
    """Whether a line below a subject belongs to it, also where it begins with a name: “VNeID để chiếm đoạt”."""
    return line[:1].islower() or not (is_capitals(line) or BODY.match(line) or _RULE.match(line))


def _without_foot(lines: Sequence[Block], frame: Frame) -> list[Block]:
    """The text without receivers and signature; an appendix below them stays."""
    kept: list[Block] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        end = _foot_end(lines, at) if at and isinstance(line, str) and _signs(line) else at
        if end == at:
            kept.append(line)
            at += 1
            continue
        while kept and isinstance(kept[-1], str) and (_dated(kept[-1]) or _names_issuer(kept[-1], frame)):
            _leave_out(str(kept.pop()), frame)
        for line in lines[at:end]:
            _leave_out(str(line), frame)
        at = end
    if len(kept) > 3 and isinstance(kept[-1], str) and isinstance(kept[-2], str) and _dated(kept[-2]):
        body = kept[-1].strip(" .")
        if is_capitals(body) and BODY.match(body):  # who issues it signs below the day, without a letterhead
            frame.issuer = frame.issuer or from_capitals(
                body, "\n".join(line for line in kept if isinstance(line, str))
            )
            _leave_out(str(kept.pop()), frame)
    while kept and isinstance(kept[-1], str) and (_dated(kept[-1]) or _names_issuer(kept[-1], frame)):
        _leave_out(str(kept.pop()), frame)
    if kept and isinstance(kept[0], str) and is_capitals(kept[0]) and _names_issuer(kept[0], frame):
        _leave_out(str(kept.pop(0)), frame)
    return kept


def _leave_out(line: str, frame: Frame) -> None:
    dated = _dated(line)
    if dated and frame.issued is None:
        frame.issued = _day(dated)
    frame.left_out.append(line)


def _names_issuer(line: str, frame: Frame) -> bool:
    return frame.issuer is not None and line.strip(" .").casefold() == frame.issuer.casefold()


def _foot_end(lines: Sequence[Block], start: int) -> int:
    """Where receivers and signature that begin at `start` end; `start` where running text follows at once."""
    end = start
    for line in lines[start:]:
        if not isinstance(line, str) or (end > start and _APPENDIX.match(line) and not line.startswith("-")):
            break
        if end > start and _is_running(line):
            return end if end > start + 2 else start
        end += 1
    return end


def _is_running(line: str) -> bool:
    """Whether a line below a signature is text again: a sentence, a point of a list, no receiver."""
    line = line.strip()
    if re.match(r"Điều \d+\b|(?:ghi chú|lưu ý|chú ý|chú thích)\s*:\s*\S", line, re.IGNORECASE):
        return True
    words = len(line.split())
    if re.match(r"\d{1,2}[.)]\s", line):
        return words > 5
    return not line.startswith(("-", "+", "*", "•")) and words > 14 and line.endswith((".", ":", "!", "./"))


def _signs(line: str) -> bool:
    found = _SIGNED.match(line.strip())
    if not found:
        return False
    if found.group().lower().startswith("nơi nhận"):
        rest = line.strip()[found.end() :].strip()
        return len(line.split()) <= 3 or (
            found.group().endswith(":") and (rest.isupper() or rest.startswith(("-", "Như")))
        )
    return len(line.split()) <= 10 and not line.rstrip().endswith((".", ";", ","))
