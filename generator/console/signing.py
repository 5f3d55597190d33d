"""What a leader needs to see before signing: what is heard when, what is new, whether the text moved on since."""

from collections.abc import Sequence
from dataclasses import dataclass

from generator.bulletin.manifest import Cue
from generator.console.differences import Piece, words
from generator.console.draft import Draft


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence as written, the part it belongs to, and the spans in seconds in which it is heard."""

    text: str
    part: str
    spans: tuple[tuple[float, float], ...]

    @property
    def times(self) -> str:
        """`12.50-15.20 190.00-192.70`, for the player."""
        return " ".join(f"{start:.2f}-{end:.2f}" for start, end in self.spans)


def lines_of(cues: Sequence[Cue]) -> list[Line]:
    """What is heard, each sentence once: where a part is read again, its sentences get another span."""
    spans: dict[tuple[str, int], list[tuple[float, float]]] = {}
    first: dict[tuple[str, int], Cue] = {}
    counts: dict[tuple[str, int], int] = {}
    for cue in cues:
        number = counts.get((cue.part, cue.reading), 0)
        counts[cue.part, cue.reading] = number + 1
        first.setdefault((cue.part, number), cue)
        spans.setdefault((cue.part, number), []).append((cue.start, cue.end))
    return [Line(cue.text, cue.part, tuple(spans[key])) for key, cue in first.items()]


def change(before: Sequence[Cue], after: Sequence[Cue]) -> list[Piece]:
    """What is said differently, word by word; empty where every word is the same."""
    pieces = words(*("\n".join(line.text for line in lines_of(cues)) for cues in (before, after)))
    return pieces if any(piece.kind != "same" for piece in pieces) else []


def moved_on(cues: Sequence[Cue], campaign: str, draft: Draft) -> bool:
    """Whether the article of a campaign now says something else than the sound."""
    if draft.script is None:
        return False
    said = [line.text for line in lines_of(cues) if line.part == campaign]
    return bool(said) and said != [sentence.text for sentence in draft.script.sentences]
