"""`loa check` on whole workspaces: one with nothing wrong, one with everything wrong."""

import json
import shutil
from pathlib import Path
from typing import Any

import docx
import pytest

from tests.conftest import Loa

WORKSPACES = Path(__file__).parent.parent / "workspaces"
# What is wrong in tests/workspaces/broken: file, line, column, code. The other files are told all the same.
EXPECTED = {
    ("campaigns/bad-date.yaml", 11, 12, "value.wrong"),
    ("campaigns/bad-url.yaml", 6, 15, "value.wrong"),
    ("campaigns/duplicate-key.yaml", 12, 5, "yaml.duplicate"),
    ("campaigns/empty.yaml", 1, 1, "yaml.empty"),
    ("campaigns/no-name.yaml", 2, 9, "value.wrong"),
    ("campaigns/no-template.yaml", 9, 15, "template.missing"),
    ("campaigns/tab.yaml", 4, 1, "yaml.syntax"),
    ("campaigns/twin.yaml", 1, 1, "commune.twice"),
    ("campaigns/unknown-key.yaml", 3, 3, "key.unknown"),
    ("campaigns/tcvn3.yaml", 2, 10, "file.encoding"),
    ("campaigns/wrong-type.yaml", 2, 9, "value.type"),
    ("inbox.yaml", 2, 35, "inbox.key"),
    ("inbox.yaml", 2, 60, "output.unknown"),
    ("templates/articles/asks-undefined.md.j2", 5, 13, "template.undefined"),
    ("templates/articles/escapes.md.j2", 3, 1, "template.forbidden"),
    ("templates/articles/unfinished.md.j2", 3, 1, "template.syntax"),
}


