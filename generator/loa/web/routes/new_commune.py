"""A commune that the station speaks for: found by its name in the official list of units."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from loa.actions.acts import Act
from loa.actions.file_history import replacing
from loa.campaign.authoring import commune_draft, free_path
from loa.errors import CampaignError
from loa.i18n import _
from loa.reference import places
from loa.web.auth.decisions import does
from loa.web.context import ConsoleDep, SubmittedForm, edit_file, flash
from loa.web.forms import FormError
from loa.web.pages import go, page

router = APIRouter(include_in_schema=False)


@router.get("/communes/new")
@does(Act.ADD_COMMUNE)
def search(request: Request, console: ConsoleDep, q: str = "") -> Response:
    """Communes whose name holds what was typed, with or without marks."""
    today = console.files.now().date()
    found = [(unit, places.province_of(unit, today).full) for unit in places.search(q[:80], today)]
    return page(request, "new-commune.html", q=q[:80], found=found)


@router.post("/communes")
@does(Act.ADD_COMMUNE)
def add(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """The commune with an official code gets its file, filled in from the list."""
    unit, today = places.commune(form.number("code", 1, 999_999)), console.files.now().date()
    if unit is None:
        raise FormError({"code": _("Choose a commune from the list.")})
    try:
        path = free_path(console.workspace, unit, today)
    except CampaignError as error:
        raise FormError({"code": error.findings[0].message}) from error
    name = f"{unit.kind} {unit.name}"
    note = _("from the official list: {name}").format(name=unit.name)
    draft = commune_draft(unit, today)
    edit_file(request, path, replacing("", draft.text), note, action="commune.added", subject=path.stem)
    flash(request, _("The station speaks for {name} now. Check its telephone and hours.").format(name=name))
    return go(f"/campaigns/{path.stem}")
