"""The one door: every route passes here, and a route that carries no act admits nobody."""

import hmac
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from loa.actions.acts import Act
from loa.actions.offices import IN_PERSON, may
from loa.web.auth.accounts import Person
from loa.web.auth.decisions import act_of
from loa.web.auth.sessions import COOKIE, Session
from loa.web.context import console_of
from loa.web.forms import read_form
from loa.web.lanes import in_lane

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
VISITOR = "loa_visitor"


class LoginNeededError(Exception):
    """A stranger asked for what only people with an account may see."""


class NotAllowedError(Exception):
    """Somebody asked for what their roles do not cover."""


class ForgedError(Exception):
    """A changing request that did not come from one of our own pages."""


async def guard(request: Request) -> AsyncIterator[None]:
    """Find out who asks, and let them pass or not.

    Raises UnknownHostError, LoginNeededError, NotAllowedError, ForgedError.
    """
    try:
        await _let_pass(request)
        yield
    finally:
        await request.close()  # an uploaded file's copy goes with it


async def _let_pass(request: Request) -> None:
    request.app.state.hosts.check(request)
    shown = "authorization" in request.headers or COOKIE in request.cookies
    session = await in_lane(request.scope, lambda: identify(request)) if shown else None
    request.state.session = session
    act = act_of(request.scope.get("endpoint"))
    if act is None:
        raise NotAllowedError
    office = session.person.office if session else None
    if not may(office, act):
        if session is None:
            raise LoginNeededError
        raise NotAllowedError
    by_token = session is not None and session.csrf is None
    if by_token and act in IN_PERSON:
        raise NotAllowedError
    communes = (request.path_params[name] for name in ("stem", "commune") if name in request.path_params)
    if not may(office, act, *communes):
        raise HTTPException(404)  # as for one that is not there
    if request.method not in SAFE and not by_token:
        await _refuse_forgery(request, session)


def may_talk(request: HTTPConnection, act: Act) -> bool:
    """Whether a page of ours, of somebody who may do `act`, opens a WebSocket; `request.state.session` says who.

    Forms carry the session's token; here the browser names the page's origin itself, and pages of others cannot.
    Raises UnknownHostError, StoreError.
    """
    request.app.state.hosts.check(request)
    secret = request.cookies.get(COOKIE, "")
    known = bool(secret) and console_of(request).sessions.known(secret)
    session = request.state.session = identify(request) if known else None
    origin = urlsplit(request.headers.get("origin", "")).netloc
    return session is not None and origin == request.headers.get("host") and may(session.person.office, act)


def still_may(request: HTTPConnection, act: Act, *communes: str) -> Person | None:
    """Whoever opened this long connection, if they are still let in and may still do `act` there; else None.

    A log-out, a new password, a closed account and other rights end what is open, too. Raises StoreError.
    """
    session = identify(request)
    return session.person if session and may(session.person.office, act, *communes) else None


def identify(request: HTTPConnection) -> Session | None:
    """The session of the cookie, or of the token.

    Wrong tokens are not counted: nobody guesses 256 random bits, and whoever sends them from an address must not keep
    the good ones, or people who log in, out. Raises StoreError.
    """
    console = console_of(request)
    kind, _space, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return console.sessions.find_token(token.strip())
    cookie = request.cookies.get(COOKIE)
    return console.sessions.find(cookie) if cookie else None


async def _refuse_forgery(request: Request, session: Session | None) -> None:
    """A form must come from our own page: same origin, and with the session's (or the visitor's) token."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForgedError
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForgedError
    wanted = session.csrf if session else request.cookies.get(VISITOR)
    given = request.headers.get("x-csrf-token") or (await read_form(request)).secret("csrf")
    if not wanted or not hmac.compare_digest(wanted.encode(), given.encode()):
        raise ForgedError
