"""A commune's file from the official list, and a pasted article as a campaign: both load and check as they are."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from loa.campaign import read_commune
from tests.conftest import ROOT, Loa

MINIMAL = Path(__file__).parent.parent / "workspaces" / "minimal"
PASTED = """\
THÔNG BÁO VỀ VIỆC TỔNG VỆ SINH ĐƯỜNG LÀNG

Kính thưa toàn thể bà con!
Thực hiện kế hoạch của xã, sáng thứ Bảy hằng tuần các thôn tổ chức tổng vệ sinh, khơi thông
cống rãnh và thu gom rác thải dọc các tuyến đường,bà con tham gia đông đủ .
Mỗi nhà cử một người, mang theo cuốc,\u00a0xẻng.
Lưu ý: Đ/c Nam đọc ba ngày liền.
Trân trọng cảm ơn!
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(MINIMAL, tmp_path / "trạm")
    shutil.copy(ROOT / "templates/articles/dich-vu-cong-truc-tuyen.md.j2", tmp_path / "trạm/templates/articles")
    shutil.copy(ROOT / "templates/articles/thong-bao.md.j2", tmp_path / "trạm/templates/articles")
    return tmp_path / "trạm"


def test_a_new_commune_is_filled_in_and_has_nothing_wrong(root: Path, loa: Loa) -> None:
    done = loa("new", "commune", "Bến Hải", "--province", "Quảng Trị", cwd=root)
    assert (done.returncode, done.stdout.strip()) == (0, "campaigns/ben-hai.yaml")
    commune, _source = read_commune(root / "campaigns/ben-hai.yaml", "ben-hai.yaml")
    assert (commune.unit.full_name, commune.unit.code, commune.station.region) == ("xã Bến Hải", "19501", "trung")
    assert "xã Trung Sơn" in (root / "campaigns/ben-hai.yaml").read_text(encoding="utf-8")
    checked = loa("check", "campaigns/ben-hai.yaml", "--format", "json", cwd=root)
    assert (checked.returncode, json.loads(checked.stdout)) == (0, [])


@pytest.mark.parametrize(
    ("name", "province", "says"),
    [
        ("Trung Sơn", "Quảng Trị", "Bến Hải"),
        ("Bến Hải", "Quảng Bình", "Quảng Trị"),
        ("Bến Hả", "Quảng Trị", "Bến Hải"),
        ("Bến Hải", "Nơi Nào", "Hà Nội"),
    ],
)
def test_a_name_of_the_past_or_a_slip_is_told_what_it_is_now(
    root: Path, loa: Loa, name: str, province: str, says: str
) -> None:
    done = loa("new", "commune", name, "--province", province, cwd=root)
    assert done.returncode == 2
    assert says in done.stderr


def test_a_name_that_one_province_has_needs_no_province(root: Path, loa: Loa) -> None:
    assert loa("new", "commune", "Côn Đảo", cwd=root).stdout.strip() == "campaigns/con-dao.yaml"


def test_a_name_that_several_provinces_have_lists_them(root: Path, loa: Loa) -> None:
    done = loa("new", "commune", "Tân Phú", cwd=root)
    assert done.returncode == 2
    assert '--province "Đồng Nai"' in done.stderr
    assert '--province "Vĩnh Long"' in done.stderr


def test_namesakes_of_two_provinces_have_a_file_each(root: Path, loa: Loa) -> None:
    made = [
        loa("new", "commune", "Tân Phú", "--province", of, cwd=root).stdout.strip() for of in ("Đồng Nai", "Vĩnh Long")
    ]
    assert made == ["campaigns/tan-phu.yaml", "campaigns/tan-phu-vinh-long.yaml"]


@pytest.mark.parametrize(
    ("name", "province"),
    [
        ("đặc khu Côn Đảo", "TP. Hồ Chí Minh"),
        ("Đặc khu Côn Đảo", "TPHCM"),
        ("con đảo", "x"),
        ("Bến Nghé", "tp Hồ Chí Minh"),
    ],
)
def test_names_are_found_as_people_write_them(root: Path, loa: Loa, name: str, province: str) -> None:
    done = loa("new", "commune", name, "--province", province, cwd=root)
    if name == "Bến Nghé":  # became part of others on 2025-07-01
        assert "Sài Gòn" in done.stderr
    elif province == "x":
        assert "Hồ Chí Minh" in done.stderr
    else:
        assert done.stdout.strip() == "campaigns/con-dao.yaml"


