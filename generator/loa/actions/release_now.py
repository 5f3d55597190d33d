"""`loa air --now --by NAME`: a person releases a recording in the act that puts it on air."""

import datetime
import json
import unicodedata

from sqlalchemy import select

from loa.actions.acts import Act
from loa.actions.approvals import approve
from loa.actions.file_history import FileHistory, open_history
from loa.actions.four_eyes import Signer, require_other
from loa.actions.offices import Office, may, parse_roles
from loa.actions.on_air import is_emergency
from loa.errors import Finding, RequestError
from loa.i18n import _
from loa.schedule import UTC, Schedule
from loa.store import approvals
from loa.store.approvals import BulletinFile, Kind
from loa.store.console_tables import users
from loa.store.database import CONSOLE, Database
from loa.workspace import Workspace, commune_of


def release_now(
    workspace: Workspace,
    store: Database,
    schedule: Schedule,
    recording: BulletinFile,
    by: str,
    *,
    at: str,
    not_mine: bool = False,
) -> None:
    """Sign `recording` on the spot, where it is not signed yet; log and audit trail tell that it was done so.

    An emergency message is released by whoever is there (`by`), by the rule of four eyes also by its author alone. A
    programme is released by somebody who signs for its commune; where nobody has an account, that is whoever may use
    the computer. `at`: the account of the computer, for the audit trail; `not_mine`: see `four_eyes.require_other`.

    Raises RequestError (no such office, four eyes), ApprovalError, StoreError, WorkspaceError.
    """
    sha256 = recording.sha256
    if approvals.approved(store, recording.id, sha256):
        return
    urgent = is_emergency(recording, sha256)
    with open_history(workspace) as history:
        if not urgent:
            _require_office(workspace, by, recording.id)
        kinds = [] if urgent else [Kind.AT_ONCE]
        if schedule.approval.four_eyes:
            kinds += _four_eyes(
                Signer(by, None, history), workspace, store, recording, urgent=urgent, not_mine=not_mine
            )
        approve(workspace, store, recording, sha256, by, datetime.datetime.now(UTC), kinds)
        _tell(history, recording.id, kinds, by, at, urgent=urgent)


def _four_eyes(
    signer: Signer, workspace: Workspace, store: Database, recording: BulletinFile, *, urgent: bool, not_mine: bool
) -> list[Kind]:
    if urgent:
        return [Kind.ALONE] if signer.is_author(workspace, store, recording) else []
    return require_other(signer, workspace, store, recording, not_mine=not_mine)


def _tell(history: FileHistory, bulletin: str, kinds: list[Kind], by: str, at: str, *, urgent: bool) -> None:
    at_computer = _("at the computer, as {account}").format(account=at)
    history.audit.write(by, "emergency.released" if urgent else "bulletin.at-once", bulletin, at_computer)
    for kind, action in ((Kind.ALONE, "emergency.alone"), (Kind.NOT_MINE, "bulletin.not-mine")):
        if kind in kinds:
            history.audit.write(by, action, bulletin, at_computer)


def _require_office(workspace: Workspace, by: str, bulletin: str) -> None:
    """Raises RequestError where the station has accounts, none of whom signs for this commune as `by`; StoreError."""
    if not workspace.console_database.exists():
        return
    database = Database(workspace.console_database, CONSOLE)
    try:
        people = database.rows(select(users).where(users.c.active == 1))
    finally:
        database.close()
    offices = [(row["shown"], row["name"], _office(row["roles"], row["communes"])) for row in people]
    signers = {shown: name for shown, name, office in offices if may(office, Act.APPROVE, commune_of(bulletin))}
    if people and _plain(by) not in {_plain(name) for name in (*signers, *signers.values())}:
        text = _("“{name}” does not sign for this commune. A programme goes on air only signed.").format(name=by)
        names = ", ".join(sorted(signers)) or "?"
        fix = _("Have it signed: loa approve {bulletin} --by NAME. Those who sign: {names}.")
        raise RequestError(Finding("approval.office", text, fix.format(bulletin=bulletin, names=names), file="by"))


def _office(roles: str, communes: str | None) -> Office:
    return Office(parse_roles(roles), frozenset(json.loads(communes)) if communes else None)


def _plain(name: str) -> str:
    """A name as it is compared: keyboards write the same letter in two ways."""
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()
