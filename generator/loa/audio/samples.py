"""Sound as samples: decode, change the pace, trim silence, detect sound that was cut short."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from loa.audio import ffmpeg
from loa.errors import LimitError, LoaError, SpeechError
from loa.limited import Limits, run_limited

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Preset = Literal["horn", "studio"]
"""The mastering preset: for outdoor horn loudspeakers, or for the web."""


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Mono sound: float32 `samples` in [-1, 1] at `rate` Hz.

    `marks` are the seconds at which the words start, one per word of `Utterance.text`, in order. It is empty if the
    engine does not report them.
    """

    samples: "NDArray[np.float32]"
    rate: int
    marks: tuple[float, ...] = ()

    @property
    def seconds(self) -> float:
        """The duration in seconds."""
        return len(self.samples) / self.rate


_LIMITS = Limits(seconds=10, megabytes=300, output=120_000_000)
_LONGEST_CLIP = 600.0


def decode(raw: bytes) -> Sound | None:
    """Decode `raw` (MP3, WAV, FLAC, Ogg), which a service sent, to mono sound; None if it is no sound, or too much."""
    import numpy as np  # 0.1 s, 16 MB: only where there is sound to work on

    from loa.audio import foreign  # soundfile and miniaudio: 0.1 s, 25 MB

    try:
        found = run_limited(foreign.spoken, raw, _LONGEST_CLIP, limits=_LIMITS)
    except LimitError:
        return None
    return Sound(np.frombuffer(found[1], np.float32), found[0]) if found else None


def at_pace(sound: Sound, pace: float) -> Sound:
    """Change the pace of `sound` and its marks, not its pitch, for engines with a fixed pace. Raises SpeechError."""
    import numpy as np  # as above

    if pace == 1.0:
        return sound
    pcm = np.clip(np.round(sound.samples * 32767), -32768, 32767).astype("<i2").tobytes()
    try:
        changed = ffmpeg.change_tempo(pcm, sound.rate, pace)
    except LoaError as error:
        raise SpeechError(error.findings) from error
    samples = np.frombuffer(changed, "<i2").astype(np.float32) / np.float32(32767)
    return Sound(samples, sound.rate, tuple(mark / pace for mark in sound.marks))


FLOOR_DB = -42.0
"""dB relative to the loudest 10 ms of the clip: breath and room tone are below, the softest final consonant above."""
_HOP = 0.01
_LEAD, _TAIL = (
    0.010,
    0.040,
)  # seconds kept before the first and after the last audible hop, for soft onsets and vowels that fade out


def trim(sound: Sound) -> Sound:
    """Remove the silence at both ends, fade over 5 ms, and move the marks. A silent sound becomes empty."""
    import numpy as np  # as above

    hop = max(1, round(sound.rate * _HOP))
    complete = len(sound.samples) // hop * hop
    if not complete:
        return sound
    power = (sound.samples[:complete].astype(np.float64).reshape(-1, hop) ** 2).mean(axis=1)
    audible = np.flatnonzero(power > max(power.max() * 10 ** (FLOOR_DB / 10), 1e-10))
    if not len(audible):
        return Sound(sound.samples[:0], sound.rate)
    first = max(0, int(audible[0]) * hop - round(sound.rate * _LEAD))
    last = min(len(sound.samples), (int(audible[-1]) + 1) * hop + round(sound.rate * _TAIL))
    samples = sound.samples[first:last].copy()
    fade = min(round(sound.rate * 0.005), len(samples) // 2)
    if fade:
        ramp = np.linspace(0, 1, fade, dtype=np.float32)
        samples[:fade] *= ramp
        samples[-fade:] *= ramp[::-1]
    length = len(samples) / sound.rate
    marks = tuple(min(max(0.0, mark - first / sound.rate), length) for mark in sound.marks)
    return Sound(samples, sound.rate, marks)


SHORTEST_SYLLABLE = 0.10
"""Seconds; even the fastest newsreaders need more than 0.12 on average."""
SHORT_SYLLABLE = 0.16
"""Seconds; voices at their own pace need more (0.2 to 0.28). If it is shorter, the end of the sound is checked."""
_END_SECONDS = 0.02  # seconds
_LOUD_END_DB = -15.0  # relative to the loudest 20 ms: a complete word fades out, a sound that was cut does not


def cut_short(sound: Sound, syllables: int) -> bool:
    """Return whether the service sent too little sound for so many `syllables`."""
    seconds = trim(sound).seconds
    if seconds < SHORTEST_SYLLABLE * syllables or seconds < 0.15:
        return True
    return seconds < SHORT_SYLLABLE * syllables and _ends_loud(sound)


def _ends_loud(sound: Sound) -> bool:
    """Return whether the last 20 ms are still loud."""
    import numpy as np  # as above

    hop = max(1, round(sound.rate * _END_SECONDS))
    power = (sound.samples[len(sound.samples) % hop :].astype(np.float64).reshape(-1, hop) ** 2).mean(axis=1)
    return bool(power[-1] > power.max() * 10 ** (_LOUD_END_DB / 10))
