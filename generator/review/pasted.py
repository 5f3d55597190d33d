"""A pasted article becomes a campaign of the template `thong-bao`: re-flowed, mended where that is safe."""

import re
from dataclasses import dataclass
from datetime import date

import yaml

from generator.places.names import slug
from generator.review import Shape, Text, hits
from generator.review.fix import fix

_GREETING = re.compile(r"kính\s+(?:thưa|chào|gửi)|thưa\s+(?:toàn\s+thể|quý\s+vị|bà\s+con)", re.I)
_THANKS = re.compile(
    r"(?:xin\s+)?(?:trân\s+trọng\s+)?(?:cảm|cám)\s+ơn|xin\s+chào\s+tạm\s+biệt|trân\s+trọng\s*[./]*$", re.I
)
_NUMBERING = re.compile(r"^\s*(?:[-*+•–]|#{1,6})\s+")


@dataclass(frozen=True, slots=True)
class Pasted:
    """What an article is made of: its title, its paragraphs, and what was meant for staff."""

    title: str
    body: tuple[str, ...]
    notes: tuple[str, ...]
    mended: int  # places that were mended on the way

    def campaign(self, day: date) -> str:
        """The campaign as YAML, indented as an entry of `campaigns:`."""
        entry = {
            "id": slug(self.title)[:60].strip("-") or "thong-bao",
            "template": "thong-bao",
            "title": self.title,
            "as_of": day,
            "form": "radio",
            "body": list(self.body),
            "deadline": None,
            "notes": "\n".join(self.notes) or None,
        }
        text = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=110, indent=2)
        return "".join(f"  {line}\n" for line in text.splitlines())


def read_pasted(raw: str, day: date, shape: Shape) -> Pasted:
    """Mend `raw` and take it apart. Greeting and thanks go: the template says them."""
    mended, many = fix(raw, day, shape="plain" if shape == "paragraphs" else shape)
    text = Text(mended, day, shape)
    notes = [text.quote(hit.start, hit.end) for hit in hits(text) if hit.code == "note.staff"]
    title, body = "", []
    for _offset, passage in text.passages:
        said = passage.text
        for note in notes:
            said = said.replace(" ".join(note.split()), " ")
        said = " ".join(_NUMBERING.sub("", said).split()).strip()
        if len(said) < 3 and not said.isalnum():
            continue
        if not title:
            title = _as_title(said)
        elif not (len(said.split()) < 25 and (_GREETING.match(said) or _THANKS.search(said))):
            body.append(said)
    return Pasted(title, tuple(body), tuple(notes), many)


def _as_title(line: str) -> str:
    """A title in capitals as people write titles; without a full stop."""
    line = line.rstrip(".:")
    return line[0] + line[1:].lower() if line.isupper() else line
