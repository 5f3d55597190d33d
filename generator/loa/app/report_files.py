"""A report as tables, and these as an Excel workbook and as a Word document."""

import datetime
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

from loa import names
from loa.app.reports import BETWEEN, Line, Report
from loa.formats import day
from loa.i18n import _
from loa.reference.categories import CATEGORIES
from loa.reference.languages import LANGUAGES
from loa.store.asrun import OUTCOMES

Cell = str | int | float | datetime.date | None


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `rows`: cells in the order of `heads`; `total`: whether the last row is a sum."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: bool = False


def tables(report: Report) -> tuple[Table, ...]:
    """The report in words, for people."""
    makers = (_summary, _months, _contents, _loudspeakers, _fees, _feedback)
    return tuple(make(report) for make in makers)


def title_of(report: Report) -> str:
    """What the report is called, with its days."""
    return _("Report of what was broadcast from {first} to {last}").format(
        first=day(report.first), last=day(report.last)
    )


def category_name(code: str) -> str:
    """What a category is called."""
    return _(CATEGORIES[code]) if code in CATEGORIES else _("no category")


def source_name(code: str) -> str:
    """Where something comes from."""
    return {
        "own": _("the commune's own"),
        "received": _("received from others"),
        "relay": _("relay"),
        "emergency": _("emergency message"),
    }.get(code, code)


def kind_name(code: str) -> str:
    """What an item is."""
    return {
        "article": _("article"),
        "recording": _("recorded item"),
        "relay": _("relay"),
        "live": _("microphone"),
        BETWEEN: _("jingles, opening and closing words, music"),
    }.get(code, code)


def _summary(report: Report) -> Table:
    priorities = {"emergency": _("emergency"), "priority": _("with priority"), "normal": _("ordinary")}
    rows: list[tuple[Cell, ...]] = [(_("Planned airings"), sum(report.outcomes.values()))]
    rows += [(f"- {names.outcome(key)}", report.outcomes[key]) for key in OUTCOMES if key in report.outcomes]
    rows += [(_("Airings heard"), sum(report.priorities.values()))]
    rows += [(f"- {name}", report.priorities[key]) for key, name in priorities.items() if key in report.priorities]
    rows += [(_("Minutes on air"), report.minutes)]
    return Table("summary", _("Summary"), (_("What is counted"), _("Number")), tuple(rows))


def _months(report: Report) -> Table:
    rows = [(f"{month[5:]}/{month[:4]}", many, minutes) for month, (many, minutes) in report.months.items()]
    return _summed("months", _("By month"), (_("Month"), _("Airings"), _("Minutes")), rows)


def _contents(report: Report) -> Table:
    heads = (_("Category"), _("Source"), _("Kind"), _("Language"), _("Airings"), _("Minutes"))
    rows = [(*_said(line), line.airings, line.minutes) for line in report.lines]
    return _summed("contents", _("By content"), heads, rows, sums=(5,))


def _loudspeakers(report: Report) -> Table:
    heads = (_("Loudspeaker"), _("Category"), _("Source"), _("Kind"), _("Language"), _("Airings"), _("Minutes"))
    lines = sorted(report.loudspeakers, key=lambda line: line.output)
    rows = [
        (report.output_names.get(line.output, line.output), *_said(line), line.airings, line.minutes) for line in lines
    ]
    return Table("loudspeakers", _("By loudspeaker"), heads, tuple(rows))


def _said(line: Line) -> tuple[str, str, str, str]:
    category = "" if line.kind == BETWEEN else category_name(line.category)
    return category, source_name(line.source), kind_name(line.kind), LANGUAGES.get(line.language, line.language)


def _fees(report: Report) -> Table:
    heads = (
        _("Author"), _("Work"), _("Kind"), _("Category"), _("First aired"), _("Airings"), _("Minutes"), _("Rate, đồng"),
        _("Amount, đồng"),
    )  # fmt: skip
    rows = [
        (
            p.author, p.title, kind_name(p.kind), category_name(p.category), p.first.date(), p.airings, p.minutes,
            p.rate, p.amount,
        )
        for p in report.products
    ]  # fmt: skip
    return _summed("fees", _("Fee sheet"), heads, rows, sums=(8,))


def feedback_kind(kind: str) -> str:
    """What a kind of feedback is called."""
    return {"question": _("question"), "suggestion": _("suggestion"), "complaint": _("complaint")}.get(kind, kind)


