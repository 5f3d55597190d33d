"""The files of a simulated station: two communes, bulletins of forty seconds, a schedule."""

import datetime
import hashlib
import json
import os
import random
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from loa.bulletin.manifest import Cue, Manifest
from loa.workspace import Workspace
from tests.sounds import make_mp3

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime.datetime(2026, 11, 30, 0, 0, tzinfo=ZONE).astimezone(datetime.UTC)
LENGTH, SENTENCE = 40.0, 4.0
"""Seconds of a bulletin, and of each of its sentences."""
OUTPUTS = ("tram", "cum", "cho", "dinh")
COMMUNES = {
    "ben-hai": ("tin-sang", "tin-trua", "tin-chieu", "uu-tien", "khan", "tin-khan", "xin-loi"),
    "trung-son": ("luan-phien-dvc", "luan-phien-ytb", "tin-toi", "chen", "dem", "khan", "nhac", "xin-loi"),
}
BULLETINS = tuple(f"{commune}/{name}" for commune, names in COMMUNES.items() for name in names)
BY_HAND = ("trung-son/nhac",)
EMERGENCIES = ("ben-hai/khan", "trung-son/khan")
_ROOM = 1 << 30
"""Bytes that must be free where worlds are made: each takes some ten millions, and one core makes one at a time."""
ALLOWED = ("05:00", "21:00")
"""The hours in which the communes allow broadcasting."""


@dataclass(slots=True)
class Programme:
    """A schedule as people change it: days left out and moments added, by broadcast; and each world's own settings."""

    random: random.Random
    left_out: dict[str, list[str]] = field(default_factory=dict)
    added: dict[str, list[str]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("tin-sang", "tin-trua", "luan-phien", "tin-chieu", "tin-toi"):
            within = self.random.choice(("10m", "10m", "10m", "3m", "45s"))
            resume = self.random.choice(("true", "true", "true", "false"))
            fallback = self.random.choice(("none", "none", "last-good"))
            again = self.random.choice(("true", "true", "false"))
            self.settings[name] = (
                f"late: {{start_within: {within}, resume: {resume}, fallback: {fallback}}}, resume_after_cut: {again}"
            )

    def text(self) -> str:
        """schedule.yaml: five airings each day on four outputs of two communes, and on some days others that meet them."""
        rows = (
            ("tin-sang", "ben-hai", "daily", "06:00", "[tram, cum]", "normal", ""),
            ("tin-trua", "ben-hai", "daily", "11:30", "[tram]", "priority", ""),
            ("luan-phien", "trung-son", "daily", "12:10", "[cho, dinh]", "normal", "rotate: true, from: 2026-11-30"),
            ("tin-chieu", "ben-hai", "daily", "17:00", "[ca-xa]", "normal", ""),
            ("chen", "trung-son", "sat, sun", "17:00:20", "[cho, dinh]", "normal", ""),
            ("uu-tien", "ben-hai", "wed", "06:00:15", "[cum]", "priority", ""),
            ("tin-khan", "ben-hai", "mon", "14:00", "[ca-xa]", "emergency", "repeat: {times: 2, pause: 10s}"),
            ("tin-toi", "trung-son", "daily", "20:58", "[cho]", "normal", ""),
            ("dem", "trung-son", "fri", "22:30", "[dinh]", "normal", ""),
        )
        lines = [
            "timezone: Asia/Ho_Chi_Minh",
            f'rules: {{allowed: ["{ALLOWED[0]}-{ALLOWED[1]}"]}}',
            "outputs:",
            *(f'  {name}: {{kind: "null"}}' for name in OUTPUTS),
            "  ca-xa: {kind: group, outputs: [tram, cum, cho, dinh]}",
            "broadcasts:",
        ]
        for name, commune, days, at, on, priority, more in rows:
            campaigns = "[dvc, ytb]" if "rotate" in more else "[dvc]"
            also = [f"{moment} ytb" if "rotate" in more else moment for moment in self.added.get(name, [])]
            parts = [
                f"id: {name}, commune: {commune}, campaigns: {campaigns}, days: [{days}], at: ['{at}'], on: {on}",
                f"priority: {priority}, length: {{min: 1s, max: 60s}}",
                f"except: {json.dumps(self.left_out.get(name, []))}, also: {json.dumps(also)}",
                *filter(None, (more, self.settings.get(name, ""))),
            ]
            lines.append(f"  - {{{', '.join(parts)}}}")
        return "\n".join(lines) + "\n"


def make_model(folder: Path) -> Path:
    """Write below `folder` what every world begins with, but for its schedule."""
    (folder / ".loa").mkdir()
    (folder / "campaigns").mkdir()
    sound = make_mp3(folder / "sound.mp3", LENGTH).read_bytes()
    for commune, names in COMMUNES.items():
        (folder / "campaigns" / f"{commune}.yaml").write_text("campaigns: [{id: dvc}, {id: ytb}]\n", "utf-8")
        (folder / "audio" / "bulletins" / commune).mkdir(parents=True)
        for name in names:
            write_bulletin(Workspace(folder), f"{commune}/{name}", sound)
    return folder


def write_bulletin(workspace: Workspace, bulletin: str, sound: bytes, version: int = 0) -> str:
    """Write the bulletin and its manifest, other bytes for each `version`; its SHA-256."""
    commune, name = bulletin.split("/")
    path = workspace.bulletins / f"{bulletin}.mp3"
    data = sound + f"{bulletin} {version:06}".encode()  # behind the last frame: another file, the same sound
    path.write_bytes(data)
    os.utime(path, (version, version))
    digest = hashlib.sha256(data).hexdigest()
    cues = tuple(
        Cue(start=n * SENTENCE, end=(n + 1) * SENTENCE, text="x", spoken="x", part="p")
        for n in range(int(LENGTH / SENTENCE))
    )
    Manifest(
        id=bulletin, commune=commune, name=name, title="", date=START.date(), campaigns=("dvc",), seconds=LENGTH,
        sha256=digest, engine="test", voice="test", cues=cues,
    ).save(path.with_suffix(".json"))  # fmt: skip
    return digest


def memory_folder() -> Path:
    """A new folder, in memory where the system has room for it there: worlds write much and keep nothing."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM
    inside = memory if roomy else None
    return Path(tempfile.mkdtemp(prefix="loa-world-", dir=inside))
