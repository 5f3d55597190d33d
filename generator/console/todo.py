"""The next step of each role: the console says it before anybody has to look for it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.bulletin import APOLOGY
from generator.console.now import Moment
from generator.console.roles import Role
from generator.i18n import _, ngettext

if TYPE_CHECKING:
    from generator.console.context import Console


@dataclass(frozen=True, slots=True)
class Step:
    """Something that waits for this person: what, and where."""

    text: str
    path: str
    urgent: bool = False


def todo(here: "Console", roles: frozenset[Role], moment: Moment) -> list[Step]:
    """What waits for somebody with `roles`, the most pressing first."""
    bulletins = [b for b in here.shelf.all() if b.planned or b.name == APOLOGY]
    soon = {s.airing.bulletin for s in (*moment.today, *([moment.next] if moment.next else [])) if not s.past}
    steps: list[Step] = []
    for b in bulletins:
        pressing = b.id in soon
        if b.state == "returned" and Role.OFFICER in roles:
            steps.append(Step(_("Sent back: {title}").format(title=b.title), f"/release/{b.id}", pressing))
        if b.state == "none" and pressing and Role.OFFICER in roles:
            steps.append(Step(_("Make the audio: {title}").format(title=b.title), f"/release/{b.id}", pressing))
        if b.state == "waiting" and pressing and Role.LEADER in roles:
            steps.append(Step(_("Hear and sign: {title}").format(title=b.title), f"/release/{b.id}", pressing))
    waiting = sum(b.state == "waiting" and b.id not in soon for b in bulletins)
    if waiting and Role.LEADER in roles:
        text = ngettext("{n} bulletin waits for a signature", "{n} bulletins wait for a signature", waiting)
        steps.append(Step(text.format(n=waiting), "/release"))
    if Role.ADMIN in roles and len(here.accounts.all()) == 1:
        steps.append(Step(_("Add the people who work at the station"), "/settings/people"))
    if moment.findings and roles & {Role.OFFICER, Role.OPERATOR, Role.ADMIN}:
        steps.append(Step(_("schedule.yaml has errors"), "/week", urgent=True))
    broken = sum(file.commune is None for file in here.facts.communes())
    if broken and Role.OFFICER in roles:
        text = ngettext("{n} campaign file has errors", "{n} campaign files have errors", broken)
        steps.append(Step(text.format(n=broken), "/campaigns", urgent=True))
    return sorted(steps, key=lambda step: not step.urgent)
