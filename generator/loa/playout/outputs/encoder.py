"""Base class for encoded streams: feed samples to an ffmpeg process, which sends to the network or back to us."""

import array
import subprocess
import threading
from collections.abc import Callable
from io import BufferedReader
from typing import cast

from loa.audio.ffmpeg import NO_WINDOW, executable
from loa.errors import BulletinError
from loa.i18n import _
from loa.playout.outputs.base import OutputConnection, Paced, output_error


class Encoded(Paced):
    """An output that receives the stream that ffmpeg encodes. Silence is sent until the recording starts."""

    rate = 44100

    def __init__(
        self, connection: OutputConnection, arguments: list[str], sink: Callable[[bytes], None] | None = None
    ) -> None:
        """Start ffmpeg. `arguments`: its output options. `sink` receives its output, if it does not send it itself."""
        super().__init__(connection)
        try:
            command = [executable(), "-hide_banner", "-loglevel", "error", "-f", "s16le", "-ar", str(self.rate)]
        except BulletinError as error:
            raise output_error(error.findings[0].message, error.findings[0].fix) from error
        command += ["-ac", "1", "-i", "pipe:0", "-flush_packets", "1", *arguments]
        output = subprocess.PIPE if sink else subprocess.DEVNULL
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.PIPE, creationflags=NO_WINDOW
        )
        self._errors: list[bytes] = []
        self._failed = ""
        self._sent = connection.clock.elapsed()
        self._threads = [threading.Thread(target=self._read_errors, daemon=True)]
        if sink:
            self._threads.append(threading.Thread(target=self._pump, args=(sink,), daemon=True))
        for thread in self._threads:
            thread.start()

    def idle(self) -> None:
        """Send silence for the time since the last chunk."""
        now = self.connection.clock.elapsed()
        frames = round((now - self._sent) * self.rate)
        self._sent = now
        self.send(array.array("h", bytes(2 * frames)))

    def send(self, chunk: "array.array[int]") -> None:
        """Feed ffmpeg. Raises PlayoutError if ffmpeg or the receiver of its output has failed."""
        self._sent = self.connection.clock.elapsed()
        stdin = self._process.stdin
        try:
            if stdin is None or self._failed:
                raise BrokenPipeError
            stdin.write(chunk.tobytes())
            stdin.flush()
        except (OSError, ValueError) as error:
            raise output_error(self._reason()) from error

    def finish(self) -> None:
        """Wait until everything was heard; then send a second of silence, so that no buffer keeps the end back."""
        super().finish()
        for _step in range(5):
            self.connection.clock.wait(self.connection.stop, 0.2 * self.connection.clock.speed)
            self.idle()
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(5)
        for thread in self._threads:
            thread.join(5)

    def close(self) -> None:
        """Kill ffmpeg if it still runs; this unblocks a thread that waits on a full pipe."""
        self._process.kill()
        self._process.wait(5)
        for thread in self._threads:
            thread.join(1)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                try:
                    pipe.close()
                except OSError:  # data was left in the pipe, but its reader is gone
                    continue

    def _pump(self, sink: Callable[[bytes], None]) -> None:
        stdout = cast(BufferedReader | None, self._process.stdout)
        try:
            while stdout and (data := stdout.read1(4096)):
                sink(data)
        except (OSError, ValueError) as error:
            self._failed = str(error)
            self._process.kill()

    def _read_errors(self) -> None:
        for text in self._process.stderr or ():
            self._errors = [*self._errors[-4:], text]

    def _reason(self) -> str:
        if self._failed:
            return _("the connection broke ({reason})").format(reason=self._failed)
        self._threads[0].join(0.5)
        last = self._errors[-1].decode("utf-8", "replace").strip() if self._errors else "?"
        return _("ffmpeg gave up ({reason})").format(reason=last)
