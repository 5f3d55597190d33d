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
from loa.logs import logger
from loa.playout.outputs.base import OutputConnection, output_error

_UNUSABLE = {miniaudio.Backend.NULL, miniaudio.Backend.JACK, miniaudio.Backend.CUSTOM}
BACKENDS = sorted(miniaudio.get_enabled_backends() - _UNUSABLE, key=lambda backend: backend.value)
"""Without the null backend: a missing card must be an error. JACK without its server only prints to stderr."""
_BUFFER_MS = 150
_PERIODS = 3
"""The card's buffer: this many periods of this many milliseconds.

A request may be answered half a period late before a gap is heard (PulseAudio holds about one and a half periods,
however many there are). At 40 ms, a build running at the same time caused gaps of 10 to 80 ms. The buffer cannot be
cleared: the longer it is, the later STOP and emergencies are heard.
"""
_BUFFERED_PERIODS = 1.6
"""Periods in the buffer after a request, measured with PulseAudio and `parec` at 100, 150 and 200 ms."""
_QUEUE_SECONDS = 0.5
"""Seconds of sound in the queue."""
_LIVE_BUFFER_MS, _LIVE_QUEUE_SECONDS = 50, 0.06
"""The same for somebody who speaks at this moment: rather a short gap on a busy computer than speech that comes late.
The queue must hold what the card asks for at once.
"""
_REQUEST_TIMEOUT = 2.0
"""Seconds without a request after which the card counts as unplugged."""


