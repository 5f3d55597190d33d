"""Rules on signs and spaces within a line, and on what word processors and web pages leave behind."""

import re
from collections.abc import Iterator

from loa.checks.text import Hit, Passage, Text, warning
from loa.checks.words import lexicon as syl
from loa.i18n import _
from loa.text import LOWER, UPPER

_BEFORE = re.compile(r"(?<=[\w)\]”\"’ａ%]) +(?=(?:,|;|!|\?|:|\.)(?:\s|$|\.))(?! +\.\.\.)")
_TORN = re.compile(rf"(?<=[{LOWER}]) +([,;])(?=[{LOWER}{UPPER}])")
_DOUBLED = re.compile(
    r"(?<![.…])(?:,\s*[,;:]+|;\s*[,;:]+|:\s*[,;:]+|,\.(?!\.)|;\.|:\.(?!\.)"
    rf"|(?<!v\.v)(?<![\d{UPPER}])\.(?:,|;|:)|\.\.(?!\.))"
    r"|\.{4,}|…\s*\.+|\.{3}…|\.{2,3},;|[!?]{4,}|(?:,\s*){2,}"
)
_STUCK = re.compile(r"(?P<before>[^\W_]{1,40}|[)”%])(?P<sign>[.,;:!?…]|\.\.\.)(?P<after>[^\W\d_]{1,40})")
_WORD_STUCK = re.compile(rf"(?<![\w.,/:-])(\d{{1,6}})([{LOWER}]{{2,6}})(?![\w-])")
_DIGIT_STUCK = re.compile(rf"(?<=\d)[.;](?=[{UPPER}][{LOWER}])|(?<=[{LOWER}])[,;](?=\d{{1,3}}\s+[{LOWER}])")
_ADDRESS_STUCK = re.compile(rf"(?<=ａ)[.;,](?=[{UPPER}][{LOWER}])")
_BRACKET_STUCK = re.compile(rf"(?<=[{LOWER}])\((?=[{LOWER}{UPPER}]{{2}})|\)(?=[{UPPER}]?[{LOWER}]{{2}})")
_INNER = re.compile(r"(?<=[(“\[])\s+(?=\S)|(?<=\S)\s+(?=[)”\]])")
# What may stand before a dot without a space after it: abbreviations of titles and units.
_SHORT = frozenset("tp tx tt p q h x ths ts pgs gs bs ks cn th s ds dr mr ms ng nxb đ đc đ/c no st".split())
_RUNS = re.compile(r"(?<=[^\s|])[ \u00a0\t]{2,}(?=[^\s|])")
_LEFTOVERS = (
    (re.compile(r"\[\s*bookmark\s*:[^\]\n]*\]?", re.I), True),
    (re.compile(r"_GoBack\b|_Toc\d+|_Hlk\d+|_Ref\d+"), True),
    (re.compile(r"(?:Error!|Lỗi!)[^.\n]*(?:\.|$)", re.M), False),
    (re.compile(r"\{\s*(?:PAGE|HYPERLINK|TOC|REF|MERGEFIELD|NUMPAGES)\b[^}\n]*\}?"), True),
    (re.compile(r"\\\*\s*MERGEFORMAT|(?<!\w)(?:HYPERLINK|MERGEFORMAT)\s+\S*"), True),
    (re.compile(r"&(?:nbsp|amp|lt|gt|quot|ndash|mdash|hellip|#\d+);?"), False),
    (re.compile(r"</?(?:o:p|span|div|p|font|br|strong|em|b|i|u|a|table|td|tr|style|img)\b[^>\n]*>", re.I), True),
    (re.compile(r"\bmso-[\w-]+|\bMsoNormal\b|Lorem ipsum", re.I), False),
    (re.compile(r"\[(?:Type|Nhập|Điền|Gõ)[^\]\n]*\]|Click or tap[^.\n]*", re.I), False),
    (re.compile(r"[\ufffd\u25a1\uf000-\uf8ff]+"), False),
    (re.compile(r"(?:\.\s?){8,}|…{3,}|_{4,}"), False),
    (re.compile(r"\{\{[^}\n]*\}\}|\{%[^%\n]*%\}"), False),
    (re.compile(r"(?<!\w)(?:TODO|FIXME|XXX+|xxx+)(?!\w)"), False),
)  # fmt: skip
_ODD_SPACE = re.compile("[\u00a0\u2007\u202f\u200b\u200c\u200d\ufeff\u00ad\u2028\u2029]")


