"""A console on a copy of the sample station, and people of every role at their browsers."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from loa.actions.offices import Role
from loa.web.app import create_app
from loa.web.auth import passwords
from loa.web.context import Console
from loa.workspace import Workspace
from loa.yamlfile import parse

PASSWORD = "một câu dài dễ nhớ"
LogIn = Callable[..., "Browser"]


class Browser(TestClient):
    """A test client that fills in forms as a browser does: with the token of the page it looks at."""

    csrf = ""

    def look(self, path: str, status: int = 200) -> str:
        """The page at `path`, which must answer with `status`."""
        answer = self.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:400]}"
        found = re.search(r'name="csrf" (?:value|content)="([^"]+)"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer.text

    def submit(self, path: str, status: int = 303, **fields: object) -> str:
        """Send a form; gives the page that follows, or the page itself where it is refused."""
        answer = self.post(path, data={"csrf": self.csrf, **fields})
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[-1500:]}"
        return self.look(answer.headers["location"]) if status == 303 else answer.text


@pytest.fixture(scope="session")
def hashed() -> str:
    """The hash of PASSWORD, made once: argon2 is slow on purpose."""
    return passwords.hash_password(PASSWORD)


@pytest.fixture
def console(station: Workspace) -> Iterator[Console]:
    made = Console.open(station)
    yield made
    made.close()


@pytest.fixture
def app(console: Console) -> FastAPI:
    return create_app(console, ("loa.test",))


@pytest.fixture
def person(console: Console, hashed: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Adds somebody with the given roles; gives the name. The password is PASSWORD."""

    def add(name: str, *roles: Role, communes: frozenset[str] | None = None) -> str:
        with monkeypatch.context() as quick:
            quick.setattr(passwords, "hash_password", lambda _password: hashed)
            console.accounts.add(name, name.title(), PASSWORD, frozenset(roles), communes)
        return name

    return add


@pytest.fixture
def log_in(app: FastAPI, console: Console, person: Callable[..., str]) -> Iterator[LogIn]:
    """A browser in which somebody with the given roles is logged in; without roles, a stranger's."""
    opened: list[Browser] = []

    def enter(*roles: Role, name: str = "", communes: frozenset[str] | None = None) -> Browser:
        browser = Browser(app, base_url="http://loa.test", follow_redirects=False)
        opened.append(browser)
        if roles:
            name = name or f"nguoi-{len(opened)}"
            person(name, *roles, communes=communes)
            found = next(p for p in console.accounts.all() if p.name == name)
            browser.cookies.set("loa_session", console.sessions.start(found, "test"))
            browser.look("/account")
        return browser

    yield enter
    for browser in opened:
        browser.close()


def yaml_of(path: Path) -> dict[str, object]:
    """The data of a YAML file, as Loa reads it."""
    data = parse(path.read_text("utf-8"), path.name).data
    assert isinstance(data, dict)
    return data
