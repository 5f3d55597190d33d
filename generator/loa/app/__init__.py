"""Whole jobs that cross several packages: build, demo, doctor, backup, reports."""
