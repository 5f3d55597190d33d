"""Verify a finished bulletin: decode the whole file with ffmpeg and measure it with ffmpeg's meters.

They share no code with our mastering: loudness and true peak come from ffmpeg's EBU R 128 filter (ITU-R BS.1770).
"""

import re
from collections.abc import Iterator
from pathlib import Path

from loa.audio import ffmpeg
from loa.audio.mp3 import RATE
from loa.bulletin.manifest import Manifest, Verification
from loa.errors import BulletinError, Finding, Severity
from loa.formats import lasting
from loa.i18n import _

LOUDNESS = (-16.5, -15.5)
MAX_PEAK = -1.5
MAX_SILENCE = 3.0
SYLLABLES = (2.5, 6.0)
"""Allowed syllables per second within sentences; outside, the sound is probably not that of the text."""
FAST_FACTOR, MIN_SYLLABLES = 1.5, 5
"""A sentence of at least MIN_SYLLABLES this many times as fast as the bulletin gets a warning (voices vary by 1.2)."""
_LENGTH_TOLERANCE = 0.05
_FILTERS = "astats=measure_perchannel=none,silencedetect=noise=-50dB:d=0.3,ebur128=peak=true:framelog=verbose"


def measure(path: Path, manifest: Manifest) -> Verification:
    """Measure the MP3 at `path`. Raises BulletinError if it cannot be decoded or its length is not the manifest's."""
    arguments = ("-nostats", "-xerror", "-err_detect", "explode", "-i", path, "-map", "0:a", "-af", _FILTERS)
    proof = read_meters(ffmpeg.run(*arguments, "-f", "null", "-")[1], manifest)
    if abs(proof.seconds - manifest.seconds) > _LENGTH_TOLERANCE:
        raise BulletinError(
            Finding(
                "bulletin.proof.length",
                _("The finished file lasts {found:.2f} s, its record says {wanted:.2f} s.").format(
                    found=proof.seconds, wanted=manifest.seconds
                ),
                _("Make the bulletin again: loa build"),
                file=str(path),
            )
        )
    return proof


def read_meters(report: str, manifest: Manifest) -> Verification:
    """Parse the report of ffmpeg's filters."""
    silences = [float(found) for found in re.findall(r"silence_duration: ([\d.]+)", report)]
    peak_level = _last_number(r"Peak level dB: (\S+)", report)
    spoken = sum(cue.end - cue.start for cue in manifest.cues if cue.spoken)
    syllables = sum(len(cue.spoken.split()) for cue in manifest.cues)
    return Verification(
        seconds=round(_last_number(r"Number of samples: (\d+)", report) / RATE, 3),
        loudness_lufs=_last_number(r"I:\s+(\S+) LUFS", report),
        true_peak_dbtp=_last_number(r"Peak:\s+(\S+) dBFS", report),
        longest_silence=round(max(silences, default=0.0), 2),
        clipped_samples=round(_last_number(r"Peak count: (\S+)", report)) if peak_level > -0.01 else 0,
        syllables_per_second=round(syllables / spoken, 2) if spoken else 0.0,
    )


def _last_number(pattern: str, report: str) -> float:
    """Return the last number that `pattern` finds: the summary comes after the running values."""
    found = re.findall(pattern, report)
    return float(found[-1]) if found else float("nan")


def quality_warnings(manifest: Manifest) -> tuple[Finding, ...]:
    """Return warnings about what somebody should check by ear before approving the bulletin."""
    proof = manifest.proof
    if proof is None:
        return ()
    problems = []
    if not LOUDNESS[0] <= proof.loudness_lufs <= LOUDNESS[1]:
        message = _("Loudness is {value:.1f} LUFS; a bulletin should have {low} to {high}.")
        problems.append(("loudness", message.format(value=proof.loudness_lufs, low=LOUDNESS[0], high=LOUDNESS[1])))
    if proof.true_peak_dbtp > MAX_PEAK or proof.clipped_samples:
        message = _("The peak is {value:.1f} dBTP, above {limit}; loudspeakers may distort.")
        problems.append(("peak", message.format(value=proof.true_peak_dbtp, limit=MAX_PEAK)))
    if proof.longest_silence > MAX_SILENCE:
        message = _("There is a silence of {seconds:.1f} s.")
        problems.append(("silence", message.format(seconds=proof.longest_silence)))
    if proof.syllables_per_second and not SYLLABLES[0] <= proof.syllables_per_second <= SYLLABLES[1]:
        message = _("The voice says {value:.1f} syllables a second; between {low} and {high} are understood.")
        problems.append(("pace", message.format(value=proof.syllables_per_second, low=SYLLABLES[0], high=SYLLABLES[1])))
    problems += (("hurried", message) for message in _fast_sentences(manifest, proof.syllables_per_second))
    fix = _("Listen to it before you approve it; if it is wrong, choose another voice: loa voices")
    place = f"audio/bulletins/{manifest.id}.mp3"
    return tuple(Finding(f"bulletin.proof.{code}", text, fix, Severity.WARNING, place) for code, text in problems)


def _fast_sentences(manifest: Manifest, pace: float) -> Iterator[str]:
    """Yield a message for each sentence that is much shorter than expected at the bulletin's `pace`: it may be cut."""
    reported: set[str] = set()
    for cue in manifest.cues if pace else ():
        syllables = len(cue.spoken.split())
        expected = syllables / pace
        if syllables >= MIN_SYLLABLES and cue.text not in reported and expected > FAST_FACTOR * (cue.end - cue.start):
            reported.add(cue.text)
            message = _("At {time} a sentence is over in {seconds:.1f} s instead of about {expected:.1f} s: “{text}”")
            yield message.format(time=lasting(cue.start), seconds=cue.end - cue.start, expected=expected, text=cue.text)
