"""An RSS 2.0 feed of articles and their bulletins, also for podcast players."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from uuid import UUID, uuid5

from feedgen.feed import FeedGenerator

_VIETNAM = timezone(timedelta(hours=7))
_ARTICLES = UUID("6a2a1f0e-3f5b-5d7c-9d55-2a1d0f5c7b11")
"""The namespace of the articles' ids; it never changes."""


@dataclass(frozen=True, slots=True)
class Item:
    """One article. `href` and `audio` are relative to the feed's folder; `size` in bytes, `seconds` of sound.

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


def feed(title: str, description: str, base: str, items: Sequence[Item]) -> bytes:
    """Return the XML. `base`: the URL of the feed's folder, with a slash at the end."""
    made = FeedGenerator()
    made.load_extension("podcast")
    made.title(title)
    made.description(description)
    made.link(href=f"{base}feed.xml", rel="self")
    made.link(href=base, rel="alternate")  # feedgen writes the last link as the channel's <link>
    made.language("vi")
    made.generator("Loa")
    made.podcast.itunes_author(title)
    made.podcast.itunes_category("Government")
    made.podcast.itunes_explicit("no")
    newest = max((item.as_of for item in items), default=date(2000, 1, 1))
    made.lastBuildDate(_moment(newest))
    for item in sorted(items, key=lambda item: (item.as_of, item.href)):
        entry = made.add_entry(order="prepend")
        entry.id(uuid5(_ARTICLES, item.key).urn)
        entry.link(href=base + item.href)
        entry.title(item.title)
        entry.description(item.summary)
        entry.pubDate(_moment(item.as_of))
        if item.audio:
            entry.enclosure(base + item.audio, str(item.size), "audio/mpeg")
            entry.podcast.itunes_duration(round(item.seconds))
    return bytes(made.rss_str(pretty=True))


def _moment(day: date) -> datetime:
    """Return midnight of a day in Vietnam: an article has a date, but no time."""
    return datetime.combine(day, time(), _VIETNAM)
