"""What one process does with the files of its databases takes no lock from them."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from loa.store.database import Database
from loa.workspace import private_file

PROGRAM = (
    "import sys; from pathlib import Path; from loa.store.database import Database; Database(Path(sys.argv[1])).close()"
)


def test_a_second_database_of_the_same_process_leaves_the_locks_of_the_first(tmp_path: Path) -> None:
    """Closing any file takes all POSIX locks on it from the process; SQLite then deletes a journal that is in use."""
    file = tmp_path / ".loa" / "station.db"
    first = Database(file)
    with first.write() as connection:
        connection.execute(text("CREATE TABLE seen (n INTEGER)"))
    second = Database(file)
    private_file(file)
    subprocess.run([sys.executable, "-c", PROGRAM, str(file)], check=True)  # the last one out, as it believes
    with first.write() as connection:
        connection.execute(text("INSERT INTO seen VALUES (1)"))
    assert file.with_name("station.db-wal").exists()
    with Database(file).read() as connection:
        assert connection.execute(text("SELECT n FROM seen")).scalar() == 1
    second.close()
    first.close()
