"""Bulletins: clips and jingles become one programme of the wanted length, with captions and a record."""

from typing import TYPE_CHECKING

from generator.lazily import on_demand

if TYPE_CHECKING:
    from generator.bulletin.making import made_before, make, unchanged
    from generator.bulletin.manifest import Cue, Manifest, Proof, Word
    from generator.bulletin.order import Order, Recording
    from generator.bulletin.plan import APOLOGY, BulletinPlan, Style
    from generator.bulletin.proof import doubts

__all__ = [
    "APOLOGY",
    "BulletinPlan",
    "Cue",
    "Manifest",
    "Order",
    "Proof",
    "Recording",
    "Style",
    "Word",
    "doubts",
    "made_before",
    "make",
    "unchanged",
]
__getattr__ = on_demand(
    __name__,
    making="made_before make unchanged",
    manifest="Cue Manifest Proof Word",
    order="Order Recording",
    plan="APOLOGY BulletinPlan Style",
    proof="doubts",
)
