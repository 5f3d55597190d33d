"""Changes of a commune's file that several pages ask for."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from loa.actions.file_history import replacing, text_of
from loa.campaign.authoring import add_campaign
from loa.web.context import edit_file
from loa.web.views.files import CommuneFile


def add_to(request: Request, file: CommuneFile, entry: Mapping[str, Any], note: str, *, action: str) -> str:
    """Add a campaign of `entry`'s keys to the commune's file; gives its id. Raises LoaError."""
    before = text_of(file.path)
    after, id_ = add_campaign(before, entry)
    subject, title = f"{file.stem}/{id_}", str(entry["title"])
    edit_file(request, file.path, replacing(before, after), note, action=action, subject=subject, detail=title)
    return id_
