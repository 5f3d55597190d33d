"""The console under siege, on loopback: STOP, `loa stop` and an emergency do what they do in peace.

How much later they do it depends on the machine; so the limits are those of the promise, and what a crowded machine
takes for the same in peace comes on top.
"""

from pathlib import Path

import pytest

from tests.web.attackers import Plan
from tests.web.siege import Besieged

STOP, COMMAND, EMERGENCY, AIRING = 1.0, 1.0, 3.0, 0.1
"""Seconds."""


@pytest.mark.long
def test_under_siege_people_and_the_schedule_keep_the_loudspeakers(tmp_path: Path) -> None:
    """500 slow clients, 200 log-ins a second, 20 uploads at a time. Before there were lanes STOP was answered 503."""
    station = Besieged(tmp_path / "station")
    with station.running():
        calm = station.measure(2)
        plan = Plan(station.port, 80, sessions=tuple(station.sessions[1:]))
        with station.siege(plan) as done:
            besieged = station.measure(2)
        assert station.get("/") == 200
    assert "Traceback" not in (station.workspace.root / "said.txt").read_text("utf-8")
    assert done["slow"] > plan.slow
    assert sum(many for what, many in done.items() if what.startswith("/login")) > plan.log_ins * plan.seconds / 2
    assert done["/bring-in 422"] > plan.uploads
    told = f"in peace: {calm}; under siege: {besieged}; {done}"
    assert max(besieged.stops) < STOP + max(calm.stops), told
    assert max(besieged.answers) < STOP + max(calm.answers), told
    assert max(besieged.commands) < COMMAND + max(calm.commands), told
    assert max(besieged.emergencies) < EMERGENCY + max(calm.emergencies), told
    assert max(besieged.late) < AIRING + max(calm.late), told
