"""A campaign as it would be: article, what is said, how long, and what is wrong with it."""

import difflib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from loa import article as articles
from loa import script as scripts
from loa.article import Article, own_words, topics
from loa.article.html import to_html
from loa.bulletin.manifest import Cue
from loa.campaign import Campaign, Commune, parse_commune
from loa.checks import Text, findings, hits
from loa.errors import Finding, LoaError, Severity
from loa.i18n import _
from loa.normalizer import Doubt
from loa.script import Script, Sentence
from loa.workspace import Workspace

SYLLABLES_PER_SECOND = 4.0
"""A newsreader's pace over loudspeakers; the bulletin itself is measured once it is made."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding, and the text to put in place of its quote where that is safe to do."""

    finding: Finding
    replacement: str | None = None


DOUBTS_SHOWN = 12
"""Doubtful places that are shown before the text: what a person looks through in a minute."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A place where the reader had to choose, and the number of its sentence (from 0)."""

    sentence: int
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class Draft:
    """What can be made of a campaign now. `article` is None where the template or the facts do not allow one."""

    article: Article | None
    html: str
    script: Script | None
    remarks: tuple[Remark, ...]
    own_words: int = 0
    """Passages that do not follow the template and the facts any more."""

    @property
    def seconds(self) -> float:
        """How long one reading takes, roughly."""
        if self.script is None:
            return 0.0
        return self.script.syllables / SYLLABLES_PER_SECOND + sum(s.pause for s in self.script.sentences)

    @property
    def errors(self) -> int:
        """How many remarks are errors."""
        return sum(r.finding.severity is Severity.ERROR for r in self.remarks)

    def doubtful(self) -> list[Doubtful]:
        """The places where the reader is least sure, least sure first; what is read alike everywhere stands once."""
        once: dict[tuple[str, str, str], Doubtful] = {}
        for number, sentence in enumerate(self.script.sentences if self.script else ()):
            for doubt in sentence.reading.doubts:
                once.setdefault((doubt.code, doubt.quote, doubt.taken), Doubtful(number, doubt))
        return sorted(once.values(), key=lambda place: (place.doubt.confidence, place.sentence))[:DOUBTS_SHOWN]

    def beside(self, sentence: Sentence) -> list[Remark]:
        """The remarks whose words stand in this sentence."""
        line, text = sentence.line, sentence.text
        return [r for r in self.remarks if r.finding.quote and r.finding.line == line and r.finding.quote in text]

    def elsewhere(self) -> list[Remark]:
        """The remarks that belong to no sentence."""
        sentences = self.script.sentences if self.script else ()
        placed = {id(r) for s in sentences for r in self.beside(s)}
        return [r for r in self.remarks if id(r) not in placed]


def make_draft(workspace: Workspace, commune: Commune, campaign: Campaign) -> Draft:
    """Render, read and review `campaign`. What goes wrong is a remark, never an exception."""
    try:
        article = articles.render(workspace, commune, campaign)
    except LoaError as error:
        return Draft(None, "", None, tuple(map(Remark, _in_one(workspace, campaign, error.findings))))
    draft = _work(article, _FileFacts(commune))
    if not campaign.words:
        return draft
    told = (Remark(finding) for finding in own_words.unused(article.unused))
    return replace(draft, remarks=(*told, *draft.remarks), own_words=len(campaign.words) - len(article.unused))


def _in_one(workspace: Workspace, campaign: Campaign, findings: Sequence[Finding]) -> list[Finding]:
    """`findings`, with one of all facts that are still missing, by the names of their boxes."""
    others = [finding for finding in findings if finding.code != "fact.missing"]
    if len(others) == len(findings):
        return others
    titles = ", ".join(
        fact.title
        for fact in topics.topic(workspace, campaign.template).facts
        if fact.needed and campaign.facts.get(fact.name) in (None, "", [], {})
    )
    return [Finding("fact.missing", _("Still to be filled in: {list}.").format(list=titles), ""), *others]


def sounding_otherwise(workspace: Workspace, stem: str, before: str, after: str) -> list[str]:
    """The campaigns of a commune's file that are heard otherwise than `before`, or were not there; by id.

    What cannot be read, or not made into an article, is not among them.
    """
    try:
        now = parse_commune(after, stem, "") if after else None
    except LoaError:
        return []
    with suppress(LoaError):
        old = _heard(workspace, parse_commune(before, stem, "")) if before else {}
        return [id_ for id_, said in _heard(workspace, now).items() if old.get(id_) != said] if now else []
    return list(_heard(workspace, now)) if now else []


