"""A document without its frame: who issued it, its kind, number, day and title, and who signed and received it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from loa.importing import titles
from loa.importing.blocks import Block, Paragraph
from loa.importing.casing import from_capitals, is_capitals
from loa.importing.issuers import has_place, issuer_of
from loa.importing.lines import ABOUT, BODY, MOTTO, NUMBER, Line, dated, day_of, looked_at, without_bracket
from loa.importing.sequence import FURNITURE, Part, parts_of

_SPLIT = (
    re.compile(r"\s+(?=CỘNG H(?:ÒA|OÀ) XÃ HỘI CHỦ NGHĨA)"),
    re.compile(r"\s+(?=ĐẢNG CỘNG SẢN VIỆT NAM)"),
    re.compile(r"\s+(?=Độc lập\s*[-–—]\s*Tự do)"),
)
_NUMBER_AND_DAY = re.compile(
    r"(số\s*[:.]?\s*[\d.…_]*\s*[/-]\s*[\w&/.\-–]+)\s+(\S.{1,40},?\s*ngày\s.{0,12}tháng\s.{0,12}năm.{0,8})$",
    re.IGNORECASE,
)
_OPEN = re.compile(r"(?<=số:)\s+(?=/)|(?<=ngày)\s+(?=tháng)|(?<=tháng)\s+(?=năm)", re.IGNORECASE)
"""What a head leaves open for the pen."""
_FOR = re.compile(r"(?:TM|T/M)\.?\s*", re.IGNORECASE)
_UNIT = re.compile(r".*\b(?:xã|phường|đặc khu|thị trấn)$", re.IGNORECASE)


@dataclass(slots=True)
class Frame:
    """What a document's frame told, the text within it, and the lines that are no part of the text."""

    blocks: list[Block]
    title: str = ""
    made: bool = False  # it has no title: `title` was made out of its text
    kind: str | None = None
    issuer: str | None = None
    signer: str | None = None  # the body that signs at the end
    number: str | None = None
    issued: date | None = None
    posted: date | None = None
    left_out: list[str] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)  # of `left_out`, what stands at the end


def take_apart(blocks: Sequence[Block], running: str) -> Frame:
    """The document without its letterhead, title and foot. `running`: all of its text, for the names in capitals."""
    lines = looked_at(list(split_columns(blocks)))
    labels = parts_of(lines)
    frame = Frame([])
    places = [line.dated["place"].strip(" ,") for line in lines if line.dated]
    running = "\n".join([running, *(f"tại {place}" for place in places)])  # names in capitals are those places, too
    start = max((n + 1 for n, label in enumerate(labels) if label in {Part.HEAD, Part.KIND}), default=0)
    head = [line for line, label in zip(lines, labels, strict=True) if label is Part.HEAD]
    subject = _read_head(head, frame, running)
    kind = next((line.text for line, label in zip(lines, labels, strict=True) if label is Part.KIND), None)
    named = [n for n, label in enumerate(labels) if label is Part.TITLE]
    below = [n for n in named if n >= start] or ([] if kind or subject else named)
    for number, (line, label) in enumerate(zip(lines, labels, strict=True)):
        if label is Part.TEXT:
            frame.blocks.append(line.block)
        elif label is Part.END:
            _read_end(line, frame)
        elif label is FURNITURE:
            frame.posted = frame.posted or line.posted
            frame.left_out += _told(line)
        elif label is not Part.KIND and number not in below:
            frame.left_out += _told(line)
    first = next((line for line, label in zip(lines, labels, strict=True) if label is Part.TEXT), None)
    if first and not frame.issuer and first.names_body and not first.sentence and has_place(first.text):
        frame.issuer = first.text  # a message: who sends it stands below the title
    if first and first.person and first.surname and first.words < 6 and Part.TITLE in labels:
        frame.left_out += _told(first)  # who wrote it, below the headline
        frame.blocks = [block for block in frame.blocks if block is not first.block]
    _without_issuer(frame)
    _read_title(frame, kind, [lines[n].text for n in below], subject, running)
    return frame


