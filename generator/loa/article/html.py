"""An article as HTML or as plain text, for pages, documents and the terminal."""

import markdown
import nh3

from loa.article import Article

_TAGS = {"h1", "h2", "h3", "h4", "p", "ol", "ul", "li", "strong", "em", "a", "br", "blockquote", "table", "thead"}
_TAGS |= {"tbody", "tr", "th", "td"}


def to_html(text: str) -> str:
    """Markdown `text` as clean HTML: text, lists, tables and links, no scripts or styles."""
    made = markdown.markdown(text, extensions=["sane_lists", "tables"], output_format="html")
    return nh3.clean(
        made,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )


def to_text(article: Article) -> str:
    """What is heard, one block a paragraph, without markup."""
    return "\n\n".join(part.text for part in article.spoken_parts) + "\n"
