"""What happens to a world: the computer, the outputs, the files, and what people do. All of it from its seed."""

import datetime
import os

from loa import stop_file
from loa.actions.approvals import withdraw
from loa.stop_file import StopRequest
from loa.store import requests
from loa.store.requests import AirRequest
from tests.simulation.files import BULLETINS, BY_HAND, EMERGENCIES, LENGTH, OUTPUTS, START, ZONE
from tests.simulation.processes import Process
from tests.simulation.world import DAY, SETTLED, Act, Fault, World

_PLANNED = tuple(name for name in BULLETINS if name not in (*BY_HAND, *EMERGENCIES) and not name.endswith("/xin-loi"))


def _some(world: World) -> Process | None:
    alive = [p for p in world.processes if p.alive]
    return world.random.choice(alive) if alive else None


# the computer


def kill(world: World) -> None:
    """kill -9, or a power cut."""
    process = _some(world)
    if process:
        world.kill(process)


def power_cut(world: World) -> None:
    """Every process dies; the computer has no clock of its own, and begins with a wrong one until NTP sets it."""
    alive = [p for p in world.processes if p.alive]
    if not alive:
        return
    back = world.span(5, 60, 600)
    for process in alive[1:]:
        world.kill(process, back=back + 3600.0)
    world.kill(alive[0], back=back)
    days = world.random.choice((-900.0, -2.0, -0.1, 8.0, 30.0, 400.0))
    world.at(world.clock.real + back - 1.0, lambda: _set_clock(world, days * DAY, world.span(30, 300)))


def kill_at_write(world: World) -> None:
    """Killed at one of its next commits, before or after it."""
    process = _some(world)
    if process:
        process.fuse.writes, process.fuse.after = world.random.randint(1, 8), world.random.random() < 0.5
        when = "after" if process.fuse.after else "before"
        world.tell(f"process {process.pid} will be killed {when} commit {process.fuse.writes}")
        world.look_often([0.25] * 40)
        world.at(world.clock.real + 10.0, lambda: setattr(process.fuse, "writes", None))


def pause(world: World) -> None:
    """SIGSTOP, or a machine that swaps."""
    process = _some(world)
    if process:
        world.stand_still(process)


def pause_at_write(world: World) -> None:
    """It stands still just as it begins to write or to read; mostly beside a second `loa run`."""
    process = next((p for p in world.processes if p.alive and p.station.lease.holds), None)
    if process is None:
        return
    if world.random.random() < 0.7:
        standby(world)
    process.stalls_in = world.random.randint(1, 30)
    world.tell(f"process {process.pid} will stand still at job {process.stalls_in}")
    world.look_often([0.25] * 40)
    world.at(world.clock.real + 10.0, lambda: setattr(process, "stalls_in", None))


def pause_beside_standby(world: World) -> None:
    """It stands still, and a second `loa run` takes over."""
    standby(world)
    world.at(world.clock.real + 20.0, lambda: pause(world))


def handover(world: World) -> None:
    """Somebody releases an emergency, the process that takes it on stands still, and goes on just as another one has
    taken over: who has the request? Mostly on a slow disk.
    """
    standby(world)
    if world.random.random() < 0.7:
        slow_disk(world)
    world.at(world.clock.real + 20.0, lambda: _hand_over(world))


def _hand_over(world: World) -> None:
    process = next((p for p in world.processes if p.alive and p.station.lease.holds), None)
    emergency(world)
    if process:
        process.stalls_in, process.wakes = world.random.randint(1, 9), world.random.uniform(0.0, 2.0)
        world.tell(f"process {process.pid} will stand still at job {process.stalls_in}, until another one takes over")
        world.look_often([0.25] * 160)
        world.at(world.clock.real + 10.0, lambda: _wake_as_usual(process))


def _wake_as_usual(process: Process) -> None:
    if process.stalls_in is not None:
        process.stalls_in = process.wakes = None


def standby(world: World) -> None:
    """A second `loa run`."""
    if sum(p.alive for p in world.processes) < 2:
        world.start_process()


def sleep(world: World) -> None:
    """The computer sleeps."""
    seconds = world.span(2, 10, 300, 5000)
    world.tell(f"the computer sleeps {seconds:.0f} s")
    world.trouble("sleep", world.clock.real + seconds + SETTLED)
    world.clock.real += seconds
    world.clock.asleep += seconds


def clock(world: World) -> None:
    """Somebody or NTP sets the clock; later it is right again."""
    _set_clock(world, world.random.choice((-1, 1)) * world.span(3, 90, 1800, 20_000), world.span(120, 3600))


def clock_far(world: World) -> None:
    """A clock whose battery is empty, or a person who sets the wrong year: nobody can believe it, and it costs nothing."""
    days = world.random.choice((-900, -30, -2, 8, 30, 400, 4000))
    _set_clock(world, days * DAY + world.random.uniform(0, 1000), world.span(30, 300, 7200))


