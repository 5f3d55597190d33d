"""One station and two players: a plan is aired by each of them on time, and each cluster has its row."""

import datetime

from loa.schedule import UTC
from tests.local import wait_for

from .conftest import Fleet


def test_a_day_of_a_station_with_two_players(fleet: Fleet) -> None:
    fleet.plan(3600, players={"dong": ", village: thôn Đông", "tay": ", village: thôn Tây, volume: 50"})
    fleet.run("xa")
    fleet.serves()
    assert "does not know this code" in fleet.loa(
        "player", "join", f"127.0.0.1:{fleet.port}", "AAAA-BBBB", str(fleet.root / "x"), check=False
    )
    for name in ("dong", "tay"):
        fleet.join(name)
        fleet.run(name)
    wait_for(lambda: all(one["line"] and one["state"] for one in fleet.register().values()), 60)
    # a plan comes over the line, and is aired on the second
    soon = (datetime.datetime.now(UTC) - fleet.begin).total_seconds() // 1 + 6
    (airing,) = fleet.plan(soon, players={"dong": ", village: thôn Đông", "tay": ", volume: 50"})
    wait_for(lambda: "" in fleet.outcomes(airing), 60)
    found = fleet.outcomes(airing)
    assert {name: row.outcome for name, row in found.items()} == {"": "aired", "dong": "aired", "tay": "aired"}
    # both sound the chime together, when somebody asks
    said = fleet.at_station("player", "test", "thôn Đông", "tay", "--by", "Hoa").splitlines()
    assert said == ["dong\tthe chime was played", "tay\tthe chime was played"]
    for name in ("dong", "tay"):
        row = found[name]
        assert row.started is not None
        assert row.planned is not None
        assert abs((row.started - row.planned).total_seconds()) < 1
        assert len(fleet.heard(name)) == 2
