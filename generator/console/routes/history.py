"""Earlier versions of a commune's file: who changed what when, and bringing one back."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from generator.console.broadcasts import name_of
from generator.console.context import Here, Me, note, tell
from generator.console.differences import lines
from generator.console.formerror import FormError
from generator.console.pages import go, page
from generator.console.removing import needed
from generator.console.roles import Role, members, only
from generator.i18n import _
from generator.workspace import read_text

router = APIRouter(include_in_schema=False)


@router.get("/history/{stem}")
@members
def history(request: Request, here: Here, stem: str) -> Response:
    """The changes of a commune's file, newest first, each word by word."""
    file = here.facts.commune(stem)
    if file is None:
        raise HTTPException(404)
    changes = [(row, lines(row["before"], row["after"])) for row in here.history.of(file.path, 20)]
    return page(request, "history.html", file=file, stem=stem, changes=changes)


@router.post("/history/{stem}/{id_}/restore")
@only(Role.OFFICER)
def restore(request: Request, here: Here, me: Me, stem: str, id_: int) -> Response:
    """Make the file what it was before this change; itself a change that can be taken back."""
    file = here.facts.commune(stem)
    row = here.history.one(file.path, id_) if file else None
    if file is None or row is None:
        raise HTTPException(404)
    restored = here.history.try_commune(stem, row["before"])
    here.facts.forget()  # what the schedule says now, not a second ago
    users = needed(here.facts.plan().schedule, file.commune, restored) if file.commune else ()
    if users:
        names = ", ".join(name_of(here, user) for user in users)
        text = _("The earlier version lacks a campaign that is on air in: {list}. Take it out of the schedule first.")
        raise FormError({"": text.format(list=names)})
    text = _("brought back as it was before {time}").format(time=row["at"][:16].replace("T", " "))
    here.history.save(file.path, read_text(file.path), row["before"], me.shown, text)
    note(request, "commune.restored", stem, str(id_))
    tell(request, _("The earlier version is back."))
    return go(f"/history/{stem}")
