"""A schedule must not send away, nor write where, what is not the station's."""

from collections.abc import Callable

import pytest

from loa.errors import ScheduleError
from loa.schedule import Schedule
from loa.schedule.loader import load_schedule
from loa.schedule.outputs import Icecast
from loa.workspace import Workspace

from .conftest import BROADCAST, HEAD

Write = Callable[[str], Workspace]
ICECAST = '{{kind: icecast, url: "http://127.0.0.1:8000/xa.mp3", password_env: {}}}'


def refused(workspace: Workspace) -> list[str]:
    """What is said about the schedule, with places."""
    with pytest.raises(ScheduleError) as caught:
        load_schedule(workspace)
    return [f"{f.place} {f.message} {f.fix}" for f in caught.value.findings]


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("PATH", "LOA_PATH"),
        ("HOME", "LOA_HOME"),
        ("AWS_SECRET_ACCESS_KEY", "LOA_AWS_SECRET_ACCESS_KEY"),
        ("loa_token", "LOA_TOKEN"),
        ("XLOA_TOKEN", "LOA_XLOA_TOKEN"),
        ('"ĐLOA_TOKEN"', "LOA_LOA_TOKEN"),
        ("LOA_", "LOA_PASSWORD"),
        ('"LOA_X=Y"', "LOA_X_Y"),
        ('"LOA_X\\nPATH"', "LOA_X_PATH"),
        ('"LOA_X\\0"', "LOA_X"),
    ],
)
def test_no_other_variable_of_the_computer_is_sent(write: Write, name: str, instead: str) -> None:
    alerts = f"alerts: {{webhook: {{url: 'https://x.test/', token_env: {name}}}}}\n"
    email = alerts.replace("webhook", "email").replace(
        "url: 'https://x.test/', token_env", "host: m, sender: a, to: [b], password_env"
    )
    icecast = HEAD.replace("{kind: null}", ICECAST.format(name))
    for text in (HEAD + BROADCAST + alerts, HEAD + BROADCAST + email, icecast + BROADCAST):
        (found,) = refused(write(text))
        assert found.startswith("schedule.yaml:")
        assert "LOA_ " in found
        assert f"Write {instead} here" in found


def test_names_with_the_prefix_are_taken(write: Write) -> None:
    schedule = load_schedule(write(HEAD.replace("{kind: null}", ICECAST.format("LOA_ICECAST_2")) + BROADCAST))
    assert isinstance(schedule.outputs["loa"], Icecast)


def kept(workspace: Workspace) -> Schedule:
    """The schedule of a copy that an earlier version found valid."""
    workspace.last_good_schedule.parent.mkdir()
    workspace.schedule_file.replace(workspace.last_good_schedule)
    return load_schedule(workspace, workspace.last_good_schedule)


def test_a_schedule_of_an_earlier_version_stays_in_force(write: Write) -> None:
    workspace = write(HEAD.replace("{kind: null}", ICECAST.format("ICECAST_PW")) + BROADCAST)
    assert refused(workspace)
    schedule = kept(workspace)
    output = schedule.outputs["loa"]
    assert isinstance(output, Icecast)
    assert output.password_env == "ICECAST_PW"


OUT = [
    "../elsewhere",
    "audio/../../elsewhere",
    "/tmp/elsewhere",
    "C:\\\\elsewhere",
    "C:elsewhere",
    "\\\\\\\\server\\\\share",
    "..\\\\elsewhere",
    "audio/.. /.. /x",
    "..",
    "audio/\\0/x",
]


@pytest.mark.parametrize("path", OUT)
def test_no_path_of_the_schedule_leads_out_of_the_station(write: Write, path: str) -> None:
    folder = HEAD.replace("{kind: file}", f'{{kind: file, folder: "{path}"}}') + BROADCAST
    item = HEAD + BROADCAST + f'    items: ["{path}"]\n'
    music = HEAD + BROADCAST + f'    sound: {{music: "{path}"}}\n'
    for text, line in ((folder, 4), (item, 13), (music, 13)):
        (found,) = refused(write(text))
        assert found.startswith(f"schedule.yaml:{line}")
        assert "audio/played" in found
    (found,) = refused(write(HEAD.replace("loa-2:", f'"{path}":') + BROADCAST))
    assert "cannot be the name of an output" in found


@pytest.mark.parametrize("folder", [".loa", ".loa/released", ".LOA/x", ".loa./x", "./.loa"])
def test_sound_is_not_written_among_loa_s_own_data(write: Write, folder: str) -> None:
    (found,) = refused(write(HEAD.replace("{kind: file}", f'{{kind: file, folder: "{folder}"}}') + BROADCAST))
    assert ".loa" in found


@pytest.mark.parametrize(
    "url",
    ["sqlite:////tmp/x.db", "sqlite:///../x.db", "/tmp/x.db", "mysql://x/y", "sqlite+pysqlite:///x", "SQLITE:///x"],
)
def test_the_database_is_a_server_and_no_file_elsewhere(write: Write, url: str) -> None:
    (found,) = refused(write(HEAD + BROADCAST + f"database: {url}\n"))
    assert "postgresql://" in found


def test_paths_below_the_station_are_taken(write: Write) -> None:
    text = HEAD.replace("{kind: file}", '{kind: file, folder: "audio/lưu …/a..b"}') + BROADCAST
    assert load_schedule(write(text + '    items: ["audio/thu sẵn/bài 1.mp3"]\n')).broadcasts
