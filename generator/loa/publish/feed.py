"""An RSS 2.0 feed of articles and their bulletins, also for podcast players."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from email.utils import format_datetime
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

_VIETNAM = timezone(timedelta(hours=7))
_ARTICLES = UUID("6a2a1f0e-3f5b-5d7c-9d55-2a1d0f5c7b11")
"""The namespace of the articles' ids; it never changes."""
_ATOM, _ITUNES = "http://www.w3.org/2005/Atom", "http://www.itunes.com/dtds/podcast-1.0.dtd"
register_namespace("atom", _ATOM)
register_namespace("itunes", _ITUNES)


@dataclass(frozen=True, slots=True)
class Item:
    """One article. `href` and `audio` are relative to the feed's folder; `size` in bytes, `seconds` of sound.

    `source_type`: the IPTC's word for sound in which a machine speaks (`bulletin.synthetic`), "" for that of people.

    `key`: what it is called wherever it is published. Feed readers show an article again if its id changes, so the id
    comes from the key and not from an address.
    """

    key: str
    title: str
    summary: str
    as_of: date
    href: str
    audio: str | None = None
    size: int = 0
    seconds: float = 0.0
    source_type: str = ""


def feed(title: str, description: str, base: str, items: Sequence[Item]) -> bytes:
    """Return the XML. `base`: the URL of the feed's folder, with a slash at the end; "" where nobody gave it: addresses
    are then relative to the feed, which many readers understand.

    RSS 2.0 (rssboard.org/rss-specification) with Atom's link to itself and Apple's elements for podcasts.
    """
    rss = Element("rss", {"version": "2.0"})
    channel = SubElement(rss, "channel")
    _text(channel, "title", title)
    _text(channel, "link", base or "index.html")
    _text(channel, "description", description)
    SubElement(channel, f"{{{_ATOM}}}link", {"href": f"{base}feed.xml", "rel": "self"})
    _text(channel, "docs", "http://www.rssboard.org/rss-specification")
    _text(channel, "generator", "Loa")
    _text(channel, "language", "vi")
    newest = max((item.as_of for item in items), default=date(2000, 1, 1))
    _text(channel, "lastBuildDate", _moment(newest))
    _text(channel, f"{{{_ITUNES}}}author", title)
    SubElement(channel, f"{{{_ITUNES}}}category", {"text": "Government"})
    _text(channel, f"{{{_ITUNES}}}explicit", "no")
    for item in sorted(items, key=lambda item: (item.as_of, item.href), reverse=True):
        entry = SubElement(channel, "item")
        _text(entry, "title", item.title)
        _text(entry, "link", base + item.href)
        _text(entry, "description", item.summary)
        _text(entry, "guid", uuid5(_ARTICLES, item.key).urn, isPermaLink="false")
        if item.audio:
            SubElement(entry, "enclosure", {"url": base + item.audio, "length": str(item.size), "type": "audio/mpeg"})
        _text(entry, "pubDate", _moment(item.as_of))
        if item.source_type:
            domain, _slash, kind = item.source_type.rpartition("/")
            _text(entry, "category", kind, domain=f"{domain}/")
        if item.audio:
            _text(entry, f"{{{_ITUNES}}}duration", str(round(item.seconds)))
    indent(rss)
    return bytes(tostring(rss, "UTF-8", xml_declaration=True)) + b"\n"


def _text(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = text


def _moment(day: date) -> str:
    """Midnight of a day in Vietnam, as in RFC 822: an article has a date, but no time."""
    return format_datetime(datetime.combine(day, time(), _VIETNAM))
