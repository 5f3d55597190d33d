"""What a template may do: read facts, choose, repeat, and put words together, all of it within bounds.

An attribute is given out only where the table of its type names it; whatever is not in a table is refused.
Operators, methods and filters that could make much out of little (`center`, `replace`, `+`, ...) work out the size.
"""

import re
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import jinja2
from jinja2 import filters as jinja_filters
from jinja2 import nodes, runtime, sandbox, utils
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from markupsafe import EscapeFormatter, Markup

from loa.article.facts import Law, Record
from loa.article.filters import FILTERS
from loa.article.markup import Alternates

LARGEST = 2_000_000
"""Characters of a text, and entries of a list, that a template may make."""
WIDEST = 10_000
"""Characters to which a text may be padded, and digits of a number."""


class TooMuchError(SecurityError):
    """A template makes more text than a page can hold."""


def _check(size: float) -> None:
    if size > LARGEST:
        raise TooMuchError("too much")


def _check_width(*widths: Any) -> None:
    if any(isinstance(width, int | float) and abs(width) > WIDEST for width in widths):
        raise TooMuchError("too wide")


# Methods that make much out of little: the size is worked out before.


def _padded(text: str, name: str, width: int, *fill: str) -> str:
    _check_width(width)
    return str(getattr(text, name)(width, *fill))


def _replaced(text: str, name: str, old: str, new: str, count: int = -1) -> str:
    found = text.count(old)
    _check(len(text) + (found if count < 0 else min(found, count)) * len(new))
    return str(getattr(text, name)(old, new, count))


def _joined(text: str, name: str, items: Iterable[str]) -> str:
    found = list(items)
    _check(sum(len(item) for item in found) + len(text) * len(found))
    made = getattr(text, name)(found)
    return type(text)(made)


def _expanded(text: str, name: str, tabsize: int = 8) -> str:
    _check_width(tabsize)
    _check(len(text) + text.count("\t") * tabsize)
    return str(getattr(text, name)(tabsize))


_SPEC = re.compile(r"(?:.?[<>=^])?[-+ ]?z?#?0?(?P<width>\d{0,5})[,_]?(?:\.(?P<precision>\d{1,5}))?[bcdeEfFgGnosxX%]?")
_MOMENT = re.compile(r"(?:[^%]|%-?[A-Za-z%])*")
"""What `strftime` may be asked for: parts of a day without a width."""


class _Format(sandbox.SandboxedFormatter):
    """`'{:>5}'.format(…)`: attributes as everywhere in a template, and short results."""

    def __init__(self, env: jinja2.Environment, **more: Any) -> None:
        super().__init__(env, **more)
        self._size = 0

    def format_field(self, value: Any, format_spec: str) -> Any:
        """One field. Raises SecurityError, TooMuchError."""
        if isinstance(value, date):
            _check_moment(format_spec)
        elif format_spec:
            spec = _SPEC.fullmatch(format_spec)
            if not spec or not isinstance(value, str | int | float):
                raise SecurityError("not a plain format")
            _check_width(int(spec["width"] or 0), int(spec["precision"] or 0))
        made = super().format_field(value, format_spec)
        self._size += len(made)
        _check(self._size)
        return made


class _EscapedFormat(_Format, EscapeFormatter):
    pass


def _check_moment(asked: str) -> None:
    _check_width(len(asked))
    if not _MOMENT.fullmatch(asked):
        raise SecurityError("not a plain format")


def _moment(day: date, name: str, asked: str) -> str:
    _check_moment(asked)
    return str(getattr(day, name)(asked))


_PERCENT = re.compile(
    r"%(?:\((?:[^()]|\([^()]*\))*\))?[-+ #0]*(?P<width>\d{0,5})(?:\.(?P<precision>\d{0,5}))?[hlL]?[diouxXeEfFgGcrsa%]"
)


def _percent(text: str, values: Any) -> str:
    """`'%5d' % 3`. Raises SecurityError, TooMuchError."""
    if "%" in _PERCENT.sub("", text):
        raise SecurityError("not a plain format")
    for field in _PERCENT.finditer(text):
        _check_width(int(field["width"] or 0), int(field["precision"] or 0))
    held = values.values() if isinstance(values, dict) else values if isinstance(values, tuple) else (values,)
    longest = max((len(str(value)) for value in held), default=0)
    _check(len(text) + text.count("%") * longest)
    made: str = text % values
    return made


_TEXT: dict[str, Callable[..., Any] | None] = {
    **dict.fromkeys(
        "capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit islower isnumeric "
        "isspace istitle isupper lower lstrip partition removeprefix removesuffix rfind rindex rpartition rsplit "
        "rstrip split splitlines startswith strip swapcase title upper".split()
    ),
    **dict.fromkeys(["center", "ljust", "rjust", "zfill"], _padded),
    "expandtabs": _expanded,
    "join": _joined,
    "replace": _replaced,
}


