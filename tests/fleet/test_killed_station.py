"""A station that was killed goes on with its players."""

import datetime
import signal

import pytest

from loa.schedule import UTC
from tests.local import wait_for

from .conftest import Fleet


@pytest.mark.long
def test_a_player_airs_while_the_station_is_killed_and_tells_it_afterwards(fleet: Fleet) -> None:
    fleet.plan(3600, players={"p1": ""})
    station = fleet.run("xa")
    fleet.serves()
    fleet.join("p1")
    fleet.run("p1")
    soon = (datetime.datetime.now(UTC) - fleet.begin).total_seconds() // 1 + 14
    wait_for(lambda: (fleet.player("p1").fleet / "plan.json").exists(), 30)
    (b,) = fleet.plan(soon, players={"p1": ""})
    at = fleet.begin + datetime.timedelta(seconds=soon)
    wait_for(lambda: datetime.datetime.now(UTC) > at - datetime.timedelta(seconds=1), 40)
    station.send_signal(signal.SIGKILL)
    station.wait()
    wait_for(lambda: len(fleet.heard("p1")) == 1, 30)
    fleet.run("xa")
    wait_for(lambda: "" in fleet.outcomes(b), 60)
    assert {name: row.outcome for name, row in fleet.outcomes(b).items()} == {"": "aired", "p1": "aired"}
    # it starts again when somebody asks: the same process with a new memory
    assert fleet.at_station("player", "restart", "p1", "--by", "Hoa").strip() == "p1\thas started again"
    assert fleet.processes[1].poll() is None
    assert (fleet.player("p1").root / "run.txt").read_text("utf-8").count("On air by the station's plan") == 2
