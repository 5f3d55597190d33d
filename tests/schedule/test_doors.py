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
