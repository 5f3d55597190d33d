"""Reports of a month or a year: as tables, for Excel and Word, and as JSON for other programs."""

import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.app import report_files
from loa.app.reports import Report, month_of, report
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, CurrentPerson, audit
from loa.web.pages import page

router = APIRouter(include_in_schema=False)
_FORMS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}


@router.get("/log/report")
@does(Act.READ_LOG)
def show(request: Request, console: ConsoleDep, me: CurrentPerson, year: int = 0, month: int = -1) -> Response:
    """The tables of a month (1 to 12) or of the whole year (0); without both of this month."""
    today = datetime.datetime.now(_zone(console)).date()
    wanted, of_year = year or today.year, month if month >= 0 else (0 if year else today.month)
    found = _report(console, me, wanted, of_year)
    return page(
        request,
        "report.html",
        title=report_files.title_of(found),
        tables=report_files.tables(found),
        shown=report_files.shown,
        report=found,
        year=wanted,
        month=of_year,
    )


@router.get("/log/report.{form}")
@does(Act.READ_LOG)
def export(
    request: Request, console: ConsoleDep, me: CurrentPerson, form: str, year: int = 0, month: int = 0
) -> Response:
    """The same as a file."""
    if form not in _FORMS:
        raise HTTPException(404)
    found = _report(console, me, year, month)
    name = f"bao-cao-{year}-{month:02}" if month else f"bao-cao-{year}"
    audit(request, "log.exported", f"{found.first} – {found.last}")
    headers = {"content-disposition": f'attachment; filename="{name}.{form}"'}
    return Response(report_files.as_file(found, form), media_type=_FORMS[form], headers=headers)


def _report(console: Console, me: CurrentPerson, year: int, month: int) -> Report:
    schedule = console.files.plan().schedule
    try:
        first, last = month_of(year, month)
    except ValueError:
        raise HTTPException(404) from None
    if schedule is None:
        raise HTTPException(404)
    return report(console.workspace, schedule, console.store, first, last, me.office)


def _zone(console: Console) -> datetime.tzinfo:
    schedule = console.files.plan().schedule
    return schedule.timezone if schedule else datetime.UTC
