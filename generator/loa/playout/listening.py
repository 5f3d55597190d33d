"""Sources of sound to listen to: a recording device of this computer, or a stream."""

import subprocess
import threading
from collections.abc import Iterator

import miniaudio

from loa.audio.ffmpeg import NO_WINDOW, executable
from loa.i18n import _
from loa.playout.outputs.base import output_error
from loa.playout.outputs.sound_card import BACKENDS
from loa.playout.receiving import capture
from loa.station_secrets import program_environment

RATE = 8_000
"""Samples per second of what is heard."""


def listen(source: str, stop: threading.Event) -> Iterator[bytes]:
    """Yield mono 16-bit samples at `RATE` Hz as they are heard, until `stop` is set or the source ends.

    `source`: the address of a stream (http://, https://), or a part of a recording device's name.
    Raises PlayoutError, BulletinError (there is no ffmpeg).
    """
    return _stream(source, stop) if source.startswith(("http://", "https://")) else capture(source, RATE, stop)


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
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        creationflags=NO_WINDOW,
        env=program_environment(),
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
