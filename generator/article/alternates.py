"""What the eye reads and what the ear hears: `{% web %}…{% endweb %}` and `{% radio %}…{% endradio %}`.

The rendered source keeps both, each between two private-use characters; `pick` takes one and remembers where each
character came from, so that a spoken block can be shown at its place on the page.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

Form = Literal["radio", "web"]
_MARKS: dict[str, tuple[str, str]] = {"web": ("\ue000", "\ue001"), "radio": ("\ue002", "\ue003")}
MARKS = "".join(start + end for start, end in _MARKS.values())
# What dropping an alternate leaves behind: spaces at line ends, runs of spaces within a line, runs of blank lines.
_LEFT_BEHIND = (re.compile(r"[ \t]+(?=\n)"), re.compile(r"(?<=\S[ \t])[ \t]+(?=\S)"), re.compile(r"(?<=\n\n)\n+"))


class Alternates(Extension):
    """The two block tags. They do not nest in each other: a text is for the eye or for the ear."""

    tags = {"web", "radio"}  # noqa: RUF012  Jinja's own attribute

    def parse(self, parser: Parser) -> nodes.Node:
        """`{% web %}` body `{% endweb %}` as a call that puts the marks around the body."""
        token = next(parser.stream)
        body = parser.parse_statements((f"name:end{token.value}",), drop_needle=True)
        inside = nodes.Scope(body).find_all(nodes.ExtensionAttribute)
        if any(node.identifier == self.identifier for node in inside):
            parser.fail("one wording inside of the other", token.lineno)
        call = self.call_method("_marked", [nodes.Const(token.value)])
        return nodes.CallBlock(call, [], [], body).set_lineno(token.lineno)

    def _marked(self, form: str, caller: Callable[[], str]) -> str:
        start, end = _MARKS[form]
        return f"{start}{caller()}{end}"


@dataclass(frozen=True, slots=True)
class Picked:
    """One of the two texts, and for each of its characters the offset in the source."""

    text: str
    origins: list[int]


def pick(source: str, form: Form) -> Picked:
    """The text of `source` for `form`, without the gaps that the other alternate leaves; ends with one line break."""
    start, end = _MARKS["web" if form == "radio" else "radio"]
    other = re.compile(f"{start}[^{end}]*{end}|[{MARKS}]")
    text, origins = source, list(range(len(source)))
    for cut in (other, *_LEFT_BEHIND):
        text, origins = _cut(text, origins, cut)
    lead = len(text) - len(text.lstrip())
    body = text.strip()
    return Picked(body + "\n", [*origins[lead : lead + len(body)], len(source)])


def shown(source: str, form: Form) -> str:
    """The text that `pick` gives, without the offsets: several times as fast."""
    start, end = _MARKS["web" if form == "radio" else "radio"]
    text = re.sub(f"{start}[^{end}]*{end}|[{MARKS}]", "", source)
    for cut in _LEFT_BEHIND:
        text = cut.sub("", text)
    return text.strip() + "\n"


def only(source: str, form: Form) -> list[str]:
    """What `source` has for `form` alone."""
    start, end = _MARKS[form]
    return [" ".join(piece.split()) for piece in re.findall(f"{start}([^{end}]*){end}", source) if piece.strip()]


def _cut(text: str, origins: list[int], pattern: re.Pattern[str]) -> tuple[str, list[int]]:
    kept_text: list[str] = []
    kept_origins: list[int] = []
    position = 0
    for match in pattern.finditer(text):
        kept_text.append(text[position : match.start()])
        kept_origins += origins[position : match.start()]
        position = match.end()
    if not position:
        return text, origins
    return "".join([*kept_text, text[position:]]), kept_origins + origins[position:]
