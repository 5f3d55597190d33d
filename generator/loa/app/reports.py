"""The log as an Excel workbook for reports, with the names of communes and campaigns."""

from collections.abc import Sequence

from loa.campaign import read_station
from loa.schedule import Schedule
from loa.store.asrun import Row
from loa.store.asrun_export import to_xlsx
from loa.workspace import Workspace


def workbook(workspace: Workspace, schedule: Schedule, rows: Sequence[Row]) -> bytes:
    """Return an XLSX file of `rows`. If a commune's file is invalid, ids are used instead of names."""

    loaded = [commune for commune, _source in read_station(workspace)[0]]
    titles = {(commune.stem, campaign.id): campaign.title for commune in loaded for campaign in commune.campaigns}
    topics = {b.id: [titles.get((b.commune, id_), id_) for id_ in b.campaigns] for b in schedule.broadcasts}
    communes = {commune.stem: commune.unit.full_name for commune in loaded}
    return to_xlsx(rows, schedule.timezone, topics, communes)