def feedback_state(state: str) -> str:
    """What became of feedback."""
    return {
        "received": _("waits for an answer"),
        "answered": _("waits for a signature"),
        "published": _("answered publicly"),
        "closed": _("closed"),
    }.get(state, state)


def _feedback(report: Report) -> Table:
    heads = (
        _("Number"), _("Commune"), _("Received"), _("Kind"), _("State"), _("Feedback"), _("Answer"), _("Signed by"),
        _("Ended"),
    )  # fmt: skip
    rows = [
        (
            one.number, one.commune, one.received.date(), feedback_kind(one.kind), feedback_state(one.state),
            one.question, one.answer, one.signed_by, one.ended.date() if one.ended else None,
        )
        for one in report.feedback
    ]  # fmt: skip
    return Table("feedback", _("Register of feedback"), heads, tuple(rows))


def _summed(
    name: str, title: str, heads: tuple[str, ...], rows: Sequence[tuple[Cell, ...]], sums: tuple[int, ...] = (1, 2)
) -> Table:
    """With a last row that adds up the columns `sums`."""
    if not rows:
        return Table(name, title, heads, ())
    total: list[Cell] = [_("Sum"), *[None] * (len(heads) - 1)]
    for column in sums:
        numbers = [row[column] for row in rows]
        total[column] = round(sum(n for n in numbers if isinstance(n, int | float)), 1)
    return Table(name, title, heads, (*rows, tuple(total)), total=True)


def as_file(report: Report, form: str) -> bytes:
    """The report as `xlsx`, `docx` or `json`."""
    if form == "xlsx":
        return to_xlsx(report)
    if form == "docx":
        return to_docx(report)
    return (json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n").encode()


def to_xlsx(report: Report) -> bytes:
    """The tables as a workbook, a sheet each; no cell is a formula or a link."""
    import xlsxwriter  # 30 ms, 11 MB: only for a workbook

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    dated = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
    for table in tables(report):
        sheet = book.add_worksheet(table.title[:31])
        sheet.write_string(0, 0, report.name, bold)
        sheet.write_string(1, 0, f"{title_of(report)}: {table.title}", bold)
        sheet.write_row(3, 0, table.heads, bold)
        for number, row in enumerate(table.rows, 4):
            for place, cell in enumerate(row):
                if isinstance(cell, datetime.date):
                    sheet.write_datetime(number, place, datetime.datetime.combine(cell, datetime.time()), dated)
                elif isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif cell is not None:
                    sheet.write_number(number, place, cell)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, len(table.heads), 24)
        sheet.freeze_panes(4, 0)
    book.close()
    return file.getvalue()


def to_docx(report: Report) -> bytes:
    """The tables as a Word document, on A4 across with the margins of Nghị định 30/2020/NĐ-CP; without empty tables."""
    import docx  # with publish.word 50 ms, 16 MB: only for this file
    from docx.enum.section import WD_ORIENT
    from docx.shared import Pt

    from loa.publish.word import line, paper, stable

    made = docx.Document()
    paper(made)
    section = made.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    line(made.add_paragraph(), report.name, 13, bold=True)
    line(made.add_paragraph(), title_of(report).upper(), 14, bold=True)
    for table in tables(report):
        if not table.rows:
            continue
        heading = made.add_paragraph()
        heading.paragraph_format.space_before, heading.paragraph_format.keep_with_next = Pt(12), True
        line(heading, table.title, 14, bold=True, centred=False)
        grid = made.add_table(rows=1 + len(table.rows), cols=len(table.heads), style="Table Grid")
        texts = [list(table.heads), *([shown(cell) for cell in row] for row in table.rows)]
        for number, (row, cells) in enumerate(zip(grid.rows, texts, strict=True)):
            for cell, text in zip(row.cells, cells, strict=True):
                last = table.total and number == len(table.rows)
                line(cell.paragraphs[0], text, 11, bold=number == 0 or last, centred=False)
    return stable(made)


def shown(cell: Cell) -> str:
    """A cell in letters: a decimal comma, dots between thousands, an empty one as nothing."""
    if cell is None:
        return ""
    if isinstance(cell, datetime.date):
        return day(cell)
    if isinstance(cell, str):
        return cell
    text = f"{cell:,.1f}" if isinstance(cell, float) else f"{cell:,}"
    return text.translate(str.maketrans(",.", ".,"))
