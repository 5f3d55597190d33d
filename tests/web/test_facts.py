import threading

from loa.web.views.files import StationFiles
from loa.workspace import Workspace


def test_nobody_sees_an_empty_schedule_while_it_is_read_for_the_first_time(station: Workspace) -> None:
    facts = StationFiles(station)
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(facts.plan().schedule)) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert None not in seen


def test_a_broken_schedule_leaves_the_last_good_one_in_force_and_says_why(station: Workspace) -> None:
    facts = StationFiles(station)
    good = facts.plan().schedule
    station.schedule_file.write_text("outputs: [", "utf-8")
    facts.forget()
    plan = facts.plan()
    assert plan.schedule is good
    assert plan.findings


def test_a_broken_commune_is_listed_with_its_problems_and_harms_no_other(station: Workspace) -> None:
    (station.campaigns / "hong.yaml").write_text("commune: {name: [}", "utf-8")
    facts = StationFiles(station)
    broken = facts.commune("hong")
    assert broken
    assert broken.commune is None
    assert broken.findings[0].line
    assert facts.commune("ben-hai").commune  # type: ignore[union-attr]
    assert facts.commune("../schedule") is None


def test_only_a_file_that_changed_is_read_again(station: Workspace) -> None:
    facts = StationFiles(station)
    before = facts.by_stem()
    changed = station.campaigns / "ben-hai.yaml"
    changed.write_text(changed.read_text("utf-8").replace("Bến Hải", "Bến Hải Đông"), "utf-8")
    (station.campaigns / "trung-son.yaml").unlink()
    facts.forget()
    after = facts.by_stem()
    assert set(before) - set(after) == {"trung-son"}
    assert after["ben-hai"].commune.unit.name == "Bến Hải Đông"  # type: ignore[union-attr]
    assert all(after[stem] is before[stem] for stem in after if stem != "ben-hai")