def _silence_alsa() -> None:
    """Stop ALSA from printing to stderr each time it looks for devices; we report errors ourselves.

    Its error handler becomes a C function that does nothing. A Python function would need the interpreter in the card's
    thread.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # there is no ALSA
            ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(ctypes.CDLL(None).getpid)


_silence_alsa()


class _Card(miniaudio.PlaybackDevice):  # type: ignore[misc]  # miniaudio has no types
    """A device that closes its context too: miniaudio 1.71 leaves it open, and a sound server accepts only 64."""

    def close(self) -> None:
        """Stop the card and release the connection; may be called twice."""
        super().close()
        close_context(self)


def close_context(device: miniaudio.AbstractDevice) -> None:
    """Release the connection of a closed device to the sound system; may be called twice."""
    context = device.__dict__.pop("_context", None)
    if context is not None:
        miniaudio.lib.ma_context_uninit(context)


class SoundCardPlayer:
    """One sound card, opened by (a part of) its name. Raises PlayoutError if it does not exist or is unplugged."""

    rate = 48000

    def __init__(self, connection: OutputConnection, device: str) -> None:
        self.connection = connection
        self.first_sound_at: float | None = None
        self._remaining: Callable[[], float] | None = None
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._room = Condition()
        self._frames_given = 0
        self._leads: deque[float] = deque(maxlen=32)
        self._last_request = connection.clock.elapsed()
        self._buffer_ms = _LIVE_BUFFER_MS if connection.live else _BUFFER_MS
        self._queue_seconds = _LIVE_QUEUE_SECONDS if connection.live else _QUEUE_SECONDS
        try:
            devices = miniaudio.Devices(BACKENDS)  # a separate connection, released when the card is open
            self._device = _Card(
                miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=self.rate,
                buffersize_msec=self._buffer_ms,
                callback_periods=_PERIODS,
                device_id=_device_id(devices, device),
                app_name="Loa",
                backends=BACKENDS,
            )
            frames_for_card = self._frames_for_card()
            next(frames_for_card)
            self._device.start(frames_for_card)
        except miniaudio.MiniaudioError as error:
            logger("loa.outputs").warning("sound-card", device=device, problem=str(error))
            message = _("the sound card “{name}” cannot be opened") if device else _("the sound card cannot be opened")
            raise output_error(
                message.format(name=device),
                _("Check its cable and whether the amplifier is on, or choose another device in “Settings”."),
            ) from error

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:  # noqa: ARG002  the card does not need it
        """Wait until the start, while the card plays silence; the first sample is placed exactly within the buffer."""
        self._remaining = remaining
        while (left := remaining() - self._queue_seconds) > 0:
            self._check_alive()
            if self.connection.clock.wait(self.connection.stop, min(0.25, left)):
                return False
        return True

    def write(self, chunk: "array.array[int]") -> None:
        """Put the chunk into the queue; wait if the queue is full."""
        with self._room:
            while self._queued_bytes > self._queue_seconds * self.rate * 2:
                if not self._room.wait(0.25):
                    self._check_alive()
                if self.connection.stop.is_set():
                    return
            self._queue.append(chunk.tobytes())
            self._queued_bytes += len(chunk) * 2

    def finish(self) -> None:
        """Wait until the queue is empty and the card's buffer has been heard."""
        with self._room:
            while self._queued_bytes and not self.connection.stop.is_set():
                if not self._room.wait(0.25):
                    self._check_alive()
        self.connection.clock.wait(self.connection.stop, 2 * _PERIODS * self._buffer_ms / 1000)

    def taken(self) -> float | None:
        """A card takes what it asks for; whether its loudspeaker is on, it does not know."""
        return None

    def close(self) -> None:
        """Close the card."""
        self._device.close()

    def _check_alive(self) -> None:
        if self.connection.clock.elapsed() - self._last_request > _REQUEST_TIMEOUT:
            raise output_error(_("the sound card no longer takes sound"), _("Is it still plugged in?"))

    def _frames_for_card(self) -> Generator[bytes, int, None]:
        """Yield the frames for the card: silence, then the queue. Runs in the card's thread."""
        frames = yield b""
        while True:
            now = self._last_request = self.connection.clock.elapsed()
            playback_time = self._playback_time(now, frames)
            if self.first_sound_at is None:
                silent_frames = (
                    self._frames_until_start(now, playback_time) if self._remaining and self._queued_bytes else frames
                )
                if silent_frames < frames:
                    self.first_sound_at = playback_time + silent_frames / self.rate
                    frames = yield bytes(2 * silent_frames) + self._next_bytes(2 * (frames - silent_frames))
                else:
                    frames = yield bytes(2 * frames)
            else:
                frames = yield self._next_bytes(2 * frames)

    def _playback_time(self, now: float, frames: int) -> float:
        """Return when the first frame requested now will be heard.

        Cards request frames in bursts. After the last request of a burst the buffer is full, so the largest recent lead
        is the content of a full buffer.
        """
        before = self._frames_given / self.rate
        self._frames_given += frames
        self._leads.append(self._frames_given / self.rate - now)
        return before - max(self._leads) + _BUFFERED_PERIODS * self._buffer_ms / 1000

    def _frames_until_start(self, now: float, playback_time: float) -> int:
        remaining = self._remaining() if self._remaining else 0.0
        return max(0, round((now + remaining - playback_time) * self.rate))

    def _next_bytes(self, wanted: int) -> bytes:
        parts: list[bytes] = []
        with self._room:
            while wanted and self._queue:
                part = self._queue.popleft()
                if len(part) > wanted:
                    self._queue.appendleft(part[wanted:])
                    part = part[:wanted]
                parts.append(part)
                wanted -= len(part)
                self._queued_bytes -= len(part)
            self._room.notify_all()
        return b"".join(parts) + b"\0" * wanted


def device_names() -> list[str]:
    """Return the names of the sound cards of this computer; empty if there are none."""
    try:
        return [str(device["name"]) for device in miniaudio.Devices(BACKENDS).get_playbacks()]
    except miniaudio.MiniaudioError:
        return []


def _device_id(devices: miniaudio.Devices, device: str) -> Any:
    if device == "default":
        return None
    for found in devices.get_playbacks():
        if device.lower() in str(found["name"]).lower():
            return found["id"]
    raise miniaudio.MiniaudioError(_("no sound card is called “{name}”").format(name=device))
