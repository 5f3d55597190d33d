from collections.abc import Callable

import pytest

from loa.actions.offices import Role
from loa.web.auth import passwords
from loa.web.context import Console
from loa.web.forms import FormError
from tests.web.conftest import PASSWORD


def test_a_password_is_kept_as_argon2id_and_letters_may_be_composed_either_way() -> None:
    import unicodedata

    stored = passwords.hash_password(unicodedata.normalize("NFD", PASSWORD))
    assert stored.startswith("$argon2id$")
    assert passwords.matches(stored, PASSWORD)
    assert not passwords.matches(stored, PASSWORD + " ")
    assert not passwords.matches(None, PASSWORD)


@pytest.mark.parametrize("weak", ["ngắn", "aaaaaaaaaaaaa", "1234567890", "truyenthanh", "canbo-canbo", "x" * 300])
def test_a_weak_password_is_refused_with_the_reason(weak: str) -> None:
    assert passwords.weakness(weak, "canbo-canbo")


def test_there_is_no_default_account(console: Console) -> None:
    assert console.accounts.empty()
    assert console.first_run()
    for name in ("admin", "root", "loa"):
        for guess in ("admin", "", "loa", "123456"):
            assert console.accounts.check(name, guess) is None


def test_every_problem_of_a_new_account_is_told_at_once(console: Console) -> None:
    with pytest.raises(FormError) as refused:
        console.accounts.add("Ông Ba", "", "ngắn", frozenset())
    assert set(refused.value.problems) == {"name", "password", "roles"}


def test_a_name_is_taken_once(console: Console, person: Callable[..., str]) -> None:
    person("lan", Role.ADMIN)
    with pytest.raises(FormError):
        person("lan", Role.EDITOR)


def test_a_closed_account_does_not_log_in_and_its_sessions_end(console: Console, person: Callable[..., str]) -> None:
    person("lan", Role.ADMIN)
    person("bac", Role.EDITOR)
    ba = next(p for p in console.accounts.all() if p.name == "bac")
    cookie = console.sessions.start(ba, "test")
    assert console.sessions.find(cookie)
    console.accounts.change(ba, shown="Ba", roles=ba.roles, active=False, communes=None)
    assert console.sessions.find(cookie) is None
    assert console.accounts.check("bac", PASSWORD) is None


def test_the_last_administrator_stays(console: Console, person: Callable[..., str]) -> None:
    person("lan", Role.ADMIN)
    lan = console.accounts.all()[0]
    with pytest.raises(FormError):
        console.accounts.change(lan, shown="Lan", roles=frozenset({Role.EDITOR}), active=True, communes=None)
    with pytest.raises(FormError):
        console.accounts.change(lan, shown="Lan", roles=lan.roles, active=False, communes=None)


def test_a_new_password_ends_every_session(console: Console, person: Callable[..., str]) -> None:
    person("lan", Role.ADMIN)
    lan = console.accounts.all()[0]
    cookies = [console.sessions.start(lan, "test") for _i in range(3)]
    console.accounts.set_password(lan, "một câu khác hẳn")
    assert [console.sessions.find(cookie) for cookie in cookies] == [None, None, None]
    assert console.accounts.check("lan", "một câu khác hẳn") == lan


def test_a_stolen_database_opens_no_session(console: Console, person: Callable[..., str]) -> None:
    import sqlalchemy as sa

    from loa.store import console_tables

    person("lan", Role.ADMIN)
    cookie = console.sessions.start(console.accounts.all()[0], "test")
    (kept,) = console.database.rows(sa.select(console_tables.sessions))
    assert cookie not in str(kept)
    assert console.sessions.find(kept["hash"]) is None


def test_a_session_ends_when_it_lay_idle(
    console: Console, person: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from loa.web.auth import sessions

    person("lan", Role.ADMIN)
    cookie = console.sessions.start(console.accounts.all()[0], "test")
    monkeypatch.setattr(sessions, "IDLE", timedelta(seconds=-1))
    assert console.sessions.find(cookie) is None


def test_a_token_never_has_more_than_its_person(console: Console, person: Callable[..., str]) -> None:
    person("lan", Role.EDITOR)
    lan = console.accounts.all()[0]
    token = console.sessions.make_token(lan, "website", frozenset({Role.EDITOR, Role.ADMIN}), 30)
    found = console.sessions.find_token(token)
    assert found is not None
    assert found.person.roles == {Role.EDITOR}
    old = console.sessions.make_token(lan, "old", frozenset({Role.EDITOR}), -1)
    assert console.sessions.find_token(old) is None
