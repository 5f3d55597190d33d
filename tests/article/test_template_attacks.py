"""A template comes from a stranger (a restored backup, a copied file): it runs no code, reads no file, fills no memory."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from loa.article import radio_text, render, templates
from loa.article.templates import fill
from loa.campaign import Commune, load_commune
from loa.errors import Finding, TemplateError
from loa.limited import Limits
from loa.publish.page import article_page
from loa.workspace import Workspace

PICKLE = r"cos\nsystem\n(S'touch owned'\ntR."
CODE = [
    f"{{{{ commune.parse_raw({PICKLE!r}, proto='pickle', allow_pickle=True) }}}}",
    f"{{{{ portal.parse_raw({PICKLE!r}, content_type='application/pickle', allow_pickle=True) }}}}",
    f"{{{{ (hotlines + (desk,))[0].parse_raw({PICKLE!r}, proto='pickle', allow_pickle=True) }}}}",
    "{{ commune.parse_file('/etc/passwd') }}",
    "{{ commune['parse_file']('/etc/passwd') }}",
    "{{ [commune]|map(attribute='parse_file')|first }}",
    "{{ commune.model_construct }}",
    "{{ commune.copy(update={'name': 'x'}) }}",
    "{{ commune.__class__.__init__.__globals__ }}",
    "{{ law.__class__.fact.__globals__['law'] }}",
    "{{ law.fact.__func__.__globals__ }}",
    "{{ law.fact('bon-muc-do').in_force.call.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('touch owned') }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].popen('touch owned') }}",
    "{{ namespace.mro() }}",
    "{{ dict.fromkeys }}",
    "{{ range.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''|attr('__class__') }}",
    "{{ ['']|map('attr', '__class__')|list }}",
    "{{ ['']|map(attribute='__class__')|first }}",
    "{{ [{'a': ''}]|map(attribute='a.__class__')|first }}",
    "{{ ['']|groupby('__class__')|first|first }}",
    "{{ '{0.__class__.__init__.__globals__}'.format(commune) }}",
    "{{ '{0[__class__]}'.format(commune) }}",
    "{{ '{x.__class__}'.format_map({'x': law}) }}",
    "{{ ['{0.__class__}']|map('format', commune)|list }}{{ '%(x)s'.format_map.__self__ }}",
    "{% set f = '{0.__class__}'.format %}{{ f(commune) }}",
    "{% macro m() %}{% endmacro %}{{ m.__init__.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
    "{% for x in [1] %}{{ loop.__class__ }}{% endfor %}",
    "{% for x in [1] %}{{ loop._iterator.__reduce__() }}{% endfor %}",
    "{% block b %}{% endblock %}{{ self.b._context }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__init__.__globals__ }}",
    "{% set n = namespace() %}{{ n.__class__ }}",
    "{% set n = namespace() %}{% set n.__class__ = 1 %}{{ n.__init__.__globals__ }}",
    "{{ as_of.today.__self__.__subclasses__() }}",
    "{{ as_of.__reduce__() }}",
    "{{ as_of.__class__.__base__ }}",
    "{{ title.encode('utf-8') }}",
    "{{ title.format.__globals__ }}",
    "{{ titles.__iter__ }}",
    "{% import 'articles/x.md.j2' as x %}{{ x._body_stream }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../../../../../etc/passwd' %}",
    "{% include '..\\\\..\\\\etc' %}",
    "{{ environment.loader }}{{ context.environment }}",
    "{{ caller.__globals__ }}",
    "{% call commune() %}{% endcall %}",
    "{{ ''.join.__self__.__class__ }}",
    "{{ ({}).pop.__self__ }}",
    "{{ (commune, 1)[0].__dict__ }}",
    "{{ commune.facts }}",
    "{% filter attr('__class__') %}a{% endfilter %}",
    "{{ x(_loop_vars={}, _loop_vars={}) }}",
    "{{ law.in_force(_block_vars=1) }}",
]
GREEDY = [
    "{{ '{:1000000000}'.format(1) }}",
    "{{ '{:>{}}'.format(1, 1000000000) }}",
    "{{ '{:.1000000000f}'.format(1.0) }}",
    "{{ ('{0}' * 3).format(1) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' % (1000000000, 1) }}",
    "{{ '%(a b)1000000000d' % {'a b': 1} }}",
    "{{ '%1000000000s'|format('a') }}",
    "{{ 'a'|center(1000000000) }}",
    "{{ 'a'.center(1000000000) }}",
    "{{ 'a'.ljust(1000000000) }}",
    "{{ '1'.zfill(1000000000) }}",
    "{{ ('\\t' ~ '\\t').expandtabs(1000000000) }}",
    "{{ 'a\\nb'|indent(1000000000) }}",
    "{{ [1]|batch(1000000000, 'x')|list }}",
    "{{ [1]|slice(1000000000)|list }}",
    "{{ 1.5|round(1000000000) }}",
    "{{ range(100000)|join('x'.ljust(9999)) }}",
    "{{ ('x'.ljust(9999)|replace('', 'y'.ljust(9999)))|length }}",
    "{{ ('x'.ljust(9999)).replace('', 'y'.ljust(9999))|length }}",
    "{{ 'x'.ljust(9999, 'x')|wordwrap(1, wrapstring='y'.ljust(9999)) }}",
    "{{ as_of.strftime('%1000000000Y') }}",
    "{{ '{:%1000000000Y}'.format(as_of) }}",
    "{{ 'a' * 1000000000 }}{{ [1] * 1000000000 }}",
    "{{ 9 ** 9 ** 9 ** 9 }}",
    "{% set n = namespace(t='xx') %}{% for i in range(60) %}{% set n.t = n.t ~ n.t %}{% endfor %}{{ n.t|length }}",
    "{% set n = namespace(t='xx') %}{% for i in range(60) %}{% set n.t = n.t + n.t %}{% endfor %}{{ n.t|length }}",
    "{% set n = namespace(t=[1]) %}{% for i in range(60) %}{% set n.t = n.t + n.t %}{% endfor %}{{ n.t|length }}",
    "{% set n = namespace(t='xx') %}{% for i in range(60) %}{% set n.t = '%s%s' % (n.t, n.t) %}{% endfor %}",
    "{% set n = namespace(t='xx') %}{% for i in range(60) %}{% set n.t = '{0}{0}'.format(n.t) %}{% endfor %}",
    "{% set n = namespace(t='xx') %}{% for i in range(60) %}{% set n.t = [n.t, n.t]|join %}{% endfor %}",
    "{% set n = namespace(t='xx') %}{% for i in range(60) %}{% set n.t = n.t.replace('x', 'xx') %}{% endfor %}",
    "{% set n = namespace(t='xx') %}{% for i in range(60) %}{% set n.t %}{{ n.t }}{{ n.t }}{% endset %}{% endfor %}",
    "{% macro m(t) %}{{ t }}{{ t }}{% endmacro %}{% set n = namespace(t='xx') %}{% for i in range(60) %}{% set n.t = m(n.t) %}{% endfor %}",
    "{{ lipsum(1000000) }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}",
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{{ range(99999)|map('string')|map('center', 9999)|list|length }}",
    "{% set n = namespace(t=[]) %}{% for i in range(99999) %}{% set n.t = [n.t] %}{% endfor %}{{ n.t }}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% include 'articles/x.md.j2' %}",
    "{% extends 'articles/x.md.j2' %}",
    "".join("{% for a in [1] %}" for _ in range(30)) + "".join("{% endfor %}" for _ in range(30)),
    "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
    "{{ " + "not " * 20_000 + "1 }}",
    "{{ " + "[" * 3000 + "]" * 3000 + " }}",
    "{{ " + "9" * 10_000 + " }}",
    "{{ 1" + " ~ 1" * 300_000 + " }}",
    "{% if 1 %}" * 3000,
    "{{ (1,2)|sum(start=[[]|list|batch(9999)|list, 1]) }}{{ nobody }}",
]  # fmt: skip


@pytest.fixture
def commune(station: Workspace) -> Commune:
    return load_commune(station, "trung-son")


def refused(station: Workspace, commune: Commune, body: str) -> Finding:
    """What is said of a template with `body` in its second line, used in an article, a radio text and a page."""
    campaign = commune.campaigns[0]
    found = []
    for name, use in (
        (templates_name(campaign.template), lambda: render(station, commune, campaign)),
        ("articles/x.md.j2", lambda: fill(station, "articles/x.md.j2", {"as_of": campaign.as_of, "title": "x"})),
    ):
        path = station.templates / name
        path.write_text(f"A\n{body}\n", encoding="utf-8")
        with pytest.raises(TemplateError) as error:
            use()
        found += error.value.findings
    assert all(finding.message and finding.fix and finding.line for finding in found)
    return found[0]


def templates_name(topic: str) -> str:
    return f"articles/{topic}.md.j2"


@pytest.mark.parametrize("body", CODE)
def test_no_template_runs_code_or_reads_a_file(
    station: Workspace, commune: Commune, body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    finding = refused(station, commune, body)
    assert not (tmp_path / "owned").exists()
    assert finding.code.startswith("template.")
    assert "root:" not in finding.message + finding.fix


@pytest.mark.parametrize("body", GREEDY, ids=lambda body: body[:60])
def test_no_template_takes_much_time_or_memory(
    station: Workspace, commune: Commune, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "LIMITS", Limits(seconds=0.5, megabytes=100, output=10_000_000))
    before, started = psutil.Process().memory_info().rss, time.process_time()
    finding = refused(station, commune, body)
    assert finding.code.startswith("template.")
    assert finding.line in {1, 2}
    assert psutil.Process().memory_info().rss - before < 50_000_000
    assert time.process_time() - started < 5  # of this process: it only waits


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "template.time"),
        ("{% for a in range(99999) %}{{ 'x'.ljust(9999) }}{% endfor %}", "template.much"),
        ("{{ range(99999)|map('string')|map('center', 9999)|list }}", "template.memory"),
    ],
)
def test_the_line_that_takes_too_much_is_named(
    station: Workspace, commune: Commune, body: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        templates, "LIMITS", Limits(seconds=1.5, megabytes=101, output=10_000_000)
    )  # a process of our own
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as for what a shell starts in the background
    try:
        finding = refused(station, commune, body)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (finding.code, finding.line) == (code, 2)


def test_what_templates_of_the_first_version_use_keeps_working(station: Workspace, commune: Commune) -> None:
    campaign = commune.campaigns[0]
    body = (
        "{{ commune.full }}|{{ commune['name'] }}|{{ portal.url }}|{{ desk.name|upper }}|{{ as_of.strftime('%d/%m/%Y') }}|"
        "{{ as_of.year }}|{{ '{:%-d}'.format(as_of) }}|{{ as_of.isoformat() }}|{{ law.in_force('toan-trinh-mot-phan') }}|"
        "{{ law.fact('bon-muc-do').short }}|{{ law.fact('bon-muc-do').in_force(as_of) }}|{{ law.day }}|"
        "{{ '%s: %02d' % (call, 5) }}|{{ 'a,b'.split(',')|join(' và ') }}|{{ title.replace('công', 'CÔNG') }}|"
        "{{ '{:,}'.format(1250) }}|{{ title ~ '!' }}|{{ linked_services|length }}|{{ ('a'|center(3)) }}|"
        "{% for x in linked_services %}{{ loop.index }}{{ ',' if not loop.last }}{% endfor %}|"
        "{% set n = namespace(t=1) %}{% set n.t = n.t + 1 %}{{ n.t }}|{{ (as_of - law.fact('bon-muc-do').start).days }}|"
        "{{ commune.district or '' }}{% if desk.phone is none %}-{% endif %}|{{ services.full is none }}"
    )
    (station.templates / f"articles/{campaign.template}.md.j2").write_text(body, encoding="utf-8")
    assert render(station, commune, campaign).source == (
        "xã Trung Sơn|Trung Sơn|https://dichvucong.quangtri.gov.vn/|BỘ PHẬN MỘT CỬA UBND XÃ TRUNG SƠN|08/08/2023|2023|8|"
        "2023-08-08|True|Nghị định số 43/2011/NĐ-CP|False|2023-08-08|Đài truyền thanh xã Trung Sơn: 05|a và b|"
        "Tuyên truyền dịch vụ CÔNG trực tuyến|1,250|Tuyên truyền dịch vụ công trực tuyến!|2| a |1,2|2|4390|"
        "Gio Linh-|True"
    )


def test_a_changed_template_makes_the_same_text_and_its_words_are_its_own(station: Workspace) -> None:
    """In the package's process or in one of its own: the same facts, the same article, page and radio texts."""
    for commune in (load_commune(station, stem) for stem in ("trung-son", "ben-hai", "nhat-quang")):
        before = [texts(station, commune), article_page(station, commune, commune.campaigns[0], ()).html]
        for path in station.templates.rglob("*.j2"):
            path.write_text(path.read_text("utf-8") + "{# ours #}", encoding="utf-8")
        assert [texts(station, commune), article_page(station, commune, commune.campaigns[0], ()).html] == before


