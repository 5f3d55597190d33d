"""Bulletins: join clips and jingles into one MP3 of the wanted length, with captions and a manifest."""
