"""Alarms reach people: a real web server and a real mail server on this machine."""

import base64
import datetime
import json
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from loa import outgoing, station_secrets
from loa.automation import intervals, notify
from loa.automation.notify import AlarmSender
from loa.automation.service import IntervalRunner, Job, Maintenance
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.schedule import UTC, Alerts
from loa.schedule.alerts import Webhook
from loa.store.alarms import Alarm, clear, open_alarms, to_send
from loa.store.database import Database
from loa.store.tables import deliveries
from loa.workspace import Workspace
from tests.conftest import Loa
from tests.local import free_port
from tests.raising import raise_alarm

from .conftest import Plan

NOW = datetime.datetime(2026, 11, 20, 10, tzinfo=UTC)
MISSED = Alarm("tin@2026-11-20T10:00:00Z missed", "missed", "tin: chưa được duyệt", NOW)


class Receiver(HTTPServer):
    """A webhook that first fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failures, self.got = failures, list[dict[str, str]]()
        self.leads_to, self.repeats = "", False


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        failed = self.server.failures > 0
        self.server.failures -= 1
        if not failed:
            self.server.got.append(json.loads(body))
        said = self.headers.get("Authorization", "") if self.server.repeats else None
        self.send_response(500 if failed else 302 if self.server.leads_to else 204, said)
        if self.server.leads_to:
            self.send_header("Location", self.server.leads_to)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        return


@pytest.fixture
def webhook() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802  aiosmtpd
        self.mails.append(envelope.content)  # type: ignore[attr-defined]
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller.port
    controller.stop()


def hook(server: Receiver) -> Alerts:
    return Alerts.model_validate({"webhook": {"url": f"http://127.0.0.1:{server.server_port}/loa"}})


def test_an_event_is_posted_once_however_often_it_is_raised(air: Workspace, store: Database, webhook: Receiver) -> None:
    sender = AlarmSender(store, air)
    assert raise_alarm(store, MISSED, ("webhook",))
    assert not raise_alarm(store, MISSED, ("webhook",))
    for _again in range(3):
        sender.deliver(hook(webhook))
    assert [got["event"] for got in webhook.got] == [MISSED.event]
    assert webhook.got[0]["message"] == "tin: chưa được duyệt"


def test_a_webhook_that_fails_is_tried_again_later(air: Workspace, store: Database, webhook: Receiver) -> None:
    webhook.failures = 1
    sender = AlarmSender(store, air)
    raise_alarm(store, MISSED, ("webhook",))
    sender.deliver(hook(webhook))
    soon = datetime.datetime.now(UTC) + datetime.timedelta(seconds=5)
    assert webhook.got == []
    assert to_send(store, soon) == []
    (waiting,) = to_send(store, soon + datetime.timedelta(seconds=10))
    assert waiting.attempts == 1
    sender._deliver(waiting, hook(webhook))
    assert len(webhook.got) == 1
    assert to_send(store, soon + datetime.timedelta(days=1)) == []


def test_a_secret_that_a_receiver_repeats_is_kept_nowhere(air: Workspace, store: Database, webhook: Receiver) -> None:
    """It stood in the database, and so in backups, and in the program's log."""
    station_secrets.store(air, "LOA_HOOK", "bi-mat-that-dai")
    webhook.failures, webhook.repeats = 1, True
    raise_alarm(store, MISSED, ("webhook",))
    url = f"http://127.0.0.1:{webhook.server_port}/loa"
    AlarmSender(store, air).deliver(Alerts.model_validate({"webhook": {"url": url, "token_env": "LOA_HOOK"}}))
    (row,) = store.rows(select(deliveries.c.error))
    assert row["error"] == "HTTP Error 500: Bearer ***"


def test_a_secret_is_hidden_however_it_is_written() -> None:
    secret = "bí mật/thật dài"
    coded = [base64.b64encode(f"{user}{secret}".encode()).decode() for user in ("", "a:", "ab:", "\0user\0")]
    for form in (secret, quote(secret), quote(secret, ""), *coded):
        found = station_secrets.hidden(f"535 {form} refused", secret)
        assert "***" in found
        assert form not in found
    assert station_secrets.hidden("535 no", "no") == "535 no"
    assert station_secrets.hidden("535 refused", None) == "535 refused"


def test_an_alarm_is_mailed(air: Workspace, store: Database, mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    settings = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "loa@xa.vn", "to": ["hoa@xa.vn"]}
    raise_alarm(store, MISSED, ("email",))
    AlarmSender(store, air).deliver(Alerts.model_validate({"email": settings}))
    (mail,) = box.mails
    assert "chưa được duyệt" in str(make_header(decode_header(message_from_bytes(mail)["Subject"])))


def test_alarms_stay_open_until_somebody_has_seen_them(store: Database) -> None:
    raise_alarm(store, MISSED, ())
    assert [a.event for a in open_alarms(store)] == [MISSED.event]
    assert clear(store, NOW) == 1
    assert open_alarms(store) == []
    assert not raise_alarm(store, MISSED, ())


def test_a_webhook_leads_nowhere_else(air: Workspace, store: Database, webhook: Receiver) -> None:
    other = Receiver()
    threading.Thread(target=other.serve_forever, daemon=True).start()
    webhook.leads_to = f"http://127.0.0.1:{other.server_port}/latest/meta-data"
    raise_alarm(store, MISSED, ("webhook",))
    AlarmSender(store, air).deliver(hook(webhook))
    other.shutdown()
    other.server_close()
    assert other.got == []
    assert to_send(store, datetime.datetime.now(UTC) + datetime.timedelta(days=1))


