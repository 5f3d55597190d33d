"""The places where the reader is least sure stand before the text, and one press settles each."""

from loa.actions.offices import Role
from loa.workspace import Workspace
from tests.web.conftest import LogIn

CAMPAIGN = "/campaigns/ben-hai/thong-bao"
BODY = """
      - Ban QXZK họp.
      - Xem CK nhé.
      - Ban QXZK lại họp, bà con về dự đông đủ.
"""


def test_doubtful_places_stand_first_and_one_press_settles_them(log_in: LogIn, station: Workspace) -> None:
    file = station.root / "campaigns" / "ben-hai.yaml"
    before, _title, _rest = file.read_text("utf-8").partition("    title: Thông báo về nơi tiếp nhận")
    file.write_text(f"{before}    title: Lịch họp\n    as_of: 2026-11-01\n    form: radio\n    body:{BODY}", "utf-8")
    officer = log_in(Role.OFFICER)
    page = officer.look(f"{CAMPAIGN}/heard")
    shown, _list, whole = page[page.index('id="doubtful"') :].partition('<ol class="script">')
    assert "QXZK" in whole
    assert shown.count("QXZK</a>") == 1  # read alike twice: shown once
    assert shown.index("QXZK</a>") < shown.index("CK</a>", shown.index("QXZK</a>") + 8)  # least sure first
    assert 'name="said" value="chung kết"' in shown
    officer.submit(f"{CAMPAIGN}/pronounce", word="CK", said="chung kết")
    page = officer.look(f"{CAMPAIGN}/heard")
    assert "xem chung kết nhé" in page
    assert ">CK</a>" not in page
    assert "/pronounce" not in log_in(Role.LEADER).look(f"{CAMPAIGN}/heard")
