"""`loa`: the verbs. Each is a few lines here and calls one stage."""

import contextlib
import io
import itertools
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from loa.cli.stop import plain_stop, stop_here
from loa.errors import Finding, LoaError, RequestError
from loa.files import cannot_write, write_atomic
from loa.i18n import _, choose_language, set_language
from loa.workspace import Workspace, read_regular


def main(arguments: list[str] | None = None) -> None:
    """Run `loa`; ends the process with 0 (done), 1 (findings, or a failed airing) or 2 (wrong use or wrong files)."""
    if sys.stdin is None:  # closed by who started us
        sys.stdin = io.TextIOWrapper(io.BytesIO())
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = sys.argv[1:] if arguments is None else arguments
    set_language(choose_language(_workspace_language(arguments)))
    try:
        plain = plain_stop(arguments)
        with contextlib.suppress(RequestError):  # an odd name: the parser tells its option
            if plain and not (station := Workspace.find(plain[0])).restoring.is_dir():
                sys.exit(stop_here(station, plain[1]))
        from loa.cli.app import loa  # after the language is set: help texts are translated when they are imported

        sys.exit(loa.main(arguments, prog_name="loa", standalone_mode=True))
    except LoaError as error:
        _print(error.findings)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        _print(cannot_write(Path(str(error.filename or "")), error).findings)
        sys.exit(2)
    except Exception:  # noqa: BLE001  the last resort: no traceback reaches a user, none is lost
        _print([_crash(traceback.format_exc())])
        sys.exit(2)


def _workspace_language(arguments: list[str]) -> str | None:
    """`language:` of the station's schedule.yaml, read before anything else is loaded; None where there is none."""
    given = next((b for a, b in itertools.pairwise(arguments) if a == "--workspace"), None)
    try:
        raw = read_regular(Workspace.find(Path(given or ".")).schedule_file)  # `loa stop` must not wait for a pipe
    except (LoaError, OSError):
        return None
    lines = raw.decode("utf-8", "replace").splitlines()
    line = next((line for line in lines if line.startswith("language:")), "")
    return line.partition(":")[2].split("#")[0].strip(" \"'") or None


def _print(findings: Iterable[Finding]) -> None:
    from loa.cli.options import print_findings  # click: a STOP that succeeds does without

    print_findings(findings, stream=sys.stderr)


def _crash(trace: str) -> Finding:
    """Keep `trace` in a file and say where it is."""
    name = f"loa-crash-{datetime.now().astimezone():%Y%m%d-%H%M%S}.txt"
    message = _("Loa itself failed; this is our fault, not yours. Nothing of yours was changed.")
    places: tuple[Callable[[], Path], ...] = (  # where a home is not there or cannot be written, what is for everybody
        lambda: Workspace.find(Path.cwd()).state,
        Path.home,
        lambda: Path(tempfile.gettempdir()),
    )
    for place in places:
        with contextlib.suppress(LoaError, OSError, RuntimeError):
            report = place() / name
            write_atomic(report, trace)
            return Finding("loa.crash", message, _("Please send us the file {file}.").format(file=report))
    return Finding("loa.crash", message, trace)  # better on the screen than lost
