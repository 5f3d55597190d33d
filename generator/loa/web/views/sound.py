"""What becomes of an article: its bulletins, the work on them, when they are heard, what keeps them off the air."""

import datetime
from dataclasses import dataclass

from loa.schedule import Airing, Broadcast, Schedule
from loa.web.jobs import Job, Jobs
from loa.web.views.airings import AiringList
from loa.web.views.bulletins import Bulletin, BulletinCatalogue

_DAYS = datetime.timedelta(days=8)
_WORST = ("returned", "none", "draft", "waiting", "signed")


@dataclass(frozen=True, slots=True)
class Coming:
    """The next airing of a bulletin, by the station's clock. `fallback`: then the one signed last is heard instead."""

    local: datetime.datetime
    broadcast: str
    fallback: bool
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleSound:
    """One article's `bulletins` and `broadcasts`, the `jobs` on its sound, and the `next` airing.

    `again`: it was signed once, and what was signed is not what is planned now; `draft`: not sent to the leader yet.
    """

    bulletins: tuple[Bulletin, ...]
    broadcasts: tuple[Broadcast, ...]
    jobs: tuple[Job, ...]
    next: Coming | None
    again: bool
    draft: bool

    @property
    def state(self) -> str:
        """The state of the bulletin that is furthest from the air."""
        states = {b.state for b in self.bulletins} or {"none"}
        return next(state for state in _WORST if state in states)


def sound_of(
    stem: str, campaign: str, schedule: Schedule | None, bulletins: BulletinCatalogue, airings: AiringList, jobs: Jobs
) -> ArticleSound:
    """The state of an article. Raises StoreError."""
    plans = {p.id for p in schedule.plans() if p.commune == stem and campaign in p.campaigns} if schedule else set()
    found = tuple(b for b in bulletins.all() if b.id in (plans or {f"{stem}/{campaign}"}))
    users = tuple(b for b in schedule.broadcasts if b.commune == stem and campaign in b.campaigns) if schedule else ()
    work = tuple(job for job in jobs.living() if _is_about(job, stem, campaign))
    waiting = [b for b in found if b.state != "signed"]
    again = any(b.sha256 and bulletins.last_signed(b) for b in waiting)
    draft = f"{stem}/{campaign}" in bulletins.marked()
    return ArticleSound(found, users, work, coming(schedule, airings, {b.id for b in found}), again, draft)


def _is_about(job: Job, stem: str, campaign: str) -> bool:
    arguments = job.arguments
    return job.kind == "build" and stem in arguments.get("communes", ()) and campaign in arguments.get("campaigns", ())


def coming(schedule: Schedule | None, airings: AiringList, bulletins: set[str]) -> Coming | None:
    """The next airing of one of `bulletins` within a week."""
    if schedule is None:
        return None
    now = datetime.datetime.now(schedule.timezone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    planned = airings.planned(schedule, midnight, midnight + _DAYS)
    first = next((a for a in planned if a.bulletin in bulletins and a.planned > now and not a.skipped), None)
    return _shown(first, schedule) if first else None


def _shown(airing: Airing, schedule: Schedule) -> Coming:
    broadcast = schedule.broadcast(airing.broadcast)
    fallback = broadcast is not None and broadcast.late.fallback == "last-good"
    return Coming(airing.planned.astimezone(schedule.timezone), airing.broadcast, fallback, airing.outputs)