def test_a_name_that_leads_to_a_forbidden_machine_is_told_nothing(
    air: Workspace, store: Database, webhook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "forbidden", lambda peer: peer == "127.0.0.1")  # as if it were 169.254.169.254
    raise_alarm(store, MISSED, ("webhook",))
    AlarmSender(store, air).deliver(hook(webhook))
    assert webhook.got == []
    assert to_send(store, datetime.datetime.now(UTC) + datetime.timedelta(days=1))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_forbidden_machine_gets_not_a_byte(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a greeting of TLS: the name's address is looked at as soon as the connection stands."""
    monkeypatch.setattr(outgoing, "forbidden", lambda peer: peer == "127.0.0.1")  # as if it were 169.254.169.254
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"{scheme}://localhost:{server.getsockname()[1]}/"
        alerts = Alerts.model_validate({"webhook": {"url": url}})
        assert alerts.webhook
        got: list[bytes] = []

        def receive() -> None:
            accepted, _peer = server.accept()
            with accepted:
                accepted.settimeout(10)
                got.append(accepted.recv(100))

        receiver = threading.Thread(target=receive, daemon=True)
        receiver.start()
        with pytest.raises(OSError, match="not allowed"):
            notify.post(alerts.webhook, MISSED)
        receiver.join(15)
    assert got == [b""]


def test_an_address_that_an_earlier_version_took_gets_nothing() -> None:
    """The kept schedule stays in force; the address is refused when a message would be sent."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://[::ffff:127.0.0.1]:{server.getsockname()[1]}/"
        webhook = Webhook.model_validate({"url": url}, context={"kept": True})
        with pytest.raises(OSError, match="not allowed"):
            notify.post(webhook, MISSED)


def test_a_process_that_stands_by_sends_nothing(
    released: Workspace, store: Database, plan: Plan, webhook: Receiver
) -> None:
    """Or every alarm would go out as often as there are processes."""
    plan(NOW, more=f'alerts: {{webhook: {{url: "http://127.0.0.1:{webhook.server_port}/loa"}}}}\n')
    first, second = (Automation(released, store, RealClock(), intervals.Timing()) for _process in range(2))
    for station in (first, second):
        station.step()
    raise_alarm(store, MISSED, ("webhook",))
    do_chores(Maintenance(released, second, store))
    assert webhook.got == []
    do_chores(Maintenance(released, first, store))
    assert [got["event"].partition("@")[0] for got in webhook.got] == ["tin", "witness"]


def test_the_end_of_the_log_goes_out_once_a_day_and_with_every_alarm(
    released: Workspace, store: Database, plan: Plan, mailbox: tuple[Mailbox, int], loa: Loa
) -> None:
    """So that somebody outside can tell later whether the log was changed, by whoever has this computer."""
    box, port = mailbox
    settings = f"host: 127.0.0.1, port: {port}, security: none, sender: loa@xa.vn, to: [hoa@xa.vn]"
    plan(NOW, more=f"alerts: {{email: {{{settings}}}}}\n")
    station = Automation(released, store, RealClock(), intervals.Timing())
    station.step()
    station.outcomes.write_all(Alerts(), 10)
    chores = Maintenance(released, station, store)
    do_chores(chores)
    do_chores(chores)
    (daily,) = box.mails
    raise_alarm(store, MISSED, ("email",))
    do_chores(chores)
    assert len(box.mails) == 2
    assert open_alarms(store) == [MISSED]
    station.close()
    saved = released.root / "mail.eml"
    for mail in (daily, box.mails[1]):
        saved.write_bytes(mail)
        done = loa("log", "verify", "--witness", saved, cwd=released.root)
        assert done.returncode == 0, done.stderr
        assert "The last witness that fits" in done.stdout


def test_a_log_that_was_changed_is_told_within_a_day_and_at_once_where_its_end_is_gone(
    released: Workspace, store: Database, plan: Plan
) -> None:
    plan(NOW)
    station = Automation(released, store, RealClock(), intervals.Timing())
    station.step()
    for number in range(3):
        station.outcomes.event("note", str(number))
    station.outcomes.write_all(Alerts(), 10)
    do_chores(Maintenance(released, station, store))
    assert open_alarms(store) == []
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE logbook SET reason = 'x' WHERE seq = 2")
    do_chores(Maintenance(released, station, store))  # the next day
    (told,) = open_alarms(store)
    assert (told.kind, told.message) == ("log", "The log was changed: Row 2 was changed.")
    with store.write() as connection:
        connection.exec_driver_sql("DELETE FROM logbook WHERE seq > 3")
    station.outcomes.event("note", "after it")
    for _again in range(3):
        station.outcomes.write_all(Alerts(), 10)
    assert sum("which was sealed: rows were removed" in alarm.message for alarm in open_alarms(store)) == 1
    station.close()


def do_chores(chores: Maintenance) -> None:
    """Each once, without the alarm clock."""

    class Now(IntervalRunner):
        def add(self, name: str, seconds: float, chore: Job) -> None:
            chore()

    chores.add_to(Now())
