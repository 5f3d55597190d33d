"""What attackers try first."""

import http.server
import threading
from pathlib import Path

import pytest
from fastapi import FastAPI

from loa.actions.offices import Role
from loa.files import write_atomic
from loa.web.auth import passwords
from loa.web.context import Console
from loa.workspace import Workspace
from tests.web.conftest import PASSWORD, Browser, LogIn, yaml_of

EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)>\"' {{7919*7919}}"


def test_every_answer_has_a_strict_policy_and_no_page_has_inline_code(log_in: LogIn) -> None:
    browser = log_in(*Role)
    for path in ("/", "/week", "/campaigns", "/settings", "/log", "/nothing", "/static/console.js", "/login"):
        answer = browser.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        for sign in (" style=", "<style", " onclick", " onload", "javascript:"):
            assert sign not in answer.text, f"{path}: {sign}"
        assert answer.text.count("<script") == answer.text.count('<script src="/static/')
        assert "http://" not in answer.text.split("</head>")[0].replace("http://www.w3.org", "")


def test_cookies_are_for_the_server_only(app: FastAPI, log_in: LogIn, person) -> None:  # type: ignore[no-untyped-def]
    person("lan", Role.ADMIN)
    browser = Browser(app, base_url="https://loa.test", follow_redirects=False)
    browser.look("/login")
    answer = browser.post("/login", data={"csrf": browser.csrf, "name": "lan", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 303
    for flag in ("HttpOnly", "SameSite=lax", "Secure"):
        assert flag in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-csrf-token": "wrong"},
        {"x-csrf-token": "RIGHT", "origin": "http://evil.test"},
        {"x-csrf-token": "RIGHT", "sec-fetch-site": "cross-site"},
    ],
)
def test_a_form_of_another_site_changes_nothing(log_in: LogIn, headers: dict[str, str]) -> None:
    browser = log_in(Role.OPERATOR)
    sent = {name: value.replace("RIGHT", browser.csrf) for name, value in headers.items()}
    assert browser.post("/stop", headers=sent).status_code == 403
    assert browser.post("/stop", headers={"x-csrf-token": browser.csrf}).status_code == 303


def test_the_log_in_itself_cannot_be_forged(log_in: LogIn) -> None:
    browser = log_in()
    assert browser.post("/login", data={"name": "a", "password": "b"}).status_code == 403


def test_a_planted_session_is_not_taken_over(app: FastAPI, console: Console, person) -> None:  # type: ignore[no-untyped-def]
    person("lan", Role.ADMIN)
    browser = Browser(app, base_url="http://loa.test", follow_redirects=False)
    browser.cookies.set("loa_session", "planted-by-somebody")
    browser.look("/login")
    answer = browser.post("/login", data={"csrf": browser.csrf, "name": "lan", "password": PASSWORD})
    assert answer.cookies["loa_session"] != "planted-by-somebody"
    assert console.sessions.find("planted-by-somebody") is None


def test_logging_in_again_gives_a_new_session_and_ends_the_old_one(app: FastAPI, console: Console, person) -> None:  # type: ignore[no-untyped-def]
    person("lan", Role.ADMIN)
    browser = Browser(app, base_url="http://loa.test", follow_redirects=False)
    seen = []
    for _turn in range(2):
        browser.look("/login") if not seen else browser.look("/account")
        browser.submit("/login", name="lan", password=PASSWORD)
        seen.append(browser.cookies["loa_session"])
    assert seen[0] != seen[1]
    assert console.sessions.find(seen[0]) is None


