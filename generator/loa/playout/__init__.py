"""Playout: one recording on its outputs, fed and watched while it sounds."""
