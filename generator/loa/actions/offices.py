"""Who may do what: one decision for each act, by a person's roles and by the communes that the person works for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from loa.actions.acts import Act
from loa.i18n import _


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


class Touches(StrEnum):
    """What an act is about, and so how far a person must reach for it."""

    PUBLIC = "what everybody may know"
    """No account is needed."""
    NOBODYS = "no commune's things"
    """One's own account, the voices."""
    COMMUNE = "things of a commune"
    """Whoever works for that commune; lists show the person's communes alone."""
    OUTPUT = "an output"
    """Whoever works for the commune to which it belongs; the station's: whoever works for the whole station."""
    STATION = "the whole station"
    """Whoever works for the whole station."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which roles may do an act (empty: whoever has an account), and what it touches."""

    touches: Touches
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Office:
    """Somebody's roles, and for which communes (their stems; None: for the whole station)."""

    roles: frozenset[Role]
    communes: frozenset[str] | None = None

    def covers(self, commune: str) -> bool:
        """Whether the person works for this commune."""
        return self.communes is None or commune in self.communes

    def owns(self, owners: Iterable[str | None]) -> bool:
        """Whether an output is the person's to set. `owners`: its commune and those of its members (None: the
        station), as `Schedule.owners` gives them.
        """
        return self.communes is None or all(owner in self.communes for owner in owners)

    def uses(self, owners: Iterable[str | None]) -> bool:
        """Whether the person may play on an output: one of the own communes, or of the station."""
        return self.communes is None or all(owner is None or owner in self.communes for owner in owners)


WHOLE = Office(frozenset(Role))
"""Who may use the computer itself: the command line asks for no role."""
_EVERYBODY = frozenset[Role]()
_PLANNERS = frozenset({Role.OFFICER, Role.OPERATOR})
_INSTALLERS = frozenset({Role.OPERATOR, Role.ADMIN})
_WATCHFUL = frozenset({Role.OPERATOR, Role.LEADER, Role.ADMIN})
_WHO_STOP = frozenset({Role.OPERATOR, Role.LEADER, Role.DUTY, Role.ADMIN})


def _of(touches: Touches, *roles: Role) -> Rule:
    return Rule(touches, frozenset(roles))


