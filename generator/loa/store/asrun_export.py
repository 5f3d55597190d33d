"""The log as a table for the yearly report: CSV, or a workbook with sums per commune, topic and outcome."""

import csv
import datetime
import io
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from loa import names
from loa.bulletin.models import APOLOGY
from loa.i18n import _
from loa.store.asrun import OUTCOMES, Row

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

COLUMNS = ("airing broadcast commune output planned started ended outcome reason bulletin sha256").split()

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula begins with; some programs take the full-width signs for the same."""
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def cells(row: Row, zone: ZoneInfo) -> list[str]:
    """A row as text, in the order of `COLUMNS`; instants as ISO 8601 with offset."""
    found = []
    for name in COLUMNS:
        value = getattr(row, name)
        found.append(value.astimezone(zone).isoformat() if isinstance(value, datetime.datetime) else value or "")
    return found


def _as_text(cell: str) -> str:
    """The cell with an apostrophe before it where a spreadsheet program would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def to_csv(rows: Sequence[Row], zone: ZoneInfo) -> str:
    """The rows with a heading, no cell a formula; a byte-order mark lets Excel see that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_as_text(cell) for cell in cells(row, zone)] for row in rows)
    return "\ufeff" + text.getvalue()


def to_xlsx(
    rows: Sequence[Row], zone: ZoneInfo, topics: Mapping[str, Sequence[str]], communes: Mapping[str, str]
) -> bytes:
    """A workbook: a sheet of sums and one of rows. `topics`: what each broadcast is about; `communes`: names by stem.

    An airing of several topics counts for each of them in the sums per topic. What a commune says where there is
    nothing to air is no programme: it stands among the rows, and is not counted.
    """
    import xlsxwriter  # 30 ms, 11 MB: only for a workbook; the light player is installed without it

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {**_OPTIONS, "default_date_format": "dd/mm/yyyy hh:mm:ss"})
    bold = book.add_format({"bold": True})
    _sums(book.add_worksheet(_("Summary")), bold, [row for row in rows if not _is_apology(row)], topics, communes)
    _log(book.add_worksheet(_("Log")), bold, rows, zone, communes)
    book.close()
    return file.getvalue()


def _is_apology(row: Row) -> bool:
    return (row.bulletin or "").endswith(f"/{APOLOGY}")


def _sums(
    sheet: "Worksheet",
    bold: "Format",
    rows: Sequence[Row],
    topics: Mapping[str, Sequence[str]],
    communes: Mapping[str, str],
) -> None:
    line = 0
    for heading, keys in (
        (_("Commune"), [[communes.get(row.commune or "", row.commune or "")] for row in rows]),
        (_("Topic"), [topics.get(row.broadcast or "") or [_programme(row)] for row in rows]),
        (_("Broadcast"), [[_programme(row)] for row in rows]),
    ):
        counts = Counter((key, row.outcome) for row, found in zip(rows, keys, strict=True) for key in found)
        minutes: dict[str, float] = defaultdict(float)
        for row, found in zip(rows, keys, strict=True):
            if row.started and row.ended:
                for key in found:
                    minutes[key] += (row.ended - row.started).total_seconds() / 60
        sheet.write_row(line, 0, [heading, *map(names.outcome, OUTCOMES), _("Sum"), _("Minutes on air")], bold)
        for key in sorted({key for key, _outcome in counts}):
            numbers = [counts[key, outcome] for outcome in OUTCOMES]
            line += 1
            sheet.write_row(line, 0, [key, *numbers, sum(numbers), round(minutes[key], 1)])
        line += 2
    sheet.set_column(0, 0, 32)


def _programme(row: Row) -> str:
    return row.broadcast or row.bulletin or ""


def _log(sheet: "Worksheet", bold: "Format", rows: Sequence[Row], zone: ZoneInfo, communes: Mapping[str, str]) -> None:
    """A line for each row, in words and local time: a spreadsheet can sort and filter it."""
    sheet.write_row(0, 0, column_names(), bold)
    for number, row in enumerate(rows, 1):
        for place, name in enumerate(COLUMNS):
            value = getattr(row, name)
            if isinstance(value, datetime.datetime):
                sheet.write_datetime(number, place, value.astimezone(zone).replace(tzinfo=None))
            elif name == "outcome":
                sheet.write_string(number, place, names.outcome(value) if value else "")
            else:
                sheet.write_string(number, place, (communes.get(value, value) if name == "commune" else value) or "")
    sheet.set_column(0, len(COLUMNS) - 1, 24)
    sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    sheet.freeze_panes(1, 0)


def column_names() -> list[str]:
    """`COLUMNS` in the user's language."""
    return [
        _("Airing"),
        _("Broadcast"),
        _("Commune"),
        _("Output"),
        _("Planned"),
        _("Started"),
        _("Ended"),
        _("Outcome"),
        _("Reason"),
        _("Bulletin"),
        "SHA-256",
    ]
