"""A new campaign's form shows the facts that its topic asks for, whether the topic is Loa's or the station's own."""

from html import unescape

from loa.actions.offices import Role
from loa.workspace import Workspace
from tests.web.conftest import LogIn, yaml_of


def test_the_form_of_a_new_campaign_shows_the_facts_of_its_topic(station: Workspace, log_in: LogIn) -> None:
    officer = log_in(Role.OFFICER)
    assert '<option value="cup-dien">Tạm ngừng cấp điện</option>' in officer.look("/campaigns")
    page = officer.submit(
        "/campaigns", commune="ben-hai", template="cup-dien", title="Cúp điện thứ Bảy", as_of="2026-11-28"
    )
    for label, name in (
        ("Đơn vị điện lực thông báo", "don_vi"),
        ("Khu vực ngừng cấp điện", "khu_vuc"),
        ("Từ giờ", "tu_gio"),
    ):
        assert f'<label for="f-facts.{name}">{label}</label>' in page
    assert 'id="f-facts.don_vi" name="facts.don_vi" type="text" value="" required' in page
    assert 'id="f-facts.ngay" name="facts.ngay" type="text" value="" inputmode="numeric"' in page
    assert "Still to be filled in: Đơn vị điện lực thông báo" in unescape(page)
    here = "/campaigns/ben-hai/cup-dien-thu-bay"
    sent = {"template": "cup-dien", "variant": "1", "title": "Cúp điện thứ Bảy", "as_of": "2026-11-28", "form": "radio"}
    facts = {"don_vi": "Điện lực Bến Hải", "ngay": "2026-12-05", "tu_gio": "7h", "den_gio": "11:00"}
    mark = page.split('name="mark" value="')[1].split('"')[0]
    page = officer.submit(
        here,
        mark=mark,
        **sent,
        **{f"facts.{k}": v for k, v in facts.items()},
        **{"facts.khu_vuc": "thôn Một\nthôn Hai"},
    )
    assert "Thời gian: từ 7 giờ đến 11 giờ, ngày 5 tháng 12 năm 2026." in page
    held = yaml_of(station.campaigns / "ben-hai.yaml")["campaigns"][-1]  # type: ignore[index]
    assert held["facts"] == {**facts, "khu_vuc": ["thôn Một", "thôn Hai"]}
    # Another topic: its own facts come, and those of the former one are there to be emptied.
    mark = page.split('name="mark" value="')[1].split('"')[0]
    page = officer.submit(
        here, mark=mark, **{**sent, "template": "hop-thon"}, **{f"facts.{k}": v for k, v in facts.items()}
    )
    assert '<label for="f-facts.noi_dung">Nội dung</label>' in page
    assert "The topic has no fact “don_vi”." in unescape(page)
    mark = page.split('name="mark" value="')[1].split('"')[0]
    meeting = {
        "thon": "thôn Một",
        "ngay": "2026-12-05",
        "gio": "19:30",
        "dia_diem": "nhà văn hóa",
        "noi_dung": "làm đường",
    }
    page = officer.submit(
        here, mark=mark, **{**sent, "template": "hop-thon"}, **{f"facts.{k}": v for k, v in meeting.items()}
    )
    assert "Địa điểm: nhà văn hóa." in page
    held = yaml_of(station.campaigns / "ben-hai.yaml")["campaigns"][-1]  # type: ignore[index]
    assert {name: fact for name, fact in held["facts"].items() if fact} == {**meeting, "noi_dung": ["làm đường"]}


def test_a_choice_that_nobody_made_is_not_made_by_the_browser(station: Workspace, log_in: LogIn) -> None:
    folder = station.templates / "articles"
    (folder / "moi.md.j2").write_text("# {{ title }}\n\n{{ facts.mau or 'chưa chọn' }}\n", "utf-8")
    (folder / "moi.yaml").write_text(
        "title: Chủ đề của trạm\nfacts: [{name: mau, title: Màu, kind: choice, options: {do: đỏ, den: đen}, example: do}]\n",
        "utf-8",
    )
    officer = log_in(Role.OFFICER)
    page = officer.submit("/campaigns", commune="ben-hai", template="moi", title="Của trạm", as_of="2026-11-28")
    choice = page.split('name="facts.mau"')[1].split("</select>")[0]
    assert [part.split('"')[0] for part in choice.split('<option value="')[1:]] == ["", "do", "den"]
    assert "chưa chọn" in page
