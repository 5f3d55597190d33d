"""Logging in and out, the first run, one's own account."""

import threading
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response

from generator.console.context import Console, Filled, Here, Me, address_of, note, session_of, tell
from generator.console.formerror import FormError
from generator.console.forms import Form
from generator.console.guard import COOKIE
from generator.console.pages import by_https, go, local, page
from generator.console.passwords import same_code
from generator.console.roles import Role, anyone, members, parse_roles
from generator.console.sessions import LONGEST
from generator.i18n import _

router = APIRouter(include_in_schema=False)
_first = threading.Lock()


@router.get("/login")
@anyone
def login_page(request: Request, here: Here, next: str = "/") -> Response:  # noqa: A002  the name in the address
    """The log-in; on the first run, the form that makes the administrator."""
    if here.first_run():
        return page(request, "first.html", values={})
    return go("/") if session_of(request) else page(request, "login.html", next=local(next), name="")


@router.post("/login")
@anyone
def login(request: Request, here: Here, form: Filled) -> Response:
    """Check name and password, within the limits on guessing; then a new session."""
    name, address = form.text("name", 40), address_of(request)
    wanted = local(form.text("next", 200))
    if here.guesses.blocked(name, address):
        text = _("Too many attempts. Wait 15 minutes, then try again.")
        return page(request, "login.html", 429, next=wanted, name=name, problems={"": text})
    person = here.accounts.check(name, form.secret("password"))
    if person is None:
        here.guesses.failed(name, address)
        here.audit.write(name, "login.failed", address=address)
        text = _("The name or the password is wrong.")
        return page(request, "login.html", 401, next=wanted, name=name, problems={"": text})
    here.guesses.forgive(name, address)
    here.audit.write(person.shown, "login", address=address)
    old = session_of(request)
    if old:
        here.sessions.end(old.hash)
    return _enter(request, here.sessions.start(person, address), wanted)


@router.post("/first")
@anyone
def first_run(request: Request, here: Here, form: Filled) -> Response:
    """Make the administrator, for whoever can read the code in the terminal."""
    values = {"name": form.text("name", 40), "shown": form.text("shown", 80), "roles": form.texts("roles")}
    address = address_of(request)
    with _first:
        if not here.first_run():
            return go("/login")
        try:
            _check_code(here, form, address)
            roles = parse_roles(" ".join(form.texts("roles"))) | {Role.ADMIN}
            person = here.accounts.add(form.text("name"), form.text("shown"), form.secret("password"), roles)
        except FormError as refused:
            return page(request, "first.html", 422, values=values, problems=refused.problems)
        here.code = ""
    here.audit.write(person.shown, "first.run", person.name, address=address)
    return _enter(request, here.sessions.start(person, address), "/")


@router.post("/logout")
@members
def logout(request: Request, here: Here) -> Response:
    """End this session."""
    session = session_of(request)
    if session:
        note(request, "logout")
        here.sessions.end(session.hash)
    answer = go("/login")
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/account")
@members
def account(request: Request, here: Here, me: Me) -> Response:
    """One's own name, roles, password, tokens and colours."""
    return page(request, "account.html", tokens=here.sessions.tokens_of(me), token="")


@router.post("/account/password")
@members
def change_password(request: Request, here: Here, me: Me, form: Filled) -> Response:
    """A new password, for who knows the old one; all other sessions end."""
    problems = {}
    address = address_of(request)
    if here.guesses.blocked(me.name, address) or not here.accounts.check(me.name, form.secret("old")):
        here.guesses.failed(me.name, address)
        problems["old"] = _("The present password is wrong.")
    elif form.secret("password") != form.secret("again"):
        problems["again"] = _("The two passwords differ.")
    else:
        try:
            here.accounts.set_password(me, form.secret("password"))
        except FormError as refused:
            problems = refused.problems
    if problems:
        return page(request, "account.html", 422, tokens=here.sessions.tokens_of(me), token="", problems=problems)
    note(request, "password.changed")
    return _enter(request, here.sessions.start(me, address), "/account")


@router.post("/account/tokens")
@members
def make_token(request: Request, here: Here, me: Me, form: Filled) -> Response:
    """A token for a program; shown this once."""
    label = form.text("label", 80) or _("a program")
    token = here.sessions.make_token(me, label, parse_roles(" ".join(form.texts("roles"))), form.number("days", 1, 366))
    note(request, "token.made", label)
    return page(request, "account.html", tokens=here.sessions.tokens_of(me), token=token)


@router.post("/account/tokens/{id_}/drop")
@members
def drop_token(request: Request, here: Here, me: Me, id_: int) -> Response:
    """Withdraw a token."""
    if here.sessions.drop_token(me, id_):
        note(request, "token.dropped", str(id_))
        tell(request, _("The token no longer works."))
    return go("/account")


@router.post("/account/theme")
@members
def theme(request: Request, form: Filled) -> Response:
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


def _check_code(here: Console, form: Form, address: str) -> None:
    if here.guesses.blocked("first", address):
        raise FormError({"code": _("Too many attempts. Wait 15 minutes, then try again.")})
    if not same_code(form.secret("code"), here.code):
        here.guesses.failed("first", address)
        raise FormError({"code": _("This is not the code in the terminal window where Loa was started.")})
    if form.secret("password") != form.secret("again"):
        raise FormError({"again": _("The two passwords differ.")})


def _enter(request: Request, cookie: str, path: str) -> Response:
    answer = go(path)
    seconds = int(LONGEST.total_seconds())
    answer.set_cookie(COOKIE, cookie, max_age=seconds, httponly=True, samesite="lax", secure=by_https(request))
    return answer
