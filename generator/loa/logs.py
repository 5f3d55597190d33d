"""The program's own log: JSON lines in `.loa/logs/loa.log`, with rotation. This is not the as-run log."""

import logging
import logging.handlers
import sys
from io import TextIOWrapper
from pathlib import Path

import structlog

from loa.files import private_file
from loa.workspace import Workspace

_MAX_BYTES = 2_000_000
_BACKUPS = 5


def logger(name: str = "loa.on_air") -> structlog.stdlib.BoundLogger:
    """Return the structured logger called `name`."""
    made: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return made


def _prepare() -> None:
    """Send our records through the standard logger `loa`, which writes nothing until `write_log_file` is called."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger("loa")
    root.addHandler(logging.NullHandler())
    root.propagate = False
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # `automation.service` logs failed jobs itself


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A log that only this user may read: it holds names and addresses."""

    def _open(self) -> TextIOWrapper:
        private_file(Path(self.baseFilename))
        return super()._open()


def write_log_file(workspace: Workspace) -> None:
    """Write all records to the log file, and errors to stderr too. If the folder cannot be written, use stderr only."""
    root = logging.getLogger("loa")
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    try:
        folder = workspace.logs
        file = _PrivateFile(folder / "loa.log", maxBytes=_MAX_BYTES, backupCount=_BACKUPS, encoding="utf-8")
        file.setFormatter(_formatter(structlog.processors.JSONRenderer(ensure_ascii=False)))
        root.addHandler(file)
    except OSError as error:
        print(error, file=sys.stderr)
    screen = logging.StreamHandler(sys.stderr)
    screen.setLevel(logging.ERROR)
    screen.setFormatter(_formatter(structlog.dev.ConsoleRenderer(colors=False)))
    root.addHandler(screen)
    root.setLevel(logging.INFO)
    logging.raiseExceptions = False  # a full disk under the log file must not stop playout


def _formatter(renderer: structlog.typing.Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    )


_prepare()
