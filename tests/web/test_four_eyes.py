"""Four eyes: who wrote or changed the text does not sign it, but in an emergency, where the log tells of it."""

import hashlib

import pytest

from loa.actions.file_history import Author
from loa.actions.offices import Office, Role
from loa.automation.intervals import Timing
from loa.bulletin.manifest import Manifest
from loa.clock import RealClock
from loa.errors import RequestError
from loa.store import approvals, asrun
from loa.store.lease import Lease
from loa.web.context import Console
from loa.web.routes import today
from loa.workspace import Workspace
from tests.approving import as_emergency
from tests.conftest import Loa
from tests.web.conftest import PASSWORD, Browser, LogIn
from tests.web.rig import COMMUNE, SCHEDULE

PROGRAMME, MESSAGE = "ben-hai/ve-sinh", "ben-hai/khan-cap-20261128-101500"
BOTH = (Role.OFFICER, Role.LEADER, Role.DUTY)


@pytest.fixture(autouse=True)
def small(station: Workspace, console: Console) -> None:
    """One commune, the switch on, and a sound of the text as it is."""
    for path in station.campaigns.iterdir():
        path.unlink()
    facts, by = station.campaigns / "ben-hai.yaml", Author("Kho", login="kho")
    console.history.edit_file(facts, lambda _text: COMMUNE, by, "mới", action="campaign.saved")
    station.schedule_file.write_text(SCHEDULE + "approval: {four_eyes: true}\n", "utf-8")
    build(station, "first")


def build(station: Workspace, sound: str, id_: str = PROGRAMME) -> str:
    """What a build would make of the text as it is."""
    path = station.bulletins / f"{id_}.mp3"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sound.encode())
    path.with_suffix(".json").unlink(missing_ok=True)
    as_emergency(path)
    text = hashlib.sha256((station.campaigns / "ben-hai.yaml").read_bytes()).hexdigest()
    changes = {"emergency": id_ == MESSAGE, "campaigns": ("don-ve-sinh",), "inputs": {"campaigns/ben-hai.yaml": text}}
    Manifest.load(path.with_suffix(".json")).model_copy(update=changes).save(path.with_suffix(".json"))
    return hashlib.sha256(sound.encode()).hexdigest()


def rewrite(console: Console, old: str, new: str, name: str) -> None:
    file = console.workspace.campaigns / "ben-hai.yaml"
    by = Author(name.title(), login=name)
    console.history.edit_file(file, lambda text: text.replace(old, new), by, "sửa", action="campaign.saved")


def sign(browser: Browser, sha256: str, **more: str) -> int:
    data = {"csrf": browser.csrf, "sha256": sha256, "heard": "1", **more}
    program = browser.post(f"/release/{PROGRAMME}/sign", data=data, headers={"accept": "application/json"})
    return program.status_code


def test_who_changed_the_text_does_not_sign_it_and_another_does(
    log_in: LogIn, console: Console, station: Workspace
) -> None:
    lan, nam = log_in(*BOTH, name="lan"), log_in(*BOTH, name="nam")
    rewrite(console, "Sáng chủ nhật", "Chiều chủ nhật", "lan")
    sha256 = build(station, "second")
    assert sign(lan, sha256) == 422
    by_program = lan.post(
        f"/api/v1/bulletins/{PROGRAMME}/sign", json={"sha256": sha256}, headers={"x-csrf-token": lan.csrf}
    )
    assert by_program.status_code == 422
    assert approvals.all_approvals(console.store) == []
    log_in(Role.ADMIN)
    person = console.accounts.named("lan")
    assert person
    console.accounts.change(person, shown="Người khác", roles=person.roles, active=True, communes=None)
    assert sign(lan, sha256) == 422, "another name that is shown makes nobody another person"
    assert sign(nam, sha256) == 303
    rewrite(console, "mùa mưa", "mùa bão", "nam")
    sha256 = build(station, "third")
    assert sign(nam, sha256) == 422
    assert sign(lan, sha256) == 303, "what lan wrote was signed by somebody else"


