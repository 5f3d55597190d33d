"""Requests: checked before they are written, read back by the same model, and by nothing else."""

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from loa import stop_file
from loa.actions.on_air import new_air_request
from loa.errors import RequestError
from loa.i18n import set_language
from loa.schedule import Schedule
from loa.schedule.loader import load_schedule
from loa.stop_file import StopRequest
from loa.store import requests
from loa.store.database import Database, stamp
from loa.store.requests import AirRequest, make_request
from loa.store.tables import requests as table
from loa.workspace import Workspace

NOW = datetime.datetime(2026, 11, 22, 10, 0, tzinfo=datetime.UTC)
GOOD: dict[str, Any] = {"airing": "air:tin@1", "bulletin": "ben-hai/tin", "outputs": ["n"]}
ODD = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.text())),
    st.dictionaries(st.text(), st.text()),
    st.sampled_from(
        ["abc", "", "-5s", "30", "1e400s", "9" * 400 + "s", "30 s ", "٣٠s", "0s", "24h", "25h", "\ud800", "a\0b"]
    ),
)


@pytest.fixture
def schedule(released: Workspace, plan: Callable[..., str]) -> Schedule:
    plan(NOW)
    return load_schedule(released)


@given(key=st.sampled_from([*AirRequest.model_fields, "hush"]), value=ODD)
def test_what_is_accepted_can_be_read_and_played_and_all_else_is_told_at_its_field(key: str, value: Any) -> None:
    refused: list[RequestError] = []
    try:
        made = make_request(AirRequest, {**GOOD, key: value})
    except RequestError as error:
        refused.append(error)
    if refused:
        assert {finding.file for finding in refused[0].findings} == {key}
        assert all(refused[0].problems.values())
        return
    text = made.model_dump_json()
    assert AirRequest.model_validate_json(text) == made
    pause = datetime.timedelta(seconds=made.repeat.pause)
    assert 0 <= pause.total_seconds() <= 86400
    assert 1 <= made.repeat.times <= 20
    assert len(made.airing.encode("utf-8")) > 0


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_problem_is_told_at_once_in_words(schedule: Schedule, language: str) -> None:
    set_language(language)
    with pytest.raises(RequestError) as refused:
        new_air_request(schedule, bulletin="", outputs=[], by="x" * 300, times=0, pause="abc")
    assert set(refused.value.problems) == {"bulletin", "outputs", "by", "times", "pause"}
    for text in refused.value.problems.values():
        assert text.isascii() == (language == "en"), text
        assert "Input" not in text


def test_outputs_that_are_not_in_the_schedule_are_named_with_those_that_are(schedule: Schedule) -> None:
    with pytest.raises(RequestError) as refused:
        new_air_request(schedule, bulletin="ben-hai/tin", outputs=["n", "x", "y"], by="Lan")
    assert refused.value.problems == {"outputs": "There is no output “x, y”. Choose: n, m, f"}
    assert refused.value.exit_code == 1


def test_two_wishes_of_one_second_are_two_airings_and_long_names_fit_into_the_database(schedule: Schedule) -> None:
    made = [new_air_request(schedule, bulletin="b" * 300, outputs=["n", "n"], by="Lan") for _again in range(50)]
    assert len({request.airing for request in made}) == 50
    assert max(len(request.airing) for request in made) <= 200
    assert made[0].outputs == ("n",)


def test_an_older_loa_and_this_one_understand_each_other(store: Database) -> None:
    """Rows as 0.1 wrote them, and the keys that 0.1 read."""
    old = {
        "airing": "a",
        "bulletin": "b/c",
        "outputs": ["n"],
        "by": "",
        "now": True,
        "times": 3,
        "pause": "10s",
        "resume": None,
    }
    with store.write() as connection:
        row = {"at": stamp(NOW), "verb": "air", "payload": json.dumps(old)}
        connection.execute(insert(table).values(row))
    (found,) = requests.waiting(store, NOW)
    assert isinstance(found.request, AirRequest)
    assert (found.request.repeat.times, found.request.repeat.pause, found.request.now) == (3, 10.0, True)
    requests.ask(store, make_request(AirRequest, old), NOW)
    with store.read() as connection:
        newest = connection.execute(select(table.c.payload).order_by(table.c.id.desc())).scalar()
    assert json.loads(str(newest)) == old


def take(store: Database, *numbers: int) -> None:
    """As the station does when it has answered them."""
    with store.write() as connection:
        connection.execute(requests.mark_taken(numbers, NOW))


def test_stop_is_taken_first_and_everything_once(store: Database) -> None:
    asked = [make_request(AirRequest, GOOD), StopRequest(), make_request(AirRequest, GOOD)]
    numbers = [requests.ask(store, request, NOW) for request in asked]
    assert [found.id for found in requests.waiting(store, NOW)] == [numbers[1], numbers[0], numbers[2]]
    take(store, *numbers)
    assert requests.waiting(store, NOW) == []


def test_what_was_taken_back_is_not_taken(store: Database) -> None:
    number = requests.ask(store, make_request(AirRequest, GOOD), NOW)
    assert requests.take_back(store, number, NOW)
    assert requests.waiting(store, NOW) == []
    late = requests.ask(store, make_request(AirRequest, GOOD), NOW)
    take(store, late)
    assert not requests.take_back(store, late, NOW)


@given(st.one_of(st.text(), st.binary(), st.integers(), st.recursive(ODD, st.lists).map(repr)), st.text(), st.text())
def test_no_row_is_too_odd_to_be_taken(payload: Any, verb: str, at: str) -> None:
    good = {"id": 1, "at": at, "verb": verb, "payload": payload}
    for row in (good, {**good, "verb": "air"}, {**good, "verb": "stop"}):
        found = requests._read(row, NOW)  # type: ignore[arg-type]
        assert (found.request is None) == bool(found.problem)
        assert found.request is not None or row["verb"] != "stop"


def test_a_stop_that_was_left_is_taken_once_whatever_it_says(released: Workspace) -> None:
    assert stop_file.take_stop(released) is None
    stop_file.leave_stop(released, StopRequest(by="Chị Hoa"))
    found = stop_file.take_stop(released)
    assert found
    assert found.request == StopRequest(by="Chị Hoa")
    assert stop_file.take_stop(released) is None
    released.stop_file.write_bytes(b"\xff{")
    found = stop_file.take_stop(released)
    assert found
    assert found.request == StopRequest()
