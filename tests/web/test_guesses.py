"""Guesses at passwords: counted before they are checked, and never held against whoever is logged in."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI

from loa.actions.offices import Role
from loa.web.app import create_app
from loa.web.auth import guesses, passwords
from loa.web.auth.accounts import Accounts
from loa.web.auth.guesses import PER_ADDRESS, PER_NAME, PER_NAME_AND_ADDRESS, PER_SESSION, Guesses, network
from loa.web.auth.passwords import BusyError, Hashing
from loa.web.context import Console
from loa.web.lanes import Lane
from tests.web.conftest import PASSWORD, Browser, LogIn

WRONG = "khong phai mat khau nay"
AT_ONCE = 60


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many log-ins wait as come: what is refused is refused by the count."""
    monkeypatch.setattr("loa.web.lanes.make_lanes", lambda: defaultdict(lambda: Lane(AT_ONCE, AT_ONCE)))
    monkeypatch.setattr("loa.web.routes.account.OUTSIDE", Hashing("test", 2, AT_ONCE))


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names whose password was really checked."""
    names: list[str] = []
    real = Accounts.check

    def check(self: Accounts, name: str, password: str, *pool: Hashing) -> object:
        names.append(name)
        return real(self, name, password, *pool)

    monkeypatch.setattr(Accounts, "check", check)
    return names


def at_once(work: Callable[[int], None]) -> None:
    """Sixty calls of `work`, all in the same moment."""
    ready = threading.Barrier(AT_ONCE)

    def one(number: int) -> None:
        ready.wait()
        work(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.usefixtures("wide")
def test_of_sixty_guesses_at_once_only_the_limit_is_checked(
    console: Console, person: Callable[..., str], checked: list[str]
) -> None:
    """Earlier 44 of 60 were: each was counted after its check."""
    name = person("truc-ban", Role.DUTY)
    browser = Browser(create_app(console, ("loa.test",)), base_url="http://loa.test", follow_redirects=False)
    browser.look("/login")
    answers: list[int] = []

    def guess(_number: int) -> None:
        form = {"csrf": browser.csrf, "name": name, "password": WRONG}
        answers.append(browser.post("/login", data=form).status_code)

    at_once(guess)
    assert len(checked) == PER_NAME_AND_ADDRESS
    assert sorted(set(answers)) == [401, 429]


def test_guesses_from_outside_do_not_block_who_is_logged_in(
    log_in: LogIn, console: Console, person: Callable[..., str]
) -> None:
    """Fifty guesses at her name, from everywhere; then she changes her password, which asks for it as a release does."""
    browser = log_in(Role.DUTY, name="truc-ban")
    for number in range(PER_NAME):
        console.guesses.count("truc-ban", f"10.0.0.{number}")
        console.guesses.count("truc-ban", "testclient")
    assert not console.guesses.count("truc-ban", "testclient")
    browser.submit("/account/password", 303, old=PASSWORD, password="mot cau khac", again="mot cau khac")


def test_a_session_counts_only_its_own_slips(log_in: LogIn, console: Console, checked: list[str]) -> None:
    careless, other = log_in(Role.DUTY, name="truc-ban"), log_in(Role.DUTY, name="truc-hai")
    new = {"password": "mot cau khac", "again": "mot cau khac"}
    for _number in range(PER_SESSION):
        assert "The password is wrong." in careless.submit("/account/password", 422, old=WRONG, **new)
    assert "log in again" in careless.submit("/account/password", 422, old=PASSWORD, **new)
    assert len(checked) == PER_SESSION
    assert console.guesses.count("truc-ban", "testclient")  # nor do they count outside
    other.submit("/account/password", 303, old=PASSWORD, **new)


def test_a_slip_before_the_right_password_is_forgiven(log_in: LogIn) -> None:
    browser = log_in(Role.DUTY, name="truc-ban")
    browser.cookies.clear()
    for _round in range(2):
        browser.look("/login")
        for _slip in range(PER_NAME_AND_ADDRESS - 1):
            browser.submit("/login", 401, name="truc-ban", password=WRONG)
        browser.submit("/login", 303, name="truc-ban", password=PASSWORD)
        browser.cookies.clear()


def test_a_name_guessed_at_from_everywhere_logs_in_at_its_own_computer() -> None:
    counts = Guesses()
    assert counts.count("hoa", "10.0.0.1")
    counts.right("hoa", "10.0.0.1")
    for number in range(PER_NAME):
        assert counts.count("hoa", f"10.1.0.{number}")
    assert not counts.count("hoa", "10.2.0.1")
    assert counts.count("hoa", "10.0.0.1")


def test_many_names_from_one_address_are_counted() -> None:
    counts = Guesses()
    for number in range(PER_ADDRESS):
        assert counts.count(f"name{number}", "2001:db8::1")
    assert not counts.count("somebody", "2001:db8::2")  # the same subscriber
    assert counts.count("somebody", "2001:db8:0:1::1")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_what_counts_as_one_address(address: str, counted: str) -> None:
    assert network(address) == counted


def test_guesses_lapse_and_take_no_memory_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(guesses.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(guesses, "_MANY", 300)
    counts = Guesses()
    for number in range(1000):
        now[0] += 10
        counts.count(f"name{number}", f"10.0.{number % 250}.1")
    assert len(counts._counted) < 1000
    assert counts.count("name1", "10.0.1.1")


def test_more_passwords_than_can_wait_are_refused_at_once(
    app: FastAPI, person: Callable[..., str], console: Console
) -> None:
    """A log-in that is not checked is not counted either, and hashing inside a session has threads of its own."""
    name, held = person("truc-ban", Role.DUTY), threading.Event()
    waiting = [threading.Thread(target=passwords.OUTSIDE.run, args=(held.wait,)) for _number in range(6)]
    for thread in waiting:
        thread.start()
    try:
        with pytest.raises(BusyError):
            passwords.OUTSIDE.run(bool)
        browser = Browser(app, base_url="http://loa.test", follow_redirects=False)
        browser.look("/login")
        for _number in range(PER_NAME_AND_ADDRESS + 1):
            text = browser.submit("/login", 503, name=name, password=PASSWORD)
        assert "Wait a few seconds" in text
        assert console.accounts.check(name, PASSWORD)
    finally:
        held.set()
        for thread in waiting:
            thread.join()
    browser.submit("/login", 303, name=name, password=PASSWORD)
