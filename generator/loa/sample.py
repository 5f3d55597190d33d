"""The sample station, and new stations made from it."""

import shutil
from pathlib import Path

from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.workspace import Workspace, cannot_write

WHOLE = ("campaigns", "audio/jingles", "schemas", "schedule.yaml")
"""What makes the sample a station that runs; its templates are those of the package."""
_FRAME = ("audio/jingles", "schemas")
_SCHEDULE = Path(__file__).with_name("new-schedule.yaml")
_TEMPLATES = Path(__file__).with_name("new-templates.txt")


def sample_station() -> Path:
    """The folder of the sample station: in an installed package, else the root of the source tree."""
    packed = Path(__file__).parent / "sample_station"
    return packed if packed.is_dir() else Path(__file__).parents[2]


def copy(folder: Path, names: tuple[str, ...] = WHOLE) -> Workspace:
    """Copy `names` of the sample station into `folder`, in place of what is there under these names.

    Raises WorkspaceError where that cannot be written.
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
    """A station in `folder`: sounds and a schedule to fill in, no commune yet; it has no templates of its own.

    Raises WorkspaceError where the folder holds something already, or cannot be written.
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
