"""The log as the workbook that goes with a report: with the communes' and the campaigns' own names."""

from collections.abc import Sequence

from loa.campaign import read_station
from loa.schedule import Schedule
from loa.store.asrun import Row
from loa.store.asrun_export import to_xlsx
from loa.workspace import Workspace


def workbook(workspace: Workspace, schedule: Schedule, rows: Sequence[Row]) -> bytes:
    """An XLSX file of `rows`. Where a commune's file is broken, its ids stand for its names."""
    loaded = [commune for commune, _source in read_station(workspace)[0]]
    titles = {(commune.stem, campaign.id): campaign.title for commune in loaded for campaign in commune.campaigns}
    topics = {b.id: [titles.get((b.commune, id_), id_) for id_ in b.campaigns] for b in schedule.broadcasts}
    communes = {commune.stem: commune.commune.full for commune in loaded}
    return to_xlsx(rows, schedule.timezone, topics, communes)
