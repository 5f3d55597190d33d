"""A sound card, through miniaudio: the card requests frames, and we keep a short queue of sound ready."""

import array
import contextlib
import ctypes
import sys
from collections import deque
from collections.abc import Callable, Generator
from threading import Condition
from typing import Any

import miniaudio

from loa.i18n import _
from loa.playout.outputs.base import OutputConnection, trouble

_NEVER = {miniaudio.Backend.NULL, miniaudio.Backend.JACK, miniaudio.Backend.CUSTOM}
_BACKENDS = sorted(miniaudio.get_enabled_backends() - _NEVER, key=lambda backend: backend.value)
"""Without the null backend: a missing card must be an error. JACK without its server only prints to stderr."""
_BUFFER_MS = 40
_PERIODS = 3
"""The card's buffer: this many periods of this many milliseconds. It is small, because it cannot be cleared on stop."""
_HELD = 1.75
"""Periods in the buffer after a request, measured with PulseAudio and `parec` at 20, 40 and 60 ms."""
_SUPPLY = 0.5
"""Seconds of sound in the queue."""
_DEAF = 2.0
"""Seconds without a request after which the card counts as unplugged."""


def _hush_alsa() -> None:
    """Stop ALSA from printing to stderr each time it looks for devices; we report errors ourselves.

    Its error handler becomes a C function that does nothing. A Python function would need the interpreter in the card's
    thread.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # there is no ALSA
            ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(ctypes.CDLL(None).getpid)


_hush_alsa()


class _Card(miniaudio.PlaybackDevice):  # type: ignore[misc]  # miniaudio has no types
    """A device that closes its context too: miniaudio 1.71 leaves it open, and a sound server accepts only 64."""

    def close(self) -> None:
        """Stop the card and release the connection; may be called twice."""
        super().close()
        context = self.__dict__.pop("_context", None)
        if context is not None:
            miniaudio.lib.ma_context_uninit(context)


class SoundCardPlayer:
    """One sound card, opened by (a part of) its name. Raises PlayoutError if it does not exist or is unplugged."""

    rate = 48000

    def __init__(self, line: OutputConnection, device: str) -> None:
        self.line = line
        self.heard: float | None = None
        self._remaining: Callable[[], float] | None = None
        self._supply: deque[bytes] = deque()
        self._held = 0
        self._room = Condition()
        self._given = 0
        self._ahead: deque[float] = deque(maxlen=32)
        self._asked = line.clock.elapsed()
        try:
            devices = miniaudio.Devices(_BACKENDS)  # a separate connection, released when the card is open
            self._device = _Card(
                miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=self.rate,
                buffersize_msec=_BUFFER_MS,
                callback_periods=_PERIODS,
                device_id=_device_id(devices, device),
                app_name="Loa",
                backends=_BACKENDS,
            )
            answers = self._answers()
            next(answers)
            self._device.start(answers)
        except miniaudio.MiniaudioError as error:
            raise trouble(
                _("the sound card cannot be opened ({reason})").format(reason=error.args[0] if error.args else error),
                _("Plug it in, or name another device in schedule.yaml; loa doctor lists them."),
            ) from error

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:  # noqa: ARG002  the card does not need it
        """Wait until the start, while the card plays silence; the first sample is placed exactly within the buffer."""
        self._remaining = remaining
        while (left := remaining() - _SUPPLY) > 0:
            self._check_alive()
            if self.line.clock.wait(self.line.stop, min(0.25, left)):
                return False
        return True

    def write(self, chunk: "array.array[int]") -> None:
        """Put the chunk into the queue; wait if the queue is full."""
        with self._room:
            while self._held > _SUPPLY * self.rate * 2:
                if not self._room.wait(0.25):
                    self._check_alive()
                if self.line.stop.is_set():
                    return
            self._supply.append(chunk.tobytes())
            self._held += len(chunk) * 2

    def finish(self) -> None:
        """Wait until the queue is empty and the card's buffer has been heard."""
        with self._room:
            while self._held and not self.line.stop.is_set():
                if not self._room.wait(0.25):
                    self._check_alive()
        self.line.clock.wait(self.line.stop, 2 * _PERIODS * _BUFFER_MS / 1000)

    def close(self) -> None:
        """Close the card."""
        self._device.close()

    def _check_alive(self) -> None:
        if self.line.clock.elapsed() - self._asked > _DEAF:
            raise trouble(_("the sound card no longer takes sound"), _("Is it still plugged in?"))

    def _answers(self) -> Generator[bytes, int, None]:
        """Yield the frames for the card: silence, then the queue. Runs in the card's thread."""
        frames = yield b""
        while True:
            now = self._asked = self.line.clock.elapsed()
            sounds_at = self._sounds_at(now, frames)
            if self.heard is None:
                quiet = self._frames_until_start(now, sounds_at) if self._remaining and self._held else frames
                if quiet < frames:
                    self.heard = sounds_at + quiet / self.rate
                    frames = yield bytes(2 * quiet) + self._take(2 * (frames - quiet))
                else:
                    frames = yield bytes(2 * frames)
            else:
                frames = yield self._take(2 * frames)

    def _sounds_at(self, now: float, frames: int) -> float:
        """Return when the first frame requested now will be heard.

        Cards request frames in bursts. After the last request of a burst the buffer is full, so the largest recent lead
        is the content of a full buffer.
        """
        before = self._given / self.rate
        self._given += frames
        self._ahead.append(self._given / self.rate - now)
        return before - max(self._ahead) + _HELD * _BUFFER_MS / 1000

    def _frames_until_start(self, now: float, sounds_at: float) -> int:
        remaining = self._remaining() if self._remaining else 0.0
        return max(0, round((now + remaining - sounds_at) * self.rate))

    def _take(self, wanted: int) -> bytes:
        parts: list[bytes] = []
        with self._room:
            while wanted and self._supply:
                part = self._supply.popleft()
                if len(part) > wanted:
                    self._supply.appendleft(part[wanted:])
                    part = part[:wanted]
                parts.append(part)
                wanted -= len(part)
                self._held -= len(part)
            self._room.notify_all()
        return b"".join(parts) + b"\0" * wanted


def device_names() -> list[str]:
    """Return the names of the sound cards of this computer; empty if there are none."""
    try:
        return [str(device["name"]) for device in miniaudio.Devices(_BACKENDS).get_playbacks()]
    except miniaudio.MiniaudioError:
        return []


def _device_id(devices: miniaudio.Devices, device: str) -> Any:
    if device == "default":
        return None
    for found in devices.get_playbacks():
        if device.lower() in str(found["name"]).lower():
            return found["id"]
    raise miniaudio.MiniaudioError(_("no sound card is called “{name}”").format(name=device))