def test_a_change_elsewhere_makes_no_author(log_in: LogIn, console: Console, station: Workspace) -> None:
    lan = log_in(*BOTH, name="lan")
    more = "\n  - {id: khac, template: thong-bao, title: Khác, as_of: 2026-11-01, form: radio, body: [Khác.]}\n"
    rewrite(console, COMMUNE, COMMUNE.rstrip("\n") + more, "lan")
    assert sign(lan, build(station, "second")) == 303


def test_off_is_off(log_in: LogIn, console: Console, station: Workspace) -> None:
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    lan = log_in(*BOTH, name="lan")
    rewrite(console, "Sáng chủ nhật", "Chiều chủ nhật", "lan")
    assert sign(lan, build(station, "second")) == 303


def test_only_an_administrator_turns_it_off(log_in: LogIn, console: Console, station: Workspace) -> None:
    log_in(Role.OPERATOR).look("/settings/four-eyes", 403)
    text = station.schedule_file.read_text("utf-8")
    planner = Author("Tư", office=Office(frozenset({Role.OFFICER, Role.OPERATOR})))
    with pytest.raises(RequestError, match="administrator"):
        console.history.edit_file(station.schedule_file, lambda _old: SCHEDULE, planner, "x", action="schedule.x")
    admin = log_in(Role.ADMIN)
    admin.look("/settings/four-eyes")
    assert "four_eyes: true" in text
    mark = admin.get("/settings/four-eyes").text.split('name="mark" value="')[1].split('"')[0]
    admin.submit("/settings/four-eyes", mark=mark)
    assert "four_eyes: true" not in station.schedule_file.read_text("utf-8")
    console.files.forget()
    undone = console.history.undoable(station.schedule_file, planner.office)
    assert undone is None, "nobody else takes that back"


def test_in_an_emergency_the_author_says_so_and_it_is_recorded(
    log_in: LogIn, console: Console, station: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today, "_ANSWER", 0.0)  # nobody answers here
    Lease(console.store, RealClock(), heartbeat=Timing().heartbeat, stale=Timing().stale).keep(None)
    lan = log_in(*BOTH, name="lan")
    sha256 = build(station, "khẩn", MESSAGE)
    console.history.note_text(station.bulletins / f"{MESSAGE}.mp3", "Nước lên.", Author("Lan", login="lan"), "Lũ")
    sent = {"sha256": sha256, "on": "thu", "times": "1", "password": PASSWORD}
    assert "four eyes" in lan.submit(f"/emergency/{MESSAGE}/release", 422, **sent)
    lan.submit(f"/emergency/{MESSAGE}/release", 422, **{**sent, "password": "x"}, alone="1")
    assert approvals.all_approvals(console.store) == []
    lan.submit(f"/emergency/{MESSAGE}/release", **sent, alone="1")
    (row,) = asrun.rows(console.store, kinds=("approval",))
    assert row.details["alone"] == "yes"
    assert len(approvals.all_approvals(console.store)) == 1
    console.outbox.flush()
    assert [one["action"] for one in console.audit.read(word="emergency.alone")] == ["emergency.alone"]


def test_the_command_line_keeps_to_it(console: Console, station: Workspace, loa: Loa) -> None:
    rewrite(console, "Sáng chủ nhật", "Chiều chủ nhật", "lan")
    build(station, "second")
    done = loa("approve", PROGRAMME, "--by", "Lan", cwd=station.root)
    assert done.returncode
    assert "four eyes" in done.stderr
    done = loa("air", PROGRAMME, "--on", "thu", "--now", "--by", "Lan", cwd=station.root)
    assert done.returncode
    assert "four eyes" in done.stderr, "an emergency's way is none past the rule"
    assert approvals.all_approvals(console.store) == []
    assert loa("approve", PROGRAMME, "--by", "Hoa", cwd=station.root).returncode == 0


