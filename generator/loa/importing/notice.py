"""A text that was brought in, as the facts of a notice: title, issuer, day, contact, and its paragraphs and tables."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from loa.article.markup import plain
from loa.article.tables import to_lines
from loa.checks import Shape, Text, hits
from loa.checks.fix import fix
from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.importing.blocks import Block, Document, Table, from_text
from loa.importing.contacts import by_sign, contact_in, issuer_in
from loa.importing.letterhead import ABOUT, BODY, KIND, SIGNS, take_apart
from loa.importing.letters import modern
from loa.importing.web_text import article_of, caption
from loa.text import slug

MOST_CHARACTERS = 100_000
"""More than an hour of reading."""
_GREETING = re.compile(r"kính\s+(?:thưa|chào|gửi)|thưa\s+(?:toàn\s+thể|quý\s+vị|bà\s+con)", re.I)
_GREETED = re.compile(rf"(?:{_GREETING.pattern})[^.!?:;\d]{{0,80}}!\s+", re.I)
_THANKS = re.compile(
    r"(?:xin\s+)?(?:trân\s+trọng\s+)?(?:cảm|cám)\s+ơn|xin\s+chào\s+tạm\s+biệt|trân\s+trọng(?:\s+thông\s+báo)?\s*[./]*$",
    re.I,
)
_NUMBERING = re.compile(
    r"^\s*(?:[-*+•–▪●✓➢►❖]\s+|#{1,6}\s+|(?:[\u2190-\u2bff\U0001f000-\U0001faff]\ufe0f?(?:\u200d[^\w\s])?\s*)+)"
)
_RULE = re.compile(r"[\W_]{3,}$|\.?/\.?$")


@dataclass(frozen=True, slots=True)
class Notice:
    """What an article is made of, and what was left out of it. `body`: paragraphs, and tables line by line."""

    title: str
    body: tuple[str, ...]
    kind: str | None = None
    issuer: str | None = None
    number: str | None = None
    issued: date | None = None
    contact: dict[str, str | None] | None = None
    notes: tuple[str, ...] = ()
    mended: int = 0  # places that were corrected on the way
    left_out: tuple[str, ...] = ()  # the frame of an official document, the furniture of a web page

    def day(self, chosen: date | None, today: date) -> date:
        """Whose law counts: of the day that somebody chose, else of the document's own, else of today."""
        return chosen or self.issued or today

    def entry(self, day: date, left_out: str = "") -> dict[str, Any]:
        """The keys of the campaign, in their order, but for its id. `left_out`: a heading for what was left out."""
        notes = [*self.notes, *([left_out, *self.left_out] if left_out and self.left_out else [])]
        return {
            "template": "thong-bao",
            "title": self.title,
            "as_of": f"{day:%Y-%m-%d}",
            "form": "radio",
            "issuer": self.issuer,
            "kind": self.kind,
            "number": self.number,
            "issued": f"{self.issued:%Y-%m-%d}" if self.issued else None,
            "body": list(self.body),
            "deadline": None,
            "contact": self.contact,
            "notes": "\n".join(notes) or None,
        }

    def campaign(self, day: date, left_out: str = "") -> str:
        """The campaign as YAML, indented as an entry of `campaigns:`."""
        entry = {"id": slug(self.title) or "thong-bao", **self.entry(day, left_out), "as_of": day}
        if self.issued:
            entry["issued"] = self.issued
        text = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=110, indent=2)
        return "".join(f"  {line}\n" for line in text.splitlines())


def read_notice(document: Document, day: date) -> Notice:
    """Mend the text and take it apart; `day`: whose law counts. Greeting and thanks go: the template says them.

    Raises WorkspaceError where it is longer than anybody reads aloud: taking it apart would take minutes.
    """
    if sum(map(len, document.lines)) > MOST_CHARACTERS:
        message = _("This is too long: at most {count} characters.").format(count=MOST_CHARACTERS)
        raise WorkspaceError(Finding("file.long", message, _("Bring in the part that is to be read aloud.")))
    page = article_of(_in_lines(_modern(document.blocks)))
    blocks, mended, notes = _mended(page.blocks, document.shape, day)
    blocks = [block.strip(SIGNS) if isinstance(block, str) else block for block in blocks]
    blocks = [block for block in blocks if block]
    running = "\n".join(block for block in blocks if isinstance(block, str))
    frame = take_apart(blocks, running)
    paragraphs = [text for block in frame.blocks if isinstance(block, str) if (text := _said(block))]
    polite = [block for block in frame.blocks if isinstance(block, str) and not _said(block) and not _RULE.match(block)]
    body: list[str] = []
    for block in frame.blocks:
        body += [_said(block)] if isinstance(block, str) else _rows(block)
    sender = page.sender if page.sender and BODY.match(page.sender) else None
    issuer = (
        frame.issuer or issuer_in(frame.title, paragraphs) or by_sign(frame.number, frame.title, paragraphs) or sender
    )
    issued = frame.issued or page.posted
    return Notice(
        title=frame.title,
        body=tuple(filter(None, body)),
        kind=frame.kind,
        issuer=issuer,
        number=frame.number,
        issued=issued,
        contact=contact_in(paragraphs, issuer),
        notes=tuple(notes),
        mended=mended,
        left_out=(*frame.left_out, *polite, *page.left_out),
    )


def _in_lines(blocks: Sequence[Block]) -> list[Block]:
    """Paragraphs with breaks as their lines; lines with tabs at the same places as the table that they are."""
    found: list[Block] = []
    for part in _parts(blocks):
        found += [part] if isinstance(part, Table) else from_text(part.split("\n"))
    return found


