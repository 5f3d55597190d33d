"""The published page of an article: its text, and a player for the bulletin that reads it."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from loa import article as articles
from loa import script as scripts
from loa.article import Article
from loa.article.html import to_html
from loa.article.markup import blocks, plain
from loa.article.templates import fill
from loa.bulletin import synthetic
from loa.bulletin.captions import webvtt
from loa.bulletin.manifest import Manifest
from loa.campaign import Campaign, Commune
from loa.errors import BulletinError
from loa.script import Script, Sentence
from loa.workspace import Workspace

_FIRST = 0xF0000  # private characters: one character marks the start of a sentence and holds its number
_MARK = re.compile("[\U000f0000-\U000ffffd]")
_PIECE = re.compile(r"(<[^>]+>)")
_BLOCK = re.compile(r"</?(?:p|li|ul|ol|h[1-6]|blockquote|t[dhr]|table)\b")


def marked_html(markdown: str, sentences: Sequence[Sentence], cues: Mapping[int, Sequence[int]]) -> str:
    """Convert `markdown` to HTML; the text of each sentence is in `<span data-cues="…">` with its caption numbers.

    `cues` maps the index of a sentence to the captions in which it is heard. A sentence without captions gets no span.
    """
    pieces, position = [], 0
    for index, sentence in enumerate(sentences):
        if sentence.start is not None and sentence.start >= position and index in cues:
            pieces += [markdown[position : sentence.start], chr(_FIRST + index)]
            position = sentence.start
    made = to_html("".join([*pieces, markdown[position:]]))
    return _spans(made, cues) if cues else made


def _spans(made: str, cues: Mapping[int, Sequence[int]]) -> str:
    """Replace the marks by spans around each run of text. A span never crosses a tag, so the HTML stays well-formed."""
    out, current = [], None
    for piece in _PIECE.split(made):
        if piece.startswith("<"):
            if _BLOCK.match(piece):
                current = None
            out.append(piece)
            continue
        position = 0
        for mark in [*_MARK.finditer(piece), None]:
            text = piece[position : mark.start() if mark else len(piece)]
            if text.strip() and current is not None:
                numbers = " ".join(map(str, cues[current]))
                text = f'<span data-cues="{html.escape(numbers)}">{text}</span>'
            out.append(text)
            if mark:
                current, position = ord(mark.group()) - _FIRST, mark.end()
    return "".join(out)


@dataclass(frozen=True, slots=True)
class BulletinSound:
    """A bulletin's record with its sentences, and its sound."""

    manifest: Manifest
    mp3: Path


@dataclass(frozen=True, slots=True)
class PageAudio:
    """A bulletin that reads an article: its record, its sound, and the caption numbers of each sentence."""

    manifest: Manifest
    mp3: Path
    cues: dict[int, list[int]]

    @property
    def captions(self) -> str:
        """What is said when, as WebVTT."""
        return webvtt(self.manifest.cues, self.manifest.speakers)

    @property
    def length(self) -> str:
        """The duration in Vietnamese: `11 phút 40 giây`."""
        return length(self.manifest.seconds)


def length(seconds: float) -> str:
    """A duration in Vietnamese: `11 phút 40 giây`."""
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} phút {seconds} giây" if minutes else f"{seconds} giây"


def made_bulletins(workspace: Workspace, commune: str) -> Iterator[BulletinSound]:
    """Every bulletin of a commune that lies there, signed or not, by name."""
    for path in sorted((workspace.bulletins / commune).glob("*.json")):
        try:
            manifest = Manifest.load(path)
        except BulletinError:  # an interrupted build, or another file: make the page without it
            continue
        if (mp3 := path.with_suffix(".mp3")).is_file():
            yield BulletinSound(manifest, mp3)


def bulletin_of(sounds: Iterable[BulletinSound], script: Script) -> PageAudio | None:
    """Return the first of `sounds` that reads the current `script`, preferring few items; None if there is none."""
    found = []
    for sound in sounds:
        cues = _cues(sound.manifest, script) if script.campaign in sound.manifest.campaigns else {}
        if cues:
            found.append(PageAudio(sound.manifest, sound.mp3, cues))
    return min(found, key=lambda heard: len(heard.manifest.campaigns), default=None)


def _cues(manifest: Manifest, script: Script) -> dict[int, list[int]]:
    """Return the caption numbers (from 1) of each sentence; empty if the bulletin reads another text."""
    readings: dict[int, list[tuple[int, str]]] = {}
    for number, cue in enumerate(manifest.cues, 1):
        if cue.part == script.campaign:
            readings.setdefault(cue.reading, []).append((number, cue.text))
    written = [sentence.text for sentence in script.sentences]
    found: dict[int, list[int]] = {}
    for said in readings.values():
        if [text for _number, text in said] == written:
            for index, (number, _text) in enumerate(said):
                found.setdefault(index, []).append(number)
    return found


ASSETS = {"style.css": "text/css", "captions.js": "text/javascript"}
"""Files that all pages use, two folders above them, and their media types."""


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """A page as `html`. If `heard` is set, it needs `bulletin.mp3` and `bulletin.vtt` in its folder."""

    html: str
    article: Article
    summary: str
    heard: PageAudio | None


def article_page(
    workspace: Workspace, commune: Commune, campaign: Campaign, sounds: Iterable[BulletinSound]
) -> ArticlePage:
    """Render the current page of a campaign, with the one of `sounds` that reads just this text.

    Raises CampaignError, TemplateError.
    """
    article = articles.render(workspace, commune, campaign)
    script = scripts.write(article, commune)
    heard = bulletin_of(sounds, script)
    whole = marked_html(article.markdown, script.sentences, heard.cues if heard else {})
    heading, _end, body = whole.partition("</h1>")
    summary = summary_of(article.markdown, article.title)
    facts = {
        "title": article.title,
        "place": commune.unit.full_name,
        "issuer": commune.issuer(campaign),
        "call": commune.call,
        "summary": summary,
        "as_of": article.as_of,
        "heading": Markup(f"{heading}</h1>"),  # noqa: S704  sanitised by output.to_html
        "body": Markup(body.strip()),  # noqa: S704  sanitised by output.to_html
        "audio": {"file": "bulletin.mp3", "captions": "bulletin.vtt", "length": heard.length, **_mark(heard.manifest)}
        if heard
        else None,
    }
    return ArticlePage(fill(workspace, "page/article.html.j2", facts), article, summary, heard)


def _mark(manifest: Manifest) -> dict[str, str]:
    """Whether a machine speaks in the sound, for programs (`source_type`, `speakers`) and people (`mark`)."""
    kind = synthetic.type_of(manifest)
    said = synthetic.comment(manifest.speakers) if kind else ""
    return {"source_type": kind, "speakers": manifest.speakers, "mark": said}


def summary_of(markdown: str, title: str) -> str:
    """Return the first paragraph that is not a greeting."""
    texts = (plain(markdown[b.start : b.end]) for b in blocks(markdown) if b.kind == "paragraph")
    reported = (text for text in texts if len(text.split()) > 6 and not text.startswith("Kính thưa"))
    return next(reported, title)
