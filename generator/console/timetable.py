"""Changes of schedule.yaml that people ask for in the week's page; each works on the loaded file and nothing else."""

import datetime
from typing import Any

from ruamel.yaml.comments import CommentedSeq

from generator.console.formerror import FormError
from generator.console.yamltext import plain
from generator.i18n import _


def broadcast_in(data: Any, id_: str) -> Any:
    """The broadcast called `id_`. Raises FormError where it is gone."""
    found = next((b for b in data.get("broadcasts") or [] if str(b.get("id")) == id_), None)
    if found is None:
        raise FormError({"": _("This broadcast is no longer in the schedule.")})
    return found


def leave_out(data: Any, id_: str, first: datetime.date, last: datetime.date) -> None:
    """Nothing of this broadcast from `first` to `last`."""
    if last < first:
        raise FormError({"last": _("The last day is before the first.")})
    span = f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d}/{last:%Y-%m-%d}"
    _append(broadcast_in(data, id_), "except", span)


def put_back(data: Any, id_: str, day: datetime.date) -> None:
    """Take back what `leave_out` did for `day`. Raises FormError where a longer span or a rule leaves it out."""
    broadcast = broadcast_in(data, id_)
    given = broadcast.get("except") or []
    keep = [item for item in given if str(item) != f"{day:%Y-%m-%d}"]
    if len(keep) == len(given):
        rules = ", ".join(str(item) for item in given)
        text = _("This day is left out by a longer exception ({rules}). Change it in the broadcast.")
        raise FormError({"": text.format(rules=rules)})
    if keep:
        for number in range(len(given) - 1, -1, -1):
            if str(given[number]) == f"{day:%Y-%m-%d}":
                del given[number]
    else:
        del broadcast["except"]


def put_extra(data: Any, id_: str, moment: datetime.datetime) -> None:
    """Once more, at `moment` of the station's clock."""
    text = f"{moment:%Y-%m-%d %H:%M}"
    broadcast = broadcast_in(data, id_)
    if text not in [str(item) for item in broadcast.get("also") or []]:
        _append(broadcast, "also", text)


def drop_extra(data: Any, id_: str, moment: datetime.datetime) -> bool:
    """Remove a one-off; whether there was one."""
    broadcast = broadcast_in(data, id_)
    given = broadcast.get("also") or []
    for number, item in enumerate(given):
        if str(item).replace("T", " ").startswith(f"{moment:%Y-%m-%d %H:%M}"):
            del given[number]
            if not given:
                del broadcast["also"]
            return True
    return False


def set_broadcast(data: Any, values: dict[str, Any]) -> None:
    """Add a broadcast, or change the keys in `values` of the one with the same id; None removes a key."""
    broadcasts = data.get("broadcasts")
    if broadcasts is None:
        broadcasts = data["broadcasts"] = CommentedSeq()
    there = next((b for b in broadcasts if str(b.get("id")) == values["id"]), None)
    if there is None:
        from ruamel.yaml.comments import CommentedMap

        there = CommentedMap()
        broadcasts.append(there)
    for key, value in values.items():
        if value is None:
            there.pop(key, None)
        elif there.get(key) != value:
            there[key] = plain(value)


def _append(broadcast: Any, key: str, text: str) -> None:
    given = broadcast.get(key)
    if isinstance(given, list):
        given.append(text)
    else:
        broadcast[key] = plain([text] if given is None else [given, text])
