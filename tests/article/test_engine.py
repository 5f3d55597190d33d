"""Templates are data from outside: an error names file and line, and nothing escapes the sandbox."""

from datetime import date

import pytest

from loa.article.facts import Law
from loa.article.templates import fill
from loa.campaign.models import Portal
from loa.errors import Finding, TemplateError
from loa.workspace import Workspace


def trouble(station: Workspace, body: str, **facts: object) -> Finding:
    (station.templates / "articles" / "x.md.j2").write_text(body, encoding="utf-8")
    with pytest.raises(TemplateError) as error:
        fill(station, "articles/x.md.j2", facts)
    (finding,) = error.value.findings
    assert finding.file == "templates/articles/x.md.j2"
    return finding


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{{ portall.url }}", "template.undefined"),
        ("{{ known.missing }}", "template.undefined"),
        ("{{ ''.__class__ }}", "template.forbidden"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "template.forbidden"),
        ("{{ fill.__globals__ }}", "template.undefined"),
        ("{{ known.append(1) }}", "template.forbidden"),
        ("{{ 'x' * 999999999 }}", "template.forbidden"),
        ("{% for i in range(999999999) %}{% endfor %}", "template.fails"),
        ("{{ 1 / 0 }}", "template.fails"),
        ("{{ 'ba'|spell }}", "template.fails"),
        ("{% if %}", "template.syntax"),
        ("{{ 'a'|nofilter }}", "template.syntax"),
        ("{% web %} never closed", "template.syntax"),
    ],
)
def test_an_error_names_its_line(station: Workspace, line: str, code: str) -> None:
    finding = trouble(station, f"first\nsecond\n  {line}", known=[])
    assert (finding.code, finding.line) == (code, 3)
    assert finding.fix


def test_an_undefined_name_is_told_with_the_names_there_are(station: Workspace) -> None:
    finding = trouble(station, "Mời vào {{ nobody }}", portal=1, desk=2)
    assert "nobody" in finding.message
    assert "desk, portal" in finding.fix
    assert finding.column == 12


@pytest.mark.parametrize(
    ("line", "column", "says", "fix"),
    [
        ("Mời {{ portall.url }}", 8, "portall", "“portal”"),
        ("Mời {{ portal.ulr }}", 15, "portal.ulr", "“url”"),
        ("Mời {{ name|captial }}", 13, "captial", "“capital”"),
        ("{% if name %}Mời", 1, "{% if %}", "{% endif %}"),
        ("{% if name %}Mời{% endfi %}", 20, "endfi", "“endif”"),
        ("Mời{% endif %}", 7, "endif", "Take it out"),
        ("Mời {{ name", 5, "{{", "}}"),
        ("Mời {{ name }", 5, "{{", "}}"),
        ("{% if name == “xã” %}", 15, "““”", "quotation marks"),
        ("{{ portal.national|host }}", 1, "null", "{% if"),
        ('{{ law.fact("bon-muc").short }}', 14, "bon-muc", "“bon-muc-do”"),
        ("{% radio %}a{% web %}b{% endweb %}{% endradio %}", 1, "inside of each other", "Close"),
        ('{% include "mo-dau.j2" %}', 13, "mo-dau", "templates/"),
    ],
)
def test_a_slip_is_told_at_its_letters_with_the_mend(
    station: Workspace, line: str, column: int, says: str, fix: str
) -> None:
    finding = trouble(station, line, portal=Portal(), name="Bến Hải", law=Law(date(2026, 11, 1)))
    assert (finding.line, finding.column) == (1, column)
    assert says in finding.message
    assert fix in finding.fix


def test_an_error_within_an_included_file_names_that_file(station: Workspace) -> None:
    (station.templates / "articles" / "inner.md.j2").write_text("a\n{{ nobody }}\n", encoding="utf-8")
    (station.templates / "articles" / "x.md.j2").write_text("{% include 'articles/inner.md.j2' %}", encoding="utf-8")
    with pytest.raises(TemplateError) as error:
        fill(station, "articles/x.md.j2", {})
    assert (error.value.findings[0].file, error.value.findings[0].line) == ("templates/articles/inner.md.j2", 2)


def test_a_missing_template_lists_those_that_exist(station: Workspace) -> None:
    with pytest.raises(TemplateError) as error:
        fill(station, "articles/dich-vu-cong.md.j2", {})
    assert "dich-vu-cong-truc-tuyen" in error.value.findings[0].fix


def test_a_template_that_is_not_utf8(station: Workspace) -> None:
    (station.templates / "articles" / "x.md.j2").write_bytes(b"X\xe3 M\xf4")
    with pytest.raises(TemplateError) as error:
        fill(station, "articles/x.md.j2", {})
    assert error.value.findings[0].code == "file.encoding"
