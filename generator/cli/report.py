"""Findings as people read them, and as programs do."""

import json
from collections.abc import Iterable
from typing import TextIO

import click

from generator.errors import Finding, Severity
from generator.i18n import _

_COLOUR = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def print_findings(findings: Iterable[Finding], *, stream: TextIO) -> None:
    """One block a finding: place, severity, what is wrong; then the mend."""
    names = {Severity.ERROR: _("error"), Severity.WARNING: _("warning"), Severity.INFO: _("note")}
    for finding in findings:
        head = f"{finding.place}: " if finding.place else ""
        kind = click.style(names[finding.severity], fg=_COLOUR[finding.severity], bold=True)
        click.echo(f"{head}{kind}: {finding.message} [{finding.code}]", file=stream)
        if finding.mend:
            click.echo(f"    → {finding.mend}", file=stream)


def findings_json(findings: Iterable[Finding]) -> str:
    """The documented list of `{file, line, column, code, severity, quote, message, mend}`."""
    keys = ("file", "line", "column", "code", "severity", "quote", "message", "mend")
    return json.dumps([{key: getattr(f, key) for key in keys} for f in findings], ensure_ascii=False, indent=2)
