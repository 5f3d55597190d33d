"""Imports every module of verbs, so that each adds its own to the group."""

from generator.cli import (  # noqa: F401
    approval,
    article,
    check,
    importing,
    log,
    new,
    on_air,
    plan,
    publish,
    schema,
    script,
    speech,
    spoken,
)
