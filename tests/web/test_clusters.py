"""The page of the clusters: register, map, codes, and who did not hear what."""

import datetime
import re

from loa.actions.offices import Role
from loa.clock import RealClock
from loa.fleet import acts, register
from loa.fleet.keys import Key, fingerprint
from loa.fleet.messages import Done, State
from loa.fleet.register import RemoteAiring
from loa.schedule import UTC
from loa.schedule.loader import load_schedule
from loa.store.lease import Lease
from loa.web.context import Console
from loa.workspace import Workspace
from tests.web.conftest import LogIn

PLAYERS = """outputs:
  cum-dong: {kind: player, title: Loa thôn Đông, village: thôn Đông, position: "16.9021, 107.0713"}
  cum-tay: {kind: player, title: Loa thôn Tây, village: thôn Tây, position: "16.9121, 107.0913", volume: 60}
  cum-moi: {kind: player, village: thôn Nam}
"""


def join(station: Workspace, console: Console, name: str, *, line: bool, now: datetime.datetime) -> None:
    key = Key.of(station.fleet / name)
    register.join(station, console.store, name, fingerprint(key.public), key.public, now)
    register.note_state(console.store, name, State(version="0.2.0", offset=0.4, disk=5_000_000_000), now)
    register.note_line(console.store, name, up=line, now=now)


def test_a_commune_sees_its_clusters_lets_one_join_and_takes_one_out(
    station: Workspace, console: Console, log_in: LogIn
) -> None:
    text = station.schedule_file.read_text("utf-8")
    station.schedule_file.write_text(text.replace("outputs:\n", PLAYERS, 1), "utf-8")
    now = datetime.datetime.now(UTC)
    join(station, console, "cum-dong", line=True, now=now)
    join(station, console, "cum-tay", line=False, now=now)
    past = now - datetime.timedelta(hours=2)
    aired = RemoteAiring("tin@x", "cum-tay", "tin", "ben-hai", "ben-hai/tin", past, past, True)
    register.hand_over(console.store, [aired], None)
    operator = log_in(Role.OPERATOR)
    assert "Not heard at thôn Tây (1): Loa thôn Tây" in operator.look("/")
    page = operator.look("/clusters")
    rows = {found[1]: found[0] for found in re.findall(r'(<tr id="([\w-]+)">.*?</tr>)', page, re.DOTALL)}
    assert next(iter(rows)) == "cum-tay", "what is in trouble stands first"
    assert 'badge bad">silent' in rows["cum-tay"]
    assert 'badge good">works' in rows["cum-dong"]
    assert "0.2.0" in rows["cum-dong"]
    assert "ghi-lai" in rows, "what is no player stands in the same register"
    circles = re.findall(r'<circle class="(\w*)" cx="([\d.]+)" cy="([\d.]+)"', page)
    tones = {tone: (float(x), float(y)) for tone, x, y in circles}
    assert tones["bad"][0] > tones["good"][0], "Tây lies east of Đông here"
    assert tones["bad"][1] < tones["good"][1], "and north of it"
    assert "thôn Nam" not in page.split("</svg>")[0], "what has no position is not drawn"
    # a code, and a player taken out
    told = operator.submit("/clusters/cum-moi/code")
    code = re.search(r"\b([A-Z2-9]{4}-[A-Z2-9]{4})\b", told)
    assert code
    assert register.enrolled(console.store)["cum-moi"].code == code[1].replace("-", "")
    operator.submit("/clusters/khong-co/code", 404)
    operator.submit("/clusters/cum-dong/revoke")
    assert not register.enrolled(console.store)["cum-dong"].active
    assert ">revoked<" in operator.look("/clusters")
    operator.submit("/clusters/cum-dong/revoke", 422)
    assert [row["action"] for row in console.audit.read()][:2] == ["player.revoked", "player.code"]
    operator.submit("/volume", output="cum-tay", volume="45")
    assert "volume: 45" in station.schedule_file.read_text("utf-8")


def test_a_hundred_clusters_are_shown_by_villages_and_set_by_villages(
    station: Workspace, console: Console, log_in: LogIn
) -> None:
    outputs = "".join(
        f"  cum-{n}: {{kind: player, title: Loa {n} thôn {n // 3}, village: thôn {n // 3}, "
        f'position: "{16.9 + n * 0.001:.3f}, 107.0{n:03}"}}\n'
        for n in range(102)
    )
    text = station.schedule_file.read_text("utf-8")
    group = "  nhom-1: {kind: group, outputs: [cum-0, cum-1, ghi-lai]}\n"
    station.schedule_file.write_text(text.replace("outputs:\n", "outputs:\n" + outputs + group, 1), "utf-8")
    now = datetime.datetime.now(UTC)
    for n in range(0, 102, 2):
        join(station, console, f"cum-{n}", line=n != 4, now=now)
    operator = log_in(Role.OPERATOR)
    page = operator.look("/clusters")
    assert len(page.encode()) <= 100_000
    assert '<tr id="cum-4">' in page, "what is in trouble stands on the first page"
    assert '<tr id="cum-0">' not in page
    village = operator.look("/clusters?village=th%C3%B4n%200")
    assert re.findall(r'<tr id="([\w-]+)">', village) == ["cum-0", "cum-1", "cum-2"]
    # many at once: what people choose is a village, a group, everything
    operator.submit("/clusters/volume", where="thôn 33", volume="35")
    outputs_now = load_schedule(station).outputs
    assert [outputs_now[f"cum-{n}"].volume for n in (98, 99, 100, 101)] == [100, 35, 35, 35]
    operator.submit("/clusters/chime", 422, where="thôn 1")  # nobody is on air
    assert Lease(console.store, RealClock(), heartbeat=3, stale=60).keep(None)
    operator.submit("/clusters/chime", where="thôn 1")  # of 3, 4, 5 the player 4 has joined
    operator.submit("/clusters/restart", where="nhom-1")
    operator.submit("/clusters/chime", 422, where="thôn 77")
    assert [(one.player, one.verb) for one in acts.waiting(console.store)] == [("cum-4", "test"), ("cum-0", "restart")]
    acts.close(station, console.store, "cum-4", [Done(act=1, result="failed", note="no sound card")], now)
    assert "not played: no sound card" in operator.look("/clusters")
    assert [row["action"] for row in console.audit.read()][:2] == ["player.restart", "player.test"]
