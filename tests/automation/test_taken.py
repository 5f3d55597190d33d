"""Sent is not heard: what the log says of a stream that nobody takes."""

import datetime
from collections.abc import Callable

import pytest

from loa.automation import service
from loa.automation.intervals import Timing
from loa.automation.station import Automation
from loa.schedule import UTC
from loa.store.alarms import open_alarms
from loa.store.approvals import find
from loa.store.asrun import Row, rows
from loa.store.database import Database
from loa.workspace import Workspace
from tests.approving import approve
from tests.local import free_port
from tests.servers import DeafServer
from tests.sounds import make_mp3

from .conftest import Plan

SECONDS = 12.0


@pytest.fixture
def aired(
    air: Workspace, store: Database, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Row, dict[str, datetime.datetime]]]:
    """Airs twelve seconds on an output; gives the row, and when which alarm was raised."""
    monkeypatch.setenv("LOA_ICECAST_PASSWORD", "mat-khau")
    make_mp3(air.bulletins / "ben-hai" / "tin.mp3", SECONDS)
    approve(air, store, find(air, "tin"), "Chị Hoa", datetime.datetime(2026, 11, 1, tzinfo=UTC))

    def run(output: str, ahead: float = 4) -> tuple[Row, dict[str, datetime.datetime]]:
        planned = (datetime.datetime.now(UTC) + datetime.timedelta(seconds=ahead)).replace(microsecond=0)
        airing = plan(planned, on="x", late="{start_within: 20s}")
        text = air.schedule_file.read_text("utf-8")
        air.schedule_file.write_text(text.replace("m: {kind: null}", f"x: {output}"), "utf-8")
        told: dict[str, datetime.datetime] = {}

        def written(station: Automation) -> bool:
            for alarm in open_alarms(store):
                told.setdefault(alarm.message, alarm.at)
            return station.outcomes.written(airing) is not None

        service.run(air, until=written, limit=60, timing=Timing(outage=10.0))
        (row,) = rows(store)
        assert row.planned == planned
        return row, told

    return run


def test_a_server_that_accepts_and_never_reads_is_no_airing(
    aired: Callable[..., tuple[Row, dict[str, datetime.datetime]]],
) -> None:
    """It was `aired`, for as long as the buffers of the two systems held (45 s), without an alarm."""
    server = DeafServer()
    row, told = aired(f'{{kind: icecast, url: "{server.url("a.mp3")}"}}')
    server.close()
    assert row.outcome == "missed"
    assert row.started is None
    assert "the Icecast server has taken no sound for" in (row.reason or "")
    at = next(at for message, at in told.items() if "the output x does not work" in message)
    assert row.planned
    assert (at - row.planned).total_seconds() < 15


def test_a_server_that_goes_deaf_in_the_middle_cuts_the_airing(
    aired: Callable[..., tuple[Row, dict[str, datetime.datetime]]],
) -> None:
    server = DeafServer(hears_for=12)
    row, told = aired(f'{{kind: icecast, url: "{server.url("a.mp3")}"}}')
    server.close()
    assert row.outcome == "cut"
    assert row.started
    assert "the other side took" in (row.reason or "")
    (output,) = row.details["outputs"]
    assert 2 < output["taken"] < SECONDS - 2
    assert any("only a part of it was taken" in message for message in told)


def test_a_stream_that_no_loudspeaker_pulls_is_no_airing(
    aired: Callable[..., tuple[Row, dict[str, datetime.datetime]]],
) -> None:
    row, told = aired(f"{{kind: http, host: 127.0.0.1, port: {free_port()}, monitor: khong-co}}")
    assert row.outcome == "missed"
    assert "no output took sound" in (row.reason or "")
    assert any("the output x does not work" in message for message in told)
    assert row.details["outputs"][0]["monitor"] == "not monitored"
    assert row.details["outputs"][0]["monitor_problem"]


def test_what_a_setting_puts_off_is_not_late(aired: Callable[..., tuple[Row, dict[str, datetime.datetime]]]) -> None:
    """`delay` and `silence_before` are wanted: nobody is told."""
    row, told = aired("{kind: null, delay: 3s, silence_before: 6s}", 12)
    assert row.outcome == "aired"
    assert row.started
    assert row.planned
    assert (row.started - row.planned).total_seconds() >= 2.9
    assert told == {}
