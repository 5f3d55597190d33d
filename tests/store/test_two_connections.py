"""A process that opens its database twice, as the station does, beside others that come and go."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, insert, select

from loa.store.database import Database
from loa.store.tables import alarms

OTHER = """
import sys
from pathlib import Path
from sqlalchemy import func, select
from loa.store.database import Database
from loa.store.tables import alarms
store = Database(Path(sys.argv[1]))
with store.write() as connection:
    print(connection.execute(select(func.count()).select_from(alarms)).scalar_one())
store.close()
"""


def test_what_is_written_after_another_process_has_left_is_seen_by_the_next(tmp_path: Path) -> None:
    file = tmp_path / "station.db"
    first = Database(file)
    second = Database(file)
    for number in range(3):
        with first.write() as connection:
            row = {"event": str(number), "at": "2026", "kind": "test", "message": "x"}
            connection.execute(insert(alarms).values(row))
        seen = subprocess.run([sys.executable, "-c", OTHER, str(file)], capture_output=True, text=True, check=True)
        assert seen.stdout.strip() == str(number + 1)
        with second.read() as connection:
            assert connection.execute(select(func.count()).select_from(alarms)).scalar_one() == number + 1
    first.close()
    second.close()
