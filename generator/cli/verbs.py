"""Imports every module of verbs, so that each adds its own to the group."""

from generator.cli import approval, article, check, log, on_air, plan, script, speech, spoken  # noqa: F401
