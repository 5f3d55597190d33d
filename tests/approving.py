"""A leader who approves a bulletin as it lies there, for tests that are about what follows."""

import datetime
import hashlib
from pathlib import Path

from loa import script as scripts
from loa.actions import approvals
from loa.article import render
from loa.bulletin.manifest import Cue, Manifest
from loa.campaign import Commune
from loa.publish.page import made_bulletins
from loa.store.approvals import Approval, BulletinFile, recordings
from loa.store.database import Database
from loa.workspace import Workspace


def approve(workspace: Workspace, store: Database, recording: BulletinFile, by: str, at: datetime.datetime) -> Approval:
    """Approve the sound that `recording` holds now."""
    return approvals.approve(workspace, store, recording, recording.sha256, by, at)


def sign_articles(workspace: Workspace, store: Database, commune: Commune) -> None:
    """A leader signs each article of a commune as it is now; one without a bulletin gets one that nobody can hear."""
    made = {id_ for sound in made_bulletins(workspace, commune.stem) for id_ in sound.manifest.campaigns}
    for campaign in commune.campaigns:
        path = workspace.bulletins / commune.stem / f"{campaign.id}.mp3"
        if campaign.id not in made:
            lines = scripts.write(render(workspace, commune, campaign), commune).sentences
            cues = tuple(Cue(start=n, end=n + 1, text=s.text, spoken="", part=campaign.id) for n, s in enumerate(lines))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(repr(cues).encode())
            Manifest(
                id=f"{commune.stem}/{path.stem}", commune=commune.stem, name=path.stem, title=campaign.title,
                date=campaign.as_of, campaigns=(campaign.id,), seconds=len(cues), engine="test", voice="test",
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(), cues=cues,
            ).save(path.with_suffix(".json"))  # fmt: skip
    for recording in recordings(workspace):
        if recording.id.startswith(f"{commune.stem}/"):
            approve(workspace, store, recording, "Chị Mai", datetime.datetime.now(datetime.UTC))


def as_emergency(path: Path) -> None:
    """Let the bulletin at `path` be one that somebody typed as an emergency message, by the record beside it."""
    record, id_ = path.with_suffix(".json"), f"{path.parent.name}/{path.stem}"
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if record.exists():
        made = Manifest.load(record).model_copy(update={"emergency": True})
    else:
        made = Manifest(
            id=id_,
            commune=path.parent.name,
            name=path.stem,
            title=path.stem,
            date=datetime.date(2026, 11, 22),
            campaigns=(path.stem,),
            seconds=1.0,
            sha256=sha256,
            engine="espeak",
            voice="vi",
            emergency=True,
        )
    made.save(record)
