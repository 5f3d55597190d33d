"""Recipe 1: campaigns become articles, scripts, speech and bulletins. What has not changed is not made again."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from generator import article as articles
from generator import bulletin, script, speech
from generator.bulletin import BulletinPlan, Manifest
from generator.campaign import Commune, load_commune, load_communes
from generator.errors import Finding, LoaError
from generator.schedule import Schedule
from generator.script import Script
from generator.workspace import Workspace

DEFAULT_MAX_SECONDS = 15 * 60.0
"""The longest bulletin of a campaign that no broadcast holds yet."""
Progress = Callable[[BulletinPlan, int, int, bool], None]
"""Called after each sentence: the plan, sentences done, sentences in all, and whether this one had to be spoken."""


@dataclass(slots=True)
class Report:
    """What a build did. `spoken` and `reused` count sentences; `failed` holds every problem of what could not be made."""

    made: list[Manifest] = field(default_factory=list)
    unchanged: list[Manifest] = field(default_factory=list)
    articles: int = 0
    spoken: int = 0
    reused: int = 0
    warnings: list[Finding] = field(default_factory=list)
    failed: list[Finding] = field(default_factory=list)

    @property
    def bulletins(self) -> list[Manifest]:
        """All that are ready now."""
        return self.made + self.unchanged
