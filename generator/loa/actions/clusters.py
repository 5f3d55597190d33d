"""What a person does with the players at clusters: let one join, take one out, hear them, start them again."""

import datetime
from collections.abc import Iterable

from loa.errors import Finding, PlayerError
from loa.fleet import acts, register
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


def chosen(schedule: Schedule, names: Iterable[str]) -> tuple[str, ...]:
    """Return the loudspeakers that `names` mean: loudspeakers, groups, villages. Raises PlayerError."""
    found: dict[str, None] = {}
    for name in names:
        if name in schedule.outputs:
            mine = schedule.loudspeakers((name,))
        else:
            mine = tuple(one for one, output in schedule.outputs.items() if getattr(output, "village", None) == name)
        if not mine:
            message = _("There is no loudspeaker, group or village “{name}”.").format(name=name)
            raise PlayerError(Finding("player.unknown", message))
        found.update(dict.fromkeys(mine))
    return tuple(found)


def ask_players(
    workspace: Workspace, store: Database, schedule: Schedule, names: Iterable[str], verb: acts.Verb, by: str
) -> list[int]:
    """Have the players of `names` sound the chime (`test`) or start again (`restart`); return the numbers of what was
    asked, by which `fleet.acts` tells what became of it. Raises PlayerError, StoreError.
    """
    speakers, known = chosen(schedule, names), register.enrolled(store)
    players = [name for name in speakers if (one := known.get(name)) is not None and one.active]
    if not players:
        message = _("No player of {names} has joined.").format(names=", ".join(speakers))
        raise PlayerError(Finding("player.unknown", message))
    return acts.ask(workspace, store, players, verb, by, datetime.datetime.now(UTC))
