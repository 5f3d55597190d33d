"""The application: routes, the guard before all of them, headers after all of them, and error pages."""

import json
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loa.errors import LoaError, RequestError
from loa.i18n import _, current_language
from loa.web import routes
from loa.web.auth.guard import SAFE, ForgedError, LoginNeededError, NotAllowedError, guard
from loa.web.auth.hosts import KnownHosts, UnknownHostError
from loa.web.auth.passwords import BusyError
from loa.web.context import Console
from loa.web.forms import MAX_UPLOAD, FormError
from loa.web.lanes import Lanes
from loa.web.live import lifespan
from loa.web.pages import for_programs, go, local, page, stranger_page

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(self), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def create_app(console: Console, names: Iterable[str] | None = ()) -> FastAPI:
    """The console as an ASGI application. `names`: by which it is reached, see `KnownHosts`."""
    app = FastAPI(
        title="Loa",
        dependencies=[Depends(guard)],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.console = console
    app.state.hosts = KnownHosts(names)
    for router in routes.all_routers():
        app.include_router(router)
    for kind, handler in _handlers().items():
        app.add_exception_handler(kind, handler)
    app.add_middleware(ResponseFrame, changed=console.forget)
    app.add_middleware(Lanes, sessions=console.sessions, refuse=Refusal(console))
    return app


class ResponseFrame:
    """Around every answer: security headers; before it: a limit on what is sent to us.

    `changed` makes all forgotten that was seen before: when a request begins that may change something, so that nobody
    signs a sound which was made anew a moment ago, and again before it is answered, so that the next page shows it.
    """

    def __init__(self, app: ASGIApp, changed: Callable[[], None]) -> None:
        self.app, self.changed = app, changed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with a limit and with headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        taken, changing = 0, scope["method"] not in SAFE and scope.get("loa.lane") != "log-in"
        if changing:
            self.changed()

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MAX_UPLOAD + 200_000:
                raise HTTPException(413)
            return message

        async def framed(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                if changing:
                    self.changed()
                there = {name.lower() for name, _value in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((n.encode(), v.encode()) for n, v in HEADERS.items() if n.encode() not in there),
                ]
            await send(message)

        await self.app(scope, limited, framed)


class Refusal:
    """What somebody is told whose request has no place in its lane: made once, so that it costs little."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._made: dict[tuple[str, bool], Response] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        key = (current_language(), for_programs(Request(scope)))
        answer = self._made.get(key) or self._made.setdefault(key, self._make(for_programs=key[1]))
        await answer(scope, receive, send)

    def _make(self, *, for_programs: bool) -> Response:
        title = _("Busy")
        text = _("The console has more to do at this moment than it can. Wait a few seconds, then try again.")
        headers = {**HEADERS, "retry-after": "3", "connection": "close"}
        if for_programs:
            return ProblemResponse({"error": title, "message": text}, 503, headers)
        return HTMLResponse(
            stranger_page(self._console, "problem.html", title=title, text=text, findings=(), back=""), 503, headers
        )


def _handlers() -> dict[type[Exception] | int, Any]:
    return {
        UnknownHostError: _unknown_host,
        LoginNeededError: _not_logged_in,
        NotAllowedError: _not_allowed,
        ForgedError: _forged,
        BusyError: _busy,
        FormError: _refused,
        RequestError: _refused,
        LoaError: _loa_error,
        HTTPException: _http,
        RequestValidationError: _invalid,
        ClientDisconnect: _gone,
        OverflowError: _beyond_numbers,
        500: _crash,
    }


class ProblemResponse(JSONResponse):
    """In ASCII, with escapes: what was sent may hold half characters, and is quoted in what is said about it."""

    def render(self, content: Any) -> bytes:
        """The body."""
        return json.dumps(content).encode()


def problem(request: Request, status: int, title: str, text: str, **more: Any) -> Response:
    """An error as a page for people, or as JSON for programs."""
    if for_programs(request):
        return ProblemResponse({"error": title, "message": text, **more}, status)
    back = _form_before(request) if status in (409, 422) else ""
    return page(request, "problem.html", status, title=title, text=text, findings=more.get("findings", ()), back=back)


def _form_before(request: Request) -> str:
    """The page on which the refused form stands; "" where nobody knows."""
    came = urlsplit(request.headers.get("referer", ""))
    own = request.method == "POST" and came.netloc == request.url.netloc
    return local(came.path + (f"?{came.query}" if came.query else "")) if own else ""


async def _unknown_host(request: Request, _error: Exception) -> Response:
    """421 Misdirected Request. Without a page: its links would be those of a stranger's name."""
    text = _(
        "The console is not known by the name in this address. Open it by the address of its computer; or whoever set "
        "Loa up starts it with --host-name NAME (see docs/console.md)."
    )
    if for_programs(request):
        return problem(request, 421, _("Not accepted"), text)
    return PlainTextResponse(text + "\n", 421)


async def _not_logged_in(request: Request, _error: Exception) -> Response:
    if for_programs(request):
        return problem(request, 401, _("Not logged in"), _("Send a token: Authorization: Bearer …"))
    wanted = request.url.path if request.method == "GET" and request.url.path != "/" else ""
    return go(f"/login?next={wanted}" if wanted else "/login")


async def _not_allowed(request: Request, _error: Exception) -> Response:
    return problem(request, 403, _("Not for your role"), _("Ask the administrator if you need this for your work."))


async def _forged(request: Request, _error: Exception) -> Response:
    text = _("The page was open for too long, or the request came from another site. Go back, reload and try again.")
    return problem(request, 403, _("Not accepted"), text)


async def _busy(request: Request, _error: Exception) -> Response:
    text = _("Too many people give their password at this moment. Wait a few seconds, then try again.")
    answer = problem(request, 503, _("Busy"), text)
    answer.headers["retry-after"] = "5"
    return answer


async def _refused(request: Request, error: Exception) -> Response:
    text = " ".join(error.problems.values()) if isinstance(error, FormError | RequestError) else ""
    return problem(request, 422, _("Please check what you entered"), text)


async def _loa_error(request: Request, error: Exception) -> Response:
    findings = error.findings if isinstance(error, LoaError) else ()
    if for_programs(request):
        listed = [{"code": f.code, "message": f.message, "mend": f.fix, "place": f.place} for f in findings]
        return problem(request, 409, _("This did not work"), str(error), findings=listed)
    return problem(request, 409, _("This did not work"), "", findings=findings)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    texts = {
        404: (_("Not found"), _("There is no such page. Perhaps it was renamed or removed.")),
        405: (_("Not accepted"), _("This address does not take such a request.")),
        413: (_("Too large"), _("At most {count} MB can be sent.").format(count=MAX_UPLOAD // 1_000_000)),
    }
    title, text = texts.get(status, (_("Not accepted"), _("The request could not be understood.")))
    return problem(request, status, title, text)


async def _beyond_numbers(request: Request, error: Exception) -> Response:
    """A number in an address that is larger than SQLite's: nothing is called so."""
    if "SQLite" not in str(error):
        raise error
    return await _http(request, HTTPException(404))


async def _invalid(request: Request, error: Exception) -> Response:
    """An address or a body that no page of ours sends."""
    given = error.errors() if isinstance(error, RequestValidationError) else []
    text = "; ".join(f"{'.'.join(str(step) for step in e['loc'])}: {e['msg']}" for e in given[:10])
    if for_programs(request):
        return problem(request, 422, _("Please check what you entered"), text)
    return problem(request, 404, _("Not found"), _("There is no such page. Perhaps it was renamed or removed."))


async def _gone(_request: Request, _error: Exception) -> Response:
    """Whoever sent something has gone, or was too slow: nobody reads this."""
    return Response(status_code=400)


async def _crash(request: Request, _error: Exception) -> Response:
    text = _("Loa itself failed; this is our fault, not yours. What goes on air is not affected.")
    return problem(request, 500, _("Something broke"), text)
