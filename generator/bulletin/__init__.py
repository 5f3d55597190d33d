"""Bulletins: clips and jingles become one programme of the wanted length, with captions and a record."""

from generator.bulletin.making import make
from generator.bulletin.manifest import Cue, Manifest, Proof, Word
from generator.bulletin.order import Recording, Style
from generator.bulletin.plan import BulletinPlan
from generator.bulletin.proof import doubts

__all__ = ["BulletinPlan", "Cue", "Manifest", "Proof", "Recording", "Style", "Word", "doubts", "make"]
