"""The receipt of a request, from the press to the outcome; and going on with the rest after a STOP."""

import datetime
import time
from collections.abc import Callable, Iterator

import pytest

from loa import stop_file
from loa.actions.on_air import go_on_with_the_rest, play, rest_after_stop
from loa.actions.receipts import Receipt, receipt, receipt_of, receipt_text, receipts
from loa.automation.intervals import Timing
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.errors import RequestError
from loa.schedule import UTC
from loa.stop_file import StopRequest
from loa.store import requests
from loa.store.database import Database
from loa.store.requests import AirRequest, make_request
from loa.workspace import Workspace

DEAD = 'dead: {kind: icecast, url: "http://127.0.0.1:9/x.mp3"}'


@pytest.fixture
def on_air(released: Workspace, store: Database, plan: Callable[..., str]) -> Iterator[Automation]:
    plan(datetime.datetime.now(UTC) + datetime.timedelta(hours=1))
    text = released.schedule_file.read_text("utf-8")
    released.schedule_file.write_text(text.replace("outputs: {", f"outputs: {{{DEAD}, "), "utf-8")
    station = Automation(released, store, RealClock(), Timing())
    station.step()
    yield station
    station.close()


def ask(station: Automation, airing: str, **more: object) -> int:
    values = {"airing": airing, "bulletin": "ben-hai/tin", "outputs": ["n"], "by": "Lan", **more}
    return play(station.workspace, station.store, make_request(AirRequest, values))


def until(station: Automation, condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        station.step()
        time.sleep(0.05)


def now(station: Automation, number: int) -> Receipt:
    found = receipt(station.store, number, station.schedule_watch.schedule)
    assert found
    return found


def waits(station: Automation, number: int) -> bool:
    found = now(station, number)
    return found.stage == "claimed" and bool(found.reason)


def test_a_receipt_tells_each_stage(on_air: Automation, store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask(on_air, "first")
    assert now(on_air, first).stage == "asked"
    with monkeypatch.context() as held:  # no output is opened: it may sound in the step that opens it
        held.setattr(on_air.controller, "open", lambda _now: None)
        until(on_air, lambda: now(on_air, first).stage != "asked")  # the claim is written beside the steps
        assert now(on_air, first).stage == "claimed"
    second = ask(on_air, "second")
    until(on_air, lambda: now(on_air, first).stage == "sounding" and waits(on_air, second))
    assert receipt_text(now(on_air, first)) == "On air on n."
    assert receipt_text(now(on_air, second)) == "Taken; it waits for ben-hai/tin."
    until(on_air, lambda: now(on_air, first).stage == "over")
    assert now(on_air, first).outcome == "aired"
    found = receipt_of(store, "first")
    assert found
    assert found.number == first
    since = datetime.datetime.now(UTC) - datetime.timedelta(minutes=1)
    assert [one.number for one in receipts(store, since)] == [first, second]


def test_what_cannot_be_played_is_refused_with_the_reason(on_air: Automation) -> None:
    values = {"airing": "none", "bulletin": "ben-hai/gone", "outputs": ["n"], "by": "Lan"}
    number = requests.ask(on_air.store, make_request(AirRequest, values), datetime.datetime.now(UTC))
    until(on_air, lambda: now(on_air, number).stage != "asked")
    found = now(on_air, number)
    assert found.stage == "refused"
    assert not found.good
    assert receipt_text(found) == "Not played: there is no bulletin ben-hai/gone"


def test_the_outputs_that_cannot_sound_are_named_within_seconds(on_air: Automation) -> None:
    number = ask(on_air, "khan", outputs=["n", "dead"], now=True)
    began = time.monotonic()
    until(on_air, lambda: now(on_air, number).silent and now(on_air, number).stage == "sounding")
    assert time.monotonic() - began < 10
    found = now(on_air, number)
    assert [name for name, _why in found.silent] == ["dead"]
    assert "No sound on dead: the password LOA_ICECAST_PASSWORD is missing" in receipt_text(found)
    assert not found.good


def test_a_station_that_does_not_answer_is_told_and_the_request_stays_valid(on_air: Automation) -> None:
    values = {"airing": "late", "bulletin": "ben-hai/tin", "outputs": ["n"], "by": "Lan", "now": True}
    ago = datetime.datetime.now(UTC) - datetime.timedelta(seconds=33)
    number = requests.ask(on_air.store, make_request(AirRequest, values), ago)
    assert "The station does not answer. It plays this when it answers within 1 h 0 min." in receipt_text(
        now(on_air, number)
    )
    until(on_air, lambda: now(on_air, number).stage != "asked")
    assert now(on_air, number).stage in ("claimed", "sounding")


def test_after_a_stop_somebody_goes_on_with_what_had_not_been_heard_and_two_presses_play_it_once(
    on_air: Automation,
) -> None:
    first, second = ask(on_air, "first"), ask(on_air, "second", outputs=["n", "m"])
    live = {"title": "Họp", "seconds": 60, "port": 9, "secret": "mot cau bi mat rat dai", "chime": "chime.mp3"}
    values = {"airing": "speech", "bulletin": "ben-hai/hop", "outputs": ["n"], "by": "Lan", "live": live}
    wish = make_request(AirRequest, values)  # whatever its recording is called
    speech = requests.ask(on_air.store, wish, datetime.datetime.now(UTC))
    until(on_air, lambda: now(on_air, first).stage == "sounding" and waits(on_air, speech))
    stop_file.leave_stop(on_air.workspace, StopRequest(by="Anh Nam"))
    until(on_air, lambda: all(now(on_air, number).outcome for number in (first, second, speech)))
    assert now(on_air, second).outcome == "cut"
    rest = rest_after_stop(on_air.store, datetime.datetime.now(UTC))
    assert rest
    cut = [(one.airing, one.sounded, one.talk) for one in rest.cut]
    assert cut == [("first", True, False), ("second", False, False), ("speech", False, True)]
    (wish,), problems = go_on_with_the_rest(on_air.workspace, on_air.store, "Chị Hoa")
    assert (wish.bulletin, wish.outputs, wish.by, problems) == ("ben-hai/tin", ("n", "m"), "Chị Hoa", [])
    with pytest.raises(RequestError):
        go_on_with_the_rest(on_air.workspace, on_air.store, "Chị Hoa")
    until(on_air, lambda: on_air.controller.live)
    assert set(on_air.controller.live) == {wish.airing}
    again = rest_after_stop(on_air.store, datetime.datetime.now(UTC))
    assert again
    assert again.wishes == ()
