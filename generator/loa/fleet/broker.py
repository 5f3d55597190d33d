"""The station's own broker: Debian's mosquitto as a child, with a configuration of ours."""

import base64
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from loa.files import private_folder, write_atomic
from loa.logs import logger
from loa.station_secrets import program_environment

_PATIENCE = 1.0
_GROUP = None if sys.platform == "win32" else 0
_PLACES = ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto")


@dataclass(frozen=True, slots=True)
class Login:
    """Who may log in; `reads` and `writes`: topics."""

    user: str
    password: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


def mosquitto() -> str | None:
    """Where the program is; None where it is not installed."""
    return shutil.which("mosquitto") or next((place for place in _PLACES if Path(place).is_file()), None)


class Broker:
    """Runs mosquitto; starts it again when it dies."""

    def __init__(self, folder: Path, host: str, port: int) -> None:
        self._folder, self._host, self._port = folder, host, port
        self._stop = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="mosquitto", daemon=True)

    def start(self, logins: Iterable[Login]) -> None:
        """Write the configuration and begin. Raises WorkspaceError."""
        private_folder(self._folder)
        listen = f"listener {self._port}" + ("" if self._host in {"0.0.0.0", "::"} else f" {self._host}")  # noqa: S104
        lines = [
            listen,
            "allow_anonymous false",
            f"password_file {self._folder / 'passwords'}",
            f"acl_file {self._folder / 'rights'}",
            "persistence true",
            f"persistence_location {self._folder}/",
            "autosave_interval 60",
            "message_size_limit 1000000",
            "max_queued_messages 2000",
            "persistent_client_expiration 2m",
            "log_dest stderr",
            "log_type error",
            *(["user root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        ]
        write_atomic(self._folder / "mosquitto.conf", "\n".join(lines) + "\n")
        self.set_logins(logins)
        self._end_orphan()
        self._thread.start()

    def set_logins(self, logins: Iterable[Login]) -> None:
        """Say who may log in and what they may do; who may not any more is put out. Raises WorkspaceError."""
        passwords, rights = [], []
        for login in logins:
            passwords.append(f"{login.user}:{_hashed(login)}")
            rights += [f"user {login.user}", *(f"topic read {topic}" for topic in login.reads)]
            rights += [f"topic write {topic}" for topic in login.writes]
        write_atomic(self._folder / "passwords", "\n".join(passwords) + "\n")
        write_atomic(self._folder / "rights", "\n".join(rights) + "\n")
        child = self._child
        if child and child.poll() is None and sys.platform != "win32":
            child.send_signal(signal.SIGHUP)

    def close(self) -> None:
        """End it."""
        self._stop.set()
        child = self._child
        if child and child.poll() is None:
            child.terminate()
            try:
                child.wait(3)
            except subprocess.TimeoutExpired:
                child.kill()

    def _end_orphan(self) -> None:
        """End the one that a station which was killed has left behind: it holds the port."""
        with contextlib.suppress(OSError, ValueError, psutil.Error):
            left = psutil.Process(int((self._folder / "mosquitto.pid").read_text("ascii")))
            if str(self._folder / "mosquitto.conf") in left.cmdline():
                left.terminate()
                left.wait(3)

    def _keep(self) -> None:
        program = mosquitto()
        if program is None:
            return
        command = [program, "-c", str(self._folder / "mosquitto.conf")]
        while not self._stop.is_set():
            with contextlib.suppress(OSError):
                self._child = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    process_group=_GROUP,
                    env=program_environment(),
                )
                write_atomic(self._folder / "mosquitto.pid", f"{self._child.pid}\n")
                while self._child.poll() is None and not self._stop.wait(0.2):
                    pass
                if not self._stop.is_set():
                    logger().warning("mosquitto", ended=self._child.returncode)
            self._stop.wait(_PATIENCE)


def _hashed(login: Login) -> str:
    """As `mosquitto_passwd` writes it: PBKDF2 with SHA-512. The salt follows from the name: the password is random."""
    salt = hashlib.sha256(login.user.encode()).digest()[:12]
    made = hashlib.pbkdf2_hmac("sha512", login.password.encode(), salt, 101)
    return f"$7$101${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"
