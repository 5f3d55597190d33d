"""Tokens and passwords: what ends them, how long they last, what guesses cost, and the way back in."""

import sqlite3
from contextlib import closing

import pytest

from loa.actions.offices import Role
from loa.store.database import CONSOLE, Database
from loa.web.auth.accounts import Accounts
from loa.web.auth.sessions import TOKEN_DAYS
from loa.web.context import Console
from loa.workspace import Workspace
from tests.conftest import Loa
from tests.web.conftest import PASSWORD, LogIn

SECRET = "mat khau that dai cua toi"


def ask(browser: object, token: str) -> int:
    headers = {"authorization": f"Bearer {token}"}
    return int(browser.get("/api/v1/now", headers=headers).status_code)  # type: ignore[attr-defined]


def everything(station: Workspace) -> bytes:
    """What stands in the console's database, and beside it."""
    return b"".join(path.read_bytes() for path in sorted(station.state.glob("console.db*")))


def test_a_reset_ends_tokens_and_sessions(log_in: LogIn, console: Console) -> None:
    browser = log_in(Role.OPERATOR)
    person = next(p for p in console.accounts.all() if Role.OPERATOR in p.roles)
    cookie = console.sessions.start(person, "x")
    token = console.sessions.make_token(person, "máy", person.roles, 30)
    assert ask(browser, token) == 200
    console.accounts.set_password(person, SECRET)
    assert ask(browser, token) == 401
    assert console.sessions.find(cookie) is None
    assert console.sessions.tokens_of(person) == []


def test_a_closed_account_has_no_tokens_when_it_is_opened_again(log_in: LogIn, console: Console) -> None:
    browser = log_in(Role.OPERATOR)
    log_in(Role.ADMIN)
    person = next(p for p in console.accounts.all() if Role.OPERATOR in p.roles)
    token = console.sessions.make_token(person, "máy", person.roles, 30)
    for active in (False, True):
        console.accounts.change(person, shown="x", roles=person.roles, active=active, communes=None)
    assert ask(browser, token) == 401


def test_no_token_outlasts_the_limit(log_in: LogIn, console: Console) -> None:
    browser = log_in(Role.OPERATOR)
    browser.look("/account")
    browser.submit("/account/tokens", 422, label="x", days=str(TOKEN_DAYS + 1))
    person = next(p for p in console.accounts.all() if Role.OPERATOR in p.roles)
    console.sessions.make_token(person, "máy", person.roles, 100_000)
    (row,) = console.sessions.tokens_of(person)
    assert row["until"] < row["created"].replace(row["created"][:4], str(int(row["created"][:4]) + 1))


def test_a_program_makes_itself_no_way_in(log_in: LogIn, console: Console) -> None:
    """A token renewed itself, for ever; one of an administrator added an administrator."""
    browser = log_in(Role.ADMIN)
    (person,) = console.accounts.all()
    headers = {"authorization": f"Bearer {console.sessions.make_token(person, 'máy', person.roles, 30)}"}
    assert browser.get("/settings/audit", headers=headers).status_code == 200
    new = {"label": "x", "days": "90", "roles": "admin"}
    other = {"name": "ke-gian", "shown": "Kẻ gian", "password": SECRET, "roles": "admin", "reach": "station"}
    for path, form in (
        ("/account/tokens", new),
        ("/account/tokens/1/drop", {}),
        ("/account/password", {"old": PASSWORD, "password": SECRET, "again": SECRET}),
        ("/settings/people", other),
        (f"/settings/people/{person.id}/password", {"password": SECRET}),
    ):
        assert browser.post(path, data=form, headers=headers).status_code == 403, path
    assert browser.get("/account", headers=headers).status_code == 403
    assert len(console.sessions.tokens_of(person)) == len(console.accounts.all()) == 1


def test_wrong_tokens_keep_neither_good_ones_nor_people_out(log_in: LogIn, console: Console) -> None:
    """From the same address: a program with an old token asks every second."""
    browser = log_in(Role.OPERATOR)
    person = next(p for p in console.accounts.all() if Role.OPERATOR in p.roles)
    token = console.sessions.make_token(person, "máy", person.roles, 30)
    for number in range(80):
        assert ask(browser, f"loa_{number}") == 401
    assert ask(browser, token) == 200
    assert console.guesses.count(person.name, "testclient")


def test_a_password_typed_as_a_name_is_kept_nowhere(log_in: LogIn, console: Console, station: Workspace) -> None:
    browser = log_in(Role.OPERATOR)
    browser.post("/logout")
    browser.cookies.clear()
    browser.look("/login")
    browser.submit("/login", 401, name=SECRET, password="x")
    person = next(p for p in console.accounts.all() if Role.OPERATOR in p.roles)
    browser.submit("/login", 401, name=person.name, password=SECRET)
    assert SECRET.encode() not in everything(station)
    rows = [row["who"] for row in console.audit.read() if row["action"] == "login.failed"]
    assert rows == [person.shown, "unknown"]


@pytest.mark.parametrize("name", ["quan-tri", "nguoi-moi"])
def test_a_lost_administrator_is_brought_back_on_the_computer(station: Workspace, loa: Loa, name: str) -> None:
    database = Database(station.console_database, CONSOLE)
    accounts = Accounts(database)
    old = accounts.add("quan-tri", "Chị Lan", "mat khau da quen mat", frozenset({Role.ADMIN, Role.OFFICER}))
    done = loa("admin", name, cwd=station.root, text=f"{SECRET}\n{SECRET}\n")
    assert done.returncode == 0, done.stderr
    found = accounts.check(name, SECRET)
    assert found is not None
    assert Role.ADMIN in found.roles
    if name == old.name:
        assert found.roles == old.roles
        assert found.shown == "Chị Lan"
    with closing(sqlite3.connect(station.console_database)) as raw:
        ((who, action, subject),) = raw.execute("SELECT who, action, subject FROM audit").fetchall()
    assert "@" in who
    assert (action, subject) == ("person.rescued", name)


def test_a_weak_password_is_refused_in_words(station: Workspace, loa: Loa) -> None:
    done = loa("admin", "quan-tri", cwd=station.root, text="ngan\nngan\n")
    assert done.returncode == 2
    assert "at least 10 characters" in done.stderr
    assert Accounts(Database(station.console_database, CONSOLE)).empty()
