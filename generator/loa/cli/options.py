"""What several verbs share: spans of days (`--from 2026-11-01 --to 2026-11-30`, both included), findings, who asks."""

import contextlib
import datetime
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TextIO
from zoneinfo import ZoneInfo

import click

from loa.errors import Finding, RequestError, Severity
from loa.formats import day_of
from loa.i18n import N_, _

if TYPE_CHECKING:
    from rich.progress import Progress

NOT_MINE = N_("You did not write or change what was changed past Loa (rule of four eyes).")
_WEEK = datetime.timedelta(days=7)


class DayType(click.ParamType):
    """A day, as 2026-11-01 or as 1/11/2026."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime.date:
        """Refuses what is no day, with an example of one."""
        with contextlib.suppress(ValueError):
            parts = value.strip().split("-") if "-" in value else value.strip().split("/")[::-1]
            return day_of("-".join(part.zfill(2) for part in parts))
        message = _("“{text}” is not a day; write year-month-day, for example 2026-11-01.").format(text=value)
        raise click.BadParameter(message, ctx, param)


DAY = DayType()


def span_options(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--from` and `--to`."""
    verb = click.option("--to", "until", metavar="D", help=_("Last day (2026-11-30), or a moment (2026-11-30T17:00)."))(
        verb
    )
    return click.option("--from", "since", metavar="D", help=_("First day (2026-11-01), or a moment."))(verb)


def to_span(
    since: str | None, until: str | None, zone: ZoneInfo, now: datetime.datetime, *, past: bool = False
) -> tuple[datetime.datetime, datetime.datetime]:
    """Aware instants [first, last). Without options: the next seven days, or everything `past`.

    Raises click.BadParameter for what is no day.
    """
    long_ago = datetime.datetime(2000, 1, 1, tzinfo=zone)
    first = _instant(since, zone, "--from") if since else (long_ago if past else now)
    if until:
        last = _instant(until, zone, "--to", end=True)
    else:
        last = now + _WEEK if past else max(first, now if since is None else first) + _WEEK
    if last < first:
        raise click.BadParameter(_("The span ends before it starts."), param_hint="--to")
    return first, last


def _instant(text: str, zone: ZoneInfo, option: str, *, end: bool = False) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        message = _("“{text}” is not a day; write year-month-day, for example 2026-11-01.").format(text=text)
        raise click.BadParameter(message, param_hint=option) from None
    whole_day = len(text.strip()) <= len("2026-11-01")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return moment + datetime.timedelta(days=1) if whole_day and end else moment


_COLOUR = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def print_findings(findings: Iterable[Finding], *, stream: TextIO) -> None:
    """One block a finding: place, severity, what is wrong; then the mend."""
    names = {Severity.ERROR: _("error"), Severity.WARNING: _("warning"), Severity.INFO: _("note")}
    for finding in findings:
        head = f"{finding.place}: " if finding.place else ""
        kind = click.style(names[finding.severity], fg=_COLOUR[finding.severity], bold=True)
        click.echo(f"{head}{kind}: {finding.message} [{finding.code}]", file=stream)
        if finding.fix:
            click.echo(f"    → {finding.fix}", file=stream)


def findings_json(findings: Iterable[Finding]) -> str:
    """The documented list of `{file, line, column, code, severity, quote, message, mend}`."""
    keys = ("file", "line", "column", "code", "severity", "quote", "message")
    rows = [{**{key: getattr(f, key) for key in keys}, "mend": f.fix} for f in findings]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def progress_bar(*, counted: bool = False) -> "Progress":
    """A bar on stderr that vanishes when it is done; `counted` shows how many of how many instead of a percentage."""
    from rich.console import Console  # 30 ms, 7 MB: `loa stop` and most verbs show no bar
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    figure = "{task.completed}/{task.total}" if counted else "{task.percentage:>3.0f}%"
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn(figure), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


@contextlib.contextmanager
def options_named() -> Iterator[None]:
    """What does not fit is told at its option. Raises RequestError."""
    names = {"bulletin": "BULLETIN", "outputs": "--on", "not_mine": "--not-mine", "alone": "--by"}
    try:
        yield
    except RequestError as error:
        raise RequestError(
            replace(finding, file=finding.file and names.get(finding.file, f"--{finding.file}"))
            for finding in error.findings
        ) from error