def test_guessing_ends_after_five_tries_and_the_right_password_then_waits_too(
    app: FastAPI,
    person,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    person("lan", Role.ADMIN)
    monkeypatch.setattr(passwords, "matches", lambda _stored, given, _pool: given == PASSWORD)
    browser = Browser(app, base_url="http://loa.test", follow_redirects=False)
    browser.look("/login")
    for _guess in range(5):
        browser.submit("/login", 401, name="lan", password="sai mật khẩu")
    browser.submit("/login", 429, name="lan", password=PASSWORD)
    browser.submit("/login", 429, name=" LAN ", password=PASSWORD)


def test_guessing_many_names_from_one_address_ends_too(
    app: FastAPI,
    person,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    person("lan", Role.ADMIN)
    monkeypatch.setattr(passwords, "matches", lambda _stored, _given, _pool: False)
    browser = Browser(app, base_url="http://loa.test", follow_redirects=False)
    browser.look("/login")
    for number in range(20):
        browser.submit("/login", 401, name=f"user{number}", password="sai mật khẩu")
    browser.submit("/login", 429, name="nobody-yet", password="sai mật khẩu")


def test_a_token_cannot_be_guessed_either(log_in: LogIn, person) -> None:  # type: ignore[no-untyped-def]
    browser = log_in()
    for number in range(6):
        answer = browser.get("/api/v1/now", headers={"authorization": f"Bearer loa_{number}"})
        assert answer.status_code == 401


def test_the_first_run_wants_the_code_and_happens_once(app: FastAPI, console: Console) -> None:
    browser = Browser(app, base_url="http://loa.test", follow_redirects=False)
    browser.look("/login")
    fields = {"name": "lan", "shown": "Lan", "password": PASSWORD, "again": PASSWORD}
    browser.submit("/first", 422, code="AAAA-BBBB-CCCC", **fields)
    assert console.accounts.empty()
    code = console.code
    write_atomic(console.workspace.first_run_code, f"{code}\nhttp://loa.test/\n")
    browser.submit("/first", code=code.lower().replace("-", " "), **fields)
    assert [p.roles for p in console.accounts.all()] == [{Role.ADMIN}]
    assert not console.workspace.first_run_code.exists()
    other = Browser(app, base_url="http://loa.test", follow_redirects=False)
    other.look("/login")
    answer = other.post("/first", data={"csrf": other.csrf, "code": code, **fields, "name": "ba"})
    assert answer.headers["location"] == "/login"
    assert len(console.accounts.all()) == 1


@pytest.mark.parametrize("target", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "/\n/x"])
def test_no_redirect_leads_away(app: FastAPI, person, target: str) -> None:  # type: ignore[no-untyped-def]
    person("lan", Role.ADMIN)
    browser = Browser(app, base_url="http://loa.test", follow_redirects=False)
    browser.look("/login")
    answer = browser.post("/login", data={"csrf": browser.csrf, "name": "lan", "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"


def test_what_people_type_is_never_code(log_in: LogIn, console: Console, station: Workspace) -> None:
    browser = log_in(*Role)
    browser.look("/campaigns")
    page = browser.submit(
        "/campaigns", commune="ben-hai", template="dich-vu-cong-truc-tuyen", title=EVIL, as_of="2026-11-01"
    )
    campaign = next(c for c in console.files.commune("ben-hai").commune.campaigns if "script" in c.title)  # type: ignore[union-attr]
    base = f"/campaigns/ben-hai/{campaign.id}"
    browser.submit("/settings/people", shown=EVIL, name="ba.nguyen", password=PASSWORD, roles="editor", reach="station")
    browser.submit("/account/tokens", 200, label=EVIL, days="3")
    browser.submit("/emergency", 422, commune="khong-co", text=EVIL)
    browser.submit(f"{base}/pronounce", word=EVIL[:70], said=EVIL[:150])
    pages = {page}
    for path in (base, f"{base}/heard", f"{base}/sound", "/campaigns", "/campaigns/ben-hai", "/history/ben-hai", "/publish",
                 f"/publish/ben-hai/{campaign.id}", "/settings/people", "/settings/audit", "/account", "/week", "/week/new",
                 f"/log?q={EVIL}", f"/campaigns?q={EVIL}", f"/settings/audit?q={EVIL}"):  # fmt: skip
        pages.add(browser.look(path.replace("#", "")))
    for text in pages:
        for sign in ("<script>alert", "<img src=x", "onerror=alert(1)>", "62710561"):
            assert sign not in text, sign


def test_a_brought_in_commune_is_checked_and_its_text_stays_text(log_in: LogIn, station: Workspace) -> None:
    browser = log_in(Role.ADMIN)
    good = (station.campaigns / "ben-hai.yaml").read_text("utf-8")
    evil = good.replace("title: ", "title: '<script>alert(1)</script>' #", 1)
    for name, text, status in (
        ("../../../tmp/x.yaml", good, 303),
        ("a.yaml", evil, 303),
        ("b.yaml", "commune: !!python/object/apply:os.system ['touch /tmp/pwned']", 409),
        ("c.yaml", "a: &a [*a, *a]\n" * 5, 409),
        ("d.yaml", "x: " + "y" * 2_000_000, 409),
        ("e.yaml", "\xff\xfe", 422),
        ("ben-hai.yaml", good, 422),
    ):
        files = {"file": (name, text.encode("latin-1", "replace") if name == "e.yaml" else text.encode())}
        answer = browser.post("/settings/communes", data={"csrf": browser.csrf}, files=files)
        assert answer.status_code == status, f"{name}: {answer.text[-600:]}"
    assert sorted(p.name for p in station.root.parent.glob("*.yaml")) == []
    assert {"x.yaml", "a.yaml"} <= {p.name for p in station.campaigns.iterdir()}
    assert "<script>alert" not in browser.look("/campaigns/a")


TRAVERSALS = [
    "../schedule",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "....//",
    "con",
    "a%00b",
    "/etc/passwd",
]


@pytest.mark.parametrize("name", TRAVERSALS)
def test_no_name_leads_out_of_the_station(log_in: LogIn, name: str) -> None:
    browser = log_in(*Role)
    for path in ("/campaigns/{}", "/campaigns/{}/x", "/history/{}", "/sound/{}/x.mp3", "/sound/ben-hai/{}.mp3", "/release/{}/x",
                 "/static/{}", "/log/sound/{}.mp3", "/publish/{}/x", "/emergency/{}/x", "/jobs/{}", "/log/export.{}",
                 "/settings/voices/{}/x/sample.wav", "/week/broadcasts/{}", "/sound/ben-hai/{}.vtt"):  # fmt: skip
        answer = browser.get(path.format(name))
        assert answer.status_code in {303, 404, 405, 422}, f"{path.format(name)}: {answer.status_code}"
        assert "root:" not in answer.text


def test_an_upload_is_limited_and_made_anew(log_in: LogIn, station: Workspace) -> None:
    browser = log_in(Role.ADMIN)

    def send(name: str, content: bytes) -> int:
        data = {"csrf": browser.csrf, "name": "nhac hiệu mới", "shelf": "station"}
        return int(browser.post("/sounds", data=data, files={"file": (name, content)}).status_code)

    chime = next(station.jingles.glob("chime.*")).read_bytes()
    assert send("../../evil.php", chime + b"<?php system('id'); ?>") == 303
    made = station.jingles / "nhac-hieu-moi.flac"
    assert made.read_bytes()[:4] == b"fLaC"
    assert b"php" not in made.read_bytes()
    assert send("x.mp3", b"MZ" + b"\0" * 5000) == 422
    assert send("x.mp3", b"") == 422
    assert send("big.wav", b"RIFF" + b"\0" * 12_500_000) in {413, 422}


def test_addresses_that_people_type_are_never_fetched(log_in: LogIn, station: Workspace) -> None:
    asked: list[str] = []

    class Trap(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    trap = http.server.HTTPServer(("127.0.0.1", 0), Trap)
    thread = threading.Thread(target=trap.serve_forever, daemon=True)
    thread.start()
    try:
        browser = log_in(Role.OFFICER)
        page = browser.look("/campaigns/ben-hai")
        mark = page.split('name="mark" value="')[1].split('"')[0]
        address = f"http://127.0.0.1:{trap.server_port}/latest/meta-data"
        answer = browser.post(
            "/campaigns/ben-hai",
            data={"csrf": browser.csrf, "mark": mark, "commune.name": "Bến Hải", "commune.province": "Quảng Trị",
                  "commune.kind": "xã", "portal.url": address, "portal.national": address},
        )  # fmt: skip
        assert answer.status_code in {303, 422}
        browser.look("/campaigns/ben-hai/dich-vu-cong-truc-tuyen")
    finally:
        trap.shutdown()
        trap.server_close()
        thread.join()
    assert not asked


def test_a_huge_form_is_refused(log_in: LogIn) -> None:
    browser = log_in(Role.DUTY)
    answer = browser.post("/emergency", data={"csrf": browser.csrf, "commune": "ben-hai", "text": "a " * 2000})
    assert answer.status_code == 422
    answer = browser.post("/emergency", content=b"text=" + b"a" * 15_000_000,
                          headers={"content-type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert 400 <= answer.status_code < 500


def test_who_did_what_is_written_down(log_in: LogIn, console: Console) -> None:
    browser = log_in(Role.OPERATOR, Role.ADMIN, name="vanhanh")
    browser.submit("/stop")
    rows = console.audit.read()
    assert (rows[0]["who"], rows[0]["action"]) == ("Vanhanh", "air.stopped")
    assert "Vanhanh" in browser.look("/settings/audit")


def test_the_schedule_is_the_only_file_that_the_week_can_write(log_in: LogIn, station: Workspace) -> None:
    before = {p: p.read_bytes() for p in station.campaigns.iterdir()}
    browser = log_in(Role.OPERATOR)
    browser.look("/week")
    browser.submit("/week/leave-out", broadcast="ben-hai-dvc", first="2026-12-01")
    assert {p: p.read_bytes() for p in station.campaigns.iterdir()} == before
    assert "2026-12-01" in str(yaml_of(station.schedule_file))


def test_the_database_of_accounts_lies_beside_the_log_not_in_it(console: Console, station: Workspace) -> None:
    assert (station.state / "console.db").is_file()
    assert Path(station.state / "console.db") != station.database


def test_a_backup_holds_what_cannot_be_made_again_and_opens(log_in: LogIn, tmp_path: Path) -> None:
    import io
    import sqlite3
    import zipfile

    answer = log_in(Role.ADMIN).get("/settings/backup")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = set(archive.namelist())
        assert {"schedule.yaml", "campaigns/ben-hai.yaml", ".loa/console.db", ".loa/station.db"} <= names
        archive.extract(".loa/console.db", tmp_path)
    kept = sqlite3.connect(tmp_path / ".loa" / "console.db")
    assert kept.execute("select count(*) from users").fetchone() == (1,)
    kept.close()


def test_a_backup_of_the_console_can_be_put_back(
    log_in: LogIn, console: Console, station: Workspace, tmp_path: Path
) -> None:
    from loa.app.restore import restore

    target = tmp_path / "loa.zip"
    target.write_bytes(log_in(Role.ADMIN, name="lan").get("/settings/backup").content)
    console.close()
    restore(station, target, None)
    again = Console.open(station)
    assert [person.name for person in again.accounts.all()] == ["lan"]
    again.close()
