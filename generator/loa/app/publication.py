"""Publish what is signed, with the signatures and the address that the schedule names."""

from pathlib import Path

from loa.publish.site import PublishReport, publish
from loa.schedule import Schedule
from loa.store.approvals import open_if_signed
from loa.workspace import Workspace


def publish_signed(
    workspace: Workspace, schedule: Schedule, *, out: Path | None = None, base_url: str | None = None
) -> PublishReport:
    """Write pages, documents and feeds of what is signed into `out` (default: public/).

    `base_url`: the address of that folder on the web (default: the station's). Raises as `publish`.
    """
    store = open_if_signed(workspace, schedule.database)
    try:
        return publish(workspace, store, out=out, base_url=base_url or schedule.publish.address)
    finally:
        if store:
            store.close()
