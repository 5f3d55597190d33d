"""The published page of an article: its text, and the player of the bulletin that says it."""

from dataclasses import dataclass

from markupsafe import Markup

from generator import article as articles
from generator import script as scripts
from generator.article import Article
from generator.article.blocks import blocks, plain
from generator.article.engine import fill
from generator.campaign import Campaign, Commune
from generator.publish.audio import Heard, bulletin_of
from generator.publish.sentences import marked_html
from generator.workspace import Workspace

ASSETS = {"style.css": "text/css", "captions.js": "text/javascript"}
"""What stands beside the pages, two folders up."""


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """A page as `html`; it asks for `bulletin.mp3` and `bulletin.vtt` in its own folder where it was `heard`."""

    html: str
    article: Article
    summary: str
    heard: Heard | None


def article_page(workspace: Workspace, commune: Commune, campaign: Campaign) -> ArticlePage:
    """The page of a campaign as it is now. Raises CampaignError, TemplateError."""
    article = articles.render(workspace, commune, campaign)
    script = scripts.write(article, commune)
    heard = bulletin_of(workspace, commune.stem, script)
    whole = marked_html(article.markdown, script.sentences, heard.cues if heard else {})
    heading, _end, body = whole.partition("</h1>")
    summary = _summary(article)
    facts = {
        "title": article.title,
        "place": commune.commune.full,
        "issuer": f"Ủy ban nhân dân {commune.commune.full}",
        "call": commune.call,
        "summary": summary,
        "as_of": article.as_of,
        "heading": Markup(f"{heading}</h1>"),  # noqa: S704  sanitised by output.to_html
        "body": Markup(body.strip()),  # noqa: S704  sanitised by output.to_html
        "audio": {"file": "bulletin.mp3", "captions": "bulletin.vtt", "length": heard.length} if heard else None,
    }
    return ArticlePage(fill(workspace, "page/article.html.j2", facts), article, summary, heard)


def _summary(article: Article) -> str:
    """The first paragraph that is not a greeting."""
    markdown = article.markdown
    texts = (plain(markdown[b.start : b.end]) for b in blocks(markdown) if b.kind == "paragraph")
    told = (text for text in texts if len(text.split()) > 6 and not text.startswith("Kính thưa"))
    return next(told, article.title)
