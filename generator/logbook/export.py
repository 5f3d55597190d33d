"""The log as a table for the yearly report: CSV, or a workbook with sums per commune, topic and outcome."""

import csv
import datetime
import io
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import xlsxwriter

from generator.i18n import _
from generator.logbook.book import OUTCOMES, Row

COLUMNS = ("airing broadcast commune output planned started ended outcome reason bulletin sha256").split()


def cells(row: Row, zone: ZoneInfo) -> list[str]:
    """A row as text, in the order of `COLUMNS`; instants as ISO 8601 with offset."""
    found = []
    for name in COLUMNS:
        value = getattr(row, name)
        found.append(value.astimezone(zone).isoformat() if isinstance(value, datetime.datetime) else value or "")
    return found


def to_csv(rows: Sequence[Row], zone: ZoneInfo) -> str:
    """The rows with a heading; a byte-order mark lets Excel see that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(cells(row, zone) for row in rows)
    return "\ufeff" + text.getvalue()


def to_xlsx(rows: Sequence[Row], zone: ZoneInfo, topics: Mapping[str, Sequence[str]]) -> bytes:
    """A workbook: a sheet of sums and one of rows. `topics`: the campaigns of each broadcast.

    An airing of several campaigns counts for each of them in the sums per topic.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    bold = book.add_format({"bold": True})
    sums = book.add_worksheet(_("Summary"))
    line = 0
    names = outcome_names()
    for heading, keys in (
        (_("Commune"), [[row.commune or ""] for row in rows]),
        (_("Topic"), [list(topics.get(row.broadcast or "", ())) or [row.broadcast or ""] for row in rows]),
        (_("Broadcast"), [[row.broadcast or row.bulletin or ""] for row in rows]),
    ):
        counts = Counter((key, row.outcome) for row, found in zip(rows, keys, strict=True) for key in found)
        minutes: dict[str, float] = defaultdict(float)
        for row, found in zip(rows, keys, strict=True):
            if row.started and row.ended:
                for key in found:
                    minutes[key] += (row.ended - row.started).total_seconds() / 60
        sums.write_row(line, 0, [heading, *(names[o] for o in OUTCOMES), _("Sum"), _("Minutes on air")], bold)
        for key in sorted({key for key, _outcome in counts}):
            numbers = [counts[key, outcome] for outcome in OUTCOMES]
            line += 1
            sums.write_row(line, 0, [key, *numbers, sum(numbers), round(minutes[key], 1)])
        line += 2
    sums.set_column(0, 0, 32)
    sheet = book.add_worksheet(_("Log"))
    sheet.write_row(0, 0, COLUMNS, bold)
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, cells(row, zone))
    sheet.set_column(0, len(COLUMNS) - 1, 24)
    sheet.freeze_panes(1, 0)
    book.close()
    return file.getvalue()


def outcome_names() -> dict[str, str]:
    """The outcomes in the user's language."""
    return {
        "aired": _("aired"),
        "aired-late": _("aired late"),
        "resumed": _("resumed and aired"),
        "cut": _("cut"),
        "missed": _("MISSED"),
        "skipped": _("left out"),
    }
