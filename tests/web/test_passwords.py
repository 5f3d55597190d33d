"""Passwords that the station sends: typed in the console, kept in a file of its own, never shown, in no backup."""

import stat
import zipfile
from pathlib import Path

import pytest

from loa.actions.offices import Role
from loa.app.backup import backup
from loa.errors import PlayoutError
from loa.playout.outputs.icecast import Login
from loa.schedule.outputs import Icecast
from loa.station_secrets import secret
from loa.web.context import Console
from loa.workspace import Workspace
from tests.web.conftest import LogIn

PATH = "/settings/passwords"
NAME, SECRET = "LOA_DAI_ICECAST", "bí mật 123 <&>"


@pytest.fixture
def with_icecast(station: Workspace) -> Workspace:
    text = station.schedule_file.read_text("utf-8")
    line = f'outputs:\n  dai: {{kind: icecast, url: "http://127.0.0.1:9/a.mp3", password_env: {NAME}}}\n'
    station.schedule_file.write_text(text.replace("outputs:\n", line, 1), "utf-8")
    return station


def test_a_password_is_typed_kept_and_never_shown(
    log_in: LogIn, with_icecast: Workspace, console: Console, tmp_path: Path
) -> None:
    admin = log_in(Role.ADMIN)
    page = admin.look(PATH)
    assert NAME in page
    assert "missing" in page
    output = Icecast.model_validate({"kind": "icecast", "url": "http://127.0.0.1:9/a.mp3", "password_env": NAME})
    with pytest.raises(PlayoutError):
        Login.of(output, with_icecast.root)
    admin.submit(PATH, name=NAME, value=SECRET)
    assert Login.of(output, with_icecast.root).authorization.startswith("Basic ")
    assert secret(with_icecast, NAME) == SECRET
    for shown in (
        admin.look(PATH),
        admin.look("/settings"),
        admin.look("/settings/audit"),
        admin.look("/settings/outputs/dai"),
    ):
        assert SECRET not in shown
        assert "bí mật" not in shown
    assert "set here" in admin.look(PATH)
    assert stat.S_IMODE(with_icecast.secrets_file.stat().st_mode) == 0o600
    assert SECRET not in str(console.audit.read())
    backup(with_icecast, tmp_path / "b.zip")
    archive = zipfile.ZipFile(tmp_path / "b.zip")
    assert not any("secret" in name for name in archive.namelist())
    assert not any(SECRET.encode() in archive.read(name) for name in archive.namelist())
    admin.submit(PATH, name=NAME, value="")
    assert secret(with_icecast, NAME) is None


def test_what_is_typed_goes_before_the_variable(
    with_icecast: Workspace, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, "from outside")
    admin = log_in(Role.ADMIN)
    assert "set as a variable" in admin.look(PATH)
    assert secret(with_icecast, NAME) == "from outside"
    admin.submit(PATH, name=NAME, value="typed")
    assert secret(with_icecast, NAME) == "typed"


def test_only_names_of_the_schedule_and_only_by_an_administrator(with_icecast: Workspace, log_in: LogIn) -> None:
    admin = log_in(Role.ADMIN)
    admin.look(PATH)
    admin.submit(PATH, 404, name="LOA_OTHER", value="x")
    admin.submit(PATH, 404, name="PATH", value="x")
    admin.submit(PATH, 422, name=NAME, value="a\r\nX-Evil: 1")
    operator = log_in(Role.OPERATOR)
    operator.look(PATH, 403)
    operator.submit(PATH, 403, name=NAME, value="x")
    assert not with_icecast.secrets_file.exists()