def _set_clock(world: World, seconds: float, wrong_for: float) -> None:
    """A jump of some days or less may be believed: what lies in it may be given up, or heard too early."""
    world.clock.offset += seconds
    world.clock.synchronised = False
    world.tell(f"the clock is set by {seconds:+.0f} s")
    right = world.clock.real + wrong_for
    believed = world.clock.offset if 0.0 < world.clock.offset < 7 * DAY else 0.0
    world.trouble("clock", right + 130.0 + believed)
    world.at(right, lambda: _set_clock_right(world))


def _set_clock_right(world: World) -> None:
    world.tell(f"the clock is right again ({-world.clock.offset:+.0f} s)")
    world.clock.offset = 0.0
    world.clock.synchronised = world.random.random() < 0.3


# the disk


def locked(world: World) -> None:
    """Another program holds the database."""
    world.disk.locked_until = world.clock.real + world.span(3, 60)
    world.disk.readers = world.random.random() < 0.3
    world.tell(f"the database is locked for {world.disk.locked_until - world.clock.real:.0f} s ({world.disk.readers})")
    world.trouble("locked", world.disk.locked_until + SETTLED)
    world.at(world.disk.locked_until, lambda: None)


def full(world: World) -> None:
    """The disk is full."""
    world.disk.full_until = world.clock.real + world.span(30, 600)
    world.tell(f"the disk is full for {world.disk.full_until - world.clock.real:.0f} s")
    world.trouble("full", world.disk.full_until + SETTLED)
    world.at(world.disk.full_until, lambda: None)


def io_error(world: World) -> None:
    """The disk does not take what is written."""
    world.disk.broken_until = world.clock.real + world.span(3, 60, 600)
    world.tell(f"the disk has errors for {world.disk.broken_until - world.clock.real:.0f} s")
    world.trouble("io_error", world.disk.broken_until + SETTLED)
    world.at(world.disk.broken_until, lambda: None)


def slow_disk(world: World) -> None:
    """A poor memory card: what is written takes its time. The sound does not wait for it."""
    world.disk.slow_until = world.clock.real + world.span(20, 300)
    world.tell(f"the disk is slow for {world.disk.slow_until - world.clock.real:.0f} s")
    world.trouble("slow_disk", world.disk.slow_until + 5.0, "the disk")


# the outputs


def output(world: World) -> None:
    """A loudspeaker's line is dead for a while."""
    _break(world, [world.random.choice(OUTPUTS)], world.village.broken)


def all_outputs(world: World) -> None:
    """A power cut in the village."""
    _break(world, OUTPUTS, world.village.broken)


def stalled(world: World) -> None:
    """A line that accepts sound and does nothing with it."""
    _break(world, [world.random.choice(OUTPUTS)], world.village.stalled)


def _break(world: World, names: "list[str] | tuple[str, ...]", where: dict[str, float]) -> None:
    until = world.clock.real + world.span(2, 5, 100, 2000)
    word = "stalled" if where is world.village.stalled else "dead"
    world.tell(f"{', '.join(names)} {word} for {until - world.clock.real:.0f} s")
    where.update(dict.fromkeys(names, until))
    world.trouble("output", until + SETTLED, *names)
    world.at(until, lambda: None)


# people


def stop(world: World) -> None:
    """Somebody presses STOP, mostly at the station itself."""
    now = world.clock.real
    if world.random.random() < 0.7:
        press_stop(world)
    else:
        number = requests.ask(world.store, StopRequest(by="Hoa"), world.clock.wall)
        world.tell(f"STOP is pressed on another computer ({number})")
        world.acts.append(Act("stop", now, str(number)))
    world.trouble("stop", now + 75.0)


def press_stop(world: World) -> None:
    """STOP at the station itself."""
    stop_file.leave_stop(world.workspace, StopRequest(by="Hoa"))
    written = world.clock.wall.timestamp()
    os.utime(world.workspace.stop_file, (written, written))
    world.tell("STOP is pressed")
    world.acts.append(Act("stop", world.clock.real, ""))


def emergency(world: World) -> None:
    """Somebody releases an emergency."""
    _ask(world, world.random.choice(EMERGENCIES), urgent=True, times=world.random.choice((1, 1, 2, 3)))


def emergencies(world: World) -> None:
    """Several, one soon after the other."""
    for number in range(world.random.randint(2, 3)):
        world.at(world.clock.real + number * world.span(4, 60), lambda: emergency(world))


def by_hand(world: World) -> None:
    """Somebody plays a bulletin now."""
    _ask(world, world.random.choice(BY_HAND), urgent=False, times=1)


