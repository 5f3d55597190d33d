"""A loudspeaker that is not there: it takes sound at the pace of one and notes what it took and when."""

import array
import json
from collections.abc import Callable

from generator.playout.player import Line, Paced
from generator.workspace import cannot_write

_LARGEST = 1_000_000


class NullPlayer(Paced):
    """Notes in `.loa/heard/<output>.jsonl`: the first sound, every second of sound, the end."""

    def __init__(self, line: Line) -> None:
        super().__init__(line)
        self._noted = 0
        self._path = line.root / ".loa" / "heard" / f"{line.output}.jsonl"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > _LARGEST:
                self._path.replace(self._path.with_suffix(".old.jsonl"))
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:
        """As any line; the instant of the first sound is noted."""
        begun = super().begin(remaining, offset)
        if begun:
            self._note("first")
        return begun

    def take(self, chunk: "array.array[int]") -> None:
        """Nothing is heard; each full second is noted."""
        seconds = int((self._frames + len(chunk)) / self.rate)
        if seconds > self._noted:
            self._noted = seconds
            self._note("second")

    def close(self) -> None:
        """Note how far it came."""
        self._note("end")

    def _note(self, what: str) -> None:
        note = {
            "what": what,
            "at": self.line.clock.now().isoformat(),
            "airing": self.line.airing,
            "sha256": self.line.sha256,
            "from": round(self.offset, 3),
            "to": round(self.offset + self._frames / self.rate, 3),
        }
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(note) + "\n")
        except OSError:  # a full disk must not silence what is being tried
            return
