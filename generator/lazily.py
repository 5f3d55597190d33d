"""Packages whose parts are loaded when asked for: whoever reads a record need not load what makes sound."""

from collections.abc import Callable
from importlib import import_module


def on_demand(package: str, **names: str) -> Callable[[str], object]:
    """A `__getattr__` for `package` (PEP 562): each keyword is a module of it, its value the names it holds."""
    where = {name: f"{package}.{module}" for module, held in names.items() for name in held.split()}

    def find(name: str) -> object:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(where[name]), name)

    return find