def test_a_file_that_is_there_stays(root: Path, loa: Loa) -> None:
    (root / "campaigns/ben-hai.yaml").write_text("mine", encoding="utf-8")
    assert loa("new", "commune", "Bến Hải", "--province", "Quảng Trị", cwd=root).returncode == 2
    assert (root / "campaigns/ben-hai.yaml").read_text(encoding="utf-8") == "mine"


def test_a_pasted_article_is_re_flowed_into_a_notice(root: Path, loa: Loa) -> None:
    (root / "dan.txt").write_text(PASTED, encoding="utf-8")
    done = loa("import", "dan.txt", "--commune", "an-phu", "--as-of", "2026-11-02", cwd=root)
    assert (done.returncode, done.stdout.strip()) == (0, "campaigns/an-phu.yaml")
    commune, _source = read_commune(root / "campaigns/an-phu.yaml", "an-phu.yaml")
    campaign = commune.campaigns[-1]
    assert campaign.title == "Thông báo về việc tổng vệ sinh đường làng"
    assert (campaign.template, campaign.as_of) == ("thong-bao", date(2026, 11, 2))
    assert campaign.body == (
        "Thực hiện kế hoạch của xã, sáng thứ Bảy hằng tuần các thôn tổ chức tổng vệ sinh, khơi thông "
        "cống rãnh và thu gom rác thải dọc các tuyến đường, bà con tham gia đông đủ.",
        "Mỗi nhà cử một người, mang theo cuốc, xẻng.",
    )
    assert campaign.notes is not None
    assert "Đ/c Nam" in campaign.notes
    again = loa("import", "dan.txt", "--commune", "an-phu", "--as-of", "2026-11-02", cwd=root)
    assert again.returncode == 0
    ids = [c.id for c in read_commune(root / "campaigns/an-phu.yaml", "x")[0].campaigns]
    assert ids[1:] == [campaign.id, f"{campaign.id}-2"]
    assert loa("check", "campaigns/an-phu.yaml", cwd=root).returncode == 0
    assert "Đ/c Nam" not in loa("article", "an-phu", campaign.id, cwd=root).stdout


def test_without_a_commune_the_campaign_is_printed(root: Path, loa: Loa) -> None:
    (root / "dan.txt").write_text(PASTED, encoding="utf-8")
    done = loa("import", "dan.txt", cwd=root)
    assert done.stdout.startswith("  - id: thong-bao-ve-viec-tong-ve-sinh-duong-lang\n")
    assert "places mended" in done.stderr


def test_a_greeting_that_goes_on_to_tell_something_keeps_what_it_tells(root: Path, loa: Loa) -> None:
    text = (
        "THÔNG BÁO VỀ VIỆC HỌP THÔN\n\nKính gửi bà con, tối 28/11/2026 họp tại nhà văn hóa.\n\n"
        "Kính thưa bà con! Mỗi hộ cử một người tham dự.\n\nXin trân trọng cảm ơn!\n"
    )
    (root / "hop.txt").write_text(text, encoding="utf-8")
    made = loa("import", "hop.txt", "--as-of", "2026-11-22", cwd=root).stdout
    assert "tối 28/11/2026 họp tại nhà văn hóa" in made
    assert "Mỗi hộ cử một người tham dự" in made
    body, _, notes = made.partition("notes:")
    assert "trân trọng cảm ơn" not in body
    assert "trân trọng cảm ơn" in notes


def test_a_commune_that_is_not_there_is_told_with_those_that_are(root: Path, loa: Loa) -> None:
    (root / "hop.txt").write_text("THÔNG BÁO\n\nHọp thôn tối nay.\n", encoding="utf-8")
    done = loa("import", "hop.txt", "--commune", "khong-co", cwd=root)
    assert done.returncode == 2
    assert "an-phu" in done.stderr
