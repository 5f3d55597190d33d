"""Real servers on this machine for tests and benchmarks: Icecast 2, PulseAudio with its recorder, PostgreSQL.

Under tests/clocks they keep the true clock: with libfaketime PostgreSQL waits for ever where it should wait a second.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

import numpy as np

from tests.local import answers, free_port, wait_for
from tests.sounds import Samples


def _environment() -> dict[str, str]:
    """Ours, without what is loaded into our own processes."""
    return {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}


class IcecastServer:
    """A real icecast2; `kill` and `start` as a power failure would."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("icecast2")
        assert program, "icecast2 is not installed (make debian)"
        self.port, self._program, self._folder = free_port(), program, folder
        logs = folder / "logs"
        logs.mkdir(mode=0o777)
        logs.chmod(0o777)
        owner = "<changeowner><user>nobody</user><group>nogroup</group></changeowner>" if os.geteuid() == 0 else ""
        (folder / "icecast.xml").write_text(
            "<icecast><limits><sources>40</sources><burst-size>65535</burst-size></limits>"
            "<authentication><source-password>mat-khau</source-password><relay-password>x</relay-password>"
            "<admin-user>a</admin-user><admin-password>x</admin-password></authentication><hostname>localhost</hostname>"
            f"<listen-socket><port>{self.port}</port><bind-address>127.0.0.1</bind-address></listen-socket>"
            f"<paths><logdir>{logs}</logdir><webroot>/usr/share/icecast2/web</webroot>"
            "<adminroot>/usr/share/icecast2/admin</adminroot></paths>"
            f"<security><chroot>0</chroot>{owner}</security></icecast>",
            "utf-8",
        )
        self.start()

    def url(self, mount: str) -> str:
        return f"http://127.0.0.1:{self.port}/{mount}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "-c", str(self._folder / "icecast.xml")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        wait_for(lambda: answers(self.port))
        assert self._process.poll() is None, f"another program answers on port {self.port}"

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def status(self) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/status-json.xsl", timeout=5) as answer:
            return bytes(answer.read())


class DeafServer:
    """Says yes to every source that would send to Icecast, and never reads what follows.

    `hears_for`: seconds from now for which it still reads, and answers other requests.
    """

    def __init__(self, hears_for: float = 0.0) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._hears_until = time.monotonic() + hears_for
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def url(self, mount: str) -> str:
        return f"http://127.0.0.1:{self.port}/{mount}"

    def close(self) -> None:
        for one in (self._socket, *self._open):
            one.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._socket.accept()
                self._open.append(connection)
                threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if connection.recv(4096).startswith(b"PUT"):
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                while time.monotonic() < self._hears_until:
                    connection.recv(4096)
            elif time.monotonic() < self._hears_until:
                connection.sendall(b"HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                connection.close()


class Recorder:
    """`parec` on the null sink: what a loudspeaker would have made heard."""

    rate = 48000

    def __init__(self, environment: dict[str, str]) -> None:
        command = ["parec", "-d", "loa.monitor", f"--rate={self.rate}", "--channels=1", "--format=s16le"]
        self._process = subprocess.Popen([*command, "--latency-msec=5"], stdout=subprocess.PIPE, env=environment)
        self._chunks: list[tuple[float, bytes]] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        wait_for(lambda: self._chunks)

    def samples(self) -> Samples:
        """Everything so far."""
        return np.frombuffer(b"".join(data for _at, data in self._chunks), dtype="<i2")

    def until_silence(self) -> Samples:
        """Everything, up to a quarter of a second in which nothing is heard any more."""
        wait_for(lambda: not self.samples()[-self.rate // 4 :].any())
        return self.samples()

    def chunks(self) -> list[tuple[float, bytes]]:
        """Everything so far, with the moment (time.time) at which each piece was there."""
        return list(self._chunks)

    def loudest(self) -> float:
        return float(np.abs(self.samples().astype(int)).max())

    def first_sound(self, since: float, threshold: int = 300) -> float | None:
        """When (time.time) the first loud sample after `since` was heard."""
        for at, data in list(self._chunks):
            loud = np.flatnonzero(np.abs(np.frombuffer(data, dtype="<i2").astype(int)) > threshold)
            moment = at - (len(data) / 2 - loud[0]) / self.rate if len(loud) else 0.0
            if moment > since:
                return float(moment)
        return None

    def forget(self, moment: float) -> None:
        """What was heard before `moment` (time.time) is not needed any more."""
        self._chunks = [chunk for chunk in self._chunks if chunk[0] > moment]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._thread.join()
        if self._process.stdout:
            self._process.stdout.close()

    def _read(self) -> None:
        stream = self._process.stdout
        while stream and (data := stream.read1(65536)):  # type: ignore[attr-defined]
            self._chunks.append((time.time(), data))


class PulseAudio:
    """A real PulseAudio with a null sink called Loa, for this test alone."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("pulseaudio")
        assert program, "pulseaudio is not installed (make debian)"
        self._program, self._folder, self._recorders = program, folder, list[Recorder]()
        self.environment = {
            **_environment(),
            **dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH"), str(folder)),
            "PULSE_SERVER": f"unix:{folder}/native",
        }
        self.start()

    def start(self) -> None:
        sink = "module-null-sink sink_name=loa rate=48000 channels=1 sink_properties=device.description=Loa"
        listen = f"module-native-protocol-unix socket={self._folder}/native auth-anonymous=1"
        self._process = subprocess.Popen(
            [
                self._program,
                "-n",
                "--daemonize=no",
                "--exit-idle-time=-1",
                "--use-pid-file=no",
                "-L",
                listen,
                "-L",
                sink,
            ],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: subprocess.run(["pactl", "info"], env=self.environment, capture_output=True).returncode == 0)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        (self._folder / "native").unlink(missing_ok=True)

    def clients(self) -> int:
        """How many connections it serves, `pactl`'s own left out."""
        listed = subprocess.run(
            ["pactl", "list", "short", "clients"], env=self.environment, capture_output=True, text=True, check=True
        )
        return len([line for line in listed.stdout.splitlines() if "pactl" not in line])

    def record(self) -> Recorder:
        self._recorders.append(Recorder(self.environment))
        return self._recorders[-1]

    def close(self) -> None:
        for recorder in self._recorders:
            recorder.stop()
        self.kill()


class PostgreSQL:
    """A real PostgreSQL with an empty database, for this test alone; `kill` and `start` as a power failure would."""

    def __init__(self, folder: Path) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        assert programs, "postgresql is not installed (make debian)"
        self._programs, self._data, self.port = programs[-1], folder / "data", free_port()
        if os.geteuid() == 0:  # it refuses to run as root
            shutil.chown(folder, "postgres")
        self._do("initdb", "--auth=trust", "--username=loa", "--no-sync", "-D", str(self._data))
        self.start()
        self.url = f"postgresql://loa@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._data}"
        self._do("pg_ctl", "start", "--wait", "-D", str(self._data), "-o", options, "-l", str(self._data / "log"))

    def kill(self) -> None:
        self._do("pg_ctl", "stop", "-D", str(self._data), "-m", "immediate")

    def _do(self, program: str, *words: str) -> None:
        command = [str(self._programs / program), *words]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        quiet = subprocess.DEVNULL
        subprocess.run(command, check=True, cwd="/", env=_environment(), stdout=quiet, stderr=quiet)
