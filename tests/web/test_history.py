"""Earlier versions: of every change, whoever made it and wherever it was made; and each can be taken back."""

from pathlib import Path

from loa.actions.offices import Role
from loa.web.context import Console
from loa.workspace import Workspace
from tests.conftest import ROOT, Loa
from tests.web.conftest import Browser, LogIn

MODEL = (ROOT / "campaigns" / "trung-son.yaml").read_bytes()


def upload(browser: Browser, name: str, content: bytes, status: int = 303) -> str:
    browser.look("/settings")
    files = {"file": (name, content, "application/yaml")}
    answer = browser.post("/settings/communes", data={"csrf": browser.csrf}, files=files)
    assert answer.status_code == status, answer.text[-800:]
    return answer.text


def restore(browser: Browser, stem: str) -> str:
    """Take the last change of a commune's file back."""
    number = browser.look(f"/history/{stem}").split("/restore")[0].rsplit("/", 1)[1]
    return browser.submit(f"/history/{stem}/{number}/restore")


def test_an_uploaded_file_is_taken_back_and_brought_again(log_in: LogIn, station: Workspace, console: Console) -> None:
    browser = log_in(Role.OFFICER, Role.ADMIN)
    path = station.campaigns / "xa-moi.yaml"
    upload(browser, "Xã mới.yaml", MODEL)
    assert path.read_bytes() == MODEL
    assert "Xã mới.yaml" in browser.look("/history/xa-moi")
    restore(browser, "xa-moi")
    assert not path.exists()
    browser.look("/campaigns/xa-moi", 404)
    restore(browser, "xa-moi")
    assert path.read_bytes() == MODEL
    browser.look("/campaigns/xa-moi")
    actions = [row["action"] for row in console.audit.read() if row["subject"] == "xa-moi"]
    assert actions == ["commune.restored", "commune.restored", "commune.imported"]
    browser.look("/history/khong-co", 404)


def test_an_uploaded_file_that_is_on_air_stays(log_in: LogIn, station: Workspace) -> None:
    browser = log_in(Role.OFFICER, Role.OPERATOR, Role.ADMIN)
    upload(browser, "xa-moi.yaml", MODEL)
    fields = {"campaign": "xa-moi/dich-vu-cong-truc-tuyen", "at": "17:30", "weeks": "1", "min": "10", "max": "15"}
    browser.submit("/week/broadcasts", **fields, on="thu")
    number = browser.look("/history/xa-moi").split("/restore")[0].rsplit("/", 1)[1]
    browser.submit(f"/history/xa-moi/{number}/restore", 422)
    assert (station.campaigns / "xa-moi.yaml").exists()


def test_what_was_brought_in_on_the_command_line_is_taken_back_in_the_console(
    log_in: LogIn, station: Workspace, loa: Loa, tmp_path: Path
) -> None:
    file = station.campaigns / "ben-hai.yaml"
    before = file.read_bytes()
    (tmp_path / "hop.txt").write_text("THÔNG BÁO HỌP THÔN\n\nSáng thứ Bảy họp tại nhà văn hóa.\n", "utf-8")
    assert loa("import", tmp_path / "hop.txt", "--commune", "ben-hai", cwd=station.root).returncode == 0
    assert file.read_bytes() != before
    browser = log_in(Role.OFFICER)
    assert "thông báo họp thôn" in browser.look("/history/ben-hai").lower()
    restore(browser, "ben-hai")
    assert file.read_bytes() == before