OFFICES: Mapping[Act, Rule] = {
    Act.LOG_IN: Rule(Touches.PUBLIC),
    Act.FIRST_RUN: Rule(Touches.PUBLIC),
    Act.LOAD_STYLE: Rule(Touches.PUBLIC),
    Act.ASK_HEALTH: Rule(Touches.PUBLIC),
    Act.READ_FEED: Rule(Touches.PUBLIC),
    Act.READ_BOARD: Rule(Touches.PUBLIC),
    Act.LISTEN_AGAIN: Rule(Touches.PUBLIC),
    Act.SEND_FEEDBACK: Rule(Touches.PUBLIC),
    Act.LOG_OUT: Rule(Touches.NOBODYS, _EVERYBODY),
    Act.OWN_ACCOUNT: Rule(Touches.NOBODYS, _EVERYBODY),
    Act.OWN_PASSWORD: Rule(Touches.NOBODYS, _EVERYBODY),
    Act.OWN_TOKENS: Rule(Touches.NOBODYS, _EVERYBODY),
    Act.READ_API: Rule(Touches.NOBODYS, _EVERYBODY),
    Act.HEAR_VOICE: _of(Touches.NOBODYS, Role.OFFICER, Role.OPERATOR, Role.ADMIN),
    Act.WATCH: Rule(Touches.COMMUNE, _EVERYBODY),
    Act.READ_PLAN: Rule(Touches.COMMUNE, _EVERYBODY),
    Act.READ_CAMPAIGN: Rule(Touches.COMMUNE, _EVERYBODY),
    Act.HEAR_BULLETIN: Rule(Touches.COMMUNE, _EVERYBODY),
    Act.READ_RELEASE: _of(Touches.COMMUNE, Role.OFFICER, Role.LEADER, Role.ADMIN),
    Act.READ_PUBLICATION: _of(Touches.COMMUNE, Role.OFFICER, Role.EDITOR, Role.LEADER),
    Act.READ_LOG: Rule(Touches.COMMUNE, _EVERYBODY),
    Act.READ_JOB: Rule(Touches.COMMUNE, _EVERYBODY),
    Act.SEE_SETTINGS: Rule(Touches.COMMUNE, _INSTALLERS),
    Act.WRITE_CAMPAIGN: _of(Touches.COMMUNE, Role.OFFICER),
    Act.MAKE_AUDIO: _of(Touches.COMMUNE, Role.OFFICER),
    Act.SEND_TO_LEADER: _of(Touches.COMMUNE, Role.OFFICER),
    Act.CANCEL_JOB: _of(Touches.COMMUNE, Role.OFFICER, Role.OPERATOR, Role.DUTY, Role.ADMIN),
    Act.APPROVE: _of(Touches.COMMUNE, Role.LEADER),
    Act.WITHDRAW: _of(Touches.COMMUNE, Role.LEADER),
    Act.SEND_BACK: _of(Touches.COMMUNE, Role.LEADER),
    Act.PLAN_BROADCAST: Rule(Touches.COMMUNE, _PLANNERS),
    Act.LEAVE_OUT_AIRING: Rule(Touches.COMMUNE, _PLANNERS),
    Act.PUT_BACK_AIRING: Rule(Touches.COMMUNE, _PLANNERS),
    Act.ADD_AIRING: Rule(Touches.COMMUNE, _PLANNERS),
    Act.MOVE_AIRING: Rule(Touches.COMMUNE, _PLANNERS),
    Act.UNDO_SCHEDULE: Rule(Touches.COMMUNE, _PLANNERS),
    Act.PLAY: _of(Touches.COMMUNE, Role.OPERATOR),
    Act.STOP: Rule(Touches.COMMUNE, _WHO_STOP),
    Act.WRITE_EMERGENCY: _of(Touches.COMMUNE, Role.DUTY),
    Act.RELEASE_EMERGENCY: _of(Touches.COMMUNE, Role.DUTY),
    Act.TAKE_DOWN_EMERGENCY: Rule(Touches.COMMUNE, _WHO_STOP),  # a false alarm ends everywhere, not in the air alone
    Act.SPEAK: _of(Touches.COMMUNE, Role.LEADER, Role.DUTY),  # what is said needs nobody's signature
    Act.SEND_MESSAGE: Rule(Touches.NOBODYS, _EVERYBODY),  # whose message it is, its signature says
    Act.READ_INBOX: _of(Touches.COMMUNE, Role.OFFICER, Role.LEADER, Role.DUTY, Role.ADMIN),
    Act.TAKE_MESSAGE: _of(Touches.COMMUNE, Role.OFFICER, Role.LEADER, Role.DUTY),
    Act.SIGN_MESSAGE: _of(Touches.COMMUNE, Role.LEADER, Role.DUTY),
    Act.REFUSE_MESSAGE: _of(Touches.COMMUNE, Role.LEADER, Role.DUTY),
    Act.READ_FEEDBACK: _of(Touches.COMMUNE, Role.OFFICER, Role.LEADER),
    Act.ANSWER_FEEDBACK: _of(Touches.COMMUNE, Role.OFFICER),
    Act.SIGN_ANSWER: _of(Touches.COMMUNE, Role.LEADER),
    Act.ERASE_FEEDBACK: _of(Touches.COMMUNE, Role.LEADER),
    Act.READ_MESSAGES: _of(Touches.COMMUNE, Role.OFFICER, Role.OPERATOR, Role.LEADER, Role.DUTY, Role.ADMIN),
    Act.SEND_AGAIN: _of(Touches.COMMUNE, Role.OPERATOR, Role.LEADER, Role.DUTY),
    Act.CLEAR_ALARMS: Rule(Touches.COMMUNE, _WATCHFUL),
    Act.SELF_TEST: Rule(Touches.OUTPUT, _INSTALLERS),
    Act.SET_VOLUME: _of(Touches.OUTPUT, Role.OPERATOR),
    Act.CONFIRM_CLOCK: Rule(Touches.STATION, _WATCHFUL),
    Act.VERIFY_LOG: Rule(Touches.STATION, _WATCHFUL),
    Act.PUBLISH: _of(Touches.STATION, Role.EDITOR),
    Act.ADD_COMMUNE: _of(Touches.STATION, Role.OFFICER, Role.ADMIN),
    Act.INSTALL: Rule(Touches.STATION, _INSTALLERS),
    Act.ADD_JINGLE: _of(Touches.STATION, Role.OFFICER, Role.OPERATOR, Role.ADMIN),
    Act.BACK_UP: _of(Touches.STATION, Role.ADMIN),
    Act.SET_SECRETS: _of(Touches.STATION, Role.ADMIN),
    Act.SET_FOUR_EYES: _of(Touches.STATION, Role.ADMIN),
    Act.MANAGE_PEOPLE: _of(Touches.STATION, Role.ADMIN),
    Act.READ_AUDIT: _of(Touches.STATION, Role.ADMIN),
}
"""The one place that decides who may do an act, from whatever page or address."""
IN_PERSON = frozenset({Act.LOG_OUT, Act.OWN_ACCOUNT, Act.OWN_PASSWORD, Act.OWN_TOKENS, Act.MANAGE_PEOPLE})
"""Acts that give or take ways in: for somebody who has logged in. A token could renew itself for ever."""


def may(office: Office | None, act: Act, *communes: str) -> bool:
    """Whether somebody (None: a stranger) may do `act`, to things of these `communes`.

    Without `communes`: whether there can be anything to which the person may do it.
    """
    rule = OFFICES[act]
    if rule.touches is Touches.PUBLIC:
        return True
    if office is None or (rule.roles and not office.roles & rule.roles):
        return False
    if rule.touches is Touches.STATION:
        return office.communes is None
    return rule.touches is Touches.NOBODYS or all(map(office.covers, communes))


def parse_roles(text: str) -> frozenset[Role]:
    """Roles from a table's column; unknown names are left out."""
    return frozenset(Role(name) for name in text.split() if name in set(Role))


def join_roles(roles: frozenset[Role]) -> str:
    """Roles for a table's column, always in the same order."""
    return " ".join(role for role in Role if role in roles)
