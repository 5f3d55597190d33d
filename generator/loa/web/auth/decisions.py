"""The act that every route carries. Who may do it is decided in `actions.offices`."""

from collections.abc import Callable
from typing import Any, TypeVar

from loa.actions.acts import Act

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_ACT = "loa_act"


def does(act: Act) -> Callable[[Endpoint], Endpoint]:
    """Mark a route with what is done by it."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _ACT, act)
        return endpoint

    return mark


def act_of(endpoint: object) -> Act | None:
    """The act that `endpoint` carries; None, which admits nobody, where it was forgotten."""
    found = getattr(endpoint, _ACT, None)
    return found if isinstance(found, Act) else None
