"""The safe mends: spacing, doubled signs, broken addresses, certain slips. What needs judgement is left to people."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from loa.campaign import Commune, Unit
from loa.checks import Hit, Shape, Text, hits
from loa.checks.text import SPACES
from loa.errors import WorkspaceError
from loa.files import writing
from loa.yamlfile import YamlFile, parse, validate

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

_PASSES = 6  # a mend can bring another to light: ",; " → ";" → a space before it


def fix(raw: str, day: date, *, shape: Shape = "plain", unit: Unit | None = None) -> tuple[str, int]:
    """`raw` with everything mended that is safe to mend, and how many places that were."""
    many = 0
    for _pass in range(_PASSES):
        text = Text(raw, day, shape, unit)
        replacement, done = _apply(text, hits(text))
        replacement, spaced = _spaces(replacement, shape)
        many += done + spaced
        if replacement == raw:
            break
        raw = replacement
    return raw, many


def _apply(text: Text, found: Iterable[Hit]) -> tuple[str, int]:
    """Put in the mends, the last first so that offsets stay right; of two that overlap, the first one counts."""
    pieces, position, many = [], 0, 0
    for hit in found:
        start, end = text.origin(hit.start), text.origin(hit.end)
        if hit.replacement is not None and start >= position and not hit.code.startswith("layout."):
            pieces += [text.raw[position:start], hit.replacement]
            position = end
            many += 1
    return "".join([*pieces, text.raw[position:]]), many


def _spaces(raw: str, shape: Shape) -> tuple[str, int]:
    """Invisible characters and runs of spaces, everywhere at once; torn paragraphs become whole in plain text."""
    many = 0
    text, done = re.subn("[\u200b\u200c\u200d\ufeff\u00ad]", "", raw.translate(SPACES))
    many += done + sum(a != b for a, b in zip(raw, raw.translate(SPACES), strict=True))
    text, done = re.subn(r"(?<=[^\s|]) {2,}(?=[^\s|])", " ", text)
    many += done
    if shape == "plain":
        spans = Text(text, date.min, shape).spans
        for start, end, _heading, _item in reversed(spans):
            joined = re.sub(r"\s*\n\s*", " ", text[start:end])
            many += joined != text[start:end]
            text = text[:start] + joined + text[end:]
    return text, many


def fix_docx(path: Path, day: date) -> int:
    """Mend `path` in place, run by run, so that bold stays bold. Returns how many places were mended."""
    import docx  # 50 ms, 16 MB: few texts are Word documents

    document = docx.Document(str(path))
    many = sum(_mend(paragraph, day) for paragraph in document.paragraphs)
    if many:
        with writing(path) as part:
            document.save(str(part))
    return many


def fix_campaign(source: YamlFile, day: date) -> tuple[str, int]:
    """The campaign file with its texts mended; comments and layout stay. What would no longer load is left alone."""
    offsets = _offsets(source)
    ends = [*sorted(offsets[place] for place in {*source.keys.values(), *source.values.values()}), len(source.text)]
    text, many = source.text, 0
    for path, value in sorted(_texts(source.data, ()), key=lambda item: -offsets[source.place(item[0])]):
        start = offsets[source.place(path)]
        end = next((e for e in ends if e > start), len(source.text))
        for hit in reversed(hits(Text(value, day, "paragraphs"))):
            quote = value[hit.start : hit.end]
            at = source.text.find(quote, start, end)
            if _safe(hit) and at >= 0:
                text = text[:at] + (hit.replacement or "") + text[at + len(quote) :]
                many += 1
    try:
        validate(Commune, parse(text, source.file))
    except WorkspaceError:
        return source.text, 0
    return text, many


def _safe(hit: Hit) -> bool:
    return hit.replacement is not None and not hit.code.startswith("layout.")


def _mend(paragraph: "Paragraph", day: date) -> int:
    runs = paragraph.runs
    text = "".join(run.text for run in runs)
    if text != paragraph.text:  # links and fields: their text is not in the runs
        return 0
    many = 0
    for hit in reversed(hits(Text(text, day, "paragraphs"))):
        if not _safe(hit):
            continue
        position, put = 0, hit.replacement or ""
        for run in runs:
            length = len(run.text)
            start, end = max(hit.start - position, 0), min(hit.end - position, length)
            position += length
            if start < end:
                run.text = run.text[:start] + put + run.text[end:]
                put = ""
        many += 1
    return many


def _offsets(source: YamlFile) -> dict[tuple[int, int], int]:
    """Line and column of every key and value, as offsets in the text."""
    lines = [0]
    for line in source.text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    places = {*source.keys.values(), *source.values.values(), (1, 1)}
    return {place: lines[place[0] - 1] + place[1] - 1 for place in places}


def _texts(data: object, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is published of a campaign file: titles, paragraphs, names of desks. Addresses have their own checks."""
    if isinstance(data, str):
        if path[-1] not in ("id", "template", "url", "national", "website", "notes", "as_of", "deadline"):
            yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _texts(value, (*path, index))
