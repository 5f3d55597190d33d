"""The station's answers, step by step: nothing that goes wrong with one request reaches another."""

import datetime
from collections.abc import Callable, Iterator

import pytest

from loa import stop_file
from loa.automation.intervals import Timing
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.schedule import UTC
from loa.stop_file import StopRequest
from loa.store import requests
from loa.store.alarms import open_alarms
from loa.store.asrun import rows
from loa.store.database import Database
from loa.store.requests import AirRequest, make_request
from loa.workspace import Workspace

SOON = datetime.timedelta(hours=1)


@pytest.fixture
def on_air(released: Workspace, store: Database, plan: Callable[..., str]) -> Iterator[Automation]:
    plan(datetime.datetime.now(UTC) + SOON)
    station = Automation(released, store, RealClock(), Timing())
    station.step()
    yield station
    station.close()


def ask(store: Database, airing: str, **more: object) -> None:
    values = {"airing": airing, "bulletin": "ben-hai/tin", "outputs": ["n"], "by": "Lan", **more}
    requests.ask(store, make_request(AirRequest, values), datetime.datetime.now(UTC))


def outcomes(store: Database) -> dict[str | None, tuple[str | None, str]]:
    return {row.airing: (row.outcome, row.reason or "") for row in rows(store)}


def test_a_request_on_which_loa_itself_fails_is_told_and_the_next_ones_are_followed(
    on_air: Automation, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(store, "first")
    on_air.step()
    assert set(on_air.controller.live) == {"first"}
    good = on_air._fallbacks.planned

    def broken(bulletin: str) -> object:
        if bulletin == "ben-hai/hong":
            raise ZeroDivisionError("a fault of ours")
        return good(bulletin)

    monkeypatch.setattr(on_air._fallbacks, "planned", broken)
    requests.ask(store, StopRequest(by="Anh Nam"), datetime.datetime.now(UTC))
    ask(store, "second", bulletin="ben-hai/hong")
    ask(store, "third")
    on_air.step()
    assert set(on_air.controller.live) == {"third"}
    found = outcomes(store)
    assert found["second"] == ("missed", "Loa itself failed: ZeroDivisionError('a fault of ours')")
    assert any("a fault of ours" in alarm.message for alarm in open_alarms(store))


def test_the_same_request_again_changes_nothing(on_air: Automation, store: Database) -> None:
    ask(store, "once")
    on_air.step()
    live = on_air.controller.live["once"]
    ask(store, "once")
    on_air.step()
    assert on_air.controller.live["once"] is live
    on_air.controller.cut_all("the end", datetime.datetime.now(UTC))
    ask(store, "once")
    on_air.step()
    assert not on_air.controller.live


@pytest.mark.parametrize("outputs", [["gone"], ["gone", "too"]])
def test_outputs_that_went_away_meanwhile_are_named(on_air: Automation, store: Database, outputs: list[str]) -> None:
    ask(store, "nowhere", outputs=outputs)
    on_air.step()
    assert outcomes(store) == {"nowhere": ("missed", f"There is no output “{', '.join(outputs)}”.")}


def test_a_request_of_before_a_stop_that_comes_late_is_void(on_air: Automation, store: Database) -> None:
    """The database was locked while STOP was pressed: the row of before is seen after it."""
    ask(store, "before")
    stop_file.leave_stop(on_air.workspace, StopRequest(by="Anh Nam"))
    on_air.step()
    assert outcomes(store) == {"before": ("cut", "stopped by Anh Nam")}
    ask(store, "after")
    on_air.step()
    assert set(on_air.controller.live) == {"after"}
