"""What the last build found in order: the next one need not write each article again to see that it is the same."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from loa.bulletin.inputs import contents, program
from loa.bulletin.models import BulletinPlan
from loa.campaign import Commune
from loa.errors import WorkspaceError
from loa.file_cache import mark_of, marks_in
from loa.files import private_folder, write_atomic
from loa.tts import all_engines
from loa.tts.cache import digest
from loa.workspace import Workspace, below

_FORMAT = "built 2"
_PRODUCTS = (".mp3", ".json", ".vtt", ".srt", ".png")
_Entry = Mapping[str, Any]


class Built:
    """The communes of which everything was in order after the last build, in `.loa/built.json`.

    An entry holds for the same program, facts, templates, sounds, plans and voice, and while nobody touched the files
    of the bulletins (age and size). Losing it costs time and nothing else.
    """

    def __init__(self, workspace: Workspace, voice: str | None) -> None:
        self._workspace = workspace
        self._file = workspace.state / "built.json"
        self._voice = voice
        self._entries: dict[str, _Entry] = {}
        self._known: Mapping[str, _Entry] = {}
        with suppress(OSError, ValueError):
            self._known = json.loads(self._file.read_text("utf-8"))

    @cached_property
    def _common(self) -> str:
        """What all bulletins are made from; looked at when the first is asked for, after old templates were retired."""
        own = contents(self._workspace.templates)
        sounds = (f"{name} {mark}" for name, mark in marks_in(self._workspace.jingles).items())
        engines = sorted(f"{engine.name} {engine.version}" for engine in all_engines())
        return digest(_FORMAT, program(), str(self._voice), *own, *sounds, *engines)

    def key(self, facts: str, plans: Sequence[BulletinPlan]) -> str:
        """A digest of what the bulletins of a commune are made from. `facts`: the SHA-256 of its file."""
        given = [
            mark_of(path) for plan in plans for name in _recordings(plan) if (path := below(self._workspace.root, name))
        ]
        return digest(self._common, facts, *map(repr, plans), *given)

    def campaigns(self, facts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        """The ids of the campaigns of each commune whose file this program has read before.

        `facts`: the SHA-256 of each commune's file, by its stem.
        """
        found = {}
        for stem, sha256 in facts.items():
            entry = self._known.get(stem)
            if isinstance(entry, dict) and entry.get("facts") == digest(program(), sha256):
                found[stem] = tuple(map(str, entry["campaigns"]))
        return found

    def articles(self, stem: str, key: str, plans: Sequence[BulletinPlan], *, audio: bool) -> int | None:
        """How many articles the commune's bulletins hold, if everything is in order; else None.

        `audio`: the bulletins have to be there, too.
        """
        entry = self._known.get(stem)
        if not isinstance(entry, dict) or entry.get("key") != key or (audio and not entry.get("audio")):
            return None
        if entry.get("files") != self._marks(plans):
            return None
        self._entries[stem] = entry
        return int(entry["articles"])

    def note(
        self, commune: Commune, facts: str, key: str, plans: Sequence[BulletinPlan], articles: int, *, audio: bool
    ) -> None:
        """Everything of this commune is in order now. `facts`: the SHA-256 of its file."""
        self._entries[commune.stem] = {
            "key": key,
            "facts": digest(program(), facts),
            "campaigns": [campaign.id for campaign in commune.campaigns],
            "articles": articles,
            "audio": audio,
            "files": self._marks(plans),
        }

    def save(self) -> None:
        """Keep it for the next build, with what is known of communes that were not built now."""
        with suppress(WorkspaceError, OSError):  # a full disk: the next build takes longer
            private_folder(self._workspace.state)
            kept = {stem: entry for stem, entry in self._known.items() if stem not in self._entries}
            write_atomic(self._file, json.dumps(kept | self._entries))

    def forget(self, stem: str) -> None:
        """Something of this commune is not in order."""
        self._known = {name: entry for name, entry in self._known.items() if name != stem}

    def _marks(self, plans: Sequence[BulletinPlan]) -> str:
        stem = next((plan.commune for plan in plans), "")
        marks = marks_in(self._workspace.bulletins / stem)
        return digest(*(marks.get(f"{plan.name}{suffix}", "") for plan in plans for suffix in _PRODUCTS))


def _recordings(plan: BulletinPlan) -> Sequence[str]:
    return (*plan.recordings, *(part.file for part in plan.parts if part.file))