def _names(text: str) -> dict[str, Callable[..., Any] | None]:
    return dict.fromkeys(text.split())


_ATTRIBUTES: dict[type, Mapping[str, Callable[..., Any] | None]] = {
    str: _TEXT,
    Markup: {**_TEXT, **_names("escape striptags unescape")},
    list: _names("count index"),
    tuple: _names("count index"),
    dict: _names("get items keys values"),
    date: {**_names("day isocalendar isoformat isoweekday month replace toordinal weekday year"), "strftime": _moment},
    timedelta: _names("days"),
    Law: _names("day fact in_force"),
    runtime.LoopContext: _names(
        "changed cycle depth depth0 first index index0 last length nextitem previtem revindex revindex0"
    ),
    runtime.Macro: _names("arguments caller catch_kwargs catch_varargs name"),
    runtime.BlockReference: _names("name super"),
    utils.Cycler: _names("current next reset"),
    jinja_filters._GroupTuple: _names("grouper list"),
}
"""For each type what a template may read of it; a function stands where the plain method could make too much."""
_INDEXED = (list, tuple, dict, str, Markup, range, jinja_filters._GroupTuple)


# Filters of Jinja that make much out of little.


def _center(value: str, width: int = 80) -> str:
    _check_width(width)
    return jinja_filters.do_center(value, width)


