"""What a change of the schedule touches: the broadcasts and outputs of which communes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loa import yamlfile
from loa.actions.offices import Office
from loa.errors import LoaError
from loa.schedule import Schedule
from loa.schedule.loader import parse_schedule
from loa.text import nfc
from loa.workspace import Workspace

Data = Mapping[str, Any]


def changes_only_own(before: str, after: str, office: Office, workspace: Workspace, path: Path) -> bool:
    """Whether a person changes only what is the own communes': their broadcasts, and how loud their outputs are.

    `path`: schedule.yaml, or a commune's own schedule. A broadcast is put only on outputs on which the person may play;
    where it was before, it may stay. A file that cannot be read is nobody's but the station's.
    """
    try:
        old, new = (_data(text, path, workspace) for text in (before, after))
        schedule = parse_schedule(after, workspace, path)
    except LoaError:
        return False
    if not isinstance(old, dict) or not isinstance(new, dict):
        return False
    if any(old.get(key) != new.get(key) for key in {*old, *new}.difference({"broadcasts", "outputs"})):
        return False
    return _outputs_are_own(old, new, office, schedule) and _broadcasts_are_own(old, new, office, schedule)


def _data(text: str, path: Path, workspace: Workspace) -> Any:
    """What a file of the schedule says; in a commune's own one each broadcast is the commune's. Raises LoaError."""
    if path == workspace.schedule_file:
        return yamlfile.parse(text, "").data
    data = yamlfile.parse(text, "").data if text.strip() else {}
    for broadcast in _list(data):
        broadcast.setdefault("commune", nfc(path.stem))
    return data


def _list(data: Any) -> list[dict[str, Any]]:
    found = data.get("broadcasts") if isinstance(data, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def approval_of(text: str) -> Any:
    """How bulletins are approved, as a text of schedule.yaml says it; of what cannot be read: nothing."""
    try:
        data = yamlfile.parse(text, "").data
    except LoaError:
        return None
    return data.get("approval") if isinstance(data, dict) else None


def _outputs_are_own(old: Data, new: Data, office: Office, schedule: Schedule) -> bool:
    before, after = old.get("outputs") or {}, new.get("outputs") or {}
    if not isinstance(before, dict) or set(before) != set(after):
        return False
    changed = [name for name in before if before[name] != after[name]]
    return all(
        isinstance(before[name], dict)
        and {**before[name], "volume": None} == {**after[name], "volume": None}
        and office.owns(schedule.owners(name))
        for name in changed
    )


def _broadcasts_are_own(old: Data, new: Data, office: Office, schedule: Schedule) -> bool:
    before, after = _by_id(old), _by_id(new)
    if before is None or after is None:
        return False
    for id_ in {*before, *after}:
        was, is_ = before.get(id_), after.get(id_)
        if was == is_:
            continue
        own = all(office.covers(str(one.get("commune"))) for one in (was, is_) if one)
        added = set((is_ or {}).get("on") or ()).difference((was or {}).get("on") or ())
        if not own or not all(office.uses(schedule.owners(str(name))) for name in added):
            return False
    return True


def _by_id(data: Data) -> dict[str, Data] | None:
    """The broadcasts by their ids; None where two have the same, or something else stands there."""
    items = data.get("broadcasts") or []
    if not all(isinstance(item, dict) for item in items):
        return None
    found = {str(item.get("id")): item for item in items}
    return found if len(found) == len(items) else None
