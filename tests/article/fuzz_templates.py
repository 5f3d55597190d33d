"""`python -m tests.article.fuzz_templates SEED COUNT`: templates by chance, over all of Jinja's grammar and every name.

They are filled in here, in the sandbox alone, without the locked process that stands around it: a deed that it forbids
would show as an audit event, and a value of another type than texts, numbers, days and records as a leak.
"""

import contextlib
import random
import signal
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import jinja2
from jinja2 import defaults, runtime, utils
from markupsafe import Markup
from pydantic import BaseModel

from loa import article
from loa.article import facts as values
from loa.article import sandbox
from loa.article.facts import Law, Record
from loa.article.filters import FILTERS
from loa.article.templates import _RAISED
from loa.campaign import Unit, load_communes
from loa.normalizer.reader import read
from loa.sample import sample_station
from loa.workspace import Workspace

DEEDS = (
    "open", "import", "os.", "subprocess.", "socket.", "ctypes.", "pickle.", "shutil.", "pty.", "signal.", "sqlite3.",
    "urllib.", "http.", "ftplib.", "smtplib.", "tempfile.", "mmap.", "fcntl.", "resource.",
    "sys.set", "sys.add", "object.__setattr__", "object.__delattr__", "function.", "gc.", "builtins.input", "builtins.breakpoint", "marshal.load",
    "glob.", "pathlib.",
)  # fmt: skip
PLAIN = (str, int, float, bool, date, timedelta, Markup, Law, Record, type(None), list, tuple, dict, range)
HANDED_OUT = (
    *PLAIN, *(partial, runtime.Undefined, runtime.Macro, runtime.LoopContext, runtime.BlockReference),
    *(utils.Cycler, utils.Joiner, utils.Namespace, jinja2.environment.TemplateModule, runtime.TemplateReference),
    *(type({}.keys()), type({}.values()), type({}.items()), type(iter(())), type(x for x in ())),
)  # fmt: skip
BOUND = (type("".upper), type(Law(date.min).fact))


