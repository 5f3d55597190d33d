"""A campaign as it would be: article, what is said, how long, and what is wrong with it."""

from dataclasses import dataclass
from functools import lru_cache

from generator import article as articles
from generator import script as scripts
from generator.article import Article
from generator.article.output import to_html
from generator.campaign import Campaign, Commune
from generator.errors import Finding, LoaError, Severity
from generator.review import Text, findings, hits
from generator.script import Script, Sentence
from generator.workspace import Workspace

SYLLABLES_PER_SECOND = 4.0
"""A newsreader's pace over loudspeakers; the bulletin itself is measured once it is made."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding, and the text to put in place of its quote where that is safe to do."""

    finding: Finding
    mended: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What can be made of a campaign now. `article` is None where the template or the facts do not allow one."""

    article: Article | None
    html: str
    script: Script | None
    remarks: tuple[Remark, ...]

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
        return Draft(None, "", None, tuple(Remark(finding) for finding in error.findings))
    return _work(article, _Facts(commune))


class _Facts:
    """A commune by what it says: two that say the same are the same to the cache."""

    def __init__(self, commune: Commune) -> None:
        self.commune = commune
        self._text = commune.model_dump_json()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Facts) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


@lru_cache(maxsize=128)
def _work(article: Article, facts: _Facts) -> Draft:
    """The costly part, kept for texts that did not change."""
    text = Text(article.markdown, article.as_of, "markdown", facts.commune.commune)
    found = hits(text)
    made = findings(text, found, None)
    remarks = tuple(Remark(finding, hit.mended) for finding, hit in zip(made, found, strict=True))
    return Draft(article, to_html(article.markdown), scripts.write(article, facts.commune), remarks)
