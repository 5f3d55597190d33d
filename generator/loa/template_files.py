"""Where a template comes from: the station's own `templates/` where it changed one, else Loa, else another package.

A station of version 0.1 holds a copy of every template. A copy that nobody changed is recognised by its SHA-256 among
those of every released version: the package's template is used in its place, so that a correction reaches the station.
"""

import contextlib
import hashlib
from functools import cache, lru_cache
from pathlib import Path

from loa import __version__, plugins
from loa.errors import Finding, PluginError, Severity, TemplateError, WorkspaceError
from loa.files import private_folder, rename, write_atomic
from loa.i18n import _, ngettext
from loa.sample import sample_station
from loa.workspace import Workspace

RELEASED = Path(__file__).with_name("released-templates.txt")
_ENDINGS = (".md.j2", ".txt.j2", ".html.j2", ".j2", ".css", ".js")
FACTS_ENDING = ".yaml"
"""Beside an article's template: the list of its topic's facts."""
OLD_TEMPLATES = "old-templates"
"""Below `.loa/`: where unchanged copies of an earlier version are kept."""


def packaged() -> Path:
    """The folder of the templates that come with Loa."""
    return sample_station() / "templates"


def locate(workspace: Workspace, name: str) -> Path:
    """The file of template `name` (`radio/opening.txt.j2`): the station's where it changed it, else Loa's, else that of
    another package.

    Where none has one, the path that the station's own would have.
    """
    own, shipped = workspace.templates / name, packaged() / name
    if _changed(own, name):
        return own
    return shipped if shipped.is_file() else brought().get(name, own)


def brought() -> dict[str, Path]:
    """The templates of topics that other packages bring, by their names (`articles/giai-the-thao.md.j2`).

    The entry point `TOPIC` in the group `loa.topics` names the package in whose folder they lie.
    """
    files: dict[str, Path] = {}
    for topic in plugins.found(plugins.TOPICS):
        with contextlib.suppress(PluginError):  # `loa doctor` and `loa check` tell
            files.update(topic_files(topic))
    return files


def topic_files(topic: str) -> dict[str, Path]:
    """The files of a topic that another package brings, by their names. Raises PluginError."""
    place = plugins.folder(plugins.TOPICS, topic)
    ways = (
        f"{topic}{FACTS_ENDING}",
        f"{topic}.summary.j2",
        f"{topic}.md.j2",
        *(f"{topic}.{number}.md.j2" for number in range(2, 10)),
    )
    files = {f"articles/{way}": place / way for way in ways if (place / way).is_file()}
    if f"articles/{topic}.md.j2" not in files:
        reason = _("there is no {file} in the folder of the package").format(file=f"{topic}.md.j2")
        raise plugins.trouble(plugins.TOPICS, topic, reason)
    return files


def names(workspace: Workspace, folder: str = "") -> list[str]:
    """The names of all templates below `folder`, the station's own, Loa's and those of other packages, in order."""
    found = {name for name in brought() if name.startswith(f"{folder}/" if folder else "")}
    for root in (packaged(), workspace.templates):
        paths = (root / folder).rglob("*")
        found.update(
            path.relative_to(root).as_posix() for path in paths if path.name.endswith((*_ENDINGS, FACTS_ENDING))
        )
    return sorted(found)


def no_files(workspace: Workspace) -> list[Path]:
    """What has the name of a template of the station and is no file: a folder, a pipe, a link to nothing."""
    own = (workspace.templates / name for name in names(workspace))
    return [path for path in own if (path.exists() or path.is_symlink()) and not path.is_file()]


def topics(workspace: Workspace) -> list[str]:
    """What `template:` in a campaign may be: the names of the articles, without their second wordings."""
    articles = (Path(name) for name in names(workspace, "articles") if name.endswith(".md.j2"))
    return sorted({path.name.split(".")[0] for path in articles if path.parent.name == "articles"})


def is_own(workspace: Workspace, name: str) -> bool:
    """Whether template `name` does not come with Loa: the station changed or made it, or another package brings it."""
    return locate(workspace, name) != packaged() / name


def how_to_change(workspace: Workspace, name: str, fix: str) -> str:
    """`fix` for what is wrong in template `name`; with how to get a copy to change where it comes with Loa."""
    if is_own(workspace, name):
        return fix
    change = _("This template comes with Loa; to change it: loa template {name}")
    return f"{fix} {change.format(name=_short(Path(name)))}"


