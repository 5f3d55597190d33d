"""A progress bar for people at a terminal; nothing at all where output goes to a file or a program."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


def progress_bar(*, counted: bool = False) -> Progress:
    """A bar on stderr that vanishes when it is done; `counted` shows how many of how many instead of a percentage."""
    console = Console(stderr=True)
    figure = "{task.completed}/{task.total}" if counted else "{task.percentage:>3.0f}%"
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn(figure), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
