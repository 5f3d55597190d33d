"""What a bulletin should be: asked for by the schedule, made by `bulletin.make`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BulletinPlan:
    """One programme of a commune: which campaigns, and how long it may last (seconds)."""

    commune: str
    name: str
    title: str
    campaigns: tuple[str, ...]
    min_seconds: float
    max_seconds: float

    @property
    def id(self) -> str:
        """`<commune>/<name>`, also its place below `audio/bulletins/`."""
        return f"{self.commune}/{self.name}"
