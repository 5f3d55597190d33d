"""A feed of articles and their bulletins: RSS 2.0, which podcast players understand too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from feedgen.feed import FeedGenerator

_VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Item:
    """One article: `href` and `audio` from the feed's own folder; `size` in bytes, `seconds` of sound."""

    title: str
    summary: str
    as_of: date
    href: str
    audio: str | None = None
    size: int = 0
    seconds: float = 0.0


def feed(title: str, description: str, base: str, items: Sequence[Item]) -> bytes:
    """The XML; `base`: the address of the feed's folder, with a slash at the end."""
    made = FeedGenerator()
    made.load_extension("podcast")
    made.title(title)
    made.description(description)
    made.link(href=f"{base}feed.xml", rel="self")
    made.link(href=base, rel="alternate")  # the last one becomes the channel's <link>
    made.language("vi")
    made.generator("Loa")
    made.podcast.itunes_author(title)
    made.podcast.itunes_category("Government")
    made.podcast.itunes_explicit("no")
    newest = max((item.as_of for item in items), default=date(2000, 1, 1))
    made.lastBuildDate(_moment(newest))
    for item in sorted(items, key=lambda item: (item.as_of, item.href)):
        entry = made.add_entry(order="prepend")
        entry.id(base + item.href)
        entry.link(href=base + item.href)
        entry.title(item.title)
        entry.description(item.summary)
        entry.pubDate(_moment(item.as_of))
        if item.audio:
            entry.enclosure(base + item.audio, str(item.size), "audio/mpeg")
            entry.podcast.itunes_duration(round(item.seconds))
    return bytes(made.rss_str(pretty=True))


def _moment(day: date) -> datetime:
    """Midnight of a day in Viet Nam: an article has a day, no hour."""
    return datetime.combine(day, time(), _VIETNAM)
