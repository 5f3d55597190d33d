"""No developer's word on the pages of those who write, sign and put on air; the administrator's pages may have them."""

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from loa.actions.offices import Office, Role, may
from loa.i18n import set_language
from loa.web.auth.decisions import act_of
from loa.web.routes import all_routers
from loa.workspace import Workspace
from tests.web.conftest import LogIn

WORDS = (
    "SHA-256, YAML, JSON, UTC, UUID, HTTP, URL, API, MQTT, SQL, UTF-8, biến môi trường, thư mục, mã lỗi, campaigns/, schedule.yaml, null, "
    "localhost, traceback, exception, token, cache, schema, hash, terminal, dòng lệnh, slug, None, True, False, undefined"
)
WORDS_SEEN = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, WORDS.split(', ')))})(?![\w-])", re.IGNORECASE)
EVERYDAY = (Role.OFFICER, Role.OPERATOR, Role.LEADER, Role.EDITOR, Role.DUTY)
NAMED = (
    ("/release/{commune}/{name}", "/release/ben-hai/ben-hai-dvc"),
    ("/week/broadcasts/{id_}", "/week/broadcasts/ben-hai-dvc"),
    ("/week/move", "/week/move?broadcast=ben-hai-dvc&first=2026-12-01&from=17:00"),
    ("/publish/{stem}/{id_}", "/publish/ben-hai/sot-xuat-huyet"),
    ("{stem}/{id_}", "ben-hai/sot-xuat-huyet"),
    ("{stem}", "ben-hai"),
    ("outputs/{name}", "outputs/thu"),
    ("station/{key}", "station/rules"),
)
"""What stands in an address for the names in a route; pages of which the sample station has nothing are not looked at."""
NO_PAGES = ("/api/", "/board/", "/feed/", "/static/", "/today/events", "/settings")
"""For programs and for the public; and the administrator's pages."""


def pages() -> list[str]:
    """The address of every page that those may read who are no administrators."""
    office, found = Office(frozenset(EVERYDAY)), []
    for router in all_routers():
        for route in router.routes:
            if not isinstance(route, APIRoute):
                continue  # sound, both ways
            act = act_of(route.endpoint)
            if "GET" not in route.methods or act is None or not may(office, act) or route.path.startswith(NO_PAGES):
                continue
            path = route.path
            for names, example in NAMED:
                path = path.replace(names, example)
            found += [] if "{" in path else [path]
    return sorted(found)


@pytest.fixture
def vietnamese() -> Iterator[None]:
    set_language("vi")
    yield
    set_language("en")


@pytest.mark.usefixtures("vietnamese")
def test_no_page_of_everyday_work_speaks_as_developers_do(log_in: LogIn, station: Workspace) -> None:
    browser = log_in(*EVERYDAY)
    found, looked = [], set()
    for path in pages():
        answer = browser.get(path)
        if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        looked.add(path.partition("?")[0])
        shown = re.sub(r"<(script|style|head)\b.*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)
        found += [f"{path}: {word}" for word in WORDS_SEEN.findall(shown)]
    assert not found, "\n".join(found)
    everyday = "/ /week /week/day /week/month /week/new /campaigns /release /emergency /inbox /publish /sounds /clusters /notice"
    assert {*everyday.split(), "/log", "/log/year", "/log/report", "/account"} <= looked
    assert WORDS_SEEN.findall("Mã SHA-256 trong thư mục, schedule.yaml, giờ UTC") == [
        "SHA-256",
        "thư mục",
        "schedule.yaml",
        "UTC",
    ]
