"""Download voices, once per computer (not per station).

An interrupted download is continued. A file gets its final name only if its size and SHA-256 are correct.
"""

import hashlib
import json
import os
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from loa.errors import Finding, SpeechError
from loa.files import cannot_write, rename, sync_file, writing
from loa.i18n import _
from loa.yamlfile import Strict, parse

_BLOCK = 1 << 16
_TIMEOUT = (5.0, 30.0)
Progress = Callable[[int, int], None]
"""Called with the bytes that are done and the total bytes."""


class Download(Strict):
    """A voice that can be downloaded: the model's URL (its settings are at the same URL + `.json`), size, SHA-256."""

    url: str
    bytes: int
    sha256: str
    licence: str


def folder() -> Path:
    """Return the folder of voices: `LOA_VOICES`, else a folder in the user's data directory."""
    named = os.environ.get("LOA_VOICES")
    return Path(named) if named else platformdirs.user_data_path("loa", appauthor=False) / "voices"


def catalogue() -> dict[str, Download]:
    """Return the voices that `loa voices install` can download, by name."""
    text = files("loa.tts").joinpath("data/piper_voices.yaml").read_text("utf-8")
    return {name: Download.model_validate(entry) for name, entry in parse(text, "piper_voices.yaml").data.items()}


def download(name: str) -> Download:
    """Return the entry of voice `name`. Raises SpeechError with the list of known voices."""
    known = catalogue()
    if name not in known:
        raise SpeechError(
            Finding(
                "speech.voice",
                _("No voice “{name}” can be installed.").format(name=name),
                _("These can: {names}").format(names=", ".join(known)),
                quote=name,
            )
        )
    return known[name]


def install(name: str, voice: Download, progress: Progress = lambda *_: None, into: Path | None = None) -> Path:
    """Download voice `name` into `into` (default: `folder()`) and return the path of its model.

    Files that are already complete are not downloaded again. Raises SpeechError if the network fails or a file is wrong
    (call again to continue), WorkspaceError if the disk fails.
    """
    place = into or folder()
    model, settings = place / f"{name}.onnx", place / f"{name}.onnx.json"
    try:
        place.mkdir(parents=True, exist_ok=True)
        if not (model.is_file() and _sha256(model) == voice.sha256):
            _fetch(voice, model, progress)
        if not _is_json(settings):
            with writing(settings) as part:
                _stream(voice.url + ".json", part, lambda *_: None)
                if not _is_json(part):
                    raise SpeechError(_invalid(settings, _("it is not a voice's settings")))
    except OSError as error:
        raise cannot_write(model, error) from error
    return model


def _fetch(voice: Download, model: Path, progress: Progress) -> None:
    part = model.with_name(model.name + ".part")
    if part.exists() and part.stat().st_size > voice.bytes:
        part.unlink()
    if not part.exists() or part.stat().st_size < voice.bytes:
        _stream(voice.url, part, lambda done, _all: progress(done, voice.bytes))
    size, digest = part.stat().st_size, _sha256(part)
    if size < voice.bytes:
        raise SpeechError(_interrupted(voice.url, _("{done} of {all} bytes").format(done=size, all=voice.bytes)))
    if digest != voice.sha256:
        part.unlink()
        raise SpeechError(_invalid(model, _("its SHA-256 is not the published one")))
    sync_file(part)
    rename(part, model)


def _stream(url: str, part: Path, progress: Progress) -> None:
    """Append the missing bytes to `part`. Raises SpeechError; the bytes received so far are kept."""
    import requests  # 60 ms, 18 MB: only where a voice is fetched

    done = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={done}-"} if done else {}
    try:
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
            answer.raise_for_status()
            continued = answer.status_code == 206
            done = done if continued else 0
            with part.open("ab" if continued else "wb") as file:
                for block in answer.iter_content(_BLOCK):
                    file.write(block)
                    done += len(block)
                    progress(done, 0)
    except requests.HTTPError as error:
        raise SpeechError(_interrupted(url, f"{error.response.status_code} {error.response.reason}")) from error
    except requests.RequestException as error:  # its message is too technical for users
        reason = _("{host} does not answer, or the connection broke").format(host=urlsplit(url).hostname)
        raise SpeechError(_interrupted(url, reason)) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_json(path: Path) -> bool:
    try:
        return "audio" in json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False


def _interrupted(url: str, reason: str) -> Finding:
    return Finding(
        "speech.download",
        _("The voice could not be fetched: {reason}").format(reason=reason),
        _("Check the Internet connection and run the same command again: it goes on where it stopped."),
        quote=url,
    )


def _invalid(path: Path, reason: str) -> Finding:
    return Finding(
        "speech.download",
        _("The voice that came is not the one that was published: {reason}. It was thrown away.").format(reason=reason),
        _("Run the same command again; if it happens twice, do not use this connection."),
        file=str(path),
    )
