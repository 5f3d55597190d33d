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
