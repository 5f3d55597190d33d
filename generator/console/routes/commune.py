"""A commune's own facts: the form, or what is wrong with the file."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from generator.campaign import Commune
from generator.console import labels, schemaform
from generator.console.context import Filled, Here, Me, note, tell
from generator.console.facts import CommuneFile
from generator.console.formerror import FormError
from generator.console.lookup import find_file
from generator.console.pages import go, page
from generator.console.roles import Role, members, only
from generator.console.sheet import Sheet
from generator.errors import Finding, LoaError
from generator.i18n import _

router = APIRouter(include_in_schema=False)
FIELDS = schemaform.fields_of(Commune, without=frozenset({"campaigns"}))


@router.get("/campaigns/{stem}")
@members
def commune(request: Request, here: Here, stem: str) -> Response:
    """A commune's facts, and its campaigns."""
    file = find_file(here, stem)
    sheet = Sheet.of(file.path, (), FIELDS)
    return _page(request, file, sheet, sheet.values, {}, list(file.findings))


@router.post("/campaigns/{stem}")
@only(Role.OFFICER)
def save(request: Request, here: Here, me: Me, stem: str, form: Filled) -> Response:
    """Change the commune's facts."""
    file = find_file(here, stem)
    filled = Sheet.of(file.path, (), FIELDS).filled(form)
    try:
        here.history.try_commune(stem, filled.after)
        filled.save(here.history, me.shown)
    except (LoaError, FormError) as error:
        return _page(request, file, filled.sheet, filled.values, *filled.wrong(error), status=422)
    note(request, "commune.saved", stem, filled.said)
    tell(request, _("Saved."))
    return go(f"/campaigns/{stem}")


def _page(
    request: Request,
    file: CommuneFile,
    sheet: Sheet,
    values: dict[str, Any],
    problems: dict[str, str],
    findings: list[Finding],
    status: int = 200,
) -> Response:
    return page(
        request,
        "commune.html",
        status,
        file=file,
        sheet=sheet,
        values=values,
        problems=problems,
        findings=findings,
        names=labels.names(),
    )
