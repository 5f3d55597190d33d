"""Whatever the console changes, in whatever way people wrote the file: it loads again, and all else stays."""

import copy
import datetime
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import FormData

from loa import sample
from loa.campaign import Campaign, Commune
from loa.campaign.authoring import add_campaign
from loa.errors import WorkspaceError
from loa.schedule.alerts import Alerts
from loa.schedule.models import Rules
from loa.schedule.outputs import KINDS
from loa.web import yaml_forms
from loa.web.edits import removing
from loa.web.edits import schedule as schedule_edits
from loa.web.edits.own_words import replace_in
from loa.web.forms import Form
from loa.web.yaml_forms import YamlForm
from loa.workspace import read_text
from loa.yamlfile import editor, parse, value_at
from tests.web.test_forms import as_sent
from tests.yamlfile.handwritten import Place, Writer, comments, same

Gone = list[Place]
"""Entries that an edit takes out or writes anew: comments inside of them may go too."""

SEEDS = st.integers(0, 2**32)
WORDS = (
    *(
        "a",
        "b c",
        "17:00",
        "2026-12-01",
        "",
        "null",
        "yes",
        "x: y",
        "# z",
        "đài xã Bến Hải",
        '"q"',
        "it's",
        "[",
        "a, b",
    ),
    *("dòng\nhai", "dòng\n\nhai\n", " x", "x ", "“ngoặc”", "1.250", "0233", "-", "- x", "&a", "*b", "!c", "%d", "@e"),
    *("a\tb", "cuối\n\n", "http://x/y", "a#b", "a #b", "{x}", "?", "? x", ":", "Trời đẹp quá các bạn ơi.", "\u2028"),
)


def anything(chance: random.Random, depth: int) -> Any:
    kind = chance.random()
    if depth and kind < 0.25:
        return {f"k{n}": anything(chance, depth - 1) for n in range(chance.randrange(4))}
    if depth and kind < 0.5:
        return [anything(chance, depth - 1) for n in range(chance.randrange(4))]
    return chance.choice((None, True, False, 1, 0, -5, 12, *WORDS))


def changed_somewhere(chance: random.Random, data: dict[str, Any]) -> Gone:
    """One value put, added or taken out."""
    places: list[tuple[Any, Any, Place]] = []

    def look(value: Any, path: Place) -> None:
        keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        for key in keys:
            places.append((value, key, (*path, key)))
            look(value[key], (*path, key))

    look(data, ())
    around, key, path = chance.choice(places)
    what = chance.choice(("put", "put", "add", "drop"))
    if what == "put":
        around[key] = anything(chance, chance.choice((0, 2)))
        return [path]
    if what == "drop":
        del around[key]
        return [path]
    into = around[key] if isinstance(around[key], dict | list) else around
    if isinstance(into, dict):
        into[f"n{chance.randrange(5)}"] = anything(chance, 2)
        return []
    into.insert(chance.randrange(len(into) + 1), anything(chance, 2))
    return [path]  # of two equal items nobody can say which one is new


def kept(before: str, after: str, gone: Gone) -> None:
    """Every comment that is not in an entry of `gone` is still there."""
    there = comments(after)
    for number, place in comments(before).items():
        inside = any(place[: len(path)] == path for path in gone)
        assert inside or number in there, f"#{number} at {place} is gone\n{before}\n---\n{after}"


@settings(max_examples=1500)
@given(SEEDS)
def test_one_change_of_any_file_changes_nothing_else(seed: int) -> None:
    chance = random.Random(seed)
    data = {f"k{n}": anything(chance, 3) for n in range(chance.randrange(1, 5))}
    text = Writer(chance).write(data)
    wanted = copy.deepcopy(data)
    gone = changed_somewhere(chance, wanted)
    if not wanted:
        return

    def edit(found: Any) -> None:
        found.clear()
        found.update(copy.deepcopy(wanted))

    after = editor.change(text, edit)
    assert same(parse(after, "").data, wanted), f"{text}\n---\n{after}"
    lists = [path[: next((n for n, step in enumerate(path) if isinstance(step, int)), len(path))] for path in gone]
    kept(text, after, lists)


# The edits of the console

TUESDAY = datetime.date(2026, 12, 1)
EVENING = datetime.datetime(2026, 12, 1, 17, 0)  # noqa: DTZ001  the station's clock
MORNING = datetime.datetime(2026, 12, 2, 5, 45)  # noqa: DTZ001
COMMUNE = yaml_forms.fields_of(Commune, without=frozenset({"campaigns"}))
CAMPAIGN = yaml_forms.fields_of(Campaign, without=frozenset({"id"}))


