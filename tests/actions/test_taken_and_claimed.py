"""A request and its claim are one transaction; and the process after a killed one goes on with it."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, insert, select

from loa import stop_file
from loa.automation.intervals import Timing
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.schedule import UTC
from loa.stop_file import StopRequest
from loa.store import ledger, requests
from loa.store.asrun import rows
from loa.store.database import Database, stamp
from loa.store.requests import AirRequest, make_request
from loa.store.tables import approvals
from loa.store.tables import ledger as claims
from loa.store.tables import requests as asked
from loa.workspace import Workspace

HOUR = datetime.timedelta(hours=1)


class KilledError(BaseException):
    """kill -9: nothing catches it."""


class Mortal(Database):
    """A database at whose commits the process may die: `dies_in` commits from now, before or after it."""

    dies_in: int | None = None
    after = False

    @contextmanager
    def write(self, patience: float | None = None, *, durable: bool | None = None) -> Iterator[Connection]:
        """As the real one."""
        self.dies_in = None if self.dies_in is None else self.dies_in - 1
        dies = self.dies_in == 0
        with super().write(patience, durable=durable) as connection:
            yield connection
            if dies and not self.after:
                raise KilledError
        if dies:
            raise KilledError


@pytest.fixture
def begin(released: Workspace, plan: Callable[..., str]) -> Iterator[Callable[[Database], Automation]]:
    """Brings a station on air with a database; each takes the place of the one before, as after a kill."""
    plan(datetime.datetime.now(UTC) + HOUR)
    begun: list[Automation] = []

    def make(store: Database) -> Automation:
        for before in begun:
            before.controller.release_all()
            before.lease.give_back()
        station = Automation(released, store, RealClock(), Timing())
        station.step()
        begun.append(station)
        return station

    yield make
    begun[-1].close()


def ask(store: Database, airing: str, at: datetime.datetime | None = None, **more: object) -> int:
    values = {"airing": airing, "bulletin": "ben-hai/tin", "outputs": ["n"], "by": "Lan", "now": True, **more}
    return requests.ask(store, make_request(AirRequest, values), at or datetime.datetime.now(UTC))


def told(store: Database) -> dict[str | None, tuple[str | None, str]]:
    return {row.airing: (row.outcome, row.reason or "") for row in rows(store)}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("commit", range(1, 6))
def test_killed_at_any_commit_an_emergency_is_waiting_or_claimed_and_the_next_process_plays_it(
    released: Workspace, store: Database, begin: Callable[[Database], Automation], commit: int, after: bool
) -> None:
    mortal = Mortal(released.database)
    station = begin(mortal)
    number = ask(store, "khan")
    mortal.after, mortal.dies_in = after, commit
    try:
        for _step in range(4):
            station.step()
    except KilledError:
        pass
    mortal.dies_in = None
    with store.read() as connection:
        claimed = connection.execute(select(claims.c.airing)).scalars().all()
    assert (claimed == ["khan"]) == requests.taken(store, number)
    following = begin(store)
    following.step()
    assert set(following.controller.live) == {"khan"}
    assert not rows(store)


def test_a_request_that_was_taken_back_or_belongs_to_another_process_is_not_claimed(
    released: Workspace, store: Database, begin: Callable[[Database], Automation]
) -> None:
    station = begin(store)
    (airing,) = station.schedule_watch.planned(datetime.datetime.now(UTC), datetime.datetime.now(UTC) + 2 * HOUR)
    now = datetime.datetime.now(UTC)
    back = ask(store, "back")
    assert requests.take_back(store, back, now)
    assert not ledger.claim_all(store, [(airing, ("n",))], station.lease.token, now, request=back)
    number = ask(store, "khan")
    assert not ledger.claim_all(store, [(airing, ("n",))], "another process", now, request=number)
    assert not requests.taken(store, number)
    assert ledger.unfinished(store) == []
    assert ledger.claim_all(store, [(airing, ("n",))], station.lease.token, now, request=number)
    assert requests.taken(store, number)


def interrupted(store: Database, airing: str, asked_at: datetime.datetime, position: float, **more: object) -> None:
    """As a process leaves it that was killed while it played."""
    request = make_request(AirRequest, {"airing": airing, "bulletin": "ben-hai/tin", "outputs": ["n"], **more})
    with store.read() as connection:
        digest = connection.execute(select(approvals.c.sha256)).scalar()
    with store.write() as connection:
        row = {"at": stamp(asked_at), "verb": "air", "payload": request.model_dump_json(), "taken": stamp(asked_at)}
        connection.execute(insert(asked).values(row))
        claim = {
            "airing": airing, "broadcast": "", "commune": "ben-hai", "bulletin": "ben-hai/tin", "outputs": '["n"]',
            "planned": stamp(asked_at), "claimed": stamp(asked_at), "started": stamp(asked_at), "holder": "dead",
            "priority": "emergency", "position": position, "sha256": digest, "times_played": 1,
        }  # fmt: skip
        connection.execute(insert(claims).values(claim))


def test_an_emergency_that_a_power_cut_interrupted_goes_on_while_it_is_valid(
    store: Database, begin: Callable[[Database], Automation]
) -> None:
    ago = datetime.datetime.now(UTC) - datetime.timedelta(minutes=40)
    interrupted(store, "still", ago, 2.0, now=True, times=3)
    interrupted(store, "over", ago, 2.0, now=True, valid="30m")
    interrupted(store, "play", ago, 2.0)
    station = begin(store)
    live = station.controller.live["still"]
    assert (live.times_played, live.repeat.times, live.resumed) == (1, 3, True)
    found = told(store)
    assert set(found) == {"over", "play"}
    assert found["over"][0] == "missed"
    assert "30 minutes" in found["over"][1]
    assert "10 minutes" in found["play"][1]


def test_what_a_stop_cut_is_not_gone_on_with(store: Database, begin: Callable[[Database], Automation]) -> None:
    first = begin(store)
    ask(store, "khan", times=3)
    first.step()
    stop_file.leave_stop(first.workspace, StopRequest(by="Anh Nam"))
    first.step()
    following = begin(store)
    assert not following.controller.live
    assert told(store) == {"khan": ("cut", "stopped by Anh Nam; put on air by Lan")}
