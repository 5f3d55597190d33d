"""What a station without Loa does: Debian's cron, or a timer of its own, starts ffplay at the hour."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import PulseAudio, Recorder

_CRONTAB = Path("/etc/cron.d/loa-benchmark")
_FULL_MINUTES = 2
"""Airings by cron, which knows nothing finer."""
_LONGEST = 4.0
"""Seconds in which the sound must have begun and ended."""


def first_sounds(
    folder: Path, sound: Path, recorder: Recorder, pulse: PulseAudio, turns: int
) -> dict[str, list[float]]:
    """Milliseconds from the planned instant to the first sound, by rival; none where ffplay is not installed."""
    player = shutil.which("ffplay")
    if not player:
        return {}
    command = [player, "-v", "quiet", "-nodisp", "-autoexit", str(sound)]
    by_timer, by_cron = list[float](), list[float]()
    with _cron(command, pulse, folder) as runs:
        while len(by_timer) < turns or (runs and len(by_cron) < _FULL_MINUTES):
            second = time.time() % 60
            if second > 60 - 2 * _LONGEST:
                minute = time.time() - second + 60
                time.sleep(minute + _LONGEST - time.time())
                if runs:
                    by_cron.append(_late(recorder, minute))
            elif len(by_timer) < turns:
                moment = int(time.time()) + 2.0
                time.sleep(moment - time.time())
                subprocess.run(command, env={**pulse.environment, "SDL_AUDIODRIVER": "pulseaudio"}, check=False)
                by_timer.append(_late(recorder, moment))
            else:
                time.sleep(1)
    names = {"a timer that starts ffplay": by_timer, "Debian's cron that starts ffplay": by_cron}
    return {name: errors for name, errors in names.items() if errors}


def _late(recorder: Recorder, moment: float) -> float:
    at = recorder.first_sound(moment - 0.1)
    recorder.forget(time.time())
    return abs(at - moment) * 1000 if at else float("inf")


@contextmanager
def _cron(command: list[str], pulse: PulseAudio, folder: Path) -> Iterator[bool]:
    """A real cron with a job each minute, where it is installed and we may; whether there is one."""
    program = shutil.which("cron")
    if not program or os.name != "posix" or os.geteuid() != 0 or not _CRONTAB.parent.is_dir():
        yield False
        return
    settings = {"PULSE_SERVER": pulse.environment["PULSE_SERVER"], "HOME": folder, "SDL_AUDIODRIVER": "pulseaudio"}
    lines = [*(f"{name}={value}" for name, value in settings.items()), f"* * * * * root {' '.join(command)}", ""]
    _CRONTAB.write_text("\n".join(lines), "utf-8")
    process = subprocess.Popen([program, "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield True  # where another cron runs already, ours ends at once and that one reads our file
    finally:
        _CRONTAB.unlink()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        process.wait(10)
