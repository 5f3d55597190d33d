"""Campaigns: one YAML file a commune in, frozen models out, with every problem of every file told at once."""

from generator.campaign.loading import load_commune, load_communes, read_commune, read_station, survey
from generator.campaign.models import Campaign, Commune, Desk, Hotline, Portal, Services, Station, Unit

__all__ = [
    "Campaign",
    "Commune",
    "Desk",
    "Hotline",
    "Portal",
    "Services",
    "Station",
    "Unit",
    "load_commune",
    "load_communes",
    "read_commune",
    "read_station",
    "survey",
]