def some(chance: random.Random, **keys: Any) -> dict[str, Any]:
    """Some of the keys."""
    return {key.rstrip("_"): copy.deepcopy(value) for key, value in keys.items() if chance.random() < 0.6}


def a_schedule(chance: random.Random) -> dict[str, Any]:
    outputs: dict[str, Any] = {
        "thu": {"kind": None},
        "loa-1": {"kind": "sound-card", **some(chance, device="USB", volume=80, delay="300ms")},
        "loa-2": {"kind": "icecast", "url": "http://127.0.0.1:8000/x.mp3", **some(chance, bitrate=64)},
        "ca-xa": {"kind": "group", "outputs": ["thu", "loa-1"]},
    }
    broadcasts = [
        {
            "id": f"b{n}",
            "commune": "ben-hai",
            "campaigns": ["dvc", "tin"][: chance.randrange(1, 3)],
            **some(
                chance,
                title="Bản tin “tối”",
                days=["t3", "t6"],
                at=["17:00", "05:45"],
                from_="2026-11-01",
                until="2027-01-01",
                except_=chance.choice((["tet", "2026-12-01"], ["2026-12-01"], "2026-12-01", [])),
                also=chance.choice((["2026-12-01 17:00 tin"], ["2026-12-01T17:00", "2026-12-02 05:45"])),
                late={"start_within": "10m", "resume": True},
            ),
            "length": {"min": "10m", "max": "15m"},
            "on": ["thu"],
        }
        for n in range(chance.randrange(4))
    ]
    some_outputs = {name: outputs[name] for name in outputs if chance.random() < 0.7}
    whole = {
        "language": "vi",
        "timezone": "Asia/Ho_Chi_Minh",
        **some(chance, outputs=some_outputs),
        **some(chance, rules=some(chance, allowed=["05:30-08:00"], max_minutes=15)),
        **some(chance, alerts={"webhook": {"url": "https://x.test/"}}),
        **some(chance, broadcasts=broadcasts),
    }
    if chance.random() < 0.2:
        whole["broadcasts"] = None
    return whole


Edit = Callable[[Any], Any]


def of_schedule(chance: random.Random, data: dict[str, Any]) -> tuple[Callable[[str], str], Edit, Gone]:
    """One edit of schedule.yaml: on the text, what it does to the data, and what may go."""
    broadcasts = data.get("broadcasts") or []
    outputs = list(data.get("outputs") or {})
    number = chance.randrange(len(broadcasts)) if broadcasts else 0
    id_ = f"b{number}"
    at = ("broadcasts", number)
    values = {
        "id": "moi",
        "commune": "ben-hai",
        "campaigns": ["tin"],
        "days": ["tue"],
        "at": ["17:00"],
        "from": "2026-12-01",
    }
    values |= {"length": {"min": "10m", "max": "90s"}, "on": ["thu"]}
    ways: list[tuple[Callable[[str], str] | None, Edit, Gone]] = [
        (None, lambda d: schedule_edits.set_broadcast(d, values), []),
        (
            None,
            lambda d: editor.put(d, ("outputs", "moi"), {"kind": "sound-card", "device": "USB: 2", "volume": 80}),
            [],
        ),
    ]
    if broadcasts:
        new = {"id": id_, "days": None, "rrule": None, "at": ["06:00"], "until": None, "every_weeks": 2, "rotate": True}
        ways += [
            (
                None,
                lambda d: schedule_edits.leave_out(d, id_, TUESDAY, TUESDAY + datetime.timedelta(3)),
                [(*at, "also")],
            ),
            (None, lambda d: schedule_edits.put_extra(d, id_, MORNING, "tin"), []),
            (None, lambda d: schedule_edits.move(d, id_, EVENING, MORNING, None), []),
            (None, lambda d: schedule_edits.change_broadcast(d, new), [(*at, key) for key in ("days", "at", "until")]),
            (lambda t: removing.without_broadcast(t, id_), lambda d: d["broadcasts"].pop(number), [at]),
        ]
        if "2026-12-01" in (given if isinstance(given := broadcasts[number].get("except"), list) else []):
            ways.append((None, lambda d: schedule_edits.put_back(d, id_, TUESDAY), [(*at, "except")]))
    if outputs:
        name = chance.choice(outputs)
        fields = yaml_forms.fields_of(KINDS[data["outputs"][name]["kind"] or "null"], without=frozenset({"kind"}))
        ways += [
            (None, lambda d: editor.put(d, ("outputs", name, "volume"), 120), []),
            (lambda t: editor.cut(t, ("outputs", name)), lambda d: d["outputs"].pop(name), [("outputs", name)]),
            in_form(chance, data, ("outputs", name), fields),
        ]
    ways += [
        in_form(chance, data, (key,), yaml_forms.fields_of(model))
        for key, model in (("rules", Rules), ("alerts", Alerts))
    ]
    text, edit, gone = chance.choice(ways)
    return text or (lambda t: editor.change(t, edit)), edit, gone


