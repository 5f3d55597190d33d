"""Every person at every route, from the route table itself. Things of other communes: test_communes.py."""

import contextlib
import re
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from loa.actions.acts import Act
from loa.actions.offices import OFFICES, Office, Role, Touches, may
from loa.web.auth.decisions import act_of
from loa.web.auth.guard import guard
from loa.web.context import Console
from loa.web.routes import all_routers
from scripts.make_offices import PAGE, page_with_table
from tests.web.conftest import LogIn

PUBLIC = {
    "/nghe/{stem}",
    "/nghe/{stem}/{sha256}.mp3",
    "/nghe/{stem}/gop-y",
    "/board/{stem}",
    "/board/{stem}/slides",
    "/login",
    "/first",
    "/health",
    "/static/{name}",
    "/feed/{stem}.xml",
}


def table() -> Iterator[tuple[str, APIRoute, Act]]:
    """Every method and route, with the act that it carries."""
    for router in all_routers():
        for route in router.routes:
            if isinstance(route, WebSocketRoute):
                continue
            assert isinstance(route, APIRoute), f"{route} is no route that the guard sees"
            act = act_of(route.endpoint)
            assert act, f"{route.path} says not what is done by it"
            for method in sorted(route.methods):
                yield method, route, act


def sockets() -> list[tuple[WebSocketRoute, Act | None]]:
    """Every WebSocket, with the act that it carries: the application's guard does not see them, each asks for itself."""
    found = [route for router in all_routers() for route in router.routes if isinstance(route, WebSocketRoute)]
    return [(route, act_of(route.endpoint)) for route in found]


def address(route: APIRoute) -> str:
    """The route's path with names that nothing has, so that nothing is changed behind an open door, and with numbers that
    no database holds.
    """
    return re.sub(
        r"\{(\w*(?:id_|number))\}",
        "98765432109876543210",
        re.sub(r"\{(?!\w*(?:id_|number)\})\w+\}", "khong-co", route.path),
    )


def test_every_route_says_what_is_done_by_it_and_every_act_is_decided_and_done() -> None:
    assert set(OFFICES) == set(Act)
    assert {act for _method, _route, act in table()} == set(Act)


def test_what_only_looks_is_no_act_that_changes_something() -> None:
    """No address does something by the gentle name of an act that looks."""
    doing = {act for method, route, act in table() if method == "POST" and not route.path.endswith("/preview")}
    assert not {act for act in doing if act.startswith(("read-", "see-", "hear-", "watch", "load-", "ask-"))}


def test_strangers_reach_only_the_log_in_health_its_style_and_the_feed() -> None:
    assert {route.path for _method, route, act in table() if may(None, act)} == PUBLIC
    assert {act for act in Act if may(None, act)} == {act for act in Act if OFFICES[act].touches is Touches.PUBLIC}


def test_the_table_is_what_the_application_serves(app: FastAPI) -> None:
    described = set(app.openapi()["paths"])
    assert described <= {route.path for _method, route, _act in table()}
    assert all(path.startswith("/api/v1/") for path in described)


def test_a_commune_ends_where_it_ends() -> None:
    """Person x commune x act, whole: nobody does for another commune what the person may do for the own one."""
    for act in Act:
        touches = OFFICES[act].touches
        for role in Role:
            everywhere, here = Office(frozenset({role})), Office(frozenset({role}), frozenset({"ben-hai"}))
            held = not OFFICES[act].roles or role in OFFICES[act].roles or touches is Touches.PUBLIC
            assert may(everywhere, act, "ben-hai", "gio-linh") == may(everywhere, act) == held
            assert may(here, act, "ben-hai") == may(here, act) == (held and touches is not Touches.STATION)
            bound = touches in {Touches.COMMUNE, Touches.OUTPUT, Touches.STATION}
            assert may(here, act, "gio-linh") == may(here, act, "ben-hai", "gio-linh") == (held and not bound)
            nowhere = Office(frozenset({role}), frozenset())
            assert may(nowhere, act, "ben-hai") == (held and not bound)


@pytest.mark.parametrize("who", [None, *Role], ids=lambda role: role.value if role else "stranger")
def test_each_role_passes_where_the_act_is_its_own_and_nowhere_else(log_in: LogIn, who: Role | None) -> None:
    browser = log_in(*([who] if who else []))
    office = Office(frozenset({who})) if who else None
    wrong = []
    for method, route, act in table():
        if route.path in {"/logout", "/today/events"}:
            continue  # the first ends the session, the second never ends
        kind = {"accept": "application/json"}
        answer = browser.request(method, address(route), headers={**kind, "x-csrf-token": browser.csrf})
        admitted = answer.status_code not in {401, 403}
        if admitted != may(office, act) and not (route.path in PUBLIC and method == "POST"):
            wrong.append(f"{method} {route.path}: {answer.status_code}")
        assert answer.status_code < 500, f"{method} {route.path}: {answer.text}"
    assert not wrong


@pytest.mark.parametrize("who", [None, *Role], ids=lambda role: role.value if role else "stranger")
def test_a_socket_opens_to_pages_of_ours_whose_reader_may_do_its_act(log_in: LogIn, who: Role | None) -> None:
    browser = log_in(*([who] if who else []))
    assert sockets()
    for route, act in sockets():
        assert act, f"{route.path} says not what is done by it"
        for origin, ours in (("http://loa.test", True), ("http://evil.test", False), ("", False)):
            allowed = ours and may(Office(frozenset({who})) if who else None, act)
            opened = False
            headers = {"origin": origin, "host": "loa.test"}
            with (
                contextlib.suppress(WebSocketDisconnect),
                browser.websocket_connect(route.path, headers=headers) as line,
            ):
                line.send_text("[]")
                opened = line.receive_json()["state"] == "refused"
            assert opened == allowed, f"{who} {origin}"


def test_a_stranger_is_led_to_the_log_in_and_back(log_in: LogIn) -> None:
    answer = log_in().get("/week")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/week")


def test_a_route_that_forgot_its_act_admits_nobody(console: Console) -> None:
    from loa.web.app import create_app

    app = create_app(console, ("testserver",))
    router = APIRouter()
    router.add_api_route("/forgotten", lambda: "secret")
    app.include_router(router)
    with TestClient(app) as browser:
        assert browser.get("/forgotten").status_code == 403


def test_the_guard_stands_before_the_whole_application(app: FastAPI) -> None:
    assert [d.dependency for d in app.router.dependencies] == [Depends(guard).dependency]


def test_the_page_about_security_has_the_table_of_the_code() -> None:
    text = PAGE.read_text("utf-8")
    assert page_with_table(text) == text, "run: python -m scripts.make_offices"
