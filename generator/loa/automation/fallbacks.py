"""Which recording an airing gets: its bulletin if it is released, else the next rung of the ladder."""

from dataclasses import dataclass

from loa.bulletin.models import APOLOGY
from loa.errors import ApprovalError, Finding, PlayoutError
from loa.file_cache import FileCache, mark_of
from loa.i18n import _
from loa.playout.recording import LoadedRecording
from loa.schedule import Schedule
from loa.store.approvals import BulletinFile, all_approvals, approved, approved_copy, last_approved, planned_recording
from loa.store.database import Database
from loa.store.ledger import Claim
from loa.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FallbackChoice:
    """What will be heard; `note` where it is not what was planned."""

    programme: LoadedRecording
    note: str | None = None


class Fallbacks:
    """Reads, checks and keeps recordings; a file that did not change is not read and hashed every second."""

    def __init__(self, workspace: Workspace, store: Database) -> None:
        self._workspace, self._store = workspace, store
        self._known = FileCache(LoadedRecording.load, most=4)  # a few, not every bulletin of the year

    def planned(self, bulletin: str) -> FallbackChoice:
        """The bulletin itself. Raises ApprovalError (none, not released, changed since), PlayoutError, StoreError."""
        recording = planned_recording(self._workspace, bulletin)
        programme = self._load(recording)
        if not approved(self._store, bulletin, programme.sha256):
            raise ApprovalError(_not_released(bulletin, changed=bool(all_approvals(self._store, bulletin))))
        return FallbackChoice(programme)

    def check(self, programme: LoadedRecording) -> None:
        """Again, at the last moment. Raises ApprovalError where the release was withdrawn, StoreError."""
        if not approved(self._store, programme.bulletin, programme.sha256):
            raise ApprovalError(_not_released(programme.bulletin))

    def as_begun(self, claim: Claim) -> FallbackChoice:
        """The very recording that was interrupted. Raises ApprovalError where it is gone or no longer released."""
        digest = claim.sha256 or ""
        if not approved(self._store, claim.bulletin, digest):
            raise ApprovalError(_not_released(claim.bulletin))
        for recording in (
            BulletinFile(claim.bulletin, approved_copy(self._workspace, digest)),
            planned_recording(self._workspace, claim.bulletin),
        ):
            if recording.path.exists():
                programme = self._load(recording)
                if programme.sha256 == digest:
                    return FallbackChoice(programme)
        raise ApprovalError(_not_released(claim.bulletin))

    def last_good(self, bulletin: str, why: str) -> FallbackChoice | None:
        """The newest released recording of the same broadcast, if its copy is still there."""
        found = last_approved(self._workspace, self._store, bulletin)
        if found is None:
            return None
        approval, recording = found
        note = _("in place of the planned one ({why}): the bulletin released on {day}").format(
            why=why, day=f"{approval.at:%d/%m/%Y}"
        )
        return FallbackChoice(self._load(recording), note)

    def apology(self, commune: str) -> LoadedRecording | None:
        """The commune's released apology, if it has one."""
        try:
            return self.planned(f"{commune}/{APOLOGY}").programme
        except (ApprovalError, PlayoutError):
            return None

    def _load(self, recording: BulletinFile) -> LoadedRecording:
        mark = mark_of(recording.path)
        if not mark:
            message = _("there is no bulletin {name}").format(name=recording.id)
            raise ApprovalError(Finding("bulletin.none", message, _("Make it: loa build")))
        return self._known.get(recording, mark)


def apologies_missing(workspace: Workspace, store: Database, schedule: Schedule) -> dict[str, Finding]:
    """The communes in the schedule that could not say sorry if a bulletin were missing, each with the reason and mend.

    Raises StoreError.
    """
    fallbacks = Fallbacks(workspace, store)
    missing: dict[str, Finding] = {}
    for commune in sorted({broadcast.commune for broadcast in schedule.broadcasts}):
        try:
            fallbacks.planned(f"{commune}/{APOLOGY}")
        except (ApprovalError, PlayoutError) as error:
            missing[commune] = error.findings[0]
    return missing


def _not_released(bulletin: str, *, changed: bool = False) -> Finding:
    message = (
        _("{bulletin} is not the recording that was released: it was made anew, or changed")
        if changed
        else _("{bulletin} is not released")
    )
    fix = _("Listen to it, then: loa approve {bulletin} --by NAME")
    return Finding("approval.none", message.format(bulletin=bulletin), fix.format(bulletin=bulletin))
