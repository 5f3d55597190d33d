"""The small station of the automation tests, and a real one that runs."""

from tests.automation.conftest import air, plan, recording, released, store, zone  # noqa: F401
from tests.faults.conftest import bulletin, make_station, station  # noqa: F401
