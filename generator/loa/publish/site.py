"""Publish the site: a folder for each signed article, the indexes and the feeds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from loa import template_files
from loa.article.html import to_html
from loa.article.templates import fill
from loa.bulletin.manifest import Manifest
from loa.bulletin.synthetic import type_of
from loa.campaign import Campaign, Commune, load_communes
from loa.errors import WorkspaceError
from loa.files import cannot_write, remove, write_atomic
from loa.publish.feed import Item, feed
from loa.publish.page import ASSETS, article_page, length, summary_of
from loa.publish.record import INDEXES, Listed, Public, Record
from loa.publish.signed import Published, SignedBulletins, State, note
from loa.publish.word import document
from loa.store.database import Database
from loa.text import nfc
from loa.workspace import Workspace, read_text, yaml_files

_FILES = ("index.html", "fragment.txt", "article.docx", "bulletin.mp3", "bulletin.vtt", "article.md")
"""What is public of an article, in its folder. A folder with the last of them is one of ours: it is removed last."""


@dataclass(slots=True)
class PublishReport:
    """The paths that a publication wrote, left unchanged or removed, and what is public of each article."""

    written: list[Path] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    articles: list[Published] = field(default_factory=list)

    def add(self, other: "PublishReport") -> None:
        """Add what another publication did."""
        self.written += other.written
        self.unchanged += other.unchanged
        self.removed += other.removed
        self.articles += other.articles

    def put(self, path: Path, content: bytes | str) -> None:
        """Write `content` to `path` if it is different. Raises WorkspaceError if it cannot be written."""
        raw = content.encode() if isinstance(content, str) else content
        if path.is_file() and path.read_bytes() == raw:
            self.unchanged.append(path)
            return
        write_atomic(path, raw)
        self.written.append(path)


def publish(
    workspace: Workspace, store: Database | None, *, out: Path | None = None, base_url: str | None = None
) -> PublishReport:
    """Publish all communes into `out` (default: public/). `base_url`: the URL of that folder; without it the feeds
    hold addresses relative to themselves.

    Only what is signed is public (`store`: where the signatures are; None: there are none). An article that was changed
    since stays as it was signed, where it is public already. What nobody signed, or whose signature was withdrawn, is
    taken away.

    Raises CampaignError and TemplateError with all problems, before the page with the problem is written; StoreError.
    """
    out = out or workspace.public
    base = base_url.rstrip("/") + "/" if base_url else ""
    report, signed = PublishReport(), SignedBulletins(workspace, store)
    for name in ASSETS:
        report.put(out / name, template_files.locate(workspace, f"page/{name}").read_bytes())
    record = Record(workspace, signed, out, base)
    paths = list(yaml_files(workspace.campaigns))
    keys = {nfc(path.stem): record.key(path) for path in paths}
    names = {stem.casefold() for stem in keys}
    known = {stem: record.listed(stem, key) if len(names) == len(paths) else None for stem, key in keys.items()}
    changed = load_communes(workspace, [path for path in paths if known[nfc(path.stem)] is None])
    new = {commune.stem: commune for commune in changed}
    made: list[Listed] = []
    for stem, listed in known.items():
        if listed is None:
            listed = _commune(workspace, new[stem], signed, out, base, report)
            record.note(listed, keys[stem])
        else:
            report.articles += listed.articles
            report.unchanged += (out / stem / name for name in listed.files)
        made.append(listed)
    for stem in record.gone(keys):
        _take_away_others(out / stem, set(), signed, report)
    if record.is_known:
        report.unchanged += (out / name for name in INDEXES)
    else:
        _station_index(workspace, made, out, base, report)
    record.save()
    if out == workspace.public:
        note(workspace, report.articles)
    return report


def _commune(
    workspace: Workspace, commune: Commune, signed: SignedBulletins, out: Path, base: str, report: PublishReport
) -> Listed:
    """Write everything of one commune; gives what is public of it now."""
    folder, own = out / commune.stem, PublishReport()
    items = tuple(_articles(workspace, commune, signed, out, own))
    _take_away_others(folder, {item.id for item in items}, signed, own)
    _commune_index(workspace, commune, items, folder, f"{base}{commune.stem}/" if base else "", own)
    report.add(own)
    return Listed(
        commune.stem,
        commune.unit.full_name[0].upper() + commune.unit.full_name[1:],
        commune.unit.province,
        items,
        tuple(own.articles),
        tuple(sorted(path.relative_to(folder).as_posix() for path in {*own.written, *own.unchanged})),
    )


def _articles(
    workspace: Workspace, commune: Commune, signed: SignedBulletins, out: Path, report: PublishReport
) -> Iterable[Public]:
    """Write the pages of the commune's signed articles; gives those that are public."""
    for campaign in commune.campaigns:
        folder = out / commune.stem / campaign.id
        item = _as_it_is_now(workspace, commune, campaign, signed, folder, report)
        state: State = "signed" if item else "older"
        item = item or _as_it_was_signed(workspace, commune, campaign.id, signed, folder, report)
        title, day = (item.title, item.day) if item else (campaign.title, campaign.as_of)
        report.articles.append(Published(commune.stem, campaign.id, title, day, state if item else "unsigned"))
        if item:
            yield item


