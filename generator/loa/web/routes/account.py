"""Logging in and out, the first run, one's own account."""

import threading
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.actions.offices import Role, parse_roles
from loa.errors import StoreError
from loa.i18n import _
from loa.web.auth.accounts import Person, unfit
from loa.web.auth.decisions import does
from loa.web.auth.guesses import too_many
from loa.web.auth.passwords import OUTSIDE, same_code
from loa.web.auth.sessions import COOKIE, LONGEST, TOKEN_DAYS
from loa.web.context import (
    Console,
    ConsoleDep,
    CurrentPerson,
    SubmittedForm,
    address_of,
    audit,
    flash,
    gives_password_again,
    session_of,
)
from loa.web.forms import Form, FormError
from loa.web.pages import by_https, go, local, page

router = APIRouter(include_in_schema=False)
_first = threading.Lock()


@router.get("/login")
@does(Act.LOG_IN)
def login_page(request: Request, console: ConsoleDep, next: str = "/") -> Response:  # noqa: A002  the name in the address
    """The log-in; on the first run, the form that makes the administrator."""
    if console.first_run():
        return page(request, "first.html", values={})
    return go("/") if session_of(request) else page(request, "login.html", next=local(next), name="")


@router.post("/login")
@does(Act.LOG_IN)
def login(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """Check name and password, within the limits on guessing; then a new session."""
    name, address = form.text("name", 40), address_of(request)
    wanted = local(form.text("next", 200))
    if not console.guesses.count(name, address):
        return page(request, "login.html", 429, next=wanted, name=name, problems={"": too_many()})
    try:
        person = console.accounts.check(name, form.secret("password"), OUTSIDE)
    except BaseException:
        console.guesses.not_checked(name, address)
        raise
    if person is None:
        known = console.accounts.named(name)  # anything else that was typed may be a password
        console.audit.write(known.shown if known else _("unknown"), "login.failed", address=address)
        text = _("The name or the password is wrong.")
        return page(request, "login.html", 401, next=wanted, name=name, problems={"": text})
    console.guesses.right(name, address)
    cookie = console.sessions.start(person, address)
    console.audit.write(person.shown, "login", address=address)
    old = session_of(request)
    if old:
        with suppress(StoreError):  # it ends by itself
            console.sessions.end(old.hash)
    return _enter(request, cookie, wanted)


@router.post("/first")
@does(Act.FIRST_RUN)
def first_run(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """Make the administrator, for whoever can read the code in the terminal."""
    values: dict[str, Any] = {name: form.text(name, 80) for name in ("code", "name", "shown")}
    values["roles"] = form.texts("roles")
    address = address_of(request)
    with _first:
        if not console.first_run():
            return go("/login")
        try:
            differ = _("The two passwords differ.") if form.secret("password") != form.secret("again") else None
            wrong = unfit(values["name"], form.secret("password"))
            FormError.if_any({**wrong, "again": differ, "code": _wrong_code(console, form, address)})
            roles = parse_roles(" ".join(values["roles"])) | {Role.ADMIN}
            person = console.accounts.add(values["name"], values["shown"], form.secret("password"), roles)
        except FormError as refused:
            return page(request, "first.html", 422, values=values, problems=refused.problems)
        console.end_first_run()
    console.audit.write(person.shown, "first.run", person.name, address=address)
    try:
        return _enter(request, console.sessions.start(person, address), "/")
    except StoreError:
        return go("/login")


@router.post("/logout")
@does(Act.LOG_OUT)
def logout(request: Request, console: ConsoleDep) -> Response:
    """End this session."""
    session = session_of(request)
    if session:
        console.sessions.end(session.hash)
        audit(request, "logout")
    answer = go("/login")
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/account")
@does(Act.OWN_ACCOUNT)
def account(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """One's own name, roles, password, tokens and colours."""
    return page(request, "account.html", tokens=console.sessions.tokens_of(me), token="")


@router.post("/account/password")
@does(Act.OWN_PASSWORD)
def change_password(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """A new password, for who knows the old one; all other sessions and all tokens end."""
    problems = {}
    if refused := gives_password_again(request, "old", form):
        problems["old"] = refused
    elif form.secret("password") != form.secret("again"):
        problems["again"] = _("The two passwords differ.")
    else:
        try:
            console.accounts.set_password(me, form.secret("password"))
        except FormError as weak:
            problems = weak.problems
    if problems:
        return page(request, "account.html", 422, tokens=console.sessions.tokens_of(me), token="", problems=problems)
    audit(request, "password.changed")
    try:
        return _enter(request, console.sessions.start(me, address_of(request)), "/account")
    except StoreError:
        return go("/login")


@router.post("/account/tokens")
@does(Act.OWN_TOKENS)
def make_token(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """A token for a program; shown this once."""
    label = form.text("label", 80) or _("a program")
    token = console.sessions.make_token(
        me, label, parse_roles(" ".join(form.texts("roles"))), form.number("days", 1, TOKEN_DAYS)
    )
    audit(request, "token.made", label)
    return page(request, "account.html", tokens=console.sessions.tokens_of(me), token=token)


@router.post("/account/tokens/{id_}/drop")
@does(Act.OWN_TOKENS)
def drop_token(request: Request, console: ConsoleDep, me: CurrentPerson, id_: int) -> Response:
    """Withdraw a token."""
    if console.sessions.drop_token(me, id_):
        audit(request, "token.dropped", str(id_))
        flash(request, _("The token no longer works."))
    return go("/account")


@router.post("/account/theme")
@does(Act.OWN_ACCOUNT)
def theme(request: Request, form: SubmittedForm) -> Response:
    """Dark, light, or as the computer has it."""
    wanted = form.text("theme", 10)
    answer = go(local(urlsplit(request.headers.get("referer", "/")).path or "/"))
    if wanted in {"dark", "light"}:
        answer.set_cookie(
            "loa_theme", wanted, max_age=31536000, httponly=True, samesite="lax", secure=by_https(request)
        )
    else:
        answer.delete_cookie("loa_theme")
    return answer


def _wrong_code(console: Console, form: Form, address: str) -> str | None:
    """What is wrong with the one-time code; every wrong one counts as a guess."""
    if not console.guesses.count("first", address):
        return too_many()
    if not same_code(form.secret("code"), console.code):
        return _("This is not the code in the terminal window where Loa was started.")
    console.guesses.right("first", address)
    return None


def _enter(request: Request, cookie: str, path: str) -> Response:
    answer = go(path)
    seconds = int(LONGEST.total_seconds())
    answer.set_cookie(COOKIE, cookie, max_age=seconds, httponly=True, samesite="lax", secure=by_https(request))
    return answer


@router.get("/settings/people")
@does(Act.MANAGE_PEOPLE)
def people(request: Request, console: ConsoleDep) -> Response:
    """Everybody, and a form to add somebody."""
    return _people(request, console, {"reach": "station"})


def _people(request: Request, console: Console, values: dict[str, Any], refused: FormError | None = None) -> Response:
    return page(
        request,
        "people.html",
        422 if refused else 200,
        people=console.accounts.all(),
        values=values,
        communes=_commune_options(console),
        problems=refused.problems if refused else {},
    )


@router.post("/settings/people")
@does(Act.MANAGE_PEOPLE)
def add(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """Add somebody, with a first password that they should change."""
    values: dict[str, Any] = {"name": form.text("name", 40), "shown": form.text("shown", 80)}
    values |= {name: form.texts(name) for name in ("roles", "communes")}
    values["reach"] = form.text("reach", 10)
    try:
        person = console.accounts.add(
            values["name"],
            values["shown"],
            form.secret("password"),
            parse_roles(" ".join(values["roles"])),
            _communes(console, form),
        )
    except FormError as refused:
        return _people(request, console, values, refused)
    audit(request, "person.added", person.name, _named(person.roles, person.communes))
    flash(request, _("{name} can log in now.").format(name=person.shown))
    return go("/settings/people")


@router.get("/settings/people/{id_}")
@does(Act.MANAGE_PEOPLE)
def show_person(request: Request, console: ConsoleDep, id_: int) -> Response:
    """Somebody's roles, and a new password for who forgot theirs."""
    return page(request, "person.html", person=_person(console, id_), communes=_commune_options(console))


@router.post("/settings/people/{id_}")
@does(Act.MANAGE_PEOPLE)
def change(request: Request, console: ConsoleDep, id_: int, form: SubmittedForm) -> Response:
    """Other roles, another name, open or closed."""
    person = _person(console, id_)
    roles, communes = parse_roles(" ".join(form.texts("roles"))), _communes(console, form, person)
    active = form.flag("active")
    try:
        console.accounts.change(person, shown=form.text("shown", 80), roles=roles, active=active, communes=communes)
    except FormError as refused:
        options = _commune_options(console)
        return page(request, "person.html", 422, person=person, communes=options, problems=refused.problems)
    audit(request, "person.changed", person.name, _named(roles, communes))
    flash(request, _("Saved."))
    return go("/settings/people")


@router.post("/settings/people/{id_}/password")
@does(Act.MANAGE_PEOPLE)
def password(request: Request, console: ConsoleDep, me: CurrentPerson, id_: int, form: SubmittedForm) -> Response:
    """A new password for somebody; all their sessions and tokens end."""
    person = _person(console, id_)
    try:
        console.accounts.set_password(person, form.secret("password"))
    except FormError as refused:
        options = _commune_options(console)
        return page(request, "person.html", 422, person=person, communes=options, problems=refused.problems)
    audit(request, "person.password", person.name)
    flash(request, _("{name} has a new password.").format(name=person.shown))
    return go("/settings/people" if person.id != me.id else "/login")


@router.get("/settings/audit")
@does(Act.READ_AUDIT)
def show_audit(request: Request, console: ConsoleDep, q: str = "", before: int = 0) -> Response:
    """Who did what in the console, newest first."""
    return page(request, "audit.html", rows=console.audit.read(before=before or None, word=q[:80]), q=q[:80])


def _named(roles: frozenset[Role], communes: frozenset[str] | None) -> str:
    names = ", ".join(role.label for role in Role if role in roles)
    return f"{names}: {_('the whole station') if communes is None else ', '.join(sorted(communes))}"


def _communes(console: Console, form: Form, person: Person | None = None) -> frozenset[str] | None:
    """For which communes somebody works, as the form says; None: for the whole station. What the form does not say is
    nothing. A commune whose file is gone stays with whoever has it.
    """
    if form.text("reach", 10) == "station":
        return None
    there = {file.stem for file in console.files.communes()} | ((person.communes if person else None) or set())
    return frozenset(there.intersection(form.texts("communes")))


def _commune_options(console: Console) -> list[tuple[str, str, str]]:
    """Communes to tick: value, name, the file's name."""
    return [
        (file.stem, file.commune.unit.full_name if file.commune else file.stem, file.stem)
        for file in console.files.communes()
    ]


def _person(console: Console, id_: int) -> Person:
    person = console.accounts.get(id_)
    if person is None:
        raise HTTPException(404)
    return person
