"""Texts to review, as files: .md, .txt and .docx."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from loa.checks import Shape, Text, hits
from loa.checks.fix import fix
from loa.checks.word_reader import too_large, word_text
from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.limited import Limits, run_limited
from loa.text import slug
from loa.workspace import read_text

SUFFIXES: dict[str, Shape] = {".md": "markdown", ".markdown": "markdown", ".txt": "plain", ".docx": "paragraphs"}


def read_document(path: Path) -> tuple[str, Shape]:
    """The text of `path` and its shape. In a .docx each paragraph is a line, numbered as they stand in the document.

    Raises WorkspaceError for another kind of file, or one that cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix == ".docx":
        return "\n".join(read_word(_content(path), str(path)).lines), "paragraphs"
    if suffix not in SUFFIXES:
        raise unknown_kind(str(path))
    return read_text(path).replace("\r\n", "\n"), SUFFIXES[suffix]


def _content(path: Path) -> bytes:
    """A file as it is. Raises WorkspaceError."""
    if not path.is_file():
        read_text(path)  # raises with the reason: missing, or a folder
    try:
        with path.open("rb") as file:
            return file.read(_MOST + 1)
    except OSError as error:
        message = _("Cannot read the file: {reason}").format(reason=error.strerror or error)
        raise WorkspaceError(
            Finding("file.read", message, _("Check the file's permissions."), file=str(path))
        ) from error


def unknown_kind(name: str) -> WorkspaceError:
    """What to say of a file that is no text."""
    return WorkspaceError(
        Finding(
            "file.kind",
            _("Loa does not read files of the kind “{suffix}”.").format(suffix=Path(name).suffix or name),
            _("Save the text as .docx, .txt or .md; campaigns are .yaml."),
            file=name,
        )
    )


@dataclass(frozen=True, slots=True)
class WordText:
    """A Word document's paragraphs and tables line by line, and how many pictures were left out."""

    lines: tuple[str, ...]
    pictures: int


_MOST = 100_000_000
"""Bytes of a file that are read at all; a document with its pictures has fewer."""
_WORD_LIMITS = Limits(seconds=15, megabytes=400, output=5_000_000)


def read_word(content: bytes, name: str) -> WordText:
    """The text of a .docx, called `name` in messages; nothing in it is run, and no address in it is asked.

    Raises WorkspaceError where it is damaged or much larger than a text, LimitError where reading it takes too much.
    """
    if len(content) > _MOST:
        raise too_large(name)
    found = run_limited(word_text, content, name, limits=_WORD_LIMITS, file=name)
    return WordText(tuple(found["lines"]), int(found["pictures"]))


_GREETING = re.compile(r"kính\s+(?:thưa|chào|gửi)|thưa\s+(?:toàn\s+thể|quý\s+vị|bà\s+con)", re.I)
_GREETED = re.compile(rf"(?:{_GREETING.pattern})[^.!?:;\d]{{0,80}}!\s+", re.I)
_THANKS = re.compile(
    r"(?:xin\s+)?(?:trân\s+trọng\s+)?(?:cảm|cám)\s+ơn|xin\s+chào\s+tạm\s+biệt|trân\s+trọng\s*[./]*$", re.I
)
_LETTERHEAD = re.compile(
    r"(?:(?:ủy|uỷ) ban nhân dân|ubnd|hội đồng nhân dân|đảng (?:ủy|bộ)|ban chỉ đạo|đài truyền thanh)\b"
    r"(?!.*[.!;:]$).{0,60}$"
    r"|cộng h(?:òa|oà) xã hội chủ nghĩa việt nam|độc lập\s*[-–—]\s*tự do|đảng cộng sản việt nam$"
    r"|số\s*:\s*[\d.…_ ]*(?:/|$)|v/v\b.{0,20}$|[_\-–—*.\s]{3,}$"
    r"|[^.]{2,40},\s*ngày\s+[\d.…_]*\s*tháng\s+[\d.…_]*\s*năm\s+[\d.…_]*\s*$",
    re.I,
)
_KIND = re.compile(
    r"(?:thông báo|bài (?:tuyên truyền|phát thanh|viết)|tin,? bài|kế hoạch|thư ngỏ|lời kêu gọi)[.:]?$", re.I
)
_ABOUT = re.compile(r"(?:về việc|v/v)\s+", re.I)
_SIGNED = re.compile(
    r"[Nn]ơi nhận\s*:|(?:TM|KT|TL|TUQ|Q)\.\s|(?:CHỦ TỊCH|PHÓ CHỦ TỊCH|NGƯỜI VIẾT|TRƯỞNG BAN)\b|[Nn]gười viết\s*:"
)
_NUMBERING = re.compile(r"^\s*(?:[-*+•–]|#{1,6})\s+")


