"""The station as somebody sees it who works for some of its communes: the same views, without what is others'."""

import datetime
import threading
from collections.abc import Iterable
from dataclasses import replace

from loa.actions.alarms import concerns
from loa.actions.offices import Office
from loa.errors import Finding
from loa.i18n import _
from loa.schedule import Airing, Schedule
from loa.schedule.airings import Problem
from loa.schedule.alerts import Alerts
from loa.schedule.backup import Backup
from loa.web.jobs import Job, Jobs
from loa.web.views.airings import AiringList
from loa.web.views.bulletins import Bulletin, BulletinCatalogue
from loa.web.views.files import CommuneFile, ScheduleFile, StationFiles
from loa.web.views.now import StationMonitor, StationState
from loa.workspace import commune_of


class FilesWithin(StationFiles):
    """The files of the communes for which `office` works, and the schedule with their broadcasts and outputs."""

    def __init__(self, whole: StationFiles, office: Office) -> None:
        super().__init__(whole.workspace)
        self._whole, self._office = whole, office
        self._kept = threading.Lock()
        self._stems: tuple[object, dict[str, CommuneFile]] = (None, {})
        self._within: tuple[ScheduleFile | None, ScheduleFile] = (None, ScheduleFile(None, ()))

    def forget(self) -> None:
        """As of the whole."""
        self._whole.forget()

    def by_stem(self) -> dict[str, CommuneFile]:
        """The files of these communes by their stem."""
        every = self._whole.by_stem()
        with self._kept:
            if self._stems[0] is not every:
                self._stems = every, {stem: file for stem, file in every.items() if self._office.covers(stem)}
            return self._stems[1]

    def plan(self) -> ScheduleFile:
        """The schedule of these communes. What is wrong in the file is told without its words: they may be others'."""
        every = self._whole.plan()
        with self._kept:
            if self._within[0] is not every:
                schedule = within(every.schedule, self._office) if every.schedule else None
                text = _("schedule.yaml has errors. Whoever works for the whole station sees which.")
                findings = (Finding("schedule.broken", text),) if every.findings else ()
                self._within = every, ScheduleFile(schedule, findings)
            return self._within[1]


def within(schedule: Schedule, office: Office) -> Schedule:
    """The broadcasts of these communes, and the outputs on which their people may play."""
    return replace(
        schedule,
        broadcasts=tuple(b for b in schedule.broadcasts if office.covers(b.commune)),
        outputs={name: out for name, out in schedule.outputs.items() if office.uses(schedule.owners(name))},
        alerts=Alerts(),
        backup=Backup(),
        database=None,
    )


class BulletinsWithin(BulletinCatalogue):
    """The bulletins of these communes."""

    def __init__(self, whole: BulletinCatalogue, files: FilesWithin, office: Office) -> None:
        super().__init__(whole.workspace, whole.store, whole.database, files)
        self._whole, self._office = whole, office
        self.sounds = whole.sounds

    def forget(self) -> None:
        """As of the whole."""
        self._whole.forget()

    def by_id(self) -> dict[str, Bulletin]:
        """The bulletins, by id."""
        found = self._whole.by_id()
        return {id_: bulletin for id_, bulletin in found.items() if self._office.covers(bulletin.commune)}


class AiringsWithin(AiringList):
    """The airings of these communes, worked out among all, so that a clash with others is seen."""

    def __init__(self, whole: AiringList, office: Office, files: FilesWithin, bulletins: BulletinsWithin) -> None:
        super().__init__(whole.store, files, bulletins)
        self._whole, self._office = whole, office

    def covers(self, commune: str) -> bool:
        """Whether it is one of these."""
        return self._office.covers(commune)

    def planned(self, schedule: Schedule, since: datetime.datetime, until: datetime.datetime) -> tuple[Airing, ...]:
        """As of the whole, without others' airings and their names."""
        every = self._whole.files.plan().schedule or schedule
        own = {broadcast.id for broadcast in schedule.broadcasts}
        return tuple(
            replace(airing, problems=tuple(_without_names(airing.problems, own)))
            for airing in self._whole.planned(every, since, until)
            if self._office.covers(airing.commune)
        )


def _without_names(problems: Iterable[Problem], own: set[str]) -> Iterable[Problem]:
    for problem in problems:
        if problem.other is None or problem.other in own:
            yield problem
        else:
            yield Problem(problem.code, _("another commune's broadcast is on the same loudspeakers at this time"))


class JobsWithin(Jobs):
    """The work that was asked for in these communes."""

    def __init__(self, whole: Jobs, files: StationFiles, office: Office) -> None:
        super().__init__(whole.database)
        self._files, self._office = files, office

    def get(self, id_: int) -> Job | None:
        """One job."""
        job = super().get(id_)
        return job if job and self._is_own(job) else None

    def latest(self, limit: int = 10) -> list[Job]:
        """The newest jobs among the newest of all."""
        return self._own(super().latest(10 * limit))[:limit]

    def living(self) -> list[Job]:
        """Those that wait or are at work, the oldest first."""
        return self._own(super().living())

    def _own(self, jobs: Iterable[Job]) -> list[Job]:
        return [job for job in jobs if self._is_own(job)]

    def _is_own(self, job: Job) -> bool:
        given, schedule = job.arguments, self._files.plan().schedule
        match job.kind:
            case "build":
                return all(map(self._office.covers, given.get("communes") or [""]))
            case "emergency":
                return self._office.covers(given.get("stem", ""))
            case "chime":
                return schedule is not None and self._office.owns(schedule.owners(given.get("output", "")))
        return False


class MonitorWithin(StationMonitor):
    """What happens on the loudspeakers and in the broadcasts of these communes."""

    def __init__(
        self, whole: StationMonitor, office: Office, every: StationFiles, airings: AiringsWithin, jobs: JobsWithin
    ) -> None:
        super().__init__(*whole.parts)
        self._whole, self._office, self._every = whole, office, every
        self._airings, self._jobs = airings, jobs

    def _look(self) -> StationState:
        found, schedule = self._whole.now(), self._every.plan().schedule
        if schedule is None:
            return replace(found, playing=(), next=None, today=(), alarms=(), loudspeakers=(), waiting=(), receipts=(),
                           rest=None, jobs=self._jobs_living())  # fmt: skip
        own = within(schedule, self._office)
        today, following = self._days(own)

        def heard(bulletin: str, outputs: Iterable[str]) -> bool:
            return self._office.covers(commune_of(bulletin)) or any(
                self._office.owns(schedule.owners(name)) for name in outputs
            )

        rest = found.rest
        if rest:
            cut = tuple(one for one in rest.cut if heard(one.bulletin, one.outputs))
            wishes = tuple(wish for wish in rest.wishes if self._office.covers(commune_of(wish.bulletin)))
            rest = replace(rest, cut=cut, wishes=wishes) if cut else None
        return replace(
            found,
            playing=tuple(item for item in found.playing if heard(item.bulletin, item.outputs)),
            waiting=tuple(item for item in found.waiting if heard(item.bulletin, item.outputs)),
            receipts=tuple(one for one in found.receipts if heard(one.bulletin, one.outputs)),
            next=next(iter(following), None),
            today=tuple(today),
            alarms=tuple(alarm for alarm in found.alarms if concerns(alarm.event, self._office, schedule)),
            loudspeakers=tuple(speaker for speaker in found.loudspeakers if speaker.name in own.outputs),
            jobs=self._jobs_living(),
            findings=(),
            rest=rest,
        )
