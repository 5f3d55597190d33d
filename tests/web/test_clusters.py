"""The page of the clusters: register, map, codes, and who did not hear what."""

import datetime
import re

from loa.actions.offices import Role
from loa.fleet import register
from loa.fleet.keys import Key, fingerprint
from loa.fleet.messages import State
from loa.fleet.register import RemoteAiring
from loa.schedule import UTC
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
