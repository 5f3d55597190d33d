"""An article as HTML or as plain text, for pages, documents and the terminal."""

import re

import markdown
import nh3

from loa.article import Article
from loa.limited import Limits, run_limited

LIMITS = Limits(seconds=3, megabytes=200, output=20_000_000)
"""For a text with many brackets."""
_MANY = 200
"""Opening brackets up to which Python-Markdown, which takes four times as long for twice as many, is quick."""
_OPENING = re.compile(r"[\[<]")
_TAGS = {"h1", "h2", "h3", "h4", "p", "ol", "ul", "li", "strong", "em", "a", "br", "blockquote", "table", "thead"}
_TAGS |= {"tbody", "tr", "th", "td"}


_NO_HEADS = re.compile(r"<thead>\s*<tr>\s*(?:<th[^>]*></th>\s*)+</tr>\s*</thead>\s*")
"""Of a table without heads, which Markdown does not know."""


def to_html(text: str) -> str:
    """Markdown `text` as clean HTML: text, lists, tables and links, no scripts or styles. Raises LimitError."""
    if len(_OPENING.findall(text)) <= _MANY:
        return converted(text)
    return str(run_limited(converted, text, limits=LIMITS))


def converted(text: str) -> str:
    """`to_html` in this process, however long it takes."""
    made = markdown.markdown(text, extensions=["sane_lists", "tables"], output_format="html")
    made = _NO_HEADS.sub("", made)
    return nh3.clean(
        made,
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )


def to_text(article: Article) -> str:
    """What is heard, one block a paragraph, without markup."""
    return "\n\n".join(part.text for part in article.spoken_parts) + "\n"
