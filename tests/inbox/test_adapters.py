"""Messages in others' forms, by a package of its own: the example that ships."""

import datetime
import json
import sys
from collections.abc import Iterator

import pytest

from loa.errors import InboxError
from loa.inbox.adapters import names, read_with
from loa.inbox.policy import load_policy
from loa.inbox.reading import read
from loa.workspace import Workspace
from tests.conftest import ROOT
from tests.inbox.conftest import write
from tests.inbox.senders import NOW

PAYLOAD = {
    "id": 42,
    "created": NOW.timestamp() * 1000,
    "station": "ben-hai",
    "title": "Tiêm vắc xin cho trẻ",
    "type": "uutien",
    "text": "Trạm y tế xã tiêm vắc xin sáng thứ hai.",
    "from": "2026-11-28 14:00",
    "to": "2026-11-30 11:00",
    "wards": [19489],
    "loops": 1,
    "idle": 0,
}


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The example as pip would install it: its module, and what its metadata say."""
    folder = ROOT / "examples" / "loa-inbox-vendor"
    place = tmp_path_factory.mktemp("site")
    about = place / "loa_inbox_vendor-0.1.dist-info"
    about.mkdir()
    project = (folder / "pyproject.toml").read_text("utf-8")
    points = project.partition('[project.entry-points."loa.inbox"]')[2].strip().replace('"', "")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: loa-inbox-vendor\nVersion: 0.1\n")
    (about / "entry_points.txt").write_text(f"[loa.inbox]\n{points}\n")
    (place / "loa_inbox_vendor.py").write_text((folder / "loa_inbox_vendor.py").read_text("utf-8"), "utf-8")
    monkeypatch.syspath_prepend(str(place))
    yield
    sys.modules.pop("loa_inbox_vendor", None)


@pytest.mark.usefixtures("installed")
def test_a_vendors_message_waits_for_a_person(station: Workspace) -> None:
    assert "vendor" in names()
    write(station, sender="vendor:ben-hai", keys="", adapter="vendor", policy="{priority: sign}")
    policy = load_policy(station)
    found = read(json.dumps(PAYLOAD).encode(), policy, NOW, "vendor")
    (info,) = found.message.infos
    assert (found.form, found.message.id, info.priority) == ("vendor", "vendor-42", "priority")
    assert info.expires == datetime.datetime(2026, 11, 30, 4, 0, tzinfo=datetime.UTC)
    assert policy.reached(found.sender, info.areas) == ("ben-hai",)
    assert policy.rule(found.sender, found.message) == "sign"
    # The sender has that form alone: nobody sends in its name in another, or by another's adapter.
    ours = {"loa": "message/1", "id": "1", "sender": "vendor:ben-hai", "sent": "2026-11-28T14:05:00+07:00"}
    with pytest.raises(InboxError, match="forged"):
        read(json.dumps({**ours, "title": "Giả", "text": "Tin giả."}).encode(), policy, NOW)
    for raw in (b"", b"[]", b"{}", b"\xff", json.dumps({**PAYLOAD, "text": ""}).encode()):
        with pytest.raises(InboxError):
            read(raw, policy, NOW, "vendor")


def test_an_adapter_that_is_not_there_is_told() -> None:
    with pytest.raises(InboxError, match="no adapter"):
        read_with("nobody", b"{}")
