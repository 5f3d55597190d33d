"""A leader's word on a bulletin: approve exactly what was heard, send it back, take an approval back."""

import datetime
import hashlib
from collections.abc import Collection
from contextlib import suppress

from loa.errors import ApprovalError, Finding, RequestError
from loa.files import write_atomic
from loa.i18n import _
from loa.store import approvals, handover
from loa.store.approvals import Approval, BulletinFile, Kind
from loa.store.database import Database
from loa.workspace import Workspace


def approve(
    workspace: Workspace,
    store: Database,
    recording: BulletinFile,
    sha256: str,
    by: str,
    now: datetime.datetime,
    kinds: Collection[Kind] = (),
) -> Approval:
    """Let `recording` on air: exactly the sound with this SHA-256, which `by` heard or was shown.

    A copy of it is kept, and the log says who did it, and of what `kinds` this release is.

    Raises RequestError where the file holds another sound meanwhile, ApprovalError (unreadable, nobody named),
    StoreError, WorkspaceError.
    """
    if not by.strip():
        raise ApprovalError(
            Finding("approval.nobody", _("Nobody is named as the one who releases it."), _("Add --by NAME."))
        )
    data = heard(recording, sha256)
    made = Approval(recording.id, sha256, by.strip(), now)
    if not approvals.approved(store, made.bulletin, sha256):
        approvals.keep_copy(workspace, recording, sha256, data)
        approvals.add(workspace, store, made, kinds)
    return made


def withdraw(workspace: Workspace, store: Database, bulletin: str, by: str, now: datetime.datetime) -> list[Approval]:
    """Take back every approval of `bulletin`; gives those that were in force. Raises StoreError."""
    return approvals.end(workspace, store, bulletin, by, now)


def send_back(
    workspace: Workspace, console_database: Database, recording: BulletinFile, sha256: str, by: str, note: str
) -> None:
    """Do not approve the sound with this SHA-256, and say why. What it says is kept: the next one is compared with it.

    Raises RequestError (no reason given, another sound meanwhile), ApprovalError (unreadable).
    """
    if not note.strip():
        raise RequestError(Finding("return.reason", _("Write what should be changed."), file="note"))
    heard(recording, sha256)
    with suppress(OSError):  # without a record there is nothing to compare with
        write_atomic(workspace.returned / f"{recording.id}.json", recording.path.with_suffix(".json").read_bytes())
    handover.write_return(console_database, recording.id, sha256, by, note)


def send_to_leader(console_database: Database, campaign: str) -> bool:
    """The text of `campaign` (`commune/campaign`) is done: what holds it waits for a signature; whether it was a draft.

    Raises StoreError.
    """
    return handover.send(console_database, campaign)


def heard(recording: BulletinFile, sha256: str) -> bytes:
    """The file's bytes, if they still are the sound that somebody heard. Raises RequestError, ApprovalError."""
    data = recording.read()
    if hashlib.sha256(data).hexdigest() != sha256:
        message = _("The sound was made again meanwhile. Hear the new one before you decide.")
        raise RequestError(Finding("approval.changed", message, file="sha256"))
    return data
