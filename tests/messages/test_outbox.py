"""Texts on other ways: once to each receiver, each with its outcome, against gateways that refuse as real ones do."""

import datetime
import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from loa.app.chores import MessagesChore
from loa.bulletin.manifest import Cue, Manifest
from loa.messages import outbox
from loa.messages.sending import Text
from loa.schedule import UTC
from loa.schedule.loader import load_schedule
from loa.store import asrun, proof
from loa.store.approvals import find
from loa.store.asrun import NewRow, append
from loa.store.database import Database
from loa.store.tables import messages
from loa.workspace import Workspace
from tests.approving import approve
from tests.local import free_port, wait_for

from .gateways import Gateways, MailServer, gateways, mail_server

NOW = datetime.datetime(2026, 11, 20, 10, tzinfo=UTC)
SCHEDULE = """\
timezone: Asia/Ho_Chi_Minh
outputs: {n: {kind: null}}
publish: {address: "https://benhai.vn/loa/"}
messages:
  telegram: {chats: ["-1", "-404"], url: "URL", what: all}
  zalo: {groups: [g1], followers: [nguoi-quen, nguoi-la], url: "URL"}
  sms:
    url: URL/sms
    phones: ["0911111111", "0900000000"]
    body: {Phone: "{phone}", Content: "{text}", SecretKey: "{token}"}
    success: {CodeResult: "100"}
    longest: 60
  email: {host: 127.0.0.1, port: PORT, security: none, sender: loa@x.vn, to: [an@x.vn, nobody@x.vn], what: all}
"""


@pytest.fixture
def gates() -> Iterator[tuple[Gateways, MailServer]]:
    with gateways() as web, mail_server() as mail:
        yield web, mail


@pytest.fixture
def workspace(tmp_path: Path, gates: tuple[Gateways, MailServer], monkeypatch: pytest.MonkeyPatch) -> Workspace:
    workspace = Workspace(tmp_path)
    workspace.campaigns.mkdir()
    (workspace.campaigns / "ben-hai.yaml").write_text("campaigns: [{id: don}]\n", "utf-8")
    web, mail = gates
    text = SCHEDULE.replace("URL", web.url).replace("PORT", str(mail.server_address[1]))
    workspace.schedule_file.write_text(text, "utf-8")
    monkeypatch.setenv("LOA_TELEGRAM_TOKEN", "ma-bot")
    monkeypatch.setenv("LOA_ZALO_TOKEN", "ma-zalo")
    monkeypatch.setenv("LOA_SMS_TOKEN", "ma-sms")
    return workspace


def released(
    workspace: Workspace, store: Database, name: str, text: str, *, emergency: bool, at: datetime.datetime = NOW
) -> str:
    """A bulletin that somebody released; gives its SHA-256."""
    mp3 = workspace.bulletins / "ben-hai" / f"{name}.mp3"
    mp3.parent.mkdir(parents=True, exist_ok=True)
    mp3.write_bytes(name.encode())
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    said = [("opening", "Xin chào."), (name, text), (name, text), ("closing", "Hết.")]
    cues = tuple(
        Cue(start=n, end=n + 1, text=line, spoken=line, part=part, reading=1 + (n == 2))
        for n, (part, line) in enumerate(said)
    )
    Manifest(
        id=f"ben-hai/{name}", commune="ben-hai", name=name, title="Tin lũ" if emergency else "Dọn vệ sinh", date=NOW.date(),
        campaigns=(name,), seconds=4, sha256=sha256, engine="x", voice="x", cues=cues, emergency=emergency,
    ).save(mp3.with_suffix(".json"))  # fmt: skip
    approve(workspace, store, find(workspace, name), "Chị Mai", at)
    return sha256


def heard(workspace: Workspace, store: Database, name: str, sha256: str) -> None:
    row = NewRow(
        airing=f"{name}@1",
        bulletin=f"ben-hai/{name}",
        sha256=sha256,
        planned=NOW,
        started=NOW,
        ended=NOW,
        outcome="aired",
    )
    append(store, row, NOW, seal=workspace.seal)


def go(workspace: Workspace, store: Database, minutes: float = 0) -> None:
    outbox.work(workspace, load_schedule(workspace), store, NOW + datetime.timedelta(minutes=minutes))


def logged(store: Database) -> dict[tuple[str, str], tuple[str, dict[str, int]]]:
    rows = asrun.rows(store, kinds=("message",))
    return {
        (row.details["channel"], row.bulletin or ""): (
            row.reason or "",
            {k: v for k, v in row.details.items() if k != "channel"},
        )
        for row in rows
    }


