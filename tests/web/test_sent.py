"""What went out beside the loudspeakers, as the console shows it; and the short text for a social page."""

import datetime

from sqlalchemy import insert

from loa.actions.offices import Role
from loa.bulletin.manifest import Cue, Manifest
from loa.store.approvals import BulletinFile
from loa.store.database import stamp
from loa.store.tables import messages
from loa.web.context import Console
from loa.web.views.bulletins import now
from loa.workspace import Workspace
from tests.approving import approve
from tests.sounds import make_mp3
from tests.web.conftest import LogIn


def signed(station: Workspace, console: Console) -> str:
    path = make_mp3(station.bulletins / "ben-hai" / "tin-moi.mp3", 1)
    sha256 = BulletinFile("ben-hai/tin-moi", path).sha256
    cues = tuple(Cue(start=n, end=n + 1, text="Câu này dài vừa phải. " * 4, spoken="x", part="x") for n in range(20))
    Manifest(
        id="ben-hai/tin-moi", commune="ben-hai", name="tin-moi", title="Tin mới", date=datetime.date(2026, 11, 28),
        campaigns=(console.files.commune("ben-hai").commune.campaigns[0].id,), seconds=1, sha256=sha256, engine="x",  # type: ignore[union-attr]
        voice="x", cues=cues,
    ).save(path.with_suffix(".json"))  # fmt: skip
    approve(station, console.store, BulletinFile("ben-hai/tin-moi", path), "Chị Hoa", now())
    console.forget()
    return sha256


def test_who_got_what_and_why_not_and_once_more(station: Workspace, console: Console, log_in: LogIn) -> None:
    sha256 = signed(station, console)
    states = [("a", "sent", None), ("b", "refused", "chat not found"), ("c", "unknown", None), ("d", "waiting", None)]
    with console.store.write() as connection:
        for key, state, reason in states:
            about = {"channel": "telegram", "bulletin": "ben-hai/tin-moi", "sha256": sha256, "began": stamp(now())}
            row = {**about, "receiver": key, "state": state, "reason": reason, "attempts": 1, "next": stamp(now())}
            connection.execute(insert(messages).values(row))
    leader = log_in(Role.LEADER)
    page = leader.look("/messages")
    for text in ("Telegram", "1 of 4", "1 × chat not found", "not known: 1", "1 wait"):
        assert text in page
    page = leader.submit("/messages/again", channel="telegram", sha256=sha256)
    assert "Sent again to 2 receivers." in page
    assert "chat not found" not in page
    elsewhere = log_in(Role.LEADER, communes=frozenset({"gio-linh"}))
    assert "Telegram" not in elsewhere.look("/messages")
    again = {"csrf": elsewhere.csrf, "channel": "telegram", "sha256": sha256}
    assert elsewhere.post("/messages/again", data=again).status_code == 404
    assert log_in(Role.EDITOR).get("/messages").status_code == 403


def test_the_text_for_the_social_page_is_what_was_signed_and_short(
    station: Workspace, console: Console, log_in: LogIn
) -> None:
    editor, campaign = log_in(Role.EDITOR), console.files.commune("ben-hai").commune.campaigns[0].id  # type: ignore[union-attr]
    assert 'id="social"' not in editor.look(f"/publish/ben-hai/{campaign}")
    schedule = station.schedule_file.read_text("utf-8")
    assert "publish:" not in schedule
    station.schedule_file.write_text(f'{schedule}\npublish: {{address: "https://benhai.vn/loa/"}}\n', "utf-8")
    console.files.forget()
    signed(station, console)
    page = editor.look(f"/publish/ben-hai/{campaign}")
    text = page.partition('<textarea id="social"')[2].partition(">\n")[2].partition("</textarea>")[0]
    assert text.startswith("Tin mới\nCâu này dài vừa phải.")
    assert text.endswith(f"https://benhai.vn/loa/ben-hai/{campaign}/")
    assert 300 < len(text) <= 500