def copy_to_station(workspace: Workspace, asked: str) -> Path:
    """Copy the packaged template `asked` into the station, to be changed there; its path.

    `asked` is a template's name (`radio/opening.txt.j2`) or the short one (`opening`). Raises TemplateError where there
    is no such template or the station has changed it already, WorkspaceError where the file cannot be written.
    """
    name = _named(asked)
    own, shipped = workspace.templates / name, packaged() / name
    if _changed(own, name):
        message = _("The station has changed this template already.")
        fix = _("Edit the file. To use the template that comes with Loa again, delete it.")
        raise TemplateError(Finding("template.own", message, fix, file=workspace.relative(own)))
    if not _is_source(workspace):
        write_atomic(own, shipped.read_bytes())
    return own


def retire_copies(workspace: Workspace) -> tuple[Finding, ...]:
    """Move the station's unchanged copies of packaged templates to `.loa/old-templates`, once for each version of Loa.

    Otherwise somebody would edit an old copy and bring the old words back. Gives a note of what was moved. Where files
    cannot be moved they stay, unused, and the next call tries again.
    """
    mark, moved = _mark(workspace), 0
    with contextlib.suppress(OSError, WorkspaceError):  # a full disk, a file that another program holds open
        if _is_source(workspace) or (mark.is_file() and mark.read_text("utf-8") == __version__):
            return ()
        for name in unchanged_copies(workspace):
            target = workspace.state / OLD_TEMPLATES / name
            private_folder(target.parent)
            rename(workspace.templates / name, target)
            moved += 1
        write_atomic(mark, __version__)
    return (_note(moved),) if moved else ()


def unchanged_copies(workspace: Workspace) -> list[str]:
    """The names of the station's templates that are copies of packaged ones, unchanged."""
    if _is_source(workspace):
        return []
    here = workspace.templates
    return [name for name in released() if _is_copy(here / name, name) and (packaged() / name).is_file()]


def last_version(workspace: Workspace) -> str | None:
    """The version of Loa that ran this station last; None: one before it was noted (0.1), or none yet."""
    try:
        return _mark(workspace).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _mark(workspace: Workspace) -> Path:
    return workspace.state / "templates-version"


def _note(moved: int) -> Finding:
    message = ngettext(
        "{n} template that nobody changed was moved to {folder}; the one that comes with Loa is used.",
        "{n} templates that nobody changed were moved to {folder}; those that come with Loa are used.",
        moved,
    )
    text = message.format(n=moved, folder=f".loa/{OLD_TEMPLATES}/")
    return Finding("template.retired", text, _("To change one: loa template NAME"), Severity.INFO, file="templates/")


def _is_source(workspace: Workspace) -> bool:
    """Whether this station's folder of templates is the package's own: the root of the source tree is a station."""
    return workspace.templates.resolve() == packaged().resolve()


def _changed(own: Path, name: str) -> bool:
    return own.is_file() and not _is_copy(own, name)


def _is_copy(own: Path, name: str) -> bool:
    """Whether the file `own` is template `name` as some version of Loa shipped it."""
    known = released().get(name)
    if known is None:
        return False
    try:
        stat = own.stat()
        return _sha256(own, stat.st_mtime_ns, stat.st_size) in known
    except OSError:
        return False


@lru_cache(maxsize=256)
def _sha256(path: Path, age: int, size: int) -> str:  # noqa: ARG001 (age and size: a file that changed is read again)
    return sha256(path.read_bytes())


def sha256(raw: bytes) -> str:
    """The SHA-256 of a template, whatever its line endings: some editors and Git turn LF into CRLF."""
    return hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()


@cache
def released() -> dict[str, frozenset[str]]:
    """For each name the SHA-256 of the template in every released version that had one."""
    found: dict[str, set[str]] = {}
    for line in RELEASED.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            digest, name = line.split()
            found.setdefault(name, set()).add(digest)
    return {name: frozenset(digests) for name, digests in found.items()}


def _named(asked: str) -> str:
    """The name of the packaged template that somebody means. Raises TemplateError that lists them all."""
    wanted = asked.replace("\\", "/").removeprefix("templates/")
    known = {_short(path): path.relative_to(packaged()).as_posix() for path in packaged().rglob("*") if path.is_file()}
    if wanted in known.values():
        return wanted
    short = _short(Path(wanted))
    if short in known:
        return known[short]
    message = _("There is no template “{name}”.").format(name=asked)
    raise TemplateError(Finding("template.missing", message, _("Choose: {list}").format(list=", ".join(sorted(known)))))


def _short(path: Path) -> str:
    return next((path.name.removesuffix(end) for end in _ENDINGS if path.name.endswith(end)), path.name)
