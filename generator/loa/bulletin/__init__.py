"""Bulletins: clips and jingles become one programme of the wanted length, with captions and a manifest."""
