"""Sources of sound to listen to: a recording device of this computer, or a stream."""

import queue
import subprocess
import threading
from collections.abc import Generator, Iterator

import miniaudio

from loa.audio.ffmpeg import NO_WINDOW, executable
from loa.i18n import _
from loa.playout.outputs.base import output_error
from loa.playout.outputs.sound_card import BACKENDS, close_context

RATE = 8_000
"""Samples per second of what is heard."""
_SILENT_FOR = 3.0
"""Seconds without data after which a device counts as unplugged."""


def listen(source: str, stop: threading.Event) -> Iterator[bytes]:
    """Yield mono 16-bit samples at `RATE` Hz as they are heard, until `stop` is set or the source ends.

    `source`: the address of a stream (http://, https://), or a part of a recording device's name.
    Raises PlayoutError, BulletinError (there is no ffmpeg).
    """
    return _stream(source, stop) if source.startswith(("http://", "https://")) else _device(source, stop)


def input_names() -> list[str]:
    """Return the names of the recording devices of this computer; empty if there are none."""
    try:
        return [str(device["name"]) for device in miniaudio.Devices(BACKENDS).get_captures()]
    except miniaudio.MiniaudioError:
        return []


def _stream(address: str, stop: threading.Event) -> Iterator[bytes]:
    command = [executable(), "-hide_banner", "-loglevel", "error", "-nostdin"]
    command += ["-protocol_whitelist", "http,https,tcp,tls,crypto", "-user_agent", "Loa", "-i", address]
    command += ["-f", "s16le", "-ac", "1", "-ar", str(RATE), "-flush_packets", "1", "pipe:1"]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, creationflags=NO_WINDOW
    )

    def end() -> None:
        stop.wait()
        process.kill()

    threading.Thread(target=end, name="end of listening", daemon=True).start()
    try:
        while process.stdout and (data := process.stdout.read1(RATE)):  # type: ignore[attr-defined]
            yield data
        said = process.stderr.read().decode("utf-8", "replace").strip() if process.stderr else ""
    finally:
        process.kill()
        process.wait(5)
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()
    if not stop.is_set():
        raise output_error(said.splitlines()[-1] if said else _("the stream ended"))


def _device(name: str, stop: threading.Event) -> Iterator[bytes]:
    try:
        found = [d for d in miniaudio.Devices(BACKENDS).get_captures() if name.lower() in str(d["name"]).lower()]
        if not found:
            raise output_error(_("no recording device is called “{name}”").format(name=name))
        device = miniaudio.CaptureDevice(
            miniaudio.SampleFormat.SIGNED16,
            nchannels=1,
            sample_rate=RATE,
            buffersize_msec=200,
            device_id=found[0]["id"],
            app_name="Loa",
            backends=BACKENDS,
        )
    except miniaudio.MiniaudioError as error:
        reason = error.args[0] if error.args else error
        raise output_error(_("the recording device cannot be opened ({reason})").format(reason=reason)) from error
    chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def take() -> Generator[None, bytes, None]:
        while True:
            chunks.put(bytes((yield)))

    taking = take()
    next(taking)
    try:
        device.start(taking)
        while not stop.is_set():
            try:
                yield chunks.get(timeout=_SILENT_FOR)
            except queue.Empty:
                raise output_error(_("the recording device gives no sound")) from None
    finally:
        device.close()
        close_context(device)
