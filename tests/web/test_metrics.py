"""The figures for Prometheus: who may read them, and that a reader of the format understands them."""

import datetime
import re

from loa.actions.offices import Role
from loa.automation.disk import open_station_store
from loa.schedule.loader import load_schedule
from loa.store.asrun import NewRow, append
from loa.web.context import Console
from loa.web.views.metrics import Metric
from loa.workspace import Workspace
from tests.web.conftest import LogIn

_SAMPLE = re.compile(
    r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (-?[0-9.e+-]+)'
)
"""A line of the text format: prometheus.io/docs/instrumenting/exposition_formats."""


def read(text: str) -> dict[str, float]:
    """The figures of a text, as Prometheus would read them; each family is described once, before its figures."""
    found: dict[str, float] = {}
    described: list[str] = []
    for line in text.split("\n")[:-1]:
        if line.startswith("# "):
            _sign, word, name, _rest = line.split(" ", 3)
            described += [name] if word == "TYPE" else []
            continue
        match = _SAMPLE.fullmatch(line)
        assert match, line
        assert match[1] == described[-1]
        found[f"{match[1]}{{{match[2]}}}" if match[2] else match[1]] = float(match[3])
    assert text.endswith("\n")
    assert len(set(described)) == len(described)
    return found


def test_a_program_with_a_token_reads_them_and_a_stranger_does_not(
    log_in: LogIn, console: Console, station: Workspace
) -> None:
    log_in(Role.EDITOR, name="may-do")
    person = next(p for p in console.accounts.all() if p.name == "may-do")
    headers = {"authorization": f"Bearer {console.sessions.make_token(person, 'prometheus', frozenset(Role), 30)}"}
    program = log_in()
    assert program.get("/metrics").status_code == 401
    store = open_station_store(station, load_schedule(station))
    append(store, NewRow("alarm", reason="x"), datetime.datetime.now(datetime.UTC), seal=station.seal)
    store.close()
    answer = program.get("/metrics", headers=headers)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = read(answer.text)
    assert (found["loa_running"], found["loa_log_rows_total"], found["loa_schedule_problems"]) == (0, 1, 0)
    assert found["loa_disk_free_bytes"] > 1
    assert 'loa_airings_today{outcome="missed"}' in found
    station.schedule_file.write_text("outputs: [", "utf-8")
    console.files.forget()
    assert read(program.get("/metrics", headers=headers).text)["loa_schedule_problems"] == 1


def test_what_people_write_does_not_break_the_format() -> None:
    name = 'Loa "thôn\n1" \\ 2'
    found = read("\n".join(Metric("loa_x", "gauge", "X.", {(("output", name),): 0.5}).lines()) + "\n")
    assert found == {'loa_x{output="Loa \\"thôn\\n1\\" \\\\ 2"}': 0.5}
