"""`loa new commune`: a campaign file filled in from the official list of units."""

import difflib
from datetime import date
from pathlib import Path

import click

from loa import sample
from loa.campaign.authoring import commune_draft, free_path
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.edits import edit_file
from loa.errors import CampaignError, Finding
from loa.i18n import _
from loa.reference import places
from loa.reference.places import bare


@loa.group(help=_("Make something new: a station, or a commune's file."))
def new() -> None:
    """The nouns below."""


@new.command(help=_("Make a station in FOLDER: sounds and a schedule to fill in."))
@click.argument("folder", type=click.Path(path_type=Path))
def station(folder: Path) -> None:
    """Says where it is, and what comes next."""
    made = sample.new_station(folder)
    click.echo(_("The station is in {folder}.").format(folder=made.root))
    click.echo(_('Go there, then: loa new commune "NAME" --province "PROVINCE"'))


@new.command(help=_("Make campaigns/NAME.yaml, filled in from the official list of communes."))
@click.argument("name")
@click.option(
    "--province", help=_("The province of today, for example “Quảng Trị”; needed where several have the name.")
)
@click.option("--kind", type=click.Choice(["xã", "phường", "đặc khu"]), help=_("Where two units share the name."))
@pass_station
def commune(station: CliContext, name: str, province: str | None, kind: str | None) -> None:
    """Says on stdout which file was made."""
    workspace, today = station.workspace, date.today()  # noqa: DTZ011  the day of the desk where it is typed
    unit = _find(name, province, kind, today)
    draft = commune_draft(unit, today)
    path = free_path(workspace, unit, today)
    note = _("from the official list: {name}").format(name=unit.name)
    edit_file(workspace, path, lambda _none: draft.text, note, action="commune.added", subject=path.stem)
    click.echo(workspace.relative(path))
    click.echo(_("Open it, fill in what is null, then: loa check"), err=True)


def _find(name: str, province: str | None, kind: str | None, day: date) -> places.Commune:
    of = _province(province, day) if province else None
    name = bare(name)
    found = [unit for unit in places.communes(name, day, of.name if of else None) if kind in (None, unit.kind)]
    if len(found) == 1:
        return found[0]
    if not found:
        where = of.full if of else _("Vietnam")
        raise _none(
            _("{province} has no commune “{name}” today.").format(province=where, name=name), _instead(name, of, day)
        )
    if of:
        raise _none(_("Two units share this name: say which with --kind."), [unit.kind for unit in found])
    options = sorted(f'--province "{places.province_of(unit, day).name}"' for unit in found)
    raise _none(_("Several provinces have a commune “{name}”: say which.").format(name=name), options)


def _province(name: str, day: date) -> places.Province:
    of = places.province(name, day)
    if of:
        return of
    names = sorted(unit.name for unit in places.provinces(day))
    near = sorted(places.related(name) & set(names)) or difflib.get_close_matches(name, names, 3, 0.5) or names
    raise _none(_("There is no province “{name}” today.").format(name=name), near)


def _instead(name: str, of: places.Province | None, day: date) -> list[str]:
    """What a commune of before 2025-07-01 belongs to now, else names that look alike."""
    into = set()
    for old in places.communes(name, date(2025, 6, 30)):
        units = [unit for code in old.into if (unit := places.commune(code))]
        into |= {_named(unit, of, day) for unit in units if of is None or unit.province == of.code}
    if into:
        return sorted(into)
    near = places.of_province(of.code, day) if of else ()
    return difflib.get_close_matches(name, [unit.name for unit in near], 5, 0.5)


def _named(unit: places.Commune, of: places.Province | None, day: date) -> str:
    return unit.name if of else f"{unit.name} ({places.province_of(unit, day).name})"


def _none(message: str, choices: list[str]) -> CampaignError:
    fix = _("Choose: {list}").format(list=", ".join(choices)) if choices else _("Check the name's spelling.")
    return CampaignError(Finding("commune.unknown", message, fix))
