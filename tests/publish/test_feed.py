"""The feeds: valid RSS 2.0 with enclosures, the same bytes for the same articles."""

import xml.etree.ElementTree as ET
from email.utils import parsedate_to_datetime
from pathlib import Path

from loa.bulletin.manifest import Manifest
from loa.publish.feed import feed
from loa.publish.site import publish
from loa.store.database import Database
from loa.workspace import Workspace
from tests.publish.conftest import BASE

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"


def test_a_feed_has_what_rss_and_podcast_players_require(public: Path, bulletin: Manifest) -> None:
    channel = ET.parse(public / "trung-son" / "feed.xml").getroot().find("channel")
    assert channel is not None
    for name in ("title", "link", "description", "language", "lastBuildDate"):
        assert channel.findtext(name)
    assert channel.findtext("link") == f"{BASE}trung-son/"
    (item,) = channel.findall("item")
    for name in ("title", "link", "guid", "description", "pubDate"):
        assert item.findtext(name)
    assert item.findtext("link") == f"{BASE}trung-son/dich-vu-cong-truc-tuyen/index.html"
    assert parsedate_to_datetime(item.findtext("pubDate") or "").isoformat() == "2023-08-08T00:00:00+07:00"
    enclosure = item.find("enclosure")
    assert enclosure is not None
    assert enclosure.attrib == {
        "url": f"{BASE}trung-son/dich-vu-cong-truc-tuyen/bulletin.mp3",
        "length": str((public / "trung-son/dich-vu-cong-truc-tuyen/bulletin.mp3").stat().st_size),
        "type": "audio/mpeg",
    }
    mark = item.find("category")  # Law 134/2025, Article 11
    assert mark is not None
    assert (mark.text, mark.attrib) == (
        "trainedAlgorithmicMedia", {"domain": "http://cv.iptc.org/newscodes/digitalsourcetype/"}
    )  # fmt: skip
    assert item.findtext(f"{ITUNES}duration") == str(round(bulletin.seconds))


def test_the_station_s_feed_holds_every_article_the_newest_first(public: Path) -> None:
    items = ET.parse(public / "feed.xml").getroot().findall("channel/item")
    days = [parsedate_to_datetime(item.findtext("pubDate") or "") for item in items]
    assert len(items) == 11
    assert days == sorted(days, reverse=True)
    assert len({item.findtext("guid") for item in items}) == 11


def test_an_empty_feed_is_still_a_feed() -> None:
    assert ET.fromstring(feed("Đài", "Chưa có bài.", "https://x.vn/", [])).find("channel/title") is not None


def test_an_article_is_the_same_one_at_another_address(
    public: Path, fresh: Workspace, store: Database, tmp_path: Path
) -> None:
    """Readers show what has a new id as new: the site moved, or was opened from a folder first."""
    publish(fresh, store, out=tmp_path / "web", base_url="https://moi.example.vn/phat-thanh")
    for name in ("feed.xml", "trung-son/feed.xml"):
        before, after = (
            ET.parse(folder / name).getroot().findall("channel/item/guid") for folder in (public, tmp_path / "web")
        )
        assert [guid.text for guid in before] == [guid.text for guid in after]
        assert all((guid.text or "").startswith("urn:uuid:") for guid in after)
        assert all(guid.get("isPermaLink") == "false" for guid in after)


def test_without_the_address_a_feed_leads_to_nowhere_on_this_computer(
    fresh: Workspace, store: Database, tmp_path: Path
) -> None:
    """Issue 15, fault 6: its links were `file:` paths."""
    publish(fresh, store, out=tmp_path / "web")
    text = (tmp_path / "web/trung-son/feed.xml").read_text("utf-8")
    assert "file:" not in text
    assert tmp_path.as_posix() not in text
    item = ET.fromstring(text).find("channel/item")
    assert item is not None
    sound = item.find("enclosure")
    assert sound is not None
    for link in (item.findtext("link"), sound.get("url")):
        assert (tmp_path / "web/trung-son" / str(link)).is_file()