def _as_it_is_now(
    workspace: Workspace,
    commune: Commune,
    campaign: Campaign,
    signed: SignedBulletins,
    folder: Path,
    report: PublishReport,
) -> Public | None:
    """The article with its current text, which somebody signed; None where nobody did."""
    sounds = [sound for sound in signed.of(commune.stem) if campaign.id in sound.manifest.campaigns]
    if not sounds:
        return None
    page = article_page(workspace, commune, campaign, sounds)
    if page.heard is None:
        return None
    sound = page.heard.mp3.read_bytes()
    report.put(folder / "bulletin.mp3", sound)
    report.put(folder / "bulletin.vtt", page.heard.captions)
    report.put(folder / "index.html", page.html)
    report.put(folder / "article.md", page.article.markdown)
    report.put(folder / "fragment.txt", to_html(page.article.markdown) + "\n")
    report.put(folder / "article.docx", document(page.article, commune, campaign))
    seconds = page.heard.manifest.seconds
    return Public(
        campaign.id, campaign.title, page.summary, campaign.as_of, len(sound), seconds, type_of(page.heard.manifest)
    )


def _as_it_was_signed(
    workspace: Workspace, commune: Commune, id_: str, signed: SignedBulletins, folder: Path, report: PublishReport
) -> Public | None:
    """The article with the text that is public already, here or in public/, and was signed; None if there is none."""
    for place in dict.fromkeys((folder, workspace.public / commune.stem / id_)):
        manifest = _signed_page(place, commune.stem, id_, signed)
        if manifest is None:
            continue
        for name in _FILES:
            if (place / name).is_file():
                report.put(folder / name, (place / name).read_bytes())
        markdown = read_text(folder / "article.md")
        title = next((line[2:].strip() for line in markdown.splitlines() if line.startswith("# ")), manifest.title)
        size = (folder / "bulletin.mp3").stat().st_size
        summary = summary_of(markdown, title)
        return Public(id_, title, summary, manifest.date, size, manifest.seconds, type_of(manifest))
    return None


def _signed_page(folder: Path, commune: str, id_: str, signed: SignedBulletins) -> Manifest | None:
    """The record of the signed bulletin that reads the page in `folder`; None where there is no such page.

    A page marks its sentences with their captions only where its sound reads just this text.
    """
    try:
        if "data-cues=" not in read_text(folder / "index.html"):
            return None
    except WorkspaceError:
        return None
    manifest = signed.with_sound(commune, folder / "bulletin.mp3")
    return manifest if manifest and id_ in manifest.campaigns and (folder / "article.md").is_file() else None


def _take_away_others(folder: Path, public: set[str], signed: SignedBulletins, report: PublishReport) -> None:
    """Remove the pages that nobody signed: drafts that an earlier version published, signatures that were withdrawn."""
    for article in sorted(path for path in folder.glob("*") if path.is_dir() and path.name not in public):
        if not (article / "article.md").is_file() or _signed_page(article, folder.name, article.name, signed):
            continue
        for path in (article / name for name in _FILES):
            if path.is_file():
                _remove(path)
                report.removed.append(path)
        if not any(article.iterdir()):
            article.rmdir()


def _remove(path: Path) -> None:
    try:
        remove(path)
    except OSError as error:
        raise cannot_write(path, error) from error


def _commune_index(
    workspace: Workspace, commune: Commune, items: Sequence[Public], folder: Path, base: str, report: PublishReport
) -> None:
    title = f"{commune.call[0].upper()}{commune.call[1:]}"
    about = f"Bài viết và chương trình phát thanh của {commune.unit.full_name}."
    groups = [_group(commune.stem, "Các bài viết", items, "")]
    _index(workspace, folder / "index.html", title, about, "../", groups, report)
    entries = [_item(commune.unit.province, commune.stem, made, "") for made in items]
    report.put(folder / "feed.xml", feed(title, about, base, entries))


def _station_index(workspace: Workspace, made: Sequence[Listed], out: Path, base: str, report: PublishReport) -> None:
    title, about = "Truyền thanh cơ sở", "Bài viết và chương trình phát thanh của các xã."
    groups = [_group(listed.stem, listed.name, listed.items, f"{listed.stem}/") for listed in made]
    _index(workspace, out / "index.html", title, about, "", groups, report)
    entries = [_item(one.province, one.stem, item, f"{one.stem}/") for one in made for item in one.items]
    report.put(out / "feed.xml", feed(title, about, base, entries))


def _index(
    workspace: Workspace, path: Path, title: str, about: str, root: str, groups: Sequence[object], report: PublishReport
) -> None:
    facts = {"title": title, "summary": about, "root": root, "groups": groups}
    report.put(path, fill(workspace, "page/index.html.j2", facts))


def _group(id_: str, name: str, items: Sequence[Public], folder: str) -> dict[str, object]:
    return {
        "id": f"xa-{id_}",
        "name": name,
        "articles": [
            {
                "href": f"{folder}{made.id}/index.html",
                "title": made.title,
                "as_of": made.day,
                "length": length(made.seconds),
            }
            for made in items
        ],
    }


def _item(province: str | None, stem: str, made: Public, folder: str) -> Item:
    place = f"{folder}{made.id}/"
    key = f"{province}/{stem}/{made.id}"
    page, sound = f"{place}index.html", f"{place}bulletin.mp3"
    return Item(key, made.title, made.summary, made.day, page, sound, made.size, made.seconds, made.source_type)
