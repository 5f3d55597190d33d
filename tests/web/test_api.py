"""The JSON interface: its description is true, and nothing a program sends breaks the server."""

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from loa.actions.offices import Role
from loa.web.context import Console
from tests.web.conftest import LogIn


def test_a_token_does_what_its_roles_allow(log_in: LogIn, console: Console) -> None:
    browser = log_in(Role.LEADER, Role.EDITOR, name="lan")
    lan = next(p for p in console.accounts.all() if p.name == "lan")
    token = console.sessions.make_token(lan, "website", frozenset({Role.EDITOR}), 30)
    program = log_in()
    headers = {"authorization": f"Bearer {token}"}
    assert program.get("/api/v1/bulletins", headers=headers).status_code == 200
    assert program.post("/api/v1/stop", headers=headers).status_code == 403
    assert program.get("/api/v1/bulletins").status_code == 401
    browser.look("/account")
    number = console.sessions.tokens_of(lan)[0]["id"]
    browser.submit(f"/account/tokens/{number}/drop")
    assert program.get("/api/v1/bulletins", headers=headers).status_code == 401


def test_a_page_uses_the_interface_only_with_its_form_token(log_in: LogIn) -> None:
    browser = log_in(Role.OPERATOR)
    assert browser.post("/api/v1/stop").status_code == 403
    answer = browser.post("/api/v1/stop", headers={"x-csrf-token": browser.csrf})
    assert answer.status_code == 200


def test_the_log_and_the_plan_as_json(log_in: LogIn) -> None:
    browser = log_in(Role.EDITOR)
    plan = browser.get("/api/v1/airings", params={"since": "2026-11-23", "days": 7}).json()
    assert [item["planned"][11:16] for item in plan] == ["06:00", "17:00", "06:00", "17:00"]
    assert browser.get("/api/v1/log").json() == []
    assert browser.get("/api/v1/now").json()["running"] is False


@pytest.mark.filterwarnings("ignore")
def test_no_request_that_fits_the_description_breaks_the_server(app: FastAPI, console: Console, log_in: LogIn) -> None:
    log_in(*Role, name="tat-ca")
    everybody = next(p for p in console.accounts.all() if p.name == "tat-ca")
    token = console.sessions.make_token(everybody, "test", frozenset(Role), 1)
    headers = {"Authorization": f"Bearer {token}", "Host": "loa.test"}
    tried = []
    for found in schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=headers).get_all_operations():
        operation = found.ok()
        tried.append(operation.label)

        @given(case=operation.as_strategy())
        @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def once(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=[not_a_server_error, response_schema_conformance])

        once()
    assert len(tried) >= 12, tried
