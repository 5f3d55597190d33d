"""Changes of the station's files from the command line: with a version each, as in the console."""

import getpass
from collections.abc import Callable
from pathlib import Path

from loa.workspace import Workspace


def edit_file(
    workspace: Workspace,
    path: Path,
    edit: Callable[[str], str],
    note: str,
    *,
    action: str,
    subject: str,
    detail: str = "",
) -> None:
    """Change a commune's file: see `FileHistory.edit_file`. The author: the user of this computer. Raises LoaError."""
    from loa.actions.file_history import (  # SQLAlchemy: `loa spoken` and `loa article` do without it
        Author,
        open_history,
    )

    with open_history(workspace) as history:
        history.edit_file(path, edit, Author(_user()), note, action=action, subject=subject, detail=detail)


def _user() -> str:
    """The name of who is logged in at this computer."""
    try:
        return f"{getpass.getuser()} (loa)"
    except (OSError, KeyError, ImportError):  # a system without a name for this user
        return "loa"