def texts(station: Workspace, commune: Commune) -> list[str]:
    made = [render(station, commune, campaign).source for campaign in commune.campaigns]
    names = ("opening", "bridge", "closing", "apology")
    return made + [radio_text(station, commune, name, commune.campaigns).source for name in names]  # type: ignore[arg-type]


def test_the_packages_own_templates_start_no_process(station: Workspace, commune: Commune) -> None:
    code = (
        "import sys, psutil\nfrom pathlib import Path\nfrom loa.workspace import Workspace\n"
        "from loa.campaign import load_communes\nfrom loa.article import render\nstation = Workspace(Path(sys.argv[1]))\n"
        "for commune in load_communes(station):\n    for campaign in commune.campaigns: render(station, commune, campaign)\n"
        "print(len(psutil.Process().children()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, station.root], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == "0"


def test_a_template_of_the_package_may_include_one_of_the_stations(station: Workspace, commune: Commune) -> None:
    (station.templates / "articles" / "own.md.j2").write_text("own {{ title }}", encoding="utf-8")
    (station.templates / "articles" / "x.md.j2").write_text("{% include 'articles/own.md.j2' %}", encoding="utf-8")
    assert fill(station, "articles/x.md.j2", {"title": "words"}) == "own words"
    (station.templates / "articles" / "own.md.j2").write_text("new {{ title }}", encoding="utf-8")
    assert fill(station, "articles/x.md.j2", {"title": "words"}) == "new words"
