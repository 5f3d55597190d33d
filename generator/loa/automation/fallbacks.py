"""Choose the recording for an airing: the planned bulletin if it is approved, else a fallback."""

from dataclasses import dataclass

from loa.bulletin.models import APOLOGY
from loa.errors import ApprovalError, Finding, PlayoutError
from loa.file_cache import FileCache, mark_of
from loa.i18n import _
from loa.playout.recording import LoadedRecording
from loa.schedule import Schedule
from loa.store.approvals import (
    BulletinFile,
    all_approvals,
    approved,
    approved_copy,
    current,
    last_approved,
    planned_recording,
)
from loa.store.database import Database
from loa.store.ledger import Claim
from loa.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FallbackChoice:
    """The chosen recording; `note` says so if it is not the planned one."""

    recording: LoadedRecording
    note: str | None = None


class Fallbacks:
    """Loads and checks recordings. A file that has not changed is not read and hashed again."""

    def __init__(self, workspace: Workspace, store: Database) -> None:
        self._workspace, self._store = workspace, store
        self._known = FileCache(LoadedRecording.load, most=4)  # a few, not every bulletin of the year

    def planned(self, bulletin: str) -> FallbackChoice:
        """Return the planned bulletin; where its file is gone, the released copy of it.

        Raises ApprovalError (none, unapproved, changed), PlayoutError, StoreError.
        """
        bulletin_file = current(self._workspace, self._store, bulletin)
        recording = self._load(bulletin_file)
        if not approved(self._store, bulletin, recording.sha256):
            raise ApprovalError(_not_approved(bulletin, changed=bool(all_approvals(self._store, bulletin))))
        return FallbackChoice(recording)

    def check(self, recording: LoadedRecording) -> None:
        """Check the approval again. Raises ApprovalError if it was withdrawn, StoreError.

        Whoever speaks answers for that by the right to do so; there is nothing that could have been heard before.
        """
        if recording.talk is None and not approved(self._store, recording.bulletin, recording.sha256):
            raise ApprovalError(_not_approved(recording.bulletin))

    def interrupted(self, claim: Claim) -> FallbackChoice:
        """Return the recording that was interrupted. Raises ApprovalError if it is missing or no longer approved."""
        digest = claim.sha256 or ""
        if not approved(self._store, claim.bulletin, digest):
            raise ApprovalError(_not_approved(claim.bulletin))
        for bulletin_file in (
            BulletinFile(claim.bulletin, approved_copy(self._workspace, digest)),
            planned_recording(self._workspace, claim.bulletin),
        ):
            if bulletin_file.path.exists():
                recording = self._load(bulletin_file)
                if recording.sha256 == digest:
                    return FallbackChoice(recording)
        raise ApprovalError(_not_approved(claim.bulletin))

    def last_good(self, bulletin: str, why: str) -> FallbackChoice | None:
        """Return the newest approved recording of the bulletin, if its copy still exists."""
        found = last_approved(self._workspace, self._store, bulletin)
        if found is None:
            return None
        approval, bulletin_file = found
        note = _("in place of the planned one ({why}): the bulletin released on {day}").format(
            why=why, day=f"{approval.at:%d/%m/%Y}"
        )
        return FallbackChoice(self._load(bulletin_file), note)

    def apology(self, commune: str) -> LoadedRecording | None:
        """Return the commune's approved apology; None if it has none."""
        try:
            return self.planned(f"{commune}/{APOLOGY}").recording
        except (ApprovalError, PlayoutError):
            return None

    def _load(self, bulletin_file: BulletinFile) -> LoadedRecording:
        mark = mark_of(bulletin_file.path)
        if not mark:
            message = _("there is no bulletin {name}").format(name=bulletin_file.id)
            raise ApprovalError(Finding("bulletin.none", message, _("Make it: loa build")))
        return self._known.get(bulletin_file, mark)


def apologies_missing(workspace: Workspace, store: Database, schedule: Schedule) -> dict[str, Finding]:
    """Return the communes in the schedule without an approved apology, with the reason and how to correct it.

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


def _not_approved(bulletin: str, *, changed: bool = False) -> Finding:
    message = (
        _("{bulletin} is not the recording that was released: it was made anew, or changed")
        if changed
        else _("{bulletin} is not released")
    )
    fix = _("Listen to it, then: loa approve {bulletin} --by NAME")
    return Finding("approval.none", message.format(bulletin=bulletin), fix.format(bulletin=bulletin))