class Watched(sandbox.Sandbox):
    """The sandbox; what it hands out is looked at."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self._seen(super().getattr(obj, attribute))

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self._seen(super().getitem(obj, argument))

    def call(self, context: Any, obj: Any, *arguments: Any, **named: Any) -> Any:
        return self._seen(super().call(context, obj, *arguments, **named))

    @staticmethod
    def _seen(value: Any) -> Any:
        if isinstance(value, BOUND):
            assert isinstance(value.__self__, (*PLAIN, runtime.LoopContext, utils.Cycler)), value
            assert not value.__name__.startswith("_"), value
        else:
            allowed = isinstance(value, HANDED_OUT) or value in sandbox._GLOBALS.values()
            assert allowed, f"handed out: {type(value)}"
        return value


def names() -> tuple[list[str], list[str]]:
    """The facts of articles, radio texts and pages, and every attribute that anything near them has."""
    held: set[str] = set()
    for kind in (*PLAIN, *HANDED_OUT, BaseModel, type, type("".upper), type(names), Exception):
        held.update(dir(kind))
    for commune in COMMUNES:
        for model in (commune, commune.unit, commune.portal, commune.station, commune.campaigns[0]):
            held.update(dir(model))
    return sorted(FACTS), sorted(
        held | {"_context", "_environment", "_func", "_iterator", "gi_frame", "gi_code", "__call__"}
    )


COMMUNES = load_communes(Workspace(sample_station()))
FACTS: dict[str, Any] = {
    **article._facts(COMMUNES[0], COMMUNES[0].campaigns[0]),
    "titles": ["một", "hai"],
    "campaigns": [article._visible(campaign) for campaign in COMMUNES[0].campaigns],
    "heading": Markup("<h1>x</h1>"),
    "audio": {"file": "x.mp3"},
    "groups": [{"id": "a", "articles": [{"href": "x", "as_of": date(2026, 11, 1)}]}],
}
FACTS = {name: values.plain(value) for name, value in FACTS.items()}
KNOWN, ATTRIBUTES = names()
ALLOWED = sorted(
    {name for table in sandbox._ATTRIBUTES.values() for name in table} | set(Unit.model_fields) | {"full", "format"}
)
USEFUL = sorted(Watched(jinja2.DictLoader({})).filters)
FILTER_NAMES = sorted({*defaults.DEFAULT_FILTERS, *FILTERS})
TESTS = sorted(name for name in defaults.DEFAULT_TESTS if name.isidentifier())
GLOBALS = sorted(
    {*defaults.DEFAULT_NAMESPACE, "self", "super", "caller", "loop", "varargs", "kwargs", "context", "true"}
)
VARIABLES = ["a", "b", "m", "n", "part"]
TEXTS = [
    "", "a", "xã", "{0}", "{0.__class__}", "{x[__init__]}", "%s", "%(a)s", "%5d", "a,b", "<b>", "../x", "/etc/passwd",
    "__class__", "upper", "attr", "part.j2", "main.j2", "bon-muc-do", "%d/%m/%Y", "cos\nsystem\n(S'true'\ntR.", "pickle",
]  # fmt: skip


class Grammar:
    """Writes templates."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def pick(self, options: list[str]) -> str:
        return self.chance.choice(options)

    def name(self) -> str:
        return self.pick(self.chance.choice([KNOWN, KNOWN, KNOWN, VARIABLES, GLOBALS]))

    def attribute(self) -> str:
        """Half of them what somebody would write."""
        return self.pick(self.chance.choice([ALLOWED, ATTRIBUTES]))

    def filter(self) -> str:
        return self.pick(self.chance.choice([USEFUL, USEFUL, FILTER_NAMES]))

    def expression(self, depth: int) -> str:
        if depth <= 0:
            return self.chance.choice([self.name, self.literal])()
        forms: list[Callable[[int], str]] = [
            lambda d: f"{self.expression(d)}.{self.attribute()}",
            lambda d: f"{self.name()}.{self.attribute()}({self.arguments(d)})",
            lambda d: f"{self.expression(d)}[{self.index(d)}]",
            lambda d: f"{self.expression(d)}({self.arguments(d)})",
            lambda d: f"({self.expression(d)}|{self.filter()})",
            lambda d: f"({self.expression(d)}|{self.filter()}({self.arguments(d)}))",
            lambda d: (
                f"({self.expression(d)} {self.pick(['+', '-', '*', '/', '//', '%', '**', '~'])} {self.expression(d)})"
            ),
            lambda d: (
                f"({self.expression(d)} {self.pick(['==', '<', '>=', '!=', 'in', 'not in'])} {self.expression(d)})"
            ),
            lambda d: f"({self.expression(d)} {self.pick(['and', 'or'])} {self.expression(d)})",
            lambda d: f"({self.pick(['not', '-', '+'])} {self.expression(d)})",
            lambda d: f"({self.expression(d)} is {self.pick(['', 'not '])}{self.pick(TESTS)})",
            lambda d: f"({self.expression(d)} is {self.pick(TESTS)}({self.expression(d)}))",
            lambda d: f"({self.expression(d)} if {self.expression(d)} else {self.expression(d)})",
            lambda d: f"[{self.expression(d)}, {self.expression(d)}]",
            lambda d: f"({self.expression(d)}, {self.expression(d)})",
            lambda d: f"{{{self.literal()}: {self.expression(d)}}}",
        ]
        return self.chance.choice(forms)(depth - 1)

    def literal(self) -> str:
        return self.chance.choice([repr(self.pick(TEXTS)), str(self.chance.randint(-2, 12)), "2.5", "none", "true"])

    def index(self, depth: int) -> str:
        forms = [lambda: repr(self.attribute()), lambda: self.expression(depth), lambda: "0:2", lambda: "::-1"]
        return self.chance.choice(forms)()

    def arguments(self, depth: int) -> str:
        given = [self.expression(depth) for _ in range(self.chance.randint(0, 2))]
        if self.chance.random() < 0.3:
            given.append(
                f"{self.pick(['attribute', 'proto', 'allow_pickle', 'default', 'start', 'a'])}={self.expression(0)}"
            )
        if self.chance.random() < 0.1:
            given.append(f"*{self.expression(0)}")
        if self.chance.random() < 0.1:
            given.append(f"**{self.expression(0)}")
        return ", ".join(given)

    def body(self, depth: int) -> str:
        return " ".join(self.statement(depth) for _ in range(self.chance.randint(1, 3)))

    def statement(self, depth: int) -> str:
        if depth <= 0:
            return f"{{{{ {self.expression(3)} }}}}"
        say, inside, variable = self.expression, partial(self.body, depth - 1), partial(self.pick, VARIABLES)
        forms: list[Callable[[], str]] = [
            lambda: f"{{{{ {say(4)} }}}}",
            lambda: f"{{{{ {say(4)} }}}}",
            lambda: f"{{% if {say(2)} %}}{inside()}{{% elif {say(2)} %}}{inside()}{{% else %}}{inside()}{{% endif %}}",
            lambda: f"{{% for {variable()} in {say(2)} %}}{inside()}{{% else %}}x{{% endfor %}}",
            lambda: f"{{% for {variable()} in {say(2)} if {say(1)} recursive %}}{inside()}{{{{ loop({say(1)}) }}}}{{% endfor %}}",
            lambda: f"{{% set {variable()} = {say(3)} %}}",
            lambda: f"{{% set n = namespace({self.arguments(1)}) %}}{{% set n.{self.attribute()} = {say(2)} %}}",
            lambda: f"{{% set {variable()} %}}{inside()}{{% endset %}}",
            lambda: f"{{% set {variable()} | {self.filter()} %}}{inside()}{{% endset %}}",
            lambda: f"{{% macro m(a, b={say(1)}) %}}{inside()}{{{{ caller() if caller }}}}{{% endmacro %}}{{{{ m({say(1)}) }}}}",
            lambda: f"{{% call(a) {say(1)}({self.arguments(1)}) %}}{inside()}{{% endcall %}}",
            lambda: f"{{% filter {self.filter()}({self.arguments(1)}) %}}{inside()}{{% endfilter %}}",
            lambda: f"{{% with a = {say(2)} %}}{inside()}{{% endwith %}}",
            lambda: f"{{% include {say(1)} ignore missing %}}",
            lambda: f"{{% include ['part.j2', {say(1)}] {self.pick(['with', 'without'])} context %}}",
            lambda: f"{{% import {self.pick(['part.j2', 'main.j2'])!r} as part %}}{{{{ part.{self.attribute()} }}}}",
            lambda: f"{{% from 'part.j2' import m as a with context %}}{{{{ a({self.arguments(1)}) }}}}",
            lambda: f"{{% block {variable()}{self.chance.randint(0, 99999)} %}}{inside()}{{{{ super() }}}}{{% endblock %}}",
            lambda: f"{{% extends {say(0)} %}}",
            lambda: f"{{% autoescape {say(0)} %}}{inside()}{{% endautoescape %}}",
            lambda: f"{{% web %}}{inside()}{{% endweb %}}{{% radio %}}{inside()}{{% endradio %}}",
            lambda: "{% raw %}{{ x }}{% endraw %}{# remark #}",
        ]  # fmt: skip
        return self.chance.choice(forms)()


