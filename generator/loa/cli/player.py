"""`loa player`: a computer beside an amplifier somewhere else; and, at the station, which of them there are."""

import datetime
import json
import time
from pathlib import Path
from typing import Any

import click

from loa.actions.clusters import ask_players, chosen, join_code, revoke_player
from loa.actions.on_air import require_station
from loa.automation.disk import open_station_store
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.edits import edit_file
from loa.cli.stop import user
from loa.fleet import acts, program, register
from loa.i18n import _
from loa.schedule import UTC, Schedule
from loa.schedule.loader import load_schedule
from loa.store.database import Database
from loa.workspace import Workspace
from loa.yamlfile import editor

_PATIENCE = 30.0
"""Seconds that a command waits for what players answer."""
_players = click.argument("names", nargs=-1, required=True, metavar="NAME...")
_by = click.option("--by", default="", metavar="NAME", help=_("Who; stands in the log."))


@loa.group(help=_("Players: computers beside amplifiers somewhere else, which air their plan by themselves."))
def player() -> None:
    """The verbs below."""


@player.command(help=_("On the player: join the station at ADDRESS by the CODE that it shows."))
@click.argument("address")
@click.argument("code")
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
def join(address: str, code: str, folder: Path) -> None:
    """Exchange keys."""
    click.echo(program.join(address, code, folder))


@player.command("run", help=_("On the player: air the plan of the station, until Ctrl+C."))
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
def run_(folder: Path) -> None:
    """Air by itself."""
    program.air(folder)


@player.command(help=_("At the station: a code by which the player NAME of schedule.yaml may join."))
@click.argument("name")
@_by
@pass_station
def code(station: CliContext, name: str, by: str) -> None:
    """Print the code."""
    schedule, store = _open(station.workspace)
    click.echo(join_code(station.workspace, store, schedule, name, by or user()))


@player.command(help=_("At the station: take the player NAME out; it airs nothing any more."))
@click.argument("name")
@_by
@pass_station
def revoke(station: CliContext, name: str, by: str) -> None:
    """Revoke."""
    _schedule, store = _open(station.workspace)
    revoke_player(station.workspace, store, name, by or user())
    click.echo(_("The player {name} is revoked.").format(name=name))


@player.command("list", help=_("At the station: the players, and how they are."))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_station
def list_(station: CliContext, form: str) -> None:
    """Print the register; exit 1 where a player is silent."""
    schedule, store = _open(station.workspace)
    now = datetime.datetime.now(UTC)
    known = register.enrolled(store)
    if form == "json":
        found = [register.as_json(one, now) for one in known.values()]
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    for name, output in schedule.remote_players().items() if form == "text" else ():
        one = known.get(name)
        click.echo(f"{name}\t{output.village or '–'}\t{register.condition(one, now)}")
    raise SystemExit(1 if any(one.is_silent(now) for one in known.values()) else 0)


@player.command(help=_("At the station: have players sound the chime together. NAME: a player, a group, a village."))
@_players
@_by
@pass_station
def test(station: CliContext, names: tuple[str, ...], by: str) -> None:
    """Sound the chime; exit 1 unless all did."""
    _ask(station.workspace, names, "test", by)


@player.command(help=_("At the station: have players start again. NAME: a player, a group, a village."))
@_players
@_by
@pass_station
def restart(station: CliContext, names: tuple[str, ...], by: str) -> None:
    """Start again; exit 1 unless all did."""
    _ask(station.workspace, names, "restart", by)


@player.command(help=_("At the station: how loud players are, in per cent. NAME: a player, a group, a village."))
@_players
@click.option("--to", "value", type=click.IntRange(0, 200), required=True, help=_("Per cent of the bulletin's level."))
@pass_station
def volume(station: CliContext, names: tuple[str, ...], value: int) -> None:
    """Set the volume in schedule.yaml, which the station on air follows."""
    workspace = station.workspace
    speakers = chosen(load_schedule(workspace), names)

    def put(data: Any) -> None:
        for name in speakers:
            editor.put(data, ("outputs", name, "volume"), value)

    def changed(text: str) -> str:
        return editor.change(text, put)

    note = _("{output}: volume {value} %").format(output=", ".join(speakers), value=value)
    edit_file(workspace, workspace.schedule_file, changed, note, action="output.volume", subject=", ".join(names))
    click.echo(note)


def _ask(workspace: Workspace, names: tuple[str, ...], verb: acts.Verb, by: str) -> None:
    """Ask, wait for the answers, print them; exit 1 where one was not done."""
    schedule, store = _open(workspace)
    require_station(store)
    numbers = ask_players(workspace, store, schedule, names, verb, by or user())
    end = time.monotonic() + _PATIENCE
    while any(one.result is None for one in acts.numbered(store, numbers)) and time.monotonic() < end:
        time.sleep(0.2)
    found = acts.numbered(store, numbers)
    for one in found:
        click.echo(f"{one.player}\t{one.words}")
    raise SystemExit(0 if all(one.result == "done" for one in found) else 1)


def _open(workspace: Workspace) -> tuple[Schedule, Database]:
    schedule = load_schedule(workspace)
    return schedule, open_station_store(workspace, schedule)
