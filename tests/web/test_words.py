"""No developer's word on the pages of those who write, sign and put on air; the administrator's pages may have them."""

import re
from collections.abc import Iterator

import pytest

from loa.actions.offices import Role
from loa.i18n import set_language
from loa.workspace import Workspace
from tests.web.conftest import LogIn

WORDS = (
    "SHA-256, YAML, JSON, UTC, UUID, HTTP, URL, API, biến môi trường, thư mục, mã lỗi, campaigns/, schedule.yaml, null"
)
WORDS_SEEN = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, WORDS.split(', ')))})(?![\w-])", re.IGNORECASE)
PAGES = "/ /week /week/day /week/month /week/new /campaigns /release /release/ben-hai/ben-hai-dvc /emergency /publish /publish/ben-hai/sot-xuat-huyet /sounds /campaigns/ben-hai /campaigns/ben-hai/sot-xuat-huyet /campaigns/ben-hai/sot-xuat-huyet/words /campaigns/ben-hai/sot-xuat-huyet/heard /log /log/year /account".split()


@pytest.fixture
def vietnamese() -> Iterator[None]:
    set_language("vi")
    yield
    set_language("en")


@pytest.mark.usefixtures("vietnamese")
def test_no_page_of_everyday_work_speaks_as_developers_do(log_in: LogIn, station: Workspace) -> None:
    browser = log_in(Role.OFFICER, Role.OPERATOR, Role.LEADER, Role.EDITOR, Role.DUTY)
    found = []
    for path in PAGES:
        page = browser.look(path)
        shown = re.sub(r"<(script|style|head)\b.*?</\1>|<[^>]+>", " ", page, flags=re.S)
        found += [f"{path}: {word}" for word in WORDS_SEEN.findall(shown)]
    assert not found
    assert WORDS_SEEN.findall("Mã SHA-256 trong thư mục, schedule.yaml, giờ UTC") == [
        "SHA-256",
        "thư mục",
        "schedule.yaml",
        "UTC",
    ]
