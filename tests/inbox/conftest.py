"""A station of one commune that knows one sender."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from loa.inbox.policy import InboxPolicy, load_policy
from loa.workspace import Workspace
from tests.conftest import ROOT
from tests.inbox.senders import SENDER, Authority
from tests.web.rig import COMMUNE, SCHEDULE

Write = Callable[..., InboxPolicy]


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def station(tmp_path: Path, authority: Authority) -> Workspace:
    workspace = Workspace(tmp_path)
    workspace.campaigns.mkdir()
    coded = COMMUNE.replace("province: Quảng Trị}", 'province: Quảng Trị, code: "19489"}')
    (workspace.campaigns / "ben-hai.yaml").write_text(coded, "utf-8")
    workspace.schedule_file.write_text(SCHEDULE, "utf-8")
    shutil.copytree(ROOT / "audio" / "jingles", workspace.jingles)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "pctt.pem").write_text(authority.certificate)
    (tmp_path / "keys" / "pctt-json.pem").write_text(authority.public)
    write(workspace)
    return workspace


def write(workspace: Workspace, more: str = "", *, sender: str = SENDER, **lines: str) -> None:
    """inbox.yaml with one sender; `lines` stand for its usual ones."""
    usual = {
        "name": "Ban Chỉ huy Phòng thủ dân sự tỉnh",
        "keys": "[keys/pctt.pem, keys/pctt-json.pem]",
        "on": "[thu]",
        "policy": "{emergency: automatic, priority: sign, normal: ask}",
        "set_by": "Trần Văn Bình",
    }
    settings = "".join(f"    {key}: {value}\n" for key, value in {**usual, **lines}.items() if value)
    text = f"senders:\n  - id: {sender}\n{settings}{more}"
    workspace.inbox_file.write_text(text, "utf-8")


@pytest.fixture
def policy(station: Workspace) -> InboxPolicy:
    return load_policy(station)
