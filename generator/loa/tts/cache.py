"""The clip cache: each sentence is spoken once, even if many articles, communes and bulletins use it.

A clip is a 16-bit FLAC file below `audio/clips/`, named by its key. Its comment holds the key, the word marks and the
SHA-256 of the samples. If the file does not match them (incomplete, damaged, renamed), the sentence is spoken again.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loa.audio.samples import Sound, trim
from loa.errors import Finding, SpeechError
from loa.files import write_atomic
from loa.i18n import _
from loa.normalizer import TEXT_RULES
from loa.tts.engine import Engine, Utterance
from loa.workspace import Workspace

FORMAT = "clip 1"


@dataclass(frozen=True, slots=True)
class Clip:
    """A spoken sentence in the cache. `made`: this run had to speak it."""

    key: str
    path: Path
    seconds: float
    made: bool

    def sound(self) -> Sound:
        """Load the samples. Raises SpeechError if the file was removed or damaged in the meantime."""
        found = load_clip(self.path)
        if found is None:
            raise SpeechError(
                Finding(
                    "speech.clip",
                    _("A clip in the cache was removed or damaged while it was in use."),
                    _("Run the same command again: it will be spoken again."),
                    file=str(self.path),
                )
            )
        return found


@dataclass(frozen=True, slots=True)
class Voice:
    """An engine, one of its voices and a pace: everything that determines how a sentence sounds."""

    engine: Engine
    name: str
    pace: float = 1.0

    def key(self, utterance: Utterance) -> str:
        """Return the cache key of `utterance`: 64 hexadecimal digits."""
        respelt = self.engine.text_style == "respelt"
        said = utterance.text if respelt else utterance.written
        return digest(
            FORMAT, self.engine.name, self.engine.version, self.name, f"{self.pace:.4f}", utterance.region,
            self.engine.text_style, TEXT_RULES, said, *(str(number) for number in sorted(utterance.stressed)),
        )  # fmt: skip


def digest(*parts: str) -> str:
    """Return the SHA-256 of `parts`. Each part is preceded by its length, so that different lists never collide."""
    sha = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        sha.update(f"{len(raw)}:".encode())
        sha.update(raw)
    return sha.hexdigest()


def clip_path(workspace: Workspace, key: str, suffix: str = ".flac") -> Path:
    """Return the path of the cache file with this key."""
    return workspace.clips / key[:2] / f"{key}{suffix}"


def speak(workspace: Workspace, utterance: Utterance, voice: Voice) -> Clip:
    """Return the clip of `utterance` from the cache, or speak and store it. Raises SpeechError, WorkspaceError."""
    key = voice.key(utterance)
    path = clip_path(workspace, key)
    sound = load_clip(path)
    if sound is not None:
        return Clip(key, path, sound.seconds, made=False)
    sound = trim(voice.engine.say(utterance, voice.name, voice.pace))
    if not len(sound.samples):
        raise SpeechError(
            Finding(
                "speech.empty",
                _("Engine {engine} gave only silence for this sentence.").format(engine=voice.engine.name),
                _("Try another voice: loa voices"),
                quote=utterance.written,
            )
        )
    write_atomic(path, _flac(key, sound, utterance))
    return Clip(key, path, sound.seconds, made=True)


def load_clip(path: Path) -> Sound | None:
    """Load the clip at `path`; None if it does not exist or does not match its key and checksum."""
    import numpy as np  # 0.1 s, 16 MB: only where a clip is read or written
    import soundfile

    if not path.is_file():
        return None
    try:
        with soundfile.SoundFile(path) as file:
            samples, rate, about = file.read(dtype="int16"), file.samplerate, json.loads(file.comment)
        if about["key"] != path.stem or about["sha256"] != hashlib.sha256(samples.tobytes()).hexdigest():
            return None
        return Sound(
            samples.astype(np.float32) / np.float32(32768), rate, tuple(float(mark) for mark in about["marks"])
        )
    except (soundfile.LibsndfileError, ValueError, KeyError, TypeError):
        return None


def _flac(key: str, sound: Sound, utterance: Utterance) -> bytes:
    import numpy as np  # as above
    import soundfile

    samples = np.clip(np.round(sound.samples * 32768), -32768, 32767).astype(np.int16)
    about: dict[str, Any] = {
        "key": key,
        "sha256": hashlib.sha256(samples.tobytes()).hexdigest(),
        "marks": [round(mark, 4) for mark in sound.marks],
        "text": utterance.text,
    }
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", sound.rate, 1, "PCM_16", format="FLAC") as file:
        file.comment = json.dumps(about, ensure_ascii=False)
        file.write(samples)
    return buffer.getvalue()
