"""Four eyes: who wrote or changed the text of what is to be signed does not sign it."""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from loa import yamlfile
from loa.actions.file_history import FileHistory
from loa.bulletin.manifest import Manifest
from loa.errors import Finding, LoaError, RequestError
from loa.i18n import _
from loa.store import approvals
from loa.store.approvals import BulletinFile, Kind
from loa.store.database import Database
from loa.workspace import Workspace, commune_of

_ROWS = 1000
"""How many changes of a file are looked at, the newest first."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the name that stands in the log, and the name for logging in (None: at the computer itself)."""

    shown: str
    login: str | None
    history: FileHistory

    def is_author(self, workspace: Workspace, store: Database, recording: BulletinFile) -> bool:
        """Whether the person wrote or changed the text of this bulletin since somebody else signed it last.

        Changes by Loa count, of the facts, the campaigns and emergency messages; what was written past Loa, in an
        editor, has no author here (`changed_past_loa`). Raises StoreError.
        """
        return any(self._is_me(row) for row in self._changes(workspace, store, recording))

    def _is_me(self, row: dict[str, Any]) -> bool:
        if self.login and row["login"]:
            return bool(self.login == row["login"])
        return row["who"] in {self.shown, self.login}

    def _changes(self, workspace: Workspace, store: Database, recording: BulletinFile) -> Iterator[dict[str, Any]]:
        yield from self.history.of(recording.path, _ROWS)  # an emergency message, as it was typed
        try:
            made = Manifest.load(recording.path.with_suffix(".json"))
        except LoaError:
            made = None
        if made and made.is_emergency:
            return
        commune = commune_of(recording.id)
        seen = set(self._signed_by_others(workspace, store, recording.id))
        for row in self.history.of(workspace.campaigns / f"{commune}.yaml", _ROWS):
            if _digest(row["after"]) in seen:
                return
            if _concerns(row["before"], row["after"], made.campaigns if made else None):
                yield row

    def _signed_by_others(self, workspace: Workspace, store: Database, bulletin: str) -> Iterator[str]:
        """SHA-256 of the commune's file as it was when a sound was made that somebody else signed."""
        for approval in approvals.all_approvals(store, bulletin):
            if approval.by != self.shown:
                try:
                    made = Manifest.load(approvals.approved_copy(workspace, approval.sha256).with_suffix(".json"))
                except LoaError:
                    continue
                yield from (sha256 for name, sha256 in made.inputs.items() if name.startswith("campaigns/"))


def require_other(
    signer: Signer, workspace: Workspace, store: Database, recording: BulletinFile, *, not_mine: bool = False
) -> list[Kind]:
    """The kind of the release, for the log. `not_mine`: the signer has said that what was changed past Loa was changed
    by somebody else.

    Raises RequestError where the signer is an author of the text, or did not say so where it is needed; StoreError.
    """
    if signer.is_author(workspace, store, recording):
        text = _("You wrote or changed this text. By the rule of four eyes somebody else signs it.")
        raise RequestError(Finding("approval.author", text, file="alone"))
    files = changed_past_loa(signer.history, workspace, store, recording)
    if files and not not_mine:
        text = _(
            "Loa does not know who wrote this as it is ({files}): it was changed past Loa. By the rule of four eyes "
            "you sign it only if it was not you, and say so."
        )
        raise RequestError(Finding("approval.unseen", text.format(files=", ".join(files)), file="not_mine"))
    return [Kind.NOT_MINE] if files else []


def changed_past_loa(history: FileHistory, workspace: Workspace, store: Database, recording: BulletinFile) -> list[str]:
    """The files of the station that hold what the sound says, of which Loa does not know every change since a sound of
    them was signed last, or since they were made: somebody edited them past it. Raises StoreError.
    """
    try:
        made = Manifest.load(recording.path.with_suffix(".json"))
    except LoaError:
        return [workspace.relative(recording.path)]  # a recording that somebody has put there
    if made.is_emergency:
        return []
    signed = set[tuple[str, str]]()
    for approval in approvals.all_approvals(store, recording.id):
        with suppress(LoaError):
            kept = Manifest.load(approvals.approved_copy(workspace, approval.sha256).with_suffix(".json"))
            signed |= set(kept.inputs.items())
    inputs = made.inputs or {f"campaigns/{commune_of(recording.id)}.yaml": ""}
    own = ((name, sha256) for name, sha256 in inputs.items() if (workspace.root / name).is_file())
    return [
        name
        for name, sha256 in own
        if not _is_known(history.of(workspace.root / name, _ROWS), name, sha256, signed, made)
    ]


def _is_known(
    rows: list[dict[str, Any]], name: str, sha256: str, signed: Collection[tuple[str, str]], made: Manifest
) -> bool:
    """Whether the text with this SHA-256 comes, by nothing but changes that Loa has made (`rows`, newest first), from
    one that was signed, or from nothing. What others did in between to other campaigns does not count.
    """
    later: str | None = None
    for row in rows:
        if (name, sha256) in signed:
            return True
        if _digest(row["after"]) != sha256 and (later is None or _concerns(row["after"], later, made.campaigns)):
            if later is not None:
                return False
            continue  # it was made before this change
        later, sha256 = row["before"], _digest(row["before"])
    return (name, sha256) in signed or (later == "" and bool(rows))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _concerns(before: str, after: str, campaigns: tuple[str, ...] | None) -> bool:
    """Whether a change of a commune's file touches its facts or one of `campaigns` (None: any)."""
    try:
        old, new = (_parts(text, campaigns) for text in (before, after))
    except (LoaError, AttributeError, TypeError):
        return True
    return old != new


def _parts(text: str, campaigns: tuple[str, ...] | None) -> tuple[Any, Any]:
    data = yamlfile.parse(text, "").data or {}
    wanted = [one for one in data.get("campaigns") or [] if campaigns is None or str(one.get("id")) in campaigns]
    return {key: value for key, value in data.items() if key != "campaigns"}, wanted
