"""The emergency's way is for emergency messages, one airing each: no programme is signed or aired by it."""

import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from loa.actions.emergency import release_emergency
from loa.actions.offices import Role
from loa.actions.on_air import new_air_request, play
from loa.automation.intervals import Timing
from loa.bulletin.manifest import Manifest
from loa.clock import RealClock
from loa.errors import RequestError
from loa.store import approvals, requests
from loa.store.approvals import BulletinFile
from loa.store.lease import Lease
from loa.store.tables import requests as asked
from loa.web.context import Console
from loa.workspace import Workspace
from tests.approving import approve, as_emergency
from tests.web.conftest import PASSWORD, LogIn
from tests.web.rig import COMMUNE, SCHEDULE

PROGRAMME, MESSAGE = "ben-hai/ve-sinh", "ben-hai/khan-cap-20261128-101500"
NOW = datetime.datetime(2026, 11, 28, 3, 0, tzinfo=datetime.UTC)


def made(station: Workspace, id_: str) -> Path:
    path = station.bulletins / f"{id_}.mp3"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f"the sound of {id_}".encode())
    as_emergency(path)
    return path


@pytest.fixture
def on_air(station: Workspace, console: Console) -> Console:
    """A station on air, with a programme that waits for a leader and an emergency message."""
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    record = made(station, PROGRAMME).with_suffix(".json")
    Manifest.load(record).model_copy(update={"emergency": False}).save(record)
    made(station, MESSAGE)
    Lease(console.store, RealClock(), heartbeat=Timing().heartbeat, stale=Timing().stale).keep(None)
    return console


def bulletin(console: Console, id_: str) -> tuple[BulletinFile, str]:
    found = console.bulletins.get(id_)
    assert found
    assert found.sha256
    return found.recording, found.sha256


def wishes(console: Console) -> int:
    with console.store.read() as connection:
        return len(connection.execute(select(asked.c.id)).all())


def test_the_duty_role_neither_signs_nor_airs_a_programme_as_an_emergency(on_air: Console, log_in: LogIn) -> None:
    browser, (_file, sha256) = log_in(Role.DUTY), bulletin(on_air, PROGRAMME)
    sent = {"sha256": sha256, "on": "thu", "times": "1", "password": PASSWORD}
    page = browser.submit(f"/emergency/{PROGRAMME}/release", 422, **sent)
    assert "no emergency message" in page or "no such message" in page
    browser.look(f"/emergency/{PROGRAMME}", 422)
    assert approvals.all_approvals(on_air.store) == []
    assert wishes(on_air) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"emergency": False},
        {"emergency": None},  # of an earlier version: the name of a programme
        {"sha256": "0" * 64},  # of another sound
        {"id": MESSAGE},  # the record of another bulletin
    ],
)
def test_what_no_record_calls_an_emergency_is_none(
    on_air: Console, station: Workspace, change: dict[str, object]
) -> None:
    recording, sha256 = bulletin(on_air, PROGRAMME)
    record = recording.path.with_suffix(".json")
    Manifest.load(record).model_copy(update={"emergency": True, **change}).save(record)
    schedule = on_air.files.plan().schedule
    wish = new_air_request(schedule, bulletin=PROGRAMME, outputs=["thu"], by="Nam", now=True)
    with pytest.raises(RequestError, match="no emergency message"):
        release_emergency(station, on_air.store, wish, recording, sha256)
    assert approvals.all_approvals(on_air.store) == []


def test_a_message_of_an_earlier_version_can_still_be_released(on_air: Console, log_in: LogIn) -> None:
    recording, sha256 = bulletin(on_air, MESSAGE)
    record = recording.path.with_suffix(".json")
    Manifest.load(record).model_copy(update={"emergency": None}).save(record)
    browser = log_in(Role.DUTY)
    browser.submit(f"/emergency/{MESSAGE}/release", sha256=sha256, on="thu", times="2", password=PASSWORD)
    (wish,) = requests.to_play(on_air.store)
    assert isinstance(wish.request, requests.AirRequest)
    assert (wish.request.bulletin, wish.request.now, wish.request.times) == (MESSAGE, True, 2)


def test_a_released_message_is_not_played_once_more_as_a_programme(
    on_air: Console, station: Workspace, log_in: LogIn
) -> None:
    recording, _sha256 = bulletin(on_air, MESSAGE)
    approve(station, on_air.store, recording, "Nam", NOW)
    wish = new_air_request(on_air.files.plan().schedule, bulletin=MESSAGE, outputs=["thu"], by="Ba")
    with pytest.raises(RequestError, match="each airing"):
        play(station, on_air.store, wish)
    browser = log_in(Role.OPERATOR)
    assert "each airing" in browser.submit("/play", 422, bulletin=MESSAGE, on="thu")
    assert MESSAGE not in browser.look("/")
    assert wishes(on_air) == 0
