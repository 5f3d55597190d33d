"""What a fleet promises, checked against what was really heard at each cluster."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator

from loa.store.asrun import Row, rows
from loa.store.proof import verify
from tests.simulation.files import LENGTH
from tests.simulation.fleet.world import STOPS, VALID, FleetWorld, real_of
from tests.simulation.sound import Sound
from tests.simulation.world import Window

_QUICK, _TOGETHER = 2.0, 0.05
"""Seconds from an emergency's release to its sound; between its starts at two clusters."""
_TOLD = 10.0
"""Seconds after which a withdrawal has reached every player that can be reached."""
_BACK = 180.0
"""Seconds that a player which is back has needed at most to sound an emergency that is still valid."""
_WHOLE = LENGTH - 0.5
_AGAIN = 4.0 + 6.0
"""Seconds that are said again after a power cut: a sentence, and what was not noted yet."""


class Facts:
    """What happened: sounds by player and airing, rows of the station's log, and the troubles of each player."""

    def __init__(self, world: FleetWorld, days: int) -> None:
        self.world = world
        self.planned = world.planned(days)
        self.sounds: dict[tuple[str, str], list[Sound]] = defaultdict(list)
        for name, box in world.boxes.items():
            for village in box.heard:
                for sound in village.heard:
                    self.sounds[name, sound.airing].append(sound)
        found = rows(world.store, kinds=("airing", "output"))
        self.own: dict[str, list[Row]] = defaultdict(list)
        self.parts: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in found:
            if row.kind == "airing":
                self.own[row.airing or ""].append(row)
            else:
                self.parts[row.part_of or "", row.output or ""].append(row)

    def troubles(self, name: str, since: float, until: float, *but: str) -> list[Window]:
        """Those that touch a player between the two moments, without the kinds `but`."""
        return [
            t for t in self.world.troubles
            if t.kind not in but and t.since < until and t.until > since and (not t.scope or name in t.scope)
        ]  # fmt: skip

    def calm(self, name: str, since: float, until: float, *but: str) -> bool:
        """Whether nothing touched this player then."""
        return not self.troubles(name, since, until, *but)


def broken_promises(world: FleetWorld, days: int) -> list[str]:
    """Every promise that was not kept, in words."""
    facts = Facts(world, days)
    log = [f"log: {finding.message}" for finding in verify(world.store, world.workspace.seal)]
    return [*world.failures, *(text for promise in PROMISES for text in promise(facts)), *log]


