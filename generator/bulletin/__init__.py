"""Bulletins: clips and jingles become one programme of the wanted length, with captions and a record."""

from generator.bulletin.manifest import Cue, Manifest, Proof, Word
from generator.bulletin.plan import BulletinPlan

__all__ = ["BulletinPlan", "Cue", "Manifest", "Proof", "Word"]
