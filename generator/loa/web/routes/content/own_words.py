"""The words of an article, passage by passage: each may be said otherwise than its template says it."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from loa import article as articles
from loa.actions.acts import Act
from loa.article.own_words import one_line
from loa.campaign import Campaign, Commune
from loa.errors import LoaError
from loa.i18n import _, ngettext
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, SubmittedForm, edit_file, flash
from loa.web.edits.own_words import Rewording, reword
from loa.web.forms import Form, FormError
from loa.web.pages import go, page
from loa.web.views.drafts import Piece, words
from loa.web.views.lookup import find_campaign, find_file
from loa.yamlfile import editor

router = APIRouter(include_in_schema=False)
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Row:
    """A passage as the template says it and as this article does; `change`: from the one to the other."""

    template: str
    say: str

    @property
    def change(self) -> list[Piece]:
        """The change, word by word; empty where there is none."""
        return words(self.template, self.say) if self.say != self.template else []


@router.get("/campaigns/{stem}/{id_}/words")
@does(Act.WRITE_CAMPAIGN)
def passages(request: Request, console: ConsoleDep, stem: str, id_: str) -> Response:
    """Every passage in a field of its own."""
    commune, campaign = find_campaign(console.files, stem, id_)
    return _page(request, console, commune, campaign)


@router.post("/campaigns/{stem}/{id_}/words")
@does(Act.WRITE_CAMPAIGN)
def save(request: Request, console: ConsoleDep, stem: str, id_: str, form: SubmittedForm) -> Response:
    """Say passages otherwise; with `back` one of them, with `all` each of them as the template says it again."""
    commune, campaign = find_campaign(console.files, stem, id_)
    rows = _rows(console, commune, campaign)
    changes = _changes(form, rows)
    gone = frozenset(one_line(w.instead) for w in campaign.words) - {row.template for row in rows}
    many = len([c for c in changes.values() if c.say != c.template])
    back = ngettext("{n} passage in words of its own", "{n} passages in words of their own", many).format(n=many)
    note = f"{campaign.title}: " + (back if many else _("the template's words again"))
    path, title = find_file(console.files, stem).path, f"{stem}/{id_}"
    try:
        edit_file(
            request,
            path,
            lambda text: editor.change(text, lambda data: reword(data, id_, changes, gone)),
            note,
            action="campaign.reworded",
            subject=title,
        )
    except FormError as error:
        return _page(request, console, commune, campaign, form, error.problems)
    except LoaError as error:
        return _page(request, console, commune, campaign, form, {"": " ".join(f.message for f in error.findings)})
    flash(request, _("Saved. Read the article once more, hear it, then send it to the leader."))
    return go(f"/campaigns/{stem}/{id_}")


def _rows(console: Console, commune: Commune, campaign: Campaign) -> list[Row]:
    """The passages that may be said otherwise; what stands in a field is changed there. Raises LoaError."""
    own = {one_line(w.instead): one_line(w.say) for w in campaign.words}
    typed = {one_line(paragraph) for paragraph in campaign.body}
    found = dict.fromkeys(articles.passages(console.workspace, commune, campaign))
    return [Row(text, own.get(text, text)) for text in found if text in own or text not in typed]


def _changes(form: Form, rows: Sequence[Row]) -> dict[str, Rewording]:
    """What was sent, by field. Raises FormError where the article has other passages meanwhile."""
    known = {row.template for row in rows}
    changes: dict[str, Rewording] = {}
    back, everything = form.text("back", 10), form.flag("all")
    for field in form.names("say-"):
        number = field.removeprefix("say-")
        template = one_line(form.text(f"template-{number}", _LONGEST))
        was = one_line(form.text(f"was-{number}", _LONGEST)) if f"was-{number}" in form.data else template
        say = template if everything or back == number else one_line(form.text(field, _LONGEST))
        if say == was:
            continue
        if template not in known:
            text = _("The facts or the template changed this passage meanwhile. Load the page again.")
            raise FormError({"": text})
        changes[field] = Rewording(template, was, say)
    return changes


def _page(
    request: Request,
    console: Console,
    commune: Commune,
    campaign: Campaign,
    form: Form | None = None,
    problems: dict[str, str] | None = None,
) -> Response:
    findings, rows = [], []
    try:
        rows = _rows(console, commune, campaign)
    except LoaError as error:
        findings = list(error.findings)
    known = {row.template for row in rows}
    return page(
        request,
        "words.html",
        422 if problems else 200,
        commune=commune,
        campaign=campaign,
        stem=commune.stem,
        id=campaign.id,
        rows=rows,
        typed={name: form.text(name, _LONGEST) for name in form.names("say-")} if form else {},
        lost=[w for w in campaign.words if one_line(w.instead) not in known],
        own=sum(row.say != row.template for row in rows),
        problems=problems or {},
        findings=findings,
    )