class OnlyNow:
    """Keeps no earlier text of a file: each form here was made of the file as it is."""

    def marked(self, path: Path, mark: str) -> None:
        return None


def in_form(
    chance: random.Random, data: dict[str, Any], root: Place, fields: tuple[yaml_forms.Field, ...]
) -> tuple[Callable[[str], str], Edit, Gone]:
    """A form sent with some of its fields changed."""
    sent = as_sent(fields, value_at(data, root))
    texts = [name for name, _value in sent]
    for name in chance.sample(sorted(set(texts)), min(3, len(set(texts)))):
        value = chance.choice(
            (*(word for word in WORDS if len(word) < 20), "12", "a\r\nb: c\r\nd", "x = y: z", "ai | 0233 123")
        )
        sent = [(key, value if key == name else old) for key, old in sent]
    sent = [(key, value) for key, value in sent if chance.random() > 0.02]
    form = Form(FormData(sent))
    edits = yaml_forms.changes(form, fields, value_at(data, root))

    def edit(found: Any) -> None:
        for change in edits:
            editor.put(found, (*root, *change.path), change.value, drop=change.drop)

    def saved(text: str) -> str:
        made = YamlForm(Path("x"), text, root, fields)
        return made.filled(Form(FormData([*sent, ("mark", made.mark)])), OnlyNow()).after

    return (
        saved,
        edit,
        [(*root, *change.path) for change in edits],
    )


def a_commune(chance: random.Random) -> dict[str, Any]:
    campaigns = [
        {
            "id": ("dvc", "tin", "ba")[n],
            "template": "thong-bao",
            "title": chance.choice(("Tin: mới", "Một tin")),
            "as_of": "2026-11-01",
            **some(
                chance,
                form="radio",
                services={"level_3": None, "full": 12},
                postal=True,
                body=["Bà con chú ý.", "Hai  dòng\nmột đoạn"],
                contact={"name": "Trạm Y tế", "phone": "0233"},
                hotlines=[{"who": "Cấp cứu", "phone": "115"}],
                linked_services=[],
                notes="a\nb\n",
            ),
        }
        for n in range(chance.randrange(1, 4))
    ]
    return {
        "commune": {"name": "Bến Hải", **some(chance, kind="xã", province="Quảng Trị", code="19501", district=None)},
        **some(chance, portal={"url": None, "national": "https://dichvucong.gov.vn"}),
        **some(chance, contact_desk={"name": "Một cửa", "phone": None}),
        **some(chance, station=some(chance, call="Đài xã", pronounce={"VNeID": "vi en i đi"}, voices=[])),
        "campaigns": campaigns,
    }


def of_commune(chance: random.Random, data: dict[str, Any]) -> tuple[Callable[[str], str], Edit, Gone]:
    """One edit of a commune's file."""
    number = chance.randrange(len(data["campaigns"]))
    id_ = data["campaigns"][number]["id"]
    entry = {"template": "thong-bao", "title": "Họp: thôn", "as_of": "2026-12-01", "form": "radio"}
    entry |= some(chance, body=["Kính gửi bà con: họp lúc 17:00.", "Hết"], notes="ghi chú")  # type: ignore[assignment]
    readings = {"VNeID": "vi en", "12h": "mười hai giờ"}
    ways: list[tuple[Callable[[str], str] | None, Edit, Gone]] = [
        (lambda t: add_campaign(t, entry)[0], lambda d: d["campaigns"].append({"id": "hop-thon", **entry}), []),
        (None, lambda d: editor.put(d, ("station", "pronounce"), readings), []),
        (None, lambda d: replace_in(d, "chú ý", "lưu ý"), []),
        in_form(chance, data, (), COMMUNE),
        in_form(chance, data, ("campaigns", number), CAMPAIGN),
    ]
    if len(data["campaigns"]) > 1:
        ways.append(
            (lambda t: removing.without_campaign(t, id_), lambda d: d["campaigns"].pop(number), [("campaigns", number)])
        )
    text, edit, gone = chance.choice(ways)
    return text or (lambda t: editor.change(t, edit)), edit, gone


