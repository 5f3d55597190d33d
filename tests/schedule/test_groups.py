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


def test_a_loudspeaker_named_twice_is_played_to_once_as_the_first_name_says(write: Callable[[str], Workspace]) -> None:
    schedule = load_schedule(write(GROUPS))
    assert list(schedule.lines(("near", "hill", "gone"))) == ["near", "far"]
    assert schedule.lines(("near", "hill"))["near"].volume == 80
    assert schedule.loudspeakers(("near", "hill", "gone")) == ("near", "far", "gone")