def signs(passage: Passage) -> Iterator[Hit]:
    """Doubled signs, spaces before signs, and text stuck to the sign before it."""
    text = passage.masked
    doubled = list(_DOUBLED.finditer(text))
    for match in doubled:
        replacement = _one_sign(match.group())
        message = _("Doubled punctuation: “{signs}”.").format(signs=match.group())
        yield Hit(*match.span(), "punctuation.doubled", message, _("Keep one sign."), replacement=replacement)
    for match in _BEFORE.finditer(text):
        if not any(m.start() <= match.end() <= m.end() for m in doubled):
            span = (match.start(), match.end() + 1)
            message, fix = _("There is a space before the punctuation."), _("Remove the space.")
            yield Hit(*span, "punctuation.space-before", message, fix, replacement=text[match.end()])
    for match in _TORN.finditer(text):
        message, fix = _("There is a space before the punctuation."), _("Put the space after it.")
        yield Hit(*match.span(), "punctuation.space-before", message, fix, replacement=f"{match[1]} ")
    for match in _WORD_STUCK.finditer(text):
        if not match[2].isascii() and match[2] in syl.syllables():  # letters without marks may be a unit: 15kg
            message, fix = _("There is no space after the number."), _("Put a space between them.")
            yield Hit(*match.span(), "punctuation.stuck", message, fix, replacement=f"{match[1]} {match[2]}")
    for match in _STUCK.finditer(text):
        if _is_stuck(match, text):
            sign = match["sign"]
            message = _("The text is stuck to the “{sign}” before it.").format(sign=sign)
            yield Hit(
                match.start("sign"),
                match.end(),
                "punctuation.stuck",
                message,
                _("Put a space after the sign."),
                replacement=f"{sign} {match['after']}",
            )
    for pattern in (_DIGIT_STUCK, _ADDRESS_STUCK, _BRACKET_STUCK):
        for match in pattern.finditer(text):
            start = match.start()
            if start == 0 or (start < 12 and re.fullmatch(r"\W*(?:\d+[.\d]*|[a-zđ])", text[:start])):
                continue
            message, fix = _("A space is missing here."), _("Put a space in.")
            sign = match.group()
            yield warning(
                match.start(),
                match.end(),
                "punctuation.stuck",
                message,
                fix,
                f" {sign}" if sign == "(" else f"{sign} ",
            )
    for match in _INNER.finditer(text):
        message, fix = _("There is a space inside the bracket or quotation mark."), _("Remove the space.")
        yield warning(*match.span(), "punctuation.space-inside", message, fix, "")
    yield from _brackets(text)


def leftovers(passage: Passage) -> Iterator[Hit]:
    """Traces of word processors, web pages and forms within published text."""
    for pattern, removable in _LEFTOVERS:
        for match in pattern.finditer(passage.text):
            message = _("This is left over from a word processor or a form; it is no text.")
            yield Hit(*match.span(), "leftover", message, _("Delete it."), replacement="" if removable else None)


def spaces(text: Text) -> Iterator[Hit]:
    """Once a line: invisible or no-break characters, and runs of spaces."""
    position = 0
    for line in text.composed.split("\n"):
        odd = _ODD_SPACE.search(line)
        run = _RUNS.search(line)
        start = position
        position += len(line) + 1
        if odd:
            many = len(_ODD_SPACE.findall(line))
            message = _(
                "Invisible characters in this line ({many}), pasted from a word processor or a web page."
            ).format(many=many)
            yield warning(
                start + odd.start(),
                start + odd.end(),
                "layout.invisible",
                message,
                _("loa check --fix makes them plain spaces."),
                _plain_space(odd.group()),
            )
        if run:
            message = _("More than one space between words.")
            yield warning(start + run.start(), start + run.end(), "layout.spaces", message, _("Keep one space."), " ")


def hard_wraps(text: Text) -> Iterator[Hit]:
    """A paragraph that was cut into lines: it looks torn on a page, and sounds torn when lines are read one by one."""
    for start, end, heading, _item in text.spans:
        lines = text.flat[start:end].split("\n")
        if len(lines) > 1 and not heading and (text.shape != "markdown" or len(lines) > 2):
            message = _("This paragraph is cut into {many} lines.").format(many=len(lines))
            first = start + len(lines[0].rstrip())
            yield warning(
                first - len(lines[0].split()[-1]),
                first,
                "layout.hard-wrap",
                message,
                _("Join the lines (loa check --fix, or loa import)."),
            )


def _is_stuck(match: re.Match[str], text: str) -> bool:
    before, sign, after = match["before"], match["sign"], match["after"]
    if "ａ" in before or "ａ" in after:
        return False
    if sign in ",;!?…" or sign == "...":
        return not (sign == "," and before.isdigit())
    if sign == ":":
        return not before.isdigit()
    if (
        before.lower() in _SHORT
        or (before.isupper() and (after.isupper() or len(before) <= 2))
        or text[max(match.start() - 1, 0) : match.start()] in ("/", ".")
    ):
        return False
    if re.match(r"\.", text[match.end() :]):  # initials: N.V.A, v.v.
        return False
    vietnamese = not after.isascii() or after[0].isupper()
    return vietnamese and len(after) > 1 and len(before) > 1


def _one_sign(signs: str) -> str | None:
    kept = "".join(dict.fromkeys(signs.replace(" ", "")))
    if set(kept) <= {".", "…"}:
        return "..." if len(signs.replace(" ", "")) > 2 or "…" in kept else "."
    if len(kept) == 1:
        return kept
    if kept[0] in ",;" and kept[-1] in ",;":
        return ";" if ";" in kept else ","
    return None


def _plain_space(odd: str) -> str:
    return " " if odd in "\u00a0\u2007\u202f" else ""


def _brackets(text: str) -> Iterator[Hit]:
    """A bracket or quotation mark that is opened and not closed, or closed and not opened."""
    for open_, close in (("(", ")"), ("“", "”"), ("[", "]"), ("«", "»")):
        if text.count(open_) == text.count(close):
            continue
        depth: list[int] = []
        stray = None
        for match in re.finditer(f"[{re.escape(open_ + close)}]", text):
            if match.group() == open_:
                depth.append(match.start())
            elif depth:
                depth.pop()
            elif not (
                close == ")"
                and re.search(r"(?:^|[\s;,.(])[\wđ]{1,3}$", text[max(match.start() - 5, 0) : match.start()])
            ):
                stray = match.start()
        at = depth[0] if depth else stray
        if at is not None:
            message = _("“{sign}” has no partner in this paragraph.").format(sign=text[at])
            yield warning(at, at + 1, "punctuation.unbalanced", message, _("Open or close it, or delete it."))