class SlowError(Exception):
    """A template by chance that works for long; time is what the process around it limits."""


def _slow(_signal: int, _frame: object) -> None:
    raise SlowError


PART = "{% macro m(a, b=1) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{% set n = titles %}{% block a %}{{ title }}{% endblock %}"


def _load_what_is_loaded_at_its_first_use() -> None:
    """Modules and tables of the library and of ours: after that nothing more is to be opened."""
    for text in (*TEXTS, "TP. HCM, 7 kg/m2, QĐ 12/2026/QĐ-UBND, ngày 1/7/2026, 0233.825.119, www.gov.vn, EVN, xã Ba"):
        read(text)
    for source in (*FIRST, *(f"{{{{ {value}|{name} }}}}" for name in FILTER_NAMES for value in ("'a'", "1", "['a']"))):
        with contextlib.suppress(*_RAISED):
            Watched(jinja2.DictLoader({"a": source})).get_template("a").render(FACTS)


def _keep(held: list[Any], *given: Any) -> None:
    held.extend(given)


def every_attribute_of_everything() -> None:
    """Each value that a template may have, each name that anything has: asked for, called, given to `map`."""
    made = Watched(jinja2.DictLoader({"part.j2": PART}))
    reached = made.from_string(
        "{% macro m(a) %}{% endmacro %}{% set n = namespace(a=1) %}{% import 'part.j2' as part with context %}{% block b %}{% endblock %}"
        "{% for i in [1] %}{{ keep(loop) }}{{ keep(loop.cycle) }}{% endfor %}{{ keep(m, n, part, self, self.b, 'a'.format) }}"
        "{{ keep(cycler, cycler(1), cycler(1).next, joiner, joiner(), namespace, dict, range, range(3), title, 'a'|upper) }}"
        "{{ keep(title|list, [1]|map('string'), [[1, 2]]|groupby(0)|first, {1: 2}.items(), 1, 1.5, true, none, 'a'.join) }}"
        "{{ keep(as_of - as_of, law.fact, law.fact('bon-muc-do'), law.fact('bon-muc-do').in_force, heading) }}"
    )  # fmt: skip
    held: list[Any] = list(FACTS.values())
    reached.render(FACTS, keep=partial(_keep, held))
    forms = [
        "{{ x[name] }}",
        "{{ x[name]() }}",
        "{{ x[name](x) }}",
        "{{ [x]|map(attribute=name)|first }}",
        "{{ x()[name] }}",
    ]
    asking = [made.from_string(form) for form in forms]
    for value in held:
        for name in ATTRIBUTES:
            for template in asking:
                with contextlib.suppress(*_RAISED):
                    template.render(x=value, name=name)


