from collections.abc import Callable

from loa.schedule.loader import load_schedule
from loa.workspace import Workspace

GROUPS = """outputs:
  loa: {kind: null}
  near: {kind: null, volume: 80}
  far: {kind: null, delay: 300ms}
  hill: {kind: group, outputs: [near, far], volume: 50, delay: 200ms}
  all: {kind: group, outputs: [hill, loa], volume: 90}
"""


def test_a_group_turns_its_members_down_and_delays_them(write: Callable[[str], Workspace]) -> None:
    lines = load_schedule(write(GROUPS)).lines(("all",))
    assert {name: (line.volume, round(line.delay, 3)) for name, line in lines.items()} == {
        "near": (36, 0.2),
        "far": (45, 0.5),
        "loa": (90, 0.0),
    }


def test_a_group_waits_for_its_slowest_amplifier(write: Callable[[str], Workspace]) -> None:
    text = """outputs:
  near: {kind: null, silence_before: 3s}
  far: {kind: null, silence_before: 500ms}
  hill: {kind: group, outputs: [near, far], silence_before: 2s}
"""
    lines = load_schedule(write(text)).lines(("hill",))
    assert {name: line.silence_before for name, line in lines.items()} == {"near": 3.0, "far": 2.0}


def test_a_loudspeaker_named_twice_is_played_to_once_as_the_first_name_says(write: Callable[[str], Workspace]) -> None:
    schedule = load_schedule(write(GROUPS))
    assert list(schedule.lines(("near", "hill", "gone"))) == ["near", "far"]
    assert schedule.lines(("near", "hill"))["near"].volume == 80
    assert schedule.loudspeakers(("near", "hill", "gone")) == ("near", "far", "gone")
