"""Imports every module of verbs, so that each adds its own to the group."""

from generator.cli import article, plan, spoken  # noqa: F401
