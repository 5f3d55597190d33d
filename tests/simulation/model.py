"""The files that every world begins with: one commune, five bulletins of forty seconds."""

import datetime
import hashlib
import os
import tempfile
from pathlib import Path

from loa.bulletin.manifest import Cue, Manifest
from tests.simulation.promises import LENGTH, SENTENCE
from tests.simulation.world import BULLETINS, schedule_text
from tests.sounds import make_mp3


def make_model(folder: Path) -> Path:
    """Write the station's files below `folder`."""
    (folder / "campaigns").mkdir(parents=True)
    (folder / "campaigns" / "ben-hai.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
    (folder / ".loa").mkdir()
    (folder / "schedule.yaml").write_text(schedule_text({"except": [], "also": []}), "utf-8")
    cues = tuple(
        Cue(start=n * SENTENCE, end=(n + 1) * SENTENCE, text="x", spoken="x", part="p")
        for n in range(int(LENGTH / SENTENCE))
    )
    for number, name in enumerate(BULLETINS):
        path = make_mp3(folder / "audio" / "bulletins" / "ben-hai" / f"{name}.mp3", LENGTH, tone=300 + 50 * number)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        Manifest(
            id=f"ben-hai/{name}", commune="ben-hai", name=name, title="", date=datetime.date(2026, 11, 1),
            campaigns=("dvc",), seconds=LENGTH, sha256=digest, engine="test", voice="test", cues=cues,
        ).save(path.with_suffix(".json"))  # fmt: skip
    return folder


def memory_folder() -> Path:
    """A new folder, in memory where the system has such a thing: worlds write much and keep nothing."""
    memory = Path("/dev/shm")
    return Path(
        tempfile.mkdtemp(prefix="loa-world-", dir=memory if memory.is_dir() and os.access(memory, os.W_OK) else None)
    )
