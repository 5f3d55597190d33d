import threading

from generator.console.facts import Facts
from generator.workspace import Workspace


def test_nobody_sees_an_empty_schedule_while_it_is_read_for_the_first_time(station: Workspace) -> None:
    facts = Facts(station)
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(facts.plan().schedule)) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert None not in seen


def test_a_broken_schedule_leaves_the_last_good_one_in_force_and_says_why(station: Workspace) -> None:
    facts = Facts(station)
    good = facts.plan().schedule
    station.schedule_file.write_text("outputs: [", "utf-8")
    facts.forget()
    plan = facts.plan()
    assert plan.schedule is good
    assert plan.findings


def test_a_broken_commune_is_listed_with_its_problems_and_harms_no_other(station: Workspace) -> None:
    (station.campaigns / "hong.yaml").write_text("commune: {name: [}", "utf-8")
    facts = Facts(station)
    broken = facts.commune("hong")
    assert broken
    assert broken.commune is None
    assert broken.findings[0].line
    assert facts.commune("ben-hai").commune  # type: ignore[union-attr]
    assert facts.commune("../schedule") is None