@pytest.mark.parametrize(
    ("made", "edited"), [(a_schedule, of_schedule), (a_commune, of_commune)], ids=["schedule", "commune"]
)
@settings(max_examples=1000)
@given(seed=SEEDS)
def test_every_edit_of_the_console_loads_again_and_keeps_all_else(made: Any, edited: Any, seed: int) -> None:
    chance = random.Random(seed)
    data = made(chance)
    text = Writer(chance).write(data)
    edit, on_data, gone = edited(chance, data)
    wanted = copy.deepcopy(data)
    on_data(wanted)
    after = edit(text)
    assert same(parse(after, "").data, wanted), f"{text}\n---\n{after}"
    kept(text, after, gone)


NEW = {"id": "a", "at": ["17:00"], "length": {"min": "10m"}, "on": ["x"]}
LINES = '  - id: a\n    at: ["17:00"]\n    length: {min: 10m}\n    on: [x]\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("broadcasts: []\n", f"broadcasts:\n{LINES}"),
        ("broadcasts: []", f"broadcasts:\n{LINES}"),
        ("broadcasts:\n", f"broadcasts:\n{LINES}"),
        ("broadcasts:  # chưa có\nrules: {}\n", f"broadcasts:  # chưa có\n{LINES}rules: {{}}\n"),
        ("broadcasts: [  # chưa có\n]\nrules: {}\n", f"broadcasts:  # chưa có\n{LINES}rules: {{}}\n"),
        ("rules: {}\n# hết\n", f"rules: {{}}\nbroadcasts:\n{LINES}# hết\n"),
    ],
)
def test_the_first_programme_is_written_as_people_write_it(before: str, after: str) -> None:
    assert editor.change(before, lambda data: schedule_edits.set_broadcast(data, NEW)) == after


def test_the_first_programme_of_a_new_station_loads(tmp_path: Path) -> None:
    """Issue 15, fault 1: “Thụt đầu dòng sai… schedule.yaml:24:3”."""
    before = read_text(sample.new_station(tmp_path / "moi").schedule_file)
    after = editor.change(before, lambda data: schedule_edits.set_broadcast(data, NEW))
    assert after == before.replace("broadcasts: []\n", f"broadcasts:\n{LINES}")


@pytest.mark.parametrize("text", ["", "\n", "# một\n# hai\n", "---\n# một\n", "{}\n"])
def test_a_file_that_holds_nothing_yet_is_filled(text: str) -> None:
    after = editor.change(text, lambda data: editor.put(data, ("rules", "max_minutes"), 15))
    assert parse(after, "").data == {"rules": {"max_minutes": 15}}
    assert after.count("#") == text.count("#")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\r\nb: [x]  # một\r\n", "a: 1\r\nb: [x, ê]  # một\r\nc: |-\r\n  hai\r\n  dòng\r\n"),
        ("'a': 1\n\"b\": [x]", "'a': 1\n\"b\": [x, ê]\nc: |-\n  hai\n  dòng\n"),
        ("b:\n        - x\n\n# hết\n", "b:\n        - x\n        - ê\nc: |-\n  hai\n  dòng\n\n# hết\n"),
        ("b: &neo [x]\n", "b: &neo [x, ê]\nc: |-\n  hai\n  dòng\n"),
    ],
)
def test_line_ends_marks_and_indentation_stay(before: str, after: str) -> None:
    def edit(data: Any) -> None:
        data["b"].append("ê")
        data["c"] = "hai\ndòng"

    assert editor.change(before, edit) == after


def test_a_mark_of_windows_at_the_beginning_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes("\ufeffa: []\r\n".encode())
    assert editor.change(read_text(tmp_path / "x.yaml"), lambda data: data["a"].append("đ")) == "a: [đ]\r\n"


@pytest.mark.parametrize("text", ["a: &x [1]\nb: *x\n", "a: 1\na: 2\n", "a: [\n", "- 1\n"])
def test_what_cannot_be_read_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(WorkspaceError) as refused:
        editor.change(text, lambda data: data.clear())
    assert refused.value.findings[0].line


def test_a_way_of_writing_that_leaves_no_room_is_written_anew_with_its_comments() -> None:
    text = "# một\n? a\n: b  # hai\n? c\n: d\n"
    after = editor.change(text, lambda data: data.update(c="e\nf", g=None))
    assert parse(after, "").data == {"a": "b", "c": "e\nf", "g": None}
    assert after.count("#") == 2


def test_words_are_changed_in_a_text_of_several_lines_without_breaking_them_anew() -> None:
    text = "body:\n  - >-\n    Bà con thôn Đông\n    chú ý: họp tối nay.\n  - hai\n"
    after = editor.change(text, lambda data: replace_in(data, "tối nay", "tối mai"))
    assert after == text.replace("tối nay", "tối mai")
