"""Rules on the names of places in a campaign, against the official list for its day."""

import difflib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from generator import places
from generator.campaign import Commune
from generator.errors import Finding, Severity
from generator.i18n import _
from generator.yamlfile import YamlFile


def place_names(commune: Commune, source: YamlFile, day: date) -> Iterator[Finding]:
    """A province that is not, and what the list does not have in it. Mergers go on: only the province is an error."""
    unit = commune.commune
    if unit.sample or unit.province is None or unit.name is None:
        return
    province = places.province(unit.province, day)
    if province is None:
        yield _no_province(unit.province, source, day)
        return

    def doubt(key: str, code: str, message: str, mend: str) -> Finding:
        return replace(source.finding(("commune", key), code, message, mend), severity=Severity.WARNING)

    if unit.district and day < places.NEW_UNITS and places.district(unit.district, province.code) is None:
        message = _("{province} has no district “{name}” in the official list.")
        yield doubt(
            "district",
            "place.district",
            message.format(province=province.full, name=unit.district),
            _("Check the name."),
        )
    found = places.communes(unit.name, day, unit.province)
    if not found:
        message = _("{province} has no commune “{name}” in the official list for {day}.")
        told = message.format(province=province.full, name=unit.name, day=f"{day:%d/%m/%Y}")
        yield doubt(
            "name", "place.commune", told, _("Check the name and the article's day; units merged on 1 July 2025.")
        )
    elif unit.kind not in {other.kind for other in found}:
        message = _("{name} is {kind} in the official list.").format(name=unit.name, kind=found[0].kind)
        yield doubt("kind", "place.kind", message, _("Write {right}.").format(right=found[0].kind))
    if unit.code and not (unit.code.isdigit() and places.commune(int(unit.code))):
        message = _("No commune of today has the code {code}.").format(code=unit.code)
        yield doubt("code", "place.code", message, _("Write the code of the official list, or null."))


def _no_province(name: str, source: YamlFile, day: date) -> Finding:
    names = [province.name for province in places.provinces(day)]
    later = sorted(places.related(name) & set(names))
    message = _("There is no province “{name}” on {day}.").format(name=name, day=f"{day:%d/%m/%Y}")
    if later:
        mend = _("On that day it is: {list}").format(list=", ".join(later))
    else:
        mend = _("Choose: {list}").format(list=", ".join(difflib.get_close_matches(name, names, 3, 0.5) or names))
    return source.finding(("commune", "province"), "place.province", message, mend)
