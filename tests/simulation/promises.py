"""What must hold in every world (shared/design/broadcast.md), whatever its faults were."""

import datetime
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from loa.schedule import Airing
from loa.schedule.airings import hours_end
from loa.store.asrun import GAP, Row, gap_outcomes, rows
from loa.store.asrun import parts as rows_of_outputs
from loa.store.proof import verify
from tests.simulation.files import ALLOWED, LENGTH, OUTPUTS, SENTENCE, START, ZONE
from tests.simulation.sound import Sound
from tests.simulation.world import DAY, PATIENCE, Act, Window, World

_STOPPED = 60.0
"""Seconds after a STOP in which nothing begins that was not asked for after it."""
_OBEYED = 0.5
"""Seconds in which a station that works has taken a STOP, a withdrawn release, or an emergency."""
_WITHDRAWN = 4.5
"""Seconds in which it falls silent; the station looks once a second, and processes of the simulation less often."""
_STOOD_STILL = 9.0
"""Seconds without a sign of life before which nobody takes over: those of `Timing.stale`, less a heartbeat."""
_WRITTEN_SLOWLY = 20.0
"""Seconds after which an outcome is in the log while the disk is slow."""
_EXACT = 0.1
"""Seconds between the planned instant and the first sound."""
_NOTED = 2.5
"""Seconds of sound that a power cut may make the village hear again, beside the sentence in which it came."""
_TAKEN_OVER = 20.0
"""Seconds in which a standby goes on with what another process left."""
_EMERGENCY = 12.0
"""Seconds from the word of a person to the sound, or to the alarm that says why there is none."""
_VALID = 3600.0 - 60.0
"""Seconds for which an emergency is worth something, less a minute."""
FOREVER = float("inf")
_AWAY = ("kill", "pause", "sleep", "start")
"""Faults in which no process answers."""
_DISK = ("locked", "full", "io_error", "slow_disk")
_PLAYED = ("aired", "aired-late", "resumed")


