"""Sound files of other people's making, as samples."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from loa.audio import ffmpeg
from loa.errors import LimitError, LoaError, SpeechError
from loa.limited import Limits, run_limited

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Preset = Literal["horn", "studio"]
"""For outdoor loudspeakers, or for the web."""


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Mono sound: float32 `samples` in [-1, 1] at `rate` Hz.

    `marks` holds, where the engine knows it, the second at which each spoken word starts (one mark a word of
    `Utterance.text`, in order); empty where it does not.
    """

    samples: "NDArray[np.float32]"
    rate: int
    marks: tuple[float, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


_LIMITS = Limits(seconds=10, megabytes=300, output=120_000_000)
_LONGEST_CLIP = 600.0


def decode(raw: bytes) -> Sound | None:
    """`raw` (MP3, WAV, FLAC, Ogg), which a service sent, as mono sound; None where it is not sound, or too much."""
    import numpy as np

    from loa.audio import foreign  # it loads the decoders

    try:
        found = run_limited(foreign.spoken, raw, _LONGEST_CLIP, limits=_LIMITS)
    except LimitError:
        return None
    return Sound(np.frombuffer(found[1], np.float32), found[0]) if found else None


def at_pace(sound: Sound, pace: float) -> Sound:
    """`sound` at `pace`, at the same pitch, for engines that know only one; marks move along. Raises SpeechError."""
    import numpy as np

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
"""Below the loudest 10 ms of the clip; breath and room tone lie under it, the softest final consonant above."""
_HOP = 0.01
_LEAD, _TAIL = 0.010, 0.040  # kept before the first and after the last audible hop: a soft onset, a dying vowel


def trim(sound: Sound) -> Sound:
    """`sound` without the silence at its ends, faded over 5 ms there; marks move along. Silence becomes empty."""
    import numpy as np

    hop = max(1, round(sound.rate * _HOP))
    whole = len(sound.samples) // hop * hop
    if not whole:
        return sound
    power = (sound.samples[:whole].astype(np.float64).reshape(-1, hop) ** 2).mean(axis=1)
    heard = np.flatnonzero(power > max(power.max() * 10 ** (FLOOR_DB / 10), 1e-10))
    if not len(heard):
        return Sound(sound.samples[:0], sound.rate)
    first = max(0, int(heard[0]) * hop - round(sound.rate * _LEAD))
    last = min(len(sound.samples), (int(heard[-1]) + 1) * hop + round(sound.rate * _TAIL))
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
"""Seconds; the quickest newsreaders stay above 0.12 on average."""
SHORT_SYLLABLE = 0.16
"""Seconds; voices stay above it at their own pace (0.2 to 0.28), so below it the end is looked at."""
_END = 0.02  # seconds
_LOUD_END_DB = -15.0  # beside the loudest 20 ms: words die away, what breaks off does not


def cut_short(sound: Sound, syllables: int) -> bool:
    """Whether `sound`, as the service gave it, cannot hold `syllables`; of one or two words it need not be long."""
    seconds = trim(sound).seconds
    if seconds < SHORTEST_SYLLABLE * syllables or seconds < 0.15:
        return True
    return seconds < SHORT_SYLLABLE * syllables and _breaks_off(sound)


def _breaks_off(sound: Sound) -> bool:
    """Whether it is still loud in its last moment."""
    import numpy as np

    hop = max(1, round(sound.rate * _END))
    power = (sound.samples[len(sound.samples) % hop :].astype(np.float64).reshape(-1, hop) ** 2).mean(axis=1)
    return bool(power[-1] > power.max() * 10 ** (_LOUD_END_DB / 10))