def test_every_receiver_gets_each_text_once_and_the_log_holds_each_channels_outcome(
    workspace: Workspace, gates: tuple[Gateways, MailServer]
) -> None:
    """Issue 16, item 6."""
    web, mail = gates
    store = Database(workspace.database)
    flood = released(
        workspace,
        store,
        "khan-cap-1",
        "Nước sông lên nhanh {token}, bà con thôn Hạ lên nhà cao ngay bây giờ.",
        emergency=True,
    )
    clean = released(workspace, store, "don", "Sáng chủ nhật dọn đường.", emergency=False)
    go(workspace, store)
    assert {entry[1] for entry in web.taken} == {"-1", "g1", "nguoi-quen", "0911111111"}, (
        "the article was not aired yet"
    )
    texts = {entry[0]: entry[2] for entry in web.taken}
    assert texts["telegram"].startswith("Tin lũ\nXin chào. Nước sông lên nhanh {token}, bà con")
    assert texts["telegram"].count("Nước sông") == 1, "once, though it is read twice"
    assert texts["sms"] == "Tin lu\nXin chao. Nuoc song len nhanh {token}, ba con thon…"
    assert {entry[0] for entry in web.taken} == {"telegram", "group/message", "message/cs", "sms"}
    heard(workspace, store, "don", clean)
    heard(workspace, store, "khan-cap-1", flood)
    for _ in range(3):
        go(workspace, store, 1)
    article = [entry for entry in web.taken if "Dọn vệ sinh" in entry[2]]
    assert article == [("telegram", "-1", "Dọn vệ sinh\nSáng chủ nhật dọn đường.\nhttps://benhai.vn/loa/ben-hai/don/")]
    assert len(web.taken) == 5
    assert [to for to, _text in mail.mails] == ["an@x.vn", "an@x.vn"]
    assert logged(store) == {
        ("telegram", "ben-hai/khan-cap-1"): ("Telegram: sent to 1 of 2", {"sent": 1, "refused": 1}),
        ("zalo", "ben-hai/khan-cap-1"): ("Zalo: sent to 2 of 3", {"sent": 2, "refused": 1}),
        ("sms", "ben-hai/khan-cap-1"): ("text messages (SMS): sent to 1 of 2", {"sent": 1, "refused": 1}),
        ("email", "ben-hai/khan-cap-1"): ("e-mail: sent to 1 of 2", {"sent": 1, "refused": 1}),
        ("telegram", "ben-hai/don"): ("Telegram: sent to 1 of 2", {"sent": 1, "refused": 1}),
        ("email", "ben-hai/don"): ("e-mail: sent to 1 of 2", {"sent": 1, "refused": 1}),
    }
    assert proof.verify(store, workspace.seal) == []
    raw = workspace.database.read_bytes()
    assert all(secret not in raw for secret in (b"0911111111", b"an@x.vn", b"nguoi-quen")), (
        "no receiver in the database"
    )


def test_what_is_surely_not_delivered_is_tried_again_and_what_nobody_knows_is_not(
    workspace: Workspace, gates: tuple[Gateways, MailServer]
) -> None:
    web, mail = gates
    text = workspace.schedule_file.read_text("utf-8").replace('["-1", "-404"]', '["-1"]')
    text = text.partition("  zalo:")[0] + "  email:" + text.partition("  email:")[2].replace(", nobody@x.vn", "")
    dead = text.replace(web.url, f"http://127.0.0.1:{free_port()}")
    store = Database(workspace.database)
    workspace.schedule_file.write_text(dead, "utf-8")
    mail.torn = True  # after the text: it may have been delivered
    released(workspace, store, "khan-cap-1", "Lũ.", emergency=True)
    go(workspace, store)
    assert [(row.channel, dict(row.states)) for row in outbox.posted(store, NOW)] == [
        ("email", {"unknown": 1}), ("telegram", {"waiting": 1})
    ]  # fmt: skip
    workspace.schedule_file.write_text(text, "utf-8")
    go(workspace, store, 0.1)
    assert web.asked == 0, "not before its pause is over"
    web.mood = ["busy"]
    go(workspace, store, 1)
    assert web.taken == []
    go(workspace, store, 2)
    assert [entry[1] for entry in web.taken] == ["-1"]
    web.mood = ["broken"]
    released(workspace, store, "khan-cap-2", "Lũ rút.", emergency=True)
    for minute in range(3, 6):
        go(workspace, store, minute)
    assert len(web.taken) == 1, "the gateway may have passed it on"
    assert len(mail.mails) == 2
    reasons = [reason for reason, _states in logged(store).values()]
    assert reasons.count("Telegram: sent to 0 of 1; not known: 1") == 1
    assert reasons.count("e-mail: sent to 0 of 1; not known: 1") == 2


