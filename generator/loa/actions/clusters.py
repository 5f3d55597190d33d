"""What a person does with the players at clusters: let one join, take one out."""

import datetime

from loa.errors import Finding, PlayerError
from loa.fleet import register
from loa.i18n import _
from loa.schedule import UTC, Schedule
from loa.store.database import Database
from loa.workspace import Workspace


def join_code(workspace: Workspace, store: Database, schedule: Schedule, name: str, by: str) -> str:
    """Return the code by which the player `name` of the schedule may join once. Raises PlayerError, StoreError."""
    known = schedule.remote_players()
    if name not in known:
        fix = _("Choose: {list}").format(list=", ".join(known)) if known else _("Add it first: {example}").format(
            example=f"outputs: {{{name}: {{kind: player}}}}"
        )  # fmt: skip
        message = _("There is no player “{name}” in schedule.yaml.").format(name=name)
        raise PlayerError(Finding("player.unknown", message, fix))
    made = register.give_code(workspace, store, name, by, datetime.datetime.now(UTC))
    return f"{made[:4]}-{made[4:]}"


def revoke_player(workspace: Workspace, store: Database, name: str, by: str) -> None:
    """Take the player `name` out: it airs nothing any more. Raises PlayerError, StoreError."""
    register.revoke(workspace, store, name, by, datetime.datetime.now(UTC))
