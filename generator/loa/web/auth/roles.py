"""Who may do what: roles, and the decision that every route must carry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from loa.actions.acts import Act
from loa.i18n import _

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_DECISION = "loa_decision"


class Role(StrEnum):
    """What a person does at the station. One person may hold several."""

    OFFICER = "officer"
    OPERATOR = "operator"
    EDITOR = "editor"
    LEADER = "leader"
    DUTY = "duty"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role's name in the user's language."""
        return {
            Role.OFFICER: _("Culture officer"),
            Role.OPERATOR: _("Loudspeaker operator"),
            Role.EDITOR: _("Web editor"),
            Role.LEADER: _("Leader who signs"),
            Role.DUTY: _("Emergency announcer"),
            Role.ADMIN: _("Administrator"),
        }[self]

    @property
    def duty(self) -> str:
        """What the role may do, in a sentence."""
        return {
            Role.OFFICER: _("Writes campaigns, makes audio, plans the week."),
            Role.OPERATOR: _("Watches what is on air, stops it, sets volume, plays approved bulletins."),
            Role.EDITOR: _("Takes pages, documents and sound for the website."),
            Role.LEADER: _("Hears bulletins and signs them for air, or sends them back."),
            Role.DUTY: _("Releases emergency messages at once."),
            Role.ADMIN: _("Manages people, voices, outputs and backups; reads every log."),
        }[self]


@dataclass(frozen=True, slots=True)
class Decision:
    """Who may use a route: anyone at all, anyone logged in, or holders of one of `roles`. `act`: what it does."""

    public: bool = False
    roles: frozenset[Role] = frozenset()
    act: Act | None = None

    def admits(self, roles: frozenset[Role] | None) -> bool:
        """Whether somebody with `roles` may pass; None is a stranger."""
        return self.public or (roles is not None and (not self.roles or bool(self.roles & roles)))


def anyone(endpoint: Endpoint) -> Endpoint:
    """Mark a route that needs no log-in. There are few: log-in, first run, its style sheet, health, the public feed."""
    setattr(endpoint, _DECISION, Decision(public=True))
    return endpoint


def members(endpoint: Endpoint) -> Endpoint:
    """Mark a route for everybody who is logged in."""
    setattr(endpoint, _DECISION, Decision())
    return endpoint


def only(*roles: Role) -> Callable[[Endpoint], Endpoint]:
    """Mark a route for the holders of one of `roles`."""
    if not roles:
        raise ValueError("name a role")

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _DECISION, Decision(roles=frozenset(roles)))
        return endpoint

    return mark


def decision_of(endpoint: object) -> Decision | None:
    """The decision that `endpoint` carries; None, which admits nobody, where it was forgotten."""
    found = getattr(endpoint, _DECISION, None)
    return found if isinstance(found, Decision) else None


WHO_MAY: Mapping[Act, frozenset[Role]] = {
    Act.PLAY: frozenset({Role.OPERATOR}),
    Act.STOP: frozenset({Role.OPERATOR, Role.LEADER, Role.DUTY, Role.ADMIN}),
    Act.WRITE_EMERGENCY: frozenset({Role.DUTY}),
    Act.RELEASE_EMERGENCY: frozenset({Role.DUTY}),
    Act.APPROVE: frozenset({Role.LEADER}),
    Act.WITHDRAW: frozenset({Role.LEADER}),
    Act.SEND_BACK: frozenset({Role.LEADER}),
    Act.SELF_TEST: frozenset({Role.OPERATOR, Role.ADMIN}),
    Act.CLEAR_ALARMS: frozenset({Role.OPERATOR, Role.LEADER, Role.ADMIN}),
    Act.CONFIRM_CLOCK: frozenset({Role.OPERATOR, Role.LEADER, Role.ADMIN}),
    Act.SET_VOLUME: frozenset({Role.OPERATOR}),
    Act.LEAVE_OUT_AIRING: frozenset({Role.OFFICER, Role.OPERATOR}),
    Act.PUT_BACK_AIRING: frozenset({Role.OFFICER, Role.OPERATOR}),
    Act.ADD_AIRING: frozenset({Role.OFFICER, Role.OPERATOR}),
    Act.MOVE_AIRING: frozenset({Role.OFFICER, Role.OPERATOR}),
    Act.UNDO_SCHEDULE: frozenset({Role.OFFICER, Role.OPERATOR}),
}
"""The one place that decides which roles may do an act, from whatever page or address."""


def may(act: Act) -> Callable[[Endpoint], Endpoint]:
    """Mark a route that does `act`: for the roles that may."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _DECISION, Decision(roles=WHO_MAY[act], act=act))
        return endpoint

    return mark


def parse_roles(text: str) -> frozenset[Role]:
    """Roles from a table's column; unknown names are left out."""
    return frozenset(Role(name) for name in text.split() if name in set(Role))


def join_roles(roles: frozenset[Role]) -> str:
    """Roles for a table's column, always in the same order."""
    return " ".join(role for role in Role if role in roles)
