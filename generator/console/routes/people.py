"""Settings, people: who may log in, with which roles; and the audit trail."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from generator.console.accounts import Person
from generator.console.context import Console, Filled, Here, Me, note, tell
from generator.console.formerror import FormError
from generator.console.pages import go, page
from generator.console.roles import Role, only, parse_roles
from generator.i18n import _

router = APIRouter(include_in_schema=False)


@router.get("/settings/people")
@only(Role.ADMIN)
def people(request: Request, here: Here) -> Response:
    """Everybody, and a form to add somebody."""
    return page(request, "people.html", people=here.accounts.all(), values={})


@router.post("/settings/people")
@only(Role.ADMIN)
def add(request: Request, here: Here, form: Filled) -> Response:
    """Add somebody, with a first password that they should change."""
    values = {"name": form.text("name", 40), "shown": form.text("shown", 80), "roles": form.texts("roles")}
    try:
        person = here.accounts.add(
            form.text("name"), form.text("shown"), form.secret("password"), parse_roles(" ".join(values["roles"]))
        )
    except FormError as refused:
        everybody = here.accounts.all()
        return page(request, "people.html", 422, people=everybody, values=values, problems=refused.problems)
    note(request, "person.added", person.name, _named(person.roles))
    tell(request, _("{name} can log in now.").format(name=person.shown))
    return go("/settings/people")


@router.get("/settings/people/{id_}")
@only(Role.ADMIN)
def one(request: Request, here: Here, id_: int) -> Response:
    """Somebody's roles, and a new password for who forgot theirs."""
    return page(request, "person.html", person=_person(here, id_))


@router.post("/settings/people/{id_}")
@only(Role.ADMIN)
def change(request: Request, here: Here, id_: int, form: Filled) -> Response:
    """Other roles, another name, open or closed."""
    person = _person(here, id_)
    roles = parse_roles(" ".join(form.texts("roles")))
    try:
        here.accounts.change(person, shown=form.text("shown", 80), roles=roles, active=form.flag("active"))
    except FormError as refused:
        return page(request, "person.html", 422, person=person, problems=refused.problems)
    note(request, "person.changed", person.name, _named(roles))
    tell(request, _("Saved."))
    return go("/settings/people")


@router.post("/settings/people/{id_}/password")
@only(Role.ADMIN)
def password(request: Request, here: Here, me: Me, id_: int, form: Filled) -> Response:
    """A new password for somebody; all their sessions end."""
    person = _person(here, id_)
    try:
        here.accounts.set_password(person, form.secret("password"))
    except FormError as refused:
        return page(request, "person.html", 422, person=person, problems=refused.problems)
    note(request, "person.password", person.name)
    tell(request, _("{name} has a new password.").format(name=person.shown))
    return go("/settings/people" if person.id != me.id else "/login")


@router.get("/settings/audit")
@only(Role.ADMIN)
def audit(request: Request, here: Here, q: str = "", before: int = 0) -> Response:
    """Who did what in the console, newest first."""
    return page(request, "audit.html", rows=here.audit.read(before=before or None, word=q[:80]), q=q[:80])


def _named(roles: frozenset[Role]) -> str:
    return ", ".join(role.label for role in Role if role in roles)


def _person(here: Console, id_: int) -> Person:
    person = here.accounts.get(id_)
    if person is None:
        raise HTTPException(404)
    return person
