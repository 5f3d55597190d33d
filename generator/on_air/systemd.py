"""What systemd wants to hear from a service of `Type=notify` with a watchdog."""

import os

import sdnotify


def notify(state: str) -> None:
    """`READY=1`, `WATCHDOG=1` or `STOPPING=1`; nothing where systemd did not start us."""
    if os.environ.get("NOTIFY_SOCKET"):
        notifier = sdnotify.SystemdNotifier()
        notifier.notify(state)
        notifier.socket.close()
