"""Old articles brought in: a Word document or a text becomes a campaign, with the remarks that typed text gets."""

import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from loa.actions.acts import Act
from loa.checks import documents
from loa.errors import LoaError
from loa.i18n import _, ngettext
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, SubmittedForm, flash
from loa.web.edits.communes import add_to
from loa.web.forms import Form, FormError, clean, day_in
from loa.web.pages import go, page
from loa.web.views.lookup import find_file

router = APIRouter(include_in_schema=False)
MAX_CHARACTERS = 100_000  # more than an hour of reading


@router.get("/bring-in")
@does(Act.WRITE_CAMPAIGN)
def ask(request: Request, console: ConsoleDep) -> Response:
    """Which file, and which commune it is for."""
    today = console.files.now().date().isoformat()
    return _page(request, console, {"commune": "", "as_of": today})


@router.post("/bring-in")
@does(Act.WRITE_CAMPAIGN)
def bring_in(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """Make a campaign of the file's text; nothing of the file itself is kept."""
    values = {"commune": form.text("commune", 200), "as_of": form.text("as_of", 10)}
    try:
        day = day_in(form, "as_of")
        file = find_file(console.files, _commune(console, form))
        article, left = _read(form, day)
        note = _("article brought in: {title}").format(title=article.title)
        id_ = add_to(request, file, article.entry(day), note, action="campaign.imported")
    except (LoaError, FormError) as error:
        return _page(request, console, values, error)
    flash(request, _("Brought in: {name}").format(name=article.title))
    for text in left:
        flash(request, text, "warn")
    return go(f"/campaigns/{file.stem}/{id_}/heard")


def _commune(console: Console, form: Form) -> str:
    stem = form.text("commune", 200)
    file = console.files.commune(stem)
    if file is None or file.commune is None:
        raise FormError({"commune": _("Choose a commune from the list.")})
    return stem


def _read(form: Form, day: datetime.date) -> tuple[documents.Pasted, list[str]]:
    """The article in the uploaded file, and what of the file is not in it. Raises FormError, WorkspaceError."""
    name, content = form.upload("file")
    suffix = name.lower().rpartition(".")[2]
    left = []
    if suffix == "docx":
        word = documents.read_word(content, name)
        raw, shape = "\n".join(word.lines), documents.SUFFIXES[".docx"]
        if word.pictures:
            left.append(
                ngettext("{n} picture was left out.", "{n} pictures were left out.", word.pictures).format(
                    n=word.pictures
                )
            )
    elif f".{suffix}" in documents.SUFFIXES:
        raw, shape = _text(content), documents.SUFFIXES[f".{suffix}"]
    else:
        raise documents.unknown_kind(name)
    if len(raw) > MAX_CHARACTERS:
        raise FormError({"file": _("This is too long: at most {count} characters.").format(count=MAX_CHARACTERS)})
    article = documents.read_pasted(clean(raw), day, shape)
    if not article.title or not article.body:
        raise FormError({"file": _("There is no article in this file: a title and a paragraph are needed.")})
    if article.left_out:
        text = _("Letterhead and signature were left out: {list}").format(list="; ".join(article.left_out)[:300])
        left.append(text)
    if article.notes:
        left.append(
            _("Taken as notes for staff, which are not read aloud: {list}").format(list="; ".join(article.notes)[:300])
        )
    if article.replacement:
        left.append(
            ngettext("{many} place mended", "{many} places mended", article.replacement).format(
                many=article.replacement
            )
        )
    return article, left


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormError({"file": _("The file is not UTF-8 text.")}) from error


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
