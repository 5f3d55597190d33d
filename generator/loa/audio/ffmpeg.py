"""Run ffmpeg: the system's, else the one from the wheel imageio-ffmpeg. Only this module knows where ffmpeg is."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

from loa.errors import BulletinError, Finding
from loa.i18n import _
from loa.limited import Limits, run_program
from loa.station_secrets import program_environment

NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""`creationflags` of a program that plays: Windows opens no window for it."""


@cache
def executable() -> str:
    """Return the path of ffmpeg. Raises BulletinError if there is none."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        import imageio_ffmpeg  # 80 MB on the disk: the light player is installed without it

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ModuleNotFoundError, RuntimeError) as error:
        raise BulletinError(
            Finding(
                "ffmpeg.missing",
                _("ffmpeg is not installed; bulletins are written with it."),
                _("Install it: sudo apt-get install ffmpeg, or pip install imageio-ffmpeg"),
            )
        ) from error


def run(*arguments: str | Path, stdin: bytes = b"") -> tuple[bytes, str]:
    """Run ffmpeg with `arguments` and `stdin` on sound of our own; return its stdout and stderr.

    Raises BulletinError if it fails.
    """
    command = [executable(), "-hide_banner", "-nostdin", *map(str, arguments)]
    if stdin:
        command.remove("-nostdin")
    done = subprocess.run(command, input=stdin, capture_output=True, check=False, env=program_environment())
    return _done(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def _done(code: int, output: bytes, said: str) -> tuple[bytes, str]:
    if code:
        last = said.strip().splitlines()[-1] if said.strip() else str(code)
        raise BulletinError(
            Finding(
                "ffmpeg.failed",
                _("ffmpeg could not do its work: {reason}").format(reason=last),
                _("Check that the sound file is whole and that the disk is not full."),
            )
        )
    return output, said


def encode_mp3(pcm: bytes, rate: int, kilobits: int) -> bytes:
    """Encode `pcm` (16-bit mono) as CBR MP3 frames, without bit reservoir and tags: each frame is independent."""
    return run(
        "-loglevel", "error", "-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "pipe:0",
        "-codec:a", "libmp3lame", "-b:a", f"{kilobits}k", "-reservoir", "0", "-compression_level", "5",
        "-write_xing", "0", "-id3v2_version", "0", "-write_id3v1", "0", "-f", "mp3", "pipe:1", stdin=pcm,
    )[0]  # fmt: skip


FORMATS = "aac,ac3,aiff,amr,ape,asf,avi,caf,flac,flv,matroska,mov,mp3,mpeg,mpegts,ogg,w64,wav,wv"
"""What sound files may be: no playlists, which would make ffmpeg ask other files and addresses."""
_SECONDS, _MEGABYTES = 120.0, 300


def decode(path: Path, rate: int, longest: float, *, cut: bool = False) -> bytes:
    """Decode somebody's sound file to 16-bit mono PCM at `rate` Hz; with `cut`, only its first `longest` seconds.

    Raises BulletinError if it is not sound or lasts longer, LimitError if decoding takes too much.
    """
    most = round(longest * rate) * 2
    source = ("-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-threads", "1", "-i", f"file:{path}")
    sound = ("-vn", "-t", f"{longest + 1:.3f}", "-f", "s16le", "-ac", "1", "-ar", str(rate), "pipe:1")
    command = [executable(), "-hide_banner", "-nostdin", "-loglevel", "error", *source, *sound]
    limits = Limits(_SECONDS, _MEGABYTES, most + 4 * rate)
    pcm, _said = _done(*run_program(command, limits=limits, file=path.name))
    if len(pcm) > most and not cut:
        message = _("This sound is longer than {n} minutes.").format(n=f"{longest / 60:g}")
        raise BulletinError(Finding("bulletin.sound", message, _("Cut it, or name another file."), file=path.name))
    return pcm[:most]


def change_tempo(pcm: bytes, rate: int, tempo: float) -> bytes:
    """Return `pcm` (16-bit mono) played `tempo` times as fast (0.5 to 2), at the same pitch."""
    sound = ("-f", "s16le", "-ar", str(rate), "-ac", "1")
    return run("-loglevel", "error", *sound, "-i", "pipe:0", "-af", f"atempo={tempo:.4f}", *sound, "pipe:1", stdin=pcm)[
        0
    ]
