"""Send alarms by webhook and e-mail: each event once per channel, with retries and back-off until it is sent."""

import datetime
import json
import smtplib
import urllib.request
from dataclasses import replace

from loa.automation.schedule_watch import schedule_in_force
from loa.errors import LoaError, StoreError
from loa.i18n import _
from loa.logs import logger
from loa.outgoing import TIMEOUT, external_opener, mail_server, new_mail
from loa.schedule import Alerts
from loa.schedule.alerts import Email, Webhook
from loa.schedule.display_names import in_words
from loa.station_secrets import hidden, secret
from loa.store.alarms import Alarm, Delivery, sent, to_send, try_later
from loa.store.database import Database
from loa.store.proof import witness
from loa.workspace import Workspace

_FIRST_PAUSE = 10.0
_LONGEST_PAUSE = 3600.0


class AlarmSender:
    """Sends alarms. It is called in a thread of its own, so that a slow mail server does not delay playout."""

    def __init__(self, store: Database, workspace: Workspace) -> None:
        self._store, self._workspace = store, workspace
        self._log = logger("loa.alarms")

    def deliver(self, alerts: Alerts) -> None:
        """Send all deliveries that are due; a failed one is tried again later."""
        try:
            waiting = to_send(self._store, datetime.datetime.now(datetime.UTC))
            end = str(witness(self._store) or "") if waiting else ""
            for delivery in waiting:
                self._deliver(delivery, alerts, end)
        except StoreError as error:
            self._log.warning("store", problem=str(error))

    def _deliver(self, delivery: Delivery, alerts: Alerts, end: str = "") -> None:
        known = None
        try:
            if delivery.channel == "webhook" and alerts.webhook:
                known = self._secret(alerts.webhook.token_env)
                post(alerts.webhook, self.in_words(delivery.alarm), end, known)
            elif delivery.channel == "email" and alerts.email:
                known = self._secret(alerts.email.password_env)
                mail(alerts.email, self.in_words(delivery.alarm), end, known)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**delivery.attempts)
            moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=pause)
            problem = hidden(str(error), known)
            try_later(self._store, delivery, moment, problem)
            self._log.warning("alarm", channel=delivery.channel, alarm=delivery.alarm.event, problem=problem)
        else:
            sent(self._store, delivery, datetime.datetime.now(datetime.UTC))

    def in_words(self, alarm: Alarm) -> Alarm:
        """The alarm with names and local times in its message; `event` keeps the ids, for programs."""
        try:
            schedule, _findings = schedule_in_force(self._workspace)
        except LoaError:
            return alarm

        def title(id_: str) -> str:
            broadcast = schedule.broadcast(id_)
            if broadcast is None:
                return ""
            if broadcast.title:
                return broadcast.title
            try:
                from loa.campaign import load_commune  # a player holds no campaigns, and has not this package

                commune = load_commune(self._workspace, broadcast.commune)
            except (LoaError, ImportError):
                return ""
            titles = [c.title for c in commune.campaigns if c.id in broadcast.campaigns]
            return f"{', '.join(titles)} ({commune.unit.full_name})"

        return replace(alarm, message=in_words(alarm.message, schedule, title))

    def _secret(self, name: str | None) -> str | None:
        return secret(self._workspace, name) if name else None


def post(webhook: Webhook, alarm: Alarm, end: str = "", token: str | None = None) -> None:
    """POST the alarm as JSON: `{event, kind, message, at, witness}`. Raises OSError if the answer is not 2xx.

    `end`: the witness of the log (`store.proof`), which goes out with every alarm.
    """
    body = {"event": alarm.event, "kind": alarm.kind, "message": alarm.message, "at": alarm.at.isoformat()}
    body["witness"] = end
    headers = {"Content-Type": "application/json", "User-Agent": "Loa"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(  # noqa: S310  the schedule admits http and https only
        webhook.url, json.dumps(body, ensure_ascii=False).encode(), headers
    )
    with external_opener().open(request, timeout=TIMEOUT):
        return


def mail(settings: Email, alarm: Alarm, end: str = "", password: str | None = None) -> None:
    """Send the alarm as an e-mail, with the witness of the log, `end`. Raises OSError, SMTPException."""
    message = new_mail(
        settings.sender,
        ", ".join(settings.to),
        _("Loa: {message}").format(message=alarm.message[:120].replace("\n", " ")),
        f"{alarm.message}\n\n{alarm.kind}, {alarm.at.astimezone():%d/%m/%Y %H:%M:%S}\n{alarm.event}\n{end}\n",
    )
    with mail_server(settings, password) as server:
        server.send_message(message)