def test_what_is_old_withdrawn_or_interrupted_is_not_sent(
    workspace: Workspace, gates: tuple[Gateways, MailServer]
) -> None:
    web, _mail = gates
    workspace.schedule_file.write_text(
        workspace.schedule_file.read_text("utf-8").replace(web.url, "http://127.0.0.1:9"), "utf-8"
    )
    store = Database(workspace.database)
    released(workspace, store, "khan-cap-1", "Lũ.", emergency=True)
    go(workspace, store)
    with store.write() as connection:  # as a power cut leaves it
        connection.execute(update(messages).where(messages.c.channel == "zalo").values(state="sending"))
    workspace.schedule_file.write_text(
        workspace.schedule_file.read_text("utf-8").replace("http://127.0.0.1:9", web.url), "utf-8"
    )
    go(workspace, store, 121)
    assert web.taken == []
    states = {one.channel: dict(one.states) for one in outbox.posted(store, NOW)}
    assert states["zalo"] == {"unknown": 3}
    assert states["telegram"] == {"refused": 2}


def test_a_text_is_cut_at_a_word_and_its_link_stays_whole() -> None:
    text = Text("Tin", "một hai ba bốn năm", "https://a.vn/x")
    assert text.within(200) == "Tin\nmột hai ba bốn năm\nhttps://a.vn/x"
    assert text.within(30) == "Tin\nmột hai…\nhttps://a.vn/x"


def test_a_dead_gateway_holds_up_only_its_own_thread(workspace: Workspace, gates: tuple[Gateways, MailServer]) -> None:
    web, _mail = gates
    web.mood = ["slow"]
    store = Database(workspace.database)
    released(workspace, store, "khan-cap-1", "Lũ.", emergency=True, at=datetime.datetime.now(UTC))
    chore = MessagesChore(workspace)
    station = SimpleNamespace(
        schedule_watch=SimpleNamespace(schedule=load_schedule(workspace)), lease=SimpleNamespace(holds=True), doubt=None
    )
    try:
        begun = time.monotonic()
        for _ in range(3):
            chore(station)  # type: ignore[arg-type]  # what it looks at, without a station
        assert time.monotonic() - begun < 5
        wait_for(lambda: web.asked)
        chore(station)  # type: ignore[arg-type]
        (worker,) = (thread for thread in threading.enumerate() if thread.name == "messages")
    finally:
        web.hold.set()
    worker.join(20)
    assert not worker.is_alive()
    assert len(web.taken) == 4


def test_what_did_not_arrive_is_sent_again_to_those_alone(
    workspace: Workspace, gates: tuple[Gateways, MailServer]
) -> None:
    web, _mail = gates
    store = Database(workspace.database)
    flood = released(workspace, store, "khan-cap-1", "Nước lên nhanh, lên nhà cao ngay.", emergency=True)
    go(workspace, store)
    posted = next(one for one in outbox.posted(store, NOW) if one.channel == "zalo")
    assert posted.states["refused"] == 1
    (why,) = outbox.reasons(store, "zalo", flood)
    assert why
    before = [entry[1] for entry in web.taken]
    text = workspace.schedule_file.read_text("utf-8")
    workspace.schedule_file.write_text(text.replace("nguoi-la", "nguoi-quen-2"), "utf-8")
    with (
        store.write() as connection
    ):  # somebody followed the account meanwhile: his address is the same, the answer is not
        key = outbox.receiver_key("zalo", "nguoi-quen-2")
        connection.execute(
            update(messages).where(messages.c.channel == "zalo", messages.c.state == "refused").values(receiver=key)
        )
    later = NOW + datetime.timedelta(minutes=5)
    assert outbox.again(workspace, store, posted, "Chị Mai", later) == 1
    assert outbox.again(workspace, store, posted, "Chị Mai", later) == 0, "a second press"
    go(workspace, store, 5)
    assert [entry[1] for entry in web.taken][len(before) :] == ["nguoi-quen-2"]
    told = [row for row in asrun.rows(store, kinds=("message",)) if row.details["channel"] == "zalo"]
    assert ["again" in row.details for row in told] == [False, True, False], "each sending has its outcome"
    assert (told[0].details["sent"], told[0].details["refused"], told[2].details["sent"]) == (2, 1, 3)
    go(workspace, store, 6)
    assert len(asrun.rows(store, kinds=("message",))) == 6, "and no second one"
