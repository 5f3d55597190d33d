"""The sample station, and how new stations are made from it."""

import shutil
from functools import cache
from pathlib import Path

from loa.errors import Finding, WorkspaceError
from loa.files import cannot_write
from loa.i18n import _
from loa.workspace import Workspace

WHOLE = ("campaigns", "audio/jingles", "schemas", "schedule.yaml")
"""The files and folders of a complete station; its templates are those of the package."""
_FRAME = ("audio/jingles", "schemas")
_SCHEDULE = Path(__file__).with_name("new-schedule.yaml")
_TEMPLATES = Path(__file__).with_name("new-templates.txt")


@cache
def sample_station() -> Path:
    """Return the folder of the sample station: in the installed package, else the root of the source tree."""
    packed = Path(__file__).parent / "sample_station"
    return packed if packed.is_dir() else Path(__file__).parents[2]


def copy(folder: Path, names: tuple[str, ...] = WHOLE) -> Workspace:
    """Copy `names` of the sample station into `folder`, replacing files and folders of the same name.

    Raises WorkspaceError if `folder` cannot be written.
    """
    try:
        for name in names:
            source, target = sample_station() / name, folder / name
            if source.is_dir():
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(source, target)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
    except OSError as error:
        raise cannot_write(Path(error.filename or folder), error) from error
    return Workspace(folder.resolve())


def new_station(folder: Path) -> Workspace:
    """Create a station in `folder`: sounds and a schedule to fill in, but no commune and no templates of its own.

    Raises WorkspaceError if the folder is not empty or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceError(
            Finding(
                "station.exists",
                _("There is something in this place already."),
                _("Name a folder that is empty or does not exist yet."),
                file=str(folder),
            )
        )
    workspace = copy(folder, _FRAME)
    try:
        workspace.campaigns.mkdir()
        workspace.templates.mkdir()
        shutil.copyfile(_TEMPLATES, workspace.templates / "doc-truoc.txt")
        shutil.copyfile(_SCHEDULE, workspace.schedule_file)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return workspace