class Facts:
    """A world that is over, as its witnesses see it."""

    def __init__(self, world: World, days: int) -> None:
        self.world, self.days = world, days
        self.rows = rows(world.store)
        self.on_outputs = rows_of_outputs(world.store, None, None)
        self.alarms = rows(world.store, kinds=("alarm",))
        self.planned = world.planned(START, START + datetime.timedelta(days=days))
        self.sounds: dict[str, list[Sound]] = defaultdict(list)
        for sound in world.village.heard:
            self.sounds[sound.airing].append(sound)
        self.by_airing: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            self.by_airing[row.airing or ""].append(row)
        gaps = rows(world.store, kinds=(GAP,))
        self.in_gaps = Counter(airing for gap in gaps for airing in gap_outcomes(gap.details))
        self._windows: dict[int, list[Window]] = defaultdict(list)
        for window in world.windows:
            for day in range(int(window.since // DAY), int(window.until // DAY) + 1):
                self._windows[day].append(window)

    def lasts(self, airing: Airing) -> float:
        """Seconds of its sounds and of the pauses between them."""
        broadcast = self.world.schedule.broadcast(airing.broadcast)
        times, pause = (broadcast.repeat.times, broadcast.repeat.pause) if broadcast else (1, 0.0)
        return times * LENGTH + (times - 1) * pause

    def is_repeated(self, airing: str) -> bool:
        """Whether it is to be said more than once."""
        broadcast = self.world.schedule.broadcast(airing.partition("@")[0])
        asked = any(act.id == airing and act.lasts > LENGTH for act in self.world.acts)
        return asked or (broadcast is not None and broadcast.repeat.times > 1)

    def urgent(self, since: float, until: float, *outputs: str) -> bool:
        """Whether the schedule has an emergency then on one of the outputs."""
        return any(
            a.priority == "emergency" and not a.skipped and set(self.speakers(a)) & set(outputs)
            and real(a.planned) < until and real(a.planned) + self.lasts(a) > since for a in self.planned
        )  # fmt: skip

    def speakers(self, airing: Airing) -> tuple[str, ...]:
        """Its outputs, without groups."""
        return self.world.schedule.loudspeakers(airing.outputs)

    def windows(self, since: float, until: float, *scope: str) -> list[Window]:
        """The faults that may touch these outputs or bulletins (none named: anything) between the two instants."""
        days = range(int(since // DAY), int(until // DAY) + 1)
        near = dict.fromkeys(window for day in days for window in self._windows[day])
        return [
            w for w in near
            if w.since < until and w.until > since and (not w.scope or not scope or set(w.scope) & set(scope))
        ]  # fmt: skip

    def disk_failed(self, since: float, until: float) -> bool:
        """Whether what the station had to write then may be lost if it was killed before it could."""
        return any(w.kind in _DISK for w in self.windows(since, until))

    def killed_at(self, moment: float) -> bool:
        """Whether a process died then or stood still for long, and could not say what it had done."""
        return any(
            w.kind in ("kill", "pause") and abs(w.since - moment) < 1.0
            for w in self.windows(moment - 1.0, moment + 1.0)
        )

    def calm_after(self, since: float, seconds: float, own: tuple[str, float]) -> float:
        """The first moment from `since` on after which nothing happens for so many seconds, but the act `own`."""
        place = since
        while True:
            ends = [w.until for w in self.windows(place, place + seconds) if (w.kind, w.since) != own]
            if not ends or max(ends) <= place:
                return place
            place = max(ends)

    def in_the_log(self, moment: float) -> float:
        """By when the outcome of what ended at `moment` is written; who takes over before goes on at the last sentence."""
        slow = any(w.kind == "slow_disk" for w in self.windows(moment - 1.0, moment + 1.0))
        return moment + (_WRITTEN_SLOWLY if slow else 1.0)

    def calm(self, since: float, until: float, *scope: str) -> bool:
        """Whether no fault touched any of these then."""
        return not self.windows(since, until, *scope)


def broken_promises(world: World, days: int) -> list[str]:
    """Every promise that was not kept, in words."""
    facts = Facts(world, days)
    return [
        *world.failures,
        *(text for promise in PROMISES for text in promise(facts)),
        *(f"log: {finding.message}" for finding in verify(world.store, world.workspace.seal)),
    ]


def real(moment: datetime.datetime) -> float:
    """In seconds of the world."""
    return (moment - START).total_seconds()


def one_outcome_each(facts: Facts) -> Iterator[str]:
    """Every planned airing has exactly one outcome, and so has each of its outputs."""
    for airing in facts.planned:
        if airing.id in facts.world.accounted or facts.world.added.get(airing.id, 0.0) > real(airing.planned):
            continue  # added in the past, or where the log already says that the station was away: the clock was wrong
        number = len(facts.by_airing[airing.id]) + facts.in_gaps[airing.id]
        if number != 1:
            yield f"{airing.id} has {number} outcomes"
    for row in facts.rows:
        found = [part.output or "" for part in facts.on_outputs.get(row.airing or "", ())]
        if sorted(found) != sorted(filter(None, (row.output or "").split(", "))):
            yield f"{row.airing} has outcomes on {', '.join(found) or 'no output'}, not on {row.output}"


def requests_are_answered(facts: Facts) -> Iterator[str]:
    """Every request to play has exactly one outcome, and every STOP is taken."""
    for act in facts.world.acts:
        if act.kind != "stop" and len(facts.by_airing[act.id]) != 1:
            yield f"{act.id} has {len(facts.by_airing[act.id])} outcomes"
        dead = facts.windows(act.at - 1.0, act.at + PATIENCE)
        mute = (*_AWAY, *_DISK) if act.id else _AWAY  # a database that takes no writes keeps the answer back
        if act.kind == "stop" and act.taken is None and not any(w.kind in mute for w in dead):
            yield f"the STOP at {act.at:.0f} was never taken"


def never_two_sounds(facts: Facts) -> Iterator[str]:
    """No two sounds at once on an output, whoever makes them."""
    for output in OUTPUTS:
        sounds = sorted((s for s in facts.world.village.heard if s.output == output), key=lambda s: s.began)
        for first, second in itertools.pairwise(sounds):
            if second.began < first.end - 0.3:
                who = "two processes" if first.process != second.process else "one process"
                yield f"{output}: {first.airing} and {second.airing} at once ({first.end - second.began:.1f} s, {who})"


def only_approved(facts: Facts) -> Iterator[str]:
    """No second of a sound that is not released, and a release that is withdrawn ends it."""
    for sound in facts.world.village.heard:
        spans = [(r.since, r.until) for r in facts.world.releases if r.sha256 == sound.sha256]
        if not any(since <= sound.began <= until + _OBEYED for since, until in spans):
            yield f"{sound.airing}: a sound that nobody released at {sound.began:.1f}"
            continue
        ended = max(until for since, until in spans if since <= sound.began <= until + _OBEYED)
        if sound.end > ended + _WITHDRAWN and not any(
            w.kind in (*_AWAY, "locked") for w in facts.windows(ended - 1.0, ended + _WITHDRAWN)
        ):
            yield f"{sound.airing}: sounds {sound.end - ended:.1f} s on after its release was withdrawn"


def nothing_twice(facts: Facts) -> Iterator[str]:
    """Nothing is played more often than asked for; after an interruption a sentence is said again, no more."""
    times = {act.id: (act.lasts + 10.0) / (LENGTH + 10.0) for act in facts.world.acts}
    for name, sounds in facts.sounds.items():
        for output, parts in _by_output(sounds).items():
            wanted = LENGTH * (2 if name.startswith("tin-khan@") else times.get(name, 1.0))
            heard = sum(part.last - part.first for part in parts)
            again = LENGTH if facts.disk_failed(parts[0].began, parts[-1].end) else SENTENCE + _NOTED
            if heard > wanted + again * (len(parts) - 1) + 0.5:
                yield f"{name} on {output}: {heard:.0f} s of {wanted:.0f} in {len(parts)} parts"


def the_log_tells_the_truth(facts: Facts) -> Iterator[str]:
    """What is `aired` was heard to its end, there; what was heard to its end is not `missed`."""
    for row in facts.rows:
        name = row.airing or ""
        yield from _true(facts, name, row, facts.sounds[name])
        for part in facts.on_outputs.get(name, ()):
            yield from _true(facts, name, part, [s for s in facts.sounds[name] if s.output == part.output])


def _true(facts: Facts, name: str, row: Row, sounds: list[Sound]) -> Iterator[str]:
    best = max((sound.last for sound in sounds), default=0.0)
    if row.outcome in _PLAYED and best < LENGTH - 0.5:
        yield f"{name} on {row.output} is {row.outcome}, but {best:.0f} s were heard"
    if row.outcome not in ("missed", "skipped") or facts.is_repeated(name):
        return  # what was said once of twice may be called missed
    whole = [s for s in sounds if s.last > LENGTH - 0.001]
    if whole and not any(facts.disk_failed(s.began, s.end) or facts.killed_at(s.end) for s in whole):
        yield f"{name} on {row.output} is {row.outcome}, but it was heard to its end"


def without_faults_on_time(facts: Facts) -> Iterator[str]:
    """Where no fault is near, an airing is heard on each of its outputs, whole, and from its instant on."""
    for airing in facts.planned:
        at, speakers = real(airing.planned), facts.speakers(airing)
        if airing.skipped or airing.problems:
            continue
        if not facts.calm(at - 50.0, facts.in_the_log(at + facts.lasts(airing)), *speakers, airing.bulletin):
            continue
        if any(
            a is not airing and (not a.skipped or facts.sounds[a.id]) and abs(real(a.planned) - at) < LENGTH + 1.0
            and set(facts.speakers(a)) & set(speakers) for a in facts.planned
        ):  # fmt: skip
            continue
        outcome = next((row.outcome for row in facts.by_airing[airing.id]), None)
        broadcast = facts.world.schedule.broadcast(airing.broadcast)
        times = broadcast.repeat.times if broadcast else 1
        for output in speakers:
            parts = [sound for sound in facts.sounds[airing.id] if sound.output == output]
            if outcome != "aired" or len(parts) != times or abs(parts[-1].last - LENGTH) > 0.1:
                yield f"{airing.id} on {output} is {outcome} in {len(parts)} parts without any fault"
            elif abs(parts[0].began - at) > _EXACT:
                yield f"{airing.id} on {output} began {parts[0].began - at:.2f} s late without any fault"


def missed_for_a_reason(facts: Facts) -> Iterator[str]:
    """What could have started within its time is not `missed`; and of what is missed an alarm tells."""
    told = {str(row.details.get("event")) for row in facts.alarms}
    for airing in facts.planned:
        row = next(iter(facts.by_airing[airing.id]), None)
        if row is None or row.outcome != "missed":
            continue
        if f"{airing.id} missed" not in told:
            yield f"{airing.id} is missed, and no alarm says so"
        broadcast = facts.world.schedule.broadcast(airing.broadcast)
        if facts.sounds[airing.id] or broadcast is None or not broadcast.late.resume:
            continue  # without `resume` what may have been heard is not begun again
        at = real(airing.planned)
        limit = at + broadcast.late.start_within
        end = hours_end(facts.world.schedule, airing)
        limit = min(limit, real(end) - LENGTH if end else limit)
        gap, place = 0.0, at
        scope = (*facts.speakers(airing), airing.bulletin)
        for window in sorted(facts.windows(at - 50.0, limit, *scope), key=lambda w: w.since):
            gap, place = max(gap, window.since - place), max(place, window.until)
        if max(gap, limit - place) > LENGTH + _TAKEN_OVER:
            yield f"{airing.id} is missed ({row.reason}), and nothing hindered it for {max(gap, limit - place):.0f} s"


def left_out_is_silent(facts: Facts) -> Iterator[str]:
    """What the schedule leaves out, or the commune's rules do not allow, is `skipped` and not heard."""
    for airing in facts.planned:
        rules = any(problem.code.startswith("rule.") for problem in airing.problems)
        since = facts.world.left_out.get((airing.broadcast, f"{airing.planned.astimezone(ZONE):%Y-%m-%d}"), 0.0)
        if not (airing.skipped or rules) or since > real(airing.planned) - 60.0:
            continue  # left out when it was claimed already
        outcome = next((row.outcome for row in facts.by_airing[airing.id]), None)
        if outcome not in (None, "skipped") or facts.sounds[airing.id]:
            yield f"{airing.id} is left out, and {outcome} ({len(facts.sounds[airing.id])} sounds)"


def stop_is_silence(facts: Facts) -> Iterator[str]:
    """After a STOP only what was asked for after it; a clock that was set may bring what was further away.

    What the disk does not take, or takes slowly, keeps the answer back, not the silence.
    """
    asked = {act.id: act.at for act in facts.world.acts} | facts.world.added
    for stop in _acts(facts, "stop"):
        kinds = {w.kind for w in facts.windows(stop.at - 1.0, stop.at + PATIENCE)}
        obeyed = stop.taken
        if kinds & {"full", "io_error"} and not kinds & {*_AWAY, "locked", "slow_disk"}:
            obeyed = stop.at + _OBEYED
        if obeyed is None:
            continue
        if (
            stop.taken is not None
            and stop.taken - stop.at > _OBEYED
            and not any(
                w.kind in _AWAY or (stop.id and w.kind in ("full", "io_error", "slow_disk"))
                for w in facts.windows(stop.at - 1.0, stop.taken)
            )
        ):
            yield f"the STOP at {stop.at:.0f} was taken after {stop.taken - stop.at:.1f} s"
        if any(w.kind == "clock" for w in facts.windows(stop.at, obeyed + _STOPPED)):
            continue
        for sound in facts.world.village.heard:
            sounds = sound.end > obeyed + _OBEYED and sound.began < obeyed + _STOPPED
            if sounds and asked.get(sound.airing, -1.0) <= stop.at:
                yield f"{sound.airing} sounds {sound.began - obeyed:.1f} s after STOP"


def emergencies_are_heard(facts: Facts) -> Iterator[str]:
    """An emergency sounds at once on every output; where it does not, an alarm says why, or a person cut it."""
    told = [str(row.details.get("event")) for row in facts.alarms]
    for act in _acts(facts, "emergency"):
        row = next(iter(facts.by_airing[act.id]), None)
        if row is None:
            continue
        if row.outcome == "missed" and not any(act.id in event or event.startswith("request:") for event in told):
            yield f"{act.id} is missed ({row.reason}), and no alarm says so"
        others = [
            w for w in facts.windows(act.at - 0.1, act.at + _EMERGENCY)
            if (w.kind, w.since) != ("emergency", act.at)  # its own
        ]  # fmt: skip
        if not others and not facts.urgent(act.at - 1.0, act.at + LENGTH, *act.outputs):
            for output in act.outputs:
                if not any(s.output == output and s.began <= act.at + _OBEYED for s in facts.sounds[act.id]):
                    yield f"{act.id} ({row.outcome}) did not sound at once on {output}"
        calm = facts.calm_after(act.at - 0.1, _EMERGENCY, ("emergency", act.at))
        answered = min([facts.world.decided.get(act.id, FOREVER), *(s.began for s in facts.sounds[act.id])])
        waits = any(
            s.end > act.at and s.began < calm + _EMERGENCY and s.airing != act.id and s.output in act.outputs
            for other in _acts(facts, "emergency") for s in facts.sounds[other.id]
        )  # fmt: skip
        waits = waits or facts.urgent(act.at - 1.0, calm + _EMERGENCY, *act.outputs)
        if calm < act.at + _VALID and answered > calm + _EMERGENCY and not waits:
            yield f"{act.id} ({row.outcome}): no word of it for {answered - act.at:.0f} s, calm after {calm - act.at:.0f} s"


def no_early_takeover(facts: Facts) -> Iterator[str]:
    """A standby takes over from who is dead, or has given no sign of life for long enough."""
    for at, still in facts.world.takeovers:
        if still < _STOOD_STILL and not any(
            w.kind in ("sleep", "locked", "slow_disk") for w in facts.windows(at - 30.0, at)
        ):
            yield f"at {at:.1f} another process took over from one that had stood still for {still:.1f} s"


def inside_the_hours(facts: Facts) -> Iterator[str]:
    """No sound outside the hours that the communes allow, but emergencies and what a person puts on air."""
    first, last = (datetime.time.fromisoformat(text) for text in ALLOWED)
    for sound in facts.world.village.heard:
        if sound.airing.startswith(("air:", "tin-khan@")):
            continue
        begin = (START + datetime.timedelta(seconds=sound.began)).astimezone(ZONE)
        end = (START + datetime.timedelta(seconds=sound.end - 1.0)).astimezone(ZONE)
        wrong_clock = any(w.kind == "clock" for w in facts.windows(sound.began - 1.0, sound.end))
        if not (first <= begin.time() and end.time() <= last) and not wrong_clock:
            yield f"{sound.airing} sounds at {begin:%d %H:%M:%S}-{end:%H:%M:%S}, outside the hours"


PROMISES: tuple[Callable[[Facts], Iterator[str]], ...] = (
    one_outcome_each, requests_are_answered, never_two_sounds, only_approved, nothing_twice, the_log_tells_the_truth,
    without_faults_on_time, missed_for_a_reason, left_out_is_silent, stop_is_silence, emergencies_are_heard, inside_the_hours, no_early_takeover,
)  # fmt: skip


def _acts(facts: Facts, kind: str) -> list[Act]:
    return [act for act in facts.world.acts if act.kind == kind]


def _by_output(sounds: list[Sound]) -> dict[str, list[Sound]]:
    found: dict[str, list[Sound]] = defaultdict(list)
    for sound in sounds:
        found[sound.output].append(sound)
    return found
