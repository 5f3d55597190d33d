"""Publish the site: a folder for each article, the indexes and the feeds."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from loa import template_files
from loa.article.html import to_html
from loa.article.templates import fill
from loa.campaign import Campaign, Commune, load_communes
from loa.files import write_atomic
from loa.publish.feed import Item, feed
from loa.publish.page import ASSETS, PageAudio, article_page
from loa.publish.word import document
from loa.workspace import Workspace


@dataclass(slots=True)
class PublishReport:
    """The paths that a publication wrote or left unchanged."""

    written: list[Path] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)

    def put(self, path: Path, content: bytes | str) -> None:
        """Write `content` to `path` if it is different. Raises WorkspaceError if it cannot be written."""
        raw = content.encode() if isinstance(content, str) else content
        if path.is_file() and path.read_bytes() == raw:
            self.unchanged.append(path)
            return
        write_atomic(path, raw)
        self.written.append(path)


@dataclass(frozen=True, slots=True)
class _Made:
    """One published article, for indexes and feeds."""

    campaign: Campaign
    summary: str
    heard: PageAudio | None


def publish(
    workspace: Workspace, *, out: Path | None = None, base_url: str | None = None, communes: Sequence[Commune] = ()
) -> PublishReport:
    """Publish all communes, or only `communes`, into `out` (default: public/). `base_url`: the URL of that folder.

    Raises CampaignError and TemplateError with all problems, before the page with the problem is written.
    """
    out = out or workspace.public
    base = (base_url or out.resolve().as_uri()).rstrip("/") + "/"
    report = PublishReport()
    for name in ASSETS:
        report.put(out / name, template_files.locate(workspace, f"page/{name}").read_bytes())
    made: list[tuple[Commune, list[_Made]]] = []
    for commune in communes or load_communes(workspace):
        items = [_article(workspace, commune, campaign, out, report) for campaign in commune.campaigns]
        made.append((commune, items))
        _commune_index(workspace, commune, items, out / commune.stem, f"{base}{commune.stem}/", report)
    _station_index(workspace, made, out, base, report)
    return report


def _article(workspace: Workspace, commune: Commune, campaign: Campaign, out: Path, report: PublishReport) -> _Made:
    page = article_page(workspace, commune, campaign)
    folder = out / commune.stem / campaign.id
    if page.heard:
        report.put(folder / "bulletin.mp3", page.heard.mp3.read_bytes())
        report.put(folder / "bulletin.vtt", page.heard.vtt.read_bytes())
    report.put(folder / "index.html", page.html)
    report.put(folder / "article.md", page.article.markdown)
    report.put(folder / "fragment.txt", to_html(page.article.markdown) + "\n")
    report.put(folder / "article.docx", document(page.article, commune, campaign))
    return _Made(campaign, page.summary, page.heard)


def _commune_index(
    workspace: Workspace, commune: Commune, items: Sequence[_Made], folder: Path, base: str, report: PublishReport
) -> None:
    title = f"{commune.call[0].upper()}{commune.call[1:]}"
    about = f"Bài viết và chương trình phát thanh của {commune.unit.full_name}."
    groups = [_group(commune.stem, "Các bài viết", items, "")]
    _index(workspace, folder / "index.html", title, about, "../", groups, report)
    report.put(folder / "feed.xml", feed(title, about, base, [_item(commune, made, "") for made in items]))


def _station_index(
    workspace: Workspace, made: Sequence[tuple[Commune, list[_Made]]], out: Path, base: str, report: PublishReport
) -> None:
    title, about = "Truyền thanh cơ sở", "Bài viết và chương trình phát thanh của các xã."
    groups = []
    for commune, items in made:
        name = commune.unit.full_name[0].upper() + commune.unit.full_name[1:]
        groups.append(_group(commune.stem, name, items, f"{commune.stem}/"))
    _index(workspace, out / "index.html", title, about, "", groups, report)
    entries = [_item(commune, item, f"{commune.stem}/") for commune, items in made for item in items]
    report.put(out / "feed.xml", feed(title, about, base, entries))


def _index(
    workspace: Workspace, path: Path, title: str, about: str, root: str, groups: Sequence[object], report: PublishReport
) -> None:
    facts = {"title": title, "summary": about, "root": root, "groups": groups}
    report.put(path, fill(workspace, "page/index.html.j2", facts))


def _group(id_: str, name: str, items: Sequence[_Made], folder: str) -> dict[str, object]:
    return {
        "id": f"xa-{id_}",
        "name": name,
        "articles": [
            {
                "href": f"{folder}{made.campaign.id}/index.html",
                "title": made.campaign.title,
                "as_of": made.campaign.as_of,
                "length": made.heard.length if made.heard else None,
            }
            for made in items
        ],
    }


def _item(commune: Commune, made: _Made, folder: str) -> Item:
    place, campaign, heard = f"{folder}{made.campaign.id}/", made.campaign, made.heard
    key = f"{commune.unit.province}/{commune.stem}/{campaign.id}"
    item = Item(key, campaign.title, made.summary, campaign.as_of, f"{place}index.html")
    if heard is None:
        return item
    size, seconds = heard.mp3.stat().st_size, heard.manifest.seconds
    return replace(item, audio=f"{place}bulletin.mp3", size=size, seconds=seconds)
