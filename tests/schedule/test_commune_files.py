"""The schedules of single communes, written by hand in every way that people write them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from loa.errors import ScheduleError
from loa.schedule.commune_files import file_for, marks
from loa.schedule.loader import load_beside, load_schedule, parse_schedule
from loa.workspace import Workspace

from .conftest import BROADCAST, HEAD

OWN = 'broadcasts:\n  - {id: toi, campaigns: [dvc], at: ["19:00"], on: [loa]}\n'
Own = Callable[..., Workspace]


@pytest.fixture
def own(write: Callable[[str], Workspace]) -> Own:
    """A station with one broadcast in schedule.yaml, and these files in schedules/."""

    def writer(**texts: str) -> Workspace:
        workspace = write(HEAD + BROADCAST)
        workspace.schedules.mkdir(exist_ok=True)
        for name, text in texts.items():
            (workspace.schedules / f"{name.replace('_', '-')}.yaml").write_text(text, "utf-8")
        return workspace

    return writer


def problems(workspace: Workspace) -> list[tuple[str | None, int | None, str]]:
    with pytest.raises(ScheduleError) as caught:
        load_schedule(workspace)
    return [(f.file, f.line, f.code) for f in caught.value.findings]


def test_the_file_says_whose_its_broadcasts_are(own: Own) -> None:
    found = load_schedule(own(ben_hai=OWN))
    assert [(b.id, b.commune) for b in found.broadcasts] == [("sang", "ben-hai"), ("toi", "ben-hai")]
    assert found.own_files == {"toi": "schedules/ben-hai.yaml"}


@pytest.mark.parametrize("text", ["", "# sau này\n", "broadcasts: []\n", "\ufeffbroadcasts: []\r\n"])
def test_a_file_with_no_broadcast_yet_is_in_order(own: Own, text: str) -> None:
    assert [b.id for b in load_schedule(own(ben_hai=text)).broadcasts] == ["sang"]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("broadcasts: [\n", 2, "yaml.syntax"),
        ("- {id: toi}\n", 1, "value.type"),
        ("broadcasts:\n", 1, "value.empty"),
        ("rules: {max_minutes: 15}\n" + OWN, 1, "key.unknown"),
        (OWN.replace("id: toi", "id: toi, commune: trung-son"), 2, "commune.other"),
        (OWN.replace("[dvc]", "[dcv]"), 2, "campaign.unknown"),
        (OWN.replace("19:00", "25:00"), 2, "value.wrong"),
        (OWN.replace("toi", "sang"), 2, "broadcast.twice"),
        (OWN + OWN.splitlines()[1], 3, "broadcast.twice"),
        (OWN.replace("[loa]", "[laa]"), 2, "output.unknown"),
    ],
)
def test_what_is_wrong_is_told_in_its_file(own: Own, text: str, line: int, code: str) -> None:
    assert ("schedules/ben-hai.yaml", line, code) in problems(own(ben_hai=text))


def test_all_files_are_told_at_once_and_schedule_yaml_first(own: Own) -> None:
    workspace = own(ben_hai=OWN.replace("dvc", "dcv"), ben_hia=OWN.replace("toi", "dem"))
    workspace.schedule_file.write_text((HEAD + BROADCAST).replace("17:00", "27:00"), "utf-8")
    assert problems(workspace) == [
        ("schedule.yaml", 9, "value.wrong"),
        ("schedules/ben-hai.yaml", 2, "campaign.unknown"),
        ("schedules/ben-hia.yaml", 2, "commune.unknown"),
    ]


def test_a_folder_that_is_a_file_is_told(own: Own) -> None:
    workspace = own()
    workspace.schedules.rmdir()
    workspace.schedules.write_text("", "utf-8")
    assert problems(workspace)[0][0] == "schedules/"


def test_a_slip_of_one_commune_does_not_hold_up_the_others(own: Own) -> None:
    workspace = own(ben_hai=OWN)
    copies = workspace.last_good_schedules
    copies.mkdir(parents=True)
    (copies / "ben-hai.yaml").write_text(OWN.replace("19:00", "18:00"), "utf-8")
    (workspace.schedules / "ben-hai.yaml").write_text(OWN.replace("[loa]", "[loa"), "utf-8")
    workspace.schedule_file.write_text((HEAD + BROADCAST).replace("17:00", "16:30"), "utf-8")
    with pytest.raises(ScheduleError) as caught:
        load_schedule(workspace)
    found = load_beside(workspace, caught.value)
    assert [(b.id, f"{b.at[0]:%H:%M}") for b in found.broadcasts] == [("sang", "16:30"), ("toi", "18:00")]
    assert found.own_files == {"toi": "schedules/ben-hai.yaml"}
    workspace.schedule_file.write_text("outputs: [", "utf-8")
    with pytest.raises(ScheduleError) as caught:
        load_schedule(workspace)
    with pytest.raises(ScheduleError):
        load_beside(workspace, caught.value)


def test_every_change_of_a_file_is_noticed(own: Own) -> None:
    workspace = own(ben_hai=OWN)
    seen = [marks(workspace)]
    (workspace.schedules / "trung-son.yml").write_text("", "utf-8")
    seen.append(marks(workspace))
    (workspace.schedules / "ben-hai.yaml").write_text(OWN + "# thêm\n", "utf-8")
    seen.append(marks(workspace))
    (workspace.schedules / "trung-son.yml").unlink()
    assert len({*seen, marks(workspace)}) == 4
    (workspace.schedules / "ben-hai.yaml").unlink()
    assert [b.id for b in load_schedule(workspace).broadcasts] == ["sang"]


def test_where_a_new_broadcast_goes(own: Own, tmp_path: Path) -> None:
    workspace = own(ben_hai=OWN)
    assert file_for(workspace, "ben-hai").name == "ben-hai.yaml"
    assert file_for(workspace, "trung-son") == workspace.schedules / "trung-son.yaml"
    (workspace.schedules / "ben-hai.yaml").unlink()
    workspace.schedules.rmdir()
    assert file_for(workspace, "ben-hai") == workspace.schedule_file


def test_a_text_is_tried_before_it_is_saved(own: Own) -> None:
    workspace = own(ben_hai=OWN)
    path = workspace.schedules / "ben-hai.yaml"
    assert [b.id for b in parse_schedule("", workspace, path).broadcasts] == ["sang"]
    with pytest.raises(ScheduleError) as caught:
        parse_schedule(OWN.replace("dvc", "dcv"), workspace, path)
    (finding,) = caught.value.findings
    assert (finding.file, finding.line, finding.column) == ("schedules/ben-hai.yaml", 2, 27)
    assert len(load_schedule(workspace).broadcasts) == 2
