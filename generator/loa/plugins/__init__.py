"""Parts of Loa that other packages bring, found by their entry points; one that is broken stops nothing else."""

import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from loa.errors import Finding, PluginError
from loa.i18n import _

ENGINES, OUTPUTS, INBOX, TOPICS = GROUPS = ("loa.engines", "loa.outputs", "loa.inbox", "loa.topics")


def found(group: str) -> Mapping[str, EntryPoint]:
    """The entry points of `group` by their names. What is installed later is found after a restart."""
    return _found(group, tuple(sys.path))


@lru_cache(maxsize=16)
def _found(group: str, _path: tuple[str, ...]) -> dict[str, EntryPoint]:
    here: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
        here.setdefault(entry.name, entry)
    return here


def load(group: str, name: str) -> Any:
    """The object that the package announces as `name`. Raises PluginError with what is wrong and how to correct it."""
    if name not in found(group):
        raise trouble(group, name, _("it is not installed"))
    loaded, failure = _loaded(group, name, tuple(sys.path))
    if failure:
        raise trouble(group, name, _("it cannot be loaded: {reason}").format(reason=failure))
    return loaded


@lru_cache(maxsize=128)
def _loaded(group: str, name: str, path: tuple[str, ...]) -> tuple[Any, str]:
    """The object, or why there is none."""
    try:
        return _found(group, path)[name].load(), ""
    except (Exception, SystemExit) as error:  # noqa: BLE001  another package may fail in any way
        return None, f"{type(error).__name__}: {error}"


def folder(group: str, name: str) -> Path:
    """The folder of the package that is announced as `name`, for files alone: its code does not run.

    Raises PluginError.
    """
    entry = found(group).get(name)
    try:
        spec = find_spec(entry.module) if entry else None
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        module = entry.module if entry else name
        raise trouble(group, name, _("there is no folder of the package “{module}”").format(module=module))
    return Path(next(iter(spec.submodule_search_locations)))


def origin(group: str, name: str) -> str:
    """The package and version that bring it, such as `loa-output-pcm 1.0`; "" where none does."""
    entry = found(group).get(name)
    return f"{entry.dist.name} {entry.dist.version}" if entry and entry.dist else ""


def trouble(group: str, name: str, reason: str) -> PluginError:
    """The error for a plug-in that cannot be used."""
    brought = origin(group, name)
    message = _("The plug-in “{name}” cannot be used: {reason}.").format(name=name, reason=reason.rstrip("."))
    if brought:
        fix = _("Install the package {package} again or a version that fits, or remove it.").format(package=brought)
    else:
        fix = _("Install the package that brings it into Loa's environment, and start Loa again.")
    return PluginError(Finding("plugin.broken", message, fix, quote=name))