def wanted(facts: Facts) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every airing, and the players on which it was to be heard."""
    for airing in facts.planned:
        yield airing.id, facts.world.schedule.loudspeakers(airing.outputs)
    for one in facts.world.emergencies:
        yield one.airing, one.players


def one_outcome_each(facts: Facts) -> Iterator[str]:
    """Every airing has exactly one outcome at the station for each cluster, and one of its own."""
    for airing, players in wanted(facts):
        for name in players:
            if len(facts.parts[airing, name]) != 1:
                yield f"{airing} has {len(facts.parts[airing, name])} outcomes at {name}"
        if len(facts.own[airing]) != 1:
            yield f"{airing} has {len(facts.own[airing])} outcomes"


def only_what_was_signed(facts: Facts) -> Iterator[str]:
    """No second of a sound that the station did not release, nor of an airing that it did not order there."""
    ordered = {(name, airing) for airing, players in wanted(facts) for name in players}
    for (name, airing), sounds in facts.sounds.items():
        if (name, airing) not in ordered:
            yield f"{name} sounded {airing}, which nobody ordered there"
        for sound in sounds:
            spans = [(s.since, s.until) for s in facts.world.signed if s.sha256 == sound.sha256]
            if not any(since <= sound.began for since, _until in spans):
                yield f"{name} sounded {airing} at {sound.began:.1f}, which nobody had released"
            ended = max((until for _since, until in spans), default=0.0)
            if sound.end > ended + _TOLD and sound.began > ended + _TOLD and facts.calm(
                name, ended - 5.0, sound.began, "emergency", "changed", "clock", "slow", "poor"
            ):  # fmt: skip
                yield f"{name} sounded {airing} {sound.began - ended:.0f} s after its release was taken back"


def silence_when_asked(facts: Facts) -> Iterator[str]:
    """STOP, and an emergency that is taken back: silence within 2 s; what is taken back does not begin any more."""
    for (name, airing), sounds in facts.sounds.items():
        for sound in sounds:
            pressed = [at for at in facts.world.stops if sound.began < at < sound.end - _QUICK]
            if any(facts.calm(name, at - 900.0, at + 5.0, "stop", "ended", "emergency", "changed") for at in pressed):
                yield f"{name} sounded {airing} {sound.end - min(pressed):.1f} s after STOP"
            at = facts.world.taken_back.get(airing, float("inf"))
            if sound.began > at + 5.0 and facts.calm(
                name, at - 5.0, sound.began, "stop", "ended", "emergency", "changed", "clock", "slow", "poor"
            ):  # fmt: skip
                yield f"{name} began {airing} {sound.began - at:.1f} s after it was taken back"
            if sound.end > at + _QUICK and facts.calm(name, at - 900.0, at + 5.0, "ended", "emergency", "changed"):
                yield f"{name} sounded {airing} {sound.end - at:.1f} s after it was taken back"


def nothing_twice(facts: Facts) -> Iterator[str]:
    """Each airing is heard once at a cluster; and never two at once."""
    by_player: dict[str, list[Sound]] = defaultdict(list)
    for (name, airing), sounds in facts.sounds.items():
        by_player[name] += sounds
        heard = sum(sound.last - sound.first for sound in sounds)
        if heard > LENGTH + _AGAIN * (len(sounds) - 1) + 0.5:
            yield f"{name}: {airing} was heard for {heard:.0f} s in {len(sounds)} parts"
    for name, its in by_player.items():
        for first, second in itertools.pairwise(sorted(its, key=lambda s: s.began)):
            if second.began < first.end - 0.3:
                yield f"{name}: {first.airing} and {second.airing} at once"


def the_log_tells_the_truth(facts: Facts) -> Iterator[str]:
    """What is `aired` was heard to its end there, and what was heard to its end is not `missed`."""
    for airing, players in wanted(facts):
        for name in players:
            outcome = next((row.outcome for row in facts.parts[airing, name]), None)
            sounds = facts.sounds[name, airing]
            best = max((sound.last for sound in sounds), default=0.0)
            if outcome in {"aired", "aired-late", "resumed"} and best < _WHOLE:
                yield f"{airing} is {outcome} at {name}, but {best:.0f} s were heard"
            cut_short = any(t.kind == "power" for s in sounds for t in facts.troubles(name, s.end - 1.0, s.end + 1.0))
            if outcome == "missed" and best > _WHOLE and not cut_short:
                yield f"{airing} is missed at {name}, but it was heard"


def without_faults_on_time(facts: Facts) -> Iterator[str]:
    """Where nothing touches a player, it airs its plan from the instant on, whole; and all begin together."""
    for airing in facts.planned:
        at, starts = real_of(airing.planned), []
        for name in facts.world.schedule.loudspeakers(airing.outputs):
            if at < 900.0 or not facts.calm(name, at - 900.0, at + LENGTH + 1.0):
                continue
            sounds = facts.sounds[name, airing.id]
            if len(sounds) != 1 or sounds[0].last < _WHOLE:
                yield f"{airing.id} was heard at {name} in {len(sounds)} parts without any fault"
            else:
                starts.append(sounds[0].began)
        if starts and max(starts) - min(starts) > _TOGETHER:
            yield f"{airing.id} began over {max(starts) - min(starts):.3f} s"


def emergencies_sound(facts: Facts) -> Iterator[str]:
    """An emergency sounds within 2 s wherever it can be heard, everywhere at once; elsewhere while it is valid."""
    for one in facts.world.emergencies:
        ended = facts.world.taken_back.get(one.airing, float("inf"))
        if ended < one.at + 5.0:
            continue
        starts = []
        for name in one.players:
            sounds = facts.sounds[name, one.airing]
            others = ("emergency", "clock") if _alone(facts, name, one.at) else ("clock",)
            if sounds and min(s.began for s in sounds) > one.at + VALID + 5.0 and facts.calm(
                name, one.at - 900.0, one.at + 2 * VALID, "emergency", "line", "power", "broker", "station", "air"
            ):  # fmt: skip
                yield f"{one.airing} was heard at {name} {sounds[0].began - one.at:.0f} s after it was asked for"
            if facts.calm(name, one.at - 5.0, one.at + 5.0, *others):
                if not sounds or sounds[0].began > one.at + _QUICK:
                    late = f"after {sounds[0].began - one.at:.2f} s" if sounds else "not"
                    yield f"{one.airing} was heard at {name} {late}"
                elif facts.calm(name, one.at - 900.0, one.at + 5.0, "emergency"):
                    starts.append(sounds[0].began - sounds[0].first)  # who comes later falls in
                continue
            back = max(t.until for t in facts.troubles(name, one.at - 5.0, one.at + VALID))
            free = one.at + VALID - _BACK
            if ended < one.at + VALID or any(one.at - STOPS < at < one.at + VALID for at in facts.world.stops):
                continue
            if not sounds and back < free and facts.calm(name, back, back + _BACK, "emergency") and _alone(
                facts, name, one.at
            ):  # fmt: skip
                yield f"{one.airing} was not heard at {name}, which was back after {back - one.at:.0f} s"
        if len(starts) > 1 and max(starts) - min(starts) > _TOGETHER:
            yield f"{one.airing} began over {max(starts) - min(starts):.3f} s"


def _alone(facts: Facts, name: str, at: float) -> bool:
    """Whether no other emergency is near."""
    near = [one for one in facts.world.emergencies if name in one.players and abs(one.at - at) < 2 * VALID]
    return len(near) == 1


PROMISES: tuple[Callable[[Facts], Iterator[str]], ...] = (
    one_outcome_each, only_what_was_signed, silence_when_asked, nothing_twice, the_log_tells_the_truth, without_faults_on_time,
    emergencies_sound,
)  # fmt: skip
