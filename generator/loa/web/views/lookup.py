"""Communes and campaigns by the names in an address; what is not there is answered with 404."""

from starlette.exceptions import HTTPException

from loa.campaign import Campaign, Commune
from loa.web.views.bulletins import Bulletin, BulletinCatalogue
from loa.web.views.files import CommuneFile, StationFiles


def find_file(files: StationFiles, stem: str) -> CommuneFile:
    """The commune's file, readable or not, else 404."""
    file = files.commune(stem)
    if file is None:
        raise HTTPException(404)
    return file


def find_commune(files: StationFiles, stem: str) -> Commune:
    """The commune of a readable file, else 404."""
    commune = find_file(files, stem).commune
    if commune is None:
        raise HTTPException(404)
    return commune


def find_campaign(files: StationFiles, stem: str, id_: str) -> tuple[Commune, Campaign]:
    """The commune and its campaign, else 404."""
    commune = find_commune(files, stem)
    campaign = next((c for c in commune.campaigns if c.id == id_), None)
    if campaign is None:
        raise HTTPException(404)
    return commune, campaign


def returned(bulletins: BulletinCatalogue, stem: str, id_: str) -> list[Bulletin]:
    """The bulletins of a campaign that a leader sent back as they are now, with the note why."""
    return [
        bulletin
        for bulletin in bulletins.all()
        if bulletin.state == "returned"
        and bulletin.commune == stem
        and bulletin.manifest
        and id_ in bulletin.manifest.campaigns
    ]