def _ask(world: World, bulletin: str, *, urgent: bool, times: int) -> None:
    now = world.clock.real
    name = f"air:{bulletin}@{world.clock.wall:%Y-%m-%dT%H:%M:%SZ}-{world.number()}"
    outputs = tuple(sorted(world.random.sample(OUTPUTS, world.random.randint(1, len(OUTPUTS)))))
    wanted = AirRequest(
        airing=name, bulletin=bulletin, outputs=outputs, by="Hoa", now=urgent, times=times, pause="10s",
        resume=world.random.choice((None, True, False)),
    )  # fmt: skip
    world.tell(f"asked for: {name} on {', '.join(outputs)}, {times} times")
    lasts = times * LENGTH + (times - 1) * 10.0
    world.acts.append(Act("emergency" if urgent else "by_hand", now, name, outputs, lasts))
    world.trouble("emergency" if urgent else "by_hand", now + lasts + 130.0)
    requests.ask(world.store, wanted, world.clock.wall)


# the files


def schedule(world: World) -> None:
    """Somebody leaves out a day of a broadcast, or adds an airing, seconds or hours before."""
    lead = world.random.choice((5.0, 50.0, 1800.0))
    ahead = world.clock.wall + datetime.timedelta(seconds=lead)
    coming = [a for a in world.planned(ahead, ahead + datetime.timedelta(days=2)) if not a.skipped]
    left_out, added = world.programme.left_out, world.programme.added
    if coming and world.random.random() < 0.4:
        gone = world.random.choice(coming)
        day = f"{gone.planned.astimezone(ZONE):%Y-%m-%d}"
        left_out.setdefault(gone.broadcast, []).append(day)
        world.left_out.setdefault((gone.broadcast, day), world.clock.real)
        world.tell(f"{gone.broadcast} is left out on {day}")
    else:
        name = world.random.choice(("tin-sang", "tin-trua", "luan-phien", "tin-toi"))
        moment = (ahead + datetime.timedelta(seconds=world.random.choice((0, 60, 18_000)))).astimezone(ZONE)
        added.setdefault(name, []).append(f"{moment:%Y-%m-%d %H:%M:%S}")
        world.tell(f"{name} also at {moment:%d %H:%M:%S}")
        airing = f"{name}@{moment.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
        world.added[airing] = world.clock.real
        if moment <= world.clock.furthest:
            world.accounted.add(airing)
        since = (moment - START).total_seconds()
        world.trouble("schedule", since + 800.0, since=since - 60.0)
    world.write_schedule()


def bad_schedule(world: World) -> None:
    """Somebody saves a broken file and corrects it later."""
    world.save_schedule(world.programme.text() + "broadcasts: [")
    world.tell("schedule.yaml is broken")
    world.at(world.clock.real + world.span(20, 1200, DAY), world.write_schedule)


def no_schedule(world: World) -> None:
    """Somebody deletes schedule.yaml, and finds it again later."""
    world.workspace.schedule_file.unlink(missing_ok=True)
    world.tell("schedule.yaml is deleted")
    world.at(world.clock.real + world.span(20, 1200, DAY), world.write_schedule)


def rebuilt(world: World) -> None:
    """A bulletin is made anew and released some time later, perhaps too late."""
    bulletin = world.near(_PLANNED)
    world.rebuild(bulletin)
    _release_later(world, bulletin, "rebuilt", world.span(10, 900, 900, DAY))


def withdrawn(world: World) -> None:
    """A release is taken back, and given again later."""
    bulletin = world.near(_PLANNED)
    withdraw(world.workspace, world.store, bulletin, "Hoa", world.clock.wall)
    for release in world.releases:
        if release.bulletin == bulletin:
            release.until = min(release.until, world.clock.real)
    world.tell(f"the release of {bulletin} is withdrawn")
    _release_later(world, bulletin, "withdrawn", world.span(60, 900))


def _release_later(world: World, bulletin: str, kind: str, seconds: float) -> None:
    until = world.clock.real + seconds
    world.trouble(kind, until + SETTLED, bulletin)
    world.trouble(kind, until + 720.0, "apology")
    world.at(until, lambda: world.approve(bulletin))
    world.at(until + 6.0, lambda: None)  # the station looks for a release every five seconds


FAULTS: dict[str, tuple[float, Fault]] = {
    "kill": (3, kill), "power_cut": (2, power_cut), "kill_at_write": (4, kill_at_write), "pause": (2, pause), "sleep": (1, sleep),
    "standby": (1, standby), "pause_beside_standby": (2, pause_beside_standby), "pause_at_write": (2, pause_at_write), "handover": (1, handover), "clock": (2, clock), "clock_far": (2, clock_far),
    "locked": (2, locked), "full": (1, full), "io_error": (1, io_error),
    "slow_disk": (2, slow_disk),
    "output": (2, output), "all_outputs": (1, all_outputs), "stalled": (1, stalled),
    "stop": (2, stop), "emergency": (3, emergency), "emergencies": (1, emergencies), "by_hand": (1, by_hand),
    "schedule": (1, schedule), "bad_schedule": (1, bad_schedule), "no_schedule": (0.5, no_schedule),
    "rebuilt": (1, rebuilt), "withdrawn": (2, withdrawn),
}  # fmt: skip
"""Each with how often it comes beside the others."""