@dataclass(frozen=True, slots=True)
class Pasted:
    """What an article is made of: its title, its paragraphs, and what was meant for staff."""

    title: str
    body: tuple[str, ...]
    notes: tuple[str, ...]
    replacement: int  # places that were mended on the way
    left_out: tuple[str, ...] = ()  # the letterhead of an official document, and who signed it

    def entry(self, day: date) -> dict[str, Any]:
        """The keys of the campaign, in their order, but for its id."""
        return {
            "template": "thong-bao",
            "title": self.title,
            "as_of": f"{day:%Y-%m-%d}",
            "form": "radio",
            "body": list(self.body),
            "deadline": None,
            "notes": "\n".join(self.notes) or None,
        }

    def campaign(self, day: date) -> str:
        """The campaign as YAML, indented as an entry of `campaigns:`."""
        entry = {"id": slug(self.title) or "thong-bao", **self.entry(day), "as_of": day}
        text = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=110, indent=2)
        return "".join(f"  {line}\n" for line in text.splitlines())


def read_pasted(raw: str, day: date, shape: Shape) -> Pasted:
    """Mend `raw` and take it apart. Greeting and thanks go: the template says them."""
    replacement, many = fix(raw, day, shape="plain" if shape == "paragraphs" else shape)
    text = Text(replacement, day, shape)
    notes = [text.quote(hit.start, hit.end) for hit in hits(text) if hit.code == "note.staff"]
    said, left_out = _without_frame(
        [line for _offset, passage in text.passages if (line := _said(passage.text, notes))]
    )
    title = _as_title(said[0]) if said else ""
    body = [line for line in map(_without_greeting, said[1:]) if line and not _is_courtesy(line)]
    return Pasted(title, tuple(body), tuple(notes), many, tuple(left_out))


def _without_greeting(line: str) -> str:
    """What comes after “Kính thưa bà con!” in the same paragraph."""
    greeted = _GREETED.match(line)
    return line[greeted.end() :] if greeted else line


def _is_courtesy(line: str) -> bool:
    """A greeting or thanks and nothing else; a line with a number in it tells something."""
    if any(character.isdigit() for character in line) or len(line.split()) >= 25:
        return False
    return bool(_GREETING.match(line) or _THANKS.search(line))


def _said(passage: str, notes: Iterable[str]) -> str:
    """A passage without notes for staff and without its number or bullet; "" where nothing is left."""
    for note in notes:
        passage = passage.replace(" ".join(note.split()), " ")
    said = " ".join(_NUMBERING.sub("", passage).split()).strip()
    return "" if len(said) < 3 and not said.isalnum() else said


def _without_frame(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines of a document without its letterhead and without what stands from “Nơi nhận” or the signer on."""
    end = next((n for n, line in enumerate(lines) if n > 1 and _SIGNED.match(line)), len(lines))
    kept: list[str] = []
    left_out = []
    kind = ""
    for number, line in enumerate(lines[:end]):
        if number < 12 and _LETTERHEAD.match(line):
            left_out.append(line)
        elif not kept and not kind and _KIND.match(line) and number + 1 < end and len(lines[number + 1].split()) < 40:
            kind = line  # “THÔNG BÁO” alone; what it is about follows
        elif not kept and kind and (about := _ABOUT.match(line)):
            kept.append(f"{_as_title(kind)} về việc {line[about.end() :]}")
        else:
            kept.append(line)
    return kept, left_out + lines[end:]


def _as_title(line: str) -> str:
    """A title in capitals as people write titles; without a full stop."""
    line = line.rstrip(".:")
    return line[0] + line[1:].lower() if line.isupper() else line
