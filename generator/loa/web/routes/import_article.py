"""Old articles brought in: a Word document or a text becomes a campaign, with the remarks that typed text gets."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from loa.actions.acts import Act
from loa.errors import LoaError
from loa.i18n import _
from loa.importing import documents, import_report
from loa.importing.blocks import Document
from loa.importing.notice import MOST_CHARACTERS, read_notice
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, SubmittedForm, flash
from loa.web.edits.communes import add_to
from loa.web.forms import Form, FormError, day_in
from loa.web.pages import go, page
from loa.web.views.lookup import find_file

router = APIRouter(include_in_schema=False)


@router.get("/bring-in")
@does(Act.WRITE_CAMPAIGN)
def ask(request: Request, console: ConsoleDep) -> Response:
    """Which file, and which commune it is for."""
    return _page(request, console, {"commune": "", "as_of": "", "text": ""})


@router.post("/bring-in")
@does(Act.WRITE_CAMPAIGN)
def bring_in(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """Make a campaign of a file's text or of what was pasted; nothing of the file itself is kept."""
    values = {
        "commune": form.text("commune", 200),
        "as_of": form.text("as_of", 10),
        "text": form.text("text", MOST_CHARACTERS),
    }
    try:
        chosen = day_in(form, "as_of") if values["as_of"] else None
        file = find_file(console.files, _commune(console, form))
        document = _document(form)
        today = console.files.now().date()
        notice = read_notice(document, chosen or today)
        import_report.refuse_empty(notice, _("the text"))
        note = _("article brought in: {title}").format(title=notice.title)
        entry = notice.entry(notice.day(chosen, today), import_report.heading())
        id_ = add_to(request, file, entry, note, action="campaign.imported")
    except (LoaError, FormError) as error:
        return _page(request, console, values, error)
    flash(request, _("Brought in: {name}").format(name=notice.title))
    found = import_report.found(notice)
    if found:
        flash(request, _("Found in the text, please check: {list}").format(list="; ".join(found)))
    for text in import_report.left(notice, document):
        flash(request, text, "warn")
    return go(f"/campaigns/{file.stem}/{id_}")


def _commune(console: Console, form: Form) -> str:
    stem = form.text("commune", 200)
    file = console.files.commune(stem)
    if file is None or file.commune is None:
        raise FormError({"commune": _("Choose a commune from the list.")})
    return stem


def _document(form: Form) -> Document:
    """The uploaded file, or the pasted text where there is none. Raises FormError, WorkspaceError, LimitError."""
    pasted = form.text("text", MOST_CHARACTERS)
    if pasted and not form.has_file("file"):
        return documents.pasted(pasted)
    name, content = form.upload("file")
    return documents.read_bytes(content, name)


def _page(
    request: Request, console: Console, values: dict[str, str], error: LoaError | FormError | None = None
) -> Response:
    communes = [f.commune for f in console.files.communes() if f.commune][:600]
    return page(
        request,
        "bring-in.html",
        422 if error else 200,
        values=values,
        communes=[(c.stem, f"{c.unit.full_name} ({c.stem})") for c in communes],
        problems=error.problems if isinstance(error, FormError) else {},
        findings=error.findings if isinstance(error, LoaError) else (),
    )
