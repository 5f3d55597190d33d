"""The outputs as the operator sees them: how loud, how they are getting on, what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

from generator.on_air.health import OutputHealth, State, state_name
from generator.schedule import AnyOutput

LOUDEST, STEP = 200, 10
"""Per cent of the bulletin's level: the most that the schedule allows, and how far one press turns."""
_TONES: Mapping[State, str] = {
    "idle": "good", "ready": "good", "sounding": "good", "failing": "warn", "dead": "bad", "unknown": "",
}  # fmt: skip
_SIGNS: Mapping[State, str] = {
    "idle": "✓", "ready": "✓", "sounding": "♪", "failing": "!", "dead": "✕", "unknown": "?",
}  # fmt: skip
_UNKNOWN: State = "unknown"


@dataclass(frozen=True, slots=True)
class Loudspeaker:
    """An output of the schedule. `health` is None for groups, and until a station has been on air with it."""

    name: str
    output: AnyOutput
    health: OutputHealth | None

    @property
    def state(self) -> State:
        """How it is getting on."""
        return self.health.state if self.health else _UNKNOWN

    @property
    def shown(self) -> str:
        """The state in words."""
        return state_name(self.state)

    @property
    def sign(self) -> str:
        """The state as a sign, for who cannot tell the colours."""
        return _SIGNS[self.state]

    @property
    def tone(self) -> str:
        """The state as a colour: good, warn, bad, or none."""
        return _TONES[self.state]

    @property
    def quieter(self) -> int:
        """The volume one step down."""
        return max(0, self.output.volume - STEP)

    @property
    def louder(self) -> int:
        """The volume one step up."""
        return min(LOUDEST, self.output.volume + STEP)
