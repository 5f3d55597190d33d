"""The first hour: five steps from an empty station to a bulletin that is signed, each with its page."""

from dataclasses import dataclass

from loa.actions.acts import Act
from loa.actions.offices import OFFICES, Role
from loa.i18n import _
from loa.schedule import Schedule
from loa.web.jobs import Job
from loa.web.views.bulletins import BulletinCatalogue
from loa.web.views.files import StationFiles


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the first run, the page where it is made, the act that it is, and whether it is done."""

    text: str
    path: str
    act: Act
    done: bool

    @property
    def who(self) -> str:
        """Who makes it, for those who may not."""
        return ", ".join(role.label for role in Role if role in OFFICES[self.act].roles)


def first_steps(files: StationFiles, bulletins: BulletinCatalogue, jobs: list[Job], *, people: int) -> list[Step]:
    """The five steps, in order; empty once a bulletin is signed: from then on the station is at work.

    `jobs`: the latest work; `people`: how many have an account. Raises StoreError.
    """
    known = bulletins.all()
    if any(bulletin.state == "signed" for bulletin in known):
        return []
    communes = [file for file in files.communes() if file.commune and not file.commune.unit.sample]
    first = communes[0] if communes else None
    heard = any(job.kind == "chime" and job.state == "done" for job in jobs)
    schedule: Schedule | None = files.plan().schedule
    spoken = any(file.commune and file.commune.station.voice for file in communes)
    page = f"/campaigns/{first.stem}" if first else "/communes/new"
    return [
        Step(_("Commune: find it by its name"), page, Act.ADD_COMMUNE, first is not None),
        Step(
            _("Loudspeaker: choose it and hear the chime"),
            "/settings" if schedule and schedule.outputs else "/settings/new-output?kind=sound-card",
            Act.INSTALL,
            heard,
        ),
        Step(
            _("Voice: choose who reads"),
            page,
            Act.WRITE_CAMPAIGN,
            spoken,
        ),
        Step(_("People: who writes, who signs"), "/settings/people", Act.MANAGE_PEOPLE, people > 1),
        Step(
            _("The first article: write it, send it to the leader"),
            "/notice",
            Act.WRITE_CAMPAIGN,
            any(b.sha256 for b in known),
        ),
    ]
