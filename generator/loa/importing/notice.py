"""A text that was brought in, as the facts of a notice: title, issuer, day, contact, and its paragraphs and tables."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import yaml

from loa.article.tables import to_lines
from loa.checks import Text, hits
from loa.checks.fix import fix
from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.importing.blocks import Block, Document, Table
from loa.importing.contacts import by_sign, contact_in, issuer_in
from loa.importing.frame import signer_of, take_apart
from loa.importing.issuers import number_in
from loa.importing.lines import BODY, PICTURES
from loa.importing.mails import message_of
from loa.importing.paragraphs import NUMBERING, in_unicode, whole_paragraphs
from loa.importing.titles import of_text
from loa.importing.web_text import caption
from loa.text import slug

MOST_CHARACTERS = 100_000
"""More than an hour of reading."""
_GREETING = re.compile(r"kính\s+(?:thưa|chào|gửi)|thưa\s+(?:toàn\s+thể|quý\s+vị|bà\s+con)", re.I)
_GREETED = re.compile(rf"(?:{_GREETING.pattern})[^.!?:;\d]{{0,80}}!\s+", re.I)
_THANKS = re.compile(
    r"(?:xin\s+)?(?:trân\s+trọng\s+)?(?:cảm|cám)\s+ơn|xin\s+chào\s+tạm\s+biệt|trân\s+trọng(?:\s+thông\s+báo)?\s*[./]*$",
    re.I,
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
    title_made: bool = False  # the text has none: it was made out of its words

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
        long = _("This is too long: at most {count} characters.").format(count=MOST_CHARACTERS)
        raise WorkspaceError(Finding("file.long", long, _("Bring in the part that is to be read aloud.")))
    message = message_of(in_unicode(document.blocks))
    blocks = whole_paragraphs(message.blocks, document.shape)
    frame = take_apart(blocks, "\n".join(block for block in blocks if isinstance(block, str)))
    text, mended, notes = _mended(frame.blocks, day)
    paragraphs = [said for block in text if isinstance(block, str) if (said := _said(block))]
    polite = [block for block in text if isinstance(block, str) and not _said(block) and not _RULE.match(block)]
    body: list[str] = []
    for block in text:
        body += [_said(block)] if isinstance(block, str) else _rows(block)
    title = fix(frame.title, day, shape="paragraphs") if frame.title else ("", 0)
    sender = message.sender if message.sender and BODY.match(message.sender) else None
    issuer = (
        frame.issuer
        or signer_of(frame, "\n".join(paragraphs))
        or issuer_in(frame.title, [line for line in paragraphs if line not in frame.signature])
        or by_sign(frame.number, frame.title, paragraphs)
        or sender
    )
    told = number_in(frame.kind, paragraphs) if not frame.number and not frame.issued else None
    bare = frame.kind is not None and frame.title.lower() == frame.kind and issuer is not None
    made = of_text(issuer or "", paragraphs) if not frame.title else None
    return Notice(
        title=made.title if made else f"{title[0]} của {issuer}" if bare else title[0],
        title_made=made is not None,
        body=tuple(filter(None, body)),
        kind=frame.kind,
        issuer=issuer,
        number=frame.number or (told[0] if told else None),
        issued=frame.issued or (told[1] if told else None) or message.sent or frame.posted,
        contact=contact_in(paragraphs, issuer) or contact_in(frame.signature, issuer),
        notes=tuple(notes),
        mended=mended + title[1],
        left_out=(*message.left_out, *frame.left_out, *polite),
    )


def _mended(blocks: Sequence[Block], day: date) -> tuple[list[Block], int, list[str]]:
    """Paragraphs corrected where that is safe, how many places that were, and notes for staff."""
    found: list[Block] = []
    notes: list[str] = []
    many = 0
    for part in _runs(blocks):
        if isinstance(part, Table):
            rows = []
            for row in part.rows:
                cells = [fix(cell, day, shape="paragraphs") if cell.strip() else ("", 0) for cell in row]
                many += sum(count for _cell, count in cells)
                rows.append(tuple(cell for cell, _count in cells))
            found.append(Table(tuple(rows), part.heads))
            continue
        replacement, count = fix("\n".join(part), day, shape="paragraphs")
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


def _runs(blocks: Iterable[Block]) -> Iterator[list[str] | Table]:
    """Runs of paragraphs, with the tables between them."""
    for _is_table, group in groupby(blocks, key=lambda block: isinstance(block, Table)):
        held = list(group)
        if isinstance(held[0], Table):
            yield from (block for block in held if isinstance(block, Table))
        else:
            yield [block for block in held if isinstance(block, str)]


def _said(line: str) -> str:
    """A paragraph without its bullet, and without greeting and thanks; "" where nothing is left."""
    line = " ".join(NUMBERING.sub("", line).split()).rstrip(PICTURES)
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