def split_columns(lines: Sequence[Block]) -> Iterator[Block]:
    """The two columns of a letterhead, where a line of the first ones holds both, as lines of their own."""
    torn = False
    for number, block in enumerate(lines):
        if not isinstance(block, str) or number > 24 or not block.strip():
            yield block
            continue
        line = _OPEN.sub(" ", block.strip())
        if torn and line.lower() in {"nam", "việt nam", "nghĩa việt nam", "chủ nghĩa việt nam"}:
            torn = False
            continue
        if re.match(r"cộng (?:hòa|hoà) xã hội", line, re.IGNORECASE):
            torn = bool(MOTTO.match(line)) and not line.lower().endswith("việt nam")
        both = _NUMBER_AND_DAY.match(line)
        pieces = list(both.groups()) if both else [line]
        for pattern in _SPLIT:
            pieces = [part for piece in pieces for part in pattern.split(piece)]
        apart = [part.strip() for piece in pieces for part in re.split(r"\t+|\s{3,}", piece) if part.strip()]
        if len(pieces) > 1 or any(MOTTO.match(part) or NUMBER.match(part) or dated(part) for part in apart):
            yield from (Paragraph.of(piece, block) for piece in apart)
        else:
            yield block


def _read_head(head: Sequence[Line], frame: Frame, running: str) -> str:
    """Enter what the letterhead says; the subject of a letter, which stands there, or ""."""
    bodies: list[str] = []
    subject: list[str] = []
    for line in head:
        if line.number:
            number = line.number["number"]
            if any(c.isdigit() for c in re.split(r"[/-]", number)[0]):
                frame.number = re.sub(r"\s*([/-])\s*", r"\1", number).strip(" .-–")
        elif line.dated:
            frame.issued = day_of(line.dated)
        elif line.about or (subject and not (line.motto or line.rule or line.capitals or line.names_body)):
            subject.append(ABOUT.sub("", line.text, count=1) if line.about else line.text)
        elif not line.motto and not line.rule:
            bodies.append(line.text)
    frame.issuer = issuer_of(bodies, running) or None
    return without_bracket(" ".join(subject))


def _told(line: Line) -> list[str]:
    """A line as it is kept in the notes for staff."""
    return (
        [" ".join(str(line.block).split())] if isinstance(line.block, str) else [" ".join(r) for r in line.block.rows]
    )


def _read_end(line: Line, frame: Frame) -> None:
    frame.left_out += _told(line)
    frame.signature += _told(line)
    if line.dated and frame.issued is None:
        frame.issued = day_of(line.dated)
    body = _FOR.sub("", line.text, count=1) if line.signs else line.text
    if (line.names_body or line.signs) and BODY.match(body) and frame.signer is None and not line.person:
        frame.signer = body.strip(" .")
    elif frame.signer and line.place and line.capitals and not line.signs:  # “TM. ỦY BAN NHÂN DÂN / XÃ AN PHÚ”
        frame.signer = f"{frame.signer} {line.text}"


def _without_issuer(frame: Frame) -> None:
    """Leave out the name of who issues it where it stands alone above and below the text."""
    for at in (0, -1):
        while frame.blocks and isinstance(line := frame.blocks[at], str) and _is_issuer(line, frame):
            frame.left_out.append(str(frame.blocks.pop(at)))


def _is_issuer(line: str, frame: Frame) -> bool:
    return frame.issuer is not None and line.strip(" .").casefold() == frame.issuer.casefold()


def _read_title(frame: Frame, kind: str | None, parts: Sequence[str], subject: str, running: str) -> None:
    body = [" ".join(block.split()) for block in frame.blocks if isinstance(block, str)]
    if kind:
        found = titles.below_kind(
            kind, parts or ([f"Về việc {subject}"] if subject else []), frame.issuer or "", body, running
        )
    elif subject:
        found = titles.of_letter(subject, running)
        frame.left_out += parts
    elif parts:
        found = titles.alone(parts, running)
    else:
        found = titles.Title()
    frame.title, frame.kind, frame.made = found.title, found.kind, found.made
    frame.issuer = frame.issuer or found.speaker
    frame.left_out += found.left_out
    again = [block for block in frame.blocks[:6] if isinstance(block, str) and _same(block, frame.title)]
    frame.left_out += again
    frame.blocks = [block for block in frame.blocks if block not in again]
    frame.blocks[:0] = found.text


def _same(line: str, title: str) -> bool:
    """Whether a line is the title again."""
    return len(title) > 12 and re.findall(r"\w+", line.casefold()) == re.findall(r"\w+", title.casefold())


def signer_of(frame: Frame, running: str) -> str | None:
    """The body that signs a document without a letterhead, with its place; None where the place is not told."""
    if not frame.signer:
        return None
    name = from_capitals(frame.signer, running) if is_capitals(frame.signer) else frame.signer
    if _UNIT.match(name):  # “T/M UBND xã”: the place stands with the day
        place = next((found["place"] for line in frame.signature if (found := dated(line))), None)
        return f"{name} {place.strip(' ,')}" if place else None
    return name if has_place(name) else None
