"""The finished bulletins of a commune, and where in them an article is heard."""

from dataclasses import dataclass
from pathlib import Path

from generator.bulletin import Manifest
from generator.errors import BulletinError
from generator.script import Script
from generator.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Heard:
    """A bulletin that holds an article: its files, its length in words, its captions for each of the sentences."""

    manifest: Manifest
    mp3: Path
    vtt: Path
    cues: dict[int, list[int]]

    @property
    def length(self) -> str:
        """`11 phút 40 giây`."""
        minutes, seconds = divmod(round(self.manifest.seconds), 60)
        return f"{minutes} phút {seconds} giây" if minutes else f"{seconds} giây"


def bulletin_of(workspace: Workspace, commune: str, script: Script) -> Heard | None:
    """The bulletin that says `script` as it is now; the shortest list of items first. None when there is none yet."""
    found = []
    for path in sorted((workspace.bulletins / commune).glob("*.json")):
        try:
            manifest = Manifest.load(path)
        except BulletinError:  # half a build, or a file of somebody else: the page does without it
            continue
        mp3, vtt = path.with_suffix(".mp3"), path.with_suffix(".vtt")
        cues = _cues(manifest, script)
        if script.campaign in manifest.campaigns and cues and mp3.is_file() and vtt.is_file():
            found.append(Heard(manifest, mp3, vtt, cues))
    return min(found, key=lambda heard: (len(heard.manifest.campaigns), heard.manifest.name), default=None)


def _cues(manifest: Manifest, script: Script) -> dict[int, list[int]]:
    """Sentence → numbers of its captions (from 1), over all readings; empty when the bulletin says another text."""
    readings: dict[int, list[tuple[int, str]]] = {}
    for number, cue in enumerate(manifest.cues, 1):
        if cue.part == script.campaign:
            readings.setdefault(cue.reading, []).append((number, cue.text))
    written = [sentence.text for sentence in script.sentences]
    found: dict[int, list[int]] = {}
    for said in readings.values():
        if [text for _number, text in said] == written:
            for index, (number, _text) in enumerate(said):
                found.setdefault(index, []).append(number)
    return found