FIRST = (
    "{{ law.fact('bon-muc-do').short }}",
    "{{ '1.a'|spell }}{{ 'dichvucong.gov.vn'|spell }}",
    "{{ as_of.strftime('%d') }}",
)


def main(seed: int, count: int) -> None:
    """Fill `count` templates in; print how many of each outcome there were, and every deed and leak."""
    warnings.simplefilter("ignore")
    grammar, outcomes = Grammar(seed), Counter[str]()
    deeds: list[str] = []
    watching = False

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event.startswith(DEEDS):
            deeds.append(f"{event} {arguments!r}"[:300])
            raise PermissionError(event)

    signal.signal(signal.SIGALRM, _slow)
    _load_what_is_loaded_at_its_first_use()
    sys.addaudithook(hook)
    watching = True
    every_attribute_of_everything()
    watching = False
    for number in range(count):
        source = grammar.body(number % 4)
        made = Watched(jinja2.DictLoader({"main.j2": source, "part.j2": PART, "page.html": source}))
        signal.setitimer(signal.ITIMER_REAL, 1.0)
        watching = True
        try:
            made.get_template(grammar.pick(["main.j2", "page.html"])).render(FACTS)
        except _RAISED as error:
            outcomes[
                "leak" if isinstance(error, AssertionError) and "handed out" in str(error) else type(error).__name__
            ] += 1
        except (SlowError, MemoryError):
            outcomes["slow"] += 1
        else:
            outcomes["filled in"] += 1
        finally:
            watching = False
            signal.setitimer(signal.ITIMER_REAL, 0)
        if deeds or outcomes["leak"]:
            print(f"template {number} of seed {seed}: {source}\n{deeds}", file=sys.stderr)
            sys.exit(1)
    print(dict(outcomes))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
