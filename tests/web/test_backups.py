"""Automatic backups in the console: the administrator sets the place, has one made, and is told when it is old."""

import datetime
import json
import subprocess
import sys
from pathlib import Path

from loa.actions.offices import Role
from loa.app.backups import place_states
from loa.schedule import UTC
from loa.web.context import Console
from loa.workspace import Workspace
from tests.web.conftest import LogIn, yaml_of

FORM = "/settings/automatic-backup"


def test_the_place_is_set_and_a_backup_made(
    log_in: LogIn, station: Workspace, console: Console, tmp_path: Path
) -> None:
    admin = log_in(Role.ADMIN)
    assert "Set where backups go by themselves" in admin.look("/")
    before = station.schedule_file.read_text("utf-8")
    mark = admin.look(FORM).split('name="mark" value="')[1].split('"')[0]
    answer = admin.submit(FORM, 422, mark=mark, **{"folder.path": "sao-luu"})
    assert "does not say where it begins" in answer
    assert 'id="wrong-folder.path"' in answer
    assert station.schedule_file.read_text("utf-8") == before
    (tmp_path / "usb").mkdir()
    admin.submit(FORM, mark=mark, **{"folder.path": str(tmp_path / "usb"), "at": "03:15", "keep.days": "9"})
    assert yaml_of(station.schedule_file)["backup"] == {
        "at": "03:15",
        "keep": {"days": 9},
        "folder": {"path": str(tmp_path / "usb")},
    }
    assert "none yet" in admin.look("/settings")
    admin.submit(f"{FORM}/now")
    (job,) = [job for job in console.jobs.latest() if job.kind == "backup"]
    # in a process of its own, as the console does it: this one would stay behind all others for good
    subprocess.run([sys.executable, "-m", "loa.web.job_worker", str(station.root), str(job.id)], check=True)
    assert list((tmp_path / "usb" / "loa-backup").glob("loa-*.zip"))
    assert place_states(station)["folder"].good
    assert "the last good one on" in admin.look("/settings")
    assert "Set where backups go by themselves" not in admin.look("/")
    assert "backup.asked" in [row["action"] for row in console.audit.read()]


def test_an_old_backup_is_the_administrators_most_pressing_task(
    log_in: LogIn, station: Workspace, tmp_path: Path
) -> None:
    with station.schedule_file.open("a", encoding="utf-8") as file:
        file.write(f"\nbackup: {{folder: {{path: {tmp_path}/gone}}}}\n")
    good = (datetime.datetime.now(UTC) - datetime.timedelta(days=6)).isoformat()
    station.backups_file.parent.mkdir(exist_ok=True)
    station.backups_file.write_text(json.dumps({"folder": {"since": good, "good": good, "problem": "gone"}}), "utf-8")
    page = log_in(Role.ADMIN).look("/")
    assert "the last good backup (folder) is 6 days old: gone" in page


def test_only_an_administrator_sets_where_backups_go(log_in: LogIn) -> None:
    operator = log_in(Role.OPERATOR)
    operator.look(FORM, 403)
    operator.submit(FORM, 403)
    operator.submit(f"{FORM}/now", 403)
