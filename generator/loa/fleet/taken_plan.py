"""A player takes over a plan: into its own schedule.yaml, which the same automation follows as at a station."""

import datetime
import json
from collections.abc import Collection
from typing import Any

from loa import yamlfile
from loa.errors import Finding, PlayerError, ScheduleError
from loa.files import write_atomic
from loa.fleet.messages import Plan, PlannedBroadcast, Release
from loa.i18n import _
from loa.schedule.loader import parse_schedule
from loa.store import approvals
from loa.store.approvals import Approval, approved_copy
from loa.store.database import Database
from loa.workspace import Workspace

ALL = "_all"
"""The group of all outputs of a player, at its volume: what is asked for by hand goes there."""


def own_outputs(workspace: Workspace) -> dict[str, Any]:
    """The outputs in player.yaml. Raises WorkspaceError, PlayerError."""
    data = yamlfile.load(workspace.player_file, workspace.player_file.name).data
    outputs = data.get("outputs") if isinstance(data, dict) else None
    if not isinstance(outputs, dict) or not outputs or not all(isinstance(value, dict) for value in outputs.values()):
        fix = _("Write for example {example}").format(example="outputs: {loa: {kind: sound-card, device: default}}")
        raise PlayerError(Finding("player.outputs", _("No outputs are given."), fix, file=workspace.player_file.name))
    return outputs


def write_schedule(workspace: Workspace, plan: Plan | None) -> None:
    """Write schedule.yaml for `plan`; None: there is none yet. Raises WorkspaceError, PlayerError."""
    outputs = own_outputs(workspace)
    text = _schedule(plan, outputs)
    communes = {broadcast.commune for broadcast in plan.broadcasts} if plan else set()
    communes |= {plan.commune} if plan and plan.commune else set()
    workspace.campaigns.mkdir(parents=True, exist_ok=True)
    for commune in sorted(communes):
        stub = workspace.campaigns / f"{commune}.yaml"
        if not stub.exists():  # the articles stay at the station
            write_atomic(stub, "")
    try:
        if workspace.schedule_file.read_text("utf-8") == text:
            return
    except OSError:
        pass
    try:
        parse_schedule(text, workspace)
    except ScheduleError as error:
        named = (Finding(f.code, f.message, f.fix, file=workspace.player_file.name) for f in error.findings)
        raise PlayerError(named) from error
    write_atomic(workspace.schedule_file, text)


def _schedule(plan: Plan | None, outputs: dict[str, Any]) -> str:
    plan = plan or Plan(number=0, issued=datetime.datetime.now(datetime.UTC), name="", timezone="Asia/Ho_Chi_Minh")
    local = list(outputs)
    owned = {"commune": plan.commune} if plan.commune else {}
    made: dict[str, Any] = {name: {**output, **owned} for name, output in outputs.items()}
    made[ALL] = {"kind": "group", "outputs": local, "volume": plan.volume}
    broadcasts = []
    for broadcast in plan.broadcasts:
        zone = f"_{broadcast.volume}-{broadcast.delay:g}-{broadcast.silence_before:g}-{broadcast.fade_in:g}"
        made[zone] = {
            "kind": "group",
            "outputs": local,
            "volume": broadcast.volume,
            "delay": f"{broadcast.delay:g}s",
            "silence_before": f"{broadcast.silence_before:g}s",
            "fade_in": f"{broadcast.fade_in:g}s",
        }
        broadcasts.append(_broadcast(broadcast, zone))
    parts: dict[str, Any] = {"timezone": plan.timezone, "outputs": made}
    if plan.language:
        parts["language"] = plan.language
    if plan.allowed or plan.limits:
        parts["rules"] = {"allowed": list(plan.allowed), "limits": list(plan.limits)}
    head = "# The station writes this file. The outputs of this player stand in player.yaml.\n"
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in parts.items()]
    lines += (
        ["broadcasts:", *(f"  - {json.dumps(one, ensure_ascii=False)}" for one in broadcasts)] if broadcasts else []
    )
    return head + "\n".join(lines) + "\n"


def _broadcast(broadcast: PlannedBroadcast, zone: str) -> dict[str, Any]:
    first = min((moment for moment, _campaign in broadcast.moments), default="2026-01-01")[:10]
    shortest, longest = broadcast.length
    return {
        "id": broadcast.id,
        "commune": broadcast.commune,
        "campaigns": list(broadcast.campaigns),
        **({"rotate": True, "from": first} if broadcast.rotate else {}),
        "also": [f"{moment} {campaign}" if campaign else moment for moment, campaign in broadcast.moments],
        "length": {"min": f"{shortest:g}s", "max": f"{longest:g}s"},
        "priority": broadcast.priority,
        "repeat": {"times": broadcast.times, "pause": f"{broadcast.pause:g}s"},
        "resume_after_cut": broadcast.resume_after_cut,
        "late": {
            "start_within": f"{broadcast.start_within:g}s",
            "resume": broadcast.resume,
            "fallback": "last-good" if broadcast.last_good else "none",
        },
        "on": [zone],
    }


def take_releases(
    workspace: Workspace, store: Database, plan: Plan, keep: Collection[tuple[str, str]], now: datetime.datetime
) -> None:
    """Have exactly the releases of `plan` in force, and those of `keep` (bulletin, SHA-256), which are newer.

    Where the programme says so (`last_good`), the sound before stays until the new one is there. Raises StoreError.
    """
    wanted = {(release.bulletin, release.sha256): release for release in plan.releases}
    coming = {r.bulletin for r in plan.releases if not approved_copy(workspace, r.sha256).is_file()}
    patient = {
        bulletin
        for broadcast in plan.broadcasts
        if broadcast.last_good
        for bulletin in coming
        if bulletin.startswith(f"{broadcast.commune}/{broadcast.id}")
    }
    in_force = [a for a in approvals.all_approvals(store) if a.withdrawn is None]
    ended = {
        a.bulletin
        for a in in_force
        if (a.bulletin, a.sha256) not in wanted and (a.bulletin, a.sha256) not in keep and a.bulletin not in patient
    }
    for bulletin in sorted(ended):
        approvals.end(workspace, store, bulletin, _("the station"), now)
    for release in plan.releases:
        take_release(workspace, store, release)


def take_release(workspace: Workspace, store: Database, release: Release) -> None:
    """Enter a release of the station into the player's own log, where it is not yet. Raises StoreError."""
    if approvals.approved(store, release.bulletin, release.sha256) is None:
        approvals.add(workspace, store, Approval(release.bulletin, release.sha256, release.by, release.at))


def check_outputs(workspace: Workspace) -> None:
    """See that player.yaml can be used. Raises WorkspaceError, PlayerError."""
    try:
        parse_schedule(_schedule(None, own_outputs(workspace)), workspace)
    except ScheduleError as error:
        raise PlayerError(error.findings) from error
