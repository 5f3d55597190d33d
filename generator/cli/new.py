"""`loa new commune`: a campaign file filled in from the official list of units."""

import difflib
from datetime import date
from pathlib import Path

import click

from generator import places, sample
from generator.campaign.drafts import commune_draft
from generator.cli.app import Station, loa, pass_station
from generator.errors import CampaignError, Finding
from generator.i18n import _
from generator.workspace import write_atomic


@loa.group(help=_("Make something new: a station, or a commune's file."))
def new() -> None:
    """The nouns below."""


@new.command(help=_("Make a station in FOLDER: templates, sounds and a schedule to fill in."))
@click.argument("folder", type=click.Path(path_type=Path))
def station(folder: Path) -> None:
    """Says where it is, and what comes next."""
    made = sample.new_station(folder)
    click.echo(_("The station is in {folder}.").format(folder=made.root))
    click.echo(_('Go there, then: loa new commune "NAME" --province "PROVINCE"'))


@new.command(help=_("Make campaigns/NAME.yaml, filled in from the official list of communes."))
@click.argument("name")
@click.option("--province", required=True, help=_("The province of today, for example “Quảng Trị”."))
@click.option("--kind", type=click.Choice(["xã", "phường", "đặc khu"]), help=_("Where two units share the name."))
@pass_station
def commune(station: Station, name: str, province: str, kind: str | None) -> None:
    """Says on stdout which file was made."""
    workspace, today = station.workspace, date.today()  # noqa: DTZ011  the day of the desk where it is typed
    unit = _find(name, province, kind, today)
    draft = commune_draft(unit, today)
    path = workspace.campaigns / f"{draft.stem}.yaml"
    if path.exists():
        message = _("There is already a file for this commune.")
        raise CampaignError(
            Finding("commune.exists", message, _("Edit it, or rename it first."), file=workspace.relative(path))
        )
    write_atomic(path, draft.text)
    click.echo(workspace.relative(path))


def _find(name: str, province: str, kind: str | None, day: date) -> places.Commune:
    of = places.province(province, day)
    if of is None:
        names = sorted(unit.name for unit in places.provinces(day))
        near = (
            sorted(places.related(province) & set(names)) or difflib.get_close_matches(province, names, 3, 0.5) or names
        )
        raise _none(_("There is no province “{name}” today.").format(name=province), near)
    bare = name.removeprefix("xã ").removeprefix("phường ").removeprefix("đặc khu ")
    found = [unit for unit in places.communes(bare, day, of.name) if kind in (None, unit.kind)]
    if len(found) == 1:
        return found[0]
    if found:
        raise _none(_("Two units share this name: say which with --kind."), [unit.kind for unit in found])
    raise _none(
        _("{province} has no commune “{name}” today.").format(province=of.full, name=bare), _instead(bare, of, day)
    )


def _instead(name: str, of: places.Province, day: date) -> list[str]:
    """What a commune of before 2025-07-01 belongs to now, else names that look alike."""
    into = []
    for old in places.communes(name, date(2025, 6, 30)):
        for code in old.into:
            unit = places.commune(code)
            if unit and unit.province == of.code:
                into.append(unit.name)
    return sorted(set(into)) or difflib.get_close_matches(
        name, [u.name for u in places.of_province(of.code, day)], 5, 0.5
    )


def _none(message: str, choices: list[str]) -> CampaignError:
    return CampaignError(
        Finding("commune.unknown", message, _("Choose: {list}").format(list=", ".join(choices) or "-"))
    )
