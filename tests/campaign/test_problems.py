"""Whatever is wrong in a file, the report says where, what and how to mend it; the other files still load."""

import unicodedata
from pathlib import Path

import pytest

from loa.campaign import load_communes, survey
from loa.errors import CampaignError, Finding
from loa.workspace import Workspace

GOOD = """\
commune:
  name: Trung Sơn
  kind: xã
  province: Quảng Trị
portal: {url: "https://dichvucong.quangtri.gov.vn/"}
campaigns:
  - id: dvc
    template: dvc
    title: Dịch vụ công
    as_of: 2023-08-08
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "schedule.yaml").touch()
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "a-good.yaml").write_text(GOOD, encoding="utf-8")
    return Workspace(tmp_path)


def problems(workspace: Workspace, text: str | bytes, name: str = "bad.yaml") -> list[Finding]:
    """The findings for `text`, after seeing that the good file beside it loaded all the same."""
    (workspace.campaigns / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    communes, findings = survey(workspace)
    assert "a-good" in [commune.stem for commune in communes]
    return findings


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "says"),
    [
        ("  kind: xã", "  knd: xã", "key.unknown", (3, 3), "kind"),
        ("  name: Trung Sơn", "  name: [Trung, Sơn]", "value.type", (2, 9), "text"),
        ("as_of: 2023-08-08", "as_of: 8/8/2023", "value.wrong", (10, 12), "2026-11-01"),
        ("as_of: 2023-08-08", "as_of: 2023-02-30", "value.wrong", (10, 12), "2026-11-01"),
        ("as_of: 2023-08-08", "as_of: 2023", "value.wrong", (10, 12), "2026-11-01"),
        ("https://dichvucong.quangtri.gov.vn/", "https://dichvucong.quangtri.gov.vn /", "value.wrong", (5, 15), "spaces"),
        ("https://dichvucong.quangtri.gov.vn/", "http:: //dichvucong.quangtri", "value.wrong", (5, 15), "address"),
        ("https://dichvucong.quangtri.gov.vn/", "https://dichvucong", "value.wrong", (5, 15), "address"),
        ("    title: Dịch vụ công", "    title: A\n    title: B", "yaml.duplicate", (10, 5), "twice"),
        ("  name: Trung Sơn", "  name: null", "value.wrong", (2, 9), "name"),
        ("  kind: xã", "  kind: làng", "value.choice", (3, 9), "xã"),
        ("    template: dvc", "    template: ../../secret", "value.letters", (8, 15), "a-z"),
        ("    title: Dịch vụ công", "    services: {level_3: -1}\n    title: A", "value.range", (9, 25), "range"),
        ("    title: Dịch vụ công", "    services: {level_3: sáu mươi}\n    title: A", "value.type", (9, 25), "number"),
        ("    title: Dịch vụ công", "    services: {level_3: true}\n    title: A", "value.wrong", (9, 25), "number"),
        ("    title: Dịch vụ công", "    voices: [nữ, nữ]\n    title: A", "value.wrong", (9, 13), "nữ, nam"),
        ("    title: Dịch vụ công", "    voices: [nữ, nam, nu]\n    title: A", "value.wrong", (9, 13), "take turns"),
        ("  - id: dvc", "\t- id: dvc", "yaml.syntax", (7, 1), "tab"),
        ("  name: Trung Sơn", "  name:Trung Sơn", "yaml.syntax", (2, 7), "space after the colon"),
        ("  kind: xã", "  kind xã", "yaml.syntax", (3, 3), "no colon"),
        ("  kind: xã", "  kind： xã", "yaml.syntax", (3, 7), "another alphabet"),
        ("  kind: xã", "\u00a0\u00a0kind: xã", "yaml.syntax", (3, 1), "unusual space"),
        ("  name: Trung Sơn", '  name: "Trung Sơn', "yaml.syntax", (2, 9), "not closed"),
        ("  name: Trung Sơn", "  name: [Trung Sơn", "yaml.syntax", (2, 9), "not closed"),
        ("    title: Dịch", "    title: Thông báo: Dịch", "yaml.syntax", (9, 21), "quotation marks"),
        ("    title: Dịch", "    title: '@Dịch", "yaml.syntax", (9, 12), "not closed"),
        ("    title: Dịch", "    title: @Dịch", "yaml.syntax", (9, 12), "“@”"),
        ("    title: Dịch", "    title: !Dịch", "yaml.syntax", (9, 12), "“!”"),
        ("  kind: xã", "  tỉnh: xã", "key.unknown", (3, 3), "name, kind, district"),
        ("  province: Quảng Trị", "  provine: Quảng Trị", "key.unknown", (4, 3), "“province”"),
        ("    title: Dịch", "    services: {full: 1,250}\n    title: A", "key.unknown", (9, 24), "1250"),
        ("    title: Dịch", "    services: {full: 1.5}\n    title: A", "value.wrong", (9, 22), "number"),
        ("    template: dvc", "    template: Sốt xuất huyết", "value.letters", (8, 15), "sot-xuat-huyet"),
        ("    template: dvc", f"    template: {'a' * 101}", "value.long", (8, 15), "100 characters"),
        ("portal: {", "portal: &a {", "", (0, 0), ""),
        ("  province: Quảng Trị", "  province: *a", "yaml.alias", (4, 13), "Write the value out"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_its_place(
    workspace: Workspace, old: str, new: str, code: str, place: tuple[int, int], says: str
) -> None:
    assert old in GOOD
    found = problems(workspace, GOOD.replace(old, new))
    if not code:  # a lone anchor is harmless
        assert not found
        return
    assert [(f.file, f.code, (f.line, f.column)) for f in found] == [("campaigns/bad.yaml", code, place)]
    assert says in found[0].message + found[0].fix


def test_all_problems_of_a_file_come_at_once(workspace: Workspace) -> None:
    text = GOOD.replace("kind: xã", "knd: xã").replace("2023-08-08", "mai").replace("    title: Dịch vụ công\n", "")
    assert sorted(f.code for f in problems(workspace, text)) == ["key.missing", "key.unknown", "value.wrong"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "yaml.empty"),
        (b"# nothing here\n", "yaml.empty"),
        (GOOD.encode().replace("ơ".encode(), b"\xf5"), "file.encoding"),
        (b"a: " + b"x" * 5_000_000, "yaml.size"),
        (b"[" * 5000, "yaml.limit"),
        (b'a: "\\U00110000"', "yaml.syntax"),
        (b'a: "\\ud800"', "yaml.character"),
        (b"a: [1, 2\n", "yaml.syntax"),
        (b"just words\n", "value.type"),
        (b"a: 1\n---\nb: 2\n", "yaml.syntax"),
        (b"a: \x07\n", "yaml.character"),
    ],
)
def test_a_file_that_is_no_commune_at_all(workspace: Workspace, content: bytes, code: str) -> None:
    found = problems(workspace, content)
    assert {f.code for f in found} == {code}
    assert all(f.line and f.column and f.fix for f in found)


def test_a_file_full_of_mistakes_is_told_up_to_a_number(workspace: Workspace) -> None:
    found = problems(workspace, b"\n".join(b"k%d: 1" % n for n in range(20_000)))
    assert len(found) <= 301
    assert found[-1].code == "yaml.more"


def test_a_folder_in_place_of_a_file(workspace: Workspace) -> None:
    (workspace.campaigns / "bad.yaml").mkdir()
    communes, findings = survey(workspace)
    assert len(communes) == 1
    assert findings[0].file == "campaigns/bad.yaml"


@pytest.mark.parametrize("twin", ["a-good.yml", "A-Good.yaml", "a-good.YAML"])
def test_two_files_with_one_stem(workspace: Workspace, twin: str) -> None:
    (workspace.campaigns / twin).write_text(GOOD, encoding="utf-8")
    communes, findings = survey(workspace)
    assert len(communes) == 1
    assert [f.code for f in findings] == ["commune.twice"]


def test_two_stems_that_differ_only_in_how_their_letters_are_composed(workspace: Workspace) -> None:
    for form in ("NFC", "NFD"):
        (workspace.campaigns / f"{unicodedata.normalize(form, 'bến-hải')}.yaml").write_text(GOOD, encoding="utf-8")
    assert [f.code for f in survey(workspace)[1]] == ["commune.twice"]


def test_load_communes_raises_with_the_errors_of_every_file(workspace: Workspace) -> None:
    for name in ("x.yaml", "y.yaml"):
        (workspace.campaigns / name).write_text("", encoding="utf-8")
    with pytest.raises(CampaignError) as error:
        load_communes(workspace)
    assert [f.file for f in error.value.findings] == ["campaigns/x.yaml", "campaigns/y.yaml"]


def test_letters_typed_in_two_parts_are_made_one(workspace: Workspace) -> None:
    (workspace.campaigns / "nfd.yaml").write_text(unicodedata.normalize("NFD", GOOD), encoding="utf-8")
    commune = next(c for c in load_communes(workspace) if c.stem == "nfd")
    assert commune.unit.name == "Trung Sơn"


def test_the_second_of_two_campaigns_with_one_id_is_named(workspace: Workspace) -> None:
    twin = GOOD.partition("campaigns:\n")[2]
    (finding,) = problems(workspace, GOOD + twin)
    assert (finding.line, finding.column, finding.code) == (11, 9, "value.twice")
    assert "line 7" in finding.message


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0233825119", "0233825119"),
        ("1900.1560", "1900.1560"),
        ("+84912345678", "+84912345678"),
        ("115", "115"),
        ("“0233 825 119”", "0233 825 119"),
    ],
)
def test_a_telephone_keeps_every_digit_that_was_typed(workspace: Workspace, typed: str, kept: str) -> None:
    text = GOOD.replace("campaigns:", f"contact_desk: {{name: Bộ phận Một cửa, phone: {typed}}}\ncampaigns:")
    assert not problems(workspace, text, "desk.yaml")
    desk = next(c for c in load_communes(workspace) if c.stem == "desk").contact_desk
    assert desk is not None
    assert desk.phone == kept


def test_a_count_with_a_dot_between_thousands_is_that_many(workspace: Workspace) -> None:
    text = GOOD.replace("    title:", "    services: {full: 1.250, partial: 1.000}\n    title:")
    assert not problems(workspace, text, "many.yaml")
    services = next(c for c in load_communes(workspace) if c.stem == "many").campaigns[0].services
    assert (services.full, services.partial) == (1250, 1000)
