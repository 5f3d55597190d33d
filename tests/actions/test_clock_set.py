"""NTP sets the clock under a station that sounds: nobody takes it for dead.

Other processes compute from the clock when it began (/proc/stat), which faketime does not show: they see another /proc.
"""

import sys
from pathlib import Path

import pytest

from loa.store.database import Database
from loa.store.tables import presence
from tests.clocks.proc import environment, moved
from tests.conftest import Loa
from tests.faults.conftest import Faulty
from tests.local import wait_for

from .test_beside_a_station import events, running, sounding  # noqa: F401

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux computes when a process began from the clock"
)


def roles(station: Faulty) -> list[str]:
    """Of every process on the workspace."""
    store = Database(station.workspace.database)
    try:
        return sorted(str(row["role"]) for row in store.rows(presence.select()))
    finally:
        store.close()


@pytest.mark.parametrize("seconds", [3600, -400 * 86400])
def test_after_a_step_of_the_clock_the_station_is_still_the_one_on_air(
    sounding: Faulty,  # noqa: F811
    loa: Loa,
    tmp_path: Path,
    seconds: float,
) -> None:
    (first,) = sounding.processes
    after = environment(moved(tmp_path / "proc", seconds, first.pid))
    sounding.environment |= after
    second = sounding.start()
    wait_for(lambda: len(roles(sounding)) > 1, 60)
    assert roles(sounding) == ["on-air", "standby"]
    assert sounding.rows() == [], "nothing that sounds is called missed"
    done = loa("stop", cwd=sounding.workspace.root, env=after)
    assert "Stopped." in done.stdout, done.stdout + done.stderr
    assert sounding.wait_for_outcome("air:tin@1").outcome == "cut"
    sounding.stop(second)
    sounding.stop(first)
    assert [row.outcome for row in sounding.rows()] == ["cut"]


def test_a_person_vouches_for_the_clock_and_the_log_names_them(running: Faulty, loa: Loa) -> None:  # noqa: F811
    done = loa("clock", "--right", "--by", "Hoa", cwd=running.workspace.root)
    assert done.returncode == 0, done.stderr
    assert "The station goes by it." in done.stdout
    wait_for(lambda: events(running, "clock") == ["Hoa says that the clock is right"])