@pytest.fixture
def workspace(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    root = tmp_path / "trạm của xã"
    shutil.copytree(WORKSPACES / request.param, root)
    return root


def errors(output: str) -> list[dict[str, Any]]:
    return [finding for finding in json.loads(output) if finding["severity"] == "error"]


@pytest.mark.parametrize("workspace", ["minimal"], indirect=True)
def test_a_good_station_passes(workspace: Path, loa: Loa) -> None:
    done = loa("check", cwd=workspace / "campaigns")
    assert done.returncode == 0
    assert "warning" in done.stdout  # the sample's name is still to be filled in
    assert "0 errors" in done.stderr


@pytest.mark.parametrize("workspace", ["broken"], indirect=True)
def test_everything_wrong_is_told_at_once_with_its_place(workspace: Path, loa: Loa) -> None:
    (workspace / "campaigns" / "large.yaml").write_text("a: " + "x" * 5_000_000, encoding="utf-8")
    done = loa("check", "--format", "json", cwd=workspace)
    assert done.returncode == 2
    reported = {(f["file"], f["line"], f["column"], f["code"]) for f in errors(done.stdout)}
    assert reported - {("campaigns/folder.yaml", None, None, "file.folder")} == EXPECTED | {
        ("campaigns/large.yaml", 1, 1, "yaml.size")
    }
    assert any(f["file"] == "campaigns/folder.yaml" for f in errors(done.stdout))
    assert all(f["mend"] for f in errors(done.stdout))
    assert any(f["file"] == "campaigns/tot.yaml" for f in json.loads(done.stdout))


@pytest.mark.parametrize("workspace", ["minimal"], indirect=True)
def test_json_findings_have_the_documented_keys_in_order(workspace: Path, loa: Loa) -> None:
    (workspace / "bai.txt").write_text("Nghị đinh mới có hiệu lực.\n", encoding="utf-8")
    done = loa("check", "bai.txt", "--format", "json", "--as-of", "2024-01-01", cwd=workspace)
    (finding,) = json.loads(done.stdout)
    assert list(finding) == ["file", "line", "column", "code", "severity", "quote", "message", "mend"]
    assert (finding["line"], finding["column"], finding["quote"]) == (1, 1, "Nghị đinh")
    assert done.returncode == 1


def test_texts_can_be_checked_far_from_any_station(tmp_path: Path, loa: Loa) -> None:
    (tmp_path / "bai.md").write_text("# Tên\n\nMột câu lành.\n", encoding="utf-8")
    done = loa("check", "bai.md", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_word_document_is_told_by_paragraph(tmp_path: Path, loa: Loa) -> None:
    document = docx.Document()
    for text in ("Thông báo", "", "Cán bộ xã luôn công khai, minh mạch."):
        document.add_paragraph(text)
    document.save(str(tmp_path / "bai.docx"))
    done = loa("check", "bai.docx", "--format", "json", "--as-of", "2024-01-01", cwd=tmp_path)
    assert [(f["line"], f["column"], f["quote"]) for f in errors(done.stdout)] == [(3, 27, "minh mạch")]


@pytest.mark.parametrize(
    ("name", "content"),
    [("bai.docx", b"no zip"), ("bai.pdf", b"%PDF"), ("bai.txt", b"X\xe3 M\xf4"), ("khong-co.txt", None)],
)
def test_a_file_that_cannot_be_read_is_one_finding_and_the_others_are_checked(
    tmp_path: Path, loa: Loa, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    (tmp_path / "sau.txt").write_text("Thủ tuc mới.\n", encoding="utf-8")
    done = loa("check", name, "sau.txt", "--format", "json", "--as-of", "2024-01-01", cwd=tmp_path)
    assert done.returncode == 2
    first, second = errors(done.stdout)
    assert first["file"] == name
    assert second["quote"] == "Thủ tuc"


def test_fix_mends_what_is_safe_and_leaves_the_rest(tmp_path: Path, loa: Loa) -> None:
    file = tmp_path / "bai.txt"
    file.write_text(
        "Nghị đinh mới ,người dân  đọc kỹ.Mọi việc công khai, minh mạch ….\n"
        "Truy cập https: //dichvucong.gov.vn để xem.\nDịch vụ công mức độ 4 đã có.\n",
        encoding="utf-8",
    )
    done = loa("check", "--fix", "--as-of", "2024-01-01", "bai.txt", cwd=tmp_path)
    assert file.read_text(encoding="utf-8") == (
        "Nghị định mới, người dân đọc kỹ. Mọi việc công khai, minh bạch...\n"
        "Truy cập https://dichvucong.gov.vn để xem.\nDịch vụ công mức độ 4 đã có.\n"
    )
    assert "law.levels-ended" in done.stdout
    assert done.returncode == 1


def test_fix_leaves_a_good_file_untouched(tmp_path: Path, loa: Loa) -> None:
    file = tmp_path / "bai.txt"
    file.write_text("Một câu lành.\n", encoding="utf-8")
    before = file.stat().st_mtime_ns
    assert loa("check", "--fix", "bai.txt", cwd=tmp_path).returncode == 0
    assert file.stat().st_mtime_ns == before


def test_fix_keeps_the_form_of_a_word_document(tmp_path: Path, loa: Loa) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Cán bộ làm việc ")
    paragraph.add_run("công khai, minh ").bold = True
    paragraph.add_run("mạch ,đúng giờ.")
    document.save(str(tmp_path / "bai.docx"))
    done = loa("check", "--fix", "bai.docx", "--as-of", "2024-01-01", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    (replacement,) = docx.Document(str(tmp_path / "bai.docx")).paragraphs
    assert replacement.text == "Cán bộ làm việc công khai, minh bạch, đúng giờ."
    assert [run.bold for run in replacement.runs] == [None, True, None]


@pytest.mark.parametrize("workspace", ["minimal"], indirect=True)
def test_fix_mends_the_texts_of_a_campaign_file_and_keeps_its_comments(workspace: Path, loa: Loa) -> None:
    file = workspace / "campaigns" / "an-phu.yaml"
    text = file.read_text(encoding="utf-8").replace("title: Bài ngắn", "title: Thủ tuc mới  # tên bài")
    file.write_text(text + "    notes: Nghị đinh cũ\n", encoding="utf-8")
    done = loa("check", "--fix", cwd=workspace)
    assert done.returncode == 0
    assert file.read_text(encoding="utf-8") == text.replace("Thủ tuc", "Thủ tục") + "    notes: Nghị đinh cũ\n"
