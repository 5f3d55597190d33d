"""Playout: play one recording on several outputs, and report what each output did."""
