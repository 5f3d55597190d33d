"""Create campaign files: values from the official list of units are filled in, all others are null."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from loa.errors import CampaignError, Finding
from loa.i18n import _
from loa.reference import places
from loa.text import free_slug, slug
from loa.workspace import Workspace, read_text
from loa.yamlfile import editor, parse, value_at

SCHEMA_LINE = "# yaml-language-server: $schema=../schemas/campaign.schema.json\n"
# Accents of the listeners: "trung" from Thanh Hóa to Khánh Hòa and in the northern highlands, "nam" south of them.
_TRUNG = frozenset("Thanh Hóa|Nghệ An|Hà Tĩnh|Quảng Trị|Huế|Đà Nẵng|Quảng Ngãi|Gia Lai|Khánh Hòa|Đắk Lắk".split("|"))
_NAM = frozenset("Lâm Đồng|Đồng Nai|Hồ Chí Minh|Tây Ninh|Đồng Tháp|Vĩnh Long|An Giang|Cần Thơ|Cà Mau".split("|"))


@dataclass(frozen=True, slots=True)
class Draft:
    """A new file: its name without suffix, and its text."""

    stem: str
    text: str


def commune_draft(unit: places.Commune, day: date) -> Draft:
    """Return a file for today's commune `unit`, with one campaign about online public services."""
    province = places.province_of(unit, day)
    full = f"{unit.kind} {unit.name}"
    former = ", ".join(f"{old.kind} {old.name}" for old in places.former(unit.code))
    origin = f"# Gồm (trước ngày 01-7-2025): {former}.\n" if former else ""
    return Draft(
        slug(unit.name),
        f"""{SCHEMA_LINE}# {full[0].upper()}{full[1:]}, {province.full}.
# Điền những chỗ null mà xã biết; chỗ chưa biết thì để nguyên.
{origin}commune:
  name: {unit.name}
  kind: {unit.kind}
  district: null
  province: {province.name}
  code: "{unit.code}"
  website: null
portal:
  url: null
  national: https://dichvucong.gov.vn
contact_desk:
  name: Trung tâm Phục vụ hành chính công {full}
  address: null
  phone: null
  hours: null
station:
  call: Đài truyền thanh {full}
  region: {region(province.name)}
  voice: null
  jingle: chime
  pronounce: {{VNeID: vi en i đi}}
campaigns:
  - id: dich-vu-cong-truc-tuyen
    template: dich-vu-cong-truc-tuyen
    title: Nộp hồ sơ trên Cổng Dịch vụ công quốc gia
    as_of: {day:%Y-%m-%d}
    form: radio
    services: {{full: null, partial: null}}
    postal: false
    linked_services: []
    appeal_to: []
    notes: null
""",
    )


def free_path(workspace: Workspace, unit: places.Commune, day: date) -> Path:
    """Return the file for `unit`; where a namesake of another province has that name, the province is added to it.

    Raises CampaignError where the commune has a file already.
    """
    path = workspace.campaigns / f"{slug(unit.name)}.yaml"
    if not path.exists():
        return path
    code = re.search(r'^  code: "?(\d+)', read_text(path), re.MULTILINE)
    if code and int(code[1]) != unit.code:
        path = workspace.campaigns / f"{slug(unit.name)}-{slug(places.province_of(unit, day).name)}.yaml"
    if path.exists():
        message = _("There is already a file for this commune.")
        raise CampaignError(
            Finding("commune.exists", message, _("Edit it, or rename it first."), file=workspace.relative(path))
        )
    return path


def region(province: str) -> str:
    """Return the accent of most listeners in a province of today; the officer can choose another."""
    return "trung" if province in _TRUNG else "nam" if province in _NAM else "bac"


def add_campaign(text: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    """Add a campaign with the values of `entry` to the `text` of a commune's file; its id is made from its title.

    Returns the new text and the id.
    """
    taken = {str(campaign.get("id")) for campaign in value_at(parse(text, "").data, ("campaigns",)) or []}
    id_ = free_slug(str(entry["title"]), taken)

    def add(data: Any) -> None:
        data["campaigns"] = [*(data.get("campaigns") or []), {"id": id_, **entry}]

    return editor.change(text, add), id_