def _heard(workspace: Workspace, commune: Commune) -> dict[str, object]:
    """What is heard of each campaign, with the words and the voice around it."""
    station = commune.station.model_dump(exclude={"pronounce"})
    found: dict[str, object] = {}
    for campaign in commune.campaigns:
        script = make_draft(workspace, commune, campaign).script
        if script:
            found[campaign.id] = (station, commune.unit.full_name, campaign.title, script.sentences)
    return found


class _FileFacts:
    """A commune by what it says: two that say the same are the same to the cache."""

    def __init__(self, commune: Commune) -> None:
        self.commune = commune
        self._text = commune.model_dump_json()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _FileFacts) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


@lru_cache(maxsize=128)
def _work(article: Article, facts: _FileFacts) -> Draft:
    """The costly part, kept for texts that did not change."""
    text = Text(article.markdown, article.as_of, "markdown", facts.commune.unit)
    found = hits(text)
    made = findings(text, found, None)
    remarks = tuple(Remark(finding, hit.replacement) for finding, hit in zip(made, found, strict=True))
    try:
        shown = to_html(article.markdown)
    except LoaError as error:
        return Draft(article, "", None, (*(Remark(finding) for finding in error.findings), *remarks))
    return Draft(article, shown, scripts.write(article, facts.commune), remarks)


_PIECE = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed, went or came."""

    kind: Literal["same", "out", "in"]
    text: str


def words(before: str, after: str) -> list[Piece]:
    """The change from `before` to `after`; long runs that stayed are shortened to their ends."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    found: list[Piece] = []
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", _short("".join(old[a1:a2]))))
            continue
        if a2 > a1:
            found.append(Piece("out", "".join(old[a1:a2])))
        if b2 > b1:
            found.append(Piece("in", "".join(new[b1:b2])))
    return found


def spoken_lines(before: str, after: str) -> list[list[Piece]]:
    """The lines that changed, each word by word."""
    old, new = before.splitlines(), after.splitlines()
    found = []
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found.append(words("\n".join(old[a1:a2]), "\n".join(new[b1:b2])))
    return found


def _short(text: str, keep: int = 120) -> str:
    return text if len(text) <= 2 * keep + 20 else f"{text[:keep]} […] {text[-keep:]}"


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """One sentence as written, the part it belongs to, and the spans in seconds in which it is heard."""

    text: str
    part: str
    spans: tuple[tuple[float, float], ...]

    @property
    def times(self) -> str:
        """`12.50-15.20 190.00-192.70`, for the player."""
        return " ".join(f"{start:.2f}-{end:.2f}" for start, end in self.spans)


def text_seconds(cues: Sequence[Cue]) -> float:
    """How long the articles last when they are read once, without opening and closing words (s); 0: nothing is read."""
    read = [cue for cue in cues if cue.reading == 1 and cue.part not in ("opening", "bridge", "closing", "summary")]
    return read[-1].end - read[0].start if read else 0.0


def spoken_lines_of(cues: Sequence[Cue]) -> list[SpokenLine]:
    """What is heard, each sentence once: where a part is read again, its sentences get another span."""
    spans: dict[tuple[str, int], list[tuple[float, float]]] = {}
    first: dict[tuple[str, int], Cue] = {}
    counts: dict[tuple[str, int], int] = {}
    for cue in cues:
        number = counts.get((cue.part, cue.reading), 0)
        counts[cue.part, cue.reading] = number + 1
        first.setdefault((cue.part, number), cue)
        spans.setdefault((cue.part, number), []).append((cue.start, cue.end))
    return [SpokenLine(cue.text, cue.part, tuple(spans[key])) for key, cue in first.items()]


def change(before: Sequence[Cue], after: Sequence[Cue]) -> list[Piece]:
    """What is said differently, word by word; empty where every word is the same."""
    pieces = words(*("\n".join(line.text for line in spoken_lines_of(cues)) for cues in (before, after)))
    return pieces if any(piece.kind != "same" for piece in pieces) else []


def moved_on(cues: Sequence[Cue], campaign: str, draft: Draft) -> bool:
    """Whether the article of a campaign now says something else than the sound."""
    if draft.script is None:
        return False
    said = [line.text for line in spoken_lines_of(cues) if line.part == campaign]
    return bool(said) and said != [sentence.text for sentence in draft.script.sentences]