def _modern(blocks: Sequence[Block]) -> list[Block]:
    """All texts in Unicode as people type it today."""
    texts = [
        text for block in blocks for text in ([block] if isinstance(block, str) else [c for r in block.rows for c in r])
    ]
    made = iter(modern(texts))
    return [
        next(made)
        if isinstance(block, str)
        else Table(tuple(tuple(next(made) for _ in row) for row in block.rows), block.heads)
        for block in blocks
    ]


def _mended(blocks: Sequence[Block], shape: Shape, day: date) -> tuple[list[Block], int, list[str]]:
    """Paragraphs whole again and corrected where that is safe, how many places that were, and notes for staff."""
    found: list[Block] = []
    notes: list[str] = []
    many = 0
    for part in _parts(blocks):
        if isinstance(part, Table):
            rows = []
            for row in part.rows:
                cells = [fix(cell, day, shape="paragraphs") if cell.strip() else ("", 0) for cell in row]
                many += sum(count for _cell, count in cells)
                rows.append(tuple(cell for cell, _count in cells))
            found.append(Table(tuple(rows), part.heads))
            continue
        replacement, count = fix(unwrapped(part, shape), day, shape="paragraphs")
        many += count
        text = Text(replacement, day, "paragraphs")
        staff = [text.quote(hit.start, hit.end) for hit in hits(text) if hit.code == "note.staff"]
        notes += staff
        for start, end, _heading, _item in text.spans:
            line = text.composed[start:end].replace("\n", " ")
            for note in staff:
                line = line.replace(" ".join(note.split()), " ")
            if line.strip():
                found.append(line.strip())
    return found, many, notes


_ITEM = re.compile(r"\s*(?:[-+*•–▪●]|\d{1,2}[.)]|[a-zđ][.)]|[IVX]{1,4}[.)]|#{1,6}\s)")


def unwrapped(text: str, shape: Shape) -> str:
    """`text` with its paragraphs on a line each: lines that a program broke at a width are joined again."""
    if shape == "paragraphs":
        return text
    lines = text.split("\n")
    width = _width(lines)
    found: list[str] = []
    for number, line in enumerate(lines):
        above = lines[number - 1].strip() if number else ""
        if found and above and line.strip() and _torn(above, line, width, shape):
            found[-1] = f"{found[-1].rstrip()} {line.strip()}"
        else:
            found.append(line)
    if shape == "markdown":
        found = [line if line.lstrip().startswith("|") else plain(_NUMBERING.sub("", line)) for line in found]
    return "\n".join(found)


def _width(lines: Sequence[str]) -> int | None:
    """The width at which a program broke the lines; None where none did."""
    long = sorted(len(line.strip()) for line in lines if len(line.strip()) > 55)
    if len(long) < 4 or long[-1] > 140:
        return None
    width = long[-1 - len(long) // 20]
    return width if sum(length > width - 14 for length in long) * 2 >= len(long) else None


def _torn(above: str, line: str, width: int | None, shape: Shape) -> bool:
    """Whether `line` goes on with what the line above it says."""
    text = line.strip()
    if _ITEM.match(line) or above.startswith("#"):
        return False
    if shape == "markdown" or (above[-1].isdigit() and re.fullmatch(r"\d{3,4}[.,;)]?", text)):  # a torn number
        return True
    if text[:1].islower():
        return not above.endswith((".", "!", "?", ":", ";"))
    full = width is not None and len(above) + 1 + len(text.split()[0]) > width
    if ABOUT.match(above) or KIND.match(above):
        return False
    return full and not above.isupper() and not text.isupper() and not above.endswith((".", "!", "?", ":", ";"))


def _parts(blocks: Iterable[Block]) -> Iterable[str | Table]:
    """Runs of paragraphs as one text, with the tables between them."""
    held: list[str] = []
    for block in blocks:
        if isinstance(block, str):
            held.append(block)
            continue
        if held:
            yield "\n".join(held)
            held = []
        yield block
    if held:
        yield "\n".join(held)


def _said(line: str) -> str:
    """A paragraph without its bullet, and without greeting and thanks; "" where nothing is left."""
    line = " ".join(_NUMBERING.sub("", line).split()).rstrip(SIGNS)
    below = caption(line)
    line = line if below is None else below
    greeted = _GREETED.match(line)
    line = line[greeted.end() :] if greeted else line
    if _RULE.match(line) or _is_courtesy(line) or (len(line) < 3 and not line.isalnum()):
        return ""
    return line


_POLITE = frozenset(
    "kính thưa chào gửi toàn thể bà con nhân dân quý vị các đồng chí trong xã phường thôn ấp bạn nghe đài thân mến "
    "theo dõi cùng và xin trân "
    "trọng chân thành cảm cám ơn đã chú ý lắng tạm biệt thông báo rất hẹn gặp lại ạ".split()
)


def _is_courtesy(line: str) -> bool:
    """A greeting or thanks and nothing else: whom it names, and for what it thanks, is part of the text."""
    words = re.findall(r"\w+", line.lower())
    polite = all(word in _POLITE for word in words)
    return bool(words) and polite and ":" not in line and bool(_GREETING.match(line) or _THANKS.search(line))


def _rows(table: Table) -> list[str]:
    """A table as lines of Markdown, its captions as paragraphs."""
    heads = table.rows[0] if table.heads else ("",) * max(map(len, table.rows))
    lines: list[str] = []
    held: list[tuple[str, ...]] = []

    def close() -> None:
        if held:
            lines.extend(to_lines(heads, held))
            held.clear()

    for row in table.rows[table.heads :]:
        if len(row) == 1 and len(heads) > 1:  # it stands across the table: the rows below belong to it
            close()
            lines.append(" ".join(row[0].split()))
        else:
            held.append(row)
    close()
    return lines
