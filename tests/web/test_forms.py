from collections.abc import Iterable

import pytest
from starlette.datastructures import FormData

from loa.campaign import Campaign, Commune
from loa.i18n import set_language
from loa.schedule.alerts import Alerts
from loa.schedule.models import Rules
from loa.schedule.outputs import KINDS
from loa.text import free_slug, slug
from loa.web import yaml_forms
from loa.web.forms import Form, clean
from loa.web.yaml_forms import Change
from loa.workspace import Workspace
from loa.yamlfile import value_at
from tests.web.conftest import yaml_of

COMMUNE = yaml_forms.fields_of(Commune, without=frozenset({"campaigns"}))
CAMPAIGN = yaml_forms.fields_of(Campaign, without=frozenset({"id"}))


OTHERS = [
    field
    for model in (*KINDS.values(), Rules, Alerts)
    for field in yaml_forms.fields_of(model, without=frozenset({"kind"}))
]


ALIKE = {"", "Website", "STARTTLS", "TLS", "MPA (MP3)"}
"""Words that are the same in both languages."""


def everything(fields: Iterable[yaml_forms.Field]) -> list[yaml_forms.Field]:
    return [one for field in fields for one in (field, *everything(field.members))]


@pytest.mark.parametrize("field", everything((*COMMUNE, *CAMPAIGN, *OTHERS)), ids=lambda field: field.name)
def test_every_field_says_in_the_users_language_what_it_and_its_choices_are(field: yaml_forms.Field) -> None:
    assert field.title
    english = (field.label, field.help, *map(field.named, field.options))
    set_language("vi")
    shown = (field.label, field.help, *map(field.named, field.options))
    own = set(field.options) if field.name == "commune.kind" else set()  # Vietnamese already
    assert not set(english) & set(shown) - ALIKE - own


def test_help_tells_how_a_field_is_filled_in() -> None:
    helps = {field.name: field.help for field in everything((*COMMUNE, *CAMPAIGN))}
    assert helps["station.pronounce"] == "One a line: word = how it is read. For example: VNeID = vi en i đi"
    assert helps["hotlines"].endswith("One a line: Who answers | Telephone. For example: Cấp cứu y tế | 115")
    assert helps["voices"] == "Empty: as the station does. One a line. For example: nữ, nam"
    assert helps["postal"] == ""


@pytest.mark.parametrize("stem", ["ben-hai", "trung-son", "hung-thinh", "nhat-quang"])
def test_a_form_sent_back_as_it_was_changes_nothing(station: Workspace, stem: str) -> None:
    data = yaml_of(station.campaigns / f"{stem}.yaml")
    for fields, part in ((COMMUNE, data), (CAMPAIGN, data["campaigns"][0])):  # type: ignore[index]
        assert yaml_forms.changes(Form(FormData(as_sent(fields, part))), fields, part) == []


def as_sent(fields: tuple[yaml_forms.Field, ...], data: object) -> list[tuple[str, str]]:
    """What a browser sends when nobody touched the form."""
    sent = []
    for field in yaml_forms.leaves(fields):
        value = value_at(data, field.path)
        match field.kind:
            case "ticks":
                sent += [(field.name, item) for item in value or []]
            case "flag":
                sent += [(field.name, "1")] if value else []
            case "lines":
                sent.append((field.name, "\r\n".join(value or [])))
            case "rows":
                sent.append((field.name, yaml_forms.as_rows(value)))
            case "pairs":
                sent.append((field.name, "\r\n".join(f"{k} = {v}" for k, v in (value or {}).items())))
            case "choice":
                sent.append((field.name, value or field.default or field.options[0]))
            case _:
                sent.append((field.name, "" if value is None else str(value)))
    return sent


def test_only_what_was_changed_is_written() -> None:
    data = {"title": "Cũ", "services": {"level_3": 60, "level_4": None}, "postal": True}
    sent = dict(as_sent(CAMPAIGN, data)) | {"services.level_3": "61", "title": "Mới"}
    found = yaml_forms.changes(Form(FormData(sent)), CAMPAIGN, data)
    assert found == [Change(("title",), "Mới"), Change(("services", "level_3"), 61)]


def test_what_is_sent_is_made_harmless() -> None:
    assert clean("a\x00b\u200bc\ue000\r\nd\u0065\u0301") == "abc\nd\u00e9"


def test_short_names_are_made_from_vietnamese_titles() -> None:
    assert slug("Phòng, chống lừa ĐẢO trên mạng!") == "phong-chong-lua-dao-tren-mang"
    assert (slug("***"), free_slug("***", set())) == ("", "muc")
    assert free_slug("Thông báo", {"thong-bao", "thong-bao-2"}) == "thong-bao-3"


def test_a_group_that_may_be_missing_demands_nothing_and_can_be_emptied() -> None:
    contact = next(f for f in CAMPAIGN if f.name == "contact")
    assert not any(member.required for member in contact.members)
    sent = Form(FormData({"contact.name": "", "contact.phone": ""}))
    assert yaml_forms.changes(sent, (contact,), {"contact": None}) == []
    assert yaml_forms.changes(sent, (contact,), {"contact": {"name": "Trạm y tế"}}) == [Change(("contact",), None)]
