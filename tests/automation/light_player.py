"""The station on air with no more of Loa, and of other packages, than the light player has.

python -m tests.automation.light_player FOLDER SETUP, where SETUP is JSON: its `modules` of Loa, the top-level packages
that are `missing`, the `airing` to wait for. Prints the top-level packages that were loaded, as JSON.
"""

import datetime
import importlib
import json
import pkgutil
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType


class NotInstalled(MetaPathFinder):
    """Refuses every module that the light player is not installed with, as Python refuses what is not there."""

    def __init__(self, modules: Sequence[str], missing: Sequence[str]) -> None:
        self._modules, self._missing = modules, frozenset(missing)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """None, so that Python looks for it itself. Raises ModuleNotFoundError."""
        top = name.partition(".")[0]
        ours = any(f"{name}.".startswith(f"{m}.") or f"{m}.".startswith(f"{name}.") for m in self._modules)
        if top in self._missing or (top == "loa" and not ours):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def air(folder: Path, airing: str) -> None:
    """Run the station twenty times as fast until `airing` has an outcome."""
    service = importlib.import_module("loa.automation.service")
    clock = importlib.import_module("loa.clock")
    workspace = importlib.import_module("loa.workspace")
    service.run(
        workspace.Workspace(folder),
        clock=clock.RealClock(20, datetime.datetime(2026, 11, 20, 10, tzinfo=datetime.UTC)),
        until=lambda station: station.outcomes.written(airing) is not None,
        limit=30,
    )


if __name__ == "__main__":
    setup = json.loads(sys.argv[2])
    sys.meta_path.insert(0, NotInstalled(setup["modules"], setup["missing"]))
    for name in setup["modules"]:
        module = importlib.import_module(name)
        for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{name}."):
            importlib.import_module(found.name)
    air(Path(sys.argv[1]), setup["airing"])
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names))))
