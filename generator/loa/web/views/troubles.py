"""Alarms as the first page shows them: one box for each loudspeaker, however often it failed."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from loa.actions.alarms import output_of
from loa.i18n import N_, _
from loa.schedule.outputs import AnyOutput, SoundCard
from loa.store.alarms import Alarm
from loa.web.views.now import Loudspeaker

_AMPLIFIER = N_("Check the power of the amplifier, its volume, and the cable between it and the computer.")
_NETWORK = N_("Check whether that computer or device is on, its network, and its address and password here.")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One or more alarms of the same `kind` (their `events`): the newest `message`, raised `at`. `loudspeaker`: the one
    they are about, as it is now; None where they are about something else, or it is gone.
    """

    kind: str
    message: str
    at: datetime.datetime
    events: tuple[str, ...]
    loudspeaker: Loudspeaker | None = None

    @property
    def lasts(self) -> bool:
        """Whether the loudspeaker still takes no sound."""
        return self.loudspeaker is not None and self.loudspeaker.in_trouble


def advice(output: AnyOutput) -> str:
    """What somebody can look at where a loudspeaker is silent."""
    return _(_AMPLIFIER) if isinstance(output, SoundCard) else _(_NETWORK)


def troubles(alarms: Iterable[Alarm], loudspeakers: Iterable[Loudspeaker]) -> list[Trouble]:
    """The open `alarms`, the newest first, those about one loudspeaker together."""
    known = {one.name: one for one in loudspeakers}
    found: dict[str, Trouble] = {}
    for alarm in alarms:
        name = output_of(alarm.event) if alarm.kind == "output" else None
        key = f"output:{name}" if name else alarm.event
        if key in found:
            found[key] = replace(found[key], events=(*found[key].events, alarm.event))
        else:
            found[key] = Trouble(alarm.kind, alarm.message, alarm.at, (alarm.event,), known.get(name or ""))
    return list(found.values())
