"""Two people at one page: what both wrote is kept or shown, and never overwritten without a word (issue 15, fault 8)."""

import re

from loa.actions.offices import Role
from loa.workspace import Workspace
from tests.web.conftest import Browser, LogIn, yaml_of

PAGE = "/campaigns/ben-hai"


def form_of(browser: Browser, page: str) -> dict[str, str]:
    """The text fields of a page's main form, as a browser would send them."""
    fields = dict(
        re.findall(r'<input (?:id="[^"]*" )?(?:type="hidden" )?name="([^"]+)" (?:type="text" )?value="([^"]*)"', page)
    )
    fields |= dict(re.findall(r'<textarea (?:id="[^"]*" )?name="([^"]+)"[^>]*>\n([^<]*)</textarea>', page))
    chosen = re.findall(r'<select id="[^"]*" name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    fields |= {n: (re.search(r'value="([^"]*)" selected', options) or [None, ""])[1] or "" for n, options in chosen}
    return {name: value for name, value in fields.items() if name != "csrf"}


def test_both_changes_are_kept_and_the_same_field_is_shown_twice(log_in: LogIn, station: Workspace) -> None:
    lan, mai = log_in(Role.OFFICER, name="lan"), log_in(Role.OFFICER, name="mai")
    first, second = (form_of(browser, browser.look(PAGE)) for browser in (lan, mai))
    lan.submit(PAGE, **{**first, "contact_desk.phone": "0233 111 222"})

    after = mai.submit(PAGE, **{**second, "contact_desk.hours": "7 giờ đến 17 giờ"})
    desk = yaml_of(station.campaigns / "ben-hai.yaml")["contact_desk"]
    assert (desk["phone"], desk["hours"]) == ("0233 111 222", "7 giờ đến 17 giờ")  # type: ignore[index]

    refused = mai.submit(PAGE, 422, **{**second, "contact_desk.phone": "0233 999 999"})
    assert "0233 111 222" in refused
    assert "0233 999 999" in refused
    again = form_of(mai, refused)
    assert again["contact_desk.phone"] == "0233 111 222"
    mai.submit(PAGE, **again)  # the second “Lưu” of fault 8, pressed without looking
    assert yaml_of(station.campaigns / "ben-hai.yaml")["contact_desk"]["phone"] == "0233 111 222"  # type: ignore[index]

    lan.submit(PAGE, **{**form_of(lan, lan.look(PAGE)), "contact_desk.phone": "0233 333 444"})
    refused = mai.submit(PAGE, 422, **{**again, "contact_desk.phone": "0233 999 999"})
    mai.submit(PAGE, **{**form_of(mai, refused), "mine": "contact_desk.phone"})
    desk = yaml_of(station.campaigns / "ben-hai.yaml")["contact_desk"]
    assert (desk["phone"], desk["hours"]) == ("0233 999 999", "7 giờ đến 17 giờ")  # type: ignore[index]
    assert "0233" in after


def test_a_look_shows_what_is_typed_although_somebody_else_saved_the_same_field(
    log_in: LogIn, station: Workspace
) -> None:
    lan, mai = log_in(Role.OFFICER, name="lan"), log_in(Role.OFFICER, name="mai")
    page = f"{PAGE}/thong-bao"
    first, second = (form_of(browser, browser.look(page)) for browser in (lan, mai))
    lan.submit(page, **{**first, "title": "Tên của Lan"})
    text = (station.campaigns / "ben-hai.yaml").read_text("utf-8")

    typed = {**second, "title": "Tên của Mai"}
    assert "Tên của Mai" in mai.post(f"{page}/preview", data={**typed, "csrf": mai.csrf}).text
    looked = mai.post(page, data={**typed, "look": "1", "csrf": mai.csrf}).text
    assert (station.campaigns / "ben-hai.yaml").read_text("utf-8") == text
    mai.submit(page, **{**form_of(mai, looked), "mine": "title"})
    (campaign,) = (c for c in yaml_of(station.campaigns / "ben-hai.yaml")["campaigns"] if c["id"] == "thong-bao")  # type: ignore[attr-defined]
    assert campaign["title"] == "Tên của Mai"


def test_an_emptied_field_is_asked_about_where_the_file_before_is_not_known(log_in: LogIn, station: Workspace) -> None:
    mai = log_in(Role.OFFICER, name="mai")
    fields = form_of(mai, mai.look(PAGE))
    desk = {name: "" for name in fields if name.startswith("contact_desk.")}
    path = station.campaigns / "ben-hai.yaml"
    path.write_text(path.read_text("utf-8").rstrip() + "\n# ở ngoài\n", "utf-8")  # with an editor: nobody kept it
    refused = mai.submit(PAGE, 422, **{**fields, "mark": "?", "commune.district": "Vĩnh Linh", **desk})
    assert 'name="mine" value="commune.district"' in refused
    assert 'name="mine" value="contact_desk"' in refused
    mai.submit(PAGE, **{**form_of(mai, refused), "mine": ["contact_desk"]})
    after = yaml_of(path)
    assert not after.get("contact_desk")
    assert not after["commune"]["district"]  # type: ignore[index]


def test_one_takes_back_only_ones_own_changes_and_as_many_as_there_are(log_in: LogIn, station: Workspace) -> None:
    """Issue 15, fault 7: one undid what others had done, and the second press did it again."""
    lan, mai = log_in(Role.OFFICER, name="lan"), log_in(Role.OFFICER, name="mai")
    texts = [station.schedule_file.read_text("utf-8")]
    (broadcast, *_rest) = yaml_of(station.schedule_file)["broadcasts"]  # type: ignore[misc]
    for browser, day in ((mai, "2031-01-07"), (lan, "2031-01-14"), (lan, "2031-01-21")):
        browser.submit("/week/leave-out", broadcast=broadcast["id"], first=day)
        texts.append(station.schedule_file.read_text("utf-8"))
    mai.submit("/week/undo", 422)
    for text in (texts[2], texts[1]):
        lan.submit("/week/undo")
        assert station.schedule_file.read_text("utf-8") == text
    lan.submit("/week/undo", 422)
    mai.submit("/week/undo")
    assert station.schedule_file.read_text("utf-8") == texts[0]
