from collections.abc import Callable

import pytest

from loa.errors import ScheduleError
from loa.schedule import Schedule
from loa.schedule.loader import load_schedule
from loa.workspace import Workspace

from .conftest import BROADCAST, HEAD

Write = Callable[[str], Workspace]


def problems(workspace: Workspace) -> list[tuple[str, int | None, int | None, str]]:
    with pytest.raises(ScheduleError) as caught:
        load_schedule(workspace)
    assert all(f.file == "schedule.yaml" for f in caught.value.findings)
    return [(f.code, f.line, f.column, f.fix) for f in caught.value.findings]


def test_the_sample_station_is_in_order(station: Workspace) -> None:
    schedule = load_schedule(station)
    assert {b.id for b in schedule.broadcasts} == {
        f"{name}-dvc" for name in ("ninh-binh-mau", "mot-cua-2024", "nhat-quang", "hung-thinh", "trung-son", "ben-hai")
    }
    assert {(p.min_seconds, p.max_seconds) for p in schedule.plans()} == {(600.0, 900.0)}
    assert schedule.language == "vi"


def test_every_problem_is_told_at_its_place(write: Write) -> None:
    text = HEAD.replace("null", "sound-cart") + BROADCAST.replace("ben-hai", "ben-hia").replace("[loa]", "[laa]")
    text += BROADCAST.replace("sang", "chieu").replace("10m", "20m").replace("17:00", "25:00")
    assert [p[:3] for p in problems(write(text))] == [
        ("value.choice", 3, 15),
        ("commune.unknown", 7, 14),
        ("output.unknown", 12, 10),
        ("value.wrong", 17, 10),
    ]


@pytest.mark.parametrize(
    ("before", "after", "code", "fix"),
    [
        ("campaigns:", "campaign:", "key.unknown", "campaigns"),
        ("[loa]", "[loaa]", "output.unknown", "loa"),
        ("dvc", "dcv", "campaign.unknown", "dvc"),
        ("ben-hai", "ben-hay", "commune.unknown", "ben-hai"),
        ("2026-11-01", "2026-02-30", "value.wrong", "2026-11-01"),
        ("2026-11-01", "2026-12-01\n    until: 2026-11-30", "broadcast.never", ""),
        ("10m", "20m", "length.order", ""),
        ("10m", "10", "value.wrong", "10m"),
        ('["17:00"]', "[]", "broadcast.never", ""),
        ("from: 2026-11-01", "rotate: true", "broadcast.from", ""),
        ("from: 2026-11-01", "days: [tuesday]", "value.wrong", "tue"),
        ("from: 2026-11-01", "rrule: FREQ=HOURLY", "value.wrong", "FREQ=MONTHLY"),
        ("id: sang", "id: Buổi sáng", "value", ""),
    ],
)
def test_a_wrong_value_says_how_to_mend_it(write: Write, before: str, after: str, code: str, fix: str) -> None:
    found = problems(write(HEAD + BROADCAST.replace(before, after, 1)))
    assert any(f[0].startswith(code) and fix in f[3] for f in found), found


def test_two_broadcasts_may_not_share_a_name(write: Write) -> None:
    assert [p[:2] for p in problems(write(HEAD + BROADCAST + BROADCAST))] == [("broadcast.twice", 14)]


def test_a_group_that_holds_itself_is_refused(write: Write) -> None:
    zones = "\n  a: {kind: group, outputs: [b, loa]}\n  b: {kind: group, outputs: [a]}\nbroadcasts:"
    found = problems(write(HEAD.replace("\nbroadcasts:", zones) + BROADCAST))
    assert {p[0] for p in found} == {"output.circle"}


def test_a_broken_commune_file_does_not_break_the_schedule(write: Write) -> None:
    workspace = write(HEAD + BROADCAST)
    (workspace.campaigns / "ben-hai.yaml").write_text("campaigns: [", "utf-8")
    assert load_schedule(workspace).broadcasts


def test_a_group_stands_for_its_members_once(write: Write) -> None:
    zones = "\n  a: {kind: group, outputs: [loa, b]}\n  b: {kind: group, outputs: [loa, loa-2]}\nbroadcasts:"
    loaded = load_schedule(write(HEAD.replace("\nbroadcasts:", zones) + BROADCAST))
    assert loaded.loudspeakers(("b", "a")) == ("loa", "loa-2")


def test_with_rotation_each_campaign_has_its_bulletin(schedule: Callable[..., Schedule]) -> None:
    plans = schedule(rotate="true").plans()
    assert [(p.id, p.campaigns) for p in plans] == [
        ("ben-hai/sang-dvc", ("dvc",)),
        ("ben-hai/sang-lua-dao", ("lua-dao",)),
    ]
