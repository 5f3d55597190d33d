"""`loa-player`: the command on a computer at a cluster. Its distribution holds a part of Loa, and no other command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from loa import __version__
from loa.errors import LoaError
from loa.fleet import joining, player
from loa.i18n import _, choose_language, set_language
from loa.workspace import Workspace


def main(arguments: Sequence[str] | None = None) -> int:
    """Join a station, or air its plan; return the exit code: 2 where it cannot be done."""
    set_language(choose_language(None))
    options = argparse.ArgumentParser(prog="loa-player", description=_("A computer at a cluster of Loa."))
    options.add_argument("--version", action="version", version=__version__)
    verbs = options.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("join", help=_("On the player: join the station at ADDRESS by the CODE that it shows."))
    verb.add_argument("address")
    verb.add_argument("code")
    verb.add_argument("folder", nargs="?", default=".", type=Path)
    verb = verbs.add_parser("run", help=_("On the player: air the plan of the station, until Ctrl+C."))
    verb.add_argument("folder", nargs="?", default=".", type=Path)
    given = options.parse_args(arguments)
    try:
        if given.verb == "join":
            print(join(given.address, given.code, given.folder))
        else:
            air(given.folder)
    except LoaError as error:
        for finding in error.findings:
            print(": ".join(filter(None, (finding.message, finding.fix))), file=sys.stderr)
        return 2
    return 0


def join(address: str, code: str, folder: Path) -> str:
    """Join a station; return what comes next, in words. Raises PlayerError, WorkspaceError."""
    folder.mkdir(parents=True, exist_ok=True)
    identity = joining.join(Workspace(folder.resolve()), address, code)
    text = _("This is the player {name} now. Set its outputs in {file}, then: loa player run {folder}")
    return text.format(name=identity.name, file=folder / "player.yaml", folder=folder)


def air(folder: Path) -> None:
    """Air the plan until Ctrl+C. Where the station asks for it, this very command starts again. Raises LoaError."""
    print(_("On air by the station's plan. Ctrl+C ends."), file=sys.stderr, flush=True)
    if player.run(Workspace(folder.resolve())):
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


if __name__ == "__main__":
    sys.exit(main())