def _indent(s: str, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    each = len(width) if isinstance(width, str) else width
    _check_width(each)
    _check(len(s) + s.count("\n") * each)
    return jinja_filters.do_indent(s, width, first, blank)


def _batch(value: Iterable[Any], linecount: int, fill_with: Any = None) -> Any:
    _check_width(linecount)
    return jinja_filters.do_batch(value, linecount, fill_with)


def _slice(value: Any, slices: int, fill_with: Any = None) -> Any:
    _check_width(slices)
    return jinja_filters.sync_do_slice(value, slices, fill_with)


def _round(value: float, precision: int = 0, method: Any = "common") -> float:
    if not -300 < precision < 300:
        raise TooMuchError("too exact")
    return jinja_filters.do_round(value, precision, method)


@jinja2.pass_eval_context
def _replace(eval_ctx: nodes.EvalContext, s: str, old: str, new: str, count: int | None = None) -> str:
    found = str(s).count(str(old))
    _check(len(str(s)) + (found if count is None or count < 0 else min(found, count)) * len(str(new)))
    return jinja_filters.do_replace(eval_ctx, s, old, new, count)


@jinja2.pass_eval_context
def _join(eval_ctx: nodes.EvalContext, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    found = list(value)
    _check(len(str(d)) * len(found))
    made = jinja_filters.sync_do_join(eval_ctx, found, d, attribute)
    _check(len(made))
    return made


def _printf(value: str, *arguments: Any, **named: Any) -> str:
    if arguments and named:
        raise TypeError("either positional or keyword arguments")
    text = runtime.str_join((value,)) if not isinstance(value, str) else value
    return _percent(text, named or arguments)


def _wordwrap_bound(environment: jinja2.Environment) -> Callable[..., str]:
    def wrapped(
        s: str,
        width: int = 79,
        break_long_words: bool = True,
        wrapstring: str | None = None,
        break_on_hyphens: bool = True,
    ) -> str:
        _check_width(width)
        _check(len(s) * (1 + len(wrapstring or "") / max(1, width)))
        return jinja_filters.do_wordwrap(environment, s, width, break_long_words, wrapstring, break_on_hyphens)

    return wrapped


_OWN_FILTERS: dict[str, Callable[..., Any]] = {
    "batch": _batch,
    "center": _center,
    "format": _printf,
    "indent": _indent,
    "join": _join,
    "replace": _replace,
    "round": _round,
    "slice": _slice,
}
_PLAIN_FILTERS = (
    "abs capitalize d default dictsort e escape filesizeformat first float forceescape groupby int items last length "
    "list lower map max min random reject rejectattr reverse safe select selectattr sort string striptags sum title "
    "tojson trim truncate unique upper urlencode urlize wordcount xmlattr"
).split()
"""Of Jinja's filters those that need no bound."""
_GLOBALS: dict[str, Callable[..., Any]] = {
    "cycler": utils.Cycler,
    "dict": dict,
    "joiner": utils.Joiner,
    "namespace": utils.Namespace,
    "range": sandbox.safe_range,
}
_CALLABLE = (
    *(types.MethodType, types.BuiltinMethodType, partial),
    *(runtime.Macro, runtime.BlockReference, runtime.LoopContext, runtime.Undefined, utils.Joiner),
)
"""What a call may call: all that the tables above give out, macros, blocks and loops."""


class _Generator(CodeGenerator):
    """Jinja's compiler; `a ~ b` goes through `Sandbox.glue`."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802  Jinja's name
        """A text out of several."""
        self.write("environment.glue(context.eval_ctx, (")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class Sandbox(sandbox.ImmutableSandboxedEnvironment):
    """Jinja for templates that somebody else wrote."""

    code_generator_class = _Generator
    intercepted_binops = frozenset(["*", "**", "+", "%"])

    def __init__(self, loader: jinja2.BaseLoader) -> None:
        super().__init__(
            loader=loader,
            undefined=jinja2.StrictUndefined,
            extensions=[Alternates],
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=lambda name: bool(name and name.endswith((".html", ".html.j2"))),
        )
        self.filters = {name: jinja_filters.FILTERS[name] for name in _PLAIN_FILTERS}
        self.filters.update(_OWN_FILTERS, wordwrap=_wordwrap_bound(self), **FILTERS)
        self.globals = dict(_GLOBALS)

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        """The parts of a template, or of a macro, as one text. Raises TooMuchError in the line that goes too far."""
        size, kept = 0, []
        for piece in pieces:
            size += len(piece)
            if size > LARGEST:
                error = TooMuchError("too much")
                if isinstance(pieces, types.GeneratorType):
                    pieces.throw(error)
                raise error
            kept.append(piece)
        return "".join(kept)

    def glue(self, eval_ctx: nodes.EvalContext, values: Sequence[Any]) -> str:
        """`a ~ b`."""
        texts = [value if isinstance(value, str) else str(value) for value in values]
        _check(sum(map(len, texts)))
        return runtime.markup_join(texts) if eval_ctx.autoescape else runtime.str_join(texts)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute`, where a table names it; else something undefined that says so."""
        kind = type(obj)
        if kind is Record:
            if attribute in obj.facts:
                return obj.facts[attribute]
            return (
                self._refused(obj, attribute) if attribute.startswith("_") else self.undefined(obj=obj, name=attribute)
            )
        names = _ATTRIBUTES.get(kind, {})
        if attribute in names:
            bound = names[attribute]
            return partial(bound, obj, attribute) if bound else getattr(obj, attribute)
        if kind in {str, Markup} and attribute in {"format", "format_map"}:
            return partial(self._format, obj, attribute)
        if isinstance(obj, runtime.Undefined):
            obj._fail_with_undefined_error()
        if not attribute.startswith("_"):
            if kind is dict and attribute in obj:
                return obj[attribute]
            if kind in {utils.Namespace, jinja2.environment.TemplateModule, runtime.TemplateReference}:
                return self._held(obj, kind, attribute)
        if attribute.startswith("_") or hasattr(kind, attribute):
            return self._refused(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`obj[argument]`."""
        if isinstance(obj, _INDEXED):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                pass
        return self.getattr(obj, argument) if isinstance(argument, str) else self._no_item(obj, argument)

    def is_safe_callable(self, obj: Any) -> bool:
        """Whether a template may call it."""
        return isinstance(obj, _CALLABLE) or any(obj is allowed for allowed in _GLOBALS.values())

    def call_binop(self, context: runtime.Context, operator: str, left: Any, right: Any) -> Any:
        """Numbers as they are, texts and lists with bounds; no powers, and no text times a number."""
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if operator == "**" or (operator == "*" and not (numbers and abs(left) < 1e9 and abs(right) < 1e9)):
            raise SecurityError(f"{operator} is not allowed here")
        if operator == "%" and isinstance(left, str):
            return _percent(left, right)
        if operator == "+" and not numbers and hasattr(left, "__len__") and hasattr(right, "__len__"):
            _check(len(left) + len(right))
        return super().call_binop(context, operator, left, right)

    def _held(self, obj: Any, kind: type, name: str) -> Any:
        """What templates themselves put into a namespace, a module, or blocks."""
        try:
            if kind is runtime.TemplateReference:
                return obj[name]
            return obj.__dict__[name] if kind is jinja2.environment.TemplateModule else getattr(obj, name)
        except (AttributeError, KeyError):
            return self.undefined(obj=obj, name=name)

    def _no_item(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, runtime.Undefined):
            obj._fail_with_undefined_error()
        return self.undefined(obj=obj, name=argument)

    def _refused(self, obj: Any, attribute: str) -> Any:
        return self.unsafe_undefined(obj, attribute)

    def _format(self, text: str, name: str, *arguments: Any, **named: Any) -> str:
        if name == "format_map":
            (named,), arguments = arguments, ()
        made = (_EscapedFormat(self, escape=text.escape) if isinstance(text, Markup) else _Format(self)).vformat(
            text, arguments, named
        )
        return type(text)(made)
