"""Passwords and tokens that the station sends to others, by the name of the variable that schedule.yaml gives.

Somebody typed one in the console: then it stands in `.loa/secrets.json`, which only this user may read and which no
backup holds. Else it is the environment variable of that name.
"""

import base64
import json
import os
from urllib.parse import quote

from loa.files import write_atomic
from loa.workspace import Workspace

_PREFIXES = ("LOA_", "PGPASS")
"""How the names of secrets begin (`schedule.values`), and of PostgreSQL's own."""
_SHORTEST = 4
"""Letters of a secret that is hidden: a shorter one stands in half of all words."""


def secret(workspace: Workspace, name: str) -> str | None:
    """The password or token called `name`; None where there is none."""
    return stored(workspace).get(name) or os.environ.get(name) or None


def hidden(text: str, secret: str | None) -> str:
    """`text` without `secret`, also in base64 or as part of an address.

    What another server answers is kept in the log and the database, and shown; some repeat what they were sent.
    """
    if secret:
        bytes_ = secret.encode()
        # in base64 it may stand behind a user's name: three places in a group of four letters
        coded = [base64.b64encode(b"\0" * n + bytes_)[(4 if n else 0) : -4].decode() for n in range(3)]
        for form in sorted({secret, secret.strip(), quote(secret), quote(secret, ""), *coded}, key=len, reverse=True):
            if len(form) >= _SHORTEST:
                text = text.replace(form, "***")
    return text


def program_environment() -> dict[str, str]:
    """The environment for a program that is not Loa: without what may hold a secret of the station."""
    return {name: value for name, value in os.environ.items() if not name.upper().startswith(_PREFIXES)}


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
