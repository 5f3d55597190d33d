"""A sound card, through miniaudio: the card asks for sound, we keep a short supply."""

import array
from collections import deque
from collections.abc import Callable, Generator
from threading import Condition
from typing import Any

import miniaudio

from generator.i18n import _
from generator.playout.player import Line, trouble

_BUFFER_MS = 40
_SUPPLY = 0.5
"""Seconds of sound that wait for the card."""
_DEAF = 2.0
"""Seconds without a question from the card after which it counts as gone."""


class SoundCardPlayer:
    """One device, opened by (part of) its name. Raises PlayoutError where there is no such card, or it goes away."""

    rate = 48000

    def __init__(self, line: Line, device: str) -> None:
        self.line = line
        self.heard: float | None = None
        self._remaining: Callable[[], float] | None = None
        self._supply: deque[bytes] = deque()
        self._held = 0
        self._room = Condition()
        self._asked = line.clock.elapsed()
        try:
            self._device = miniaudio.PlaybackDevice(
                miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=self.rate,
                buffersize_msec=_BUFFER_MS,
                device_id=_device_id(device),
                app_name="Loa",
                backends=[b for b in miniaudio.get_enabled_backends() if b != miniaudio.Backend.NULL],
            )
            answers = self._answers()
            next(answers)
            self._device.start(answers)
        except miniaudio.MiniaudioError as error:
            raise trouble(
                line.output,
                _("the sound card cannot be opened ({reason})").format(reason=error),
                _("Plug it in, or name another device in schedule.yaml; loa doctor lists them."),
            ) from error

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:  # noqa: ARG002  the card keeps no account
        """The card plays silence until then; the first sound is put at its place to the sample."""
        self._remaining = remaining
        while remaining() > 0:
            self._check_alive()
            if self.line.clock.wait(self.line.stop, min(0.25, max(remaining(), 0.0))):
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
        self.line.clock.wait(self.line.stop, 3 * _BUFFER_MS / 1000)

    def close(self) -> None:
        """Stop the card."""
        self._device.close()

    def _check_alive(self) -> None:
        if self.line.clock.elapsed() - self._asked > _DEAF:
            raise trouble(self.line.output, _("the sound card no longer takes sound"), _("Is it still plugged in?"))

    def _answers(self) -> Generator[bytes, int, None]:
        """What the card gets: silence, then the supply. Called from the card's own thread."""
        frames = yield b""
        while True:
            self._asked = self.line.clock.elapsed()
            wanted = frames * 2
            silence = b"\0" * wanted
            if self.heard is None:
                ahead = self._remaining() - _BUFFER_MS / 1000 if self._remaining and self._held else None
                if ahead is None or ahead * self.rate >= frames:
                    frames = yield silence
                    continue
                quiet = max(0, round(ahead * self.rate)) * 2
                self.heard = self._asked + quiet / 2 / self.rate + _BUFFER_MS / 1000
                frames = yield silence[:quiet] + self._take(wanted - quiet)
                continue
            frames = yield self._take(wanted)

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
        return [str(device["name"]) for device in miniaudio.Devices().get_playbacks()]
    except miniaudio.MiniaudioError:
        return []


def _device_id(device: str) -> Any:
    if device == "default":
        return None
    for found in miniaudio.Devices().get_playbacks():
        if device.lower() in str(found["name"]).lower():
            return found["id"]
    raise miniaudio.MiniaudioError(_("no sound card is called “{name}”").format(name=device))
