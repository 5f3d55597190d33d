"""A sound card, through miniaudio: the card asks for sound, we keep a short supply."""

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
"""Never the silent stand-in: a missing card must be an error. JACK without its server only writes noise to stderr."""
_BUFFER_MS = 150
_PERIODS = 3
"""The card's buffer: so many periods of so many milliseconds.

A question of the card may be answered half a period late before a hole is heard (PulseAudio holds about one and a half
periods, however many there are). At 40 ms, a bulletin that was being built beside it tore holes of 10 to 80 ms. What is
in the buffer cannot be taken back: the longer it is, the later STOP and emergencies are.
"""
_HELD = 1.6
"""Periods that it holds after a question, as measured with PulseAudio and `parec` at 100, 150 and 200 ms."""
_SUPPLY = 0.5
"""Seconds of sound that wait for the card."""
_DEAF = 2.0
"""Seconds without a question from the card after which it counts as gone."""


def _hush_alsa() -> None:
    """ALSA writes what it does not find straight to stderr, at every look; what matters we tell ourselves.

    Its handler of errors becomes a function of the C library that does nothing: one of ours would need the
    interpreter, in the card's own thread.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # no ALSA here: nothing to hush
            ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(ctypes.CDLL(None).getpid)


_hush_alsa()


class _Card(miniaudio.PlaybackDevice):  # type: ignore[misc]  # miniaudio has no types
    """A device that closes its context too: miniaudio 1.71 leaves it open, and a sound server takes 64 and no more."""

    def close(self) -> None:
        """Stop the card and let go of the connection; once is enough, twice does no harm."""
        super().close()
        context = self.__dict__.pop("_context", None)
        if context is not None:
            miniaudio.lib.ma_context_uninit(context)


class SoundCardPlayer:
    """One device, opened by (part of) its name. Raises PlayoutError where there is no such card, or it goes away."""

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
            devices = miniaudio.Devices(_BACKENDS)  # a connection of its own: let go of when the card is open
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

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:  # noqa: ARG002  the card keeps no account
        """The card plays silence until then. The supply is filled before; its first sample is put at its place."""
        self._remaining = remaining
        while (left := remaining() - _SUPPLY) > 0:
            self._check_alive()
            if self.line.clock.wait(self.line.stop, min(0.25, left)):
                return False
        return True

    def write(self, chunk: "array.array[int]") -> None:
        """Wait for room in the supply."""
        with self._room:
            while self._held > _SUPPLY * self.rate * 2:
                if not self._room.wait(0.25):
                    self._check_alive()
                if self.line.stop.is_set():
                    return
            self._supply.append(chunk.tobytes())
            self._held += len(chunk) * 2

    def finish(self) -> None:
        """Until the card has taken all, and its buffer has sounded."""
        with self._room:
            while self._held and not self.line.stop.is_set():
                if not self._room.wait(0.25):
                    self._check_alive()
        self.line.clock.wait(self.line.stop, 2 * _PERIODS * _BUFFER_MS / 1000)

    def close(self) -> None:
        """Stop the card."""
        self._device.close()

    def _check_alive(self) -> None:
        if self.line.clock.elapsed() - self._asked > _DEAF:
            raise trouble(_("the sound card no longer takes sound"), _("Is it still plugged in?"))

    def _answers(self) -> Generator[bytes, int, None]:
        """What the card gets: silence, then the supply. Called from the card's own thread."""
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
        """When the first frame asked for now will be heard.

        Cards ask in bursts. After the last question of a burst the buffer is as full as it gets, so the most that we
        were ahead, of late, is what the buffer holds then.
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
    """The sound cards of this computer, by name; empty where there are none."""
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
