"""The next step of each role: the console says it before anybody has to look for it."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loa.actions.acts import Act
from loa.actions.offices import Role
from loa.actions.on_air import TALK_SHOWN
from loa.app import backups
from loa.bulletin.models import APOLOGY
from loa.i18n import _, ngettext
from loa.schedule import Schedule
from loa.web.auth.accounts import Person
from loa.web.jobs import Job
from loa.web.views.bulletins import BulletinCatalogue
from loa.web.views.files import StationFiles
from loa.web.views.now import StationState


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for this person: what, and where."""

    text: str
    path: str
    urgent: bool = False


def tasks_for(
    me: Person,
    moment: StationState,
    bulletins: BulletinCatalogue,
    files: StationFiles,
    failed: Sequence[Job],
    *,
    alone: bool,
) -> list[Task]:
    """What waits for `me`, the most pressing first. `failed`: work of the person that could not be done;
    `alone`: nobody else has an account yet.
    """
    roles = me.roles
    known = [b for b in bulletins.all() if b.planned or b.name == APOLOGY]
    soon = {s.airing.bulletin for s in (*moment.today, *([moment.next] if moment.next else [])) if not s.past}
    steps = [Task(_("Not done: {title}").format(title=job.title), f"/jobs/{job.id}", urgent=True) for job in failed]
    if roles & {Role.OPERATOR, Role.ADMIN}:
        steps += [
            Task(_("{loudspeaker} does not work").format(loudspeaker=s.title), _where_mended(me, s.name), urgent=True)
            for s in moment.loudspeakers
            if s.in_trouble
        ]
        steps += [
            Task(_("Not heard at {names}").format(names=one.names), "/clusters", urgent=True)
            for one in moment.unheard[:3]
        ]
    for b in known:
        pressing = b.id in soon
        if b.state == "returned" and Role.OFFICER in roles:
            steps.append(Task(_("Sent back: {title}").format(title=b.title), f"/release/{b.id}", pressing))
        if b.state == "none" and pressing and Role.OFFICER in roles:
            steps.append(Task(_("Make the audio: {title}").format(title=b.title), f"/release/{b.id}", pressing))
        if b.state == "draft" and Role.OFFICER in roles:
            steps.append(Task(_("Send to the leader: {title}").format(title=b.title), f"/release/{b.id}", pressing))
        if b.state == "waiting" and pressing and Role.LEADER in roles:
            steps.append(Task(_("Hear and sign: {title}").format(title=b.title), f"/release/{b.id}#hear", pressing))
    if roles & {Role.OFFICER, Role.OPERATOR}:
        schedule = files.plan().schedule
        changed = {b.id: b for b in known if b.again and b.state != "signed"}
        for slot in moment.today:
            broadcast = schedule.broadcast(slot.airing.broadcast) if schedule else None
            if slot.past or slot.airing.skipped or (broadcast and broadcast.late.fallback == "last-good"):
                continue
            again = changed.pop(slot.airing.bulletin, None)
            if again:
                text = _("Changed since it was signed, not aired at {time} unless it is signed again: {title}")
                said = text.format(time=f"{slot.local:%H:%M}", title=again.title)
                steps.append(Task(said, f"/release/{again.id}", urgent=True))
    if me.may(Act.SPEAK):
        steps += _speakers(moment, files.plan().schedule)
    waiting = [b for b in known if b.state == "waiting" and b.id not in soon]
    if len(waiting) == 1 and Role.LEADER in roles:
        (one,) = waiting
        steps.append(Task(_("Hear and sign: {title}").format(title=one.title), f"/release/{one.id}#hear"))
    elif waiting and Role.LEADER in roles:
        text = ngettext("{n} bulletin waits for a signature", "{n} bulletins wait for a signature", len(waiting))
        steps.append(Task(text.format(n=len(waiting)), "/release"))
    if Role.OFFICER in roles and not any(b.sha256 for b in bulletins.all()):
        steps.append(Task(_("Write the first notice, and send it to the leader"), "/notice"))
    if Role.ADMIN in roles and alone:
        steps.append(Task(_("Add the people who work at the station"), "/settings/people"))
    if Role.ADMIN in roles:
        steps += _backups(files)
    if moment.findings and roles & {Role.OFFICER, Role.OPERATOR, Role.ADMIN}:
        steps.append(Task(_("schedule.yaml has errors"), "/week", urgent=True))
    broken = sum(file.commune is None for file in files.communes())
    if broken and Role.OFFICER in roles:
        text = ngettext("{n} campaign file has errors", "{n} campaign files have errors", broken)
        steps.append(Task(text.format(n=broken), "/campaigns", urgent=True))
    return sorted(steps, key=lambda step: not step.urgent)


def _where_mended(me: Person, output: str) -> str:
    """The page on which a loudspeaker gets another device, where the person may open it."""
    return f"/settings/outputs/{output}" if me.may(Act.INSTALL) else f"/#loa-{output}"


def _speakers(moment: StationState, schedule: Schedule | None) -> Iterator[Task]:
    """Programmes that wait at the microphone, from `TALK_SHOWN` before their hour on."""
    now = datetime.datetime.now(datetime.UTC)
    for slot in moment.today if schedule else ():
        broadcast = schedule.broadcast(slot.airing.broadcast) if schedule else None
        talk = broadcast.talk if broadcast else None
        if talk is None or slot.outcome or slot.airing.forbidden:
            continue
        if -TALK_SHOWN <= now - slot.airing.planned <= datetime.timedelta(seconds=talk.wait):
            text = _("{time}, at the microphone: {title}").format(time=f"{slot.local:%H:%M}", title=slot.title)
            yield Task(f"{text} ({talk.speaker})" if talk.speaker else text, "/live", urgent=True)


def _backups(files: StationFiles) -> list[Task]:
    """Whether a broken computer would cost the station more than some days."""
    schedule = files.plan().schedule
    if schedule is None:
        return []
    if not schedule.backup.places:
        return [Task(_("Set where backups go by themselves"), "/settings/automatic-backup")]
    states = backups.place_states(files.workspace)
    old = backups.overdue(states, schedule.backup, datetime.datetime.now(schedule.timezone))
    return [Task(text, "/settings", urgent=True) for text in old.values()]
