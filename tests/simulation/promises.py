"""What must hold in every world (shared/design/broadcast.md), whatever its faults were."""

import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterator

from loa.store.asrun import Row, rows, verify
from tests.simulation.world import DAY, START, World

LENGTH = 40.0
SENTENCE = 4.0
SILENT = 60.0
"""Seconds of silence after a STOP was taken."""
QUIET = 3 * 3600.0
"""Seconds around an airing without a fault: then nothing but `aired` will do."""


def broken_promises(world: World, days: int) -> list[str]:
    """Every promise that was not kept, in words."""
    written = rows(world._store)
    return [
        *_one_outcome_each(world, written, days),
        *_never_two_sounds(world),
        *_only_released(world),
        *_nothing_twice(world),
        *_the_log_tells_the_truth(world, written),
        *_without_faults_on_time(world, written),
        *_requests_are_answered(world, written),
        *_stop_is_silence(world),
        *(f"log: {finding.message}" for finding in verify(world._store)),
    ]


def _one_outcome_each(world: World, written: list[Row], days: int) -> Iterator[str]:
    count: dict[str | None, int] = defaultdict(int)
    for row in written:
        count[row.airing] += 1
    for airing in world.planned(START, START + datetime.timedelta(days=days)):
        if count[airing.id] != 1:
            yield f"{airing.id} has {count[airing.id]} outcomes"


def _never_two_sounds(world: World) -> Iterator[str]:
    for output in {sound.output for sound in world.village.heard}:
        sounds = sorted((s for s in world.village.heard if s.output == output), key=lambda s: s.start)
        for first, second in itertools.pairwise(sounds):
            if second.start < first.end - 0.4:
                yield f"{output}: {first.airing} and {second.airing} at once ({first.end - second.start:.1f} s)"


def _only_released(world: World) -> Iterator[str]:
    for sound in world.village.heard:
        if not any(since <= sound.start <= until + 46 and sha == sound.sha256 for since, until, sha in world.released):
            yield f"{sound.airing}: a sound that nobody released at {sound.start:.0f}"


def _nothing_twice(world: World) -> Iterator[str]:
    played = defaultdict(list)
    for sound in world.village.heard:
        played[sound.airing, sound.output].append(sound)
    for (airing, output), parts in played.items():
        times = 2 if airing.startswith("air:") else 1
        heard = sum(part.last - part.first for part in parts)
        if heard > LENGTH * times + (SENTENCE + 13) * (len(parts) - 1) + 0.5:
            yield f"{airing} on {output}: {heard:.0f} s of {LENGTH * times:.0f} in {len(parts)} parts"


def _the_log_tells_the_truth(world: World, written: list[Row]) -> Iterator[str]:
    played: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for sound in world.village.heard:
        played[sound.airing][sound.output] = max(played[sound.airing][sound.output], sound.last)
    for row in written:
        best = max(played[row.airing or ""].values(), default=0.0)
        if row.outcome in ("aired", "aired-late", "resumed") and best < LENGTH - 0.5:
            yield f"{row.airing} is {row.outcome}, but {best:.0f} s were heard"
        if row.outcome in ("missed", "skipped") and best >= LENGTH - 0.5 and "interrupted" not in (row.reason or ""):
            yield f"{row.airing} is {row.outcome}, but it was heard to its end"


def _without_faults_on_time(world: World, written: list[Row]) -> Iterator[str]:
    troubled = [at for at, _name in world.faults]
    for row in written:
        if (
            row.planned is None
            or (row.airing or "").startswith(("air:", "apology:"))
            or row.outcome in ("aired", "skipped")
        ):
            continue
        planned = (row.planned - START).total_seconds()
        if not any(planned - DAY < at < planned + QUIET for at in troubled):
            yield f"{row.airing} is {row.outcome} ({row.reason}) without any fault"


def _stop_is_silence(world: World) -> Iterator[str]:
    """Only what was asked for after it; and a clock that was set may bring what was further away."""
    asked = {act.id: act.at for act in world.acts}
    for stop in world.acts:
        if stop.taken is None or any(stop.at <= at < stop.taken + SILENT for at in world.steps):
            continue
        for sound in world.village.heard:
            sounds = sound.end > stop.taken + 0.5 and sound.start < stop.taken + SILENT
            if sounds and asked.get(sound.airing, -1.0) <= stop.at:
                yield f"{sound.airing} sounds {sound.start - stop.taken:.1f} s after STOP"


def _requests_are_answered(world: World, written: list[Row]) -> Iterator[str]:
    done = {row.airing for row in written}
    for act in world.acts:
        if act.kind == "emergency" and act.id not in done:
            yield f"{act.id} has no outcome"
