"""What a run tells: to the harness at once, by a pipe that survives its death, and into the record of its disk."""

import json
import os
from typing import Any

from tests.crash_points.disk import Disk


class Teller:
    """`ack`: a person was told that something is done; from then on it must hold."""

    def __init__(self, disk: Disk, pipe: int) -> None:
        self.disk, self._pipe = disk, pipe

    @classmethod
    def silent(cls) -> "Teller":
        """Where nobody listens: the start after the fault."""
        return cls(Disk(), os.open(os.devnull, os.O_WRONLY))

    def say(self, **facts: Any) -> None:
        """Tell facts, which JSON can hold."""
        text = json.dumps(facts)
        self.disk.mark(text)
        os.write(self._pipe, (text + "\n").encode())


def last(told: list[dict[str, Any]], key: str, default: Any = None) -> Any:
    """The newest value told of `key`."""
    return next((one[key] for one in reversed(told) if key in one), default)


def acknowledged(told: list[dict[str, Any]], what: str) -> bool:
    """Whether a person was told that `what` is done."""
    return any(one.get("ack") == what for one in told)