def edit_past_loa(station: Workspace, old: str, new: str) -> None:
    file = station.campaigns / "ben-hai.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def test_what_was_changed_past_loa_is_signed_only_with_a_word_that_is_recorded(
    log_in: LogIn, console: Console, station: Workspace, loa: Loa
) -> None:
    lan, nam = log_in(*BOTH, name="lan"), log_in(*BOTH, name="nam")
    edit_past_loa(station, "Sáng chủ nhật", "Chiều chủ nhật")
    sha256 = build(station, "second")
    asked = lan.post(f"/release/{PROGRAMME}/sign", data={"csrf": lan.csrf, "sha256": sha256, "heard": "1"})
    assert asked.status_code == 422
    assert "campaigns/ben-hai.yaml" in asked.text
    assert 'name="not_mine"' in asked.text
    address, said = f"/api/v1/bulletins/{PROGRAMME}/sign", {"sha256": sha256}
    assert lan.post(address, json=said, headers={"x-csrf-token": lan.csrf}).status_code == 422
    assert approvals.all_approvals(console.store) == []
    assert sign(lan, sha256, not_mine="1") == 303
    (row,) = asrun.rows(console.store, kinds=("approval",))
    assert row.details["not_mine"] == "yes"
    console.outbox.flush()
    assert len(console.audit.read(word="bulletin.not-mine")) == 1
    rewrite(console, "mùa mưa", "mùa bão", "nam")
    assert sign(lan, build(station, "third")) == 303, "what was signed once is known, and so is every change since"
    rewrite(console, "mùa bão", "mùa mưa", "nam")
    edit_past_loa(station, "Chiều chủ nhật", "Sáng chủ nhật")
    rewrite(console, "Sáng chủ nhật", "Tối chủ nhật", "nam")
    sha256 = build(station, "fourth")
    assert sign(nam, sha256) == 422, "nam wrote it"
    assert sign(lan, sha256) == 422, "somebody changed it between two changes by Loa"
    done = loa("approve", PROGRAMME, "--by", "Lan", cwd=station.root)
    assert "--not-mine" in done.stderr
    assert done.returncode == 2
    assert loa("approve", PROGRAMME, "--by", "Lan", "--not-mine", cwd=station.root).returncode == 0


def test_what_somebody_did_elsewhere_past_loa_asks_for_no_word(
    log_in: LogIn, console: Console, station: Workspace
) -> None:
    lan = log_in(*BOTH, name="lan")
    more = "\n  - {id: khac, template: thong-bao, title: Khác, as_of: 2026-11-01, form: radio, body: [Khác.]}\n"
    edit_past_loa(station, COMMUNE, COMMUNE.rstrip("\n") + more)
    rewrite(console, "mùa mưa", "mùa bão", "nam")
    assert sign(lan, build(station, "second")) == 303


def test_a_recording_that_somebody_put_there_asks_for_the_word(
    log_in: LogIn, console: Console, station: Workspace
) -> None:
    lan = log_in(*BOTH, name="lan")
    sha256 = build(station, "second")
    (station.bulletins / f"{PROGRAMME}.json").unlink()
    assert sign(lan, sha256) == 422
    assert sign(lan, sha256, not_mine="1") == 303


def test_air_now_signs_no_programme_for_somebody_who_does_not_sign(
    log_in: LogIn, console: Console, station: Workspace, loa: Loa
) -> None:
    station.schedule_file.write_text(SCHEDULE, "utf-8")  # four eyes are off
    log_in(Role.OFFICER, name="tam")
    log_in(Role.LEADER, name="hoa")
    build(station, "second")
    for who in ("Tam", "Ai đó"):
        done = loa("air", PROGRAMME, "--on", "thu", "--now", "--by", who, cwd=station.root)
        assert done.returncode == 2
        assert "does not sign" in done.stderr
        assert "Hoa" in done.stderr
    assert approvals.all_approvals(console.store) == []
    assert loa("air", PROGRAMME, "--on", "thu", "--now", cwd=station.root).returncode == 1
    assert approvals.all_approvals(console.store) == [], "without a name nothing is signed"
    loa("air", PROGRAMME, "--on", "thu", "--now", "--by", "Hoa", cwd=station.root)
    (row,) = asrun.rows(console.store, kinds=("approval",))
    assert (row.details["by"], row.details["at_once"]) == ("Hoa", "yes")
    console.outbox.flush()
    assert [one["who"] for one in console.audit.read(word="bulletin.at-once")] == ["Hoa"]
