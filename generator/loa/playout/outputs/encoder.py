"""Sound that has to be encoded on its way: an ffmpeg that is fed with samples and writes to the network or to us."""

import array
import subprocess
import threading
from collections.abc import Callable
from io import BufferedReader
from typing import cast

from loa.audio.ffmpeg import executable
from loa.errors import BulletinError
from loa.i18n import _
from loa.playout.outputs.base import OutputConnection, Paced, trouble

_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)


class Encoded(Paced):
    """A line that gets what ffmpeg makes of the samples. Silence is sent until the programme begins."""

    rate = 44100

    def __init__(
        self, line: OutputConnection, arguments: list[str], sink: Callable[[bytes], None] | None = None
    ) -> None:
        """`arguments`: what follows the input. `sink` gets ffmpeg's output where it does not send it itself."""
        super().__init__(line)
        try:
            command = [executable(), "-hide_banner", "-loglevel", "error", "-f", "s16le", "-ar", str(self.rate)]
        except BulletinError as error:
            raise trouble(error.findings[0].message, error.findings[0].fix) from error
        command += ["-ac", "1", "-i", "pipe:0", "-flush_packets", "1", *arguments]
        output = subprocess.PIPE if sink else subprocess.DEVNULL
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.PIPE, creationflags=_NO_WINDOW
        )
        self._errors: list[bytes] = []
        self._failed = ""
        self._sent = line.clock.elapsed()
        self._threads = [threading.Thread(target=self._read_errors, daemon=True)]
        if sink:
            self._threads.append(threading.Thread(target=self._pump, args=(sink,), daemon=True))
        for thread in self._threads:
            thread.start()

    def idle(self) -> None:
        """Silence for the time that has gone since the last chunk."""
        now = self.line.clock.elapsed()
        frames = round((now - self._sent) * self.rate)
        self._sent = now
        self.take(array.array("h", bytes(2 * frames)))

    def take(self, chunk: "array.array[int]") -> None:
        """Feed ffmpeg. Raises PlayoutError when it, or what gets its output, has given up."""
        self._sent = self.line.clock.elapsed()
        stdin = self._process.stdin
        try:
            if stdin is None or self._failed:
                raise BrokenPipeError
            stdin.write(chunk.tobytes())
            stdin.flush()
        except (OSError, ValueError) as error:
            raise trouble(self._reason()) from error

    def finish(self) -> None:
        """All that was sent is heard, and a second of silence after it, so that no buffer holds the end back."""
        super().finish()
        for _step in range(5):
            self.line.clock.wait(self.line.stop, 0.2 * self.line.clock.speed)
            self.idle()
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(5)
        for thread in self._threads:
            thread.join(5)

    def close(self) -> None:
        """Kill what still runs; a feeder that hangs in a full pipe is freed by it."""
        self._process.kill()
        self._process.wait(5)
        for thread in self._threads:
            thread.join(1)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                try:
                    pipe.close()
                except OSError:  # what was still in the pipe has no reader any more
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
        for line in self._process.stderr or ():
            self._errors = [*self._errors[-4:], line]

    def _reason(self) -> str:
        if self._failed:
            return _("the connection broke ({reason})").format(reason=self._failed)
        self._threads[0].join(0.5)
        last = self._errors[-1].decode("utf-8", "replace").strip() if self._errors else "?"
        return _("ffmpeg gave up ({reason})").format(reason=last)
