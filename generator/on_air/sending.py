"""Tells people and the system: alarms by webhook and e-mail, readiness and heartbeats to systemd."""

import os

import sdnotify

from generator.on_air.station import Station


class Sender:
    """Runs beside the station, in a thread of its own: a slow mail server delays nothing on air."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._systemd = sdnotify.SystemdNotifier() if os.environ.get("NOTIFY_SOCKET") else None

    def deliver(self) -> None:
        """Send what waits."""

    def notify(self, state: str) -> None:
        """`READY=1`, `WATCHDOG=1` or `STOPPING=1`, where systemd started us (`Type=notify`)."""
        if self._systemd:
            self._systemd.notify(state)
