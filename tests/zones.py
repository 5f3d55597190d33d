"""Two time zones in which everything that knows an hour is tested: the communes' own, and one with changes of the clock.

A test that ran in UTC alone could not see that an hour of the commune is compared with one of UTC. `make test` runs the
tests of the station in STATION, `python -m tests.clocks` in the zones of its clocks; those of hours run in BOTH.
"""

import os

BOTH = ("Asia/Ho_Chi_Minh", "America/New_York")
STATION = os.environ.get("LOA_TEST_ZONE", BOTH[0])
