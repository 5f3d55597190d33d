"""Campaigns: load one YAML file per commune into frozen models; report every problem of every file at once."""

from loa.campaign.loader import load_commune, load_communes, parse_commune, read_commune, read_station, survey
from loa.campaign.models import Campaign, Commune, Desk, Hotline, Portal, Services, StationSettings, Unit

__all__ = [
    "Campaign",
    "Commune",
    "Desk",
    "Hotline",
    "Portal",
    "Services",
    "StationSettings",
    "Unit",
    "load_commune",
    "load_communes",
    "parse_commune",
    "read_commune",
    "read_station",
    "survey",
]
