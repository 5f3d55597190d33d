"""Passwords and tokens that the station sends to others, by the name of the variable that schedule.yaml gives.

Somebody typed one in the console: then it stands in `.loa/secrets.json`, which only this user may read and which no
backup holds. Else it is the environment variable of that name.
"""

import json
import os

from loa.files import write_atomic
from loa.workspace import Workspace


def secret(workspace: Workspace, name: str) -> str | None:
    """The password or token called `name`; None where there is none."""
    return stored(workspace).get(name) or os.environ.get(name) or None


def stored(workspace: Workspace) -> dict[str, str]:
    """Those that were typed in the console."""
    try:
        rows = json.loads(workspace.secrets_file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in rows.items()} if isinstance(rows, dict) else {}


def store(workspace: Workspace, name: str, value: str) -> None:
    """Keep `value`; an empty one is forgotten. Raises WorkspaceError."""
    rows = {**stored(workspace), name: value}
    text = json.dumps({key: kept for key, kept in rows.items() if kept}, ensure_ascii=False, indent=1)
    write_atomic(workspace.secrets_file, text + "\n")
