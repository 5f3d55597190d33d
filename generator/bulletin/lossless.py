"""The master of a bulletin without loss: the same pieces at the same places, as 24-bit FLAC, written piece by piece."""

from collections.abc import Iterable
from pathlib import Path

from generator.bulletin.frames import FRAME_SAMPLES, RATE
from generator.bulletin.programme import Slot, placed
from generator.workspace import cannot_write, part_path


def write_flac(path: Path, slots: Iterable[Slot], frames: int) -> None:
    """Write `slots` to `path`, `frames` MP3 frames long, whole or not at all. Raises WorkspaceError."""
    import numpy as np
    import soundfile

    part = part_path(path)
    try:
        with soundfile.SoundFile(part, "w", RATE, 1, "PCM_24", format="FLAC") as file:
            written = 0
            for at in placed(slots):
                assert at.slot.piece.render, "every piece of a rundown can be mastered again"
                samples = at.slot.piece.render()[0]
                file.write(np.zeros(at.start - written, np.float32))
                file.write(samples)
                written = at.start + len(samples)
            file.write(np.zeros(frames * FRAME_SAMPLES - written, np.float32))
        part.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        part.unlink(missing_ok=True)
