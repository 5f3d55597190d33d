"""Every route by every role, from the route table itself."""

import re
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from loa.web.auth.guard import guard
from loa.web.auth.roles import Role, decision_of
from loa.web.context import Console
from loa.web.routes import all_routers
from tests.web.conftest import LogIn

PUBLIC = {"/login", "/first", "/health", "/static/{name}", "/feed/{stem}.xml"}


def table() -> Iterator[tuple[str, APIRoute]]:
    for router in all_routers():
        for route in router.routes:
            assert isinstance(route, APIRoute), f"{route} is no route that the guard sees"
            for method in sorted(route.methods):
                yield method, route


def address(route: APIRoute) -> str:
    """The route's path with names that nothing has, so that nothing is changed behind an open door."""
    return re.sub(
        r"\{(\w*(?:id_|number))\}", "987654", re.sub(r"\{(?!\w*(?:id_|number)\})\w+\}", "khong-co", route.path)
    )


def test_no_route_is_without_a_decision() -> None:
    missing = [f"{method} {route.path}" for method, route in table() if decision_of(route.endpoint) is None]
    assert not missing


def test_strangers_reach_only_the_log_in_health_and_its_style() -> None:
    assert {route.path for _method, route in table() if decision_of(route.endpoint).public} == PUBLIC  # type: ignore[union-attr]


def test_the_table_is_what_the_application_serves(app: FastAPI) -> None:
    described = set(app.openapi()["paths"])
    assert described <= {route.path for _method, route in table()}
    assert all(path.startswith("/api/v1/") for path in described)


@pytest.mark.parametrize("who", [None, *Role], ids=lambda role: role.value if role else "stranger")
def test_each_role_passes_where_the_decision_says_so_and_nowhere_else(log_in: LogIn, who: Role | None) -> None:
    browser = log_in(*([who] if who else []))
    roles = frozenset({who}) if who else None
    wrong = []
    for method, route in table():
        decision = decision_of(route.endpoint)
        assert decision is not None
        if route.path in {"/logout", "/today/events"}:
            continue  # the first ends the session, the second never ends
        kind = {"accept": "application/json"}
        answer = browser.request(method, address(route), headers={**kind, "x-csrf-token": browser.csrf})
        admitted = answer.status_code not in {401, 403}
        if admitted != decision.admits(roles) and not (route.path in PUBLIC and method == "POST"):
            wrong.append(f"{method} {route.path}: {answer.status_code}")
        assert answer.status_code < 500, f"{method} {route.path}: {answer.text}"
    assert not wrong


def test_a_stranger_is_led_to_the_log_in_and_back(log_in: LogIn) -> None:
    answer = log_in().get("/week")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/week")


def test_a_route_that_forgot_its_decision_admits_nobody(console: Console) -> None:
    from loa.web.app import create_app

    app = create_app(console, ("testserver",))
    router = APIRouter()
    router.add_api_route("/forgotten", lambda: "secret")
    app.include_router(router)
    with TestClient(app) as browser:
        assert browser.get("/forgotten").status_code == 403


def test_the_guard_stands_before_the_whole_application(app: FastAPI) -> None:
    assert [d.dependency for d in app.router.dependencies] == [Depends(guard).dependency]
