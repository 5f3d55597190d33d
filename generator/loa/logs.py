"""What the program itself did, line by line as JSON, in `.loa/logs/loa.log` with rotation. Not the as-run log."""

import logging
import logging.handlers
import sys

import structlog

from loa.workspace import Workspace

_LARGEST = 2_000_000
_KEPT = 5


def logger(name: str = "loa.on_air") -> structlog.stdlib.BoundLogger:
    """Where a part of the station writes what it did."""
    made: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return made


def _prepare() -> None:
    """Route our records through the standard logger `loa`, which is silent until `keep_records`."""
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
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # the driver tells what failed, in our words


def keep_records(workspace: Workspace) -> None:
    """Send all records to the file; errors to stderr too. A folder that may not be written costs only the file."""
    root = logging.getLogger("loa")
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    try:
        folder = workspace.logs
        folder.mkdir(parents=True, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(
            folder / "loa.log", maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8"
        )
        file.setFormatter(_formatter(structlog.processors.JSONRenderer(ensure_ascii=False)))
        root.addHandler(file)
    except OSError as error:
        print(error, file=sys.stderr)
    screen = logging.StreamHandler(sys.stderr)
    screen.setLevel(logging.ERROR)
    screen.setFormatter(_formatter(structlog.dev.ConsoleRenderer(colors=False)))
    root.addHandler(screen)
    root.setLevel(logging.INFO)
    logging.raiseExceptions = False  # a full disk under the log file must not reach the sound


def _formatter(renderer: structlog.typing.Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    )


_prepare()
